// Compound files of Lucene 6.x to 8.x: as lucene90/compound.ts, with big-endian offsets and
// lengths and without padding, under other codec names (`Lucene50CompoundEntries`,
// `Lucene50CompoundData`). The parts keep their own formats, which say how their numbers lie.
// Upstream: org.apache.lucene.codecs.lucene50.{Lucene50CompoundFormat,Lucene50CompoundReader}
// (8.10.1).

import { BigEndianDirectory } from "../../store/index.ts";
import type { CompoundFormat } from "../codec.ts";
import { CompoundReader } from "../lucene90/compound.ts";

const CODECS = { data: "Lucene50CompoundData", entries: "Lucene50CompoundEntries" };

/** `.cfs`/`.cfe` of Lucene 5.0 to 8.11. */
export const lucene50CompoundFormat: CompoundFormat = {
  compoundReader: (directory, info) =>
    new CompoundReader(new BigEndianDirectory(directory), info, CODECS),
};
