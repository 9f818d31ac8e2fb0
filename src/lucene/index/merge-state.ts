// What all parts of a merge share: the readers, which document goes where, and the merged fields.
// Upstream: MergeState, DocIDMerger, MultiSorter (9.1.0).
//
// Documents keep their order: reader after reader, or by the index sort. In both cases the
// documents of one reader stay in their own order, so every merged iterator only moves forward in
// its parts.

import { assert, illegalArgument } from "../../base/index.ts";
import {
  DocValuesType,
  type FieldInfo,
  FieldInfos,
  IndexOptions,
  newFieldInfo,
} from "./field-info.ts";
import type { FixedBits } from "./fixed-bits.ts";
import {
  fillNumeric,
  fillSorted,
  fillSortedNumeric,
  fillSortedSet,
  type SortColumn,
  sameSort,
  sortColumn,
  sortDocuments,
} from "./index-sort.ts";
import type { LeafReader } from "./leaf-reader.ts";
import { OrdinalMap } from "./merge-ordinals.ts";
import { DOC_VALUES_FORMAT_KEY, POSTINGS_FORMAT_KEY } from "./per-field-writers.ts";
import type { SortField } from "./segment-info.ts";

/** One segment of a merge. */
export interface MergeInput {
  readonly reader: LeafReader;
  /** Documents that stay; undefined: all. */
  readonly keep: FixedBits | undefined;
}

/** Where each document goes. */
export interface MergeState {
  readonly inputs: readonly MergeInput[];
  readonly fieldInfos: FieldInfos;
  /** Documents of the merged segment. */
  readonly maxDoc: number;
  /** Per reader: old doc → new doc, or -1. */
  readonly docMaps: readonly Int32Array[];
  /** With an index sort: reader and old doc of each new doc. */
  readonly sorted: { readonly readers: Int32Array; readonly docs: Int32Array } | undefined;
}

/** Plans the order of documents and the fields. `fieldNumbers` are those of the index. */
export function mergeState(
  inputs: readonly MergeInput[],
  indexSort: readonly SortField[],
  fieldNumbers: ReadonlyMap<string, number>,
): MergeState {
  const fieldInfos = mergeFieldInfos(inputs, fieldNumbers);
  if (indexSort.length > 0) return sortedState(inputs, indexSort, fieldInfos);
  let maxDoc = 0;
  const docMaps = inputs.map(({ reader, keep }) => {
    const map = new Int32Array(reader.maxDoc);
    for (let doc = 0; doc < map.length; doc++) {
      map[doc] = keep === undefined || keep.get(doc) ? maxDoc++ : -1;
    }
    return map;
  });
  return { inputs, fieldInfos, maxDoc, docMaps, sorted: undefined };
}

function sortedState(
  inputs: readonly MergeInput[],
  indexSort: readonly SortField[],
  fieldInfos: FieldInfos,
): MergeState {
  const bases = new Int32Array(inputs.length + 1);
  inputs.forEach(({ reader }, i) => {
    if (!sameSort(reader.segmentInfo.indexSort, indexSort)) {
      throw illegalArgument(
        `cannot change index sort of segment [${reader.segmentInfo.name}]: it is not sorted by the ` +
          "index's sort",
      );
    }
    bases[i + 1] = bases[i]! + reader.maxDoc;
  });
  const columns = indexSort.map((field) => mergedColumn(field, inputs, bases));
  const kept: number[] = [];
  const runStarts = inputs.map(({ reader, keep }, i) => {
    const start = kept.length;
    for (let doc = 0; doc < reader.maxDoc; doc++) {
      if (keep === undefined || keep.get(doc)) kept.push(bases[i]! + doc);
    }
    return start;
  });
  const order = sortDocuments(columns, Int32Array.from(kept), Int32Array.from(runStarts));
  const docMaps = inputs.map(({ reader }) => new Int32Array(reader.maxDoc).fill(-1));
  const readers = new Int32Array(order.length);
  const docs = new Int32Array(order.length);
  for (let newDoc = 0; newDoc < order.length; newDoc++) {
    let reader = 0;
    while (order[newDoc]! >= bases[reader + 1]!) reader++;
    const doc = order[newDoc]! - bases[reader]!;
    readers[newDoc] = reader;
    docs[newDoc] = doc;
    docMaps[reader]![doc] = newDoc;
  }
  return { inputs, fieldInfos, maxDoc: order.length, docMaps, sorted: { readers, docs } };
}

/** Sort keys of all documents of all readers. */
function mergedColumn(
  field: SortField,
  inputs: readonly MergeInput[],
  bases: Int32Array,
): SortColumn {
  const column = sortColumn(field, bases[inputs.length]!);
  if (field.type !== "string") {
    inputs.forEach(({ reader }, i) => {
      const type = reader.fieldInfos.fieldInfo(field.field)?.docValuesType;
      if (type === DocValuesType.NUMERIC) {
        fillNumeric(column, bases[i]!, reader.numericDocValues(field.field)!);
      } else if (type === DocValuesType.SORTED_NUMERIC) {
        const values = reader.sortedNumericDocValues(field.field)!;
        fillSortedNumeric(column, bases[i]!, values, field.selector);
      }
    });
    return column;
  }
  const dictionaries = inputs.map(({ reader }) =>
    field.selector === undefined
      ? reader.sortedDocValues(field.field)
      : reader.sortedSetDocValues(field.field),
  );
  const ordinals = new OrdinalMap(dictionaries, undefined);
  inputs.forEach(({ reader }, i) => {
    if (dictionaries[i] === undefined) return;
    const map = ordinals.maps[i];
    if (field.selector === undefined) {
      fillSorted(column, bases[i]!, reader.sortedDocValues(field.field)!, map);
    } else {
      const values = reader.sortedSetDocValues(field.field)!;
      fillSortedSet(column, bases[i]!, values, field.selector, map);
    }
  });
  return column;
}

/** Formats that hold nothing but what the reading ports show: all of Lucene's own. */
const PLAIN_FORMAT = /^Lucene\d+$/;

/**
 * Can the writer carry everything that these fields hold? Not vectors, term vectors, payloads, the
 * skip indexes that Lucene 10 has beside doc values, nor what a special format keeps beside its
 * terms (completion suggesters).
 */
export function isMergeable(fieldInfos: FieldInfos): boolean {
  for (const { attributes, ...info } of fieldInfos) {
    if (info.vectorDimension > 0 || info.storeTermVectors || info.storePayloads) return false;
    if (info.docValuesSkipIndex !== 0) return false;
    for (const key of [POSTINGS_FORMAT_KEY, DOC_VALUES_FORMAT_KEY]) {
      const format = attributes.get(key);
      if (format !== undefined && !PLAIN_FORMAT.test(format)) return false;
    }
  }
  return true;
}

function mergeFieldInfos(
  inputs: readonly MergeInput[],
  fieldNumbers: ReadonlyMap<string, number>,
): FieldInfos {
  const merged = new Map<string, FieldInfo>();
  for (const { reader } of inputs) {
    for (const info of reader.fieldInfos) {
      let target = merged.get(info.name);
      if (target === undefined) {
        const number = fieldNumbers.get(info.name);
        assert(number !== undefined, `field [${info.name}] has a number`);
        target = newFieldInfo(info.name, number);
        merged.set(info.name, target);
      }
      addToSchema(target, info);
    }
  }
  return new FieldInfos([...merged.values()].sort((a, b) => a.number - b.number));
}

function addToSchema(target: FieldInfo, info: FieldInfo): void {
  if (info.indexOptions !== IndexOptions.NONE) {
    if (target.indexOptions === IndexOptions.NONE) {
      target.indexOptions = info.indexOptions;
      target.omitNorms = info.omitNorms;
    } else {
      // What every segment has: the rest cannot be made up.
      if (info.indexOptions < target.indexOptions) target.indexOptions = info.indexOptions;
      target.omitNorms ||= info.omitNorms;
    }
  }
  if (info.docValuesType !== DocValuesType.NONE) {
    if (target.docValuesType === DocValuesType.NONE) target.docValuesType = info.docValuesType;
    if (target.docValuesType !== info.docValuesType) {
      throw illegalArgument(
        `cannot change field "${info.name}" from doc values type=${target.docValuesType} to ` +
          `inconsistent doc values type=${info.docValuesType}`,
      );
    }
  }
  if (info.pointDimensionCount > 0) {
    target.pointDimensionCount = info.pointDimensionCount;
    target.pointIndexDimensionCount = info.pointIndexDimensionCount;
    target.pointNumBytes = info.pointNumBytes;
  }
  target.softDeletesField ||= info.softDeletesField;
  target.isParentField ||= info.isParentField;
}
