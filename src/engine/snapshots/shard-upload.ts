// Shards into the repository: hold commits, plan against what is there, upload what is new. The
// holding is the engine's; `uploadShards` may run in a worker thread, so that searches go on.

import { FsBlobStore } from "../../blobstore/index.ts";
import { readLatestCommit } from "../../lucene/index/index.ts";
import {
  blobStoreSource,
  type CommitFile,
  describeCommitFiles,
  type Repository,
} from "../../repository/index.ts";
import type { IndexShard } from "../shard/index.ts";
import { FsDirectory } from "../store/fs-directory.ts";
import {
  describeFailure,
  type ShardUpload,
  type TransferContext,
  type UploadTask,
} from "./transfer-protocol.ts";

const FORCE_MERGE_UUID = "force_merge_uuid";
/** Shards under way at once, for stores that answer slowly. */
const CONCURRENT_SHARDS = 4;

/** A commit whose files stay until it is closed. */
export interface HeldCommit {
  readonly directoryPath: string;
  readonly generation: number;
  readonly files: readonly { readonly name: string; readonly length: number }[];
  readonly userData: ReadonlyMap<string, string>;
  close(): void;
}

/** A commit of an open shard, flushed; or the last one of a closed index's folder. */
export async function holdCommit(
  shard: IndexShard | undefined,
  folder: string,
): Promise<HeldCommit> {
  if (shard !== undefined) return await shard.acquireCommit(true);
  const directory = new FsDirectory(folder);
  try {
    const infos = readLatestCommit(directory);
    const names = new Set<string>([`segments_${infos.generation.toString(36)}`]);
    for (const segment of infos.segments) {
      for (const name of segmentFiles(segment)) names.add(name);
    }
    return {
      directoryPath: folder,
      generation: infos.generation,
      userData: infos.userData,
      files: [...names].map((name) => ({ name, length: directory.fileLength(name) })),
      close() {},
    };
  } finally {
    directory.close();
  }
}

function* segmentFiles(
  segment: ReturnType<typeof readLatestCommit>["segments"][number],
): Iterable<string> {
  yield* segment.info.files;
  yield* segment.fieldInfosFiles;
  for (const files of segment.docValuesUpdatesFiles.values()) yield* files;
  if (segment.delGen >= 0) yield `${segment.info.name}_${segment.delGen.toString(36)}.liv`;
}

/** Equal ids mean equal documents; undefined when the commit does not hold every operation. */
function stateId(userData: ReadonlyMap<string, string>): string | undefined {
  const history = userData.get("history_uuid");
  const maxSeqNo = userData.get("max_seq_no");
  if (history === undefined || maxSeqNo === undefined) return undefined;
  if (maxSeqNo !== userData.get("local_checkpoint")) return undefined;
  return `${history}-${userData.get(FORCE_MERGE_UUID) ?? "na"}-${maxSeqNo}`;
}

/** A held commit as plain data. */
export function describeUpload(indexName: string, shard: number, commit: HeldCommit): ShardUpload {
  return {
    indexName,
    shard,
    directoryPath: commit.directoryPath,
    files: commit.files.map((file) => file.name),
    commitGeneration: commit.generation,
    shardStateId: stateId(commit.userData),
  };
}

/** Footers and small files of a commit. Read only where no earlier snapshot has the same state. */
function readCommitFiles(upload: ShardUpload): CommitFile[] {
  const directory = new FsDirectory(upload.directoryPath);
  try {
    const { luceneVersion: version } = readLatestCommit(directory);
    const writtenBy = `${version.major}.${version.minor}.${version.bugfix}`;
    return describeCommitFiles(directory, upload.files, writtenBy);
  } finally {
    directory.close();
  }
}

/**
 * Uploads shards and makes them durable. A shard that fails is an event; an abort or a store that
 * cannot flush is thrown.
 */
export async function uploadShards(
  repository: Repository,
  task: UploadTask,
  context: TransferContext,
): Promise<void> {
  let next = 0;
  const lane = async () => {
    while (next < task.shards.length) {
      const at = next++;
      context.signal.throwIfAborted();
      try {
        await uploadShard(repository, task, at, context);
      } catch (error) {
        context.signal.throwIfAborted();
        context.emit({ at, kind: "failed", reason: describeFailure(error) });
      }
    }
  };
  await Promise.all(Array.from({ length: CONCURRENT_SHARDS }, lane));
  await repository.context.store.flush(context.signal);
}

async function uploadShard(
  repository: Repository,
  task: UploadTask,
  at: number,
  context: TransferContext,
): Promise<void> {
  const upload = task.shards[at]!;
  const { signal } = context;
  const plan = await repository.planShardSnapshot(
    task.started,
    {
      index: task.started.indices.get(upload.indexName)!,
      shard: upload.shard,
      commit: () => readCommitFiles(upload),
      commitGeneration: upload.commitGeneration,
      shardStateId: upload.shardStateId,
    },
    signal,
  );
  context.emit({ at, kind: "planned", incremental: plan.incremental, total: plan.total });
  const source = blobStoreSource(new FsBlobStore(upload.directoryPath), "");
  const result = await repository.runShardSnapshot(plan, source, {
    signal,
    onBytes: (bytes) => context.emit({ at, kind: "moved", files: 0, bytes }),
    onFile: () => context.emit({ at, kind: "moved", files: 1, bytes: 0 }),
  });
  context.emit({ at, kind: "done", ...result });
}
