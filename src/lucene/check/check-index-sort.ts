// A sorted segment is in its order. Upstream: CheckIndex.testSort (9.12.3).

import { corrupt } from "../../base/index.ts";
import { DocValuesType } from "../index/field-info.ts";
import {
  fillNumeric,
  fillSorted,
  fillSortedNumeric,
  fillSortedSet,
  type SortColumn,
  sortColumn,
} from "../index/index-sort.ts";
import type { LeafReader } from "../index/leaf-reader.ts";
import type { SortField } from "../index/segment-info.ts";

/** Compares each document with the one before, by all keys. */
export function checkIndexSort(leaf: LeafReader): void {
  const { indexSort, maxDoc } = leaf.segmentInfo;
  if (indexSort.length === 0) return;
  const columns = indexSort.map((field) => columnOf(leaf, field));
  for (let doc = 1; doc < maxDoc; doc++) {
    for (const column of columns) {
      const order = column.compare(doc - 1, doc);
      if (order < 0) break;
      if (order > 0) throw corrupt(`Document ${doc} is out of the order of the index sort`);
    }
  }
}

function columnOf(leaf: LeafReader, field: SortField): SortColumn {
  const column = sortColumn(field, leaf.maxDoc);
  const name = field.field;
  switch (leaf.fieldInfos.fieldInfo(name)?.docValuesType) {
    case DocValuesType.NUMERIC:
      fillNumeric(column, 0, leaf.numericDocValues(name)!);
      break;
    case DocValuesType.SORTED_NUMERIC:
      fillSortedNumeric(column, 0, leaf.sortedNumericDocValues(name)!, field.selector);
      break;
    case DocValuesType.SORTED:
      fillSorted(column, 0, leaf.sortedDocValues(name)!, undefined);
      break;
    case DocValuesType.SORTED_SET:
      fillSortedSet(column, 0, leaf.sortedSetDocValues(name)!, field.selector, undefined);
      break;
  }
  return column;
}
