// An index that the target restores as it is: its files go into the new snapshot unchanged, each
// checked against its checksum while it passes, and not at all where the destination has them.

import {
  type CommitFile,
  type CommitSource,
  type FileInfo,
  type IndexId,
  type Repository,
  readFileInfo,
  type ShardSnapshot,
  type SnapshotId,
  type StartedSnapshot,
  shardFolder,
} from "../../repository/index.ts";

/** A shard to carry. */
export interface ShardToCarry {
  readonly source: Repository;
  readonly snapshot: SnapshotId;
  readonly index: IndexId;
  readonly shard: number;
}

/** Carries one shard; answers its generation in the destination. */
export async function carryShard(
  from: ShardToCarry,
  target: Repository,
  started: StartedSnapshot,
  options: { readonly signal?: AbortSignal; readonly onBytes?: (bytes: number) => void },
): Promise<string> {
  const { source, snapshot, index, shard } = from;
  const { signal } = options;
  const found = await source.getShardSnapshot(snapshot, index, shard, signal);
  const plan = await target.planShardSnapshot(
    started,
    {
      index: started.indices.get(index.name)!,
      shard,
      commit: found.files.map(commitFile),
      commitGeneration: found.indexVersion,
    },
    signal,
  );
  const folder = found.folder ?? shardFolder(source.context, index, shard);
  const result = await target.runShardSnapshot(plan, sourceOf(source, folder, found, signal), {
    ...options,
  });
  return result.generation;
}

function commitFile(file: FileInfo): CommitFile {
  const { physicalName: name, length, checksum, writtenBy, metaHash } = file;
  const content = metaHash?.length === length ? { content: metaHash } : {};
  return { name, length, checksum, writtenBy, ...content };
}

/** The parts of the source's blobs need not be those of the destination's. */
function sourceOf(
  source: Repository,
  folder: string,
  { files }: ShardSnapshot,
  signal: AbortSignal | undefined,
): CommitSource {
  const known = new Map(files.map((file) => [file.physicalName, file]));
  const { store } = source.context;
  return {
    async *read(name, offset, length) {
      let at = 0;
      const end = offset + length;
      for await (const bytes of readFileInfo(store, folder, known.get(name)!, signal)) {
        const from = Math.max(0, offset - at);
        const to = Math.min(bytes.length, end - at);
        if (from < to) yield bytes.subarray(from, to);
        at += bytes.length;
        if (at >= end) return;
      }
    },
  };
}
