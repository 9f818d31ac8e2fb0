// One block of the terms dictionary (.tim). Its bytes are described in terms-writer.ts.
// Upstream: Lucene90BlockTreeTermsWriter.TermsWriter.writeBlock (9.1.0).

import { DataOutput, type IndexOutput } from "../../../store/index.ts";
import type { BlockTermState } from "../postings/block-term-state.ts";
import type { Lucene90PostingsWriter } from "../postings/postings-writer.ts";
import type { PendingEntry } from "./pending-entry.ts";
import {
  compressLowercaseAscii,
  LOWERCASE_ASCII,
  LZ4,
  Lz4HighCompressor,
  NO_COMPRESSION,
} from "./suffix-compression.ts";

/** Writes the blocks of one field. */
export class TermBlockWriter {
  private readonly out: IndexOutput;
  private readonly postingsWriter: Lucene90PostingsWriter;
  private readonly hasFreqs: boolean;
  private readonly suffixes = new DataOutput(1024);
  private readonly lengths = new DataOutput(256);
  private readonly stats = new DataOutput(256);
  private readonly meta = new DataOutput(1024);
  private readonly compressed = new DataOutput(1024);
  private lz4: Lz4HighCompressor | undefined;
  private singletons = 0;

  constructor(out: IndexOutput, postingsWriter: Lucene90PostingsWriter, hasFreqs: boolean) {
    this.out = out;
    this.postingsWriter = postingsWriter;
    this.hasFreqs = hasFreqs;
  }

  /** Writes `entries[start..end)`; answers where the block begins. */
  write(
    entries: readonly PendingEntry[],
    start: number,
    end: number,
    prefixLength: number,
    isLast: boolean,
    isLeaf: boolean,
  ): number {
    const out = this.out;
    const fp = out.filePointer;
    for (const part of [this.suffixes, this.lengths, this.stats, this.meta]) part.reset();
    this.collect(entries, start, end, prefixLength, isLeaf, fp);
    out.writeVInt(((end - start) << 1) | (isLast ? 1 : 0));
    this.writeSuffixes(end - start, prefixLength, isLeaf);
    this.writeLengths();
    out.writeVInt(this.stats.filePointer);
    out.writeBytes(this.stats.bytesBorrow());
    out.writeVInt(this.meta.filePointer);
    out.writeBytes(this.meta.bytesBorrow());
    return fp;
  }

  private collect(
    entries: readonly PendingEntry[],
    start: number,
    end: number,
    prefixLength: number,
    isLeaf: boolean,
    fp: number,
  ): void {
    let absolute = true;
    for (let i = start; i < end; i++) {
      const entry = entries[i]!;
      const length = entry.bytes.length - prefixLength;
      this.suffixes.writeBytes(entry.bytes, prefixLength, length);
      if (entry.state === undefined) {
        this.lengths.writeVInt((length << 1) | 1);
        this.lengths.writeVLong(fp - entry.fp);
        continue;
      }
      this.lengths.writeVInt(isLeaf ? length : length << 1);
      this.addStats(entry.state);
      this.postingsWriter.encodeTerm(this.meta, entry.state, absolute);
      absolute = false;
    }
    this.flushSingletons();
  }

  private addStats(state: BlockTermState): void {
    if (state.docFreq === 1 && (!this.hasFreqs || state.totalTermFreq === 1)) {
      this.singletons++;
      return;
    }
    this.flushSingletons();
    this.stats.writeVInt(state.docFreq << 1);
    if (this.hasFreqs) this.stats.writeVLong(state.totalTermFreq - state.docFreq);
  }

  private flushSingletons(): void {
    if (this.singletons === 0) return;
    this.stats.writeVInt(((this.singletons - 1) << 1) | 1);
    this.singletons = 0;
  }

  /** Packs suffixes only where the prefix is long: blocks near the root are read by every seek. */
  private writeSuffixes(entryCount: number, prefixLength: number, isLeaf: boolean): void {
    const bytes = this.suffixes.bytesBorrow();
    let code = NO_COMPRESSION;
    if (bytes.length > 2 * entryCount && prefixLength > 2) {
      code = this.compress(bytes, bytes.length > 6 * entryCount);
    }
    this.out.writeVLong(bytes.length * 8 + (isLeaf ? 4 : 0) + code);
    this.out.writeBytes(code === NO_COMPRESSION ? bytes : this.compressed.bytesBorrow());
  }

  /** Fills `compressed` unless it answers NO_COMPRESSION. */
  private compress(bytes: Uint8Array, tryLz4: boolean): number {
    const compressed = this.compressed;
    compressed.reset();
    if (tryLz4) {
      this.lz4 ??= new Lz4HighCompressor();
      this.lz4.compress(bytes, bytes.length, compressed);
      if (compressed.filePointer < bytes.length - (bytes.length >>> 2)) return LZ4;
      compressed.reset();
    }
    return compressLowercaseAscii(bytes, bytes.length, compressed)
      ? LOWERCASE_ASCII
      : NO_COMPRESSION;
  }

  private writeLengths(): void {
    const bytes = this.lengths.bytesBorrow();
    const first = bytes[0]!;
    if (bytes.every((byte) => byte === first)) {
      this.out.writeVInt((bytes.length << 1) | 1);
      this.out.writeByte(first);
    } else {
      this.out.writeVInt(bytes.length << 1);
      this.out.writeBytes(bytes);
    }
  }
}
