// Segment info (.si) of Lucene 6.2 to 6.6: as lucene90/segment-info.ts, big-endian, without the
// oldest version of the documents and with the index sort of sort-fields.ts, under the codec name
// `Lucene62SegmentInfo`. Versions: 0 = 6.2, 1 = 6.4 (sort keys by a selector).
// Upstream: org.apache.lucene.codecs.lucene62.Lucene62SegmentInfoFormat (6.6.1).

import { BigEndianDirectory } from "../../store/index.ts";
import type { SegmentInfoFormat } from "../codec.ts";
import { readSegmentInfo, type SegmentInfoLayout } from "../lucene90/segment-info.ts";
import { readLegacyIndexSort } from "./sort-fields.ts";

const LAYOUT: SegmentInfoLayout = {
  codec: "Lucene62SegmentInfo",
  versionMax: 1,
  hasMinVersion: false,
  hasBlocks: false,
  readIndexSort: readLegacyIndexSort,
};

/** `.si` of Lucene 6.2 to 6.6. */
export const lucene62SegmentInfoFormat: SegmentInfoFormat = {
  read: (directory, segment, id) =>
    readSegmentInfo(new BigEndianDirectory(directory), segment, id, LAYOUT),
};
