// Points of a field: each lies in its cell, the cells in the bounds of all.
// Upstream: CheckIndex.checkPoints, VerifyPointsVisitor (9.12.3).

import { corrupt } from "../../base/index.ts";
import type { FieldInfo } from "../index/field-info.ts";
import { FixedBits } from "../index/fixed-bits.ts";
import type { LeafReader, PointValues } from "../index/leaf-reader.ts";

/** Walks all points of a field. */
export function checkPoints(leaf: LeafReader, field: FieldInfo): void {
  const points = leaf.pointValues(field.name);
  // All documents with points may have been merged away.
  if (points === undefined) return;
  const docs = new FixedBits(leaf.maxDoc);
  const cell = { min: Buffer.from(points.minPackedValue), max: Buffer.from(points.maxPackedValue) };
  const indexBytes = points.numIndexDimensions * points.bytesPerDimension;
  let count = 0;
  points.intersect({
    compare(min, max) {
      if (!contains(points, points.minPackedValue, points.maxPackedValue, min)) {
        throw corrupt(`A cell of [${field.name}] begins outside of the bounds of all`);
      }
      if (!contains(points, points.minPackedValue, points.maxPackedValue, max)) {
        throw corrupt(`A cell of [${field.name}] ends outside of the bounds of all`);
      }
      cell.min = Buffer.from(min.subarray(0, indexBytes));
      cell.max = Buffer.from(max.subarray(0, indexBytes));
      return "crosses";
    },
    visit() {
      throw corrupt(`A point of [${field.name}] came without its value`);
    },
    visitValue(doc, value) {
      count++;
      if (doc < 0 || doc >= leaf.maxDoc) throw corrupt(`A point is of document ${doc}`);
      docs.set(doc);
      if (!contains(points, cell.min, cell.max, value)) {
        throw corrupt(`A point of document ${doc} of [${field.name}] is outside of its cell`);
      }
    },
  });
  if (count !== points.size) {
    throw corrupt(`Field [${field.name}] has ${count} points, and says ${points.size}`);
  }
  const docCount = docs.cardinality();
  if (docCount === points.docCount) return;
  throw corrupt(`${docCount} documents have points in [${field.name}], not ${points.docCount}`);
}

/** In each indexed dimension; bytes compare as unsigned numbers. */
function contains(
  points: PointValues,
  min: Uint8Array,
  max: Uint8Array,
  value: Uint8Array,
): boolean {
  const width = points.bytesPerDimension;
  for (let dimension = 0; dimension < points.numIndexDimensions; dimension++) {
    const start = dimension * width;
    if (compareAt(value, min, start, width) < 0) return false;
    if (compareAt(value, max, start, width) > 0) return false;
  }
  return true;
}

function compareAt(a: Uint8Array, b: Uint8Array, start: number, width: number): number {
  for (let at = start; at < start + width; at++) {
    const difference = a[at]! - b[at]!;
    if (difference !== 0) return difference;
  }
  return 0;
}
