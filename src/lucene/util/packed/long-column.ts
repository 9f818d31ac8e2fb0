// Longs of one field on their way into a file, collected in one pass over the source: numbers as
// long as all are safe integers, otherwise 32-bit halves. Both grow by doubling.

import { assert } from "../../../base/index.ts";

/** Where the exact halves of the current value come from (numeric doc values). */
export interface LongSource {
  longHigh(): number;
  longLow(): number;
}

const TWO_32 = 4294967296;
const NO_INTS = new Int32Array(0);

/** Documents, values per document and values of one field. Arrays are longer than their counts. */
export class LongColumn {
  docs = new Int32Array(256);
  docCount = 0;
  /** Values of each document; undefined while each has exactly one. */
  counts: Int32Array | undefined;
  count = 0;
  /** The values while all are safe integers; undefined afterwards. */
  numbers: Float64Array | undefined = new Float64Array(256);
  highs = NO_INTS;
  lows = NO_INTS;

  /** Documents come in ascending order. */
  startDoc(doc: number): void {
    if (this.docCount === this.docs.length) this.docs = grownInts(this.docs);
    assert(this.docCount === 0 || doc > this.docs[this.docCount - 1]!, "documents out of order");
    this.docs[this.docCount++] = doc;
  }

  /** Says that the document just started has `count` values. */
  setDocValueCount(count: number): void {
    assert(count > 0, "a document of the set has no value");
    if (count !== 1 && this.counts === undefined) {
      this.counts = new Int32Array(this.docs.length).fill(1, 0, this.docCount);
    }
    if (this.counts === undefined) return;
    if (this.docCount > this.counts.length) this.counts = grownInts(this.counts);
    this.counts[this.docCount - 1] = count;
  }

  /** Adds a value; `source` is asked for halves only if `value` is not a safe integer. */
  add(value: number, source: LongSource | undefined): void {
    const numbers = this.numbers;
    if (numbers !== undefined) {
      if (Number.isSafeInteger(value)) {
        if (this.count === numbers.length) {
          const grown = new Float64Array(numbers.length * 2);
          grown.set(numbers);
          this.numbers = grown;
        }
        this.numbers![this.count++] = value;
        return;
      }
      this.widen(numbers);
    }
    if (this.count === this.lows.length) {
      this.lows = grownInts(this.lows);
      this.highs = grownInts(this.highs);
    }
    const safe = Number.isSafeInteger(value);
    assert(safe || source !== undefined, "a value beyond 2^53 has no halves");
    this.highs[this.count] = safe ? Math.floor(value / TWO_32) : source!.longHigh();
    this.lows[this.count++] = safe ? value | 0 : source!.longLow();
  }

  private widen(numbers: Float64Array): void {
    this.highs = new Int32Array(numbers.length);
    this.lows = new Int32Array(numbers.length);
    for (let i = 0; i < this.count; i++) {
      this.highs[i] = Math.floor(numbers[i]! / TWO_32);
      this.lows[i] = numbers[i]! | 0;
    }
    this.numbers = undefined;
  }

  low(index: number): number {
    return this.numbers === undefined ? this.lows[index]! : this.numbers[index]! | 0;
  }

  high(index: number): number {
    if (this.numbers === undefined) return this.highs[index]!;
    return Math.floor(this.numbers[index]! / TWO_32);
  }

  big(index: number): bigint {
    if (this.numbers !== undefined) return BigInt(this.numbers[index]!);
    return (BigInt(this.highs[index]!) << 32n) | BigInt(this.lows[index]! >>> 0);
  }

  /** Least and greatest value, exact; 0 and 0 where there are none. */
  range(): { min: bigint; max: bigint } {
    let min = 0;
    let max = 0;
    for (let i = 1; i < this.count; i++) {
      if (this.compare(i, min) < 0) min = i;
      if (this.compare(i, max) > 0) max = i;
    }
    return this.count === 0 ? { min: 0n, max: 0n } : { min: this.big(min), max: this.big(max) };
  }

  private compare(a: number, b: number): number {
    const { numbers, highs, lows } = this;
    if (numbers !== undefined) return numbers[a]! - numbers[b]!;
    return highs[a]! - highs[b]! || (lows[a]! >>> 0) - (lows[b]! >>> 0);
  }
}

function grownInts(ints: Int32Array): Int32Array<ArrayBuffer> {
  const grown = new Int32Array(Math.max(256, ints.length * 2));
  grown.set(ints);
  return grown;
}
