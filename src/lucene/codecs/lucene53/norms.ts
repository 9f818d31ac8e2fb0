// Norms of Lucene 5.3 to 6.6: one signed number per document of the segment, whether it has the
// field or not (then 0).
//
//   META .nvm          SIZE  TYPE    FIELD
//     index header                   "Lucene53NormsMetadata", version 0
//     per field         n    vInt    field number; -1 ends the list
//                       1    u8      bytesPerNorm          0, 1, 2, 4 or 8
//                       8    be-i64  normsOffset, or the one value where bytesPerNorm = 0
//     footer
//   DATA .nvd
//     index header                   "Lucene53NormsData", version 0
//     per field                      maxDoc norms, big-endian
//     footer
// A norm of these lines is a float in one byte (SmallFloat.byte315ToFloat), not a length: who
// scores asks the index's created version.
// Upstream: org.apache.lucene.codecs.lucene53.{Lucene53NormsFormat,Lucene53NormsProducer} (6.6.1).

import { BigEndianDirectory, type IndexInput } from "../../store/index.ts";
import type { NormsFormat } from "../codec.ts";
import {
  ColumnNormsProducer,
  type NormsLayout,
  type NumberedEntry,
  placedNorms,
} from "../lucene90/norms/norms-producer.ts";

const ALL_DOCS = {
  docsWithFieldOffset: -1,
  docsWithFieldLength: 0,
  jumpTableEntryCount: -1,
  denseRankPower: -1,
};

const LAYOUT: NormsLayout = {
  dataCodec: "Lucene53NormsData",
  metaCodec: "Lucene53NormsMetadata",
  readEntry,
};

function readEntry(
  meta: IndexInput,
  maxDoc: number,
  dataLength: number,
): NumberedEntry | undefined {
  const number = meta.readVInt();
  if (number === -1) return undefined;
  const bytesPerNorm = meta.readByte();
  const value = meta.readLong();
  const entry = { docs: ALL_DOCS, numDocsWithField: maxDoc, bytesPerNorm, value };
  return { number, entry: placedNorms(entry, dataLength, meta.name) };
}

/** The norms format of Lucene 5.3 to 6.6. */
export const lucene53NormsFormat: NormsFormat = {
  normsProducer: (state) =>
    new ColumnNormsProducer(
      { ...state, directory: new BigEndianDirectory(state.directory) },
      LAYOUT,
    ),
};
