// Fixed walks over terms and documents, hashed. The Java program that recorded the indices makes
// the same ones, so equal hashes mean equal answers to some ten thousand calls.

import { createHash } from "node:crypto";
import {
  NO_MORE_DOCS,
  type PostingsEnum,
  PostingsFlags,
  type Terms,
} from "../../../src/lucene/index/leaf-reader.ts";

class Sink {
  private readonly hash = createHash("sha1");

  add(value: number): void {
    const bytes = Buffer.alloc(8);
    bytes.writeBigInt64LE(BigInt(value));
    this.hash.update(bytes);
  }

  addTerm(bytes: Uint8Array): void {
    this.add(bytes.length);
    this.hash.update(bytes);
  }

  addPositions(postings: PostingsEnum, terms: Terms): void {
    if (!terms.hasFreqs) return;
    const freq = postings.freq();
    this.add(freq);
    for (let i = 0; terms.hasPositions && i < freq; i++) {
      this.add(postings.nextPosition());
      this.add(postings.startOffset());
      this.add(postings.endOffset());
      const payload = postings.payload();
      this.add(payload === undefined ? -1 : payload.length);
      if (payload !== undefined) this.hash.update(payload);
    }
  }

  hex(): string {
    return this.hash.digest("hex");
  }
}

/** Java's int arithmetic. */
function stepper(seed: number): (bound: number) => number {
  let state = seed;
  return (bound) => {
    state = (Math.imul(state, 1103515245) + 12345) | 0;
    return (state >>> 8) % bound;
  };
}

/** The n-th word of the recorded documents. */
function word(n: number): Uint8Array {
  switch (n % 6) {
    case 0:
      return Buffer.from(`prefix${n}`);
    case 1:
      return Buffer.from(`http://example.org/path/${n % 7}/${n}`);
    case 2:
      return Buffer.from(`w${(n * 31).toString(36)}`);
    case 3:
      return Buffer.from(String(n).padStart(8, "0"));
    case 4: {
      const mixed = Math.imul(n, -1640531535);
      return Uint8Array.from({ length: 3 + (n % 5) }, (_, i) => (mixed >>> ((i * 6) % 32)) & 0xff);
    }
    default:
      return Buffer.from(`ABCDEFGH${(n * 7919).toString(16)}`);
  }
}

/** 2,000 seeks of words, beginnings of words and longer ones. */
export function hashSeeks(terms: Terms): string {
  const sink = new Sink();
  const step = stepper(1);
  const termsEnum = terms.iterator();
  for (let i = 0; i < 2000; i++) {
    let target = word(step(1600));
    if (step(3) === 0) target = target.subarray(0, step(target.length + 1));
    if (step(4) === 0) target = Uint8Array.of(...target, step(256));
    if (step(2) === 0) {
      const found = termsEnum.seekExact(target);
      sink.add(found ? 1 : 0);
      if (found) sink.add(termsEnum.docFreq());
      continue;
    }
    const status = termsEnum.seekCeil(target);
    sink.add(["found", "not-found", "end"].indexOf(status));
    if (status === "end") continue;
    sink.addTerm(termsEnum.term());
    sink.add(termsEnum.docFreq());
    const next = termsEnum.next();
    if (next === undefined) sink.add(-1);
    else sink.addTerm(next);
  }
  return sink.hex();
}

/** Jumps over the documents of every term that has many, near and far. */
export function hashAdvances(terms: Terms, maxDoc: number): string {
  const sink = new Sink();
  const step = stepper(2);
  const termsEnum = terms.iterator();
  let postings: PostingsEnum | undefined;
  for (let term = termsEnum.next(); term !== undefined; term = termsEnum.next()) {
    if (termsEnum.docFreq() < 20) continue;
    for (const span of [10, 200, 1500, maxDoc]) {
      const flags = step(3) === 0 ? PostingsFlags.FREQS : PostingsFlags.ALL;
      postings = termsEnum.postings(postings, flags);
      let doc = postings.advance(step(span));
      for (; doc !== NO_MORE_DOCS; doc = postings.advance(doc + 1 + step(span))) {
        sink.add(doc);
        if (step(2) === 0 && flags === PostingsFlags.ALL) sink.addPositions(postings, terms);
        else if (terms.hasFreqs && step(2) === 0) sink.add(postings.freq());
      }
    }
  }
  return sink.hex();
}
