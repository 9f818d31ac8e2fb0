// Points: a BKD tree per field, in three files.
//
//   .kdm  index header "Lucene90PointsFormatMeta"
//         per field: le-i32 field number, BKD metadata (util/bkd/bkd-format.ts)
//         le-i32 -1, le-i64 length of .kdi, le-i64 length of .kdd, footer
//   .kdi  index header "Lucene90PointsFormatIndex", packed indexes, footer
//   .kdd  index header "Lucene90PointsFormatData", leaves, footer
// Version 0; 1 since Lucene 10.2, which only raises the version of BKD. A field without any point
// has no entry.
// Upstream: org.apache.lucene.codecs.lucene90.Lucene90PointsFormat (9.1.0, 10.4.0).
// Spec: docs/format/points.md. Tests: test/lucene/points.

/** Codec name of .kdd. */
export const POINTS_DATA_CODEC = "Lucene90PointsFormatData";
/** Extension of the leaves. */
export const POINTS_DATA_EXTENSION = "kdd";
/** Codec name of .kdi. */
export const POINTS_INDEX_CODEC = "Lucene90PointsFormatIndex";
/** Extension of the packed indexes. */
export const POINTS_INDEX_EXTENSION = "kdi";
/** Codec name of .kdm. */
export const POINTS_META_CODEC = "Lucene90PointsFormatMeta";
/** Extension of the metadata. */
export const POINTS_META_EXTENSION = "kdm";
/** The version that is written. */
export const POINTS_VERSION_START = 0;
/** The newest version that is read. */
export const POINTS_VERSION_MAX = 1;
