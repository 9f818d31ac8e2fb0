// Synonym rules by their input words. Upstream: org.apache.lucene.analysis.synonym.SynonymMap and
// SolrSynonymParser.

import { illegalArgument } from "../../../base/index.ts";
import { lowerCase } from "../characters.ts";

/** Between the words of a phrase; SynonymMap.WORD_SEPARATOR. */
const WORD_SEPARATOR = "\u0000";

/** What replaces, or stands beside, a matched phrase. */
export interface SynonymRule {
  readonly outputs: (readonly string[])[];
  keepOriginal: boolean;
}

/** Turns the text of a rule's side into its words; throws where upstream's parser refuses it. */
export type SynonymAnalyzer = (text: string) => readonly string[];

/** Rules, looked up word by word. */
export class SynonymMap {
  private readonly rules = new Map<string, SynonymRule>();
  /** Every proper beginning of an input, as words. */
  private readonly beginnings = new Set<string>();
  private readonly outputKeys = new Map<SynonymRule, Set<string>>();
  /** The longest input or output in words. */
  wordsMax = 0;

  get size(): number {
    return this.rules.size;
  }

  add(input: readonly string[], output: readonly string[], keepOriginal: boolean): void {
    const key = input.join(WORD_SEPARATOR);
    let rule = this.rules.get(key);
    if (rule === undefined) {
      rule = { outputs: [], keepOriginal: false };
      this.rules.set(key, rule);
      this.outputKeys.set(rule, new Set());
      for (let count = 1; count < input.length; count++) {
        this.beginnings.add(input.slice(0, count).join(WORD_SEPARATOR));
      }
    }
    rule.keepOriginal ||= keepOriginal;
    this.wordsMax = Math.max(this.wordsMax, input.length, output.length);
    const keys = this.outputKeys.get(rule)!;
    const outputKey = output.join(WORD_SEPARATOR);
    if (keys.has(outputKey)) return;
    keys.add(outputKey);
    rule.outputs.push(output);
  }

  /** Starts a match: the key of one word. */
  static keyOf(word: string, before: string | undefined): string {
    return before === undefined ? word : before + WORD_SEPARATOR + word;
  }

  rule(key: string): SynonymRule | undefined {
    return this.rules.get(key);
  }

  /** Whether a longer input starts with these words. */
  continues(key: string): boolean {
    return this.beginnings.has(key);
  }
}

/** How a word is looked up. */
export function synonymKeyWord(term: string, ignoreCase: boolean): string {
  return ignoreCase ? lowerCase(term) : term;
}

/** Solr's format: `a, b => c` or `a, b, c`; `\` escapes, `#` starts a comment. */
export function addSolrSynonyms(
  map: SynonymMap,
  lines: readonly string[],
  expand: boolean,
  lenient: boolean,
  analyze: SynonymAnalyzer,
): void {
  const sideOf = (text: string) =>
    splitEscaped(text, ",").flatMap((part) => {
      try {
        return [analyze(unescapeSide(part).trim())];
      } catch (error) {
        if (lenient) return [];
        throw error;
      }
    });
  lines.forEach((line, index) => {
    if (line === "" || line.startsWith("#")) return;
    try {
      const sides = splitEscaped(line, "=>");
      if (sides.length > 2) {
        throw illegalArgument("more than one explicit mapping specified on the same line");
      }
      addRule(map, sides.map(sideOf), expand);
    } catch (error) {
      throw illegalArgument(`Invalid synonym rule at line ${index + 1}`, error);
    }
  });
}

function addRule(map: SynonymMap, sides: (readonly string[])[][], expand: boolean): void {
  const [inputs = [], outputs] = sides;
  if (outputs !== undefined) {
    for (const input of inputs) for (const output of outputs) map.add(input, output, false);
  } else if (expand) {
    inputs.forEach((input, i) => {
      inputs.forEach((output, j) => {
        if (i !== j) map.add(input, output, true);
      });
    });
  } else {
    for (const input of inputs) map.add(input, inputs[0]!, false);
  }
}

/** Splits at a separator that no backslash escapes; empty parts vanish, escapes stay. */
function splitEscaped(text: string, separator: string): string[] {
  const parts: string[] = [];
  let part = "";
  for (let i = 0; i < text.length; ) {
    if (text.startsWith(separator, i)) {
      if (part !== "") parts.push(part);
      part = "";
      i += separator.length;
    } else {
      const width = text[i] === "\\" && i + 1 < text.length ? 2 : 1;
      part += text.slice(i, i + width);
      i += width;
    }
  }
  if (part !== "") parts.push(part);
  return parts;
}

function unescapeSide(text: string): string {
  return text.replace(/\\([\s\S])/g, "$1");
}
