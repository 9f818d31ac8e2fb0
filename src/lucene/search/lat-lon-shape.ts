// Queries over indexed shapes: triangles in a tree of 7 dimensions, of which 4 are a box.
//   0 minY   1 minX   2 maxY   3 maxX   4 y   5 x   6 how the corners are spread, and own edges
// The first three bits of the last dimension say which of those are the corners' coordinates; bits
// 3 to 5 say that ab, bc, ca are edges of the shape. Points alone have two dimensions, y and x.
// Upstream: org.apache.lucene.document.{ShapeField,SpatialQuery,LatLonShapeQuery}.

import { illegalArgument } from "../../base/index.ts";
import type { IntersectVisitor, LeafContext, PointValues } from "../index/leaf-reader.ts";
import { BitSetIterator, FixedBitSet } from "./bit-set.ts";
import { ConstantScoreWeight, type LeafMatches } from "./constant-score-query.ts";
import { decodeLatitude, decodeLongitude, readSortableInt } from "./geo-encoding.ts";
import {
  containsTriangle,
  type GeoGeometry,
  type GeoTriangle,
  intersectsTriangle,
  withinTriangle,
  type XY,
} from "./geo-geometry.ts";
import { Query, type ScoreMode, type Searcher, type Weight } from "./query.ts";

/** How documents' shapes are to lie to the query's. */
export type ShapeRelation = "intersects" | "disjoint" | "within" | "contains";

/** The dimensions of aY, aX, bY, bX, cY, cX by the first three bits. */
const CORNERS: readonly (readonly number[])[] = [
  [0, 1, 2, 3, 4, 5],
  [0, 1, 4, 5, 2, 3],
  [2, 1, 4, 5, 0, 3],
  [2, 1, 0, 3, 4, 5],
  [4, 1, 0, 5, 2, 3],
  [4, 1, 0, 3, 2, 5],
  [2, 1, 0, 5, 4, 3],
  [0, 1, 4, 3, 2, 5],
];
const SHAPE_DIMENSIONS = 7;

function triangleOf(packed: Uint8Array): GeoTriangle {
  const corner = (y: number, x: number): XY => [
    decodeLongitude(readSortableInt(packed, 4 * x)),
    decodeLatitude(readSortableInt(packed, 4 * y)),
  ];
  if (packed.length < 4 * SHAPE_DIMENSIONS) {
    const at = corner(0, 1);
    return { a: at, b: at, c: at, ab: true, bc: true, ca: true };
  }
  const bits = readSortableInt(packed, 24);
  const [aY, aX, bY, bX, cY, cX] = CORNERS[bits & 7]!;
  return {
    a: corner(aY!, aX!),
    b: corner(bY!, bX!),
    c: corner(cY!, cX!),
    ab: (bits & 8) !== 0,
    bc: (bits & 16) !== 0,
    ca: (bits & 32) !== 0,
  };
}

/** Documents whose shapes, or points, lie to a query's shape in a given way. */
export class LatLonShapeQuery extends Query {
  readonly field: string;
  readonly relation: ShapeRelation;
  readonly parts: readonly GeoGeometry[];
  private readonly box: readonly [number, number, number, number] | undefined;

  constructor(field: string, relation: ShapeRelation, parts: readonly GeoGeometry[]) {
    super();
    this.field = field;
    this.relation = relation;
    this.parts = parts;
    this.box = boxOf(parts);
  }

  createWeight(searcher: Searcher, _scoreMode: ScoreMode, boost: number): Weight {
    return new ConstantScoreWeight(this, boost, (context) => {
      searcher.checkCancelled();
      return this.matches(context);
    });
  }

  private matches({ reader }: LeafContext): LeafMatches {
    const values = reader.pointValues(this.field);
    if (values === undefined) {
      if (reader.terms(this.field) === undefined) return undefined;
      throw illegalArgument(
        `Field [${this.field}] of type [geo_shape] is indexed as a prefix tree, which is not supported`,
      );
    }
    const bits = this.matchingDocs(values, reader.maxDoc);
    return new BitSetIterator(bits, values.docCount);
  }

  private matchingDocs(values: PointValues, maxDoc: number): FixedBitSet {
    const accepted = new FixedBitSet(maxDoc);
    const refused = new FixedBitSet(maxDoc);
    const visit = this.triangleVisitor(accepted, refused);
    const visitor: IntersectVisitor = {
      compare: (min, max) => (this.isOutside(min, max, values) ? "outside" : "crosses"),
      visit: () => {},
      visitValue: (doc, packed) => {
        if (!refused.get(doc)) visit(doc, triangleOf(packed));
      },
    };
    values.intersect(visitor);
    const matching = new FixedBitSet(maxDoc);
    for (let doc = accepted.nextSetBit(0); doc < maxDoc; doc = accepted.nextSetBit(doc + 1)) {
      if (!refused.get(doc)) matching.set(doc);
    }
    return matching;
  }

  private triangleVisitor(
    accepted: FixedBitSet,
    refused: FixedBitSet,
  ): (doc: number, triangle: GeoTriangle) => void {
    const { parts } = this;
    switch (this.relation) {
      case "intersects":
        return (doc, triangle) => {
          if (accepted.get(doc)) return;
          if (parts.some((part) => intersectsTriangle(part, triangle))) accepted.set(doc);
        };
      case "disjoint":
        return (doc, triangle) => {
          const meets = parts.some((part) => intersectsTriangle(part, triangle));
          (meets ? refused : accepted).set(doc);
        };
      case "within":
        return (doc, triangle) => {
          const isInside = parts.some((part) => containsTriangle(part, triangle));
          (isInside ? accepted : refused).set(doc);
        };
      case "contains":
        return (doc, triangle) => {
          const relation = withinTriangle(parts[0]!, triangle);
          if (relation === "candidate") accepted.set(doc);
          else if (relation === "not-within") refused.set(doc);
        };
    }
  }

  /** Only shapes that intersect can be told by their boxes. */
  private isOutside(min: Uint8Array, max: Uint8Array, values: PointValues): boolean {
    const { box } = this;
    if (this.relation !== "intersects" || box === undefined) return false;
    const [maxYAt, maxXAt] = values.numDimensions === SHAPE_DIMENSIONS ? [8, 12] : [0, 4];
    return (
      decodeLongitude(readSortableInt(min, 4)) > box[1] ||
      decodeLongitude(readSortableInt(max, maxXAt)) < box[0] ||
      decodeLatitude(readSortableInt(min, 0)) > box[3] ||
      decodeLatitude(readSortableInt(max, maxYAt)) < box[2]
    );
  }

  toString(): string {
    return `LatLonShapeQuery: field=${this.field}:[${JSON.stringify(this.parts)}]`;
  }
}

/** minX, maxX, minY, maxY of all parts; undefined where a circle is among them. */
function boxOf(
  parts: readonly GeoGeometry[],
): readonly [number, number, number, number] | undefined {
  let box: [number, number, number, number] = [Infinity, -Infinity, Infinity, -Infinity];
  for (const part of parts) {
    if (part.kind === "circle") return undefined;
    const points =
      part.kind === "point" ? [part.at] : part.kind === "line" ? part.points : part.rings[0]!;
    for (const [x, y] of points) {
      box = [Math.min(box[0], x), Math.max(box[1], x), Math.min(box[2], y), Math.max(box[3], y)];
    }
  }
  return box;
}
