// Ranges over number fields: what an encoded bound lets through is what the numbers say.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { NumberKind } from "../../../src/engine/mapping/fields/number-kinds.ts";
import { NUMBER_KINDS, scaledKind } from "../../../src/engine/mapping/fields/number-kinds.ts";
import {
  doubleToSortableLong,
  floatToSortableInt,
  halfFloatToSortableShort,
  sortableIntToFloat,
  sortableLongToDouble,
  sortableShortToHalfFloat,
} from "../../../src/engine/mapping/number-encoding.ts";

/** Is a stored value inside a range that the kind encodes? By doc values and by points. */
function matches(
  kind: NumberKind,
  value: number,
  bound: number,
  side: "gt" | "gte" | "lt" | "lte",
) {
  const isLower = side.startsWith("g");
  const include = side.endsWith("e");
  const edge = isLower ? kind.lowerBound(bound, include) : kind.upperBound(bound, include);
  if (edge === undefined) return false;
  const stored = BigInt(kind.docValue(value));
  const limit = BigInt(kind.docValue(edge));
  const byValues = isLower ? stored >= limit : stored <= limit;
  const order = Buffer.compare(kind.point(value), kind.point(edge));
  expect(isLower ? order >= 0 : order <= 0).toBe(byValues);
  return byValues;
}

const SIDES = ["gt", "gte", "lt", "lte"] as const;
const compare = {
  gt: (a: number, b: number) => a > b,
  gte: (a: number, b: number) => a >= b,
  lt: (a: number, b: number) => a < b,
  lte: (a: number, b: number) => a <= b,
};

const halfFloat = fc
  .integer({ min: -31743, max: 31743 })
  .map((short) => sortableShortToHalfFloat(short < 0 ? short - 1 : short) + 0);
const cases: readonly [string, NumberKind, fc.Arbitrary<number>, fc.Arbitrary<number>][] = [
  [
    "half_float",
    NUMBER_KINDS.half_float,
    halfFloat,
    fc.oneof(halfFloat, fc.float({ min: -60000, max: 60000, noNaN: true })),
  ],
  [
    "float",
    NUMBER_KINDS.float,
    fc.float({ noNaN: true, noDefaultInfinity: true }),
    fc.float({ noNaN: true, noDefaultInfinity: true }),
  ],
  [
    "double",
    NUMBER_KINDS.double,
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
  ],
  [
    "integer",
    NUMBER_KINDS.integer,
    fc.integer(),
    fc.oneof(
      fc.integer(),
      fc.integer().map((n) => n / 2),
    ),
  ],
  [
    "long",
    NUMBER_KINDS.long,
    fc.maxSafeInteger(),
    fc.oneof(
      fc.maxSafeInteger(),
      fc.integer().map((n) => n / 2),
    ),
  ],
];

describe("NumberKind", () => {
  for (const [name, kind, values, bounds] of cases) {
    it(`bounds ranges exactly when the field is ${name}`, () => {
      fc.assert(
        fc.property(values, bounds, fc.constantFrom(...SIDES), (value, bound, side) => {
          // -0 sorts below 0, as in Lucene; both spell the same number.
          fc.pre(!(value === 0 && bound === 0));
          const inRange = name === "integer" ? Math.abs(bound) < 2 ** 31 : true;
          fc.pre(inRange);
          expect(matches(kind, value, bound, side)).toBe(compare[side](value, bound));
        }),
      );
    });
  }

  it("bounds scaled floats by decimals when the product is not exact in binary", () => {
    const kind = scaledKind(100);
    expect(matches(kind, 1.1, 1.1, "gte")).toBe(true);
    expect(matches(kind, 1.1, 1.1, "gt")).toBe(false);
    expect(matches(kind, 1.1, 1.1, "lte")).toBe(true);
    expect(matches(kind, 1.1, 1.1, "lt")).toBe(false);
    expect(matches(kind, 1.12, 1.115, "gte")).toBe(true);
    expect(matches(kind, 1.11, 1.115, "gte")).toBe(false);
  });

  it("encodes and decodes every half float", () => {
    for (let short = -31744; short <= 31744; short++) {
      expect(halfFloatToSortableShort(sortableShortToHalfFloat(short))).toBe(short);
    }
  });

  it("keeps the order of floats and doubles in their sortable forms", () => {
    const number = fc.double({ noNaN: true });
    fc.assert(
      fc.property(number, number, (a, b) => {
        fc.pre(a < b);
        expect(doubleToSortableLong(a) < doubleToSortableLong(b)).toBe(true);
        expect(sortableLongToDouble(doubleToSortableLong(a))).toBe(a);
        const float = Math.fround(a);
        expect(sortableIntToFloat(floatToSortableInt(float))).toBe(float);
      }),
    );
  });

  it("rejects what does not fit the type", () => {
    expect(() => NUMBER_KINDS.byte.fromNode(128)).toThrow("Value [128] is out of range for a byte");
    expect(() => NUMBER_KINDS.integer.fromNode(1.5)).toThrow("Value [1.5] has a decimal part");
    expect(() => NUMBER_KINDS.half_float.fromNode(65520)).toThrow("supports only finite values");
  });
});
