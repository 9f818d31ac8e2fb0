// Norms of Lucene 7: as those of Lucene 8 (lucene80/norms), with a set of documents that has
// neither jump table nor ranks (plain-set.ts), under the codec names `Lucene70NormsMetadata` and
// `Lucene70NormsData`, version 0.
// Upstream: org.apache.lucene.codecs.lucene70.Lucene70NormsFormat (7.7.3).

import { BigEndianDirectory } from "../../../store/index.ts";
import type { NormsFormat } from "../../codec.ts";
import {
  ColumnNormsProducer,
  type NormsLayout,
  readNormsEntry,
} from "../../lucene90/norms/norms-producer.ts";
import { readPlainSet } from "../plain-set.ts";

const LAYOUT: NormsLayout = {
  dataCodec: "Lucene70NormsData",
  metaCodec: "Lucene70NormsMetadata",
  readEntry: (meta, maxDoc, dataLength) =>
    readNormsEntry(meta, maxDoc, dataLength, () => readPlainSet(meta, dataLength)),
};

/** The norms format of Lucene 7.0 to 7.7. */
export const lucene70NormsFormat: NormsFormat = {
  normsProducer: (state) =>
    new ColumnNormsProducer(
      { ...state, directory: new BigEndianDirectory(state.directory) },
      LAYOUT,
    ),
};
