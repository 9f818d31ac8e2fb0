// The postings' part of a term's metadata up to Lucene 8.4.
//
//   TERM METADATA  TYPE   MEANING
//   docStartFP     vLong  delta
//   posStartFP     vLong  delta; with positions
//   payStartFP     vLong  delta; with offsets or payloads
//   singleton      vInt   docFreq = 1: the document
//   lastPosBlock   vLong  totalTermFreq > 128: offset of the vInt block from posStartFP
//   skipOffset     vLong  docFreq > 128: offset of the skip data from docStartFP
// Deltas are against the block's previous term, absolute for its first.
// Upstream: org.apache.lucene.codecs.lucene50.Lucene50PostingsReader.decodeTerm (8.0.0).

import type { ByteCursor } from "../../lucene90/blocktree/byte-cursor.ts";
import type { BlockTermState, PostingsFeatures } from "../../lucene90/postings/block-term-state.ts";

/** Reads all but `skipOffset`; `state` holds the term before. */
export function decodePlainTermState(
  cursor: ByteCursor,
  features: PostingsFeatures,
  state: BlockTermState,
  absolute: boolean,
  blockSize: number,
): void {
  const { hasPositions } = features;
  state.docStartFP = (absolute ? 0 : state.docStartFP) + cursor.readVLong();
  if (hasPositions) {
    state.posStartFP = (absolute ? 0 : state.posStartFP) + cursor.readVLong();
    if (features.hasOffsets || features.hasPayloads) {
      state.payStartFP = (absolute ? 0 : state.payStartFP) + cursor.readVLong();
    }
  }
  state.singletonDocID = state.docFreq === 1 ? cursor.readVInt() : -1;
  const hasLast = hasPositions && state.totalTermFreq > blockSize;
  state.lastPosBlockOffset = hasLast ? cursor.readVLong() : -1;
}
