// Lucene 9.0–9.8 postings, the writer: .doc, .pos, .pay, and the postings' part of the terms
// dictionary's metadata.
//
//   FILE  HOLDS, PER TERM
//   .doc  docFreq ≥ 128: blocks of 128 doc deltas (PFor), each followed by its 128 frequencies
//         (PFor, with frequencies only); the rest as vInts: delta << 1 | (freq = 1), then freq
//         unless 1 (or the plain delta without frequencies);
//         docFreq > 128: skip data (skip-writer.ts);
//         docFreq = 1: nothing, the document lies in the terms dictionary ("pulsed")
//   .pos  blocks of 128 position deltas (PFor); the rest as vInts, with offsets each followed by
//         startDelta << 1 | lengthChanged and, if it changed, the length
//   .pay  per block of 128 positions, with offsets: 128 start deltas, 128 lengths (PFor)
// A delta starts at 0 with every document (positions, offsets) or term (documents).
//   TERM METADATA  TYPE   MEANING
//   docStartFP     vLong  delta << 1; or zigzag(singleton delta) << 1 | 1 between two singletons
//   singleton      vInt   docFreq = 1: the document
//   posStartFP     vLong  delta; with positions
//   payStartFP     vLong  delta; with offsets
//   lastPosBlock   vLong  totalTermFreq > 128: offset of the vInt block from posStartFP
//   skipOffset     vLong  docFreq > 128: offset of the skip data from docStartFP
// Deltas are against the block's previous term, absolute for its first.
// Payloads are never written: fields with storePayloads are refused.
// Upstream: org.apache.lucene.codecs.lucene90.Lucene90PostingsWriter (9.1.0).

import { assert, illegalArgument } from "../../../../base/index.ts";
import { type FieldInfo, hasNorms } from "../../../index/field-info.ts";
import {
  NO_MORE_DOCS,
  type NormsProducer,
  type NumericDocValues,
  type PostingsEnum,
  PostingsFlags,
  type TermsEnum,
} from "../../../index/leaf-reader.ts";
import { type SegmentWriteState, segmentFileName } from "../../../index/segment-info.ts";
import {
  type DataOutput,
  type IndexOutput,
  writeFooter,
  writeIndexHeader,
} from "../../../store/index.ts";
import {
  BlockTermState,
  type PostingsFeatures,
  postingsFeatures,
  segmentFeatures,
} from "./block-term-state.ts";
import { CompetitiveImpacts } from "./competitive-impacts.ts";
import { BLOCK_SIZE } from "./for-util.ts";
import {
  DOC_CODEC,
  PAY_CODEC,
  POS_CODEC,
  TERMS_CODEC,
  VERSION_CURRENT,
} from "./lucene90-postings-constants.ts";
import { encodePFor } from "./pfor-util.ts";
import { Lucene90SkipWriter } from "./skip-writer.ts";

/** IndexWriter.MAX_POSITION. */
const POSITION_MAX = 2147483647 - 128;

/** Called by the terms dictionary with every document that has the field. */
export type DocSeen = (doc: number) => void;

const EMPTY_STATE = new BlockTermState();

/** Writes the postings of one term after the other, field by field. */
export class Lucene90PostingsWriter {
  private readonly docOut: IndexOutput;
  private readonly posOut: IndexOutput | undefined;
  private readonly payOut: IndexOutput | undefined;
  private readonly skipWriter: Lucene90SkipWriter;
  private readonly impacts = new CompetitiveImpacts();
  private readonly docs = new Int32Array(BLOCK_SIZE);
  private readonly docDeltas = new Int32Array(BLOCK_SIZE);
  private readonly freqs = new Int32Array(BLOCK_SIZE);
  private readonly posDeltas = new Int32Array(BLOCK_SIZE);
  private readonly startDeltas = new Int32Array(BLOCK_SIZE);
  private readonly offsetLengths = new Int32Array(BLOCK_SIZE);
  private field: FieldInfo | undefined;
  private features: PostingsFeatures = {
    hasFreqs: false,
    hasPositions: false,
    hasOffsets: false,
    hasPayloads: false,
  };
  private flags: number = PostingsFlags.NONE;
  private reuse: PostingsEnum | undefined;
  private lastState = EMPTY_STATE;
  private normsProducer: NormsProducer | undefined;
  private norms: NumericDocValues | undefined;
  private docUpto = 0;
  private posUpto = 0;
  private docCount = 0;
  private lastDoc = 0;
  private lastPosition = 0;
  private lastStartOffset = 0;
  /** Where .pos and .pay were when the last full block of documents ended. */
  private blockPosFp = 0;
  private blockPayFp = 0;
  private blockPosUpto = 0;
  private blockPending = false;

  constructor(state: SegmentWriteState) {
    const features = segmentFeatures(state.fieldInfos);
    const create = (extension: string, codec: string): IndexOutput => {
      const name = segmentFileName(state.segmentInfo.name, state.segmentSuffix, extension);
      const out = state.directory.createOutput(name);
      writeIndexHeader(out, codec, VERSION_CURRENT, state.segmentInfo.id, state.segmentSuffix);
      return out;
    };
    this.docOut = create("doc", DOC_CODEC);
    this.posOut = features.hasPositions ? create("pos", POS_CODEC) : undefined;
    const hasPay = features.hasPositions && (features.hasOffsets || features.hasPayloads);
    this.payOut = hasPay ? create("pay", PAY_CODEC) : undefined;
    this.skipWriter = new Lucene90SkipWriter(state.segmentInfo.maxDoc);
  }

  /** Writes the postings' header into the terms metadata. */
  init(metaOut: IndexOutput, state: SegmentWriteState): void {
    writeIndexHeader(
      metaOut,
      TERMS_CODEC,
      VERSION_CURRENT,
      state.segmentInfo.id,
      state.segmentSuffix,
    );
    metaOut.writeVInt(BLOCK_SIZE);
  }

  setField(field: FieldInfo, norms: NormsProducer | undefined): void {
    const features = postingsFeatures(field);
    if (features.hasPayloads) {
      throw illegalArgument(`Payloads are not written, field [${field.name}] stores them`);
    }
    this.field = field;
    this.features = features;
    this.flags = features.hasOffsets
      ? PostingsFlags.OFFSETS
      : features.hasPositions
        ? PostingsFlags.POSITIONS
        : features.hasFreqs
          ? PostingsFlags.FREQS
          : PostingsFlags.NONE;
    this.normsProducer = hasNorms(field) ? norms : undefined;
    this.skipWriter.setField(features.hasPositions, features.hasOffsets);
    this.reuse = undefined;
    this.lastState = EMPTY_STATE;
  }

  /** Writes the postings of the enum's term; undefined if it has no documents. */
  writeTerm(terms: TermsEnum, docSeen: DocSeen): BlockTermState | undefined {
    const { hasFreqs, hasPositions } = this.features;
    const state = this.startTerm();
    const postings = terms.postings(this.reuse, this.flags);
    this.reuse = postings;
    let totalTermFreq = 0;
    for (let doc = postings.nextDoc(); doc !== NO_MORE_DOCS; doc = postings.nextDoc()) {
      docSeen(doc);
      const freq = hasFreqs ? postings.freq() : 1;
      totalTermFreq += freq;
      this.startDoc(doc, freq);
      if (hasPositions) this.addPositions(postings, freq);
      this.finishDoc();
    }
    if (this.docCount === 0) return undefined;
    state.docFreq = this.docCount;
    state.totalTermFreq = totalTermFreq;
    this.finishTerm(state);
    return state;
  }

  private startTerm(): BlockTermState {
    const state = new BlockTermState();
    state.docStartFP = this.docOut.filePointer;
    if (this.features.hasPositions) {
      state.posStartFP = this.posOut!.filePointer;
      if (this.features.hasOffsets) state.payStartFP = this.payOut!.filePointer;
    }
    this.skipWriter.startTerm(state.docStartFP, state.posStartFP, state.payStartFP);
    this.norms = undefined;
    this.docUpto = 0;
    this.posUpto = 0;
    this.docCount = 0;
    this.lastDoc = 0;
    this.blockPending = false;
    return state;
  }

  private startDoc(doc: number, freq: number): void {
    if (this.blockPending) this.bufferSkip();
    const delta = doc - this.lastDoc;
    assert(this.docCount === 0 ? doc >= 0 : delta > 0, "documents of a term ascend");
    const upto = this.docUpto++;
    this.docs[upto] = doc;
    this.docDeltas[upto] = delta;
    this.freqs[upto] = freq;
    this.docCount++;
    this.lastDoc = doc;
    this.lastPosition = 0;
    this.lastStartOffset = 0;
    if (this.docUpto < BLOCK_SIZE) return;
    encodePFor(this.docDeltas, this.docOut);
    if (this.features.hasFreqs) encodePFor(this.freqs, this.docOut);
  }

  /** A skip entry is known to be needed only when a document follows the full block. */
  private bufferSkip(): void {
    this.blockPending = false;
    const norms =
      this.normsProducer === undefined
        ? undefined
        : (this.norms ??= this.normsProducer.norms(this.field!));
    const { docs, freqs, impacts } = this;
    impacts.clear();
    for (let i = 0; i < BLOCK_SIZE; i++) {
      const norm = norms?.advanceExact(docs[i]!) === true ? norms.longValue() : 1;
      impacts.add(freqs[i]!, norm);
    }
    this.skipWriter.bufferSkip(
      this.lastDoc,
      impacts,
      this.docCount,
      this.docOut.filePointer,
      this.blockPosFp,
      this.blockPayFp,
      this.blockPosUpto,
    );
  }

  private addPositions(postings: PostingsEnum, freq: number): void {
    const hasOffsets = this.features.hasOffsets;
    for (let i = 0; i < freq; i++) {
      const position = postings.nextPosition();
      if (position < this.lastPosition || position > POSITION_MAX) {
        throw illegalArgument(`Position [${position}] is out of order or above ${POSITION_MAX}`);
      }
      const upto = this.posUpto++;
      this.posDeltas[upto] = position - this.lastPosition;
      this.lastPosition = position;
      if (hasOffsets) {
        const start = postings.startOffset();
        const length = postings.endOffset() - start;
        if (start < this.lastStartOffset || length < 0) {
          throw illegalArgument(`Offset [${start}] goes backwards, or ends before it starts`);
        }
        this.startDeltas[upto] = start - this.lastStartOffset;
        this.offsetLengths[upto] = length;
        this.lastStartOffset = start;
      }
      if (this.posUpto === BLOCK_SIZE) this.flushPositions();
    }
  }

  private flushPositions(): void {
    encodePFor(this.posDeltas, this.posOut!);
    if (this.features.hasOffsets) {
      encodePFor(this.startDeltas, this.payOut!);
      encodePFor(this.offsetLengths, this.payOut!);
    }
    this.posUpto = 0;
  }

  private finishDoc(): void {
    if (this.docUpto < BLOCK_SIZE) return;
    this.blockPosFp = this.posOut?.filePointer ?? 0;
    this.blockPayFp = this.payOut?.filePointer ?? 0;
    this.blockPosUpto = this.posUpto;
    this.blockPending = true;
    this.docUpto = 0;
  }

  private finishTerm(state: BlockTermState): void {
    if (state.docFreq === 1) state.singletonDocID = this.docDeltas[0]!;
    else this.writeDocTail();
    if (this.features.hasPositions) {
      if (state.totalTermFreq > BLOCK_SIZE) {
        state.lastPosBlockOffset = this.posOut!.filePointer - state.posStartFP;
      }
      this.writePositionTail();
    }
    if (state.docFreq > BLOCK_SIZE) {
      state.skipOffset = this.docOut.filePointer - state.docStartFP;
      this.skipWriter.writeSkip(this.docOut);
    }
  }

  private writeDocTail(): void {
    const { docOut, docDeltas, freqs } = this;
    for (let i = 0; i < this.docUpto; i++) {
      const delta = docDeltas[i]!;
      const freq = freqs[i]!;
      if (!this.features.hasFreqs) {
        docOut.writeVInt(delta);
      } else if (freq === 1) {
        docOut.writeVInt((delta << 1) | 1);
      } else {
        docOut.writeVInt(delta << 1);
        docOut.writeVInt(freq);
      }
    }
  }

  private writePositionTail(): void {
    const out = this.posOut!;
    let lastLength = -1; // the first length is always written
    for (let i = 0; i < this.posUpto; i++) {
      out.writeVInt(this.posDeltas[i]!);
      if (!this.features.hasOffsets) continue;
      const startDelta = this.startDeltas[i]!;
      const length = this.offsetLengths[i]!;
      if (length === lastLength) {
        out.writeVInt(startDelta << 1);
      } else {
        out.writeVInt((startDelta << 1) | 1);
        out.writeVInt(length);
        lastLength = length;
      }
    }
  }

  /** Writes the term's metadata; `absolute` for the first term of a block. */
  encodeTerm(out: DataOutput, state: BlockTermState, absolute: boolean): void {
    const last = absolute ? EMPTY_STATE : this.lastState;
    const docFpDelta = state.docStartFP - last.docStartFP;
    if (last.singletonDocID !== -1 && state.singletonDocID !== -1 && docFpDelta === 0) {
      const delta = state.singletonDocID - last.singletonDocID;
      out.writeVLong((delta < 0 ? -2 * delta - 1 : 2 * delta) * 2 + 1);
    } else {
      out.writeVLong(docFpDelta * 2);
      if (state.singletonDocID !== -1) out.writeVInt(state.singletonDocID);
    }
    if (this.features.hasPositions) {
      out.writeVLong(state.posStartFP - last.posStartFP);
      if (this.features.hasOffsets) out.writeVLong(state.payStartFP - last.payStartFP);
      if (state.lastPosBlockOffset !== -1) out.writeVLong(state.lastPosBlockOffset);
    }
    if (state.skipOffset !== -1) out.writeVLong(state.skipOffset);
    this.lastState = state;
  }

  close(): void {
    for (const out of [this.docOut, this.posOut, this.payOut]) {
      if (out === undefined) continue;
      writeFooter(out);
      out.close();
    }
  }
}
