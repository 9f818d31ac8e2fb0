// What a char filter makes of a text, and the way back for offsets.
// Upstream: org.apache.lucene.analysis.charfilter.BaseCharFilter.

import type { OffsetCorrection } from "./tokenizer.ts";

/** A text after a char filter. */
export interface FilteredText {
  readonly text: string;
  /** Undefined when every offset stays. */
  readonly correction: OffsetCorrection | undefined;
}

/** Collects output text and, wherever its length departs from the input's, the difference. */
export class FilteredTextBuilder {
  private text = "";
  private readonly offsets: number[] = [];
  private readonly differences: number[] = [];

  get length(): number {
    return this.text.length;
  }

  /** The difference, input minus output, in force at the end of the output. */
  get lastDifference(): number {
    return this.differences[this.differences.length - 1] ?? 0;
  }

  append(text: string): void {
    this.text += text;
  }

  /** From output offset `offset` on, the input is `difference` ahead. BaseCharFilter's rule. */
  addOffCorrectMap(offset: number, difference: number): void {
    const last = this.offsets.length - 1;
    if (last >= 0 && this.offsets[last] === offset) this.differences[last] = difference;
    else {
      this.offsets.push(offset);
      this.differences.push(difference);
    }
  }

  build(): FilteredText {
    const { offsets, differences } = this;
    if (offsets.length === 0) return { text: this.text, correction: undefined };
    return { text: this.text, correction: (offset) => correct(offsets, differences, offset) };
  }
}

function correct(
  offsets: readonly number[],
  differences: readonly number[],
  offset: number,
): number {
  let low = 0;
  let high = offsets.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (offsets[middle]! <= offset) low = middle + 1;
    else high = middle;
  }
  return low === 0 ? offset : offset + differences[low - 1]!;
}
