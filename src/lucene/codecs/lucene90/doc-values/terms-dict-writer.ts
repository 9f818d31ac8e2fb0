// Writes a terms dictionary; terms-dict.ts has the byte table. Terms come once, in order: the keys
// of the reverse index are kept in memory meanwhile (one per 1024 terms).
// As 9.1.0, blocks are compressed without the first term as dictionary: 9.1 … 10.x read that.
// Upstream: Lucene90DocValuesConsumer.addTermsDict, writeTermsIndex (9.1.0).

import {
  assert,
  Lz4HashTable,
  lz4BytesMax,
  lz4CompressWithDictionary,
} from "../../../../base/index.ts";
import type { OrdDictionary } from "../../../index/leaf-reader.ts";
import { DataOutput } from "../../../store/index.ts";
import { DirectMonotonicWriter } from "../../../util/packed/direct-monotonic-writer.ts";
import {
  DIRECT_MONOTONIC_BLOCK_SHIFT,
  TERMS_DICT_BLOCK_SHIFT,
  TERMS_DICT_BLOCK_TERMS,
  TERMS_DICT_REVERSE_INDEX_SHIFT,
} from "./doc-values-format.ts";

/** Writes the dictionary's metadata and data. */
export function writeTermsDict(dict: OrdDictionary, meta: DataOutput, data: DataOutput): void {
  new TermsDictWriter(dict.valueCount, meta, data).write(dict);
}

class TermsDictWriter {
  private readonly size: number;
  private readonly meta: DataOutput;
  private readonly data: DataOutput;
  private readonly rest = new DataOutput(1 << 14);
  private compressed = new Uint8Array(1 << 14);
  private readonly table = new Lz4HashTable();
  private previous = new Uint8Array(256);
  private previousLength = 0;
  private maxTermLength = 0;
  private maxBlockLength = 0;
  private readonly keys = new DataOutput();
  private readonly keyStarts: number[] = [];

  constructor(size: number, meta: DataOutput, data: DataOutput) {
    this.size = size;
    this.meta = meta;
    this.data = data;
  }

  write(dict: OrdDictionary): void {
    const { size, meta, data } = this;
    meta.writeVLong(size);
    meta.writeInt(DIRECT_MONOTONIC_BLOCK_SHIFT);
    const addresses = new DataOutput();
    const blocks = Math.ceil(size / TERMS_DICT_BLOCK_TERMS);
    const starts = new DirectMonotonicWriter(meta, addresses, blocks, DIRECT_MONOTONIC_BLOCK_SHIFT);
    const start = data.filePointer;
    const terms = dict.termsEnum();
    let ord = 0;
    for (let term = terms.next(); term !== undefined; term = terms.next()) {
      if ((ord & (TERMS_DICT_BLOCK_TERMS - 1)) === 0) {
        this.flushRest();
        starts.add(data.filePointer - start);
      }
      this.addTerm(ord++, term);
    }
    this.flushRest();
    assert(ord === size, `dictionary announced ${size} terms and has ${ord}`);
    starts.finish();
    meta.writeInt(this.maxTermLength);
    meta.writeInt(this.maxBlockLength);
    meta.writeLong(start);
    meta.writeLong(data.filePointer - start);
    this.writeAddresses(addresses);
    this.writeReverseIndex();
  }

  private addTerm(ord: number, term: Uint8Array): void {
    const shared = ord === 0 ? 0 : this.sharedWithPrevious(term);
    if ((ord & ((1 << TERMS_DICT_REVERSE_INDEX_SHIFT) - 1)) === 0) {
      this.keyStarts.push(this.keys.pos);
      // The shortest prefix that is greater than the term before: one byte more than they share.
      if (ord > 0) this.keys.writeBytes(term, 0, shared + 1);
    }
    if ((ord & ((1 << TERMS_DICT_BLOCK_SHIFT) - 1)) === 0) {
      this.data.writeVInt(term.length);
      this.data.writeBytes(term);
    } else {
      this.writeSuffix(term, shared);
    }
    if (term.length > this.maxTermLength) this.maxTermLength = term.length;
    if (term.length > this.previous.length) this.previous = new Uint8Array(term.length * 2);
    this.previous.set(term);
    this.previousLength = term.length;
  }

  /** Length of the common prefix; terms ascend and are unique, so the term is longer. */
  private sharedWithPrevious(term: Uint8Array): number {
    const { previous } = this;
    const end = Math.min(term.length, this.previousLength);
    let shared = 0;
    while (shared < end && previous[shared] === term[shared]) shared++;
    const ascends =
      shared < term.length && (shared === this.previousLength || previous[shared]! < term[shared]!);
    assert(ascends, "terms of a dictionary must ascend");
    return shared;
  }

  private writeSuffix(term: Uint8Array, shared: number): void {
    const { rest } = this;
    const suffix = term.length - shared;
    rest.writeByte(Math.min(shared, 15) | (Math.min(suffix - 1, 15) << 4));
    if (shared >= 15) rest.writeVInt(shared - 15);
    if (suffix >= 16) rest.writeVInt(suffix - 16);
    rest.writeBytes(term, shared, suffix);
  }

  /** Compresses the terms after the first one of the block before. */
  private flushRest(): void {
    const { rest, data } = this;
    const length = rest.pos;
    if (length === 0) return;
    const room = lz4BytesMax(length);
    if (this.compressed.length < room) this.compressed = new Uint8Array(room * 2);
    const end = lz4CompressWithDictionary(rest.buf, 0, 0, length, this.compressed, 0, this.table);
    data.writeVInt(length);
    data.writeBytes(this.compressed, 0, end);
    // 9.1 reads the compressed bytes into a buffer of this size; they may be the longer ones.
    this.maxBlockLength = Math.max(this.maxBlockLength, length, end);
    rest.reset();
  }

  private writeAddresses(addresses: DataOutput): void {
    const start = this.data.filePointer;
    this.data.writeBytes(addresses.bytesBorrow());
    this.meta.writeLong(start);
    this.meta.writeLong(addresses.pos);
  }

  private writeReverseIndex(): void {
    const { meta, data, keyStarts, keys } = this;
    meta.writeInt(TERMS_DICT_REVERSE_INDEX_SHIFT);
    const addresses = new DataOutput();
    const shift = DIRECT_MONOTONIC_BLOCK_SHIFT;
    const starts = new DirectMonotonicWriter(meta, addresses, keyStarts.length + 1, shift);
    for (const start of keyStarts) starts.add(start);
    starts.add(keys.pos);
    starts.finish();
    meta.writeLong(data.filePointer);
    meta.writeLong(keys.pos);
    data.writeBytes(keys.bytesBorrow());
    this.writeAddresses(addresses);
  }
}
