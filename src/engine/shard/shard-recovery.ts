// Opening a shard's files: creating an empty one, recovering from the last commit and the translog,
// starting over from a restored commit.
// Upstream: StoreRecovery, Store.bootstrapNewHistory, InternalEngine's constructor (2.19.6).

import { join } from "node:path";
import {
  type Clock,
  type FileIo,
  type Random,
  randomBase64Uuid,
  VarveError,
} from "../../base/index.ts";
import {
  IndexWriter,
  lastCommitGeneration,
  NO_MORE_DOCS,
  readLatestCommit,
} from "../../lucene/index/index.ts";
import type { MapperService } from "../mapping/index.ts";
import type { Settings } from "../settings.ts";
import { FsDirectory } from "../store/fs-directory.ts";
import {
  type CommitData,
  decodeCommitData,
  emptyCommitData,
  encodeCommitData,
} from "./commit-data.ts";
import { InternalEngine } from "./internal-engine.ts";
import { LocalCheckpointTracker, NO_OPS_PERFORMED } from "./local-checkpoint-tracker.ts";
import { Translog } from "./translog/translog.ts";
import type { ShardId } from "./version-type.ts";
import { writerSettings } from "./writer-settings.ts";

/** What recovery needs. */
export interface RecoveryOptions {
  /** The shard's folder: `index/` and `translog/` lie in it. */
  readonly folder: string;
  readonly shardId: ShardId;
  readonly settings: Settings;
  readonly mapper: MapperService;
  readonly primaryTerm: number;
  readonly clock: Clock;
  readonly random: Random;
  readonly io: FileIo;
  readonly onFailure: (reason: string, error: VarveError) => void;
}

/** An engine that is ready, and what recovery did. */
export interface Recovered {
  readonly engine: InternalEngine;
  readonly directory: FsDirectory;
  /** Operations that were applied from the translog. */
  readonly operationsReplayed: number;
}

/** A new, empty shard. */
export function createEmpty(options: RecoveryOptions): Recovered {
  const directory = new FsDirectory(join(options.folder, "index"), options.io);
  // The translog goes first: a commit without a translog would be damaged, a translog without a
  // commit is a creation that did not finish.
  const translog = Translog.create(translogOptions(options), randomBase64Uuid(options.random));
  const commit = emptyCommitData(translog.translogUuid, randomBase64Uuid(options.random));
  const writer = new IndexWriter(directory, { ...writerSettings(options), create: true });
  writer.commit(encodeCommitData(commit));
  const tracker = new LocalCheckpointTracker(NO_OPS_PERFORMED, NO_OPS_PERFORMED);
  const engine = new InternalEngine({ ...options, directory, writer, tracker }, commit);
  engine.translog = translog;
  return { engine, directory, operationsReplayed: 0 };
}

/** Recovers from the last commit and the translog. A creation that was cut short is done again. */
export function recoverExisting(options: RecoveryOptions): Recovered {
  const directory = new FsDirectory(join(options.folder, "index"), options.io);
  if (isUnfinishedCreation(options, directory)) return createEmpty(options);
  const commit = decodeCommitData(readLatestCommit(directory).userData);
  const engine = engineAt(options, directory, commit);
  let operationsReplayed = 0;
  try {
    engine.translog = Translog.open(translogOptions(options), commit.translogUuid, (operation) => {
      if (engine.replay(operation)) operationsReplayed++;
    });
    engine.fillSeqNoGaps();
    if (operationsReplayed > 0) engine.refresh();
  } catch (error) {
    engine.abandon();
    throw error;
  }
  return { engine, directory, operationsReplayed };
}

/**
 * Starts over from a commit that a snapshot brought: same documents and sequence numbers, a new
 * history and an empty translog.
 */
export function recoverRestored(options: RecoveryOptions): Recovered {
  const directory = new FsDirectory(join(options.folder, "index"), options.io);
  const userData = readLatestCommit(directory).userData;
  const translog = Translog.create(translogOptions(options), randomBase64Uuid(options.random));
  const before = userData.has("max_seq_no")
    ? decodeCommitData(new Map([["translog_uuid", ""], ["history_uuid", ""], ...userData]))
    : emptyCommitData("", "");
  const commit: CommitData = {
    ...before,
    translogUuid: translog.translogUuid,
    historyUuid: randomBase64Uuid(options.random),
  };
  const engine = engineAt(options, directory, commit);
  try {
    engine.translog = translog;
    engine.fillSeqNoGaps();
    engine.commitRestored();
  } catch (error) {
    engine.abandon();
    throw error;
  }
  return { engine, directory, operationsReplayed: 0 };
}

function engineAt(
  options: RecoveryOptions,
  directory: FsDirectory,
  commit: CommitData,
): InternalEngine {
  const writer = new IndexWriter(directory, writerSettings(options));
  const tracker = new LocalCheckpointTracker(commit.maxSeqNo, commit.localCheckpoint);
  const engine = new InternalEngine({ ...options, directory, writer, tracker }, commit);
  if (commit.localCheckpoint < commit.maxSeqNo) markCommitted(engine, tracker, commit);
  return engine;
}

/** A commit of a busy server holds operations above its checkpoint: finds them in `_seq_no`. */
function markCommitted(
  engine: InternalEngine,
  tracker: LocalCheckpointTracker,
  commit: CommitData,
): void {
  const reader = engine.acquireReader("internal");
  try {
    for (const { reader: leaf } of reader.leaves) {
      const seqNos = leaf.numericDocValues("_seq_no");
      if (seqNos === undefined) continue;
      for (let doc = seqNos.nextDoc(); doc !== NO_MORE_DOCS; doc = seqNos.nextDoc()) {
        const seqNo = seqNos.longValue();
        if (seqNo > commit.localCheckpoint) tracker.markProcessed(seqNo);
      }
    }
  } finally {
    reader.decRef();
  }
}

/** No commit, and nothing that one could have been made of. */
function isUnfinishedCreation(options: RecoveryOptions, directory: FsDirectory): boolean {
  const names = directory.listAll();
  if (lastCommitGeneration(names) !== -1) return false;
  if (names.some((name) => name !== "pending_segments_1" && name !== "write.lock")) return false;
  const { folder, io } = options;
  const records = io.lengthBytes(join(folder, "translog", "translog-1.tlog")) ?? 0;
  if (records <= TRANSLOG_EMPTY_BYTES) return true;
  throw new VarveError("corrupt", "the shard has a translog but no commit", {
    type: "index_shard_recovery_exception",
  });
}

/** A header and nothing else. */
const TRANSLOG_EMPTY_BYTES = 50;

function translogOptions(options: RecoveryOptions) {
  const { folder, io, clock, primaryTerm, onFailure } = options;
  return {
    io,
    clock,
    primaryTerm,
    path: join(folder, "translog"),
    onTragedy: (error: VarveError) => onFailure("translog failed", error),
  };
}
