// Skip data without impacts, as Lucene wrote it before 8.0; otherwise that of Lucene 9.0
// (lucene90/postings/skip-writer.ts): an entry ends behind payFpDelta.
// Upstream: org.apache.lucene.codecs.lucene50.Lucene50SkipReader (7.7.3).

import { Lucene90SkipReader } from "../../lucene90/postings/skip-reader.ts";

/** Walks skip data that has no impacts. */
export class ImpactlessSkipReader extends Lucene90SkipReader {
  protected override readImpacts(): void {}
}
