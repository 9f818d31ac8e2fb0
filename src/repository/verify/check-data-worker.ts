// Worker entry: checks files of a store that the thread opens for itself.

import { systemClock, systemRandom, type WorkerTaskContext } from "../../base/index.ts";
import { type BlobStore, openRepositoryStore, type StoreAddress } from "../../blobstore/index.ts";
import type { FileInfo } from "../format/file-info.ts";
import { runLimited } from "../run-limited.ts";
import { checkDataFile, type DataProblem } from "./check-data.ts";

/** What a task checks. */
export interface CheckDataTask {
  readonly address: StoreAddress;
  readonly files: readonly { readonly folder: string; readonly file: FileInfo }[];
  readonly parallelFilesMax: number;
}

/** Bytes between two reports of progress. */
const REPORT_BYTES = 8 * 1024 * 1024;

let opened: { key: string; store: BlobStore } | undefined;

/** Answers what is wrong with each file, in their order. */
export async function runTask(
  input: unknown,
  context: WorkerTaskContext,
): Promise<(DataProblem | undefined)[]> {
  const task = input as CheckDataTask;
  const store = await storeOf(task.address);
  let unreported = 0;
  const onBytes = (bytes: number) => {
    unreported += bytes;
    if (unreported < REPORT_BYTES) return;
    context.checkCancelled();
    context.report(unreported);
    unreported = 0;
  };
  const problems = await runLimited(task.files, task.parallelFilesMax, ({ folder, file }) => {
    context.checkCancelled();
    return checkDataFile(store, folder, file, { onBytes });
  });
  context.report(unreported);
  return problems;
}

/** A thread works for one repository at a time. */
async function storeOf(address: StoreAddress): Promise<BlobStore> {
  const key = JSON.stringify(address);
  if (opened?.key === key) return opened.store;
  await opened?.store.close();
  const context = { clock: systemClock, random: systemRandom };
  opened = { key, store: openRepositoryStore(address, context) };
  return opened.store;
}
