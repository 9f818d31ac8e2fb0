// The codecs of Lucene 6 to 8, whose segments are only read. Their numbers are big-endian
// (store/big-endian.ts).
//
//   CODEC     LUCENE      .si       NORMS, DOC VALUES   POINTS    STORED FIELDS  POSTINGS
//   Lucene60  6.0 – 6.1   Lucene50  Lucene53, Lucene54  Lucene60  Lucene50       Lucene50
//   Lucene62  6.2 – 6.6   Lucene62  Lucene53, Lucene54  Lucene60  Lucene50       Lucene50
//   Lucene70  7.0 – 7.7   Lucene70  Lucene70            Lucene60  Lucene50       Lucene50
//   Lucene80  8.0 – 8.3   Lucene70  Lucene80            Lucene60  Lucene50       Lucene50
//   Lucene84  8.4 – 8.5   Lucene70  Lucene80            Lucene60  Lucene50       Lucene84
//   Lucene86  8.6         Lucene86  Lucene80            Lucene86  Lucene50       Lucene84
//   Lucene87  8.7 – 8.11  Lucene86  Lucene80            Lucene86  Lucene87       Lucene84
// The postings are the default. Field infos are those of Lucene60 in all, live docs and compound
// files those of Lucene50. Upstream: the Lucene*Codec classes of lucene-core and
// lucene-backward-codecs (6.6.1 to 8.10.1).
// Deletes in such a segment are new generations of .liv and .fnm of its codec; the doc values that
// mark soft deletes are Lucene90's, which the field's attributes say and Lucene 9 reads.

import type { Codec } from "./codec.ts";
import { lucene50CompoundFormat } from "./lucene50/compound.ts";
import { lucene50LiveDocsFormat } from "./lucene50/live-docs.ts";
import { lucene50PostingsFormat } from "./lucene50/postings/lucene50-postings-format.ts";
import { lucene50SegmentInfoFormat } from "./lucene50/segment-info.ts";
import { lucene50StoredFieldsFormat } from "./lucene50/stored-fields.ts";
import { lucene53NormsFormat } from "./lucene53/norms.ts";
import { lucene54DocValuesFormat } from "./lucene54/doc-values/index.ts";
import { lucene60FieldInfosFormat } from "./lucene60/field-infos.ts";
import { lucene60PointsFormat } from "./lucene60/points/index.ts";
import { lucene62SegmentInfoFormat } from "./lucene62/segment-info.ts";
import { lucene70DocValuesFormat } from "./lucene70/doc-values/index.ts";
import { lucene70NormsFormat } from "./lucene70/norms/index.ts";
import { lucene70SegmentInfoFormat } from "./lucene70/segment-info.ts";
import { lucene80DocValuesFormat } from "./lucene80/doc-values/index.ts";
import { lucene80NormsFormat } from "./lucene80/norms/index.ts";
import { lucene84PostingsFormat } from "./lucene84/postings/lucene84-postings-format.ts";
import { lucene86PointsFormat } from "./lucene86/points/index.ts";
import { lucene86SegmentInfoFormat } from "./lucene86/segment-info.ts";
import { lucene87StoredFieldsFormat } from "./lucene87/stored-fields.ts";
import { lucene90DocValuesFormat } from "./lucene90/doc-values/index.ts";

const lucene60: Codec = {
  name: "Lucene60",
  fieldInfosFormat: lucene60FieldInfosFormat,
  segmentInfoFormat: lucene50SegmentInfoFormat,
  storedFieldsFormat: lucene50StoredFieldsFormat,
  liveDocsFormat: lucene50LiveDocsFormat,
  compoundFormat: lucene50CompoundFormat,
  normsFormat: lucene53NormsFormat,
  pointsFormat: lucene60PointsFormat,
  defaultPostingsFormat: lucene50PostingsFormat,
  defaultDocValuesFormat: lucene90DocValuesFormat,
};

const lucene62: Codec = {
  ...lucene60,
  name: "Lucene62",
  segmentInfoFormat: lucene62SegmentInfoFormat,
};

const lucene70: Codec = {
  ...lucene60,
  name: "Lucene70",
  segmentInfoFormat: lucene70SegmentInfoFormat,
  normsFormat: lucene70NormsFormat,
};

const lucene80: Codec = {
  ...lucene70,
  name: "Lucene80",
  normsFormat: lucene80NormsFormat,
};

const lucene84: Codec = {
  ...lucene80,
  name: "Lucene84",
  defaultPostingsFormat: lucene84PostingsFormat,
};

const lucene86: Codec = {
  ...lucene84,
  name: "Lucene86",
  segmentInfoFormat: lucene86SegmentInfoFormat,
  pointsFormat: lucene86PointsFormat,
};

const lucene87: Codec = {
  ...lucene86,
  name: "Lucene87",
  storedFieldsFormat: lucene87StoredFieldsFormat,
};

/** Lucene 6.0 to 8.11, oldest first. */
export const OLD_CODECS: readonly Codec[] = [
  lucene60,
  lucene62,
  lucene70,
  lucene80,
  lucene84,
  lucene86,
  lucene87,
];

/** Doc values formats that only old codecs have. */
export const OLD_DOC_VALUES_FORMATS = [
  lucene54DocValuesFormat,
  lucene70DocValuesFormat,
  lucene80DocValuesFormat,
];
