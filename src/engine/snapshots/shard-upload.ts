// One shard into the repository: hold a commit, plan against what is there, upload what is new.
// The upload runs in a worker thread for repositories on a file system, so that searches go on.

import { describeCommitFiles, directorySource, type Repository } from "../../repository/index.ts";
import type { RunShardSnapshotOptions, StartedSnapshot } from "../../repository/index.ts";
import { readLatestCommit } from "../../lucene/index/index.ts";
import { FsDirectory } from "../store/fs-directory.ts";
import type { IndexShard } from "../shard/index.ts";
import type { ShardProgress } from "./running-snapshot.ts";

const FORCE_MERGE_UUID = "force_merge_uuid";

interface HeldCommit {
  readonly directoryPath: string;
  readonly generation: number;
  readonly files: readonly { readonly name: string }[];
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
      files: [...names].map((name) => ({ name })),
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

/** Uploads one shard and fills in its progress. Throws when it fails or is aborted. */
export async function uploadShard(
  repository: Repository,
  started: StartedSnapshot,
  progress: ShardProgress,
  commit: HeldCommit,
  options: Omit<RunShardSnapshotOptions, "clock" | "compress">,
): Promise<void> {
  const directory = new FsDirectory(commit.directoryPath);
  try {
    const infos = readLatestCommit(directory);
    const oldest = infos.luceneVersion;
    const writtenBy = `${oldest.major}.${oldest.minor}.${oldest.bugfix}`;
    const files = describeCommitFiles(
      directory,
      commit.files.map((file) => file.name),
      writtenBy,
    );
    const plan = await repository.planShardSnapshot(started, {
      index: started.indices.get(progress.index.name)!,
      shard: progress.shard,
      commit: files,
      commitGeneration: commit.generation,
      shardStateId: stateId(commit.userData),
    });
    progress.incremental = plan.incremental;
    progress.total = plan.total;
    progress.stage = "STARTED";
    const result = await repository.runShardSnapshot(plan, directorySource(directory), {
      ...options,
      onBytes: (bytes) => void (progress.processed.bytes += bytes),
      onFile: () => void progress.processed.files++,
    });
    progress.stage = "DONE";
    progress.generation = result.generation;
    progress.startTime = result.startTimeMillis;
    progress.time = result.timeMillis;
  } finally {
    directory.close();
  }
}
