// Names, versions and flags of the Lucene 9 terms dictionary.
// Upstream: org.apache.lucene.codecs.lucene90.blocktree.Lucene90BlockTreeTermsReader (9.1.0,
// 9.12.3).

/** Codec name of .tim. */
export const TERMS_DICT_CODEC = "BlockTreeTermsDict";
/** Codec name of .tip. */
export const TERMS_INDEX_CODEC = "BlockTreeTermsIndex";
/** Codec name of .tmd. */
export const TERMS_META_CODEC = "BlockTreeTermsMeta";

/** Oldest version that is read. */
export const VERSION_START = 0;
/** Lucene 9.2: index outputs begin with a vLong whose high bits come first. */
export const VERSION_MSB_VLONG_OUTPUT = 1;
/** Lucene 9.10: the FST may have continuous nodes. */
export const VERSION_FST_CONTINUOUS_ARCS = 2;
/** Newest version that is read. */
export const VERSION_CURRENT = VERSION_FST_CONTINUOUS_ARCS;
/** What Lucene 9.1 writes, and so do we. */
export const VERSION_WRITTEN = VERSION_START;

/** Low bits of an index output, below the block's file pointer. */
export const OUTPUT_IS_FLOOR = 1;
/** The block holds terms, not only blocks. */
export const OUTPUT_HAS_TERMS = 2;
/** Root output: its pointer and the floor data of one block, up to 255 followers of 10 bytes. */
export const ROOT_OUTPUT_BYTES_MAX = 4096;
