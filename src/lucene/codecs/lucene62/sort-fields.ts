// The index sort inside .si of Lucene 6.2 to 8.5: a vInt count, then per key
//   SIZE  TYPE    FIELD
//    n    string  field
//    n    vInt    type      0 string, 1 long, 2 int, 3 double, 4 float,
//                           5 string by a set's selector, 6 number by a selector
//    1    u8      selector  type 5: 0 min, 1 max, 2 middle min, 3 middle max
//   1+1   u8      type 6: 0 long, 1 int, 2 double, 3 float; then 0 min, 1 max
//    1    u8      order     0 reverse, 1 not
//    1    u8      missing   0 none; strings 1 last, 2 first; numbers 1: the value follows, in the
//                           plain bits of its type, big-endian
// Upstream: org.apache.lucene.codecs.lucene62.Lucene62SegmentInfoFormat (6.6.1),
// org.apache.lucene.codecs.lucene70.Lucene70SegmentInfoFormat (7.7.3).

import { corrupt } from "../../../base/index.ts";
import type { SortField } from "../../index/segment-info.ts";
import type { IndexInput } from "../../store/index.ts";

type SortType = SortField["type"];

const TYPES: readonly SortType[] = ["string", "long", "int", "double", "float"];
const SELECTORS = ["min", "max", "middle_min", "middle_max"] as const;
const STRING_BY_SELECTOR = 5;
const NUMBER_BY_SELECTOR = 6;
const bits = new DataView(new ArrayBuffer(8));

/** Reads the count and the keys. */
export function readLegacyIndexSort(input: IndexInput): SortField[] {
  const count = input.readCount("sort fields", 4);
  return Array.from({ length: count }, () => readSortField(input));
}

function readSortField(input: IndexInput): SortField {
  const field = input.readString();
  const id = input.readVInt();
  const type =
    id === STRING_BY_SELECTOR
      ? "string"
      : id === NUMBER_BY_SELECTOR
        ? pick(input, TYPES.slice(1), input.readByte(), "type")
        : pick(input, TYPES, id, "type");
  const selector =
    id === STRING_BY_SELECTOR || id === NUMBER_BY_SELECTOR
      ? pick(input, SELECTORS, input.readByte(), "selector")
      : undefined;
  const reverse = pick(input, [true, false], input.readByte(), "order");
  const missing = readMissing(input, type);
  return {
    field,
    type,
    reverse,
    ...(selector === undefined ? {} : { selector }),
    ...(missing === undefined ? {} : { missing }),
  };
}

function pick<T>(input: IndexInput, known: readonly T[], code: number, what: string): T {
  const found = known[code];
  if (found === undefined)
    throw corrupt(`Unknown ${what} of a sort key`, { file: input.name, code });
  return found;
}

function readMissing(input: IndexInput, type: SortType): SortField["missing"] {
  const flag = input.readByte();
  if (flag === 0) return undefined;
  if (type === "string") return pick(input, ["last", "first"] as const, flag - 1, "missing value");
  pick(input, [true], flag - 1, "missing value");
  if (type === "int") return input.readInt();
  if (type === "float") {
    bits.setInt32(0, input.readInt());
    return bits.getFloat32(0);
  }
  const value = input.readLong();
  if (type === "long") return Number.isSafeInteger(Number(value)) ? Number(value) : value;
  bits.setBigInt64(0, value);
  return bits.getFloat64(0);
}
