// A bit per document. Bit i is bit i & 7 of byte i >> 3, which is what the little-endian longs of a
// .liv file are on disk.
// Upstream: org.apache.lucene.util.{FixedBitSet,FixedBits} (9.12.3).

import type { Bits } from "./leaf-reader.ts";

/** A mutable bit set over a fixed number of bits; the bytes beyond `length` stay 0. */
export class FixedBits implements Bits {
  readonly length: number;
  /** 8 * ceil(length / 64) bytes. */
  readonly bytes: Uint8Array;

  constructor(length: number, bytes: Uint8Array = new Uint8Array(Math.ceil(length / 64) * 8)) {
    this.length = length;
    this.bytes = bytes;
  }

  /** All of `length` bits set. */
  static ones(length: number): FixedBits {
    const bits = new FixedBits(length);
    bits.bytes.fill(0xff, 0, length >> 3);
    if ((length & 7) !== 0) bits.bytes[length >> 3] = (1 << (length & 7)) - 1;
    return bits;
  }

  /** A mutable copy of any bits; all ones where `bits` is undefined. */
  static copyOf(bits: Bits | undefined, length: number): FixedBits {
    if (bits === undefined) return FixedBits.ones(length);
    if (bits instanceof FixedBits) return new FixedBits(bits.length, bits.bytes.slice());
    const copy = new FixedBits(bits.length);
    for (let i = 0; i < bits.length; i++) if (bits.get(i)) copy.set(i);
    return copy;
  }

  get(index: number): boolean {
    return (this.bytes[index >> 3]! & (1 << (index & 7))) !== 0;
  }

  set(index: number): void {
    this.bytes[index >> 3]! |= 1 << (index & 7);
  }

  clear(index: number): void {
    this.bytes[index >> 3]! &= ~(1 << (index & 7));
  }

  /** Number of set bits. */
  cardinality(): number {
    let count = 0;
    for (let byte of this.bytes) {
      for (; byte !== 0; byte &= byte - 1) count++;
    }
    return count;
  }
}
