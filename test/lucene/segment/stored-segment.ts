// Makes segments that hold stored fields only: enough for CheckIndex, and for every part of a
// segment that is not postings, doc values or points.

import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { seededRandom } from "../../../src/base/index.ts";
import type { StoredFieldsMode } from "../../../src/lucene/codecs/codec.ts";
import { lucene91Codec } from "../../../src/lucene/codecs/registry.ts";
import { FieldInfos, newFieldInfo } from "../../../src/lucene/index/field-info.ts";
import type { StoredValue } from "../../../src/lucene/index/leaf-reader.ts";
import type {
  SegmentCommitInfo,
  SegmentInfo,
  SegmentInfos,
  SortField,
} from "../../../src/lucene/index/segment-info.ts";
import { finishCommit, prepareCommit } from "../../../src/lucene/index/segment-infos.ts";
import { type Directory, MemoryDirectory } from "../../../src/lucene/store/index.ts";

export type StoredType = "string" | "binary" | "int" | "long" | "float" | "double";
export interface StoredEntry {
  readonly field: string;
  readonly type: StoredType;
  readonly value: StoredValue;
}
export type StoredDocument = readonly StoredEntry[];

export interface StoredSegmentOptions {
  readonly mode?: StoredFieldsMode;
  readonly compound?: boolean;
  readonly indexSort?: readonly SortField[];
  readonly seed?: number;
}

const VERSION = { major: 9, minor: 1, bugfix: 0 };
const random = seededRandom(7);

export function newSegmentInfo(name: string, maxDoc: number): SegmentInfo {
  return {
    name,
    maxDoc,
    id: random.bytes(16),
    isCompoundFile: false,
    codec: lucene91Codec.name,
    version: VERSION,
    minVersion: VERSION,
    hasBlocks: false,
    diagnostics: new Map([
      ["source", "flush"],
      ["lucene.version", "9.1.0"],
    ]),
    attributes: new Map(),
    indexSort: [],
    files: new Set(),
  };
}

export function newCommitInfo(info: SegmentInfo): SegmentCommitInfo {
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

export function newSegmentInfos(segments: SegmentCommitInfo[]): SegmentInfos {
  return {
    id: random.bytes(16),
    generation: -1,
    version: 1,
    counter: segments.length,
    indexCreatedVersionMajor: 9,
    luceneVersion: VERSION,
    minSegmentVersion: undefined,
    segments,
    userData: new Map([["history_uuid", "none"]]),
  };
}

/** Field infos for stored-only fields, numbered in order of first use. */
export function fieldInfosOf(docs: Iterable<StoredDocument>): FieldInfos {
  const names = new Set<string>();
  for (const doc of docs) for (const { field } of doc) names.add(field);
  return new FieldInfos([...names].map((name, number) => newFieldInfo(name, number)));
}

export function writeStored(
  directory: Directory,
  info: SegmentInfo,
  fieldInfos: FieldInfos,
  docs: Iterable<StoredDocument>,
  mode: StoredFieldsMode,
): void {
  const writer = lucene91Codec.storedFieldsFormat.fieldsWriter!(directory, info, mode);
  for (const doc of docs) {
    writer.startDocument();
    for (const { field, type, value } of doc) {
      writer.writeField(fieldInfos.fieldInfo(field)!, value, type);
    }
    writer.finishDocument();
  }
  writer.finish(info.maxDoc);
  writer.close();
}

/** Writes one segment and answers it; nothing is committed. */
export function writeStoredSegment(
  directory: MemoryDirectory,
  name: string,
  docs: readonly StoredDocument[],
  options: StoredSegmentOptions = {},
): SegmentInfo {
  const info = newSegmentInfo(name, docs.length);
  info.indexSort = options.indexSort ?? [];
  const before = new Set(directory.listAll());
  const fieldInfos = fieldInfosOf(docs);
  writeStored(directory, info, fieldInfos, docs, options.mode ?? "BEST_SPEED");
  lucene91Codec.fieldInfosFormat.write!(directory, info, "", fieldInfos);
  for (const file of directory.listAll()) if (!before.has(file)) info.files.add(file);
  if (options.compound === true) {
    lucene91Codec.compoundFormat.write!(directory, info);
    for (const file of info.files) directory.deleteFile(file);
    info.files = new Set([`${name}.cfs`, `${name}.cfe`]);
    info.isCompoundFile = true;
  }
  lucene91Codec.segmentInfoFormat.write!(directory, info);
  return info;
}

export function commit(directory: Directory, infos: SegmentInfos): void {
  finishCommit(directory, infos, prepareCommit(directory, infos, random));
}

/** A committed index of one segment. */
export function storedIndex(
  docs: readonly StoredDocument[],
  options: StoredSegmentOptions = {},
): { directory: MemoryDirectory; infos: SegmentInfos } {
  const directory = new MemoryDirectory();
  const info = writeStoredSegment(directory, "_0", docs, options);
  const infos = newSegmentInfos([newCommitInfo(info)]);
  commit(directory, infos);
  return { directory, infos };
}

/** Copies a directory's files into an empty folder. */
export function saveDirectory(directory: MemoryDirectory, folder: string): void {
  mkdirSync(folder, { recursive: true });
  for (const [name, bytes] of directory.files) writeFileSync(join(folder, name), bytes);
}

/** Loads a folder's files. */
export function loadDirectory(folder: string): MemoryDirectory {
  const directory = new MemoryDirectory();
  for (const name of readdirSync(folder)) {
    if (name !== "write.lock") directory.files.set(name, readFileSync(join(folder, name)));
  }
  return directory;
}
