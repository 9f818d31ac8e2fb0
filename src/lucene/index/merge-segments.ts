// Runs one merge: open readers and a plan in, a new segment's files out. It touches nothing but the
// directory, so that it can run in a worker thread: description and result are
// structured-cloneable. Upstream: SegmentMerger, IndexWriter.mergeMiddle (9.1.0).

import type { Codec, StoredFieldsMode, StoredFieldsWriter } from "../codecs/codec.ts";
import { codecForName } from "../codecs/registry.ts";
import type { Directory } from "../store/index.ts";
import { DocValuesType, type FieldInfo, hasNorms } from "./field-info.ts";
import { FixedBits } from "./fixed-bits.ts";
import { sealSegment } from "./flush-segment.ts";
import type { LeafReader, StoredFieldVisitor } from "./leaf-reader.ts";
import { mergeDocValuesField, mergedNorms } from "./merge-doc-values.ts";
import { isMergedSegmentCompound, type MergePolicySettings } from "./merge-policy.ts";
import { type MergeInput, type MergeState, mergeState } from "./merge-state.ts";
import { mergedFields } from "./merge-terms.ts";
import { PartDirectory } from "./part-directory.ts";
import { writeDocValues, writePoints, writePostings } from "./per-field-writers.ts";
import {
  compareVersions,
  type LuceneVersion,
  type SegmentCommitInfo,
  type SegmentInfo,
  type SegmentWriteState,
  type SortField,
} from "./segment-info.ts";
import { openSegmentReader, type SegmentReader } from "./segment-reader.ts";
import { TrackingDirectory } from "./tracking-directory.ts";

/** One input segment: what it was when the merge was planned. */
export interface MergeSegment {
  readonly commit: SegmentCommitInfo;
  /** Bits of the documents that stay (as FixedBits.bytes); undefined: all. */
  readonly keep: Uint8Array | undefined;
}

/** Everything that a merge needs to know. */
export interface MergeDescription {
  readonly name: string;
  readonly id: Uint8Array;
  readonly codec: string;
  readonly version: LuceneVersion;
  readonly indexSort: readonly SortField[];
  readonly storedFieldsMode: StoredFieldsMode;
  readonly fieldNumbers: ReadonlyMap<string, number>;
  readonly segments: readonly MergeSegment[];
  readonly diagnostics: ReadonlyMap<string, string>;
  /** Bytes of the whole index now, for the compound file's ratio. */
  readonly indexBytes: number;
  readonly policy: MergePolicySettings;
}

/** What a merge made. */
export interface MergeResult {
  readonly info: SegmentInfo;
  /** Per input: old doc → new doc, or -1. */
  readonly docMaps: readonly Int32Array[];
}

/** Merges into a new segment; on an error its files are deleted. */
export function runMerge(description: MergeDescription, directory: Directory): MergeResult {
  const readers: SegmentReader[] = [];
  const tracking = isSmall(description, directory)
    ? new PartDirectory(directory, { bytes: 0 })
    : new TrackingDirectory(directory);
  try {
    for (const { commit } of description.segments) {
      readers.push(openSegmentReader(directory, commit));
    }
    const inputs = description.segments.map(({ keep }, i) => ({
      reader: readers[i]!,
      keep: keep === undefined ? undefined : new FixedBits(readers[i]!.maxDoc, keep),
    }));
    return mergeInputs(description, inputs, tracking);
  } catch (error) {
    tracking.deleteCreated();
    throw error;
  } finally {
    for (const reader of readers) reader.decRef();
  }
}

/** A merge of less than this is put together in memory: it is likely to become compound. */
const SMALL_BYTES_MAX = 4 * 1024 * 1024;

function isSmall(description: MergeDescription, directory: Directory): boolean {
  let bytes = 0;
  for (const { commit } of description.segments) {
    for (const name of commit.info.files) bytes += directory.fileLength(name);
  }
  return bytes <= SMALL_BYTES_MAX;
}

function mergeInputs(
  description: MergeDescription,
  inputs: readonly MergeInput[],
  directory: TrackingDirectory,
): MergeResult {
  const codec = codecForName(description.codec);
  const { indexSort, fieldNumbers, storedFieldsMode } = description;
  const state = mergeState(inputs, indexSort, fieldNumbers);
  const info = mergedInfo(description, inputs, state.maxDoc);
  if (state.maxDoc === 0) return { info, docMaps: state.docMaps };
  const writeState = {
    directory,
    segmentInfo: info,
    fieldInfos: state.fieldInfos,
    segmentSuffix: "",
  };
  mergeStoredFields(
    state,
    codec.storedFieldsFormat.fieldsWriter!(directory, info, storedFieldsMode),
  );
  const hasMergedNorms = mergeNorms(state, codec, writeState);
  const norms = hasMergedNorms ? codec.normsFormat.normsProducer(writeState) : undefined;
  try {
    writePostings(codec, writeState, mergedFields(state), norms);
  } finally {
    norms?.close();
  }
  const withValues = [...state.fieldInfos].filter(
    (field) => field.docValuesType !== DocValuesType.NONE,
  );
  writeDocValues(codec, writeState, withValues, (consumer) => {
    for (const field of withValues) mergeDocValuesField(state, consumer, field);
  });
  mergePoints(state, codec, writeState);
  codec.fieldInfosFormat.write!(directory, info, "", state.fieldInfos);
  let bytes = 0;
  for (const name of directory.created) bytes += directory.fileLength(name);
  const compound = isMergedSegmentCompound(bytes, description.indexBytes, description.policy);
  sealSegment(directory, info, { codec }, compound);
  return { info, docMaps: state.docMaps };
}

function mergedInfo(
  description: MergeDescription,
  inputs: readonly MergeInput[],
  maxDoc: number,
): SegmentInfo {
  let minVersion: LuceneVersion | undefined = description.version;
  for (const { reader } of inputs) {
    const own = reader.segmentInfo.minVersion;
    if (own === undefined || minVersion === undefined) minVersion = undefined;
    else if (compareVersions(own, minVersion) < 0) minVersion = own;
  }
  return {
    name: description.name,
    id: description.id,
    maxDoc,
    isCompoundFile: false,
    codec: description.codec,
    version: description.version,
    minVersion,
    hasBlocks: inputs.some(({ reader }) => reader.segmentInfo.hasBlocks),
    diagnostics: new Map(description.diagnostics),
    attributes: new Map(),
    indexSort: description.indexSort,
    files: new Set(),
  };
}

function mergeNorms(state: MergeState, codec: Codec, writeState: SegmentWriteState): boolean {
  const fields = [...state.fieldInfos].filter(hasNorms);
  if (fields.length === 0) return false;
  const consumer = codec.normsFormat.normsConsumer!(writeState);
  try {
    for (const field of fields) consumer.addNorms(field, mergedNorms(state, field.name));
  } finally {
    consumer.close();
  }
  return true;
}

function mergePoints(state: MergeState, codec: Codec, writeState: SegmentWriteState): void {
  const fields = [...state.fieldInfos].flatMap((info) => {
    if (info.pointDimensionCount === 0) return [];
    const parts = state.inputs.map(({ reader }) => reader.pointValues(info.name));
    const size = parts.reduce((sum, part) => sum + (part?.size ?? 0), 0);
    if (size === 0 || !hasKeptPoint(state, parts)) return [];
    const forEach = (visit: (doc: number, packed: Uint8Array) => void) => {
      parts.forEach((part, i) => {
        const map = state.docMaps[i]!;
        part?.intersect(
          everyPoint((doc, packed) => {
            if (map[doc]! >= 0) visit(map[doc]!, packed);
          }),
        );
      });
    };
    return [{ info, source: { size, forEach } }];
  });
  writePoints(codec, writeState, fields);
}

type PointParts = readonly ReturnType<LeafReader["pointValues"]>[];

/** Is there a point of a document that stays? Only readers that lose documents need a look. */
function hasKeptPoint(state: MergeState, parts: PointParts): boolean {
  return parts.some((part, i) => {
    if (part === undefined || part.size === 0) return false;
    if (state.inputs[i]!.keep === undefined) return true;
    const map = state.docMaps[i]!;
    let kept = false;
    part.intersect(
      everyPoint((doc) => {
        kept ||= map[doc]! >= 0;
      }),
    );
    return kept;
  });
}

function everyPoint(visit: (doc: number, packed: Uint8Array) => void) {
  return {
    compare: () => "crosses" as const,
    visit() {},
    visitValue: visit,
  };
}

/** Copies documents: whole where numbers agree and the writer can, otherwise field by field. */
function mergeStoredFields(state: MergeState, writer: StoredFieldsWriter): void {
  try {
    if (state.sorted === undefined) {
      for (const input of state.inputs) copyReader(state, input, writer);
    } else {
      const { readers, docs } = state.sorted;
      const copiers = state.inputs.map(({ reader }) => documentCopier(state, reader, writer));
      for (let i = 0; i < docs.length; i++) copiers[readers[i]!]!(docs[i]!);
    }
    writer.finish(state.maxDoc);
  } finally {
    writer.close();
  }
}

function copyReader(state: MergeState, input: MergeInput, writer: StoredFieldsWriter): void {
  const { reader, keep } = input;
  const docs: number[] = [];
  for (let doc = 0; doc < reader.maxDoc; doc++) {
    if (keep === undefined || keep.get(doc)) docs.push(doc);
  }
  const sameNumbers = [...reader.fieldInfos].every(
    (info) => state.fieldInfos.fieldInfo(info.name)?.number === info.number,
  );
  if (sameNumbers && writer.copyDocuments?.(reader.storedFields(), docs) === true) return;
  const copy = documentCopier(state, reader, writer);
  for (const doc of docs) copy(doc);
}

function documentCopier(
  state: MergeState,
  reader: LeafReader,
  writer: StoredFieldsWriter,
): (doc: number) => void {
  const targets = new Map<number, FieldInfo>();
  for (const info of reader.fieldInfos) {
    targets.set(info.number, state.fieldInfos.fieldInfo(info.name)!);
  }
  const visitor: StoredFieldVisitor = {
    needsField: () => "yes",
    field: (info, value, type) => writer.writeField(targets.get(info.number)!, value, type),
  };
  const stored = reader.storedFields();
  return (doc) => {
    writer.startDocument();
    stored.document(doc, visitor);
    writer.finishDocument();
  };
}
