// Runs one merge in a worker thread.

import type { WorkerTaskContext } from "../../base/index.ts";
import { type MergeDescription, type MergeResult, runMerge } from "../../lucene/index/index.ts";
import { CancellableDirectory } from "../shard/cancellable-directory.ts";

/** The shard's index folder and the planned merge. */
export interface MergeTask {
  readonly path: string;
  readonly description: MergeDescription;
}

/** The new segment; its files lie in the folder, not yet synced. */
export function runTask(input: unknown, context: WorkerTaskContext): MergeResult {
  const { path, description } = input as MergeTask;
  const directory = new CancellableDirectory(path, () => context.checkCancelled());
  const result = runMerge(description, directory);
  directory.materialize(result.info.files);
  context.transfer(...result.docMaps.map((map) => map.buffer as ArrayBuffer));
  return result;
}
