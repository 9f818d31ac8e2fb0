// Runs the merges that an IndexWriter asks for: small ones at once, larger ones in a worker thread
// while the shard goes on indexing and searching. One merge of a shard runs at a time, as
// `index.merge.scheduler.max_thread_count` is on a small machine; those of several shards share the
// pool. Upstream: OpenSearchConcurrentMergeScheduler (2.19.6).

import { type Clock, VarveError, type WorkerPool } from "../../base/index.ts";
import {
  type IndexWriter,
  type MergeDescription,
  type MergeResult,
  type MergeTrigger,
  runMerge,
  segmentCommitFiles,
} from "../../lucene/index/index.ts";
import type { FsDirectory } from "../store/fs-directory.ts";
import type { MergeTask } from "../workers/merge-worker.ts";
import type { ShardCounters } from "./shard-counters.ts";

/** A merge of fewer bytes costs less than handing it to a thread. */
const INLINE_BYTES_MAX = 256 * 1024;

/** What the merges of a shard need. */
export interface MergeSchedulerOptions {
  readonly writer: IndexWriter;
  readonly directory: FsDirectory;
  readonly workers: WorkerPool;
  readonly clock: Clock;
  readonly counters: ShardCounters;
  /** A merge was committed: readers may want to see it. */
  readonly onMerged: () => void;
  /** A merge failed for another reason than being cancelled. */
  readonly onFailure: (error: unknown) => void;
}

/** The merges of one shard. */
export class MergeScheduler {
  private readonly options: MergeSchedulerOptions;
  private readonly abort = new AbortController();
  private background: Promise<void> | undefined;
  private forced: Promise<void> | undefined;

  constructor(options: MergeSchedulerOptions) {
    this.options = options;
  }

  /** Starts merges if the policy wants some and none runs. Never throws. */
  maybeMerge(): void {
    if (this.abort.signal.aborted || this.background !== undefined || this.forced !== undefined) {
      return;
    }
    this.background = this.mergeUntilDone({ kind: "natural" })
      .catch((error: unknown) => {
        if (!this.abort.signal.aborted && !isHarmless(error)) this.options.onFailure(error);
      })
      .finally(() => {
        this.background = undefined;
      });
  }

  /** Runs the merges of a force-merge, after those that run already. */
  async forceMerge(trigger: MergeTrigger): Promise<void> {
    while (this.forced !== undefined) await this.forced.catch(() => {});
    const running = (async () => {
      while (this.background !== undefined) await this.background;
      await this.mergeUntilDone(trigger);
    })();
    this.forced = running.finally(() => {
      this.forced = undefined;
    });
    await this.forced;
  }

  /** Cancels what runs and waits until no thread writes into the folder any more. */
  async close(): Promise<void> {
    this.abort.abort();
    await this.background;
    await this.forced?.catch(() => {});
  }

  /**
   * Merges until the trigger wants no more. A forced merge takes only the segments that were there
   * at its beginning, so that it ends while documents keep coming.
   */
  private async mergeUntilDone(trigger: MergeTrigger): Promise<void> {
    const { writer } = this.options;
    let members: Set<string> | undefined;
    for (;;) {
      if (this.abort.signal.aborted) throw new VarveError("aborted", "The merge was cancelled");
      let plans = writer.planMerges(trigger);
      if (trigger.kind !== "natural") {
        members ??= new Set(writer.segments().map(({ name }) => name));
        plans = this.keepMembers(plans, members);
      }
      if (plans.length === 0) return;
      for (const [index, plan] of plans.entries()) {
        try {
          await this.mergeOne(plan);
          members?.add(plan.name);
        } catch (error) {
          for (const left of plans.slice(index + 1)) writer.abortMerge(left);
          throw error;
        }
      }
      // Asking again would rewrite what was just made.
      if (trigger.kind === "expunge-deletes") return;
    }
  }

  private keepMembers(
    plans: readonly MergeDescription[],
    members: ReadonlySet<string>,
  ): MergeDescription[] {
    const isMember = (plan: MergeDescription) =>
      plan.segments.every(({ commit }) => members.has(commit.info.name));
    for (const plan of plans) if (!isMember(plan)) this.options.writer.abortMerge(plan);
    return plans.filter(isMember);
  }

  private async mergeOne(description: MergeDescription): Promise<void> {
    const { writer, counters, clock } = this.options;
    const size = this.sizeOf(description);
    const started = clock.monotonic();
    counters.merge.current++;
    counters.merge.currentDocs += size.docs;
    counters.merge.currentBytes += size.bytes;
    try {
      const result = await this.run(description, size.bytes).catch((error: unknown) => {
        writer.abortMerge(description);
        throw error;
      });
      writer.commitMerge(description, result);
      counters.merge.total++;
      counters.merge.docs += size.docs;
      counters.merge.bytes += size.bytes;
      this.options.onMerged();
    } finally {
      counters.merge.timeMs += clock.monotonic() - started;
      counters.merge.current--;
      counters.merge.currentDocs -= size.docs;
      counters.merge.currentBytes -= size.bytes;
    }
  }

  private async run(description: MergeDescription, bytes: number): Promise<MergeResult> {
    const { directory, workers } = this.options;
    if (bytes <= INLINE_BYTES_MAX) return runMerge(description, directory);
    directory.materialize(description.segments.flatMap(({ commit }) => segmentCommitFiles(commit)));
    const task: MergeTask = { path: directory.path, description };
    const result = await workers.run<MergeResult>("engine/workers/merge-worker", task, {
      signal: this.abort.signal,
    });
    // An empty result has no files.
    if (result.info.maxDoc > 0) directory.adopt(result.info.files);
    return result;
  }

  private sizeOf(description: MergeDescription): { docs: number; bytes: number } {
    let docs = 0;
    let bytes = 0;
    for (const { commit } of description.segments) {
      docs += commit.info.maxDoc - commit.delCount - commit.softDelCount;
      for (const name of segmentCommitFiles(commit)) {
        bytes += this.options.directory.fileLength(name);
      }
    }
    return { docs, bytes };
  }
}

/**
 * After these the shard is as it was before the merge: no room for it on the disk (a later one
 * tries again), or the node's threads are ending.
 */
function isHarmless(error: unknown): boolean {
  if (!(error instanceof VarveError)) return false;
  return error.kind === "limit" || error.type === "rejected_execution_exception";
}
