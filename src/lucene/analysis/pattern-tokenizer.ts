// Splits at a regular expression, or emits its matches.
// Upstream: org.apache.lucene.analysis.pattern.{PatternTokenizer,SimplePatternTokenizer,
// SimplePatternSplitTokenizer}.

import { Tokenizer } from "./tokenizer.ts";

/** `group` -1 splits; otherwise the non-empty matches of that group are the tokens. */
export class PatternTokenizer extends Tokenizer {
  private readonly pattern: RegExp;
  private readonly group: number;
  /** Where the next token starts when splitting; past the end when nothing is left. */
  private index = 0;

  constructor(pattern: RegExp, group: number) {
    super();
    const flags = new Set([...pattern.flags, "g", ...(group > 0 ? ["d"] : [])]);
    this.pattern = new RegExp(pattern.source, [...flags].join(""));
    this.group = group;
  }

  override reset(): void {
    this.pattern.lastIndex = 0;
    this.index = 0;
  }

  override incrementToken(): boolean {
    if (this.index >= this.text.length) return false;
    return this.group < 0 ? this.nextPart() : this.nextMatch();
  }

  private nextMatch(): boolean {
    for (let match = this.find(); match !== null; match = this.find()) {
      const range = this.group === 0 ? undefined : match.indices![this.group];
      if (this.group > 0 && range === undefined) continue;
      const start = range?.[0] ?? match.index;
      const end = range?.[1] ?? match.index + match[0].length;
      if (start === end) continue;
      this.emit(start, end);
      return true;
    }
    this.index = Number.MAX_SAFE_INTEGER;
    return false;
  }

  private nextPart(): boolean {
    const { text } = this;
    for (let match = this.find(); match !== null; match = this.find()) {
      const start = this.index;
      this.index = match.index + match[0].length;
      if (match.index > start) {
        this.emit(start, match.index);
        return true;
      }
    }
    const start = this.index;
    this.index = Number.MAX_SAFE_INTEGER;
    if (start >= text.length) return false;
    this.emit(start, text.length);
    return true;
  }

  /** Java's Matcher.find: an empty match moves on by one. */
  private find(): RegExpExecArray | null {
    const match = this.pattern.exec(this.text);
    if (match !== null && match[0] === "") this.pattern.lastIndex++;
    return match;
  }
}
