// Spreads the checking of files over worker threads, which open the store by its address; without
// an address, and while there is little to do, files are checked where they are. What runs at a
// time is bounded, so memory does not grow with the repository.

import { coreCount, WorkerPool } from "../../base/index.ts";
import type { StoreAddress } from "../../blobstore/index.ts";
import type { RepositoryContext } from "../repository-context.ts";
import { runLimited } from "../run-limited.ts";
import { checkDataFile, type DataFile, type DataProblem } from "./check-data.ts";
import type { CheckDataTask } from "./check-data-worker.ts";
import { type Finding, newFinding } from "./finding.ts";

/** Bytes that are checked without threads: starting one takes as long as this. */
const INLINE_BYTES_MAX = 32 * 1024 * 1024;
/** Bytes and files of one task: few enough to share the work, enough to be worth a message. */
const TASK_BYTES = 64 * 1024 * 1024;
const TASK_FILES_MAX = 500;
/** Files at a time in a thread: one from a disk, several where each costs a request. */
const NETWORK_FILES_MAX = 8;
const ENTRY = "repository/verify/check-data-worker";

/** How files are checked. */
export interface DataCheckerOptions {
  readonly address?: StoreAddress | undefined;
  readonly threads?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onBytes?: ((bytes: number) => void) | undefined;
}

/** Checks files for one verification. */
export class DataChecker {
  bytes = 0;
  /** Blob names, with their folders, of files whose bytes are wrong. */
  readonly damaged = new Set<string>();
  private readonly context: RepositoryContext;
  private readonly options: DataCheckerOptions;
  private readonly findings: Finding[];
  private pool: WorkerPool | undefined;

  constructor(context: RepositoryContext, findings: Finding[], options: DataCheckerOptions) {
    this.context = context;
    this.findings = findings;
    this.options = options;
  }

  /** Checks files; what is wrong becomes findings. */
  async check(files: readonly DataFile[]): Promise<void> {
    const bytes = files.reduce((sum, { file }) => sum + file.length, 0);
    const before = this.bytes;
    this.bytes += bytes;
    const { address, threads } = this.options;
    const threaded = address !== undefined && address.type !== "memory" && threads !== 0;
    if (threaded && before + bytes > INLINE_BYTES_MAX) {
      await Promise.all(tasksOf(files).map((task) => this.checkInThread(address, task)));
    } else await this.checkHere(files);
  }

  async close(): Promise<void> {
    await this.pool?.close();
  }

  private async checkHere(files: readonly DataFile[]): Promise<void> {
    const { signal, onBytes } = this.options;
    const { store, parallelCallsMax } = this.context;
    await runLimited(files, parallelCallsMax, async (data) => {
      signal?.throwIfAborted();
      const options = { signal, ...(onBytes === undefined ? {} : { onBytes }) };
      this.report(data, await checkDataFile(store, data.folder, data.file, options));
    });
  }

  private async checkInThread(address: StoreAddress, files: readonly DataFile[]): Promise<void> {
    const { signal, onBytes, threads } = this.options;
    this.pool ??= new WorkerPool({
      size: threads ?? coreCount(),
      clock: this.context.clock,
    });
    const task: CheckDataTask = {
      address,
      files: files.map(({ folder, file }) => ({ folder, file })),
      parallelFilesMax: address.type === "fs" ? 1 : NETWORK_FILES_MAX,
    };
    const problems = await this.pool.run<(DataProblem | undefined)[]>(ENTRY, task, {
      ...(signal === undefined ? {} : { signal }),
      onProgress: (bytes) => onBytes?.(bytes as number),
    });
    for (const [at, problem] of problems.entries()) this.report(files[at]!, problem);
  }

  private report(data: DataFile, problem: DataProblem | undefined): void {
    if (problem === undefined) return;
    this.damaged.add(`${data.folder}/${data.file.name}`);
    const { snapshots, index, shard } = data;
    const place = { snapshots, index, shard, file: data.file.physicalName };
    this.findings.push(newFinding(problem.kind, problem.blob, problem.message, place));
  }
}

/** Files in their order, cut where a task is large enough. */
function tasksOf(files: readonly DataFile[]): DataFile[][] {
  const tasks: DataFile[][] = [];
  let bytes = TASK_BYTES;
  for (const data of files) {
    const last = tasks.at(-1);
    if (last === undefined || bytes >= TASK_BYTES || last.length >= TASK_FILES_MAX) {
      tasks.push([data]);
      bytes = 0;
    } else last.push(data);
    bytes += data.file.length;
  }
  return tasks;
}
