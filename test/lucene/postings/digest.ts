// One hash over all that a field's terms hold. The same program in Java made the expected values:
// per term its length, bytes, docFreq, totalTermFreq; per document its number, with frequencies the
// frequency; per position itself, start and end offset, length of the payload (-1: none), its
// bytes.

import { createHash } from "node:crypto";
import {
  NO_MORE_DOCS,
  type PostingsEnum,
  PostingsFlags,
  type Terms,
} from "../../../src/lucene/index/leaf-reader.ts";

export function digestTerms(terms: Terms): string {
  const hash = createHash("sha1");
  const numbers = Buffer.alloc(4096);
  let at = 0;
  const flush = (): void => {
    hash.update(numbers.subarray(0, at));
    at = 0;
  };
  const add = (value: number): void => {
    if (at === numbers.length) flush();
    numbers.writeBigInt64LE(BigInt(value), at);
    at += 8;
  };
  const addBytes = (bytes: Uint8Array): void => {
    flush();
    hash.update(bytes);
  };
  const addPosition = (postings: PostingsEnum): void => {
    add(postings.nextPosition());
    add(postings.startOffset());
    add(postings.endOffset());
    const payload = postings.payload();
    add(payload === undefined ? -1 : payload.length);
    if (payload !== undefined) addBytes(payload);
  };
  const termsEnum = terms.iterator();
  let postings: PostingsEnum | undefined;
  for (let term = termsEnum.next(); term !== undefined; term = termsEnum.next()) {
    add(term.length);
    addBytes(term);
    add(termsEnum.docFreq());
    add(terms.hasFreqs ? termsEnum.totalTermFreq() : termsEnum.docFreq());
    postings = termsEnum.postings(postings, PostingsFlags.ALL);
    for (let doc = postings.nextDoc(); doc !== NO_MORE_DOCS; doc = postings.nextDoc()) {
      add(doc);
      if (!terms.hasFreqs) continue;
      const freq = postings.freq();
      add(freq);
      for (let i = 0; terms.hasPositions && i < freq; i++) addPosition(postings);
    }
  }
  flush();
  return hash.digest("hex");
}
