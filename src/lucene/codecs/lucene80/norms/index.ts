// Norms of Lucene 8: as lucene90/norms/norms-format.ts, big-endian, under the codec names
// `Lucene80NormsMetadata` and `Lucene80NormsData`, version 0.
// Upstream: org.apache.lucene.codecs.lucene80.Lucene80NormsFormat (8.10.1).

import { BigEndianDirectory } from "../../../store/index.ts";
import { readIndexedDisiEntry } from "../../../util/indexed-disi/indexed-disi.ts";
import type { NormsFormat } from "../../codec.ts";
import {
  ColumnNormsProducer,
  type NormsLayout,
  readNormsEntry,
} from "../../lucene90/norms/norms-producer.ts";

const LAYOUT: NormsLayout = {
  dataCodec: "Lucene80NormsData",
  metaCodec: "Lucene80NormsMetadata",
  readEntry: (meta, maxDoc, dataLength) =>
    readNormsEntry(meta, maxDoc, dataLength, () => readIndexedDisiEntry(meta, dataLength)),
};

/** The norms format of Lucene 8.0 to 8.11. */
export const lucene80NormsFormat: NormsFormat = {
  normsProducer: (state) =>
    new ColumnNormsProducer(
      { ...state, directory: new BigEndianDirectory(state.directory) },
      LAYOUT,
    ),
};
