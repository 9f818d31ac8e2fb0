// Random postings from a seed: terms of several shapes, list lengths around block boundaries.

import type { FieldInfo } from "../../../src/lucene/index/field-info.ts";
import { IndexOptions } from "../../../src/lucene/index/field-info.ts";
import type { MemoryField, Occurrence, Posting, TermPostings } from "./memory-fields.ts";

/** A small generator (mulberry32); the same seed gives the same numbers. */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

function randomDocs(random: () => number, count: number, maxDoc: number): number[] {
  if (count * 2 > maxDoc) {
    const dropped = new Set<number>();
    while (dropped.size < maxDoc - count) dropped.add(Math.floor(random() * maxDoc));
    return Array.from({ length: maxDoc }, (_, doc) => doc).filter((doc) => !dropped.has(doc));
  }
  const docs = new Set<number>();
  while (docs.size < count) docs.add(Math.floor(random() * maxDoc));
  return [...docs].sort((a, b) => a - b);
}

function randomFreq(random: () => number, freqMax: number): number {
  const dice = random();
  if (dice < 0.6) return 1;
  if (dice < 0.97) return 1 + Math.floor(random() * Math.min(8, freqMax));
  return 1 + Math.floor(random() * freqMax);
}

function randomOccurrences(random: () => number, freq: number): Occurrence[] {
  const occurrences: Occurrence[] = [];
  let position = 0;
  let start = 0;
  for (let i = 0; i < freq; i++) {
    const jump = random() < 0.002 ? 5_000_000 : 12;
    position += Math.floor(random() * jump);
    start += Math.floor(random() * (jump + 3));
    occurrences.push({ position, start, end: start + 1 + Math.floor(random() * 9) });
  }
  return occurrences;
}

export function randomPostings(
  random: () => number,
  info: FieldInfo,
  count: number,
  maxDoc: number,
  freqMax: number,
): Posting[] {
  const hasFreqs = info.indexOptions >= IndexOptions.DOCS_AND_FREQS;
  const hasPositions = info.indexOptions >= IndexOptions.DOCS_AND_FREQS_AND_POSITIONS;
  return randomDocs(random, count, maxDoc).map((doc) => {
    const freq = hasFreqs ? randomFreq(random, freqMax) : 1;
    return { doc, freq, occurrences: hasPositions ? randomOccurrences(random, freq) : [] };
  });
}

const ENCODER = new TextEncoder();
const STEMS = [
  "",
  "a",
  "abc",
  "prefix",
  "common/prefix/of/many/",
  "ünï",
  "zz",
  "http://example.org/",
];

/** Distinct terms in byte order: words, long paths, numbers and raw bytes. */
export function randomTerms(random: () => number, count: number): Uint8Array[] {
  const terms = new Map<string, Uint8Array>();
  while (terms.size < count) {
    const stem = ENCODER.encode(STEMS[Math.floor(random() * STEMS.length)]!);
    const kind = random();
    const tail =
      kind < 0.5
        ? ENCODER.encode(Math.floor(random() * 1e6).toString(36))
        : kind < 0.7
          ? ENCODER.encode(
              `document-${Math.floor(random() * 1000)}-of-the-${Math.floor(random() * 50)}-set`,
            )
          : Uint8Array.from({ length: Math.floor(random() * 5) }, () => Math.floor(random() * 256));
    const term = Buffer.concat([stem, tail]);
    terms.set(term.toString("latin1"), new Uint8Array(term));
  }
  return [...terms.values()].sort(Buffer.compare);
}

/** A field of `termCount` terms; the first have `counts` documents, the others few. */
export function randomField(
  random: () => number,
  info: FieldInfo,
  termCount: number,
  counts: readonly number[],
  maxDoc: number,
  freqMax = 40,
): MemoryField {
  const order = randomTerms(random, termCount).map((term) => ({ term, key: random() }));
  const special = new Map(
    [...order]
      .sort((a, b) => a.key - b.key)
      .slice(0, counts.length)
      .map((entry, i) => [entry.term, counts[i]!]),
  );
  const terms: TermPostings[] = order.map(({ term }) => {
    const count = special.get(term) ?? (random() < 0.7 ? 1 : 1 + Math.floor(random() * 6));
    return {
      term,
      postings: randomPostings(random, info, Math.min(count, maxDoc), maxDoc, freqMax),
    };
  });
  return { info, terms };
}
