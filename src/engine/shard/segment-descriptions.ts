// The segments of a shard as `_segments` shows them: those that searches see, those that the next
// refresh will show, and those that only the last commit has. Upstream: Engine.getSegmentInfo.

import {
  type DirectoryReader,
  type SegmentCommitInfo,
  type SegmentInfo,
  segmentCommitFiles,
  versionText,
} from "../../lucene/index/index.ts";
import type { FsDirectory } from "../store/fs-directory.ts";
import type { SegmentDescription } from "./shard-stats.ts";

/** Where segments are looked for. */
export interface SegmentSources {
  readonly searched: DirectoryReader;
  readonly newest: DirectoryReader;
  readonly committed: readonly SegmentCommitInfo[];
}

/** Sorted by generation. */
export function describeSegments(
  directory: FsDirectory,
  sources: SegmentSources,
): SegmentDescription[] {
  const committed = new Map(sources.committed.map((segment) => [segment.info.name, segment]));
  const found = new Map<string, SegmentDescription>();
  const add = (info: SegmentInfo, docs: number, search: boolean) => {
    if (found.has(info.name)) return;
    const commit = committed.get(info.name);
    const files = new Set(info.files);
    if (commit !== undefined) for (const file of segmentCommitFiles(commit)) files.add(file);
    found.set(
      info.name,
      describe(info, docs, bytesOf(directory, files), commit !== undefined, search),
    );
  };
  for (const { reader } of sources.searched.leaves) add(reader.segmentInfo, reader.numDocs, true);
  for (const { reader } of sources.newest.leaves) add(reader.segmentInfo, reader.numDocs, false);
  for (const segment of sources.committed) {
    const { info, delCount, softDelCount } = segment;
    add(info, info.maxDoc - delCount - softDelCount, false);
  }
  return [...found.values()].sort((a, b) => a.generation - b.generation);
}

function bytesOf(directory: FsDirectory, files: ReadonlySet<string>): number {
  let bytes = 0;
  for (const file of files) if (directory.has(file)) bytes += directory.fileLength(file);
  return bytes;
}

function describe(
  info: SegmentInfo,
  docs: number,
  bytes: number,
  committed: boolean,
  search: boolean,
): SegmentDescription {
  return {
    name: info.name,
    generation: Number.parseInt(info.name.slice(1), 36),
    num_docs: docs,
    deleted_docs: info.maxDoc - docs,
    size_in_bytes: bytes,
    memory_in_bytes: 0,
    committed,
    search,
    version: versionText(info.version),
    compound: info.isCompoundFile,
    attributes: Object.fromEntries(info.attributes),
  };
}
