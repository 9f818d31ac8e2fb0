// Documents of one term, block by block (layout: postings-writer.ts). Frequencies are decoded when
// the first one of a block is asked for, positions when the first one of a document is.
// Upstream: org.apache.lucene.codecs.lucene90.Lucene90PostingsReader.{BlockDocsEnum,EverythingEnum,
// BlockImpactsEverythingEnum} (9.1.0).

import { corrupt } from "../../../../base/index.ts";
import {
  type Impact,
  type ImpactsEnum,
  NO_MORE_DOCS,
  PostingsFlags,
} from "../../../index/leaf-reader.ts";
import type { IndexInput } from "../../../store/index.ts";
import { BlockTermState, type PostingsFeatures } from "./block-term-state.ts";
import { BLOCK_SIZE } from "./for-util.ts";
import type { PositionCursor } from "./position-cursor.ts";
import { prefixSum } from "./prefix-sum.ts";
import type { SkipListCodec } from "./skip-list-codec.ts";
import type { Lucene90SkipReader } from "./skip-reader.ts";

const UNBOUNDED: readonly Impact[] = [{ freq: 2147483647, norm: 1 }];

/** Upstream: BlockDocsEnum and its siblings. The buffers are public for bulk readers. */
export class Lucene90PostingsEnum implements ImpactsEnum {
  /**
   * Documents of the current block, then NO_MORE_DOCS; `docBuffer[docUpto - 1]` is the current one.
   */
  readonly docBuffer = new Int32Array(BLOCK_SIZE + 1);
  /** Their frequencies, valid after `readFreqs`. */
  readonly freqBuffer = new Int32Array(BLOCK_SIZE);
  /** Next index of `docBuffer`; at `docEnd` the next block must be read. */
  docUpto = 0;
  docEnd = 0;
  /** The file that this enum reads, to know whose it is. */
  readonly source: IndexInput;
  readonly features: PostingsFeatures;
  private readonly codec: SkipListCodec;
  private readonly docIn: IndexInput;
  private readonly maxDoc: number;
  private readonly positions: PositionCursor | undefined;
  private skipper: Lucene90SkipReader | undefined;
  private skipperReady = false;
  private readonly state = new BlockTermState();
  private doc = -1;
  private docFreq = 0;
  /** Documents up to the end of the current block. */
  private docCount = 0;
  /** Last document of the current block, the base of the next. */
  private lastDoc = 0;
  private needsFreqs = false;
  private freqsPending = false;
  /** Positions between the cursor and the first document of which `positionsUpto` counts. */
  private positionsLeft = 0;
  /** Documents before this index of the block are already in `positionsLeft`. */
  private positionsUpto = 0;

  constructor(
    codec: SkipListCodec,
    source: IndexInput,
    features: PostingsFeatures,
    maxDoc: number,
    positions: PositionCursor | undefined,
  ) {
    this.codec = codec;
    this.source = source;
    this.docIn = source.clone();
    this.features = features;
    this.maxDoc = maxDoc;
    this.positions = positions;
  }

  /** Begins a term. */
  reset(state: BlockTermState, flags: number): this {
    this.state.copyFrom(state);
    this.docFreq = state.docFreq;
    this.needsFreqs = this.features.hasFreqs && (flags & PostingsFlags.FREQS) !== 0;
    if (!this.needsFreqs) this.freqBuffer.fill(1);
    this.freqsPending = false;
    this.skipperReady = false;
    this.doc = -1;
    this.docCount = 0;
    this.lastDoc = 0;
    this.docUpto = 0;
    this.docEnd = 0;
    this.positionsLeft = 0;
    this.positionsUpto = 0;
    if (state.docFreq > 1) this.docIn.seek(state.docStartFP);
    this.positions?.reset(state, flags);
    return this;
  }

  get hasPositions(): boolean {
    return this.positions !== undefined;
  }

  docID(): number {
    return this.doc;
  }

  cost(): number {
    return this.docFreq;
  }

  /** Decodes the frequencies of the current block, if they are wanted and not decoded yet. */
  readFreqs(): void {
    if (!this.freqsPending) return;
    this.freqsPending = false;
    this.codec.decode(this.docIn, this.freqBuffer);
  }

  freq(): number {
    if (this.freqsPending) this.readFreqs();
    return this.freqBuffer[this.docUpto - 1]!;
  }

  nextDoc(): number {
    if (this.docUpto === this.docEnd && !this.refill()) return (this.doc = NO_MORE_DOCS);
    return (this.doc = this.docBuffer[this.docUpto++]!);
  }

  advance(target: number): number {
    while (this.docEnd === 0 || target > this.docBuffer[this.docEnd - 1]!) {
      // The first block is never worth the skip data, unless it cannot hold the target.
      const skips = this.docFreq > BLOCK_SIZE && (this.docCount > 0 || target >= BLOCK_SIZE);
      if (skips) this.skipTo(target);
      if (!this.refill()) return (this.doc = NO_MORE_DOCS);
    }
    const docs = this.docBuffer;
    let at = this.docUpto;
    while (docs[at]! < target) at++;
    this.docUpto = at + 1;
    return (this.doc = docs[at]!);
  }

  /** Decodes the next block and makes it the window; false at the end. */
  refill(): boolean {
    if (this.positions !== undefined) this.countPositions(this.docEnd);
    if (this.freqsPending) this.codec.skip(this.docIn);
    this.freqsPending = false;
    this.positionsUpto = 0;
    this.docUpto = 0;
    const left = this.docFreq - this.docCount;
    if (left <= 0) {
      this.docEnd = 0;
      return false;
    }
    if (left >= BLOCK_SIZE) {
      this.refillFull();
    } else if (this.docFreq === 1) {
      this.docBuffer[0] = this.checkedDoc(this.state.singletonDocID);
      this.freqBuffer[0] = this.needsFreqs ? this.state.totalTermFreq : 1;
      this.docEnd = 1;
    } else {
      this.refillTail(left);
    }
    this.docBuffer[this.docEnd] = NO_MORE_DOCS;
    this.docCount += this.docEnd;
    return true;
  }

  private refillFull(): void {
    this.lastDoc = this.checkedDoc(this.codec.decodeDocs(this.docIn, this.lastDoc, this.docBuffer));
    this.docEnd = BLOCK_SIZE;
    if (!this.features.hasFreqs) return;
    if (this.needsFreqs) this.freqsPending = true;
    else this.codec.skip(this.docIn);
  }

  private refillTail(count: number): void {
    const freqs = this.needsFreqs ? this.freqBuffer : undefined;
    this.codec.readTail(this.docIn, count, this.features.hasFreqs, this.docBuffer, freqs);
    this.lastDoc = this.checkedDoc(prefixSum(this.docBuffer, count, this.lastDoc));
    this.docEnd = count;
  }

  private checkedDoc(doc: number): number {
    if (doc < 0 || doc >= this.maxDoc) {
      throw corrupt("Document of a posting list is out of bounds", {
        file: this.source.name,
        offset: this.docIn.filePointer,
        doc,
        maxDoc: this.maxDoc,
      });
    }
    return doc;
  }

  private skipData(): Lucene90SkipReader {
    this.skipper ??= this.codec.skipReader(this.source, this.features);
    if (!this.skipperReady) {
      this.skipper.reset(this.state);
      this.skipper.skipTo(0);
      this.skipperReady = true;
    }
    return this.skipper;
  }

  /** Goes to the start of the block of `target`, which lies behind the current block. */
  private skipTo(target: number): void {
    const skipper = this.skipData();
    const docsBefore = skipper.skipTo(target);
    if (docsBefore <= this.docCount) return;
    this.docCount = docsBefore;
    this.lastDoc = skipper.last.doc;
    this.docIn.seek(skipper.last.docFp);
    this.freqsPending = false;
    this.docUpto = 0;
    this.docEnd = 0;
    this.positionsUpto = 0;
    if (this.positions === undefined) return;
    this.positions.seek(skipper.last.posFp, skipper.last.payFp);
    this.positionsLeft = skipper.last.posUpto;
  }

  /** Adds the frequencies of the block's documents before index `end` to `positionsLeft`. */
  private countPositions(end: number): void {
    if (end > this.positionsUpto && this.freqsPending) this.readFreqs();
    const freqs = this.freqBuffer;
    let sum = this.positionsLeft;
    for (let i = this.positionsUpto; i < end; i++) sum += freqs[i]!;
    this.positionsLeft = sum;
    this.positionsUpto = end;
  }

  nextPosition(): number {
    const positions = this.positions;
    if (positions === undefined) return -1;
    if (this.positionsUpto !== this.docUpto) {
      this.countPositions(this.docUpto - 1);
      positions.skip(this.positionsLeft);
      positions.startDoc();
      this.positionsUpto = this.docUpto;
      this.positionsLeft = this.freq();
    }
    this.positionsLeft--;
    return positions.next();
  }

  startOffset(): number {
    return this.positions?.startOffset ?? -1;
  }

  endOffset(): number {
    return this.positions?.endOffset ?? -1;
  }

  payload(): Uint8Array | undefined {
    return this.positions?.payload();
  }

  advanceShallow(target: number): void {
    if (this.docFreq > BLOCK_SIZE) this.skipData().skipTo(target);
  }

  impactsUpTo(): number {
    return this.docFreq > BLOCK_SIZE ? this.skipData().blockLastDoc : NO_MORE_DOCS;
  }

  impacts(): readonly Impact[] {
    return this.docFreq > BLOCK_SIZE ? this.skipData().impacts().impacts : UNBOUNDED;
  }
}
