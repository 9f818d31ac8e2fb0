// Segment info (.si) since Lucene 9.9, read only: as lucene90/segment-info.ts with one more byte,
// hasBlocks, after the compound flag. The header is the same: the codec decides which one to use.
// Upstream: org.apache.lucene.codecs.lucene99.Lucene99SegmentInfoFormat (10.4.0).

import type { SegmentInfoFormat } from "../codec.ts";
import { LUCENE90_SEGMENT_INFO, readSegmentInfo } from "../lucene90/segment-info.ts";

const LAYOUT = { ...LUCENE90_SEGMENT_INFO, hasBlocks: true };

/** `.si` of Lucene 9.9 to 10.4. */
export const lucene99SegmentInfoFormat: SegmentInfoFormat = {
  read: (directory, segment, id) => readSegmentInfo(directory, segment, id, LAYOUT),
};
