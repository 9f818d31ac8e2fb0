// Each invariant of postings, doc values, norms and points, broken by readers that are made up.

import { describe, expect, test } from "vitest";
import { checkDocValues } from "../../../src/lucene/check/check-doc-values.ts";
import { checkPoints } from "../../../src/lucene/check/check-points.ts";
import { checkNorms, checkPostings } from "../../../src/lucene/check/check-postings.ts";
import {
  DocValuesType,
  type FieldInfo,
  IndexOptions,
  NO_MORE_DOCS,
  newFieldInfo,
} from "../../../src/lucene/index/index.ts";

/** One posting: document, and positions with offsets. */
type Posting = [doc: number, ...occurrences: [position: number, start: number, end: number][]];

function field(more: Partial<FieldInfo> = {}): FieldInfo {
  return { ...newFieldInfo("f", 0), ...more };
}

function docsIterator(docs: readonly number[]) {
  let at = -1;
  const docID = () => (at < 0 ? -1 : (docs[at] ?? NO_MORE_DOCS));
  return {
    docID,
    nextDoc() {
      at++;
      return docID();
    },
    at: () => at,
  };
}

/** A leaf with one field of terms. */
function leafOfTerms(terms: [string, Posting[]][], said: Record<string, unknown> = {}): any {
  const docs = new Set(terms.flatMap(([, postings]) => postings.map(([doc]) => doc)));
  const count = (postings: Posting[]) => postings.reduce((sum, p) => sum + p.length - 1, 0);
  let at = -1;
  const iterator = {
    next: () => (terms[++at] === undefined ? undefined : Buffer.from(terms[at]![0])),
    docFreq: () => said["docFreq"] ?? terms[at]![1].length,
    totalTermFreq: () => said["totalTermFreq"] ?? count(terms[at]![1]),
    postings() {
      const list = terms[at]![1];
      const inner = docsIterator(list.map(([doc]) => doc));
      let occurrence = 0;
      const here = () => list[inner.at()]!.slice(1)[occurrence - 1] as [number, number, number];
      return {
        ...inner,
        nextDoc() {
          occurrence = 0;
          return inner.nextDoc();
        },
        freq: () => list[inner.at()]!.length - 1,
        nextPosition() {
          occurrence++;
          return here()[0];
        },
        startOffset: () => here()[1],
        endOffset: () => here()[2],
      };
    },
  };
  let iterators = 0;
  const seeker = {
    seekExact: () => said["sought"] ?? true,
    docFreq: () => said["docFreq"] ?? terms[at]![1].length,
  };
  const all = terms.reduce((sum, [, postings]) => sum + count(postings), 0);
  return {
    maxDoc: 10,
    terms: () => ({
      size: terms.length,
      docCount: docs.size,
      sumDocFreq: terms.reduce((sum, [, postings]) => sum + postings.length, 0),
      sumTotalTermFreq: all,
      maxTerm: Buffer.from(terms.at(-1)?.[0] ?? ""),
      iterator() {
        iterators++;
        return iterators === 1 ? iterator : seeker;
      },
      ...said,
    }),
  };
}

const WITH_OFFSETS = field({
  indexOptions: IndexOptions.DOCS_AND_FREQS_AND_POSITIONS_AND_OFFSETS,
});

describe("checkPostings", () => {
  const sound: [string, Posting[]][] = [
    [
      "a",
      [
        [0, [0, 0, 1], [2, 4, 5]],
        [3, [1, 0, 2]],
      ],
    ],
    ["b", [[3, [0, 0, 0]]]],
  ];

  test("answers the documents of sound postings", () => {
    const docs = checkPostings(leafOfTerms(sound), WITH_OFFSETS)!;
    expect([0, 1, 2, 3].filter((doc) => docs.get(doc))).toEqual([0, 3]);
  });

  test.each<[string, any, RegExp]>([
    ["terms out of order", leafOfTerms([sound[1]!, sound[0]!]), /not in order/],
    ["a term twice", leafOfTerms([sound[0]!, sound[0]!]), /not in order/],
    [
      "documents out of order",
      leafOfTerms([
        [
          "a",
          [
            [3, [0, 0, 1]],
            [0, [0, 0, 1]],
          ],
        ],
      ]),
      /follows 3/,
    ],
    ["a document beyond the last", leafOfTerms([["a", [[10, [0, 0, 1]]]]]), /Document 10/],
    ["no occurrence", leafOfTerms([["a", [[0]]]]), /frequency 0/],
    ["a wrong docFreq", leafOfTerms([sound[0]!], { docFreq: 3 }), /is in 2 documents, not 3/],
    ["a wrong frequency", leafOfTerms([sound[0]!], { totalTermFreq: 7 }), /3 times, not 7/],
    ["positions out of order", leafOfTerms([["a", [[0, [2, 0, 1], [1, 2, 3]]]]]), /Position 1/],
    ["offsets out of order", leafOfTerms([["a", [[0, [0, 5, 6], [1, 2, 3]]]]]), /offsets 2 to 3/],
    ["an end before its start", leafOfTerms([["a", [[0, [0, 5, 4]]]]]), /offsets 5 to 4/],
    ["a wrong number of terms", leafOfTerms(sound, { size: 3 }), /2 terms, and says 3/],
    ["a wrong docCount", leafOfTerms(sound, { docCount: 3 }), /2 documents, and says 3/],
    ["a wrong sumDocFreq", leafOfTerms(sound, { sumDocFreq: 9 }), /3 postings, and says 9/],
    ["a wrong sum", leafOfTerms(sound, { sumTotalTermFreq: 9 }), /4 occurrences, and says 9/],
    ["a term that seeking does not find", leafOfTerms(sound, { sought: false }), /not found by/],
    ["another first term", leafOfTerms(sound, { minTerm: Buffer.from("b") }), /first term/],
    ["another last term", leafOfTerms(sound, { maxTerm: Buffer.from("c") }), /last term/],
  ])("rejects %s", (_, leaf, message) => {
    expect(() => checkPostings(leaf, WITH_OFFSETS)).toThrow(message);
  });
});

describe("checkNorms", () => {
  const bits = (docs: number[]) => ({ length: 10, get: (doc: number) => docs.includes(doc) });
  const leafOf = (docs: number[]): any => ({
    maxDoc: 10,
    normValues: () => ({ ...docsIterator(docs), longValue: () => 1 }),
  });

  test("rejects a document with terms and no norm, and norms out of order", () => {
    checkNorms(leafOf([0, 3]), field(), bits([0, 3]));
    expect(() => checkNorms(leafOf([0]), field(), bits([0, 3]))).toThrow("Document 3 has terms");
    expect(() => checkNorms(leafOf([3, 0]), field(), undefined)).toThrow("follows that of 3");
  });
});

/** Documents with ords, over a dictionary. */
function leafOfOrds(kind: "sorted" | "set", docs: [number, ...number[]][], terms: string[]): any {
  const make = () => {
    const inner = docsIterator(docs.map(([doc]) => doc));
    let next = 0;
    const here = () => docs[inner.at()]!.slice(1);
    return {
      ...inner,
      nextDoc() {
        next = 0;
        return inner.nextDoc();
      },
      ordValue: () => here()[0],
      docValueCount: () => here().length,
      nextOrd: () => here()[next++],
      valueCount: terms.length,
      lookupOrd: (ord: number) => Buffer.from(terms[ord]!),
    };
  };
  return kind === "sorted"
    ? { maxDoc: 10, sortedDocValues: make }
    : { maxDoc: 10, sortedSetDocValues: make };
}

function leafOfNumbers(docs: [number, ...number[]][]): any {
  return {
    maxDoc: 10,
    sortedNumericDocValues() {
      const inner = docsIterator(docs.map(([doc]) => doc));
      let next = 0;
      const here = () => docs[inner.at()]![next]!;
      return {
        ...inner,
        nextDoc() {
          next = 0;
          return inner.nextDoc();
        },
        docValueCount: () => docs[inner.at()]!.length - 1,
        nextValue: () => void next++,
        longHigh: () => Math.floor(here() / 2 ** 32),
        longLow: () => here() | 0,
      };
    },
  };
}

describe("checkDocValues", () => {
  const sorted = field({ docValuesType: DocValuesType.SORTED });
  const set = field({ docValuesType: DocValuesType.SORTED_SET });
  const numbers = field({ docValuesType: DocValuesType.SORTED_NUMERIC });

  test("accepts what is in order", () => {
    checkDocValues(
      leafOfOrds(
        "sorted",
        [
          [0, 1],
          [2, 0],
        ],
        ["a", "b"],
      ),
      sorted,
    );
    checkDocValues(
      leafOfOrds(
        "set",
        [
          [0, 0, 1],
          [2, 1],
        ],
        ["a", "b"],
      ),
      set,
    );
    checkDocValues(
      leafOfNumbers([
        [0, -5, -1, 3, 3, 2 ** 40],
        [1, 0],
      ]),
      numbers,
    );
  });

  test.each<[string, any, FieldInfo, RegExp]>([
    [
      "documents out of order",
      leafOfOrds(
        "sorted",
        [
          [2, 0],
          [0, 0],
        ],
        ["a"],
      ),
      sorted,
      /follows/,
    ],
    ["an ord beyond the last", leafOfOrds("sorted", [[0, 1]], ["a"]), sorted, /ord 1 of 1/],
    [
      "a value that nothing uses",
      leafOfOrds("sorted", [[0, 0]], ["a", "b"]),
      sorted,
      /Only 1 of 2/,
    ],
    [
      "values out of order",
      leafOfOrds(
        "sorted",
        [
          [0, 0],
          [1, 1],
        ],
        ["b", "a"],
      ),
      sorted,
      /ord 1/,
    ],
    ["ords out of order", leafOfOrds("set", [[0, 1, 0]], ["a", "b"]), set, /Ord 0 follows 1/],
    ["no ord", leafOfOrds("set", [[0]], []), set, /has 0 values/],
    ["numbers out of order", leafOfNumbers([[0, 3, -3]]), numbers, /not in order/],
    ["no number", leafOfNumbers([[0]]), numbers, /has 0 values/],
  ])("rejects %s", (_, leaf, info, message) => {
    expect(() => checkDocValues(leaf, info)).toThrow(message);
  });
});

describe("checkPoints", () => {
  const info = field({ pointDimensionCount: 1 });
  const leafOf = (points: [number, number][], cell: [number, number], said = {}): any => ({
    maxDoc: 10,
    pointValues: () => ({
      numDimensions: 1,
      numIndexDimensions: 1,
      bytesPerDimension: 1,
      size: points.length,
      docCount: new Set(points.map(([doc]) => doc)).size,
      minPackedValue: Buffer.from([2]),
      maxPackedValue: Buffer.from([9]),
      intersect(visitor: any) {
        visitor.compare(Buffer.from([cell[0]]), Buffer.from([cell[1]]));
        for (const [doc, value] of points) visitor.visitValue(doc, Buffer.from([value]));
      },
      ...said,
    }),
  });

  test("accepts points in their cells", () => {
    checkPoints(
      leafOf(
        [
          [0, 3],
          [0, 4],
          [9, 9],
        ],
        [3, 9],
      ),
      info,
    );
  });

  test.each<[string, any, RegExp]>([
    ["a cell outside of the bounds", leafOf([], [1, 9]), /begins outside/],
    ["a point outside of its cell", leafOf([[0, 9]], [3, 4]), /outside of its cell/],
    ["a wrong number of points", leafOf([[0, 3]], [3, 4], { size: 2 }), /1 points, and says 2/],
    ["a wrong number of documents", leafOf([[0, 3]], [3, 4], { docCount: 2 }), /not 2/],
    ["a document beyond the last", leafOf([[10, 3]], [3, 4]), /of document 10/],
  ])("rejects %s", (_, leaf, message) => {
    expect(() => checkPoints(leaf, info)).toThrow(message);
  });
});
