// Maxima for lengths and counts that come from files or requests. No length from outside is
// trusted: each cursor read that allocates names one of these.

/**
 * Longest string a Lucene or repository file may hold (a stored text is bounded by the HTTP body).
 */
export const STRING_BYTES_MAX = 512 * 1024 * 1024;
/** Lucene's own limit of an indexed term. */
export const TERM_BYTES_MAX = 32766;
/** Documents in one Lucene segment (IndexWriter.MAX_DOCS). */
export const DOCS_MAX = 2147483519;
/**
 * Fields in one segment; OpenSearch's default mapping limit is 1000, restored indices may have
 * more.
 */
export const FIELDS_MAX = 1_000_000;
/** Segments in one commit. */
export const SEGMENTS_MAX = 100_000;
/**
 * Decompressed size of one metadata blob of a repository (index-N of 100,000 shards is about 20
 * MB).
 */
export const METADATA_BLOB_BYTES_MAX = 512 * 1024 * 1024;
/** Depth of nested objects in XContent, against stack overflow by hostile input. */
export const XCONTENT_DEPTH_MAX = 1000;
