// Names and versions in the headers of Lucene 9.0–9.11 postings files.
// Upstream: org.apache.lucene.codecs.lucene90.Lucene90PostingsFormat (9.1.0).

export const TERMS_CODEC = "Lucene90PostingsWriterTerms";
export const DOC_CODEC = "Lucene90PostingsWriterDoc";
export const POS_CODEC = "Lucene90PostingsWriterPos";
export const PAY_CODEC = "Lucene90PostingsWriterPay";
export const VERSION_START = 0;
export const VERSION_CURRENT = 0;
