// What is hashed of an index: the same lines that Lucene's own answers were made into
// (written-by-lucene/README.md).

import { createHash, type Hash } from "node:crypto";
import type { StandardDirectoryReader } from "../../../src/lucene/index/directory-reader.ts";
import { DocValuesType, hasNorms } from "../../../src/lucene/index/field-info.ts";
import {
  type LeafReader,
  NO_MORE_DOCS,
  type OrdDictionary,
  type PointValues,
  type StoredValue,
} from "../../../src/lucene/index/leaf-reader.ts";

const PROBES = [
  ...["", "a", "blue", "k1", "only", "one7", "prefix", "spz", "t1", "tag650", "term/00700", "zz"],
];
const view = new DataView(new ArrayBuffer(8));

type Put = (line: string) => void;

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("hex");
}

/** Everything of an index, by the names of expected.json. */
export function dumpIndex(name: string, reader: StandardDirectoryReader): Record<string, string> {
  const out: Record<string, string> = {};
  const leaves = reader.leaves.map(({ reader: leaf, docBase }) => ({ leaf, docBase }));
  out[`${name}/maxDoc`] = `${reader.maxDoc} ${reader.numDocs} ${leaves.length}`;
  const fields = new Set(leaves.flatMap(({ leaf }) => [...leaf.fieldInfos].map((f) => f.name)));
  const digest = (each: (leaf: LeafReader, base: number, put: Put) => void) => {
    const hash: Hash = createHash("sha1");
    for (const { leaf, docBase } of leaves) {
      each(leaf, docBase, (line) => void hash.update(`${line}\n`));
    }
    return hash.digest("hex");
  };
  for (const field of fields) {
    out[`${name}/${field}`] = digest((leaf, base, put) => dumpField(leaf, field, base, put));
  }
  if (name === "columns") return out;
  out[`${name}/documents`] = digestDocuments(reader);
  out[`${name}/live`] = digest((leaf, base, put) => {
    for (let doc = 0; doc < leaf.maxDoc; doc++) {
      put(`${base + doc}:${leaf.hardLiveDocs?.get(doc) ?? true}`);
    }
  });
  return out;
}

function dumpField(leaf: LeafReader, name: string, base: number, put: Put): void {
  const info = leaf.fieldInfos.fieldInfo(name);
  if (info === undefined) return;
  dumpDocValues(leaf, name, info.docValuesType, base, put);
  if (hasNorms(info)) {
    const norms = leaf.normValues(name)!;
    for (let doc = norms.nextDoc(); doc !== NO_MORE_DOCS; doc = norms.nextDoc()) {
      if (norms.bigValue() !== 0n) put(`norm ${base + doc}:${norms.bigValue()}`);
    }
  }
  const points = leaf.pointValues(name);
  if (points !== undefined) dumpPoints(points, base, put);
}

function dumpDocValues(
  leaf: LeafReader,
  name: string,
  type: DocValuesType,
  base: number,
  put: Put,
): void {
  if (type === DocValuesType.NUMERIC) {
    const values = leaf.numericDocValues(name)!;
    for (let doc = values.nextDoc(); doc !== NO_MORE_DOCS; doc = values.nextDoc()) {
      put(`${base + doc}:${values.bigValue()}`);
    }
  } else if (type === DocValuesType.BINARY) {
    const values = leaf.binaryDocValues(name)!;
    for (let doc = values.nextDoc(); doc !== NO_MORE_DOCS; doc = values.nextDoc()) {
      put(`${base + doc}:${hex(values.binaryValue())}`);
    }
  } else if (type === DocValuesType.SORTED_NUMERIC) {
    const values = leaf.sortedNumericDocValues(name)!;
    for (let doc = values.nextDoc(); doc !== NO_MORE_DOCS; doc = values.nextDoc()) {
      let text = "";
      for (let i = values.docValueCount(); i > 0; i--) {
        values.nextValue();
        text += `${values.bigValue()},`;
      }
      put(`${base + doc}:${text}`);
    }
  } else if (type === DocValuesType.SORTED) {
    const values = leaf.sortedDocValues(name)!;
    for (let doc = values.nextDoc(); doc !== NO_MORE_DOCS; doc = values.nextDoc()) {
      put(`${base + doc}:${values.ordValue()}`);
    }
    dumpDictionary(values, put);
    for (let i = 0; i < 21000; i += 97) {
      const term = `term/${String(i).padStart(5, "0")}`;
      put(`term/${i}=${values.lookupTerm(Buffer.from(term))}`);
    }
  } else if (type === DocValuesType.SORTED_SET) {
    const values = leaf.sortedSetDocValues(name)!;
    for (let doc = values.nextDoc(); doc !== NO_MORE_DOCS; doc = values.nextDoc()) {
      let text = "";
      for (let i = values.docValueCount(); i > 0; i--) text += `${values.nextOrd()},`;
      put(`${base + doc}:${text}`);
    }
    dumpDictionary(values, put);
  }
}

function dumpDictionary(values: OrdDictionary, put: Put): void {
  for (let ord = 0; ord < values.valueCount; ord++) put(hex(values.lookupOrd(ord)));
  for (const probe of PROBES) put(`${probe}${values.lookupTerm(Buffer.from(probe))}`);
}

/** Of the stored values of all documents. */
export function digestDocuments(reader: StandardDirectoryReader): string {
  const hash = createHash("sha1");
  for (const { reader: leaf, docBase } of reader.leaves) {
    dumpDocuments(leaf, docBase, (line) => void hash.update(`${line}\n`));
  }
  return hash.digest("hex");
}

function dumpDocuments(leaf: LeafReader, base: number, put: Put): void {
  const stored = leaf.storedFields();
  for (let doc = 0; doc < leaf.maxDoc; doc++) {
    let line = `${base + doc}`;
    stored.document(doc, {
      needsField: () => "yes",
      field: (field, value, type) => void (line += ` ${field.name}=${storedText(value, type)}`),
    });
    put(line);
  }
}

function storedText(value: StoredValue, type: string): string {
  if (type === "float") {
    view.setFloat32(0, value as number);
    return `f${view.getUint32(0).toString(16)}`;
  }
  if (type === "double") {
    view.setFloat64(0, value as number);
    return `d${view.getBigUint64(0).toString(16)}`;
  }
  if (!(value instanceof Uint8Array)) return String(value);
  return value.length > 100 ? `len${value.length}${javaHash(value)}` : hex(value);
}

/** Arrays.hashCode(byte[]). */
function javaHash(bytes: Uint8Array): number {
  let hash = 1;
  for (const byte of bytes) hash = (Math.imul(31, hash) + ((byte << 24) >> 24)) | 0;
  return hash;
}

function dumpPoints(points: PointValues, base: number, put: Put): void {
  const { numDimensions: dims, bytesPerDimension: width, minPackedValue, maxPackedValue } = points;
  const bounds = `${hex(minPackedValue)} ${hex(maxPackedValue)}`;
  put(`points ${points.size} ${points.docCount} ${dims} ${width} ${bounds}`);
  points.intersect({
    compare: () => "crosses",
    visit: () => {
      throw new Error("a crossing cell shows its values");
    },
    visitValue: (doc, value) => put(`${base + doc}=${hex(value)}`),
  });
  for (let quarter = 0; quarter < 4; quarter++) {
    put(`box ${quarter} {${boxDocs(points, quarter).join(",")}}`);
  }
}

function boxDocs(points: PointValues, quarter: number): number[] {
  const { numDimensions: dims, bytesPerDimension: width, minPackedValue, maxPackedValue } = points;
  const low = between(minPackedValue, maxPackedValue, dims, width, quarter);
  const high = between(minPackedValue, maxPackedValue, dims, width, quarter + 2);
  const found = new Set<number>();
  const compare = (a: Uint8Array, b: Uint8Array, dim: number) =>
    Buffer.compare(
      a.subarray(dim * width, (dim + 1) * width),
      b.subarray(dim * width, (dim + 1) * width),
    );
  const each = [...Array(dims).keys()];
  points.intersect({
    compare: (min, max) => {
      if (each.some((d) => compare(min, high, d) > 0 || compare(max, low, d) < 0)) return "outside";
      const inside = each.every((d) => compare(min, low, d) >= 0 && compare(max, high, d) <= 0);
      return inside ? "inside" : "crosses";
    },
    visit: (doc) => void found.add(doc),
    visitValue: (doc, value) => {
      if (each.every((d) => compare(value, low, d) >= 0 && compare(value, high, d) <= 0)) {
        found.add(doc);
      }
    },
  });
  return [...found].sort((a, b) => a - b);
}

/** min + (max - min) · part / 5 in the first two bytes that differ, in every dimension. */
function between(
  min: Uint8Array,
  max: Uint8Array,
  dims: number,
  width: number,
  part: number,
): Uint8Array {
  const result = min.slice();
  for (let dim = 0; dim < dims; dim++) {
    let at = dim * width;
    const end = at + width;
    while (at < end && min[at] === max[at]) at++;
    if (at === end) continue;
    const second = at + 1 < end;
    const low = (min[at]! << 8) | (second ? min[at + 1]! : 0);
    const high = (max[at]! << 8) | (second ? max[at + 1]! : 0);
    const value = low + Math.trunc(((high - low) * part) / 5);
    result[at] = value >>> 8;
    if (second) result[at + 1] = value;
  }
  return result;
}
