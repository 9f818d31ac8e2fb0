// The FST of a terms index up to Lucene 8.5: metadata and bytes lie one behind the other in .tip.
//
//   HEADER "FST", then
//   VERSION  SINCE  CHANGE
//   4        4.9    targets are vLongs; behind the start node three vLong counts
//   5        5.2    no counts
//   6        7.0    no packed FSTs: the u8 "packed" before the empty output is gone
//   7        8.4    nodes with direct addressing
//   The rest is as in fst-constants.ts, followed by the bytes.
// Packed FSTs were never written into a terms index.
// Upstream: org.apache.lucene.util.fst.FST (6.6.1, 7.7.3, 8.4.1).

import { corrupt } from "../../../../base/index.ts";
import { checkHeader, type IndexInput } from "../../../store/index.ts";
import { type Fst, placeFst, readFstHead } from "../../../util/fst/fst.ts";
import { FST_CODEC } from "../../../util/fst/fst-constants.ts";

const VERSION_VINT_TARGET = 4;
const VERSION_NO_NODE_ARC_COUNTS = 5;
const VERSION_PACKED_REMOVED = 6;
const VERSION_DIRECT_ADDRESSING = 7;

/** Reads the FST that begins at `offset` of .tip. */
export function readInlineFst(indexIn: IndexInput, offset: number): Fst {
  const input = indexIn.clone();
  input.seek(offset);
  const version = checkHeader(input, FST_CODEC, VERSION_VINT_TARGET, VERSION_DIRECT_ADDRESSING);
  if (version < VERSION_PACKED_REMOVED && input.readByte() === 1) {
    throw corrupt("FST is packed", { file: indexIn.name, offset });
  }
  const head = readFstHead(input);
  if (version < VERSION_NO_NODE_ARC_COUNTS) for (let i = 0; i < 3; i++) input.readVLong();
  const length = input.readVLong();
  return placeFst(head, length, indexIn, input.filePointer);
}
