// Runs the plan of one snapshot. Index by index: files are carried, or documents are written anew
// in a temporary node and uploaded; then the snapshot is made to exist, read back and compared. A
// snapshot that differs is deleted again. Stopped anywhere before, only blobs that nothing names
// are left in the destination.

import { type Clock, type Random, VarveError } from "../../base/index.ts";
import {
  type FinalizedIndex,
  idOfVersion,
  indexSetting,
  numberOfShards,
  type Repository,
  runLimited,
  type SnapshotInfo,
  type SnapshotShardFailure,
  type StartedSnapshot,
  type IndexMetadata as StoredIndexMetadata,
  versionOfId,
} from "../../repository/index.ts";
import type { MountedIndices } from "../mounted/mounted-index.ts";
import { openSnapshotIndices } from "../mounted/open-snapshot-index.ts";
import type { Node } from "../node.ts";
import { indexToStored, storedDataStreams } from "../snapshots/metadata-conversion.ts";
import {
  describeUpload,
  type HeldCommit,
  holdCommit,
  uploadShards,
} from "../snapshots/shard-upload.ts";
import type { ShardUpload, TransferEvent } from "../snapshots/transfer-protocol.ts";
import { FLOOR_VERSION, versionId } from "../version.ts";
import { carryShard } from "./carry-index.ts";
import { DocumentDigest } from "./document-digest.ts";
import type { MigrationPlan, PlannedIndex } from "./plan-migration.ts";
import { rewriteIndex } from "./rewrite-index.ts";
import { contentKey, takeAgain, type WrittenIndices } from "./written-indices.ts";

/** Both ends, and where documents are written anew. */
export interface MigrationEnds {
  readonly source: Repository;
  readonly target: Repository;
  /** Starts the temporary node, or answers the one that runs. */
  readonly node: () => Promise<Node>;
  /** What other migrations into the same target have written. */
  readonly written: WrittenIndices;
}

/** How a migration runs. */
export interface MigrationOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly signal: AbortSignal;
  readonly onIndex?: (name: string, action: string) => void;
  readonly onDocuments?: (count: number) => void;
  readonly onBytes?: (bytes: number) => void;
}

/** What became of one index. */
export interface MigratedIndex {
  readonly name: string;
  readonly action: "carry" | "rewrite" | "skip";
  readonly documents: number;
  readonly reasons: readonly string[];
  readonly translations: readonly string[];
  readonly isLossy: boolean;
}

const CACHE_BYTES = 32 * 1024 * 1024;
const SHARDS_AT_ONCE = 2;

/** Runs a plan. Errors: what cannot be read or written; `corrupt` where the documents differ. */
export async function runMigration(
  plan: MigrationPlan,
  ends: MigrationEnds,
  options: MigrationOptions,
): Promise<MigratedIndex[]> {
  const going = plan.indices.filter(({ action }) => action !== "skip");
  const started = await ends.target.startSnapshot(
    plan.snapshot.name,
    going.map(({ name }) => name),
  );
  const run = new MigrationRun(plan, ends, started, options);
  for (const planned of going) await run.migrate(planned);
  options.signal.throwIfAborted();
  await ends.target.context.store.flush(options.signal);
  await run.finish();
  try {
    return await run.compare();
  } catch (error) {
    await ends.target.deleteSnapshots([plan.snapshot.name]);
    throw error;
  }
}

/** The state of one migration. */
class MigrationRun {
  private readonly plan: MigrationPlan;
  private readonly ends: MigrationEnds;
  private readonly started: StartedSnapshot;
  private readonly options: MigrationOptions;
  private readonly finalized: FinalizedIndex[] = [];
  private readonly digests = new Map<string, DocumentDigest>();
  private readonly losses = new Map<string, readonly string[]>();
  private readonly failures: SnapshotShardFailure[] = [];
  private readonly startTimeMillis: number;

  constructor(
    plan: MigrationPlan,
    ends: MigrationEnds,
    started: StartedSnapshot,
    options: MigrationOptions,
  ) {
    this.plan = plan;
    this.ends = ends;
    this.started = started;
    this.options = options;
    this.startTimeMillis = options.clock.now();
  }

  async migrate(planned: PlannedIndex): Promise<void> {
    this.options.signal.throwIfAborted();
    this.options.onIndex?.(planned.name, planned.action);
    const failed = this.plan.info.shardFailures.filter(({ index }) => index === planned.name);
    this.failures.push(...failed);
    const missing = new Set(failed.map(({ shardId }) => shardId));
    const index = this.started.indices.get(planned.name)!;
    const known = this.started.base.indices.get(planned.name)?.shardGenerations ?? [];
    const written =
      planned.action === "carry"
        ? await this.carry(planned, missing)
        : await this.rewrite(planned, missing);
    const shards = Array.from({ length: numberOfShards(planned.stored) }, (_, shard) => shard);
    const shardGenerations = shards.map((shard) => written.get(shard) ?? known[shard] ?? "_new");
    const metadata =
      planned.action === "carry" ? carriedMetadata(planned) : indexToStored(planned.published!);
    this.finalized.push({ index, metadata, shardGenerations });
  }

  private async carry(
    planned: PlannedIndex,
    missing: ReadonlySet<number>,
  ): Promise<Map<number, string>> {
    const { source, target } = this.ends;
    const { snapshot } = this.plan;
    const { signal, onBytes } = this.options;
    const generations = new Map<number, string>();
    const shards = Array.from({ length: numberOfShards(planned.stored) }, (_, shard) => shard);
    const whole = shards.filter((shard) => !missing.has(shard));
    await runLimited(whole, SHARDS_AT_ONCE, async (shard) => {
      const from = { source, snapshot, index: planned.index, shard };
      const watched = { signal, ...(onBytes === undefined ? {} : { onBytes }) };
      generations.set(shard, await carryShard(from, target, this.started, watched));
    });
    return generations;
  }

  private async rewrite(
    planned: PlannedIndex,
    missing: ReadonlySet<number>,
  ): Promise<Map<number, string>> {
    const { source, target, written } = this.ends;
    const { signal } = this.options;
    const all = Array.from({ length: numberOfShards(planned.stored) }, (_, shard) => shard);
    const shards = all.filter((shard) => !missing.has(shard));
    const key = await contentKey(source, this.plan.snapshot, planned, shards, signal);
    const before = written.get(key);
    if (before !== undefined) {
      const again = await takeAgain(target, this.started, planned, key, before, signal);
      if (again !== undefined) {
        this.digests.set(planned.name, before.digest);
        this.losses.set(planned.name, before.losses);
        return again;
      }
    }
    return await this.writeAnew(planned, missing, key);
  }

  private async writeAnew(
    planned: PlannedIndex,
    missing: ReadonlySet<number>,
    key: string,
  ): Promise<Map<number, string>> {
    const { signal, onDocuments } = this.options;
    const { digests, losses } = this;
    const mounted = await this.open(this.ends.source, planned.name);
    const node = await this.ends.node();
    try {
      const [index] = mounted.indices;
      const failure = index!.failures.find(({ shardId }) => !missing.has(shardId));
      if (failure !== undefined) throw failure.error;
      const watched = { signal, ...(onDocuments === undefined ? {} : { onDocuments }) };
      const done = await rewriteIndex(node, planned, index!, watched);
      digests.set(planned.name, done.digest);
      losses.set(planned.name, done.losses);
      const { generations, commits } = await this.upload(node, planned, missing, key);
      this.ends.written.set(key, { digest: done.digest, losses: done.losses, commits });
      return generations;
    } finally {
      mounted.close();
      await node.indices.deleteIndices([planned.indexing!]);
    }
  }

  private open(repository: Repository, index: string): Promise<MountedIndices> {
    const { clock, random, signal } = this.options;
    return openSnapshotIndices(repository, this.plan.snapshot.name, [index], {
      clock,
      random,
      signal,
      purpose: "documents",
      pages: { cacheBytes: CACHE_BYTES },
    });
  }

  private async upload(
    node: Node,
    planned: PlannedIndex,
    missing: ReadonlySet<number>,
    shardStateId: string,
  ): Promise<{ generations: Map<number, string>; commits: Map<number, number> }> {
    const { signal, onBytes } = this.options;
    const { name } = planned;
    const generations = new Map<number, string>();
    const commits = new Map<number, number>();
    const held: HeldCommit[] = [];
    const shards: ShardUpload[] = [];
    const emit = (event: TransferEvent) => {
      const { shard } = shards[event.at]!;
      if (event.kind === "moved") onBytes?.(event.bytes);
      else if (event.kind === "done") generations.set(shard, event.generation!);
      else if (event.kind === "failed") {
        throw new VarveError("unavailable", `[${name}][${shard}] ${event.reason}`);
      }
    };
    try {
      for (const shard of node.indices.service(name)!.openShards()) {
        if (missing.has(shard.shardId)) continue;
        const commit = await holdCommit(shard, "");
        held.push(commit);
        commits.set(shard.shardId, commit.generation);
        shards.push({ ...describeUpload(name, shard.shardId, commit), shardStateId });
      }
      const { started } = this;
      await uploadShards(this.ends.target, { started, shards }, { signal, emit });
      return { generations, commits };
    } finally {
      for (const commit of held) commit.close();
    }
  }

  /** From here on the snapshot exists. */
  async finish(): Promise<void> {
    const { plan, started, finalized, failures } = this;
    const { info, cluster } = plan;
    const total = finalized.reduce((sum, one) => sum + one.shardGenerations.length, 0);
    const names = finalized.map(({ index }) => index.name);
    const streams = [...storedDataStreams(cluster.metadata).keys()];
    const snapshot: SnapshotInfo = {
      snapshotId: started.snapshotId,
      versionId: this.versionId(),
      indices: names,
      dataStreams: info.dataStreams.filter((name) => streams.includes(name)),
      state: failures.length === 0 ? "SUCCESS" : "PARTIAL",
      includeGlobalState: info.includeGlobalState ?? true,
      remoteStoreIndexShallowCopy: false,
      ...(info.userMetadata === undefined ? {} : { userMetadata: info.userMetadata }),
      startTimeMillis: this.startTimeMillis,
      endTimeMillis: this.options.clock.now(),
      totalShards: total,
      successfulShards: total - failures.length,
      shardFailures: failures,
    };
    await this.ends.target.finalizeSnapshot({
      info: snapshot,
      base: started.base,
      clusterMetadata: cluster.metadata,
      indices: finalized,
    });
  }

  /** The oldest OpenSearch that can hold all of it: the floor, or the writer of what is carried. */
  private versionId(): number {
    const floor = versionId(FLOOR_VERSION);
    const carries = this.plan.indices.some(({ action }) => action === "carry");
    const writer = versionOfId(this.plan.info.versionId);
    if (!carries || writer.elasticsearch || writer.major < 2) return floor;
    return Math.max(floor, idOfVersion(writer));
  }

  /** Reads the new snapshot back. Error: `corrupt` where an index is not what it was. */
  async compare(): Promise<MigratedIndex[]> {
    const { plan, options } = this;
    const out: MigratedIndex[] = [];
    for (const planned of plan.indices) {
      const { name, action, translations } = planned;
      const losses = this.losses.get(name) ?? [];
      const reasons = [...planned.reasons, ...losses];
      const isLossy = planned.isLossy || losses.length > 0;
      let documents = 0;
      if (action !== "skip") {
        options.onIndex?.(name, "compare");
        documents = (await this.compareIndex(planned)).documents;
      }
      out.push({ name, action, documents, reasons, translations, isLossy });
    }
    return out;
  }

  private async compareIndex({ name }: PlannedIndex): Promise<DocumentDigest> {
    const expected = this.digests.get(name) ?? (await this.digest(this.ends.source, name));
    const found = await this.digest(this.ends.target, name);
    if (found.documents === expected.documents && found.value() === expected.value()) return found;
    throw new VarveError(
      "corrupt",
      `[${name}] has other documents in the destination: ${found.documents} instead of ` +
        `${expected.documents}, checksum ${found.value()} instead of ${expected.value()}`,
    );
  }

  private async digest(repository: Repository, name: string): Promise<DocumentDigest> {
    const { signal } = this.options;
    const digest = new DocumentDigest();
    const mounted = await this.open(repository, name);
    try {
      const [index] = mounted.indices;
      const missing = new Set(
        this.failures.filter((one) => one.index === name).map(({ shardId }) => shardId),
      );
      const failure = index!.failures.find(({ shardId }) => !missing.has(shardId));
      if (failure !== undefined) throw failure.error;
      for (const shard of index!.openShards()) {
        if (missing.has(shard.shard)) continue;
        await shard.forEachDocument(
          ({ id, routing, source }) => digest.add(id, routing, source ?? new Uint8Array(0)),
          { signal },
        );
      }
      return digest;
    } finally {
      mounted.close();
    }
  }
}

const TIER = "index.routing.allocation.include._tier_preference";

/** As it is; without a preference for tiers of Elasticsearch, which no OpenSearch node fulfils. */
function carriedMetadata({ stored }: PlannedIndex): StoredIndexMetadata {
  if (indexSetting(stored, TIER) === undefined) return stored;
  const settings = { ...(stored.tree["settings"] as Record<string, never>) };
  delete settings[TIER];
  return { name: stored.name, tree: { ...stored.tree, settings } };
}
