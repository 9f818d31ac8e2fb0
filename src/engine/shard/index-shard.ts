// One shard of an open index: the engine, and everything that happens to it by itself (refreshes,
// merges, syncs, flushes). Upstream: org.opensearch.index.shard.IndexShard (2.19.6).
//
// Life: open → started → closed, or → failed with a reason when its files or its disk give out. A
// failed shard answers nothing; its index is red.

import {
  type Clock,
  type FileIo,
  nodeFileIo,
  type Random,
  randomBase64Uuid,
  type VarveError,
  type WorkerPool,
} from "../../base/index.ts";
import { type DirectoryReader, readLatestCommit } from "../../lucene/index/index.ts";
import type { MapperService } from "../mapping/index.ts";
import type { Settings } from "../settings.ts";
import type { FsDirectory } from "../store/fs-directory.ts";
import type {
  DeleteRequestOperation,
  GetOptions,
  GetResult,
  IndexRequestOperation,
  OperationResult,
} from "./engine-operations.ts";
import { IndexingMemory } from "./indexing-memory.ts";
import type { InternalEngine } from "./internal-engine.ts";
import { MergeScheduler } from "./merge-scheduler.ts";
import { RefreshSchedule } from "./refresh-schedule.ts";
import { describeSegments } from "./segment-descriptions.ts";
import { ShardCounters } from "./shard-counters.ts";
import {
  createEmpty,
  type Recovered,
  type RecoveryOptions,
  recoverExisting,
  recoverRestored,
} from "./shard-recovery.ts";
import {
  type CommitDescription,
  type SegmentDescription,
  type SeqNoDescription,
  type ShardStats,
  shardStats,
} from "./shard-stats.ts";
import { TranslogSchedule } from "./translog-schedule.ts";
import type { ShardId } from "./version-type.ts";
import { mergePolicyOf } from "./writer-settings.ts";

/** What a shard is opened with. */
export interface IndexShardOptions {
  /** The shard's folder: `index/` and `translog/` lie in it. */
  readonly folder: string;
  readonly shardId: number;
  readonly index: { readonly name: string; readonly uuid: string };
  readonly settings: Settings;
  readonly mapper: MapperService;
  readonly primaryTerm: number;
  readonly clock: Clock;
  readonly random: Random;
  readonly workers: WorkerPool;
  /** Called once when the shard fails after it was opened. */
  readonly onFailure?: (shard: IndexShard, reason: string, error: VarveError) => void;
  /** The node's budget for unfinished segments; default: one for the process. */
  readonly memory?: IndexingMemory;
  readonly io?: FileIo;
}

/** A view for searching; `close` gives it back. */
export interface Searcher {
  readonly reader: DirectoryReader;
  close(): void;
}

/** A commit whose files stay until `close`. */
export interface AcquiredCommit {
  readonly directoryPath: string;
  readonly generation: number;
  readonly segmentsFileName: string;
  readonly files: readonly { readonly name: string; readonly length: number }[];
  readonly userData: ReadonlyMap<string, string>;
  close(): void;
}

/** How the shard came to be. */
export interface RecoveryState {
  readonly type: "EMPTY_STORE" | "EXISTING_STORE" | "SNAPSHOT";
  readonly startMs: number;
  readonly stopMs: number;
  readonly operationsReplayed: number;
}

/** What a force-merge is asked for. */
export interface ForceMergeOptions {
  /** At most so many segments; -1: only what the policy wants. */
  readonly maxNumSegments?: number;
  readonly onlyExpungeDeletes?: boolean;
  /** Commit afterwards. Default true. */
  readonly flush?: boolean;
}

const processMemory = new IndexingMemory();

/** An open shard. */
export class IndexShard {
  readonly shardId: number;
  /** The same with its index, as errors name it. */
  readonly id: ShardId;
  readonly counters = new ShardCounters();
  readonly recoveryState: RecoveryState;
  readonly directory: FsDirectory;
  readonly primaryTerm: number;
  /** Why the shard failed after it was opened. */
  failure: { readonly reason: string; readonly error: VarveError } | undefined;
  private readonly options: IndexShardOptions;
  private readonly engine: InternalEngine;
  private readonly memory: IndexingMemory;
  private readonly merges: MergeScheduler;
  private readonly refreshes: RefreshSchedule;
  private readonly translogs: TranslogSchedule;
  private periodicFlush: Promise<void> | undefined;
  private closing: Promise<void> | undefined;

  private constructor(options: IndexShardOptions, recovered: Recovered, state: RecoveryState) {
    this.options = options;
    this.shardId = options.shardId;
    this.id = shardIdOf(options);
    this.primaryTerm = options.primaryTerm;
    this.engine = recovered.engine;
    this.directory = recovered.directory;
    this.recoveryState = state;
    this.memory = options.memory ?? processMemory;
    const { clock, workers } = options;
    this.merges = new MergeScheduler({
      writer: this.engine.writer,
      directory: this.directory,
      workers,
      clock,
      counters: this.counters,
      onMerged: () => {
        if (this.isStarted) this.engine.refreshInternal();
      },
      onFailure: (error) => void this.engine.fail("merge failed", error),
    });
    this.refreshes = new RefreshSchedule(clock, {
      isRefreshNeeded: () => this.isStarted && this.engine.isRefreshNeeded,
      refreshNow: (source) => {
        if (this.isStarted) this.refresh(source);
      },
    });
    this.translogs = new TranslogSchedule(clock, {
      translog: () => this.engine.translog,
      isFlushNeeded: () => this.isStarted && this.engine.isFlushNeeded,
      flush: () => this.flushPeriodically(),
    });
    this.memory.add(this);
    this.applySettings(options.settings);
  }

  /** Recovers an existing shard from its last commit and its translog. */
  static async open(options: IndexShardOptions): Promise<IndexShard> {
    const shard = IndexShard.start(options, "EXISTING_STORE", recoverExisting);
    if (shard.recoveryState.operationsReplayed > 0) await shard.flush();
    return shard;
  }

  /** Creates an empty shard. */
  static async create(options: IndexShardOptions): Promise<IndexShard> {
    return IndexShard.start(options, "EMPTY_STORE", createEmpty);
  }

  /** Opens a shard whose `index/` holds the files of a snapshot: new history, empty translog. */
  static async bootstrapRestored(options: IndexShardOptions): Promise<IndexShard> {
    return IndexShard.start(options, "SNAPSHOT", recoverRestored);
  }

  private static start(
    options: IndexShardOptions,
    type: RecoveryState["type"],
    recover: (options: RecoveryOptions) => Recovered,
  ): IndexShard {
    let shard: IndexShard | undefined;
    const startMs = options.clock.now();
    const recovered = recover({
      ...options,
      shardId: shardIdOf(options),
      io: options.io ?? nodeFileIo,
      onFailure: (reason, error) => shard?.fail(reason, error),
    });
    shard = new IndexShard(options, recovered, {
      type,
      startMs,
      stopMs: options.clock.now(),
      operationsReplayed: recovered.operationsReplayed,
    });
    return shard;
  }

  get isStarted(): boolean {
    return this.closing === undefined && this.failure === undefined;
  }

  get state(): "STARTED" | "FAILED" | "CLOSED" {
    if (this.failure !== undefined) return "FAILED";
    return this.closing === undefined ? "STARTED" : "CLOSED";
  }

  /** Takes over index settings that may change while the shard is open. */
  updateSettings(settings: Settings): void {
    this.applySettings(settings);
    if (this.isStarted) this.merges.maybeMerge();
  }

  /** Without a merge: a restored shard keeps its files until something is written. */
  private applySettings(settings: Settings): void {
    this.refreshes.update(settings);
    this.translogs.update(settings);
    this.engine.gcDeletesMs = settings.getTime("index.gc_deletes", 60_000);
    this.engine.writer.mergePolicy = mergePolicyOf(settings);
  }

  // ---- documents

  /**
   * Indexes a document: durable after `ensureSynced`, visible after `refresh`. Throws
   * `version_conflict_engine_exception`, and what Lucene has against the document itself.
   */
  index(operation: IndexRequestOperation): OperationResult<"created" | "updated"> {
    const started = this.options.clock.monotonic();
    try {
      const result = this.engine.index(operation);
      this.counters.index.total++;
      this.afterWrite();
      return result;
    } catch (error) {
      this.counters.index.failed++;
      throw error;
    } finally {
      this.counters.index.timeMs += this.options.clock.monotonic() - started;
    }
  }

  /** Deletes a document; see `index`. */
  delete(operation: DeleteRequestOperation): OperationResult<"deleted" | "not_found"> {
    const started = this.options.clock.monotonic();
    try {
      const result = this.engine.delete(operation);
      this.counters.delete.total++;
      this.afterWrite();
      return result;
    } finally {
      this.counters.delete.timeMs += this.options.clock.monotonic() - started;
    }
  }

  private afterWrite(): void {
    this.engine.releaseVersions();
    this.refreshes.onWrite();
    this.translogs.onWrite();
    this.memory.onWrite();
  }

  /** A document by its id, or undefined. Throws `version_conflict_engine_exception`. */
  get(id: string, options: GetOptions = {}): GetResult | undefined {
    const { get } = this.counters;
    const started = this.options.clock.monotonic();
    const found = this.engine.get(id, options);
    const tookMs = this.options.clock.monotonic() - started;
    get.total++;
    get.timeMs += tookMs;
    if (found === undefined) {
      get.missing++;
      get.missingTimeMs += tookMs;
    } else {
      get.exists++;
      get.existsTimeMs += tookMs;
    }
    return found;
  }

  /** Resolves when everything written before the call is durable (at once when `async`). */
  ensureSynced(): Promise<void> {
    return this.translogs.ensureSynced();
  }

  // ---- visibility

  /** Makes everything so far visible to searches; false when nothing was new. */
  refresh(_source: string): boolean {
    const started = this.options.clock.monotonic();
    const changed = this.engine.refresh();
    const tookMs = this.options.clock.monotonic() - started;
    for (const counter of [this.counters.refresh, this.counters.externalRefresh]) {
      counter.total++;
      counter.timeMs += tookMs;
    }
    if (changed) this.merges.maybeMerge();
    return changed;
  }

  /** The refreshed view, for a search. An idle shard is refreshed first. */
  acquireSearcher(): Searcher {
    if (this.isStarted && this.refreshes.onSearch()) this.counters.searchIdleReactivations++;
    const reader = this.engine.acquireReader();
    let open = true;
    return {
      reader,
      close() {
        if (open) reader.decRef();
        open = false;
      },
    };
  }

  /** Has no search asked for a while, so that the shard does not refresh by itself? */
  get isSearchIdle(): boolean {
    return this.refreshes.isSearchIdle;
  }

  // ---- disk

  /**
   * Commits to Lucene and trims the translog. Does nothing when there is nothing new, unless
   * forced.
   */
  async flush(force = false): Promise<void> {
    await this.flushWith(force, {});
  }

  private async flushWith(force: boolean, changes: { forceMergeUuid?: string }): Promise<void> {
    const started = this.options.clock.monotonic();
    const outcome = await this.engine.flush(force, changes);
    if (outcome === "none") return;
    this.counters.flush.total++;
    this.counters.flush.timeMs += this.options.clock.monotonic() - started;
    if (outcome === "changed") this.merges.maybeMerge();
  }

  private flushPeriodically(): void {
    if (this.periodicFlush !== undefined || !this.isStarted) return;
    this.periodicFlush = this.flush()
      .then(() => void this.counters.flush.periodic++)
      // A flush that fails has failed the shard already.
      .catch(() => {})
      .finally(() => {
        this.periodicFlush = undefined;
      });
  }

  /** Merges down to few segments. */
  async forceMerge(options: ForceMergeOptions = {}): Promise<void> {
    this.engine.ensureOpen();
    const segments = options.maxNumSegments ?? -1;
    await this.merges.forceMerge(
      options.onlyExpungeDeletes === true
        ? { kind: "expunge-deletes" }
        : segments > 0
          ? { kind: "force", maxSegments: segments }
          : { kind: "natural" },
    );
    if (options.flush === false) return;
    await this.flushWith(true, { forceMergeUuid: randomBase64Uuid(this.options.random) });
  }

  /** Holds the newest commit's files, for a snapshot. */
  async acquireCommit(flushFirst: boolean): Promise<AcquiredCommit> {
    if (flushFirst) await this.flush();
    while (this.engine.runningFlush !== undefined) await this.engine.runningFlush;
    this.engine.ensureOpen();
    const { writer } = this.engine;
    const commit = writer.snapshotCommit()!;
    let open = true;
    return {
      directoryPath: this.directory.path,
      generation: commit.generation,
      segmentsFileName: commit.segmentsFileName,
      files: commit.fileNames.map((name) => ({ name, length: this.directory.fileLength(name) })),
      userData: commit.userData,
      close() {
        if (open) writer.releaseCommit(commit);
        open = false;
      },
    };
  }

  get indexingBytes(): number {
    return this.engine.writer.ramBytesUsed + this.engine.versionMapBytes;
  }

  /** The memory controller asks for room. */
  writeIndexingBuffer(): void {
    if (this.isStarted) this.engine.refreshInternal();
  }

  // ---- facts

  get historyUuid(): string {
    return this.engine.commitData.historyUuid;
  }

  /** The sections of `_stats`. */
  stats(): ShardStats {
    const { engine } = this;
    const reader = engine.acquireReader("internal");
    try {
      return shardStats(this.counters, {
        docCount: reader.numDocs,
        deletedCount: reader.maxDoc - reader.numDocs,
        storeBytes: this.directory.sizeBytes,
        segmentCount: reader.leaves.length,
        indexWriterBytes: engine.writer.ramBytesUsed,
        versionMapBytes: engine.versionMapBytes,
        maxUnsafeAutoIdTimestamp: engine.commitData.maxUnsafeAutoIdTimestamp,
        translog: engine.translog.stats(),
      });
    } finally {
      reader.decRef();
    }
  }

  /** The `seq_no` member of shard-level stats. */
  seqNoStats(): SeqNoDescription {
    const { maxSeqNo, localCheckpoint } = this.engine;
    return {
      max_seq_no: maxSeqNo,
      local_checkpoint: localCheckpoint,
      global_checkpoint: localCheckpoint,
    };
  }

  /** The `commit` member of shard-level stats: the newest commit on disk. */
  commitStats(): CommitDescription {
    const infos = readLatestCommit(this.directory);
    const docsOf = (segment: {
      info: { maxDoc: number };
      delCount: number;
      softDelCount: number;
    }) => segment.info.maxDoc - segment.delCount - segment.softDelCount;
    return {
      id: Buffer.from(infos.id).toString("base64"),
      generation: infos.generation,
      user_data: Object.fromEntries(infos.userData),
      num_docs: infos.segments.reduce((sum, segment) => sum + docsOf(segment), 0),
    };
  }

  /** Segments as `_segments` shows them, oldest first: searched, about to be, or only committed. */
  segments(): SegmentDescription[] {
    const { engine } = this;
    const searched = engine.acquireReader("external");
    const newest = engine.acquireReader("internal");
    try {
      return describeSegments(this.directory, {
        searched,
        newest,
        committed: readLatestCommit(this.directory).segments,
      });
    } finally {
      searched.decRef();
      newest.decRef();
    }
  }

  // ---- end

  /** Ends the shard after damage found outside of it (a search that met a corrupt file). */
  fail(reason: string, error: VarveError): void {
    if (this.failure !== undefined || this.closing !== undefined) return;
    this.failure = { reason, error };
    this.stopSchedules();
    this.engine.fail(reason, error);
    this.options.onFailure?.(this, reason, error);
  }

  /** Closes the shard, after a last flush if asked. What is not flushed stays in the translog. */
  close(flush: boolean): Promise<void> {
    this.closing ??= this.closeOnce(flush && this.failure === undefined);
    return this.closing;
  }

  private async closeOnce(flush: boolean): Promise<void> {
    this.stopSchedules();
    await this.merges.close();
    try {
      await this.periodicFlush;
      if (flush) await this.engine.flush(false);
    } finally {
      await this.engine.close();
    }
  }

  private stopSchedules(): void {
    this.memory.remove(this);
    this.refreshes.close();
    this.translogs.close();
  }
}

function shardIdOf(options: IndexShardOptions): ShardId {
  const { name, uuid } = options.index;
  return { index: name, indexUuid: uuid, shard: options.shardId };
}
