// The four facts about a field's documents that precede its values in every metadata file:
// le-i64 offset (-2 none, -1 all), le-i64 length, le-i16 jump table entries, i8 rank power.

import type { DataOutput } from "../../store/index.ts";
import { DENSE_RANK_POWER, writeIndexedDisi } from "./indexed-disi-writer.ts";

/** Writes the facts to `meta`, and to `data` the set, if some documents but not all are in it. */
export function writeDocsWithField(
  docs: Int32Array,
  count: number,
  maxDoc: number,
  meta: DataOutput,
  data: DataOutput,
): void {
  if (count === 0 || count === maxDoc) {
    meta.writeLong(count === 0 ? -2 : -1);
    meta.writeLong(0);
    meta.writeShort(-1);
    meta.writeByte(0xff);
    return;
  }
  const offset = data.filePointer;
  const jumpTableEntryCount = writeIndexedDisi(docs, count, data);
  meta.writeLong(offset);
  meta.writeLong(data.filePointer - offset);
  meta.writeShort(jumpTableEntryCount);
  meta.writeByte(DENSE_RANK_POWER);
}
