// What a registry of analysis components holds, and how their settings are read.
// Upstream: AnalysisModule.AnalysisProvider, org.opensearch.index.analysis.Analysis.

import { illegalArgument } from "../../base/index.ts";
import { namedStopWords, WordSet } from "../../lucene/analysis/index.ts";
import type { Settings } from "../settings.ts";

/** What a component is made from. */
export interface ComponentContext {
  /** Its name in the index, or the name that it is known by. */
  readonly name: string;
  readonly settings: Settings;
  /** The settings of the index, for limits such as `index.max_ngram_diff`. */
  readonly indexSettings: Settings;
}

/** A word list: inline words with named lists among them; `_none_` is empty. */
export function wordsOf(
  context: ComponentContext,
  key: string,
  fallback: Iterable<string>,
  ignoreCase: boolean,
): WordSet {
  const { settings } = context;
  refuseFile(context, `${key}_path`);
  if (!settings.has(key)) return new WordSet(fallback);
  if (settings.get(key) === "_none_") return new WordSet([]);
  const words: string[] = [];
  for (const word of settings.getList(key)) words.push(...(namedStopWords(word) ?? [word]));
  return new WordSet(words, ignoreCase);
}

/** `stopwords`, with `stopwords_case`. */
export function stopWordsOf(context: ComponentContext, fallback: Iterable<string>): WordSet {
  const ignoreCase = context.settings.getBoolean("stopwords_case", false);
  return wordsOf(context, "stopwords", fallback, ignoreCase);
}

/** Lists in files of the configuration folder are not supported. */
export function refuseFile(context: ComponentContext, key: string): void {
  if (!context.settings.has(key)) return;
  throw illegalArgument(`[${key}] of [${context.name}] is not supported, give the list inline`);
}

/** A limit on the difference of two sizes, set by an index setting. */
export function checkDifference(
  context: ComponentContext,
  difference: number,
  setting: string,
  fallback: number,
  what: string,
): void {
  const limit = context.indexSettings.getInt(setting, fallback);
  if (difference <= limit) return;
  throw illegalArgument(
    `${what} must be less than or equal to: [${limit}] but was [${difference}]. This limit can be ` +
      `set by changing the [${setting}] index level setting.`,
  );
}
