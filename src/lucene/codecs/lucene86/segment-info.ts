// Segment info (.si) of Lucene 8.6 to 8.11: as lucene90/segment-info.ts, big-endian, under the
// codec name `Lucene86SegmentInfo`, version 0.
// Upstream: org.apache.lucene.codecs.lucene86.Lucene86SegmentInfoFormat (8.10.1).

import { BigEndianDirectory } from "../../store/index.ts";
import type { SegmentInfoFormat } from "../codec.ts";
import { LUCENE90_SEGMENT_INFO, readSegmentInfo } from "../lucene90/segment-info.ts";

const LAYOUT = { ...LUCENE90_SEGMENT_INFO, codec: "Lucene86SegmentInfo" };

/** `.si` of Lucene 8.6 to 8.11. */
export const lucene86SegmentInfoFormat: SegmentInfoFormat = {
  read: (directory, segment, id) =>
    readSegmentInfo(new BigEndianDirectory(directory), segment, id, LAYOUT),
};
