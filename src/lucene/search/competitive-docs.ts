// Docs that may still get into a full queue of hits, found by the points of the sort's field.
// Upstream: org.apache.lucene.search.comparators.NumericComparator.NumericLeafComparator.

import type { PointValues } from "../index/leaf-reader.ts";
import { PointRangeQuery } from "./point-query.ts";

/** Points are read only where they leave at most this share of them. */
const SHARE_MAX = 8;

/**
 * Docs from `from` on, ascending, with a value not worse than the long (high signed, low unsigned):
 * not below it where large values come first. Undefined when they are too many to be worth it.
 */
export function competitiveDocs(
  points: PointValues,
  high: number,
  low: number,
  largeFirst: boolean,
  from: number,
): Int32Array | undefined {
  const { bytesPerDimension, numDimensions } = points;
  if (numDimensions !== 1 || (bytesPerDimension !== 8 && bytesPerDimension !== 4)) return undefined;
  const worst = packLong(high, low, bytesPerDimension);
  const query = largeFirst
    ? new PointRangeQuery("", worst, new Uint8Array(bytesPerDimension).fill(0xff), 1)
    : new PointRangeQuery("", new Uint8Array(bytesPerDimension), worst, 1);
  const docs: number[] = [];
  const visit = (doc: number): void => {
    if (doc >= from) docs.push(doc);
  };
  const visitor = {
    compare: (min: Uint8Array, max: Uint8Array) => query.compareCell(min, max),
    visit,
    visitValue: (doc: number, packed: Uint8Array) => {
      if (query.matchesValue(packed)) visit(doc);
    },
  };
  if (points.estimatePointCount(visitor) * SHARE_MAX > points.size) return undefined;
  points.intersect(visitor);
  return Int32Array.from(docs).sort();
}

/** Sortable big-endian bytes of a long, or of an int. */
function packLong(high: number, low: number, bytes: 4 | 8): Uint8Array {
  const out = new Uint8Array(bytes);
  const view = new DataView(out.buffer);
  if (bytes === 4) {
    view.setInt32(0, low ^ 0x80000000);
    return out;
  }
  view.setInt32(0, high ^ 0x80000000);
  view.setUint32(4, low);
  return out;
}
