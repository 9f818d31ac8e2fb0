// The set of documents that have a value, in blocks of 65536 documents. Blocks without documents
// are left out; a last block stands for NO_MORE_DOCS. Little-endian.
//
//   BLOCK     SIZE   TYPE      FIELD        MEANING
//              2     u16       block        high 16 bits of its documents
//              2     u16       cardinality  documents - 1
//     SPARSE   2*n   u16[]     docs         low 16 bits, ascending; up to 4095 documents
//     DENSE   256    be-u16[]  rank         documents before bit 512 * i (with rank power 9)
//             8192   le-u64[]  bits         4096…65535 documents
//     ALL      0                            65536 documents
//   JUMP TABLE, at the end, one entry per block number (also of those left out)
//              4     le-i32    index        documents in all blocks before
//              4     le-i32    offset       of the block, or of the next one that exists
//   No table where there is only one real block. The number of entries is in the metadata.
// Invariant: the last block is SPARSE, block 32767, doc 65535: 0x7fffffff.
// Upstream: org.apache.lucene.codecs.lucene90.IndexedDISI (9.1.0). Spec: docs/format/doc-values.md.

import { NO_MORE_DOCS } from "../../index/leaf-reader.ts";
import type { DataOutput } from "../../store/index.ts";

/** Rank entries lie 2^9 documents apart. */
export const DENSE_RANK_POWER = 9;
/** Most documents of a SPARSE block. */
export const SPARSE_DOCS_MAX = 4095;
/** Documents that a block spans. */
export const BLOCK_DOCS = 65536;

/** Writes the ascending `docs[0, count)`; answers the number of jump table entries. */
export function writeIndexedDisi(docs: Int32Array, count: number, out: DataOutput): number {
  const start = out.filePointer;
  const jumps: number[] = [];
  const bits = new Uint8Array(BLOCK_DOCS / 8);
  let from = 0;
  while (from < count) {
    const block = docs[from]! >>> 16;
    let to = from + 1;
    while (to < count && docs[to]! >>> 16 === block) to++;
    const offset = out.filePointer - start;
    while (jumps.length <= block * 2) jumps.push(from, offset);
    writeBlock(block, docs, from, to, bits, out);
    from = to;
  }
  jumps.push(count, out.filePointer - start);
  out.writeShort(NO_MORE_DOCS >>> 16);
  out.writeShort(0);
  out.writeShort(NO_MORE_DOCS & 0xffff);
  const entries = jumps.length / 2 === 2 ? 0 : jumps.length / 2;
  for (let i = 0; i < entries * 2; i++) out.writeInt(jumps[i]!);
  return entries;
}

function writeBlock(
  block: number,
  docs: Int32Array,
  from: number,
  to: number,
  bits: Uint8Array,
  out: DataOutput,
): void {
  const cardinality = to - from;
  out.writeShort(block);
  out.writeShort(cardinality - 1);
  if (cardinality <= SPARSE_DOCS_MAX) {
    for (let i = from; i < to; i++) out.writeShort(docs[i]! & 0xffff);
    return;
  }
  if (cardinality === BLOCK_DOCS) return;
  bits.fill(0);
  const ranks = new Uint16Array(BLOCK_DOCS >>> DENSE_RANK_POWER);
  for (let i = from; i < to; i++) {
    const doc = docs[i]! & 0xffff;
    bits[doc >>> 3]! |= 1 << (doc & 7);
    ranks[doc >>> DENSE_RANK_POWER]!++;
  }
  let before = 0;
  for (const inRange of ranks) {
    out.writeByte(before >>> 8);
    out.writeByte(before & 0xff);
    before += inRange;
  }
  out.writeBytes(bits);
}
