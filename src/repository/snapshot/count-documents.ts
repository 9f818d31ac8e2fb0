// How many documents a shard holds in a snapshot, from its metadata alone: segments_N and the .si
// files are inside of it (FileInfo.metaHash), so that no blob is read.

import { VarveError } from "../../base/index.ts";
import { readLatestCommit } from "../../lucene/index/index.ts";
import { MemoryDirectory } from "../../lucene/store/index.ts";
import type { ShardSnapshot } from "../format/shard-snapshot.ts";

/** Documents of a shard as Lucene counts them: live ones, nested ones too. */
export interface DocumentCount {
  live: number;
  deleted: number;
}

/** Counts; undefined where the metadata does not hold it or the commit cannot be read. */
export function countDocuments(shard: ShardSnapshot): DocumentCount | undefined {
  const directory = new MemoryDirectory();
  for (const file of shard.files) {
    if (file.metaHash?.length === file.length) {
      directory.files.set(file.physicalName, file.metaHash);
    }
  }
  try {
    const count = { live: 0, deleted: 0 };
    for (const segment of readLatestCommit(directory).segments) {
      const deleted = segment.delCount + segment.softDelCount;
      count.live += segment.info.maxDoc - deleted;
      count.deleted += deleted;
    }
    return count;
  } catch (error) {
    if (!(error instanceof VarveError)) throw error;
    return undefined;
  }
}
