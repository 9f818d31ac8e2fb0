// Where a set of documents lies, in metadata of Lucene 7: i64 offset (-2 none, -1 all), i64
// length. The set itself is that of util/indexed-disi, big-endian, without jump table and ranks.
// Upstream: org.apache.lucene.codecs.lucene70.IndexedDISI (7.7.3).

import type { IndexInput } from "../../store/index.ts";
import { checkedDisiEntry, type IndexedDisiEntry } from "../../util/indexed-disi/indexed-disi.ts";

/** Reads the two facts and checks them against the length of the data file. */
export function readPlainSet(meta: IndexInput, dataLength: number): IndexedDisiEntry {
  const docsWithFieldOffset = meta.readLongNumber();
  const docsWithFieldLength = meta.readLongNumber();
  const entry = {
    docsWithFieldOffset,
    docsWithFieldLength,
    jumpTableEntryCount: -1,
    denseRankPower: -1,
  };
  return checkedDisiEntry(entry, dataLength, meta.name);
}
