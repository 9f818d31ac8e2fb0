// A commit (segments_N): which segments an index has, and what changed after each was written.
//   SIZE  TYPE      FIELD            MEANING
//    n    header    codec            index header `segments`, version 6 to 10; the commit's own
//                                    id; suffix: base36 N
//    3    3×vInt    luceneVersion    of the writer
//    n    vInt      created          major version that created the index; not in version 6
//    8    be-i64    version          counts changes
//    n    vLong     counter          next segment name; be-i32 in versions 6 and 7
//    4    be-i32    count
//    3    3×vInt    minVersion       oldest version of the segments; only if count > 0
//   per segment
//    n    string    name             `_` + base36
//    1    u8        hasId            1; only in version 6
//   16    bytes     id               as in the segment's files
//    n    string    codec
//    8    be-i64    delGen           of .liv, or -1
//    4    be-i32    delCount
//    8    be-i64    fieldInfosGen    of .fnm, or -1
//    8    be-i64    docValuesGen     of doc-values updates, or -1
//    4    be-i32    softDelCount     since version 9
//    n    u8 [id]   commit id        since version 10: 1 and 16 bytes, or 0
//    n    set       fieldInfosFiles
//    4    be-i32    updatedFields    then per field: be-i32 number, set of files
//    n    map       userData
//   16    footer
// Versions: 6 = Lucene 5.3 to 6.6, 7 = 7.0, 8 = 7.2, 9 = 7.4, 10 = 8.6 up to 10.x; 10 is written.
// A commit is made in two phases: pending_segments_N is written and synced, then renamed.
// Upstream: org.apache.lucene.index.SegmentInfos (10.4.0, 9.12.3, 7.7.3, 6.6.1).

import { corrupt, DOCS_MAX, type Random, SEGMENTS_MAX, VarveError } from "../../base/index.ts";
import { codecForName } from "../codecs/registry.ts";
import {
  checkIndexHeader,
  type Directory,
  type IndexInput,
  type IndexOutput,
  readChecksumFile,
  writeFooter,
  writeIndexHeader,
} from "../store/index.ts";
import {
  compareVersions,
  fileNameFromGeneration,
  type LuceneVersion,
  type SegmentCommitInfo,
  type SegmentInfos,
  segmentsFileName,
} from "./segment-info.ts";

const CODEC_NAME = "segments";
const VERSION_53 = 6;
const VERSION_70 = 7;
const VERSION_74 = 9;
const VERSION_86 = 10;

/** Generation of the newest segments_N among `names`, or -1. */
export function lastCommitGeneration(names: Iterable<string>): number {
  let last = -1;
  for (const name of names) {
    const match = /^segments_([0-9a-z]+)$/.exec(name);
    if (match !== null) last = Math.max(last, Number.parseInt(match[1]!, 36));
  }
  return last;
}

/** Reads the newest commit; `missing` (index_not_found_exception) where there is none. */
export function readLatestCommit(directory: Directory): SegmentInfos {
  const generation = lastCommitGeneration(directory.listAll());
  if (generation === -1) {
    throw new VarveError("missing", "No segments_N file found: not a Lucene index", {
      type: "index_not_found_exception",
    });
  }
  return readCommit(directory, generation);
}

/** Reads segments_N and each segment's .si. */
export function readCommit(directory: Directory, generation: number): SegmentInfos {
  const name = segmentsFileName(generation);
  try {
    return readChecksumFile(directory, name, (input) => {
      const format = checkIndexHeader(
        input,
        CODEC_NAME,
        VERSION_53,
        VERSION_86,
        undefined,
        generation.toString(36),
      );
      return readInfos(directory, input, generation, format);
    });
  } catch (error) {
    if (!(error instanceof VarveError) || error.kind !== "missing") throw error;
    throw corrupt("A file of the commit is missing", { file: name }, error);
  }
}

function readInfos(
  directory: Directory,
  input: IndexInput,
  generation: number,
  format: number,
): SegmentInfos {
  const id = commitId(input, generation);
  const luceneVersion = readVersion(input);
  // Before 7.0 nobody asked: Lucene takes such an index for one of 6.
  const indexCreatedVersionMajor = format < VERSION_70 ? 6 : input.readVInt();
  if (
    indexCreatedVersionMajor < 6 ||
    (indexCreatedVersionMajor > luceneVersion.major && format >= VERSION_70)
  ) {
    throw corrupt("Invalid version that created the index", {
      file: input.name,
      indexCreatedVersionMajor,
      writer: luceneVersion.major,
    });
  }
  const version = Number(input.readBigEndianLong());
  const counter = format > VERSION_70 ? input.readVLong() : input.readBigEndianInt();
  const count = input.readBigEndianInt();
  if (count < 0 || count > SEGMENTS_MAX) {
    throw corrupt("Invalid segment count", { file: input.name, count, max: SEGMENTS_MAX });
  }
  const minSegmentVersion = count > 0 ? readVersion(input) : undefined;
  const segments: SegmentCommitInfo[] = [];
  let totalDocs = 0;
  for (let i = 0; i < count; i++) {
    const segment = readSegment(directory, input, format);
    checkSegmentVersion(segment, indexCreatedVersionMajor, minSegmentVersion!, input);
    totalDocs += segment.info.maxDoc;
    segments.push(segment);
  }
  if (totalDocs > DOCS_MAX) {
    throw corrupt("Too many documents", { file: input.name, totalDocs, max: DOCS_MAX });
  }
  const userData = input.readMapOfStrings();
  return {
    id,
    generation,
    version,
    counter,
    indexCreatedVersionMajor,
    luceneVersion,
    minSegmentVersion,
    segments,
    userData,
  };
}

// The header is checked already: the id lies before the suffix's length byte and the suffix.
function commitId(input: IndexInput, generation: number): Uint8Array {
  const end = input.filePointer;
  input.seek(end - generation.toString(36).length - 1 - 16);
  const id = input.bytesCopy(16);
  input.seek(end);
  return id;
}

function readVersion(input: IndexInput): LuceneVersion {
  const version = { major: input.readVInt(), minor: input.readVInt(), bugfix: input.readVInt() };
  for (const part of [version.major, version.minor, version.bugfix]) {
    if (part < 0 || part > 255) throw corrupt("Illegal Lucene version", { file: input.name, part });
  }
  return version;
}

function checkSegmentVersion(
  segment: SegmentCommitInfo,
  createdMajor: number,
  min: LuceneVersion,
  input: IndexInput,
): void {
  const { name, version, minVersion } = segment.info;
  if (compareVersions(version, min) < 0) {
    throw corrupt(`Segment [${name}] is older than its commit says`, { file: input.name });
  }
  if (createdMajor >= 7 && (version.major < createdMajor || minVersion === undefined)) {
    throw corrupt(`Segment [${name}] is older than its index`, {
      file: input.name,
      createdMajor,
      segmentMajor: version.major,
    });
  }
}

function readSegment(directory: Directory, input: IndexInput, format: number): SegmentCommitInfo {
  const name = input.readString(256);
  if (format < VERSION_70) readHasId(input);
  const segmentId = input.bytesCopy(16);
  const codec = codecForName(input.readString(256));
  const info = { ...codec.segmentInfoFormat.read(directory, name, segmentId), codec: codec.name };
  const delGen = readGeneration(input);
  const delCount = input.readBigEndianInt();
  const fieldInfosGen = readGeneration(input);
  const docValuesGen = readGeneration(input);
  const softDelCount = format >= VERSION_74 ? input.readBigEndianInt() : 0;
  if (delCount < 0 || softDelCount < 0 || delCount + softDelCount > info.maxDoc) {
    throw corrupt(`Invalid deletion count of segment [${name}]`, {
      file: input.name,
      delCount,
      softDelCount,
      maxDoc: info.maxDoc,
    });
  }
  const id = format >= VERSION_86 ? readOptionalId(input) : undefined;
  const fieldInfosFiles = input.readSetOfStrings();
  const docValuesUpdatesFiles = readUpdatesFiles(input);
  return {
    info,
    id,
    delCount,
    softDelCount,
    delGen,
    fieldInfosGen,
    docValuesGen,
    fieldInfosFiles,
    docValuesUpdatesFiles,
  };
}

function readHasId(input: IndexInput): void {
  const hasId = input.readByte();
  if (hasId !== 1) throw corrupt("Segment has no id", { file: input.name, hasId });
}

function readGeneration(input: IndexInput): number {
  const generation = Number(input.readBigEndianLong());
  if (generation < -1 || !Number.isSafeInteger(generation)) {
    throw corrupt("Invalid generation", { file: input.name, generation });
  }
  return generation;
}

function readOptionalId(input: IndexInput): Uint8Array | undefined {
  const marker = input.readByte();
  if (marker > 1)
    throw corrupt("Invalid marker of a segment commit id", { file: input.name, marker });
  return marker === 1 ? input.bytesCopy(16) : undefined;
}

function readUpdatesFiles(input: IndexInput): Map<number, Set<string>> {
  const count = input.readBigEndianInt();
  if (count < 0 || count > input.length) {
    throw corrupt("Invalid count of updated fields", { file: input.name, count });
  }
  const files = new Map<number, Set<string>>();
  for (let i = 0; i < count; i++) files.set(input.readBigEndianInt(), input.readSetOfStrings());
  return files;
}

/** Every file of one segment of a commit: its own, live docs and updates. */
export function segmentCommitFiles(segment: SegmentCommitInfo): string[] {
  const files = new Set(segment.info.files);
  const liveDocs = fileNameFromGeneration(segment.info.name, "liv", segment.delGen);
  if (liveDocs !== undefined) files.add(liveDocs);
  for (const name of segment.fieldInfosFiles) files.add(name);
  for (const names of segment.docValuesUpdatesFiles.values()) {
    for (const name of names) files.add(name);
  }
  return [...files];
}

/** Every file of a commit, segments_N included (unless it was never written). */
export function commitFiles(infos: SegmentInfos): string[] {
  const files = new Set<string>();
  if (infos.generation !== -1) files.add(segmentsFileName(infos.generation));
  for (const segment of infos.segments) {
    for (const name of segmentCommitFiles(segment)) files.add(name);
  }
  return [...files];
}

/** A commit that is written but not yet visible. */
export interface PendingCommit {
  readonly generation: number;
  readonly id: Uint8Array;
  readonly source: string;
  readonly target: string;
}

/**
 * Phase one: writes and syncs pending_segments_N. The segments' own files must be synced already.
 * `infos` keeps its generation until `finishCommit`.
 */
export function prepareCommit(
  directory: Directory,
  infos: SegmentInfos,
  random: Random,
): PendingCommit {
  const generation = infos.generation === -1 ? 1 : infos.generation + 1;
  const target = segmentsFileName(generation);
  const pending = { generation, id: random.bytes(16), source: `pending_${target}`, target };
  directory.syncMetadata();
  deleteIfThere(directory, pending.source);
  const output = directory.createOutput(pending.source);
  try {
    writeIndexHeader(output, CODEC_NAME, VERSION_86, pending.id, generation.toString(36));
    writeInfos(output, infos);
    writeFooter(output);
  } finally {
    output.close();
  }
  directory.sync([pending.source]);
  return pending;
}

/** Phase two: makes the commit visible and durable, and moves `infos` to it. */
export function finishCommit(
  directory: Directory,
  infos: SegmentInfos,
  pending: PendingCommit,
): void {
  directory.rename(pending.source, pending.target);
  try {
    directory.syncMetadata();
  } catch (error) {
    // The name may not survive a crash: a commit that nobody can rely on must not be found.
    deleteIfThere(directory, pending.target);
    throw error;
  }
  infos.generation = pending.generation;
  infos.id = pending.id;
}

/** Gives a pending commit up; does nothing once it was renamed. */
export function rollbackCommit(directory: Directory, pending: PendingCommit): void {
  deleteIfThere(directory, pending.source);
}

function deleteIfThere(directory: Directory, name: string): void {
  if (directory.listAll().includes(name)) directory.deleteFile(name);
}

function writeVersion(output: IndexOutput, version: LuceneVersion): void {
  output.writeVInt(version.major);
  output.writeVInt(version.minor);
  output.writeVInt(version.bugfix);
}

function writeInfos(output: IndexOutput, infos: SegmentInfos): void {
  writeVersion(output, infos.luceneVersion);
  output.writeVInt(infos.indexCreatedVersionMajor);
  output.writeBigEndianLong(BigInt(infos.version));
  output.writeVLong(infos.counter);
  output.writeBigEndianInt(infos.segments.length);
  const min = oldestVersion(infos.segments);
  infos.minSegmentVersion = min;
  if (min !== undefined) writeVersion(output, min);
  for (const segment of infos.segments) writeSegment(output, segment);
  output.writeMapOfStrings(infos.userData);
}

function oldestVersion(segments: readonly SegmentCommitInfo[]): LuceneVersion | undefined {
  let oldest: LuceneVersion | undefined;
  for (const { info } of segments) {
    if (oldest === undefined || compareVersions(info.version, oldest) < 0) oldest = info.version;
  }
  return oldest;
}

function writeSegment(output: IndexOutput, segment: SegmentCommitInfo): void {
  output.writeString(segment.info.name);
  output.writeBytes(segment.info.id);
  output.writeString(segment.info.codec);
  output.writeBigEndianLong(BigInt(segment.delGen));
  output.writeBigEndianInt(segment.delCount);
  output.writeBigEndianLong(BigInt(segment.fieldInfosGen));
  output.writeBigEndianLong(BigInt(segment.docValuesGen));
  output.writeBigEndianInt(segment.softDelCount);
  output.writeByte(segment.id === undefined ? 0 : 1);
  if (segment.id !== undefined) output.writeBytes(segment.id);
  output.writeSetOfStrings(segment.fieldInfosFiles);
  output.writeBigEndianInt(segment.docValuesUpdatesFiles.size);
  for (const [field, files] of segment.docValuesUpdatesFiles) {
    output.writeBigEndianInt(field);
    output.writeSetOfStrings(files);
  }
}
