// Walks every structure of every field in the segments of real servers, from Lucene 9.7 to 10.5, and
// compares what is stored twice: term counts, document frequencies, occurrences, values per document,
// points. A format that is read wrongly shows up here, whichever generation it belongs to.

import { describe, expect, it } from "vitest";
import { openDirectoryReader } from "../../../src/lucene/index/directory-reader.ts";
import type { FieldInfo } from "../../../src/lucene/index/field-info.ts";
import {
  type LeafReader,
  NO_MORE_DOCS,
  PostingsFlags,
  type Terms,
} from "../../../src/lucene/index/leaf-reader.ts";
import { unpackFixture } from "../../support/fixtures.ts";
import { fixtureIndices, fixtureShards } from "./fixture-shards.ts";

const ARCHIVES = [
  "os2.11.0-segments",
  "os2.19.6-segments",
  "os2.19.6-types",
  "os3.1.0-types",
  "os3.6.0-types",
  "os3.8.0-segments",
  "os3.8.0-types",
];

interface Tally {
  terms: number;
  documents: number;
  points: number;
  /** Fields that are refused, by message. */
  readonly refused: Set<string>;
}

function walkTerms(terms: Terms, tally: Tally): void {
  const all = terms.iterator();
  let size = 0;
  let sumDocFreq = 0;
  for (let term = all.next(); term !== undefined; term = all.next()) {
    const postings = all.postings(undefined, PostingsFlags.ALL);
    let docFreq = 0;
    let occurrences = 0;
    for (let doc = postings.nextDoc(); doc !== NO_MORE_DOCS; doc = postings.nextDoc()) {
      docFreq++;
      const freq = postings.freq();
      occurrences += freq;
      let last = -1;
      for (let i = 0; terms.hasPositions && i < freq; i++) {
        const position = postings.nextPosition();
        if (position < last) throw new Error(`position ${position} follows ${last}`);
        last = position;
      }
    }
    if (docFreq !== all.docFreq()) throw new Error(`${docFreq} documents of ${all.docFreq()}`);
    if (terms.hasFreqs && occurrences !== all.totalTermFreq()) {
      throw new Error(`${occurrences} occurrences of ${all.totalTermFreq()}`);
    }
    sumDocFreq += docFreq;
    size++;
  }
  expect([size, sumDocFreq]).toEqual([terms.size, terms.sumDocFreq]);
  tally.terms += size;
}

function walkColumns(leaf: LeafReader, { name }: FieldInfo, tally: Tally): void {
  const column =
    leaf.numericDocValues(name) ??
    leaf.binaryDocValues(name) ??
    leaf.sortedDocValues(name) ??
    leaf.sortedNumericDocValues(name) ??
    leaf.sortedSetDocValues(name);
  for (const values of [column, leaf.normValues(name)]) {
    let last = -1;
    for (let doc = values?.nextDoc() ?? NO_MORE_DOCS; doc !== NO_MORE_DOCS; ) {
      if (doc <= last) throw new Error(`document ${doc} follows ${last}`);
      last = doc;
      tally.documents++;
      doc = values!.nextDoc();
    }
    expect(last).toBeLessThan(leaf.maxDoc);
  }
  const points = leaf.pointValues(name);
  if (points === undefined) return;
  let visited = 0;
  const count = () => {
    visited++;
  };
  points.intersect({ compare: () => "crosses", visit: count, visitValue: count });
  expect(visited).toBe(points.size);
  tally.points += visited;
}

function walk(leaf: LeafReader, tally: Tally): void {
  for (const field of leaf.fieldInfos) {
    walkColumns(leaf, field, tally);
    let terms: Terms | undefined;
    try {
      terms = leaf.terms(field.name);
    } catch (error) {
      tally.refused.add((error as Error).message);
    }
    if (terms !== undefined) walkTerms(terms, tally);
  }
}

/**
 * Looks every live document up by its _id, as an update does. (OpenSearch's PrunePostingsMergePolicy
 * drops the _id of soft-deleted documents when it merges them.)
 */
function findIds(leaf: LeafReader): void {
  const ids = leaf.terms("_id")?.iterator();
  for (let doc = 0; doc < leaf.maxDoc; doc++) {
    if (leaf.liveDocs?.get(doc) === false) continue;
    let id: Uint8Array | undefined;
    leaf.storedFields().document(doc, {
      needsField: ({ name }) => (name === "_id" ? "yes" : "no"),
      field: (_, value) => {
        id = (value as Uint8Array).slice();
      },
    });
    if (id === undefined) continue;
    if (ids?.seekExact(id) !== true) throw new Error(`document ${doc} is not found by its _id`);
    const postings = ids.postings(undefined, PostingsFlags.NONE);
    if (postings.advance(doc) !== doc) throw new Error(`document ${doc} is not in its postings`);
  }
}

describe.each(ARCHIVES)("SegmentReader over %s", (archive) => {
  it("walks every field and finds every _id", () => {
    const fixture = unpackFixture(archive);
    const tally: Tally = { terms: 0, documents: 0, points: 0, refused: new Set() };
    try {
      for (const { id } of fixtureIndices(fixture.repository)) {
        for (const directory of fixtureShards(fixture.repository, id)) {
          const reader = openDirectoryReader(directory, { softDeletesField: "__soft_deletes" });
          for (const { reader: leaf } of reader.leaves) {
            walk(leaf, tally);
            findIds(leaf);
          }
          reader.close();
        }
      }
    } finally {
      fixture.remove();
    }
    expect(tally.terms).toBeGreaterThan(7000);
    expect(tally.documents).toBeGreaterThan(5000);
    expect(tally.points).toBeGreaterThan(2000);
    // The suggester's own formats are refused by name; nothing else is.
    for (const message of tally.refused) {
      expect(message).toMatch(/^Postings format \[Completion\d+\] is not supported$/);
    }
  });
});
