// Doc values of a field. Upstream: CheckIndex.checkDocValues (9.12.3).

import { corrupt } from "../../base/index.ts";
import { DocValuesType, type FieldInfo } from "../index/field-info.ts";
import { FixedBits } from "../index/fixed-bits.ts";
import {
  type DocIdSetIterator,
  type LeafReader,
  NO_MORE_DOCS,
  type OrdDictionary,
} from "../index/leaf-reader.ts";

/** Walks all values of a field. */
export function checkDocValues(leaf: LeafReader, field: FieldInfo): void {
  switch (field.docValuesType) {
    case DocValuesType.NUMERIC:
      checkNumeric(leaf, field);
      break;
    case DocValuesType.BINARY:
      checkBinary(leaf, field);
      break;
    case DocValuesType.SORTED:
      checkSorted(leaf, field);
      break;
    case DocValuesType.SORTED_NUMERIC:
      checkSortedNumeric(leaf, field);
      break;
    case DocValuesType.SORTED_SET:
      checkSortedSet(leaf, field);
      break;
  }
}

/** Calls back with each document; they must be in order. */
function eachDoc(
  leaf: LeafReader,
  field: FieldInfo,
  values: DocIdSetIterator | undefined,
  visit: (doc: number) => void,
): void {
  // An update may have taken the last value of a field away.
  if (values === undefined) return;
  let last = -1;
  for (let doc = values.nextDoc(); doc !== NO_MORE_DOCS; doc = values.nextDoc()) {
    if (doc <= last || doc >= leaf.maxDoc) {
      throw corrupt(`Value of document ${doc} of [${field.name}] follows that of ${last}`);
    }
    last = doc;
    visit(doc);
  }
}

function checkNumeric(leaf: LeafReader, field: FieldInfo): void {
  const values = leaf.numericDocValues(field.name);
  eachDoc(leaf, field, values, () => void values!.longValue());
}

function checkBinary(leaf: LeafReader, field: FieldInfo): void {
  const values = leaf.binaryDocValues(field.name);
  eachDoc(leaf, field, values, () => void values!.binaryValue());
}

function checkSortedNumeric(leaf: LeafReader, field: FieldInfo): void {
  const values = leaf.sortedNumericDocValues(field.name);
  eachDoc(leaf, field, values, (doc) => {
    const count = values!.docValueCount();
    if (count <= 0) throw corrupt(`Document ${doc} of [${field.name}] has ${count} values`);
    let [lastHigh, lastLow] = [-2147483648, 0];
    for (let i = 0; i < count; i++) {
      values!.nextValue();
      const [high, low] = [values!.longHigh(), values!.longLow() >>> 0];
      if (high < lastHigh || (high === lastHigh && low < lastLow)) {
        throw corrupt(`Values of document ${doc} of [${field.name}] are not in order`);
      }
      [lastHigh, lastLow] = [high, low];
    }
  });
}

function checkSorted(leaf: LeafReader, field: FieldInfo): void {
  const values = leaf.sortedDocValues(field.name);
  if (values === undefined) return;
  const used = new FixedBits(Math.max(1, values.valueCount));
  eachDoc(leaf, field, values, (doc) => use(used, values, field, doc, values.ordValue()));
  checkDictionary(leaf, field, values, used);
}

function checkSortedSet(leaf: LeafReader, field: FieldInfo): void {
  const values = leaf.sortedSetDocValues(field.name);
  if (values === undefined) return;
  const used = new FixedBits(Math.max(1, values.valueCount));
  eachDoc(leaf, field, values, (doc) => {
    const count = values.docValueCount();
    if (count <= 0) throw corrupt(`Document ${doc} of [${field.name}] has ${count} values`);
    let last = -1;
    for (let i = 0; i < count; i++) {
      const ord = values.nextOrd();
      if (ord <= last) throw corrupt(`Ord ${ord} follows ${last} in document ${doc}`);
      last = ord;
      use(used, values, field, doc, ord);
    }
  });
  checkDictionary(leaf, field, values, used);
}

function use(
  used: FixedBits,
  values: OrdDictionary,
  field: FieldInfo,
  doc: number,
  ord: number,
): void {
  if (ord >= 0 && ord < values.valueCount) used.set(ord);
  else throw corrupt(`Document ${doc} of [${field.name}] has ord ${ord} of ${values.valueCount}`);
}

/** Each value is used, and the values are in order. */
function checkDictionary(
  leaf: LeafReader,
  field: FieldInfo,
  values: OrdDictionary,
  used: FixedBits,
): void {
  if (values.valueCount > 0 && used.cardinality() !== values.valueCount) {
    const found = `${used.cardinality()} of ${values.valueCount}`;
    throw corrupt(`Only ${found} values of [${field.name}] are used by ${leaf.maxDoc} documents`);
  }
  let last: Buffer | undefined;
  for (let ord = 0; ord < values.valueCount; ord++) {
    const term = values.lookupOrd(ord);
    if (last !== undefined && Buffer.compare(last, term) >= 0) {
      throw corrupt(`Values of [${field.name}] are not in order at ord ${ord}`);
    }
    last = Buffer.from(term);
  }
}
