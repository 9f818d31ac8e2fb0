// Segment info (.si) of Lucene 7.0 to 8.5: as lucene90/segment-info.ts, big-endian, with the index
// sort of lucene62/sort-fields.ts, under the codec name `Lucene70SegmentInfo`, version 0.
// Upstream: org.apache.lucene.codecs.lucene70.Lucene70SegmentInfoFormat (7.7.3).

import { BigEndianDirectory } from "../../store/index.ts";
import type { SegmentInfoFormat } from "../codec.ts";
import { readLegacyIndexSort } from "../lucene62/sort-fields.ts";
import { readSegmentInfo, type SegmentInfoLayout } from "../lucene90/segment-info.ts";

const LAYOUT: SegmentInfoLayout = {
  codec: "Lucene70SegmentInfo",
  versionMax: 0,
  hasMinVersion: true,
  hasBlocks: false,
  readIndexSort: readLegacyIndexSort,
};

/** `.si` of Lucene 7.0 to 8.5. */
export const lucene70SegmentInfoFormat: SegmentInfoFormat = {
  read: (directory, segment, id) =>
    readSegmentInfo(new BigEndianDirectory(directory), segment, id, LAYOUT),
};
