// The dictionary of a sorted or sorted set field: terms in byte order, in blocks of 64.
//
//   META            SIZE  TYPE    FIELD
//                    n    vLong   size                terms
//                    4    i32     blockShift          of both address sequences: 16
//                   21*b          monotonic metadata  one value per block of 64 terms
//                   4+4   i32     maxTermLength, maxBlockLength
//                   8+8   i64     offset and length of the terms
//                   8+8   i64     offset and length of the addresses, relative to the terms
//                    4    i32     indexShift          10: one key per 1024 terms
//                   21*b          monotonic metadata  one value per key, and the end
//                   8+8   i64     offset and length of the keys
//                   8+8   i64     offset and length of their addresses
//   BLOCK            n    vInt    length of the first term, then its bytes
//                    n    vInt    length of the rest, decompressed (not in a last block of one)
//                    m    LZ4     the rest; later 9.x: with the first term as dictionary
//   TERM in the rest 1    u8      low nibble prefix length, high nibble suffix length - 1; 15 in a
//                                 nibble: a vInt to add follows (prefix first), then the suffix
//   KEY              shortest prefix of its term that is greater than the term before it
// Invariants: a prefix is not longer than the term before; terms ascend.
// Upstream: Lucene90DocValuesProducer.TermsDict (9.12.3). Spec: docs/format/doc-values.md.

import {
  corrupt,
  lz4BytesMax,
  lz4Decompress,
  lz4DecompressBytes,
  TERM_BYTES_MAX,
  unsupported,
} from "../../../../base/index.ts";
import type {
  ImpactsEnum,
  PostingsEnum,
  SeekStatus,
  TermsEnum,
} from "../../../index/leaf-reader.ts";
import type { IndexInput, RandomAccessInput } from "../../../store/index.ts";
import { DirectMonotonicReader } from "../../../util/packed/direct-monotonic-reader.ts";
import type { AddressesEntry, TermsDictEntry } from "./doc-values-entries.ts";

/** Bytes of a term and its lengths in a decompressed block. */
const BLOCK_TERM_BYTES_MAX = TERM_BYTES_MAX + 16;

/** Terms by ordinal and ordinals by term. Keeps one block decoded. */
export class TermsDict implements TermsEnum {
  readonly valueCount: number;
  private readonly entry: TermsDictEntry;
  private readonly bytes: IndexInput;
  private readonly blockAddresses: DirectMonotonicReader;
  private readonly keyAddresses: DirectMonotonicReader;
  private readonly keys: RandomAccessInput;
  private current = -1;
  /** The decoded block's terms: `text[starts[i], starts[i + 1])`. */
  private block = -1;
  private text = new Uint8Array(1024);
  private readonly starts: Int32Array;
  private readonly blockTerms: number;
  private readonly blockShift: number;
  private rest: Uint8Array = new Uint8Array(0);

  constructor(data: IndexInput, entry: TermsDictEntry) {
    this.entry = entry;
    this.valueCount = entry.size;
    this.blockShift = entry.blockShift;
    this.blockTerms = 1 << entry.blockShift;
    this.starts = new Int32Array(this.blockTerms + 1);
    this.bytes = data.slice(entry.termsOffset, entry.termsLength, "terms");
    this.blockAddresses = open(data, entry.addresses);
    this.keyAddresses = open(data, entry.indexAddresses);
    this.keys = data.randomAccess(entry.indexOffset, entry.indexLength);
  }

  /** The term of an ordinal, borrowed until the next block is decoded. */
  lookupOrd(ord: number): Uint8Array {
    if (!(ord >= 0 && ord < this.entry.size)) {
      throw corrupt("Ordinal is out of bounds", {
        file: this.bytes.name,
        ord,
        size: this.entry.size,
      });
    }
    this.loadBlock(ord >>> this.blockShift);
    return this.termInBlock(ord & (this.blockTerms - 1));
  }

  /** The ordinal of `term`, or -(insertion point) - 1. */
  lookupTerm(term: Uint8Array): number {
    const ord = this.ceilOrd(term);
    if (ord < this.entry.size && Buffer.compare(this.lookupOrd(ord), term) === 0) return ord;
    return -1 - ord;
  }

  private termInBlock(i: number): Uint8Array {
    return this.text.subarray(this.starts[i]!, this.starts[i + 1]!);
  }

  /** Ordinal of the first term ≥ `term`; the dictionary's size if there is none. */
  private ceilOrd(term: Uint8Array): number {
    const { entry } = this;
    const key = this.floorKey(term);
    if (key < 0) return 0;
    const first = key << (entry.indexShift - this.blockShift);
    const blocks = Math.ceil(entry.size / this.blockTerms);
    let low = first;
    let high = Math.min(blocks, first + (1 << (entry.indexShift - this.blockShift))) - 1;
    while (low <= high) {
      const middle = (low + high) >>> 1;
      if (Buffer.compare(this.firstTerm(middle), term) <= 0) low = middle + 1;
      else high = middle - 1;
    }
    return this.ceilOrdInBlock(Math.max(high, 0), term);
  }

  private ceilOrdInBlock(block: number, term: Uint8Array): number {
    this.loadBlock(block);
    const start = block * this.blockTerms;
    let low = 0;
    let high = Math.min(this.blockTerms, this.entry.size - start) - 1;
    while (low <= high) {
      const middle = (low + high) >>> 1;
      if (Buffer.compare(this.termInBlock(middle), term) < 0) low = middle + 1;
      else high = middle - 1;
    }
    return start + low;
  }

  /** Last key ≤ `term`; -1 if the dictionary is empty (the first key is empty). */
  private floorKey(term: Uint8Array): number {
    let low = 0;
    let high = this.keyAddresses.count - 2;
    while (low <= high) {
      const middle = (low + high) >>> 1;
      const start = this.keyAddresses.get(middle);
      const key = this.keys.bytesBorrow(start, this.keyAddresses.get(middle + 1) - start);
      if (Buffer.compare(key, term) <= 0) low = middle + 1;
      else high = middle - 1;
    }
    return high;
  }

  /** Reads the uncompressed first term of a block, borrowed. */
  private firstTerm(block: number): Uint8Array {
    const { bytes } = this;
    bytes.seek(this.blockAddresses.get(block));
    const length = bytes.readVInt();
    if (length < 0 || length > TERM_BYTES_MAX) {
      throw corrupt("Term is too long", { file: bytes.name, offset: bytes.filePointer, length });
    }
    return bytes.bytesBorrow(length);
  }

  private loadBlock(block: number): void {
    if (block === this.block) return;
    this.block = -1;
    const first = this.firstTerm(block);
    const count = Math.min(this.blockTerms, this.entry.size - block * this.blockTerms);
    // Fresh bytes per block: terms handed out before stay as they were.
    this.text = new Uint8Array(Math.max(1024, first.length * 2));
    this.text.set(first);
    this.starts[1] = first.length;
    if (count > 1) {
      if (this.entry.compressed) this.decodeRest(first, count);
      else this.decodePlainRest(block, count);
    }
    this.block = block;
  }

  private decodeRest(first: Uint8Array, count: number): void {
    const { bytes } = this;
    const length = bytes.readVInt();
    if (
      length < 0 ||
      length > this.blockTerms * BLOCK_TERM_BYTES_MAX ||
      length > 255 * (bytes.length - bytes.filePointer)
    ) {
      throw corrupt("Block of terms is too long", { file: bytes.name, length });
    }
    const end = first.length + length;
    if (this.rest.length < end) this.rest = new Uint8Array(end);
    this.rest.set(first);
    // Within one page the array decoder is several times faster.
    const { buf, pos, end: windowEnd } = bytes;
    if (windowEnd - pos >= lz4BytesMax(length)) {
      lz4DecompressBytes(buf, pos, windowEnd, this.rest, first.length, length);
    } else {
      lz4Decompress(bytes, this.rest, first.length, length);
    }
    this.decodeTerms(first.length, end, count);
  }

  private decodeTerms(start: number, end: number, count: number): void {
    for (let i = 1, p = start; i < count; i++) p = this.decodeTerm(i, p, end);
  }

  /** The terms after the first, where nothing is compressed: up to the next block. */
  private decodePlainRest(block: number, count: number): void {
    const { bytes, blockAddresses } = this;
    const next = block + 1;
    const end = next < blockAddresses.count ? blockAddresses.get(next) : bytes.length;
    const length = end - bytes.filePointer;
    if (length < 0) throw corrupt("Blocks of terms do not ascend", { file: bytes.name, block });
    this.rest = bytes.bytesBorrow(length);
    this.decodeTerms(0, length, count);
  }

  /** Decodes term `i` of the block at `p` of `rest`; answers the position after it. */
  private decodeTerm(i: number, p: number, end: number): number {
    const { rest } = this;
    const token = rest[p++]!;
    let prefix = token & 15;
    let suffix = 1 + (token >>> 4);
    if (prefix === 15) {
      for (let shift = 0, more = true; more && p < end && shift < 32; shift += 7) {
        prefix += (rest[p]! & 0x7f) << shift;
        more = rest[p++]! >= 0x80;
      }
    }
    if (suffix === 16) {
      for (let shift = 0, more = true; more && p < end && shift < 32; shift += 7) {
        suffix += (rest[p]! & 0x7f) << shift;
        more = rest[p++]! >= 0x80;
      }
    }
    const previous = this.starts[i - 1]!;
    const start = this.starts[i]!;
    if (prefix < 0 || suffix < 0 || prefix > start - previous || suffix > end - p) {
      throw corrupt("Term does not fit its block", { file: this.bytes.name, prefix, suffix });
    }
    const next = start + prefix + suffix;
    if (next > this.text.length) {
      const grown = new Uint8Array(Math.max(next, this.text.length * 2));
      grown.set(this.text.subarray(0, start));
      this.text = grown;
    }
    const { text } = this;
    // Terms are short: loops beat calls of the engine's copying.
    for (let i = 0; i < prefix; i++) text[start + i] = text[previous + i]!;
    for (let i = 0, to = start + prefix; i < suffix; i++) text[to + i] = rest[p + i]!;
    this.starts[i + 1] = next;
    return p + suffix;
  }

  next(): Uint8Array | undefined {
    if (this.current + 1 >= this.entry.size) return undefined;
    this.current++;
    return this.lookupOrd(this.current);
  }

  ord(): number {
    return this.current;
  }

  term(): Uint8Array {
    return this.lookupOrd(this.current);
  }

  seekExact(term: Uint8Array): boolean {
    const ord = this.lookupTerm(term);
    if (ord >= 0) this.current = ord;
    return ord >= 0;
  }

  seekCeil(term: Uint8Array): SeekStatus {
    const ord = this.ceilOrd(term);
    this.current = ord;
    if (ord >= this.entry.size) return "end";
    return Buffer.compare(this.lookupOrd(ord), term) === 0 ? "found" : "not-found";
  }

  docFreq(): number {
    throw noPostings();
  }

  totalTermFreq(): number {
    return -1;
  }

  postings(): PostingsEnum {
    throw noPostings();
  }

  impacts(): ImpactsEnum | undefined {
    return undefined;
  }

  termState(): unknown {
    return this.current;
  }

  seekToState(_term: Uint8Array, state: unknown): void {
    this.current = state as number;
  }
}

function noPostings(): Error {
  return unsupported("A doc values dictionary has no postings");
}

function open(data: IndexInput, entry: AddressesEntry): DirectMonotonicReader {
  return new DirectMonotonicReader(entry.meta, data.randomAccess(entry.offset, entry.length));
}
