// Points: trees of 1…8 dimensions against a scan of all points, leaf encodings, files that Lucene
// wrote, and damage.

import { describe, expect, it } from "vitest";
import { lucene90PointsFormat } from "../../../src/lucene/codecs/lucene90/points/index.ts";
import { type FieldInfo, newFieldInfo } from "../../../src/lucene/index/field-info.ts";
import type { IntersectVisitor, PointValues } from "../../../src/lucene/index/leaf-reader.ts";
import {
  DataOutput,
  IndexInput,
  MemoryDirectory,
  memorySource,
} from "../../../src/lucene/store/index.ts";
import { readDocIds, writeDocIds } from "../../../src/lucene/util/bkd/doc-ids.ts";
import { describeFormat } from "../../conformance/format.ts";
import { PagedDirectory } from "../doc-values/paged-directory.ts";
import { digest, REAL_VERSIONS, realSegment } from "../doc-values/real-files.ts";
import { segmentState } from "../doc-values/segments.ts";
import { type Random, seeded } from "../doc-values/sources.ts";
import { DOC_ID_VECTORS } from "./doc-id-vectors.ts";

interface Point {
  readonly doc: number;
  readonly packed: Uint8Array;
}

interface Shape {
  readonly dims: number;
  readonly indexDims: number;
  readonly bytes: number;
  /** Distinct values per dimension. */
  readonly values: number;
}

function pointField(shape: Shape): FieldInfo {
  const info = newFieldInfo("p", 3);
  info.pointDimensionCount = shape.dims;
  info.pointIndexDimensionCount = shape.indexDims;
  info.pointNumBytes = shape.bytes;
  return info;
}

function randomPoint(shape: Shape, doc: number, random: Random): Point {
  const packed = new Uint8Array(shape.dims * shape.bytes);
  for (let dim = 0; dim < shape.dims; dim++) {
    let value = random(shape.values);
    for (let i = shape.bytes - 1; i >= 0; i--) {
      packed[dim * shape.bytes + i] = value % 256;
      value = Math.floor(value / 256);
    }
  }
  return { doc, packed };
}

function writePoints(
  shape: Shape,
  points: readonly Point[],
  maxDoc: number,
): PointValues | undefined {
  const state = segmentState(new MemoryDirectory(), maxDoc, [pointField(shape)], "");
  const writer = lucene90PointsFormat.fieldsWriter(state);
  writer.writeField(pointField(shape), {
    size: points.length,
    forEach: (visit) => {
      for (const { doc, packed } of points) visit(doc, packed);
    },
  });
  writer.finish();
  writer.close();
  const reader = lucene90PointsFormat.fieldsReader(state);
  reader.checkIntegrity();
  return reader.values("p");
}

/** Compares one dimension of two packed values. */
function compareDim(shape: Shape, dim: number, a: Uint8Array, b: Uint8Array): number {
  const start = dim * shape.bytes;
  const end = start + shape.bytes;
  return Buffer.compare(a.subarray(start, end), b.subarray(start, end));
}

class Box implements IntersectVisitor {
  readonly found: number[] = [];
  scanned = 0;
  private readonly shape: Shape;
  private readonly low: Uint8Array;
  private readonly high: Uint8Array;

  constructor(shape: Shape, a: Uint8Array, b: Uint8Array) {
    this.shape = shape;
    this.low = a.slice();
    this.high = b.slice();
    for (let dim = 0; dim < shape.dims; dim++) {
      if (compareDim(shape, dim, a, b) <= 0) continue;
      const at = dim * shape.bytes;
      this.low.set(b.subarray(at, at + shape.bytes), at);
      this.high.set(a.subarray(at, at + shape.bytes), at);
    }
  }

  contains(packed: Uint8Array): boolean {
    for (let dim = 0; dim < this.shape.indexDims; dim++) {
      if (compareDim(this.shape, dim, packed, this.low) < 0) return false;
      if (compareDim(this.shape, dim, packed, this.high) > 0) return false;
    }
    return true;
  }

  compare(min: Uint8Array, max: Uint8Array): "inside" | "outside" | "crosses" {
    let crosses = false;
    for (let dim = 0; dim < this.shape.indexDims; dim++) {
      if (compareDim(this.shape, dim, max, this.low) < 0) return "outside";
      if (compareDim(this.shape, dim, min, this.high) > 0) return "outside";
      crosses ||=
        compareDim(this.shape, dim, min, this.low) < 0 ||
        compareDim(this.shape, dim, max, this.high) > 0;
    }
    return crosses ? "crosses" : "inside";
  }

  visit(doc: number): void {
    this.found.push(doc);
  }

  visitValue(doc: number, packed: Uint8Array): void {
    this.scanned++;
    if (this.contains(packed)) this.found.push(doc);
  }
}

function allPoints(values: PointValues): string[] {
  const lines: string[] = [];
  values.intersect({
    compare: () => "crosses",
    visit: (doc) => expect.fail(`document ${doc} without its value`),
    visitValue: (doc, packed) => void lines.push(`${doc} ${Buffer.from(packed).toString("hex")}`),
  });
  return lines;
}

const SHAPES: readonly Shape[] = [
  { dims: 1, indexDims: 1, bytes: 4, values: 1 },
  { dims: 1, indexDims: 1, bytes: 4, values: 3 },
  { dims: 1, indexDims: 1, bytes: 8, values: 1e9 },
  { dims: 1, indexDims: 1, bytes: 16, values: 5000 },
  { dims: 2, indexDims: 2, bytes: 4, values: 1e9 },
  { dims: 2, indexDims: 2, bytes: 16, values: 20 },
  { dims: 2, indexDims: 1, bytes: 4, values: 100 },
  { dims: 3, indexDims: 3, bytes: 8, values: 1000 },
  { dims: 7, indexDims: 4, bytes: 4, values: 1e6 },
  { dims: 8, indexDims: 8, bytes: 2, values: 60000 },
];

describe("Lucene90PointsFormat", () => {
  it.each(SHAPES)(
    "finds the points of a box when there are $dims dimensions of $bytes bytes, $values values",
    (shape) => {
      for (const count of [1, 2, 511, 512, 513, 1024, 5000, 20000]) {
        const random = seeded(count + shape.dims);
        const maxDoc = count * 2;
        const points = Array.from({ length: count }, () =>
          randomPoint(shape, random(maxDoc), random),
        );
        const values = writePoints(shape, points, maxDoc)!;
        expect(values.size).toBe(count);
        expect(values.docCount).toBe(new Set(points.map((point) => point.doc)).size);
        const lines = points.map(
          ({ doc, packed }) => `${doc} ${Buffer.from(packed).toString("hex")}`,
        );
        expect(digest(allPoints(values).sort())).toBe(digest(lines.sort()));
        for (let query = 0; query < 6; query++) {
          const pick = () => points[random(count)]!.packed;
          const box = new Box(shape, pick(), pick());
          values.intersect(box);
          const expected = points
            .filter((point) => box.contains(point.packed))
            .map((point) => point.doc);
          expect(box.found.sort((a, b) => a - b)).toEqual(expected.sort((a, b) => a - b));
        }
      }
    },
  );

  it("visits values and then documents ascending when there is one dimension", () => {
    const random = seeded(8);
    const shape = SHAPES[1]!;
    const points = Array.from({ length: 3000 }, () => randomPoint(shape, random(9000), random));
    const lines = allPoints(writePoints(shape, points, 9000)!);
    const key = (line: string) => `${line.split(" ")[1]} ${line.split(" ")[0]!.padStart(9)}`;
    expect(lines.map(key)).toEqual(lines.map(key).sort());
  });

  it("estimatePointCount counts half of crossing leaves when a box cuts the tree", () => {
    const random = seeded(2);
    const shape = SHAPES[2]!;
    const points = Array.from({ length: 5120 }, (_, doc) => randomPoint(shape, doc, random));
    const values = writePoints(shape, points, 5120)!;
    const all = new Box(shape, new Uint8Array(8), new Uint8Array(8).fill(255));
    expect(values.estimatePointCount(all)).toBe(5120);
    const sorted = points.map((point) => point.packed).sort(Buffer.compare);
    // From the middle of the second leaf to the middle of the fourth: two halves and one whole.
    const box = new Box(shape, sorted[700]!, sorted[1800]!);
    expect(values.estimatePointCount(box)).toBe(256 + 512 + 256);
    const none = new Box(shape, new Uint8Array(8), new Uint8Array(8));
    expect(values.estimatePointCount(none)).toBe(0);
  });

  it("answers undefined when a field has no point", () => {
    expect(writePoints(SHAPES[0]!, [], 10)).toBeUndefined();
  });

  it("reads every version's files as Lucene does when an IndexWriter wrote them", () => {
    for (const version of REAL_VERSIONS) {
      const { directory, infos, expected, state } = realSegment(version);
      const fields = infos.filter((info) => info.pointDimensionCount > 0);
      expect(fields.length).toBe(8);
      for (const from of [directory, new PagedDirectory(directory.files, 64)]) {
        const reader = lucene90PointsFormat.fieldsReader(state(from, ""));
        for (const info of fields) {
          const values = reader.values(info.name)!;
          const header = `${info.name} POINTS ${values.size} ${values.docCount}`;
          expect(digest(allPoints(values)), `${version} ${header}`).toBe(expected.get(header));
        }
      }
    }
  });
});

describe("writeDocIds", () => {
  const random = seeded(1);
  const cases: Record<string, number[]> = {
    consecutive: Array.from({ length: 512 }, (_, i) => 1000 + i),
    "a bit set": Array.from({ length: 512 }, (_, i) => 1000 + i * 3),
    ascending: Array.from({ length: 100 }, (_, i) => i * 50000),
    "ascending with repeats": Array.from({ length: 100 }, (_, i) => (i >> 1) * 3),
    "24 bits": Array.from({ length: 509 }, () => random(1 << 24)),
    "32 bits": Array.from({ length: 511 }, () => random(2147483519)),
    one: [77],
  };
  it.each(Object.keys(cases))("reads back documents when they are %s", (name) => {
    const docs = Int32Array.from(cases[name]!);
    const out = new DataOutput();
    writeDocIds(docs, docs.length, out);
    const input = new IndexInput(memorySource("docs", out.bytesCopy()));
    const actual = new Int32Array(docs.length);
    readDocIds(input, docs.length, actual, false, 2147483647);
    expect(actual).toEqual(docs);
    expect(input.filePointer).toBe(input.length);
    input.seek(0);
    expect(() => readDocIds(input, docs.length, actual, false, Math.max(...docs))).toThrow(
      /Document is out of bounds/,
    );
  });
});

describe("readDocIds", () => {
  it.each(DOC_ID_VECTORS)(
    "reads $count documents of $bits bits when Lucene $lucene wrote them",
    (vector) => {
      const { bits, count, vectorized, hex } = vector;
      const input = new IndexInput(memorySource("docs", Buffer.from(hex, "hex")));
      const docs = new Int32Array(count);
      readDocIds(input, count, docs, vectorized, 1 << bits);
      expect([...docs]).toEqual(
        Array.from({ length: count }, (_, i) => Math.imul(i + 1, 2654435761) >>> (32 - bits)),
      );
      expect(input.filePointer).toBe(input.length);
    },
  );
});

describeFormat({
  name: "Lucene90PointsFormat",
  files: () => realSegment("lucene-10.4.0").directory.files,
  damages: (name) => /\.kd[dim]$/.test(name),
  read: (directory) => {
    const { infos, state } = realSegment("lucene-10.4.0");
    const reader = lucene90PointsFormat.fieldsReader(state(directory, ""));
    for (const info of infos) {
      reader.values(info.name)?.intersect({
        compare: () => "crosses",
        visit: () => {},
        visitValue: () => {},
      });
      reader.values(info.name)?.intersect({
        compare: () => "inside",
        visit: () => {},
        visitValue: () => {},
      });
    }
    reader.close();
  },
  check: (directory) => {
    const { state } = realSegment("lucene-10.4.0");
    const reader = lucene90PointsFormat.fieldsReader(state(directory, ""));
    reader.checkIntegrity();
    reader.close();
  },
});
