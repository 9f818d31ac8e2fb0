// Where points answer instead of values: the hits of a sort and the counts of a histogram must be
// those of looking at every doc.

import { describe, expect, test } from "vitest";
import { seededRandom, systemClock } from "../../../src/base/index.ts";
import { countByPoints } from "../../../src/engine/search/aggregations/points-counter.ts";
import {
  DocValuesType,
  type IndexableField,
  IndexOptions,
  IndexWriter,
  type LeafContext,
} from "../../../src/lucene/index/index.ts";
import {
  IndexSearcher,
  LongSortField,
  MatchAllDocsQuery,
  TopFieldCollector,
} from "../../../src/lucene/search/index.ts";
import { MemoryDirectory } from "../../../src/lucene/store/index.ts";

const TYPE = {
  indexOptions: IndexOptions.NONE,
  omitNorms: true,
  stored: false,
  docValuesType: DocValuesType.SORTED_NUMERIC,
  pointDimensionCount: 1,
  pointIndexDimensionCount: 1,
  pointNumBytes: 8,
};

function longField(value: number): IndexableField {
  const point = Buffer.alloc(8);
  point.writeBigInt64BE(BigInt(value));
  point[0]! ^= 0x80;
  return { name: "n", type: TYPE, numericValue: value, point };
}

/** One segment; `values[doc]` are the values of a doc. */
function segmentOf(values: readonly (readonly number[])[]): {
  searcher: IndexSearcher;
  leaf: LeafContext;
} {
  const writer = new IndexWriter(new MemoryDirectory(), {
    clock: systemClock,
    random: seededRandom(1),
  });
  for (const list of values) writer.addDocuments([list.map(longField)]);
  const reader = writer.getReader();
  return { searcher: new IndexSearcher(reader), leaf: reader.leaves[0]! };
}

function topOf(searcher: IndexSearcher, reverse: boolean, pointsField: string | undefined) {
  let loads = 0;
  const source = ({ reader }: LeafContext) => {
    const values = reader.sortedNumericDocValues("n")!;
    return (doc: number, into: { high: number; low: number }): void => {
      loads++;
      if (!values.advanceExact(doc)) {
        into.high = reverse ? -0x80000000 : 0x7fffffff;
        into.low = reverse ? 0 : 0xffffffff;
        return;
      }
      const steps = reverse ? values.docValueCount() : 1;
      for (let i = 0; i < steps; i++) values.nextValue();
      into.high = values.longHigh();
      into.low = values.longLow() >>> 0;
    };
  };
  const collector = new TopFieldCollector(
    [new LongSortField(source, reverse, false, pointsField)],
    10,
  );
  searcher.search(new MatchAllDocsQuery(), collector);
  return { hits: collector.topDocs().map(({ doc, values }) => [doc, values[0]]), loads };
}

describe("TopFieldCollector", () => {
  const random = seededRandom(7);
  const values = Array.from({ length: 20_000 }, () =>
    Array.from({ length: Math.floor(random.next() * 3) }, () =>
      Math.floor((random.next() - 0.5) * 2 ** 33),
    ),
  );
  const ties = values.map((list) => list.map((value) => value % 50));

  test.each([
    ["large values first", values, true],
    ["small values first", values, false],
    ["many ties, large first", ties, true],
    ["many ties, small first", ties, false],
  ])(
    "TopFieldCollector keeps the same hits when points say what may enter: %s",
    (_, docs, reverse) => {
      const { searcher } = segmentOf(docs);
      const plain = topOf(searcher, reverse, undefined);
      const skipping = topOf(searcher, reverse, "n");
      expect(skipping.hits).toEqual(plain.hits);
      if (docs === values) expect(skipping.loads).toBeLessThan(plain.loads / 4);
    },
  );
});

describe("countByPoints", () => {
  test("countByPoints counts as a walk over the values does", () => {
    const random = seededRandom(3);
    const values = Array.from({ length: 9000 }, () => [
      Math.floor((random.next() - 0.5) * 10 ** (1 + Math.floor(random.next() * 12))),
    ]);
    const { leaf } = segmentOf(values);
    for (const interval of [1, 7, 1000, 10 ** 9]) {
      const keyOf = (value: number) => Math.floor(value / interval);
      const expected = new Map<number, number>();
      for (const [value] of values) {
        expected.set(keyOf(value!), (expected.get(keyOf(value!)) ?? 0) + 1);
      }
      const counted = new Map<number, number>();
      countByPoints(leaf.reader.pointValues("n")!, keyOf, (key, count) => {
        counted.set(key, (counted.get(key) ?? 0) + count);
      });
      expect(counted).toEqual(expected);
    }
  });
});
