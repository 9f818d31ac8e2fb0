// Lucene90PointsFormat: writer and reader of .kdd, .kdi and .kdm. points-format.ts has the byte
// table.

import type { PointsFormat } from "../../codec.ts";
import { ThreeFilePointsReader } from "./points-reader.ts";
import { Lucene90PointsWriter } from "./points-writer.ts";

/** The points format of Lucene 9.0 up to 10.x. */
export const lucene90PointsFormat: Required<PointsFormat> = {
  fieldsReader: (state) => new ThreeFilePointsReader(state),
  fieldsWriter: (state) => new Lucene90PointsWriter(state),
};
