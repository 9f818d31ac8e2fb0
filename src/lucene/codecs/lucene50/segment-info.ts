// Segment info (.si) of Lucene 5.1 to 6.1: as lucene62/segment-info.ts, without an index sort,
// under the codec name `Lucene50SegmentInfo`, version 1.
// Upstream: org.apache.lucene.codecs.lucene50.Lucene50SegmentInfoFormat (6.6.1).

import { BigEndianDirectory } from "../../store/index.ts";
import type { SegmentInfoFormat } from "../codec.ts";
import { readSegmentInfo, type SegmentInfoLayout } from "../lucene90/segment-info.ts";

const LAYOUT: SegmentInfoLayout = {
  codec: "Lucene50SegmentInfo",
  versionMax: 1,
  hasMinVersion: false,
  hasBlocks: false,
  readIndexSort: () => [],
};

/** `.si` of Lucene 5.1 to 6.1. */
export const lucene50SegmentInfoFormat: SegmentInfoFormat = {
  read: (directory, segment, id) =>
    readSegmentInfo(new BigEndianDirectory(directory), segment, id, LAYOUT),
};
