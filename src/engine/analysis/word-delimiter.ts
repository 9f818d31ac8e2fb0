// Settings of `word_delimiter_graph`. Upstream: WordDelimiterGraphTokenFilterFactory.

import { illegalArgument } from "../../base/index.ts";
import {
  type TokenStream,
  WordDelimiterGraphFilter,
  type WordDelimiterOptions,
} from "../../lucene/analysis/index.ts";
import { type ComponentContext, refuseFile, wordsOf } from "./component.ts";

const TYPES: Readonly<Record<string, number>> = {
  LOWER: 1,
  UPPER: 2,
  ALPHA: 3,
  DIGIT: 4,
  ALPHANUM: 7,
  SUBWORD_DELIM: 8,
};

/** Reads the settings of the filter. */
export function wordDelimiterGraph(context: ComponentContext): (input: TokenStream) => TokenStream {
  const flag = (name: string, fallback: boolean) => context.settings.getBoolean(name, fallback);
  refuseFile(context, "type_table_path");
  const options: WordDelimiterOptions = {
    generateWordParts: flag("generate_word_parts", true),
    generateNumberParts: flag("generate_number_parts", true),
    catenateWords: flag("catenate_words", false),
    catenateNumbers: flag("catenate_numbers", false),
    catenateAll: flag("catenate_all", false),
    splitOnCaseChange: flag("split_on_case_change", true),
    preserveOriginal: flag("preserve_original", false),
    splitOnNumerics: flag("split_on_numerics", true),
    stemEnglishPossessive: flag("stem_english_possessive", true),
    ignoreKeywords: flag("ignore_keywords", false),
    adjustOffsets: flag("adjust_offsets", true),
    protectedWords: wordsOf(context, "protected_words", [], false),
    charTypes: charTypesOf(context.settings.getList("type_table")),
  };
  return (input) => new WordDelimiterGraphFilter(input, options);
}

function charTypesOf(rules: readonly string[]): Map<number, number> {
  const types = new Map<number, number>();
  rules.forEach((rule, index) => {
    const match = /^(.*)\s*=>\s*(.*)\s*$/.exec(rule);
    const type = TYPES[match?.[2]?.trim() ?? ""];
    const char = match?.[1]
      ?.trim()
      .replace(/\\u([0-9a-fA-F]{4})/, (_, hex: string) =>
        String.fromCharCode(Number.parseInt(hex, 16)),
      );
    if (type === undefined || char?.length !== 1) {
      throw illegalArgument(`Line [${index + 1}]: Invalid mapping rule: [${rule}]`);
    }
    types.set(char.charCodeAt(0), type);
  });
  return types;
}
