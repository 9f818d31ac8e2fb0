// Seeded columns for the tests of doc values, norms and points, and the ports over them.

import type {
  BinaryDocValues,
  NumericDocValues,
  OrdDictionary,
  SortedDocValues,
  SortedNumericDocValues,
  SortedSetDocValues,
  TermsEnum,
} from "../../../src/lucene/index/leaf-reader.ts";
import { NO_MORE_DOCS } from "../../../src/lucene/index/leaf-reader.ts";

/** Uniform integers below `bound`, from a seed (mulberry32). */
export type Random = (bound: number) => number;

export function seeded(seed: number): Random {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
  return (bound) => Math.floor(next() * bound);
}

export type DocValuesTypeName = "NUMERIC" | "BINARY" | "SORTED" | "SORTED_SET" | "SORTED_NUMERIC";

/** A column as plain arrays: `values[i]` belong to `docs[i]`. Ordinals are numbers in `terms`. */
export interface Column {
  readonly name: string;
  readonly type: DocValuesTypeName;
  readonly docs: readonly number[];
  readonly longs: readonly (readonly bigint[])[];
  readonly bytes: readonly Uint8Array[];
  readonly terms: readonly Uint8Array[];
}

class Walk {
  at = -1;
  readonly docs: readonly number[];

  constructor(docs: readonly number[]) {
    this.docs = docs;
  }

  docID(): number {
    if (this.at < 0) return -1;
    return this.docs[this.at] ?? NO_MORE_DOCS;
  }

  nextDoc(): number {
    this.at++;
    return this.docID();
  }

  advance(target: number): number {
    do this.at++;
    while (this.at < this.docs.length && this.docs[this.at]! < target);
    return this.docID();
  }

  advanceExact(): boolean {
    throw new Error("a source is only iterated");
  }

  cost(): number {
    return this.docs.length;
  }
}

class LongWalk extends Walk implements NumericDocValues, SortedNumericDocValues {
  private readonly longs: readonly (readonly bigint[])[];
  private next = -1;

  constructor(column: Column, single: boolean) {
    super(column.docs);
    this.longs = column.longs;
    if (single) this.next = 0;
  }

  docValueCount(): number {
    this.next = -1;
    return this.longs[this.at]!.length;
  }

  nextValue(): void {
    this.next++;
  }

  bigValue(): bigint {
    return this.longs[this.at]![this.next]!;
  }

  longValue(): number {
    return Number(this.bigValue());
  }

  longHigh(): number {
    return Number(this.bigValue() >> 32n);
  }

  longLow(): number {
    return Number(BigInt.asIntN(32, this.bigValue()));
  }
}

class BytesWalk extends Walk implements BinaryDocValues {
  private readonly bytes: readonly Uint8Array[];

  constructor(column: Column) {
    super(column.docs);
    this.bytes = column.bytes;
  }

  binaryValue(): Uint8Array {
    return this.bytes[this.at]!;
  }
}

class OrdWalk extends Walk implements SortedDocValues, SortedSetDocValues {
  readonly valueCount: number;
  private readonly column: Column;
  private next = 0;

  constructor(column: Column) {
    super(column.docs);
    this.column = column;
    this.valueCount = column.terms.length;
  }

  ordValue(): number {
    return Number(this.column.longs[this.at]![0]);
  }

  docValueCount(): number {
    this.next = 0;
    return this.column.longs[this.at]!.length;
  }

  nextOrd(): number {
    return Number(this.column.longs[this.at]![this.next++]);
  }

  lookupOrd(ord: number): Uint8Array {
    return this.column.terms[ord]!;
  }

  lookupTerm(): number {
    throw new Error("a source is only iterated");
  }

  termsEnum(): TermsEnum & { ord(): number } {
    let ord = -1;
    const { terms } = this.column;
    return { next: () => terms[++ord], ord: () => ord } as unknown as TermsEnum & { ord(): number };
  }
}

export const numericSource = (column: Column): NumericDocValues => new LongWalk(column, true);
export const sortedNumericSource = (column: Column): SortedNumericDocValues =>
  new LongWalk(column, false);
export const binarySource = (column: Column): BinaryDocValues => new BytesWalk(column);
export const ordSource = (column: Column): SortedDocValues & SortedSetDocValues & OrdDictionary =>
  new OrdWalk(column);

/** Which documents have a value, by name of a density. */
export function docsOf(density: string, maxDoc: number, random: Random): number[] {
  const has: Record<string, (doc: number) => boolean> = {
    all: () => true,
    none: () => false,
    most: () => random(100) > 0,
    half: () => random(2) === 0,
    few: () => random(200) === 0,
    last: (doc) => doc === maxDoc - 1,
    // One block in full, one empty, one bit set, one sparse.
    blocks: (doc) => [true, false, random(3) === 0, random(500) === 0][(doc >>> 16) & 3]!,
    // The border between sparse and dense blocks.
    border: (doc) => doc < 4095 || (doc >= 65536 && doc < 65536 + 4096),
  };
  const docs: number[] = [];
  for (let doc = 0; doc < maxDoc; doc++) if (has[density]!(doc)) docs.push(doc);
  return docs;
}

const DOUBLE = new DataView(new ArrayBuffer(8));

/** NumericUtils.doubleToSortableLong. */
export function sortableDouble(value: number): bigint {
  DOUBLE.setFloat64(0, value);
  const bits = DOUBLE.getBigInt64(0);
  return bits ^ ((bits >> 63n) & 0x7fffffffffffffffn);
}

function randomLong(random: Random): bigint {
  const high = BigInt(random(65536) * 65536 + random(65536));
  return BigInt.asIntN(64, (high << 32n) | BigInt(random(65536) * 65536 + random(65536)));
}

/** Values of position i, by name of a shape; each aims at one encoding. */
export function longsOf(shape: string, random: Random): (i: number) => bigint {
  const bits = /^bits(\d+)$/.exec(shape);
  if (bits !== null) {
    const mask = (1n << BigInt(bits[1]!)) - 1n;
    return () => BigInt.asIntN(64, randomLong(random) & mask);
  }
  const table = Array.from({ length: 5 }, () => randomLong(random));
  const shapes: Record<string, (i: number) => bigint> = {
    constant: () => 42n,
    wideConstant: () => -0x7123456789abcdefn,
    table: () => [3n, 1000000n, -7n, 9999999999n][random(4)]!,
    wideTable: () => table[random(5)]!,
    dates: () => 1700000000000n + 86400000n * BigInt(random(5000)),
    nanos: () => 1700000000000000000n + 1000000n * BigInt(random(1e9)),
    negative: () => BigInt(-random(1e9) - 1),
    delta: () => 1099511627776n + BigInt(random(1000)),
    noDelta: () => BigInt(100 + random(20000)),
    blocks: (i) =>
      i < 16384 ? BigInt(random(3)) : (i >> 14) % 2 === 0 ? 5n : BigInt(random(1e6) * 7),
    wideBlocks: (i) => (i < 16384 ? BigInt(random(3)) : randomLong(random)),
    doubles: () => sortableDouble((random(2e9) - 1e9) / 1000),
    wholeDoubles: () => sortableDouble(random(1000) - 500),
    edges: () => [-0x8000000000000000n, 0x7fffffffffffffffn, 0n, -1n][random(4)]!,
    safeEdge: () => [9007199254740991n, -9007199254740991n, 0n][random(3)]! + BigInt(random(3)),
    wideGcd: () => (randomLong(random) >> 22n) * 3072000n,
    ordinal: (i) => BigInt(i),
  };
  return shapes[shape]!;
}

/** All shapes of `longsOf`. */
export const SHAPES = [
  "constant",
  "wideConstant",
  "table",
  "wideTable",
  "dates",
  "nanos",
  "negative",
  "delta",
  "noDelta",
  "blocks",
  "wideBlocks",
  "doubles",
  "wholeDoubles",
  "edges",
  "safeEdge",
  "wideGcd",
  "ordinal",
  ...[
    1, 2, 3, 7, 8, 9, 12, 13, 16, 19, 20, 23, 24, 27, 28, 31, 32, 33, 40, 47, 48, 52, 53, 54, 56,
    63, 64,
  ].map((bits) => `bits${bits}`),
];

export function longColumn(
  name: string,
  type: "NUMERIC" | "SORTED_NUMERIC",
  docs: readonly number[],
  shape: string,
  random: Random,
  most = 1,
): Column {
  const value = longsOf(shape, random);
  let i = 0;
  const longs = docs.map(() => {
    const values = Array.from({ length: 1 + random(most) }, () => value(i++));
    return values.sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  });
  return { name, type, docs, longs, bytes: [], terms: [] };
}

/** Distinct terms in byte order, with shared prefixes, one empty and one long if `odd`. */
export function termsOf(count: number, random: Random, odd = false): Uint8Array[] {
  const texts = new Set<string>();
  if (odd)
    texts
      .add("")
      .add("q".repeat(5000))
      .add(`${"q".repeat(5000)}z`);
  while (texts.size < count) {
    const stem = ["user", "user-agent/", "a", "zzzzzzzzzzzzzzzzzzzz-", "\u00e9t\u00e9"][random(5)]!;
    texts.add(stem + random(count * 20).toString(36));
  }
  return [...texts].map((text) => new Uint8Array(Buffer.from(text))).sort(Buffer.compare);
}

/** Every term is used by some document, as Lucene demands, if there are enough documents. */
export function ordColumn(
  name: string,
  type: "SORTED" | "SORTED_SET",
  docs: readonly number[],
  terms: readonly Uint8Array[],
  random: Random,
  most = 1,
): Column {
  const used = terms.slice(0, docs.length);
  const longs = docs.map((_, i) => {
    const ords = new Set<number>([i < used.length ? i : random(used.length)]);
    for (let extra = random(most); extra > 0; extra--) ords.add(random(used.length));
    return [...ords].sort((a, b) => a - b).map(BigInt);
  });
  return { name, type, docs, longs, bytes: [], terms: docs.length === 0 ? [] : used };
}

export function binaryColumn(
  name: string,
  docs: readonly number[],
  random: Random,
  fixed: number | undefined,
): Column {
  const bytes = docs.map(() => {
    const length = fixed ?? random(30) * random(3);
    return Uint8Array.from({ length }, () => random(256));
  });
  return { name, type: "BINARY", docs, longs: [], bytes, terms: [] };
}
