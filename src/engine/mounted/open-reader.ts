// A DirectoryReader over a shard that lies in a repository. Segments are opened side by side: each
// says which pages it misses before they are fetched, so that many segments cost as many rounds as
// one.

import {
  openSegmentReader,
  readLatestCommit,
  type SegmentReader,
  StandardDirectoryReader,
} from "../../lucene/index/index.ts";
import { PageMiss, PageMisses, withPages } from "../../lucene/store/index.ts";
import type { BlobDirectory } from "../../repository/index.ts";
import { type MountPurpose, prefetchSegments } from "./prefetch-segment.ts";

/** Upstream: Lucene.SOFT_DELETES_FIELD. */
export const SOFT_DELETES_FIELD = "__soft_deletes";

/** Opens the newest commit of a shard. The caller closes it. */
export async function openMountedReader(
  directory: BlobDirectory,
  purpose: MountPurpose = "search",
): Promise<StandardDirectoryReader> {
  const infos = await withPages(() => readLatestCommit(directory));
  const readers: (SegmentReader | undefined)[] = infos.segments.map(() => undefined);
  prefetchSegments(directory, infos, purpose);
  if (directory.pages.isWanting) await directory.pages.load();
  try {
    await withPages(() => {
      const misses = new PageMisses();
      infos.segments.forEach((segment, at) => {
        if (readers[at] !== undefined) return;
        const options = { softDeletesField: SOFT_DELETES_FIELD };
        readers[at] = misses.try(() => openSegmentReader(directory, segment, options));
      });
      misses.throwIfAny();
    });
  } catch (error) {
    for (const reader of readers) reader?.decRef();
    throw error;
  }
  return new StandardDirectoryReader(infos, readers as SegmentReader[]);
}

/** Opens the doc values, terms and so on that `touch` asks for, all of them in few rounds. */
export function touching(touches: Iterable<() => void>): void {
  const misses = new PageMisses();
  for (const touch of touches) misses.try(touch);
  misses.throwIfAny();
}

/** True for the exception of the control flow. */
export function isPageMiss(error: unknown): error is PageMiss {
  return error instanceof PageMiss;
}
