// The merges that run: which segments take part, what was live when they began, and which deletes
// came since. Upstream: IndexWriter.registerMerge, commitMergedDeletesAndUpdates (9.1.0).

import { assert } from "../../base/index.ts";
import { FixedBits } from "./fixed-bits.ts";
import type { Bits } from "./leaf-reader.ts";
import { findMerges, type MergePolicySettings, type MergeTrigger } from "./merge-policy.ts";
import type { MergeSegment } from "./merge-segments.ts";
import { isMergeable } from "./merge-state.ts";
import type { PooledSegment } from "./pooled-segment.ts";

/** What was live in a segment when its merge began. */
interface Frozen {
  readonly live: FixedBits | undefined;
  readonly deletes: number;
}

/** A merge between plan and commit. */
export interface RunningMerge {
  readonly segments: readonly PooledSegment[];
  readonly frozen: readonly Frozen[];
  /** Files that it holds. */
  readonly files: readonly string[];
}

/** Knows the running merges of one writer. */
export class MergeRegister {
  private readonly pool: readonly PooledSegment[];
  private readonly running = new Map<string, RunningMerge>();
  private frozen = new Map<PooledSegment, Frozen>();

  /** `pool` is the writer's own list. */
  constructor(pool: readonly PooledSegment[]) {
    this.pool = pool;
  }

  isMerging(pooled: PooledSegment): boolean {
    for (const merge of this.running.values()) if (merge.segments.includes(pooled)) return true;
    return false;
  }

  isRunning(name: string): boolean {
    return this.running.has(name);
  }

  forEachRunning(visit: (merge: RunningMerge) => void): void {
    for (const merge of this.running.values()) visit(merge);
  }

  /** Groups of segments to merge, each in the order of the index; `sizes` goes with the pool. */
  find(
    trigger: MergeTrigger,
    sizes: readonly { bytes: number; deletedDocs: number }[],
    policy: MergePolicySettings,
  ): PooledSegment[][] {
    const candidates = this.pool.flatMap((pooled, i) =>
      isMergeable(pooled.reader.fieldInfos)
        ? [
            {
              name: pooled.name,
              maxDoc: pooled.maxDoc,
              merging: this.isMerging(pooled),
              ...sizes[i]!,
            },
          ]
        : [],
    );
    return findMerges(trigger, candidates, policy).map((names) =>
      this.pool.filter((pooled) => names.includes(pooled.name)),
    );
  }

  /** What the merge reads: the documents that stay now. Deletes must be on disk already. */
  freeze(
    group: readonly PooledSegment[],
    retained: (pooled: PooledSegment) => Bits | undefined,
  ): MergeSegment[] {
    this.frozen = new Map();
    return group.map((pooled) => {
      const { live, commit } = pooled;
      this.frozen.set(pooled, {
        live: live === undefined ? undefined : FixedBits.copyOf(live, pooled.maxDoc),
        deletes: pooled.deletes,
      });
      const keep = keptBits(pooled, pooled.softDeleted > 0 ? retained(pooled) : undefined);
      return {
        commit: {
          ...commit,
          fieldInfosFiles: new Set(commit.fieldInfosFiles),
          docValuesUpdatesFiles: new Map(commit.docValuesUpdatesFiles),
        },
        keep: keep?.bytes,
      };
    });
  }

  start(name: string, group: readonly PooledSegment[], files: readonly string[]): void {
    const frozen = group.map((pooled) => this.frozen.get(pooled)!);
    this.running.set(name, { segments: group, frozen, files });
  }

  /** Forgets a merge that ended. */
  finish(name: string): RunningMerge {
    const merge = this.running.get(name);
    assert(merge !== undefined, `merge [${name}] is running`);
    this.running.delete(name);
    return merge;
  }

  /** Repeats in the merged segment what was deleted in its parts since the merge began. */
  carryDeletes(merge: RunningMerge, docMaps: readonly Int32Array[], merged: PooledSegment): void {
    merge.segments.forEach((pooled, i) => {
      const { live, deletes } = merge.frozen[i]!;
      if (pooled.deletes === deletes) return;
      const map = docMaps[i]!;
      for (let doc = 0; doc < pooled.maxDoc; doc++) {
        const target = map[doc]!;
        if (target < 0) continue;
        if (pooled.hardLive !== undefined && !pooled.hardLive.get(doc)) {
          merged.deleteHard(target);
        } else if ((live === undefined || live.get(doc)) && !pooled.live!.get(doc)) {
          merged.deleteSoft(target);
        }
      }
    });
  }
}

/** Live documents, and soft-deleted ones that are retained. */
function keptBits(pooled: PooledSegment, retained: Bits | undefined): FixedBits | undefined {
  if (pooled.live === undefined) return undefined;
  const keep = FixedBits.copyOf(pooled.live, pooled.maxDoc);
  if (retained === undefined) return keep;
  for (let doc = 0; doc < pooled.maxDoc; doc++) {
    if (retained.get(doc) && (pooled.hardLive?.get(doc) ?? true)) keep.set(doc);
  }
  return keep;
}
