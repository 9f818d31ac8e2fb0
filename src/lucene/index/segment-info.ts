// A segment and a commit. Upstream: org.apache.lucene.index.{SegmentInfo,SegmentCommitInfo,
// SegmentInfos}, org.apache.lucene.util.Version (9.12.3).

import { illegalArgument } from "../../base/index.ts";
import type { Directory } from "../store/index.ts";

/** A version of Lucene. */
export interface LuceneVersion {
  readonly major: number;
  readonly minor: number;
  readonly bugfix: number;
}

/** Reads `9.12.3`; what follows is ignored. */
export function luceneVersion(text: string): LuceneVersion {
  const match = /^(\d+)\.(\d+)\.(\d+)/.exec(text);
  if (match === null) throw illegalArgument(`Not a Lucene version: [${text}]`);
  return { major: Number(match[1]), minor: Number(match[2]), bugfix: Number(match[3]) };
}

/** The reverse. */
export function versionText(version: LuceneVersion): string {
  return `${version.major}.${version.minor}.${version.bugfix}`;
}

/** <0, 0, >0 as in a comparator. */
export function compareVersions(a: LuceneVersion, b: LuceneVersion): number {
  return a.major - b.major || a.minor - b.minor || a.bugfix - b.bugfix;
}

/** One key of an index sort. */
export interface SortField {
  readonly field: string;
  /** `string` sorts SORTED, or SORTED_SET by its selector; the others SORTED_NUMERIC by theirs. */
  readonly type: "string" | "long" | "int" | "double" | "float";
  readonly reverse: boolean;
  /** For multi-valued sorts. Undefined: Lucene's plain single-valued SortField. */
  readonly selector?: "min" | "max" | "middle_min" | "middle_max";
  /** `first`/`last` for strings, or the number that stands for a missing value. */
  readonly missing?: "first" | "last" | number | bigint;
}

/** Immutable facts of one segment (.si). */
export interface SegmentInfo {
  readonly name: string;
  /** 16 random bytes, in every header of the segment's files. */
  readonly id: Uint8Array;
  readonly maxDoc: number;
  isCompoundFile: boolean;
  /** Codec name, e.g. `Lucene91`. */
  readonly codec: string;
  readonly version: LuceneVersion;
  readonly minVersion: LuceneVersion | undefined;
  readonly hasBlocks: boolean;
  diagnostics: Map<string, string>;
  attributes: Map<string, string>;
  indexSort: readonly SortField[];
  /** All files, `.si` included. */
  files: Set<string>;
}

/** A segment inside a commit: what changes after it was written. */
export interface SegmentCommitInfo {
  readonly info: SegmentInfo;
  /** 16 random bytes, or undefined before Lucene 8.6; a new one whenever delGen or dvGen moves. */
  id: Uint8Array | undefined;
  /** Hard deletes. */
  delCount: number;
  softDelCount: number;
  /** Generations; -1 = none. */
  delGen: number;
  fieldInfosGen: number;
  docValuesGen: number;
  fieldInfosFiles: Set<string>;
  /** Field number → files of its newest doc-values update. */
  docValuesUpdatesFiles: Map<number, Set<string>>;
}

/** One commit (segments_N). */
export interface SegmentInfos {
  /** The commit's own 16 random bytes. */
  id: Uint8Array;
  /** N of segments_N; -1 before the first commit. */
  generation: number;
  /** Counts changes. */
  version: number;
  /** Next segment name is `_` + base36(counter). */
  counter: number;
  readonly indexCreatedVersionMajor: number;
  /** The Lucene version that wrote the commit. */
  luceneVersion: LuceneVersion;
  /** Oldest version of its segments; undefined for an empty commit. */
  minSegmentVersion: LuceneVersion | undefined;
  segments: SegmentCommitInfo[];
  userData: Map<string, string>;
}

/** `segments_` + base36(generation). */
export function segmentsFileName(generation: number): string {
  return `segments_${generation.toString(36)}`;
}

/** `_0` + (`_` + suffix) + `.` + extension. */
export function segmentFileName(segment: string, suffix: string, extension: string): string {
  return `${segment}${suffix === "" ? "" : `_${suffix}`}.${extension}`;
}

/**
 * `_0` + `_` + base36(gen) + `.` + extension, or the plain name when gen = 0; undefined when -1.
 */
export function fileNameFromGeneration(
  base: string,
  extension: string,
  gen: number,
): string | undefined {
  if (gen === -1) return undefined;
  if (gen === 0) return `${base}.${extension}`;
  return `${base}_${gen.toString(36)}.${extension}`;
}

/** The generation after `gen`: generations of live docs, field infos and updates begin at 1. */
export function nextGeneration(gen: number): number {
  return gen === -1 ? 1 : gen + 1;
}

/** What every format reader gets. `directory` already sees through a compound file. */
export interface SegmentReadState {
  readonly directory: Directory;
  readonly segmentInfo: SegmentInfo;
  readonly fieldInfos: import("./field-info.ts").FieldInfos;
  /** Per-field format suffix, e.g. `Lucene90_0`, or a generation for updates. */
  readonly segmentSuffix: string;
}

/** What every format writer gets. */
export interface SegmentWriteState {
  readonly directory: Directory;
  readonly segmentInfo: SegmentInfo;
  readonly fieldInfos: import("./field-info.ts").FieldInfos;
  readonly segmentSuffix: string;
}
