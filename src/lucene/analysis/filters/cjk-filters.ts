// Upstream: org.apache.lucene.analysis.cjk.{CJKWidthFilter,CJKBigramFilter}.

import { TokenFilter, type TokenState } from "../token-filter.ts";
import type { TokenStream } from "../token-stream.ts";

/** CJKWidthFilter: full-width ASCII and half-width katakana to their usual forms. */
export function normalizeCjkWidth(term: string): string {
  if (!/[\uff01-\uff5e\uff65-\uff9f]/.test(term)) return term;
  let out = "";
  for (let i = 0; i < term.length; i++) {
    const unit = term.charCodeAt(i);
    if (unit >= 0xff01 && unit <= 0xff5e) out += String.fromCharCode(unit - 0xfee0);
    else if (unit >= 0xff65 && unit <= 0xff9f) {
      const kana = term[i]!.normalize("NFKC");
      const before = out.charCodeAt(out.length - 1);
      // A voice mark joins the kana before it where the pair has a letter of its own.
      const joins = unit >= 0xff9e && before >= 0x30a6 && before <= 0x30fd;
      const joined = joins ? (out[out.length - 1]! + kana).normalize("NFC") : "";
      out = joined.length === 1 ? out.slice(0, -1) + joined : out + kana;
    } else out += term[i]!;
  }
  return out;
}

/** Scripts of CJKBigramFilter by the tokenizer's type. */
export const CJK_TYPES: Readonly<Record<string, string>> = {
  han: "<IDEOGRAPHIC>",
  hiragana: "<HIRAGANA>",
  katakana: "<KATAKANA>",
  hangul: "<HANGUL>",
};

interface CodePoint {
  readonly char: string;
  readonly startOffset: number;
  readonly endOffset: number;
}

/** Pairs of neighbouring CJK code points; one that stands alone comes alone. */
export class CjkBigramFilter extends TokenFilter {
  private readonly types: ReadonlySet<string>;
  private readonly outputUnigrams: boolean;
  private buffer: CodePoint[] = [];
  private index = 0;
  private lastEndOffset = 0;
  private lone: TokenState | undefined;
  private exhausted = false;
  private bigramNext = false;

  constructor(input: TokenStream, types: ReadonlySet<string>, outputUnigrams: boolean) {
    super(input);
    this.types = types;
    this.outputUnigrams = outputUnigrams;
  }

  override reset(): void {
    super.reset();
    this.buffer = [];
    this.index = 0;
    this.lastEndOffset = 0;
    this.lone = undefined;
    this.exhausted = false;
    this.bigramNext = false;
  }

  override incrementToken(): boolean {
    for (;;) {
      if (this.buffer.length - this.index > 1) return this.flushPair();
      if (!this.next()) {
        if (!this.hasUnigram()) return false;
        this.flush(1);
        return true;
      }
      const isCjk = this.types.has(this.type);
      if (isCjk && this.startOffset === this.lastEndOffset) {
        this.fill();
        continue;
      }
      if (this.hasUnigram()) {
        this.lone = this.captureState();
        this.flush(1);
        return true;
      }
      if (!isCjk) return true;
      this.buffer = [];
      this.index = 0;
      this.fill();
    }
  }

  private flushPair(): true {
    if (!this.outputUnigrams) {
      this.flush(2);
      return true;
    }
    // A, AB, B, BC, C: each unigram is followed by the pair that starts with it.
    if (this.bigramNext) {
      this.flush(2);
      this.positionIncrement = 0;
      this.positionLength = 2;
    } else {
      this.flush(1);
      this.index--;
    }
    this.bigramNext = !this.bigramNext;
    return true;
  }

  private flush(count: 1 | 2): void {
    const first = this.buffer[this.index]!;
    const last = this.buffer[this.index + count - 1]!;
    this.term = count === 1 ? first.char : first.char + last.char;
    this.startOffset = first.startOffset;
    this.endOffset = last.endOffset;
    this.type = count === 1 ? "<SINGLE>" : "<DOUBLE>";
    this.positionIncrement = 1;
    this.positionLength = 1;
    this.keyword = false;
    this.index++;
  }

  private hasUnigram(): boolean {
    return this.outputUnigrams
      ? this.buffer.length - this.index === 1
      : this.buffer.length === 1 && this.index === 0;
  }

  private next(): boolean {
    if (this.lone !== undefined) {
      this.restoreState(this.lone);
      this.lone = undefined;
      return true;
    }
    if (!this.exhausted && this.advance()) return true;
    this.exhausted = true;
    return false;
  }

  private fill(): void {
    // Only the last code point can still start a pair.
    if (this.buffer.length > 64) {
      this.index -= this.buffer.length - 1;
      this.buffer = this.buffer.slice(-1);
    }
    const { term, endOffset } = this;
    const odd = endOffset - this.startOffset !== term.length;
    let start = this.startOffset;
    for (const char of term) {
      const end = odd ? endOffset : start + char.length;
      this.buffer.push({ char, startOffset: start, endOffset: end });
      if (!odd) start = end;
    }
    this.lastEndOffset = endOffset;
  }
}
