// How much a deletion or a cleanup would free: what the plan lists, and what lies below the index
// folders that go as a whole.

import type { DeleteResult } from "../../blobstore/index.ts";
import type { RepositoryContext } from "../repository-context.ts";
import { runLimited } from "../run-limited.ts";
import type { StaleIndex } from "./stale-indices.ts";

/** The part of a plan that frees blobs. */
export interface FreeingPlan {
  blobs: ReadonlyMap<string, number>;
  staleIndices: readonly StaleIndex[];
}

/** Blobs and bytes that a plan frees. */
export async function measurePlan(
  context: RepositoryContext,
  plan: FreeingPlan,
  signal?: AbortSignal,
): Promise<DeleteResult> {
  const sum: DeleteResult = { blobs: plan.blobs.size, bytes: 0 };
  for (const bytes of plan.blobs.values()) sum.bytes += bytes;
  await runLimited(plan.staleIndices, context.parallelCallsMax, async (index) => {
    for (const folder of index.folders) await addTree(context, folder, sum, signal);
  });
  return sum;
}

async function addTree(
  context: RepositoryContext,
  folder: string,
  sum: DeleteResult,
  signal?: AbortSignal,
): Promise<void> {
  for (const length of (await context.store.list(folder, "", signal)).values()) {
    sum.blobs++;
    sum.bytes += length;
  }
  for (const name of await context.store.listFolders(folder, signal)) {
    await addTree(context, `${folder}/${name}`, sum, signal);
  }
}
