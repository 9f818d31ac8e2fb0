// A DirectoryReader over a shard that lies in a repository. Segments are opened side by side: each
// says which pages it misses before they are fetched, so that many segments cost as many rounds as
// one.

import {
  openSegmentReader,
  readLatestCommit,
  type SegmentInfos,
  type SegmentReader,
  StandardDirectoryReader,
} from "../../lucene/index/index.ts";
import { PageMisses, withPages } from "../../lucene/store/index.ts";
import type { BlobDirectory } from "../../repository/index.ts";
import { type MountPurpose, prefetchCompounds, prefetchSegments } from "./prefetch-segment.ts";

/** Upstream: Lucene.SOFT_DELETES_FIELD. */
export const SOFT_DELETES_FIELD = "__soft_deletes";

/** Opens the newest commit of a shard, one of `shardCount`. The caller closes it. */
export async function openMountedReader(
  directory: BlobDirectory,
  purpose: MountPurpose = "search",
  shardCount = 1,
): Promise<StandardDirectoryReader> {
  const infos = await withPages(() => readLatestCommit(directory));
  if (!directory.pages.isLocal) await prefetch(directory, infos, purpose, shardCount);
  const readers: (SegmentReader | undefined)[] = infos.segments.map(() => undefined);
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

async function prefetch(
  directory: BlobDirectory,
  infos: SegmentInfos,
  purpose: MountPurpose,
  shardCount: number,
): Promise<void> {
  prefetchSegments(directory, infos, purpose, shardCount);
  await directory.pages.load();
  await withPages(() => prefetchCompounds(directory, infos, purpose));
  if (directory.pages.isWanting) await directory.pages.load();
}
