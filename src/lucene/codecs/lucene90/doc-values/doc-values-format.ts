// Doc values: a column per field. .dvm says where everything is, .dvd holds it. Little-endian.
//
//   META .dvm: index header "Lucene90DocValuesMetadata" version 0…2, entries, i32 -1, footer
//   ENTRY        SIZE  TYPE    FIELD
//                 4    i32     field number
//                 1    u8      type: 0 numeric, 1 binary, 2 sorted, 3 sorted set, 4 sorted numeric
//    SKIPPER                   only where the field infos announce a skip index (Lucene 10)
//                8+8   i64     offset, length: in .dvd, since version 1 in .dvs
//                8+8   i64     maxValue, minValue
//                4+4   i32     docCount, maxDocId; since version 2 a third: maxValueCount
//   NUMERIC
//                 8    i64     docsWithFieldOffset    -2 none, -1 all, else a set in .dvd
//                 8    i64     docsWithFieldLength
//                 2    i16     jumpTableEntryCount
//                 1    i8      denseRankPower
//                 8    i64     numValues
//                 4    i32     tableSize   -1 no table; 0…256 entries; -2-shift blocks of 2^shift
//                8*n   i64[]   table       ascending; the packed values are positions in it
//                 1    u8      bitsPerValue   0 all values are minValue; 255 each block has its own
//                 8    i64     minValue    value = gcd * packed + minValue
//                 8    i64     gcd
//                 8    i64     valuesOffset
//                 8    i64     valuesLength
//                 8    i64     valueJumpTableOffset   -1 unless in blocks
//   BINARY        8+8  i64     dataOffset, dataLength     the values, back to back
//                19            set of documents, as above
//                 4    i32     numDocsWithField
//                4+4   i32     minLength, maxLength
//                              if they differ: addresses of numDocsWithField + 1 starts
//   ADDRESSES     8    i64     offset
//                 n    vInt    blockShift, then the monotonic metadata
//                 8    i64     length
//   SORTED        NUMERIC of ordinals, TERMS DICTIONARY
//   SORTED NUMERIC  NUMERIC, i32 numDocsWithField, ADDRESSES if numValues differs from it
//   SORTED SET    u8 0: SORTED; u8 1: SORTED NUMERIC of ordinals, TERMS DICTIONARY
//   TERMS DICTIONARY  (terms-dict.ts)
//   DATA .dvd: index header "Lucene90DocValuesData" version 0…2, what the entries point to, footer
//   SKIP .dvs: index header "Lucene90DocValuesSkipIndex" version 1…2, intervals, footer (10.5)
//   In blocks of 16384 values: u8 bits, i64 min, then (bits > 0) i32 length and the packed values;
//   at valueJumpTableOffset an i64 offset per block, and the table's own offset.
// Written: version 0. The skip index is not read beyond its summary.
// Upstream: org.apache.lucene.codecs.lucene90.Lucene90DocValuesFormat (9.1.0, 10.5.0).
// Spec: docs/format/doc-values.md. Tests: test/lucene/doc-values.

/** Codec name of .dvd. */
export const DATA_CODEC = "Lucene90DocValuesData";
/** Extension of the values. */
export const DATA_EXTENSION = "dvd";
/** Codec name of .dvm. */
export const META_CODEC = "Lucene90DocValuesMetadata";
/** Extension of the metadata. */
export const META_EXTENSION = "dvm";
/** Codec name of .dvs. */
export const SKIP_CODEC = "Lucene90DocValuesSkipIndex";
/** Extension of skip indexes since version 1. */
export const SKIP_EXTENSION = "dvs";
/** The version that is written. */
export const DOC_VALUES_VERSION = 0;
/** Lucene 10.5: skip indexes have a file of their own. */
export const VERSION_SKIPPER_SEPARATE_FILE = 1;
/** Lucene 10.5: skip indexes know the most values of a document. */
export const VERSION_SKIPPER_MAX_VALUE_COUNT = 2;
/** The newest version that is read. */
export const DOC_VALUES_VERSION_MAX = VERSION_SKIPPER_MAX_VALUE_COUNT;

/** Type byte: one long per document. */
export const NUMERIC = 0;
/** Type byte: bytes per document. */
export const BINARY = 1;
/** Type byte: one ordinal per document, and a dictionary. */
export const SORTED = 2;
/** Type byte: ordinals per document, and a dictionary. */
export const SORTED_SET = 3;
/** Type byte: longs per document. */
export const SORTED_NUMERIC = 4;

/** log2 of the values per block of addresses. */
export const DIRECT_MONOTONIC_BLOCK_SHIFT = 16;
/** log2 of the values per block of a numeric column in blocks. */
export const NUMERIC_BLOCK_SHIFT = 14;
/** Values per block of a numeric column in blocks. */
export const NUMERIC_BLOCK_VALUES = 1 << NUMERIC_BLOCK_SHIFT;
/** Most distinct values that a table may hold. */
export const TABLE_VALUES_MAX = 256;
/** log2 of the terms per block of a dictionary. */
export const TERMS_DICT_BLOCK_SHIFT = 6;
/** Terms per block of a dictionary. */
export const TERMS_DICT_BLOCK_TERMS = 1 << TERMS_DICT_BLOCK_SHIFT;
/** log2 of the terms per key of the reverse index. */
export const TERMS_DICT_REVERSE_INDEX_SHIFT = 10;
