// The analyzers that the corpus is run through, as bodies of `_analyze` without their text.
// `every` takes each n-th text of the corpus.

/** One analyzer under test. */
export interface Configuration {
  readonly name: string;
  readonly body: Record<string, unknown>;
  readonly every: number;
  /** Known to a server without modules. */
  readonly core?: true;
}

const named = (analyzer: string, every: number, core?: true): Configuration => ({
  name: analyzer,
  body: { analyzer },
  every,
  ...(core === undefined ? {} : { core }),
});

const filters = (name: string, filter: unknown[], every = 17): Configuration => ({
  name,
  body: { tokenizer: "standard", filter },
  every,
});

const tokenizer = (name: string, definition: unknown, every = 17): Configuration => ({
  name,
  body: { tokenizer: definition },
  every,
});

const SYNONYMS = [
  "quick, fast, very quick",
  "brown fox's => animal",
  "lazy dogs, sluggish hounds of war",
  "東 京, tokyo",
  "the => a, an",
];

/** Languages whose analyzer is compared. */
const LANGUAGES =
  "armenian basque catalan danish finnish hungarian irish norwegian romanian russian swedish turkish".split(
    " ",
  );

/** All of them. */
export const CONFIGURATIONS: readonly Configuration[] = [
  named("standard", 1, true),
  named("simple", 6, true),
  named("whitespace", 7, true),
  named("keyword", 20, true),
  named("stop", 9, true),
  named("english", 9),
  named("cjk", 9),
  named("pattern", 13),
  ...LANGUAGES.map((language) => named(language, 16)),
  filters("standard cased", [], 9),
  filters("asciifolding", ["asciifolding"], 8),
  filters("asciifolding preserve", [{ type: "asciifolding", preserve_original: true }]),
  filters("uppercase", ["uppercase"], 9),
  filters("greek", [{ type: "lowercase", language: "greek" }]),
  filters("turkish lowercase", [{ type: "lowercase", language: "turkish" }]),
  filters("irish lowercase", [{ type: "lowercase", language: "irish" }]),
  filters("porter_stem", ["lowercase", "porter_stem"], 13),
  filters("stop languages", [
    "lowercase",
    { type: "stop", stopwords: ["_english_", "_french_", "is"] },
  ]),
  filters("stop keep trailing", [{ type: "stop", remove_trailing: false, ignore_case: true }]),
  filters("edge_ngram", [{ type: "edge_ngram", min_gram: 2, max_gram: 4 }]),
  filters("edge_ngram preserve", [
    { type: "edge_ngram", min_gram: 2, max_gram: 3, preserve_original: true },
  ]),
  filters("edge_ngram back", [{ type: "edge_ngram", min_gram: 1, max_gram: 3, side: "back" }], 30),
  filters("ngram", [{ type: "ngram", min_gram: 2, max_gram: 3 }], 60),
  filters("ngram bare", ["ngram"], 80),
  filters("shingle", ["lowercase", "stop", "shingle"]),
  filters("shingle 2-4", [
    "stop",
    { type: "shingle", max_shingle_size: 4, output_unigrams: false, token_separator: "+" },
  ]),
  filters(
    "shingle if none",
    [{ type: "shingle", output_unigrams: false, output_unigrams_if_no_shingles: true }],
    20,
  ),
  filters("reverse unique", ["reverse", "unique"]),
  filters("length truncate", [
    { type: "length", min: 2, max: 9 },
    { type: "truncate", length: 5 },
  ]),
  filters("limit", [{ type: "limit", max_token_count: 3 }], 20),
  filters("elision apostrophe", ["elision", "apostrophe"]),
  filters("decimal_digit cjk_width", ["decimal_digit", "cjk_width"], 8),
  filters("cjk_bigram unigrams", [{ type: "cjk_bigram", output_unigrams: true }]),
  filters("keep_types", [{ type: "keep_types", types: ["<NUM>", "<EMOJI>"] }]),
  filters("keep", [{ type: "keep", keep_words: ["fox's", "the", "over"], keep_words_case: true }]),
  filters("pattern_replace", [
    { type: "pattern_replace", pattern: "(\\p{L})(\\d)", replacement: "$2-$1" },
  ]),
  filters("keyword_repeat", ["lowercase", "keyword_repeat", "porter_stem", "remove_duplicates"]),
  filters("keyword_marker", [
    "lowercase",
    { type: "keyword_marker", keywords: ["jumped", "dogs"] },
    { type: "stemmer", language: "english" },
  ]),
  filters("porter2", ["lowercase", { type: "stemmer", language: "porter2" }], 13),
  filters("possessive", [{ type: "stemmer", language: "possessive_english" }]),
  filters("snowball italian", [{ type: "snowball", language: "Italian" }], 9),
  filters("snowball spanish", [{ type: "snowball", language: "Spanish" }], 9),
  filters("snowball portuguese", [{ type: "snowball", language: "Portuguese" }], 9),
  filters("snowball french", [{ type: "snowball", language: "French" }], 9),
  filters("synonym", ["lowercase", { type: "synonym", synonyms: SYNONYMS }], 11),
  filters("synonym contract", [{ type: "synonym", synonyms: SYNONYMS, expand: false }], 6),
  filters("synonym_graph", ["lowercase", { type: "synonym_graph", synonyms: SYNONYMS }], 11),
  filters("word_delimiter_graph bare", ["word_delimiter_graph"], 8),
  filters(
    "word_delimiter_graph",
    [
      {
        type: "word_delimiter_graph",
        preserve_original: true,
        catenate_words: true,
        catenate_all: true,
        split_on_case_change: false,
      },
    ],
    8,
  ),
  tokenizer("letter", "letter", 8),
  tokenizer("lowercase tokenizer", "lowercase", 8),
  tokenizer("max_token_length", { type: "standard", max_token_length: 5 }, 9),
  tokenizer("whitespace 5", { type: "whitespace", max_token_length: 5 }),
  tokenizer("pattern split", { type: "pattern", pattern: "[\\s,&&[^x]]+|-" }),
  tokenizer("pattern group", {
    type: "pattern",
    pattern: "(\\w)(\\w*)",
    group: 2,
    flags: "CASE_INSENSITIVE",
  }),
  tokenizer(
    "ngram tokenizer",
    { type: "ngram", min_gram: 2, max_gram: 3, token_chars: ["letter", "digit"] },
    25,
  ),
  tokenizer("ngram bare tokenizer", "ngram", 50),
  tokenizer("edge_ngram tokenizer", {
    type: "edge_ngram",
    min_gram: 1,
    max_gram: 4,
    token_chars: ["letter", "custom"],
    custom_token_chars: "'_",
  }),
  tokenizer("edge_ngram bare tokenizer", "edge_ngram"),
  tokenizer("symbol punctuation", {
    type: "edge_ngram",
    min_gram: 1,
    max_gram: 2,
    token_chars: ["symbol", "punctuation"],
  }),
  tokenizer("path_hierarchy", "path_hierarchy"),
  tokenizer("path_hierarchy reverse", {
    type: "path_hierarchy",
    delimiter: ".",
    reverse: true,
    skip: 1,
  }),
  tokenizer("path_hierarchy skip", {
    type: "path_hierarchy",
    delimiter: " ",
    replacement: "/",
    skip: 1,
  }),
  tokenizer("char_group", {
    type: "char_group",
    tokenize_on_chars: ["whitespace", "-", "\\n", "punctuation"],
  }),
  {
    name: "mapping",
    body: {
      tokenizer: "standard",
      char_filter: [{ type: "mapping", mappings: ["ph=>f", "a=>aaa", "the => ", "é=>e\\u0301"] }],
    },
    every: 8,
  },
  {
    name: "pattern_replace char filter",
    body: {
      tokenizer: "standard",
      char_filter: [{ type: "pattern_replace", pattern: "(\\d+)[.,](?=\\d)", replacement: "$1__" }],
    },
    every: 8,
  },
  { name: "normalizer", body: { filter: ["lowercase", "asciifolding", "trim"] }, every: 15 },
];
