// A segment in memory becomes files: norms, doc values, points, stored fields, postings, field
// infos, then (packed) the .si last. Upstream: DocumentsWriterPerThread.flush, IndexingChain.flush
// (9.1.0).
//
// Invariants: the new segment's files are all that was created in between; deletes of buffered
// documents are part of the new segment (soft ones as doc values, hard ones for the caller's .liv).

import type { Random } from "../../base/index.ts";
import type { DocValuesConsumer, NormsConsumer } from "../codecs/codec.ts";
import type { RamCounter } from "./buffered-dictionary.ts";
import {
  BufferedBinary,
  BufferedLongs,
  BufferedNumeric,
  BufferedSortedNumeric,
  FlushNumeric,
} from "./buffered-doc-values.ts";
import { BufferedOrds } from "./buffered-ords.ts";
import type { BufferedUpdates } from "./buffered-updates.ts";
import { type DocumentsWriter, type NewSegment, newSegmentInfo } from "./documents-writer.ts";
import { DocValuesType, type FieldInfo, FieldInfos, hasNorms } from "./field-info.ts";
import { FixedBits } from "./fixed-bits.ts";
import { type FlushField, flushFields } from "./flush-terms.ts";
import {
  fillNumeric,
  fillSorted,
  fillSortedNumeric,
  fillSortedSet,
  sortColumn,
  sortDocuments,
} from "./index-sort.ts";
import type { ChainField } from "./indexing-chain.ts";
import type { NormsProducer } from "./leaf-reader.ts";
import { writeDocValues, writePoints, writePostings } from "./per-field-writers.ts";
import type { SegmentCommitInfo, SegmentInfo, SegmentWriteState } from "./segment-info.ts";
import type { TrackingDirectory } from "./tracking-directory.ts";

/** A segment on disk, and which of its documents are gone already. */
export interface FlushedSegment {
  readonly info: SegmentInfo;
  /** By new doc ids; undefined: none. */
  readonly hardDeleted: FixedBits | undefined;
  readonly softDeleted: FixedBits | undefined;
}

/** Writes the segment; on an error its files are deleted. `writer` must hold documents. */
export function flushSegment(
  writer: DocumentsWriter,
  updates: BufferedUpdates,
  diagnostics: Map<string, string>,
): FlushedSegment {
  try {
    const sorted = sortFlush(writer);
    const { segment, directory } = writer;
    const info = newSegmentInfo(segment, writer.numDocs, writer.hasBlocks);
    info.diagnostics = diagnostics;
    info.attributes = writer.info.attributes;
    const softDeleted = remap(writer.softDeletes(updates), sorted?.oldToNew);
    const hardDeleted = remap(writer.hardDeletes(updates), sorted?.oldToNew);
    const fields = softDeletesField(writer, softDeleted);
    const fieldInfos = new FieldInfos(fields.map((field) => field.info));
    const state = { directory, segmentInfo: info, fieldInfos, segmentSuffix: "" };
    writeFields(writer, fields, state, sorted, softDeleted);
    segment.codec.fieldInfosFormat.write!(directory, info, "", fieldInfos);
    sealSegment(directory, info, segment, segment.isCompoundFile);
    return { info, hardDeleted, softDeleted };
  } catch (error) {
    writer.abort();
    throw error;
  }
}

/** Packs the files if asked, writes .si and names all files in `info`. */
export function sealSegment(
  directory: TrackingDirectory,
  info: SegmentInfo,
  segment: Pick<NewSegment, "codec">,
  useCompoundFile: boolean,
): void {
  info.files = new Set(directory.created);
  if (useCompoundFile) {
    const parts = [...directory.created];
    segment.codec.compoundFormat.write!(directory, info);
    for (const name of parts) directory.deleteFile(name);
    info.files = new Set(directory.created);
    info.isCompoundFile = true;
  } else {
    directory.writeOut();
  }
  const before = new Set(directory.created);
  info.files.add(`${info.name}.si`);
  segment.codec.segmentInfoFormat.write!(directory, info);
  for (const name of directory.created) if (!before.has(name)) info.files.add(name);
}

/** A new segment as a commit holds it: no deletes, no updates. */
export function newCommitInfo(info: SegmentInfo, random: Random): SegmentCommitInfo {
  return {
    info,
    id: random.bytes(16),
    delCount: 0,
    softDelCount: 0,
    delGen: -1,
    fieldInfosGen: -1,
    docValuesGen: -1,
    fieldInfosFiles: new Set(),
    docValuesUpdatesFiles: new Map(),
  };
}

interface FlushSort {
  readonly oldToNew: Int32Array;
  readonly newToOld: Int32Array;
}

/** The order of an index sort, or undefined when there is none or nothing moves. */
function sortFlush(writer: DocumentsWriter): FlushSort | undefined {
  const { indexSort } = writer.segment;
  if (indexSort.length === 0) return undefined;
  const count = writer.numDocs;
  const columns = indexSort.map((field) => {
    const column = sortColumn(field, count);
    const buffered = writer.chain.fields.get(field.field);
    if (buffered?.numeric !== undefined) {
      fillNumeric(column, 0, buffered.numeric.view(undefined, count)());
    } else if (buffered?.sortedNumeric !== undefined) {
      fillSortedNumeric(column, 0, buffered.sortedNumeric.view(undefined, count)(), field.selector);
    } else if (buffered?.ords !== undefined && field.selector === undefined) {
      fillSorted(column, 0, buffered.ords.viewSorted(undefined, count)(), undefined);
    } else if (buffered?.ords !== undefined) {
      const values = buffered.ords.viewSortedSet(undefined, count)();
      fillSortedSet(column, 0, values, field.selector, undefined);
    }
    return column;
  });
  const docs = new Int32Array(count);
  for (let i = 0; i < count; i++) docs[i] = i;
  const newToOld = sortDocuments(columns, docs.slice(), docs);
  const oldToNew = new Int32Array(count);
  for (let i = 0; i < count; i++) oldToNew[newToOld[i]!] = i;
  return { oldToNew, newToOld };
}

function remap(
  bits: FixedBits | undefined,
  oldToNew: Int32Array | undefined,
): FixedBits | undefined {
  if (bits === undefined || oldToNew === undefined) return bits;
  const mapped = new FixedBits(bits.length);
  for (let doc = 0; doc < bits.length; doc++) if (bits.get(doc)) mapped.set(oldToNew[doc]!);
  return mapped;
}

/** The fields to write; the soft-deletes field joins them when an update needs it. */
function softDeletesField(
  writer: DocumentsWriter,
  softDeleted: FixedBits | undefined,
): ChainField[] {
  const { chain, segment } = writer;
  if (softDeleted !== undefined) {
    const { info } = chain.fieldOf(segment.softDeletesField);
    info.docValuesType = DocValuesType.NUMERIC;
  }
  const marker = chain.fields.get(segment.softDeletesField);
  if (marker !== undefined) marker.info.softDeletesField = true;
  return [...chain.fields.values()].sort((a, b) => a.info.number - b.info.number);
}

function writeFields(
  writer: DocumentsWriter,
  fields: readonly ChainField[],
  state: SegmentWriteState,
  sorted: FlushSort | undefined,
  softDeleted: FixedBits | undefined,
): void {
  const norms = writeNorms(writer, fields, state, sorted);
  writeFlushDocValues(writer, fields, state, sorted, softDeleted);
  const withPoints = fields.filter((field) => field.points !== undefined && field.points.count > 0);
  writePoints(
    writer.segment.codec,
    state,
    withPoints.map((field) => ({
      info: field.info,
      source: field.points!.source(sorted?.oldToNew),
    })),
  );
  writer.storedBuffer?.replay(writer.storedWriter, sorted?.newToOld);
  writer.storedWriter.finish(writer.numDocs);
  writer.storedWriter.close();
  const inverted: FlushField[] = [];
  for (const field of fields) {
    if (field.postings === undefined) continue;
    inverted.push({
      name: field.info.name,
      postings: field.postings,
      inverted: field.postings.invert(sorted?.oldToNew, writer.numDocs),
    });
  }
  if (inverted.length === 0) return;
  writePostings(writer.segment.codec, state, flushFields(inverted), norms);
}

/** Writes norms and answers them from memory for the postings' impacts. */
function writeNorms(
  writer: DocumentsWriter,
  fields: readonly ChainField[],
  state: SegmentWriteState,
  sorted: FlushSort | undefined,
): NormsProducer | undefined {
  const withNorms = fields.filter((field) => hasNorms(field.info));
  if (withNorms.length === 0) return undefined;
  const views = new Map<number, () => FlushNumeric>();
  const consumer: NormsConsumer = writer.segment.codec.normsFormat.normsConsumer!(state);
  try {
    for (const { info, norms } of withNorms) {
      const buffered = norms ?? new BufferedNumeric(info.name, writer.ram);
      const view = buffered.view(sorted?.oldToNew, writer.numDocs);
      views.set(info.number, view);
      consumer.addNorms(info, view);
    }
  } finally {
    consumer.close();
  }
  return {
    norms: (field: FieldInfo) => views.get(field.number)!(),
    checkIntegrity() {},
    close() {},
  };
}

function writeFlushDocValues(
  writer: DocumentsWriter,
  fields: readonly ChainField[],
  state: SegmentWriteState,
  sorted: FlushSort | undefined,
  softDeleted: FixedBits | undefined,
): void {
  const withValues = fields.filter((field) => field.info.docValuesType !== DocValuesType.NONE);
  const map = sorted?.oldToNew;
  const { numDocs: maxDoc, ram } = writer;
  writeDocValues(
    writer.segment.codec,
    state,
    withValues.map((field) => field.info),
    (consumer) => {
      for (const field of withValues) {
        const { info } = field;
        const { name } = info;
        if (name === writer.segment.softDeletesField) {
          consumer.addNumeric(info, softDeletesView(softDeleted, ram));
        } else if (info.docValuesType === DocValuesType.NUMERIC) {
          consumer.addNumeric(
            info,
            (field.numeric ?? new BufferedNumeric(name, ram)).view(map, maxDoc),
          );
        } else {
          addFlushed(consumer, field, map, maxDoc, ram);
        }
      }
    },
  );
}

function addFlushed(
  consumer: DocValuesConsumer,
  field: ChainField,
  map: Int32Array | undefined,
  maxDoc: number,
  ram: RamCounter,
): void {
  const { info } = field;
  const { name } = info;
  switch (info.docValuesType) {
    case DocValuesType.SORTED_NUMERIC:
      consumer.addSortedNumeric(
        info,
        (field.sortedNumeric ?? new BufferedSortedNumeric(name, ram)).view(map, maxDoc),
      );
      break;
    case DocValuesType.BINARY:
      consumer.addBinary(info, (field.binary ?? new BufferedBinary(name, ram)).view(map, maxDoc));
      break;
    case DocValuesType.SORTED:
      consumer.addSorted(info, (field.ords ?? noOrds(field, ram)).viewSorted(map, maxDoc));
      break;
    default:
      consumer.addSortedSet(info, (field.ords ?? noOrds(field, ram)).viewSortedSet(map, maxDoc));
      break;
  }
}

/** A field whose documents have no value: it is in the schema all the same. */
function noOrds(field: ChainField, ram: RamCounter): BufferedOrds {
  return new BufferedOrds(field.info.name, field.dictionary("text", ram), false, ram);
}

/** Value 1 for each soft-deleted document: what OpenSearch's tombstones and updates hold. */
export function softDeletesView(
  softDeleted: FixedBits | undefined,
  ram: RamCounter,
): () => FlushNumeric {
  const count = softDeleted?.cardinality() ?? 0;
  const docs = new Int32Array(count);
  for (let doc = 0, at = 0; at < count; doc++) if (softDeleted!.get(doc)) docs[at++] = doc;
  const values = new BufferedLongs(ram);
  for (let i = 0; i < count; i++) values.add(1);
  return () => new FlushNumeric({ docs, count, order: undefined }, values);
}
