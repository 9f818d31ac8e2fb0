// Carries a repair out. Shards come first, then the snapshots' information, then the root, then
// index.latest: at each moment the repository is at least as sound as before.

import { crc32, VarveError } from "../../base/index.ts";
import type { BlobContent } from "../../blobstore/index.ts";
import { encodeRepositoryData, type RepositoryData } from "../format/repository-data.ts";
import { SNAPSHOT_STATES } from "../format/snapshot-info.ts";
import {
  generationOfBlob,
  INDEX_FILE_PREFIX,
  INDEX_LATEST_BLOB,
  indexBlobName,
} from "../layout/blob-names.ts";
import { checkNotReadonly, type RepositoryContext, rootName } from "../repository-context.ts";
import { newestGeneration } from "../verify/verify-root.ts";
import type { RepairAction, RepairPlan } from "./plan-repair.ts";

/** What a repair wrote. */
export interface RepairResult {
  readonly blobs: number;
  /** N of the newest index-N now. */
  readonly generation: number;
}

/** Runs a plan. Errors: `conflict` where the repository has changed since it was planned. */
export async function runRepair(
  context: RepositoryContext,
  plan: RepairPlan,
  signal?: AbortSignal,
): Promise<RepairResult> {
  checkNotReadonly(context, "cannot repair a readonly repository");
  const { store } = context;
  const roots = await store.list(context.basePath, INDEX_FILE_PREFIX, signal);
  const latest = newestGeneration(roots.keys()) ?? -1;
  if (latest > plan.generation) throw changed(context, plan.generation, latest);
  for (const action of plan.actions) {
    signal?.throwIfAborted();
    const bytes = await contentsOf(context, action);
    if (bytes !== undefined) await store.put(action.blob, bytes);
  }
  await store.flush();
  let { generation } = plan;
  if (plan.data !== undefined) {
    generation++;
    const bytes = encodeRoot(plan.data);
    await store.put(rootName(context, indexBlobName(generation)), bytes, { ifAbsent: true });
  }
  const saysLatest = plan.actions.some(({ kind }) => kind === "write-index-latest");
  if (plan.data !== undefined || saysLatest) {
    const bytes = Buffer.alloc(8);
    bytes.writeBigInt64BE(BigInt(generation));
    await store.put(rootName(context, INDEX_LATEST_BLOB), bytes);
  }
  if (plan.data !== undefined && plan.replacesRoot) await deleteOldRoots(context, generation);
  await store.delete(plan.outdated ?? []);
  return { blobs: plan.actions.length, generation };
}

async function contentsOf(
  context: RepositoryContext,
  action: RepairAction,
): Promise<BlobContent | undefined> {
  const { blob, bit, length, from } = action;
  if (from !== undefined) {
    return { length: length!, open: () => context.store.read(from, 0, length!) };
  }
  if (bit === undefined && length === undefined) return action.bytes;
  const found = await context.store.get(blob);
  if (length !== undefined) return found.subarray(0, length);
  const bytes = Uint8Array.from(found);
  if (bit!.offset >= bytes.length) throw changedBlob(blob);
  bytes[bit!.offset]! ^= bit!.bits;
  const stored = Buffer.from(bytes).readUInt32BE(bytes.length - 4);
  if (crc32(bytes.subarray(0, bytes.length - 8)) !== stored) throw changedBlob(blob);
  return bytes;
}

/** Roots of before 7.6 name no versions and no shard generations. */
function encodeRoot(data: RepositoryData): Uint8Array {
  const snapshots = [...data.snapshots.values()];
  if (!snapshots.some(({ version }) => version === undefined)) return encodeRepositoryData(data);
  const indices = [...data.indices.values()].map((index) => {
    return [index.name, { id: index.id, snapshots: index.snapshots }] as const;
  });
  const tree = {
    snapshots: snapshots.map(({ name, uuid, state }) => {
      return { name, uuid, state: SNAPSHOT_STATES[state ?? "SUCCESS"] };
    }),
    indices: Object.fromEntries(indices),
  };
  return Buffer.from(JSON.stringify(tree));
}

async function deleteOldRoots(context: RepositoryContext, generation: number): Promise<void> {
  const { store, basePath } = context;
  const names = [...(await store.list(basePath, INDEX_FILE_PREFIX)).keys()];
  const old = names.filter((name) => (generationOfBlob(name) ?? generation) < generation);
  await store.delete(old.map((name) => rootName(context, name)));
}

function changed(context: RepositoryContext, expected: number, actual: number): VarveError {
  const message = `[${context.name}] is at generation ${actual}, the repair was planned at ${expected}`;
  return new VarveError("conflict", `${message}: plan it again`, { type: "repository_exception" });
}

function changedBlob(blob: string): VarveError {
  const message = `Blob [${blob}] has changed since the repair was planned: plan it again`;
  return new VarveError("conflict", message, { type: "repository_exception" });
}
