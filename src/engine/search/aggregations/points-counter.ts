// Counts all docs of a leaf into the buckets of a histogram by the field's points: a cell of the
// BKD tree that lies in one bucket is counted without looking at its values.
// Upstream: FastFilterRewriteHelper, org.opensearch.search.aggregations.bucket.filterrewrite.

import type { LeafContext, PointValues } from "../../../lucene/index/index.ts";
import { numericKind } from "../field-values.ts";
import type { ValuesSource } from "./values-source.ts";

/** The points that hold just the values that `source` reads, one a doc, or undefined. */
export function countablePoints(source: ValuesSource, leaf: LeafContext): PointValues | undefined {
  const type = source.fieldType;
  if (type === undefined || !type.isIndexed || source.missing !== undefined) return undefined;
  if (type.typeName === "boolean" || type.typeName === "date_nanos") return undefined;
  const kind = numericKind(type as never);
  if (kind !== "long" && kind !== "int") return undefined;
  const { reader } = leaf;
  if (reader.liveDocs !== undefined || reader.numericDocValues("_doc_count") !== undefined) {
    return undefined;
  }
  const points = reader.pointValues(type.name);
  if (points === undefined || points.numDimensions !== 1) return undefined;
  if (points.size !== points.docCount) return undefined;
  return points.bytesPerDimension === 8 || points.bytesPerDimension === 4 ? points : undefined;
}

/** Calls `add` with how many values have a key; a key may come several times. */
export function countByPoints(
  points: PointValues,
  keyOf: (value: number) => number,
  add: (key: number, count: number) => void,
): void {
  const decode = points.bytesPerDimension === 8 ? decodeLong : decodeInt;
  let key = NaN;
  let count = 0;
  const moveTo = (next: number): void => {
    if (count > 0) add(key, count);
    key = next;
    count = 0;
  };
  points.intersect({
    compare: (min, max) => {
      const first = keyOf(decode(min));
      if (first !== keyOf(decode(max))) return "crosses";
      if (first !== key) moveTo(first);
      return "inside";
    },
    visit: () => {
      count++;
    },
    visitValue: (_doc, packed) => {
      const next = keyOf(decode(packed));
      if (next !== key) moveTo(next);
      count++;
    },
  });
  moveTo(NaN);
}

function decodeLong(bytes: Uint8Array): number {
  const low = (bytes[4]! << 24) | (bytes[5]! << 16) | (bytes[6]! << 8) | bytes[7]!;
  return decodeInt(bytes) * 4294967296 + (low >>> 0);
}

function decodeInt(bytes: Uint8Array): number {
  const sortable = (bytes[0]! << 24) | (bytes[1]! << 16) | (bytes[2]! << 8) | bytes[3]!;
  return sortable ^ 0x80000000;
}
