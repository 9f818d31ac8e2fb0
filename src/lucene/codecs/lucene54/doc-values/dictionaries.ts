// Dictionaries of sorted fields of Lucene 6: terms of one length, terms with addresses, or blocks
// of 16 terms that share prefixes with the first of their block:
//   SIZE  TYPE   FIELD
//    n    vInt   length of the first term, then its bytes
//   15    u8     length - 1 of the rest of each further term; or 255, then 15 big-endian u16
//   per further term
//    1    u8     length of what it shares with the first
//    n    u8     its rest, 1 byte or more
// The last block is filled up with lengths of 0. Where blocks begin is a monotonic sequence: per
// 16,384 of them zigzag vLong least, i32 bits of a float average, vInt width, packed differences
// (util/packed/packed-ints.ts). The reverse index is not read: blocks are searched themselves.
// Upstream: Lucene54DocValuesProducer.CompressedBinaryDocValues, MonotonicBlockPackedReader
// (6.6.1).

import { corrupt, TERM_BYTES_MAX } from "../../../../base/index.ts";
import type { OrdLookup } from "../../../index/ord-terms-enum.ts";
import type { IndexInput } from "../../../store/index.ts";
import { DirectMonotonicReader } from "../../../util/packed/direct-monotonic-reader.ts";
import { readPackedInts } from "../../../util/packed/packed-ints.ts";
import type { BinaryEntry } from "../../lucene90/doc-values/doc-values-entries.ts";

const BLOCK_SHIFT = 4;
const BLOCK_TERMS = 1 << BLOCK_SHIFT;
const view = new DataView(new ArrayBuffer(4));

/** Where a dictionary of blocks is. */
export interface PrefixEntry {
  readonly size: number;
  readonly offset: number;
  readonly startsOffset: number;
  readonly startsBlockValues: number;
}

/** The ordinal of `term`, or -(insertion point) - 1. */
function searchTerm(dictionary: OrdLookup, term: Uint8Array, from: number, to: number): number {
  let low = from;
  let high = to - 1;
  while (low <= high) {
    const middle = (low + high) >>> 1;
    const order = Buffer.compare(dictionary.lookupOrd(middle), term);
    if (order === 0) return middle;
    if (order < 0) low = middle + 1;
    else high = middle - 1;
  }
  return -low - 1;
}

/** Terms of one length or with addresses. */
export class BinaryDictionary implements OrdLookup {
  readonly valueCount: number;
  private readonly bytes: IndexInput;
  private readonly length: number;
  private readonly addresses: DirectMonotonicReader | undefined;

  constructor(data: IndexInput, entry: BinaryEntry) {
    const { addresses } = entry;
    this.valueCount = entry.numDocsWithField;
    this.bytes = data.slice(entry.dataOffset, entry.dataLength, "terms");
    this.length = entry.maxLength;
    this.addresses =
      addresses === undefined
        ? undefined
        : new DirectMonotonicReader(
            addresses.meta,
            data.randomAccess(addresses.offset, addresses.length),
          );
  }

  lookupOrd(ord: number): Uint8Array {
    const { bytes, addresses } = this;
    if (!(ord >= 0 && ord < this.valueCount)) {
      throw corrupt("Ordinal is out of bounds", { file: bytes.name, ord, size: this.valueCount });
    }
    const start = addresses === undefined ? ord * this.length : addresses.get(ord);
    const end = addresses === undefined ? start + this.length : addresses.get(ord + 1);
    if (!(start >= 0 && end >= start && end <= bytes.length)) {
      throw corrupt("Addresses of terms are out of order", { file: bytes.name, start, end });
    }
    bytes.seek(start);
    return bytes.bytesBorrow(end - start);
  }

  lookupTerm(term: Uint8Array): number {
    return searchTerm(this, term, 0, this.valueCount);
  }
}

/** Terms in blocks; keeps one block decoded. */
export class PrefixDictionary implements OrdLookup {
  readonly valueCount: number;
  private readonly bytes: IndexInput;
  private readonly starts: Float64Array;
  private block = -1;
  private terms: Uint8Array[] = [];

  constructor(data: IndexInput, entry: PrefixEntry) {
    this.valueCount = entry.size;
    this.bytes = data.slice(entry.offset, entry.startsOffset - entry.offset, "terms");
    this.starts = readStarts(data, entry);
  }

  lookupOrd(ord: number): Uint8Array {
    if (!(ord >= 0 && ord < this.valueCount)) {
      const { name } = this.bytes;
      throw corrupt("Ordinal is out of bounds", { file: name, ord, size: this.valueCount });
    }
    this.load(ord >>> BLOCK_SHIFT);
    return this.terms[ord & (BLOCK_TERMS - 1)]!;
  }

  lookupTerm(term: Uint8Array): number {
    let low = 0;
    let high = this.starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >>> 1;
      if (Buffer.compare(this.firstTerm(middle), term) <= 0) low = middle;
      else high = middle - 1;
    }
    const first = low * BLOCK_TERMS;
    return searchTerm(this, term, first, Math.min(first + BLOCK_TERMS, this.valueCount));
  }

  private firstTerm(block: number): Uint8Array {
    const { bytes } = this;
    bytes.seek(this.starts[block]!);
    const length = bytes.readVInt();
    if (length < 0 || length > TERM_BYTES_MAX) {
      throw corrupt("Term is too long", { file: bytes.name, offset: bytes.filePointer, length });
    }
    return bytes.bytesBorrow(length);
  }

  private load(block: number): void {
    if (block === this.block) return;
    this.block = -1;
    const { bytes } = this;
    const first = this.firstTerm(block);
    const rests = this.readRestLengths();
    const count = Math.min(BLOCK_TERMS, this.valueCount - block * BLOCK_TERMS);
    const terms = [first];
    for (let i = 1; i < count; i++) {
      const shared = bytes.readByte();
      const rest = rests[i]!;
      if (shared > first.length || shared + rest > TERM_BYTES_MAX) {
        throw corrupt("Term does not fit its block", { file: bytes.name, shared, rest });
      }
      const term = new Uint8Array(shared + rest);
      term.set(first.subarray(0, shared));
      bytes.readBytes(term, shared, rest);
      terms.push(term);
    }
    this.terms = terms;
    this.block = block;
  }

  private readRestLengths(): Int32Array {
    const { bytes } = this;
    const lengths = new Int32Array(BLOCK_TERMS);
    const first = bytes.readByte();
    const wide = first === 255;
    for (let i = 1; i < BLOCK_TERMS; i++) {
      if (wide) lengths[i] = 1 + (bytes.readShort() & 0xffff);
      else lengths[i] = 1 + (i === 1 ? first : bytes.readByte());
    }
    return lengths;
  }
}

function readStarts(data: IndexInput, entry: PrefixEntry): Float64Array {
  const count = Math.ceil(entry.size / BLOCK_TERMS);
  const input = data.clone();
  input.seek(entry.startsOffset);
  const starts = new Float64Array(count);
  for (let base = 0; base < count; base += entry.startsBlockValues) {
    const size = Math.min(entry.startsBlockValues, count - base);
    const least = Number(input.readZLong());
    view.setInt32(0, input.readInt());
    const average = view.getFloat32(0);
    readPackedInts(input, size, input.readVInt(), starts, base);
    for (let i = 0; i < size; i++) {
      const start = starts[base + i]! + least + Math.trunc(Math.fround(average * i));
      if (!(start >= 0 && start < entry.startsOffset - entry.offset)) {
        throw corrupt("Block of terms is out of bounds", { file: data.name, start });
      }
      starts[base + i] = start;
    }
  }
  return starts;
}
