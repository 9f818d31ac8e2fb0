// Doc values of Lucene 8: as lucene90/doc-values/doc-values-format.ts, big-endian, under the codec
// names `Lucene80DocValuesMetadata` and `Lucene80DocValuesData`, without skip indexes, and with
//
//   BINARY        as in Lucene 9; where values are compressed, and there are any, instead of the
//                 addresses of the values:
//                  8    i64     offset of the addresses
//                  n    vInt    blocks
//                  n    vInt    log2 of the documents in a block: 5
//                  n    vInt    most bytes of a block, decompressed
//                  n    vInt    blockShift, then the monotonic metadata: one start a block, from
//                               the beginning of the file
//                  8    i64     length of the addresses
//   SORTED        19            set of documents
//                  4    i32     numDocsWithField
//                  1    u8      bitsPerValue   0 if there is one term at most
//                 8+8   i64     offset and length of the packed ordinals
//                               TERMS DICTIONARY
//   SORTED SET    u8 0: SORTED; u8 1: set of documents, u8 bitsPerValue, i64 offset and length of
//                 the ordinals, i32 numDocsWithField, ADDRESSES, TERMS DICTIONARY
//   TERMS DICTIONARY
//                  n    vLong   size
//                  4    i32     log2 of the terms in a block: 4, nothing is compressed;
//                               or 0x60001: blocks of 64 terms, compressed by LZ4
//                               then as in Lucene 9, maxBlockLength only where compressed
//   BLOCK OF VALUES             vInt first length << 1 | all are alike; unless they are, a vInt
//                               length of each further document of the block (32 also in the last
//                               one, which fills up with 0); then, unless all are empty, the
//                               values compressed by LZ4
// Versions: 0 = 8.0; 1 = 8.5: binary values are compressed; 2 = 8.8: they are where the field's
// attribute `Lucene80DocValuesFormat.mode` says BEST_COMPRESSION.
// Upstream: org.apache.lucene.codecs.lucene80.Lucene80DocValuesFormat (8.0.0, 8.6.3, 8.10.1).
// Spec: docs/format/doc-values.md.

/** Codec name of .dvd. */
export const DATA_CODEC = "Lucene80DocValuesData";
/** Codec name of .dvm. */
export const META_CODEC = "Lucene80DocValuesMetadata";
/** Binary values are compressed. */
export const VERSION_BIN_COMPRESSED = 1;
/** The newest version: an attribute says whether binary values are compressed. */
export const VERSION_CONFIGURABLE_COMPRESSION = 2;
/** The attribute of a field. */
export const MODE_KEY = "Lucene80DocValuesFormat.mode";
/** In place of the log2 of a block's terms: blocks are compressed. */
export const BLOCK_LZ4_CODE = 0x60001;
/** log2 of the terms in a compressed block. */
export const BLOCK_LZ4_SHIFT = 6;
/** More than 32 of Lucene's longest terms, less than a hostile allocation. */
export const BLOCK_BYTES_MAX = 1 << 30;
