// The index sort inside .si: a vInt count, then per key a provider's name and its own layout.
//   SortField                 field, type name, i32 reverse, i32 hasMissing [missing]
//   SortedNumericSortField    field, type name, i32 reverse, i32 selector, i32 hasMissing [missing]
//   SortedSetSortField        field, i32 reverse, i32 selector, i32 missing (0 none 1 first 2 last)
// A missing value is i32 (INT), i64 (LONG), sortable i32 (FLOAT), sortable i64 (DOUBLE), or for
// STRING i32: 1 first, 0 last. Sortable: of a negative float, all bits but the sign are flipped.
// Upstream: Provider of org.apache.lucene.search.{SortField,SortedNumericSortField,
// SortedSetSortField}, org.apache.lucene.util.NumericUtils (9.12.3).

import { assert, corrupt, unsupported } from "../../../base/index.ts";
import type { SortField } from "../../index/segment-info.ts";
import type { IndexInput, IndexOutput } from "../../store/index.ts";

type SortType = SortField["type"];
type Selector = NonNullable<SortField["selector"]>;

const TYPES: readonly SortType[] = ["string", "int", "long", "float", "double"];
const SELECTORS: readonly Selector[] = ["min", "max", "middle_min", "middle_max"];
const bits = new DataView(new ArrayBuffer(8));

/** Reads the count and the keys; `unsupported` for a provider that is not Lucene's own. */
export function readIndexSort(input: IndexInput): SortField[] {
  const count = input.readCount("sort fields", 2);
  const fields: SortField[] = [];
  for (let i = 0; i < count; i++) fields.push(readSortField(input));
  return fields;
}

function readSortField(input: IndexInput): SortField {
  const provider = input.readString(128);
  const field = input.readString();
  if (provider === "SortedSetSortField") {
    const reverse = input.readInt() === 1;
    const selector = readSelector(input);
    const missing = input.readInt();
    const base = { field, type: "string" as const, reverse, selector };
    if (missing === 0) return base;
    return { ...base, missing: missing === 1 ? "first" : "last" };
  }
  if (provider !== "SortField" && provider !== "SortedNumericSortField") {
    throw unsupported(`Index sort provider [${provider}] of field [${field}] is not supported`);
  }
  const type = readType(input);
  const reverse = input.readInt() === 1;
  const selector = provider === "SortField" ? {} : { selector: readSelector(input) };
  const base = { field, type, reverse, ...selector };
  return input.readInt() === 1 ? { ...base, missing: readMissing(input, type) } : base;
}

function readType(input: IndexInput): SortType {
  const name = input.readString(128);
  const type = TYPES.find((known) => known.toUpperCase() === name);
  if (type === undefined) throw corrupt(`Unknown sort type [${name}]`, { file: input.name });
  return type;
}

function readSelector(input: IndexInput): Selector {
  const ordinal = input.readInt();
  const selector = SELECTORS[ordinal];
  if (selector === undefined) throw corrupt("Unknown sort selector", { file: input.name, ordinal });
  return selector;
}

function readMissing(input: IndexInput, type: SortType): NonNullable<SortField["missing"]> {
  switch (type) {
    case "string":
      return input.readInt() === 1 ? "first" : "last";
    case "int":
      return input.readInt();
    case "float": {
      const sortable = input.readInt();
      bits.setInt32(0, sortable ^ ((sortable >> 31) & 0x7fffffff));
      return bits.getFloat32(0);
    }
    case "double":
      bits.setBigInt64(0, sortableLong(input.readLong()));
      return bits.getFloat64(0);
    case "long": {
      const value = input.readLong();
      return Number.isSafeInteger(Number(value)) ? Number(value) : value;
    }
  }
}

// Its own inverse.
function sortableLong(value: bigint): bigint {
  return BigInt.asIntN(64, value ^ ((value >> 63n) & 0x7fffffffffffffffn));
}

/** Writes the count and the keys. */
export function writeIndexSort(output: IndexOutput, fields: readonly SortField[]): void {
  output.writeVInt(fields.length);
  for (const field of fields) writeSortField(output, field);
}

function writeSortField(output: IndexOutput, sort: SortField): void {
  const { selector, missing } = sort;
  if (sort.type === "string" && selector !== undefined) {
    output.writeString("SortedSetSortField");
    output.writeString(sort.field);
    output.writeInt(sort.reverse ? 1 : 0);
    output.writeInt(SELECTORS.indexOf(selector));
    output.writeInt(missing === "first" ? 1 : missing === "last" ? 2 : 0);
    return;
  }
  output.writeString(selector === undefined ? "SortField" : "SortedNumericSortField");
  output.writeString(sort.field);
  output.writeString(sort.type.toUpperCase());
  output.writeInt(sort.reverse ? 1 : 0);
  if (selector !== undefined) output.writeInt(SELECTORS.indexOf(selector));
  output.writeInt(missing === undefined ? 0 : 1);
  if (missing !== undefined) writeMissing(output, sort.type, missing);
}

function writeMissing(
  output: IndexOutput,
  type: SortType,
  missing: NonNullable<SortField["missing"]>,
): void {
  if (type === "string") {
    output.writeInt(missing === "first" ? 1 : 0);
    return;
  }
  assert(typeof missing !== "string", "a numeric sort key has a numeric missing value");
  if (type === "int") {
    output.writeInt(Number(missing));
  } else if (type === "long") {
    output.writeLong(BigInt(missing));
  } else if (type === "float") {
    bits.setFloat32(0, Number(missing));
    const plain = bits.getInt32(0);
    output.writeInt(plain ^ ((plain >> 31) & 0x7fffffff));
  } else {
    bits.setFloat64(0, Number(missing));
    output.writeLong(sortableLong(bits.getBigInt64(0)));
  }
}
