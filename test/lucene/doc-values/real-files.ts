// Files that Lucene itself wrote (data/<version>): seeded columns of every encoding, 200 documents,
// with the fields as text and a SHA-256 of each field's rendering. Made with an IndexWriter of that
// version; the renderings came from its own readers.

import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import {
  DocValuesType,
  type FieldInfo,
  FieldInfos,
  IndexOptions,
  newFieldInfo,
} from "../../../src/lucene/index/field-info.ts";
import type { SegmentInfo, SegmentReadState } from "../../../src/lucene/index/segment-info.ts";
import { MemoryDirectory } from "../../../src/lucene/store/index.ts";

const FOLDER = join(import.meta.dirname, "data");

export const REAL_VERSIONS = readdirSync(FOLDER).sort();

export interface RealSegment {
  readonly directory: MemoryDirectory;
  readonly infos: readonly FieldInfo[];
  /** `name TYPE` → SHA-256 of its lines; for points also the counts of points and documents. */
  readonly expected: ReadonlyMap<string, string>;
  state(directory: MemoryDirectory, segmentSuffix: string): SegmentReadState;
}

/** Reads one version's files; the segment's id is taken from a header. */
export function realSegment(version: string): RealSegment {
  const folder = join(FOLDER, version);
  const directory = new MemoryDirectory();
  for (const name of readdirSync(folder)) {
    if (!name.endsWith(".txt")) directory.files.set(name, readFileSync(join(folder, name)));
  }
  const [head, ...fields] = lines(join(folder, "fields.txt"));
  const maxDoc = Number(head!.split(" ")[2]);
  const infos = fields.map(fieldOf);
  const norms = directory.files.get("_0.nvm")!;
  // The id follows magic, codec name and version.
  const idAt = 9 + norms[4]!;
  const segmentInfo = { name: "_0", id: norms.subarray(idAt, idAt + 16), maxDoc } as SegmentInfo;
  const expected = new Map(
    lines(join(folder, "expected.txt")).map((line) => {
      const space = line.indexOf(" ");
      return [line.slice(space + 1), line.slice(0, space)];
    }),
  );
  return {
    directory,
    infos,
    expected,
    state: (from, segmentSuffix) => ({
      directory: from,
      segmentInfo,
      fieldInfos: new FieldInfos(infos),
      segmentSuffix,
    }),
  };
}

function lines(path: string): string[] {
  return readFileSync(path, "utf8").trimEnd().split("\n");
}

function fieldOf(line: string): FieldInfo {
  const [number, name, type, norms, dims, indexDims, bytes, skip] = line.split(" ");
  const info = newFieldInfo(name!, Number(number));
  info.docValuesType = DocValuesType[type as keyof typeof DocValuesType];
  info.indexOptions = norms === "1" ? IndexOptions.DOCS_AND_FREQS : IndexOptions.NONE;
  info.pointDimensionCount = Number(dims);
  info.pointIndexDimensionCount = Number(indexDims);
  info.pointNumBytes = Number(bytes);
  info.docValuesSkipIndex = Number(skip);
  return info;
}

export function digest(rendering: readonly string[]): string {
  return createHash("sha256")
    .update(rendering.map((line) => line.trimEnd()).join("\n"))
    .digest("hex");
}
