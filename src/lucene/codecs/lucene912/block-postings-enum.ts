// Documents of one term in the generations with inline skip data (Lucene 9.12 and later).
//
//   docFreq = 1: nothing in .doc, the document lies in the terms dictionary
//   full blocks: header (skip-state.ts), documents (the generation's packing), with frequencies
//                PFor
//   the rest:    as in Lucene 9.9 (lucene99/postings/group-vint.ts)
// Frequencies are decoded when the first one of a block is asked for; positions when the first one
// of a document is, from the pointer in the header.
// Upstream: org.apache.lucene.codecs.lucene104.Lucene104PostingsReader.BlockPostingsEnum (10.4.0).

import { corrupt } from "../../../base/index.ts";
import {
  type Impact,
  type ImpactsEnum,
  NO_MORE_DOCS,
  PostingsFlags,
} from "../../index/leaf-reader.ts";
import type { IndexInput } from "../../store/index.ts";
import { BlockTermState, type PostingsFeatures } from "../lucene90/postings/block-term-state.ts";
import { ImpactList } from "../lucene90/postings/competitive-impacts.ts";
import type { PositionCursor } from "../lucene90/postings/position-cursor.ts";
import { prefixSum } from "../lucene90/postings/prefix-sum.ts";
import { readGroupTail } from "../lucene99/postings/group-vint.ts";
import type { PostingsCodec } from "./postings-codec.ts";
import { SkipState } from "./skip-state.ts";

const NOT_PENDING = -1;

/** Upstream: BlockPostingsEnum. The buffers are public for bulk readers. */
export class BlockPostingsEnum implements ImpactsEnum {
  /**
   * Documents of the current block, then NO_MORE_DOCS; `docBuffer[docUpto - 1]` is the current one.
   */
  readonly docBuffer: Int32Array;
  /** Their frequencies, valid after `readFreqs`. */
  readonly freqBuffer: Int32Array;
  /** Next index of `docBuffer`; at `docEnd` the next block must be read. */
  docUpto = 0;
  docEnd = 0;
  /** The file that this enum reads, to know whose it is. */
  readonly source: IndexInput;
  readonly features: PostingsFeatures;
  private readonly codec: PostingsCodec;
  private readonly docIn: IndexInput;
  private readonly maxDoc: number;
  private readonly positions: PositionCursor | undefined;
  private readonly skip: SkipState;
  private readonly state = new BlockTermState();
  private readonly impactList = new ImpactList();
  private doc = -1;
  private needsFreqs = false;
  /** Where the frequencies of the current block wait, or -1. */
  private freqFp = NOT_PENDING;
  /** The skip state is at a block that is not decoded. */
  private blockPending = false;
  private positionsLeft = 0;
  private positionsUpto = 0;

  constructor(
    codec: PostingsCodec,
    source: IndexInput,
    features: PostingsFeatures,
    maxDoc: number,
    positions: PositionCursor | undefined,
    keepsImpacts: boolean,
  ) {
    this.codec = codec;
    this.source = source;
    this.docIn = source.clone();
    this.features = features;
    this.maxDoc = maxDoc;
    this.positions = positions;
    this.docBuffer = new Int32Array(codec.blockSize + 1);
    this.freqBuffer = new Int32Array(codec.blockSize);
    this.skip = new SkipState(this.docIn, features, codec.blockSize, maxDoc, keepsImpacts);
  }

  /** Begins a term. */
  reset(state: BlockTermState, flags: number): this {
    this.state.copyFrom(state);
    this.needsFreqs = this.features.hasFreqs && (flags & PostingsFlags.FREQS) !== 0;
    if (!this.needsFreqs) this.freqBuffer.fill(1);
    this.freqFp = NOT_PENDING;
    this.blockPending = false;
    this.doc = -1;
    this.docUpto = 0;
    this.docEnd = 0;
    this.positionsLeft = 0;
    this.positionsUpto = 0;
    if (state.docFreq > 1) this.docIn.seek(state.docStartFP);
    this.skip.reset(state);
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
    return this.state.docFreq;
  }

  /** Decodes the frequencies of the current block, if they are wanted and not decoded yet. */
  readFreqs(): void {
    if (this.freqFp === NOT_PENDING) return;
    this.docIn.seek(this.freqFp);
    this.freqFp = NOT_PENDING;
    this.codec.decode(this.docIn, this.freqBuffer);
  }

  freq(): number {
    if (this.freqFp !== NOT_PENDING) this.readFreqs();
    return this.freqBuffer[this.docUpto - 1]!;
  }

  nextDoc(): number {
    if (this.docUpto === this.docEnd && !this.refill()) return (this.doc = NO_MORE_DOCS);
    return (this.doc = this.docBuffer[this.docUpto++]!);
  }

  advance(target: number): number {
    if (target > this.skip.blockLastDoc) {
      this.skip.moveTo(target);
      this.decodeBlock();
    } else if (this.blockPending) {
      this.decodeBlock();
    }
    const docs = this.docBuffer;
    let at = this.docUpto;
    while (docs[at]! < target) at++;
    if (at >= this.docEnd) {
      this.docUpto = this.docEnd;
      return (this.doc = NO_MORE_DOCS);
    }
    this.docUpto = at + 1;
    return (this.doc = docs[at]!);
  }

  /** Decodes the next block and makes it the window; false at the end. */
  refill(): boolean {
    if (!this.blockPending) {
      if (this.skip.blockLastDoc === NO_MORE_DOCS) return false;
      this.skip.moveTo(this.skip.blockLastDoc + 1);
    }
    this.decodeBlock();
    return this.docEnd > 0;
  }

  private decodeBlock(): void {
    const { skip } = this;
    this.blockPending = false;
    this.freqFp = NOT_PENDING;
    this.docUpto = 0;
    this.docEnd = skip.blockDocs;
    if (skip.blockLastDoc !== NO_MORE_DOCS) this.decodeFull();
    else this.decodeTail(skip.blockDocs);
    this.docBuffer[this.docEnd] = NO_MORE_DOCS;
    if (this.positions === undefined) return;
    this.positions.seek(skip.start.posFp, skip.start.payFp);
    this.positionsLeft = skip.start.upto;
    this.positionsUpto = 0;
  }

  private decodeFull(): void {
    const { skip, docIn } = this;
    docIn.seek(skip.docsFp);
    const last = this.codec.decodeDocs(docIn, skip.base, this.docBuffer);
    if (last !== skip.blockLastDoc) {
      throw corrupt("Documents of a block contradict its skip data", {
        file: this.source.name,
        offset: skip.docsFp,
        last,
        expected: skip.blockLastDoc,
      });
    }
    if (this.needsFreqs) this.freqFp = docIn.filePointer;
  }

  private decodeTail(count: number): void {
    const { docIn, docBuffer, freqBuffer, skip } = this;
    let last = skip.base;
    if (this.state.docFreq === 1 && count === 1) {
      last = docBuffer[0] = this.state.singletonDocID;
      freqBuffer[0] = this.needsFreqs ? this.state.totalTermFreq : 1;
    } else if (count > 0) {
      docIn.seek(skip.docsFp);
      const freqs = this.needsFreqs ? freqBuffer : undefined;
      readGroupTail(docIn, count, this.features.hasFreqs, docBuffer, freqs);
      last = prefixSum(docBuffer, count, skip.base);
    }
    if (count > 0 && (last < 0 || last >= this.maxDoc)) {
      throw corrupt("Document of a posting list is out of bounds", {
        file: this.source.name,
        offset: docIn.filePointer,
        doc: last,
        maxDoc: this.maxDoc,
      });
    }
  }

  /** Adds the frequencies of the block's documents before index `end` to `positionsLeft`. */
  private countPositions(end: number): void {
    if (this.freqFp !== NOT_PENDING) this.readFreqs();
    const freqs = this.freqBuffer;
    let sum = this.positionsLeft;
    for (let i = this.positionsUpto; i < end; i++) sum += freqs[i]!;
    this.positionsLeft = sum;
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
    if (target <= this.skip.blockLastDoc) return;
    this.skip.moveTo(target);
    this.blockPending = true;
  }

  impactsUpTo(): number {
    return this.skip.blockLastDoc;
  }

  impacts(): readonly Impact[] {
    const { skip, impactList } = this;
    if (skip.impactLength === 0) impactList.setUnbounded();
    else impactList.read(skip.impactBytes, skip.impactLength, this.source.name);
    return impactList.impacts;
  }
}
