// Norms: one signed number per document and field, the encoded length of the field there.
//
//   META .nvm          SIZE  TYPE    FIELD
//     index header                   "Lucene90NormsMetadata", version 0
//     per field         4    le-i32  field number; -1 ends the list
//                       8    le-i64  docsWithFieldOffset   -2 none, -1 all, else in .nvd
//                       8    le-i64  docsWithFieldLength
//                       2    le-i16  jumpTableEntryCount   -1 where there is no set
//                       1    i8      denseRankPower        9, or -1 where there is no set
//                       4    le-i32  numDocsWithField
//                       1    u8      bytesPerNorm          0, 1, 2, 4 or 8
//                       8    le-i64  normsOffset, or the one value where bytesPerNorm = 0
//     footer
//   DATA .nvd
//     index header                   "Lucene90NormsData", version 0
//     per field                      set of documents (util/indexed-disi), then the norms
//     footer
// Invariants: a norm exists for each document of the set, in order; offsets lie inside the file.
// Upstream: org.apache.lucene.codecs.lucene90.Lucene90NormsFormat (9.1.0).
// Spec: docs/format/norms.md. Tests: test/lucene/norms.

/** Codec name of .nvd. */
export const NORMS_DATA_CODEC = "Lucene90NormsData";
/** Extension of the norms. */
export const NORMS_DATA_EXTENSION = "nvd";
/** Codec name of .nvm. */
export const NORMS_META_CODEC = "Lucene90NormsMetadata";
/** Extension of the metadata. */
export const NORMS_META_EXTENSION = "nvm";
/** The only version. */
export const NORMS_VERSION = 0;
