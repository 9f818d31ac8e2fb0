// Names and versions in the headers of Lucene 9.0–9.8 postings files.
// Upstream: org.apache.lucene.codecs.lucene90.Lucene90PostingsFormat (9.1.0).

/** Codec name of the postings' header inside .tmd. */
export const TERMS_CODEC = "Lucene90PostingsWriterTerms";
/** Codec name of .doc. */
export const DOC_CODEC = "Lucene90PostingsWriterDoc";
/** Codec name of .pos. */
export const POS_CODEC = "Lucene90PostingsWriterPos";
/** Codec name of .pay. */
export const PAY_CODEC = "Lucene90PostingsWriterPay";
/** Newest version that is read. */
export const VERSION_CURRENT = 0;
