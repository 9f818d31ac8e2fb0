// Replaces strings, the longest match first, and matches of a pattern.
// Upstream: org.apache.lucene.analysis.charfilter.MappingCharFilter,
// org.apache.lucene.analysis.pattern.PatternReplaceCharFilter.

import { type FilteredText, FilteredTextBuilder } from "./char-filter.ts";

/** Strings and what stands for them. NormalizeCharMap. */
export class MappingRules {
  private readonly rules = new Map<string, string>();
  private lengthMax = 0;

  /** Answers false when `from` has a rule already. */
  add(from: string, to: string): boolean {
    if (this.rules.has(from)) return false;
    this.rules.set(from, to);
    this.lengthMax = Math.max(this.lengthMax, from.length);
    return true;
  }

  /** The longest rule at `position`. */
  longest(text: string, position: number): readonly [from: string, to: string] | undefined {
    const limit = Math.min(this.lengthMax, text.length - position);
    for (let length = limit; length > 0; length--) {
      const from = text.slice(position, position + length);
      const to = this.rules.get(from);
      if (to !== undefined) return [from, to];
    }
    return undefined;
  }
}

/** MappingCharFilter. */
export function mapCharacters(rules: MappingRules, text: string): FilteredText {
  const out = new FilteredTextBuilder();
  for (let position = 0; position < text.length; ) {
    const rule = rules.longest(text, position);
    if (rule === undefined) {
      out.append(text[position]!);
      position++;
      continue;
    }
    const [from, to] = rule;
    position += from.length;
    const difference = from.length - to.length;
    const before = out.lastDifference;
    const start = out.length;
    if (difference > 0) out.addOffCorrectMap(start + to.length, before + difference);
    else {
      // Each character that the output has more points at the end of the input.
      for (let extra = 0; extra < -difference; extra++) {
        out.addOffCorrectMap(start + from.length + extra, before - extra - 1);
      }
    }
    out.append(to);
  }
  return out.build();
}

/** PatternReplaceCharFilter: `pattern` is global, `replacement` is JavaScript's. */
export function replacePattern(pattern: RegExp, replacement: string, text: string): FilteredText {
  const out = new FilteredTextBuilder();
  let from = 0;
  let cumulative = 0;
  const single = new RegExp(pattern.source, `${pattern.flags.replace("g", "")}y`);
  for (const match of text.matchAll(pattern)) {
    const start = match.index;
    const end = start + match[0].length;
    out.append(text.slice(from, start));
    single.lastIndex = start;
    const replaced = text.replace(single, replacement);
    const value = replaced.slice(start, replaced.length - (text.length - end));
    const before = out.length;
    out.append(value);
    if (value.length !== end - start) {
      cumulative += end - start - value.length;
      if (value.length < end - start) {
        out.addOffCorrectMap(out.length, cumulative);
      } else {
        for (let i = end - start; i < value.length; i++) {
          const left = i - (end - start) + 1;
          out.addOffCorrectMap(before + i, cumulative + (value.length - (end - start)) - left);
        }
      }
    }
    from = end;
  }
  out.append(text.slice(from));
  return out.build();
}
