// Points of Lucene 8.6 to 8.11: as lucene90/points/points-format.ts, big-endian, under the codec
// names `Lucene86PointsFormat{Meta,Index,Data}`, version 0, with trees of version 9.
// Upstream: org.apache.lucene.codecs.lucene86.Lucene86PointsFormat (8.10.1).

import { BigEndianDirectory } from "../../../store/index.ts";
import type { PointsFormat } from "../../codec.ts";
import { type PointsCodecs, ThreeFilePointsReader } from "../../lucene90/points/points-reader.ts";

const CODECS: PointsCodecs = {
  data: "Lucene86PointsFormatData",
  index: "Lucene86PointsFormatIndex",
  meta: "Lucene86PointsFormatMeta",
  versionMax: 0,
};

/** The points format of Lucene 8.6 to 8.11. */
export const lucene86PointsFormat: PointsFormat = {
  fieldsReader: (state) =>
    new ThreeFilePointsReader(
      { ...state, directory: new BigEndianDirectory(state.directory) },
      CODECS,
    ),
};
