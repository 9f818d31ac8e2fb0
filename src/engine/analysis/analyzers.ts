// The analyzers by type name: one entry an analyzer.
// Upstream: AnalysisModule.setupAnalyzers, CommonAnalysisModulePlugin.getAnalyzers.

import {
  CharTokenizer,
  CJK_TYPES,
  CjkBigramFilter,
  cutAtApostrophe,
  ENGLISH_STOP_WORDS,
  elisionOf,
  irishLowerCase,
  isLetter,
  KeywordMarkerFilter,
  KeywordTokenizer,
  LowerCaseFilter,
  MAX_TOKEN_LENGTH_DEFAULT,
  MappedTermFilter,
  namedStopWords,
  normalizeCjkWidth,
  PatternTokenizer,
  porterStem,
  StemFilter,
  StopFilter,
  type TokenStream,
  turkishLowerCase,
  WordSet,
  whitespaceTokenizer,
  withoutPossessive,
} from "../../lucene/analysis/index.ts";
import type { ChainParts, TokenFilterFactory, TokenizerFactory } from "./analysis-chain.ts";
import { type ComponentContext, stopWordsOf } from "./component.ts";
import { javaPattern } from "./java-pattern.ts";
import { CATALAN_ARTICLES, IRISH_ARTICLES, IRISH_HYPHENATIONS } from "./language-words.ts";
import { snowballStem } from "./snowball.ts";
import { standardTokenizer } from "./tokenizers.ts";

type Wrap = (input: TokenStream) => TokenStream;

const filter = (name: string, create: Wrap, normalizing = false): TokenFilterFactory => ({
  name,
  create,
  normalizing,
  synonymRole: "used",
});

const LOWERCASE = filter("lowercase", (input) => new LowerCaseFilter(input), true);
const STANDARD: TokenizerFactory = {
  name: "standard",
  create: () => standardTokenizer(MAX_TOKEN_LENGTH_DEFAULT),
};
const LETTER: TokenizerFactory = { name: "letter", create: () => new CharTokenizer(isLetter) };

function chain(tokenizer: TokenizerFactory, ...filters: TokenFilterFactory[]): ChainParts {
  return { charFilters: [], tokenizer, filters };
}

const mapped = (name: string, map: (term: string) => string, normalizing = false) =>
  filter(name, (input) => new MappedTermFilter(input, map), normalizing);

function stop(words: WordSet): TokenFilterFactory[] {
  return words.size === 0 ? [] : [filter("stop", (input) => new StopFilter(input, words))];
}

function standard(context: ComponentContext): ChainParts {
  const words = stopWordsOf(context, []);
  const length = context.settings.getInt("max_token_length", MAX_TOKEN_LENGTH_DEFAULT);
  const tokenizer = { name: "standard", create: () => standardTokenizer(length) };
  return chain(tokenizer, LOWERCASE, ...stop(words));
}

function pattern(context: ComponentContext): ChainParts {
  const { settings } = context;
  const lower = settings.getBoolean("lowercase", true);
  const words = stopWordsOf(context, []);
  const expression = javaPattern(settings.get("pattern", "\\W+"), settings.get("flags", ""));
  const tokenizer = { name: "pattern", create: () => new PatternTokenizer(expression, -1) };
  return chain(tokenizer, ...(lower ? [LOWERCASE] : []), ...stop(words));
}

/** How a language's analyzer departs from lowercase, stop words, stemmer. */
interface Language {
  /** Before the lower-casing. */
  readonly first?: readonly TokenFilterFactory[];
  readonly lowercase?: TokenFilterFactory;
  readonly stem: (term: string) => string;
}

function language(name: string, parts: Language): (context: ComponentContext) => ChainParts {
  return (context) => {
    const words = stopWordsOf(context, namedStopWords(`_${name}_`)!);
    const excluded = new WordSet(context.settings.getList("stem_exclusion"));
    const marker = (input: TokenStream) =>
      new KeywordMarkerFilter(input, (term) => excluded.has(term));
    return chain(
      STANDARD,
      ...(parts.first ?? []),
      parts.lowercase ?? LOWERCASE,
      ...stop(words),
      ...(excluded.size === 0 ? [] : [filter("keyword_marker", marker)]),
      filter("stemmer", (input) => new StemFilter(input, parts.stem)),
    );
  };
}

const elision = (articles: readonly string[]) =>
  mapped("elision", elisionOf(new WordSet(articles, true)), true);
const hyphenations = new WordSet(IRISH_HYPHENATIONS, true);

/** The Snowball stemmer is loaded when the first word comes. */
function lazily(name: string): (term: string) => string {
  let stem: ((term: string) => string) | undefined;
  return (term) => (stem ??= snowballStem(name))(term);
}

const snowball = (name: string, parts: Omit<Language, "stem"> = {}) =>
  language(name, { ...parts, stem: lazily(name) });

/** CJKAnalyzer.getDefaultStopSet. */
const CJK_STOP_WORDS = (
  "a and are as at be but by for if in into is it no not of on or s such t that the their then " +
  "there these they this to was will with www"
).split(" ");

function cjk(context: ComponentContext): ChainParts {
  const types = new Set(Object.values(CJK_TYPES));
  return chain(
    STANDARD,
    mapped("cjk_width", normalizeCjkWidth, true),
    LOWERCASE,
    filter("cjk_bigram", (input) => new CjkBigramFilter(input, types, false)),
    ...stop(stopWordsOf(context, CJK_STOP_WORDS)),
  );
}

/** Every analyzer type but `custom`. */
const DEFINITIONS: Readonly<Record<string, (context: ComponentContext) => ChainParts>> = {
  default: standard,
  standard,
  simple: () => chain(LETTER, LOWERCASE),
  whitespace: () => chain({ name: "whitespace", create: () => whitespaceTokenizer() }),
  keyword: () => chain({ name: "keyword", create: () => new KeywordTokenizer() }),
  stop: (context) => chain(LETTER, LOWERCASE, ...stop(stopWordsOf(context, ENGLISH_STOP_WORDS))),
  pattern,
  english: language("english", {
    first: [mapped("possessive_english", withoutPossessive)],
    stem: porterStem,
  }),
  armenian: snowball("armenian"),
  basque: snowball("basque"),
  cjk,
  catalan: snowball("catalan", { first: [elision(CATALAN_ARTICLES)] }),
  danish: snowball("danish"),
  finnish: snowball("finnish"),
  hungarian: snowball("hungarian"),
  irish: snowball("irish", {
    first: [
      filter("stop", (input) => new StopFilter(input, hyphenations)),
      elision(IRISH_ARTICLES),
    ],
    lowercase: mapped("lowercase", irishLowerCase, true),
  }),
  norwegian: snowball("norwegian"),
  romanian: snowball("romanian"),
  russian: snowball("russian"),
  swedish: snowball("swedish"),
  turkish: snowball("turkish", {
    first: [mapped("apostrophe", cutAtApostrophe)],
    lowercase: mapped("lowercase", turkishLowerCase, true),
  }),
};

/** The parts of an analyzer of a type; undefined for an unknown type. */
export function makeAnalyzer(type: string, context: ComponentContext): ChainParts | undefined {
  return Object.hasOwn(DEFINITIONS, type) ? DEFINITIONS[type]!(context) : undefined;
}
