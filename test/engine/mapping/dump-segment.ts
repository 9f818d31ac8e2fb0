// Everything that a reader sees in its segments, as JSON: fields, terms, doc values, points, stored fields.

import type { FieldInfo } from "../../../src/lucene/index/field-info.ts";
import { DocValuesType } from "../../../src/lucene/index/field-info.ts";
import type { DirectoryReader, LeafReader } from "../../../src/lucene/index/leaf-reader.ts";

const NO_MORE_DOCS = 2147483647;
const text = (bytes: Uint8Array) => {
  const utf8 = Buffer.from(bytes).toString("utf8");
  return /^[\x20-\x7e]*$/.test(utf8) ? utf8 : `hex:${Buffer.from(bytes).toString("hex")}`;
};

/** A dump of all leaves; each must hold the same fields that the other side's leaves hold. */
export function dumpReader(reader: DirectoryReader): unknown[] {
  return reader.leaves.map(({ reader: leaf }) => dumpLeaf(leaf));
}

function dumpLeaf(leaf: LeafReader): unknown {
  const fields: Record<string, unknown> = {};
  const infos = [...leaf.fieldInfos].sort((a, b) => (a.name < b.name ? -1 : 1));
  for (const info of infos) fields[info.name] = dumpField(leaf, info);
  return { maxDoc: leaf.maxDoc, fields, stored: dumpStored(leaf) };
}

function dumpField(leaf: LeafReader, info: FieldInfo): unknown {
  return {
    indexOptions: info.indexOptions,
    omitNorms: info.omitNorms,
    docValues: info.docValuesType,
    dims: info.pointDimensionCount,
    indexDims: info.pointIndexDimensionCount,
    bytes: info.pointNumBytes,
    softDeletes: info.softDeletesField,
    terms: dumpTerms(leaf, info),
    values: dumpValues(leaf, info),
    points: dumpPoints(leaf, info),
  };
}

function dumpTerms(leaf: LeafReader, info: FieldInfo): unknown {
  const terms = leaf.terms(info.name);
  if (terms === undefined) return undefined;
  const out: string[] = [];
  const iterator = terms.iterator();
  for (let term = iterator.next(); term !== undefined; term = iterator.next()) {
    out.push(`${text(term)} df=${iterator.docFreq()} ttf=${iterator.totalTermFreq()}`);
  }
  return out;
}

function dumpValues(leaf: LeafReader, info: FieldInfo): unknown {
  const out: Record<number, unknown> = {};
  const walk = (values: { nextDoc(): number }, read: () => unknown) => {
    for (let doc = values.nextDoc(); doc !== NO_MORE_DOCS; doc = values.nextDoc())
      out[doc] = read();
    return out;
  };
  switch (info.docValuesType) {
    case DocValuesType.NUMERIC: {
      const values = leaf.numericDocValues(info.name)!;
      return walk(values, () => String(values.bigValue()));
    }
    case DocValuesType.BINARY: {
      const values = leaf.binaryDocValues(info.name)!;
      return walk(values, () => Buffer.from(values.binaryValue()).toString("hex"));
    }
    case DocValuesType.SORTED_NUMERIC: {
      const values = leaf.sortedNumericDocValues(info.name)!;
      return walk(values, () =>
        Array.from({ length: values.docValueCount() }, () => {
          values.nextValue();
          return String(values.bigValue());
        }),
      );
    }
    case DocValuesType.SORTED_SET: {
      const values = leaf.sortedSetDocValues(info.name)!;
      return walk(values, () =>
        Array.from({ length: values.docValueCount() }, () =>
          text(values.lookupOrd(values.nextOrd())),
        ),
      );
    }
    default:
      return undefined;
  }
}

function dumpPoints(leaf: LeafReader, info: FieldInfo): unknown {
  const points = leaf.pointValues(info.name);
  if (points === undefined) return undefined;
  const out: string[] = [];
  points.intersect({
    compare: () => "crosses",
    visit: () => undefined,
    visitValue: (doc, packed) => out.push(`${doc} ${Buffer.from(packed).toString("hex")}`),
  });
  return out.sort();
}

function dumpStored(leaf: LeafReader): unknown {
  const reader = leaf.storedFields();
  return Array.from({ length: leaf.maxDoc }, (_, doc) => {
    const out: string[] = [];
    reader.document(doc, {
      needsField: () => "yes",
      field: (info, value, type) => {
        const shown = value instanceof Uint8Array ? text(value) : String(value);
        out.push(`${info.name} ${type} ${shown}`);
      },
    });
    return out.sort();
  });
}
