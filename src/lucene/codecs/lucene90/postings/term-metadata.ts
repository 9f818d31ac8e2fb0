// The part of a term's metadata that all generations since Lucene 9.0 share (see
// postings-writer.ts).
// Upstream: decodeTerm of Lucene90PostingsReader, Lucene912PostingsReader, Lucene104PostingsReader.

import { corrupt } from "../../../../base/index.ts";
import type { ByteCursor } from "../blocktree/byte-cursor.ts";
import type { BlockTermState, PostingsFeatures } from "./block-term-state.ts";

/** Reads file pointers and the singleton document; `state` holds the term before. */
export function decodeTermState(
  cursor: ByteCursor,
  features: PostingsFeatures,
  state: BlockTermState,
  absolute: boolean,
  blockSize: number,
): void {
  if (absolute) {
    state.docStartFP = 0;
    state.posStartFP = 0;
    state.payStartFP = 0;
  }
  const code = cursor.readVLong();
  if (code % 2 === 0) {
    state.docStartFP += code / 2;
    state.singletonDocID = state.docFreq === 1 ? cursor.readVInt() : -1;
  } else {
    if (absolute || state.singletonDocID === -1 || state.docFreq !== 1) {
      throw corrupt("Singleton document has nothing to refer to", { file: cursor.file });
    }
    const zigzag = (code - 1) / 2;
    state.singletonDocID += zigzag % 2 === 0 ? zigzag / 2 : -(zigzag + 1) / 2;
  }
  if (!features.hasPositions) return;
  state.posStartFP += cursor.readVLong();
  if (features.hasOffsets || features.hasPayloads) state.payStartFP += cursor.readVLong();
  state.lastPosBlockOffset = state.totalTermFreq > blockSize ? cursor.readVLong() : -1;
}
