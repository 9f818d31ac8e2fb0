// The token filters by type name: one entry a filter.
// Upstream: CommonAnalysisModulePlugin.getTokenFilters and getPreConfiguredTokenFilters.

import { illegalArgument } from "../../base/index.ts";
import {
  AsciiFoldingFilter,
  asciiDigits,
  CJK_TYPES,
  CjkBigramFilter,
  ClassicFilter,
  cutAtApostrophe,
  ENGLISH_STOP_WORDS,
  elisionOf,
  greekLowerCase,
  irishLowerCase,
  KeywordMarkerFilter,
  KeywordRepeatFilter,
  LengthFilter,
  LimitTokenCountFilter,
  LowerCaseFilter,
  MappedTermFilter,
  NGramFilter,
  normalizeCjkWidth,
  PredicateTokenFilter,
  porterStem,
  RemoveDuplicatesFilter,
  reverseTerm,
  ShingleFilter,
  StemFilter,
  StopFilter,
  SuggestStopFilter,
  type TokenStream,
  trimTerm,
  turkishLowerCase,
  UniqueFilter,
  upperCase,
  WordSet,
} from "../../lucene/analysis/index.ts";
import type { SynonymRole, TokenFilterFactory } from "./analysis-chain.ts";
import { type ComponentContext, checkDifference, wordsOf } from "./component.ts";
import { javaPattern, javaReplacement } from "./java-pattern.ts";
import { FRENCH_ARTICLES } from "./language-words.ts";
import { stemmerOf } from "./stemmers.ts";
import { synonymFactory } from "./synonyms.ts";
import { wordDelimiterGraph } from "./word-delimiter.ts";

type Wrap = (input: TokenStream) => TokenStream;

/** One type of token filter. */
interface FilterDefinition {
  /** Reads the settings; what they say wrong is thrown here. */
  readonly make: (context: ComponentContext) => Wrap;
  /** What the bare name means where the settings' defaults mean something else. */
  readonly prebuilt?: Wrap;
  /** Exists only with settings of its own. */
  readonly needsSettings?: true;
  readonly normalizing?: true;
  /** The role towards synonym rules; used when left out. */
  readonly synonymRole?: SynonymRole;
  readonly factory?: (context: ComponentContext) => TokenFilterFactory;
}

const mapped =
  (map: (term: string) => string): Wrap =>
  (input) =>
    new MappedTermFilter(input, map);

/** A filter that maps terms and takes no settings. */
const mapping = (map: (term: string) => string): FilterDefinition => ({ make: () => mapped(map) });
const normalization = (map: (term: string) => string): FilterDefinition => ({
  make: () => mapped(map),
  normalizing: true,
});

function lowercase({ settings, name }: ComponentContext): Wrap {
  const language = settings.get("language");
  switch (language) {
    case undefined:
      return (input) => new LowerCaseFilter(input);
    case "greek":
      return mapped(greekLowerCase);
    case "irish":
      return mapped(irishLowerCase);
    case "turkish":
      return mapped(turkishLowerCase);
    default:
      return () => {
        throw illegalArgument(`language [${language}] not support for lower case [${name}]`);
      };
  }
}

function stop(context: ComponentContext): Wrap {
  const { settings } = context;
  const ignoreCase = settings.getBoolean("ignore_case", false);
  const trailing = settings.getBoolean("remove_trailing", true);
  const words = wordsOf(context, "stopwords", ENGLISH_STOP_WORDS, ignoreCase);
  if (settings.has("enable_position_increments")) {
    throw illegalArgument(
      "enable_position_increments is not supported anymore. Please fix your analysis chain",
    );
  }
  return (input) => (trailing ? new StopFilter(input, words) : new SuggestStopFilter(input, words));
}

function checkGrams(minGram: number, maxGram: number): void {
  if (minGram < 1) throw illegalArgument("minGram must be greater than zero");
  if (minGram > maxGram) throw illegalArgument("minGram must not be greater than maxGram");
}

function ngrams(edgesOnly: boolean): (context: ComponentContext) => Wrap {
  return (context) => {
    const { settings } = context;
    const minGram = settings.getInt("min_gram", 1);
    const maxGram = settings.getInt("max_gram", 2);
    const preserveOriginal = settings.getBoolean("preserve_original", false);
    if (!edgesOnly) {
      const what = "The difference between max_gram and min_gram in NGram Tokenizer";
      checkDifference(context, maxGram - minGram, "index.max_ngram_diff", 1, what);
    }
    const side = settings.get("side", "front");
    if (edgesOnly && side !== "front" && side !== "back") {
      throw illegalArgument(`invalid side: ${side}`);
    }
    const grams = (input: TokenStream) => {
      checkGrams(minGram, maxGram);
      return new NGramFilter(input, { minGram, maxGram, preserveOriginal, edgesOnly });
    };
    if (side === "front") return grams;
    const reverse = mapped(reverseTerm);
    return (input) => reverse(grams(reverse(input)));
  };
}

function shingle(context: ComponentContext): Wrap {
  const { settings } = context;
  const sizeMax = settings.getInt("max_shingle_size", 2);
  const sizeMin = settings.getInt("min_shingle_size", 2);
  const outputUnigrams = settings.getBoolean("output_unigrams", true);
  const what =
    "In Shingle TokenFilter the difference between max_shingle_size and min_shingle_size " +
    "(and +1 if outputting unigrams)";
  const difference = sizeMax - sizeMin + (outputUnigrams ? 1 : 0);
  checkDifference(context, difference, "index.max_shingle_diff", 3, what);
  const options = {
    sizeMin,
    sizeMax,
    outputUnigrams,
    outputUnigramsIfNoShingles: settings.getBoolean("output_unigrams_if_no_shingles", false),
    separator: settings.get("token_separator", " "),
    filler: settings.get("filler_token", "_"),
  };
  return (input) => {
    if (sizeMax < 2) throw illegalArgument("Max shingle size must be >= 2");
    if (sizeMin < 2) throw illegalArgument("Min shingle size must be >= 2");
    if (sizeMin > sizeMax) throw illegalArgument("Min shingle size must be <= max shingle size");
    return new ShingleFilter(input, options);
  };
}

function length({ settings }: ComponentContext): Wrap {
  const min = settings.getInt("min", 0);
  const max = settings.getInt("max", 2 ** 31 - 1);
  return (input) => {
    if (min < 0) throw illegalArgument("minimum length must be greater than or equal to zero");
    if (min > max) throw illegalArgument("maximum length must not be greater than minimum length");
    return new LengthFilter(input, min, max);
  };
}

function truncate({ settings }: ComponentContext): Wrap {
  const length = settings.getInt("length", -1);
  if (length <= 0) throw illegalArgument("length parameter must be provided");
  return mapped((term) => term.slice(0, length));
}

function unique({ settings }: ComponentContext): Wrap {
  return settings.getBoolean("only_on_same_position", false)
    ? (input) => new RemoveDuplicatesFilter(input)
    : (input) => new UniqueFilter(input);
}

function limit({ settings }: ComponentContext): Wrap {
  const countMax = settings.getInt("max_token_count", 1);
  const consumeAll = settings.getBoolean("consume_all_tokens", false);
  return (input) => new LimitTokenCountFilter(input, countMax, consumeAll);
}

function keep(context: ComponentContext): Wrap {
  const { settings } = context;
  if (!settings.has("keep_words") && !settings.has("keep_words_path")) {
    throw illegalArgument(
      "keep requires either `keep_words` or `keep_words_path` to be configured",
    );
  }
  const words = wordsOf(context, "keep_words", [], settings.getBoolean("keep_words_case", false));
  return (input) => new PredicateTokenFilter(input, ({ term }) => words.has(term));
}

function keepTypes({ settings }: ComponentContext): Wrap {
  const types = new Set(settings.getList("types"));
  if (types.size === 0) {
    throw illegalArgument("keep_types requires `types` to be configured");
  }
  const mode = settings.get("mode", "include");
  if (mode !== "include" && mode !== "exclude") {
    throw illegalArgument(
      `\`keep_types\` tokenfilter mode can only be [include] or [exclude] but was [${mode}].`,
    );
  }
  const include = mode === "include";
  return (input) => new PredicateTokenFilter(input, ({ type }) => types.has(type) === include);
}

function keywordMarker(context: ComponentContext): Wrap {
  const { settings } = context;
  const ignoreCase = settings.getBoolean("ignore_case", false);
  const pattern = settings.get("keywords_pattern");
  if (pattern !== undefined) {
    if (settings.has("keywords")) {
      throw illegalArgument(
        "cannot specify both `keywords_pattern` and `keywords` or `keywords_path`",
      );
    }
    const expression = javaPattern(`^(?:${pattern})$`, "");
    return (input) => new KeywordMarkerFilter(input, (term) => expression.test(term));
  }
  if (!settings.has("keywords")) {
    throw illegalArgument(
      "keyword filter requires either `keywords`, `keywords_path`, or `keywords_pattern` " +
        "to be configured",
    );
  }
  const words = wordsOf(context, "keywords", [], ignoreCase);
  return (input) => new KeywordMarkerFilter(input, (term) => words.has(term));
}

function elision(context: ComponentContext): Wrap {
  const ignoreCase = context.settings.getBoolean("articles_case", false);
  if (!context.settings.has("articles") && !context.settings.has("articles_path")) {
    throw illegalArgument("elision filter requires [articles] or [articles_path] setting");
  }
  return mapped(elisionOf(wordsOf(context, "articles", [], ignoreCase)));
}

function patternReplace({ name, settings }: ComponentContext): Wrap {
  const pattern = settings.get("pattern");
  if (pattern === undefined) {
    throw illegalArgument(
      `pattern is missing for [${name}] token filter of type 'pattern_replace'`,
    );
  }
  const all = settings.getBoolean("all", true);
  const expression = javaPattern(pattern, settings.get("flags", ""), all ? "g" : "");
  const replacement = javaReplacement(settings.get("replacement", ""));
  return mapped((term) => term.replace(expression, replacement));
}

function cjkBigram({ settings }: ComponentContext): Wrap {
  const ignored = new Set(settings.getList("ignored_scripts"));
  const types = new Set(
    Object.entries(CJK_TYPES).flatMap(([script, type]) => (ignored.has(script) ? [] : [type])),
  );
  const outputUnigrams = settings.getBoolean("output_unigrams", false);
  return (input) => new CjkBigramFilter(input, types, outputUnigrams);
}

/** Every token filter. */
const DEFINITIONS: Readonly<Record<string, FilterDefinition>> = {
  apostrophe: mapping(cutAtApostrophe),
  asciifolding: {
    make: ({ settings }) => {
      const preserveOriginal = settings.getBoolean("preserve_original", false);
      return (input) => new AsciiFoldingFilter(input, preserveOriginal);
    },
    normalizing: true,
  },
  cjk_bigram: { make: cjkBigram, synonymRole: "refused" },
  cjk_width: normalization(normalizeCjkWidth),
  classic: { make: () => (input) => new ClassicFilter(input) },
  decimal_digit: normalization(asciiDigits),
  edge_ngram: {
    make: ngrams(true),
    prebuilt: (input) =>
      new NGramFilter(input, { minGram: 1, maxGram: 1, preserveOriginal: false, edgesOnly: true }),
    synonymRole: "refused",
  },
  elision: {
    make: elision,
    prebuilt: mapped(elisionOf(new WordSet(FRENCH_ARTICLES, true))),
    needsSettings: true,
    normalizing: true,
  },
  keep: { make: keep, needsSettings: true },
  keep_types: { make: keepTypes, needsSettings: true },
  keyword_marker: { make: keywordMarker, needsSettings: true },
  keyword_repeat: { make: () => (input) => new KeywordRepeatFilter(input) },
  length: { make: length },
  limit: { make: limit },
  lowercase: { make: lowercase, normalizing: true },
  ngram: {
    make: ngrams(false),
    synonymRole: "refused",
  },
  pattern_replace: { make: patternReplace, needsSettings: true, normalizing: true },
  porter_stem: { make: () => (input) => new StemFilter(input, porterStem) },
  remove_duplicates: { make: () => (input) => new RemoveDuplicatesFilter(input) },
  reverse: mapping(reverseTerm),
  shingle: { make: shingle, synonymRole: "refused" },
  snowball: {
    make: ({ settings }) => stemmerOf(settings.get("language", "English"), "snowball"),
    prebuilt: (input) => stemmerOf("English", "snowball")(input),
  },
  stemmer: {
    make: ({ settings }) =>
      stemmerOf(settings.get("language") ?? settings.get("name", "porter"), "stemmer"),
    prebuilt: (input) => new StemFilter(input, porterStem),
  },
  stop: { make: stop },
  synonym: { make: () => (input) => input, factory: synonymFactory(false), needsSettings: true },
  synonym_graph: {
    make: () => (input) => input,
    factory: synonymFactory(true),
    needsSettings: true,
  },
  trim: normalization(trimTerm),
  truncate: { make: truncate, prebuilt: mapped((term) => term.slice(0, 10)), needsSettings: true },
  unique: { make: unique },
  uppercase: normalization(upperCase),
  word_delimiter_graph: { make: wordDelimiterGraph, synonymRole: "refused" },
};

/** A filter of a type with settings of its own; undefined for an unknown type. */
export function makeTokenFilter(
  type: string,
  context: ComponentContext,
): TokenFilterFactory | undefined {
  const definition = own(type);
  if (definition === undefined) return undefined;
  if (definition.factory !== undefined) return definition.factory(context);
  return factoryOf(context.name, definition, definition.make(context));
}

/** The filter that a bare name means; undefined where the name alone means none. */
export function prebuiltTokenFilter(
  name: string,
  context: ComponentContext,
): TokenFilterFactory | undefined {
  const definition = own(name);
  if (definition === undefined) return undefined;
  if (definition.prebuilt !== undefined) return factoryOf(name, definition, definition.prebuilt);
  return definition.needsSettings ? undefined : makeTokenFilter(name, context);
}

/** Whether a filter exists that cannot be named without settings. */
export function needsSettings(name: string): boolean {
  return own(name)?.needsSettings === true;
}

function own(name: string): FilterDefinition | undefined {
  return Object.hasOwn(DEFINITIONS, name) ? DEFINITIONS[name] : undefined;
}

function factoryOf(name: string, definition: FilterDefinition, create: Wrap): TokenFilterFactory {
  return {
    name,
    create,
    normalizing: definition.normalizing === true,
    synonymRole: definition.synonymRole ?? "used",
  };
}
