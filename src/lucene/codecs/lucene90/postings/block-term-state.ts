// Where one term's postings are: what the terms dictionary keeps per term.
// Upstream: org.apache.lucene.codecs.BlockTermState and IntBlockTermState of the postings formats.

import type { FieldInfo } from "../../../index/field-info.ts";
import { IndexOptions } from "../../../index/field-info.ts";

/** One shape for all generations; a generation leaves alone what it does not have. */
export class BlockTermState {
  docFreq = 0;
  /** Equals docFreq where frequencies are not indexed. */
  totalTermFreq = 0;
  docStartFP = 0;
  posStartFP = 0;
  payStartFP = 0;
  /** Lucene 9.0–9.11: offset of the skip data from docStartFP, or -1. */
  skipOffset = -1;
  /** Offset of the last, vInt-coded position block from posStartFP, or -1. */
  lastPosBlockOffset = -1;
  /** The only document of a term with docFreq = 1, or -1. */
  singletonDocID = -1;

  copyFrom(other: BlockTermState): void {
    this.docFreq = other.docFreq;
    this.totalTermFreq = other.totalTermFreq;
    this.docStartFP = other.docStartFP;
    this.posStartFP = other.posStartFP;
    this.payStartFP = other.payStartFP;
    this.skipOffset = other.skipOffset;
    this.lastPosBlockOffset = other.lastPosBlockOffset;
    this.singletonDocID = other.singletonDocID;
  }

  clone(): BlockTermState {
    const copy = new BlockTermState();
    copy.copyFrom(this);
    return copy;
  }
}

/** What a field's postings hold. */
export interface PostingsFeatures {
  readonly hasFreqs: boolean;
  readonly hasPositions: boolean;
  readonly hasOffsets: boolean;
  readonly hasPayloads: boolean;
}

/** What the postings of one field hold. */
export function postingsFeatures(info: FieldInfo): PostingsFeatures {
  const hasPositions = info.indexOptions >= IndexOptions.DOCS_AND_FREQS_AND_POSITIONS;
  return {
    hasFreqs: info.indexOptions >= IndexOptions.DOCS_AND_FREQS,
    hasPositions,
    hasOffsets: info.indexOptions >= IndexOptions.DOCS_AND_FREQS_AND_POSITIONS_AND_OFFSETS,
    hasPayloads: hasPositions && info.storePayloads,
  };
}

/** Which files a segment's postings need: the union over all its fields, as Lucene decides it. */
export function segmentFeatures(infos: Iterable<FieldInfo>): PostingsFeatures {
  let options: number = IndexOptions.NONE;
  let hasPayloads = false;
  for (const info of infos) {
    options = Math.max(options, info.indexOptions);
    hasPayloads ||= info.storePayloads;
  }
  return {
    hasFreqs: options >= IndexOptions.DOCS_AND_FREQS,
    hasPositions: options >= IndexOptions.DOCS_AND_FREQS_AND_POSITIONS,
    hasOffsets: options >= IndexOptions.DOCS_AND_FREQS_AND_POSITIONS_AND_OFFSETS,
    hasPayloads,
  };
}
