// Doc values of Lucene 5.4 to 6.6: a column per field, addressed by document. Big-endian.
//
//   META .dvm: index header "Lucene54DocValuesMetadata" version 0; entries; vInt -1; footer
//   ENTRY         SIZE  TYPE    FIELD
//                  n    vInt    field number
//                  1    u8      type: 0 numeric, 1 binary, 2 sorted, 3 sorted set, 4 sorted numeric
//   NUMERIC        n    vInt    format
//                  8    i64     documents: -1 all have a value, -2 none, else a place in .dvd: one
//                               bit a document, low bit first (sparse: the numbers of documents)
//                               sparse only: vLong documents, vInt blockShift, monotonic metadata
//                  8    i64     offset
//                  n    vLong   count
//     0 delta                   i64 minValue, vInt bits: minValue + packed
//     1 gcd                     i64 minValue, i64 gcd, vInt bits: minValue + gcd * packed
//     2 table                   vInt size, i64 each, vInt bits: table[packed]
//     3 monotonic               vInt blockShift, monotonic metadata of maxDoc + 1 values
//     4 const                   i64 value; 0 where a document has none
//     5 sparse                  u8 0 values, 1 ordinals; then a whole NUMERIC entry of the values
//                  8    i64     endOffset
//   BINARY         n    vInt    format
//                  8    i64     documents, as above
//                  n    vInt    minLength, vInt maxLength
//                  n    vLong   count
//                  8    i64     offset
//     0 fixed                   nothing: all have maxLength
//     1 variable                i64 place of the addresses, vInt blockShift, monotonic metadata of
//                               count + 1 starts, i64 their end
//     2 prefixes (a dictionary) i64 place of the starts of blocks, vInt version and vInt block size
//                               of their packing, i64 place of the reverse index (not read)
//   SORTED                      BINARY entry of the terms, NUMERIC entry of ordinals, -1 for none
//   SORTED SET, SORTED NUMERIC  vInt format
//     0 addresses               (sets: BINARY entry,) NUMERIC entry of all ordinals or values,
//                               NUMERIC entry of format 3: starts by document
//     1 single                  SORTED entry, or NUMERIC entry
//     2 table                   i32 n, i64 each; i32 sets, i32 length each; (sets: BINARY entry,)
//                               NUMERIC entry: number of its set by document
//   DATA .dvd: index header "Lucene54DocValuesData" version 0, what the entries point to, footer
//   Each inner entry repeats field number and type. Blocks of terms: prefix-dictionary.ts.
// Upstream: org.apache.lucene.codecs.lucene54.{Lucene54DocValuesFormat,Lucene54DocValuesConsumer,
// Lucene54DocValuesProducer} (6.6.1). Spec: docs/format/old-columns.md.

/** Codec name of .dvd. */
export const DATA_CODEC = "Lucene54DocValuesData";
/** Codec name of .dvm. */
export const META_CODEC = "Lucene54DocValuesMetadata";
/** The only version. */
export const VERSION = 0;

/** How a numeric column is encoded. */
export const NumericFormat = {
  DELTA: 0,
  GCD: 1,
  TABLE: 2,
  MONOTONIC: 3,
  CONST: 4,
  SPARSE: 5,
} as const;

/** How a binary column is laid out. */
export const BinaryFormat = { FIXED: 0, VARIABLE: 1, PREFIX: 2 } as const;

/** How documents with several values are laid out. */
export const SetFormat = { ADDRESSES: 0, SINGLE: 1, TABLE: 2 } as const;

/** Instead of a place: every document has a value. */
export const ALL_LIVE = -1;
/** Instead of a place: no document has a value. */
export const ALL_MISSING = -2;
/** Most values of all sets of a table. */
export const SET_VALUES_MAX = 256;
