// The tokenizers by type name: one entry a tokenizer.
// Upstream: CommonAnalysisModulePlugin.getTokenizers and getPreConfiguredTokenizers.

import { illegalArgument } from "../../base/index.ts";
import {
  CharTokenizer,
  isDigit,
  isLetter,
  isPunctuation,
  isSymbol,
  isWhitespace,
  KeywordTokenizer,
  LowerCaseTokenizer,
  letterTokenizer,
  MAX_TOKEN_LENGTH_DEFAULT,
  MAX_TOKEN_LENGTH_LIMIT,
  NGramTokenizer,
  PathHierarchyTokenizer,
  PatternTokenizer,
  StandardTokenizer,
  type Tokenizer,
  whitespaceTokenizer,
} from "../../lucene/analysis/index.ts";
import type { TokenizerFactory } from "./analysis-chain.ts";
import { type ComponentContext, checkDifference } from "./component.ts";
import { javaPattern } from "./java-pattern.ts";

interface TokenizerDefinition {
  readonly make: (context: ComponentContext) => () => Tokenizer;
  /** What the bare name means where the settings' defaults mean something else. */
  readonly prebuilt?: () => Tokenizer;
}

function maxTokenLengthOf({ settings }: ComponentContext): number {
  return settings.getInt("max_token_length", MAX_TOKEN_LENGTH_DEFAULT);
}

function checkTokenLength(length: number, limit: number): void {
  if (length < 1) throw illegalArgument("maxTokenLength must be greater than zero");
  if (length > limit) throw illegalArgument(`maxTokenLength may not exceed ${limit}`);
}

/** StandardTokenizer with the check of its setter. */
export function standardTokenizer(maxTokenLength: number): Tokenizer {
  checkTokenLength(maxTokenLength, MAX_TOKEN_LENGTH_LIMIT);
  return new StandardTokenizer(maxTokenLength);
}

/** Matchers of `token_chars`, and of `tokenize_on_chars` where they have a name there. */
const CHAR_CLASSES: Readonly<Record<string, (code: number) => boolean>> = {
  letter: isLetter,
  digit: isDigit,
  whitespace: isWhitespace,
  punctuation: isPunctuation,
  symbol: isSymbol,
};

const TOKEN_TYPES =
  "symbol, private_use, paragraph_separator, start_punctuation, unassigned, enclosing_mark, " +
  "connector_punctuation, letter_number, other_number, math_symbol, lowercase_letter, " +
  "space_separator, surrogate, initial_quote_punctuation, decimal_digit_number, digit, " +
  "other_punctuation, dash_punctuation, currency_symbol, non_spacing_mark, custom, format, " +
  "modifier_letter, control, uppercase_letter, other_symbol, end_punctuation, modifier_symbol, " +
  "other_letter, line_separator, titlecase_letter, letter, punctuation, combining_spacing_mark, " +
  "final_quote_punctuation, whitespace";

function tokenCharsOf({ settings }: ComponentContext): (code: number) => boolean {
  const classes = settings.getList("token_chars").map((name) => name.trim());
  if (classes.length === 0) return () => true;
  const tests = classes.map((name) => {
    if (name.toLowerCase() === "custom") {
      const custom = settings.get("custom_token_chars");
      if (custom === undefined) {
        throw illegalArgument("Token type: 'custom' requires setting `custom_token_chars`");
      }
      const codes = new Set([...custom].map((char) => char.codePointAt(0)!));
      return (code: number) => codes.has(code);
    }
    const test = CHAR_CLASSES[name.toLowerCase()];
    if (test === undefined) {
      throw illegalArgument(
        `Unknown token type: '${name.toLowerCase()}', must be one of [${TOKEN_TYPES}]`,
      );
    }
    return test;
  });
  return (code) => tests.some((test) => test(code));
}

function ngramTokenizer(edgesOnly: boolean): TokenizerDefinition["make"] {
  return (context) => {
    const { settings } = context;
    const minGram = settings.getInt("min_gram", 1);
    const maxGram = settings.getInt("max_gram", 2);
    if (!edgesOnly) {
      const what = "The difference between max_gram and min_gram in NGram Tokenizer";
      checkDifference(context, maxGram - minGram, "index.max_ngram_diff", 1, what);
    }
    const isTokenChar = tokenCharsOf(context);
    return () => ngrams(minGram, maxGram, edgesOnly, isTokenChar);
  };
}

function ngrams(
  minGram: number,
  maxGram: number,
  edgesOnly: boolean,
  isTokenChar: (code: number) => boolean = () => true,
): Tokenizer {
  if (minGram < 1) throw illegalArgument("minGram must be greater than zero");
  if (minGram > maxGram) throw illegalArgument("minGram must not be greater than maxGram");
  return new NGramTokenizer({ minGram, maxGram, edgesOnly, isTokenChar });
}

function pathHierarchy({ settings }: ComponentContext): () => Tokenizer {
  const character = (key: string, fallback: string) => {
    const value = settings.get(key, fallback);
    if (value.length !== 1) throw illegalArgument(`${key} must be a one char value`);
    return value;
  };
  const delimiter = character("delimiter", "/");
  const options = {
    delimiter,
    replacement: character("replacement", delimiter),
    skip: settings.getInt("skip", 0),
    reverse: settings.getBoolean("reverse", false),
  };
  return () => new PathHierarchyTokenizer(options);
}

function pattern({ settings }: ComponentContext): () => Tokenizer {
  const expression = javaPattern(settings.get("pattern", "\\W+"), settings.get("flags", ""));
  const group = settings.getInt("group", -1);
  return () => new PatternTokenizer(expression, group);
}

/** Java escapes that `tokenize_on_chars` takes for one character. */
const ESCAPES: Readonly<Record<string, string>> = {
  "\\\\": "\\",
  "\\n": "\n",
  "\\r": "\r",
  "\\t": "\t",
  "\\b": "\b",
  "\\f": "\f",
};

function charGroup(context: ComponentContext): () => Tokenizer {
  const tests: ((code: number) => boolean)[] = [];
  const codes = new Set<number>();
  for (const item of context.settings.getList("tokenize_on_chars")) {
    if (item === "") throw illegalArgument("[tokenize_on_chars] cannot contain empty characters");
    const char = item.startsWith("\\") ? escapedChar(item) : item;
    if (char.length === 1) codes.add(char.charCodeAt(0));
    else if (Object.hasOwn(CHAR_CLASSES, item)) tests.push(CHAR_CLASSES[item]!);
    else throw illegalArgument(`Invalid escaped char in [${item}]`);
  }
  const maxTokenLength = maxTokenLengthOf(context);
  const isTokenChar = (code: number) => !codes.has(code) && !tests.some((test) => test(code));
  return () => new CharTokenizer(isTokenChar, maxTokenLength);
}

function escapedChar(item: string): string {
  const unicode = /^\\u([0-9a-fA-F]{4})$/.exec(item);
  if (unicode !== null) return String.fromCharCode(Number.parseInt(unicode[1]!, 16));
  const char = ESCAPES[item];
  if (char === undefined) throw illegalArgument(`Invalid escaped char [${item}]`);
  return char;
}

/** Every tokenizer. */
const DEFINITIONS: Readonly<Record<string, TokenizerDefinition>> = {
  char_group: { make: charGroup },
  edge_ngram: { make: ngramTokenizer(true), prebuilt: () => ngrams(1, 2, true) },
  keyword: { make: () => () => new KeywordTokenizer() },
  letter: { make: () => letterTokenizer },
  lowercase: { make: () => () => new LowerCaseTokenizer() },
  ngram: { make: ngramTokenizer(false), prebuilt: () => ngrams(1, 2, false) },
  path_hierarchy: { make: pathHierarchy },
  pattern: { make: pattern },
  standard: {
    make: (context) => {
      const length = maxTokenLengthOf(context);
      return () => standardTokenizer(length);
    },
  },
  whitespace: {
    make: (context) => {
      const length = maxTokenLengthOf(context);
      return () => {
        if (length > MAX_TOKEN_LENGTH_LIMIT || length <= 0) {
          throw illegalArgument(
            `maxTokenLen must be greater than 0 and less than ${MAX_TOKEN_LENGTH_LIMIT} ` +
              `passed: ${length}`,
          );
        }
        return whitespaceTokenizer(length);
      };
    },
  },
};

function own(name: string): TokenizerDefinition | undefined {
  return Object.hasOwn(DEFINITIONS, name) ? DEFINITIONS[name] : undefined;
}

/** A tokenizer of a type with settings of its own; undefined for an unknown type. */
export function makeTokenizer(
  type: string,
  context: ComponentContext,
): TokenizerFactory | undefined {
  const create = own(type)?.make(context);
  return create === undefined ? undefined : { name: context.name, create };
}

/** The tokenizer that a bare name means. */
export function prebuiltTokenizer(
  name: string,
  context: ComponentContext,
): TokenizerFactory | undefined {
  const prebuilt = own(name)?.prebuilt;
  return prebuilt === undefined ? makeTokenizer(name, context) : { name, create: prebuilt };
}
