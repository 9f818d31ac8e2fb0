// All segments of one commit (or of a writer's segments in memory), open at one point in time. A
// newer reader shares what did not change: the whole segment reader, or at least its files.
// Upstream: org.apache.lucene.index.StandardDirectoryReader (9.12.3).

import { assert } from "../../base/index.ts";
import type { Directory } from "../store/index.ts";
import type { Bits, DirectoryReader, LeafContext } from "./leaf-reader.ts";
import type { SegmentCommitInfo, SegmentInfos } from "./segment-info.ts";
import { readLatestCommit } from "./segment-infos.ts";
import { openSegmentReader, type SegmentReader } from "./segment-reader.ts";

/** How a directory is opened. */
export interface DirectoryReaderOptions {
  /** Documents with a value of this doc-values field are soft-deleted. */
  readonly softDeletesField?: string;
  /** A reader of the same directory and options; it stays open. */
  readonly previous?: StandardDirectoryReader;
  /** The segments to open, instead of the newest commit's. */
  readonly segmentInfos?: SegmentInfos;
  /** Hard deletes of a segment that are not on disk yet. */
  readonly hardLiveDocsOf?: (segment: SegmentCommitInfo) => Bits | undefined;
}

/** Opens the newest commit, or the given segments. The caller closes it. */
export function openDirectoryReader(
  directory: Directory,
  options: DirectoryReaderOptions = {},
): StandardDirectoryReader {
  const infos = options.segmentInfos ?? readLatestCommit(directory);
  const readers: SegmentReader[] = [];
  try {
    for (const segment of infos.segments) readers.push(openLeaf(directory, segment, options));
  } catch (error) {
    for (const reader of readers) reader.decRef();
    throw error;
  }
  return new StandardDirectoryReader(infos, readers);
}

function openLeaf(
  directory: Directory,
  segment: SegmentCommitInfo,
  options: DirectoryReaderOptions,
): SegmentReader {
  const previous = options.previous?.segmentReader(segment.info.name);
  const hardLiveDocs = options.hardLiveDocsOf?.(segment);
  if (previous?.isAt(segment, hardLiveDocs) === true) {
    previous.incRef();
    return previous;
  }
  return openSegmentReader(directory, segment, {
    ...(options.softDeletesField === undefined
      ? {}
      : { softDeletesField: options.softDeletesField }),
    ...(previous === undefined ? {} : { previous }),
    ...(hardLiveDocs === undefined ? {} : { hardLiveDocs }),
  });
}

/** A reference-counted DirectoryReader; `close` gives the opener's reference back. */
export class StandardDirectoryReader implements DirectoryReader {
  readonly leaves: readonly (LeafContext & { readonly reader: SegmentReader })[];
  readonly maxDoc: number;
  readonly numDocs: number;
  /** What it was opened at. */
  readonly segmentInfos: SegmentInfos;
  private references = 1;

  constructor(infos: SegmentInfos, readers: readonly SegmentReader[]) {
    this.segmentInfos = infos;
    let maxDoc = 0;
    let numDocs = 0;
    this.leaves = readers.map((reader, ord) => {
      const leaf = { reader, ord, docBase: maxDoc };
      maxDoc += reader.maxDoc;
      numDocs += reader.numDocs;
      return leaf;
    });
    this.maxDoc = maxDoc;
    this.numDocs = numDocs;
  }

  segmentReader(name: string): SegmentReader | undefined {
    return this.leaves.find(({ reader }) => reader.segmentInfo.name === name)?.reader;
  }

  incRef(): void {
    assert(this.references > 0, "a closed reader is not opened again");
    this.references++;
  }

  /** Closes the segments with the last reference. */
  decRef(): void {
    assert(this.references > 0, "a reader is closed once per reference");
    if (--this.references > 0) return;
    for (const { reader } of this.leaves) reader.decRef();
  }

  close(): void {
    this.decRef();
  }
}
