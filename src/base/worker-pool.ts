// A pool of worker threads for work that must not hold up the event loop: merges, compression,
// checksums of large files. Threads start when they are first needed and end after a while without
// work, so that an idle process stays small.
//
// Where a task's code lives. A task is named by its source path below src/, without the extension:
// `engine/workers/merge-worker`. From sources that is `src/<name>.ts`; from the bundle it is
// `<last part of name>.js` beside the bundle's own files. `workerEntryUrl` is the one place that
// knows both.

import { createRequire } from "node:module";
import { availableParallelism } from "node:os";
import { pathToFileURL } from "node:url";
import { Worker } from "node:worker_threads";
import { type Clock, systemClock } from "./clock.ts";
import { VarveError } from "./errors.ts";
import { fromPortableError, type TaskReply, type TaskRequest } from "./worker-protocol.ts";

/** A thread without work ends after this long. */
const THREAD_IDLE_MS = 20_000;

/** How a pool is made. */
export interface WorkerPoolOptions {
  /** Threads at most. Default: cores - 1, at least 1. */
  size?: number;
  clock?: Clock;
  idleMs?: number;
}

/** What a caller may ask of one task. */
export interface WorkerTaskOptions {
  /** Buffers of the input that are moved instead of copied. */
  transfer?: readonly ArrayBuffer[];
  /** Asks the task to stop. The promise settles when the task has stopped. */
  signal?: AbortSignal;
  onProgress?: (progress: unknown) => void;
}

interface PendingTask {
  readonly request: TaskRequest;
  readonly options: WorkerTaskOptions;
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: unknown) => void;
  readonly detach: () => void;
}

interface PoolThread {
  readonly worker: Worker;
  task: PendingTask | undefined;
  cancelIdleTimer: () => void;
}

/** Threads that can run at a time on this machine. */
export function coreCount(): number {
  return availableParallelism();
}

/** The module URL of a worker entry such as `engine/workers/merge-worker`. */
export function workerEntryUrl(name: string): string {
  const here = import.meta.url;
  if (here.endsWith(".ts")) return new URL(`../${name}.ts`, here).href;
  return new URL(`./${name.slice(name.lastIndexOf("/") + 1)}.js`, here).href;
}

/** Sources in TypeScript need tsx's loader registered inside the thread; the bundle needs none. */
function newThread(): Worker {
  const main = workerEntryUrl("base/worker-thread");
  if (!import.meta.url.endsWith(".ts")) return new Worker(new URL(main));
  const tsx = pathToFileURL(createRequire(import.meta.url).resolve("tsx/package.json"));
  const loader = new URL("./dist/esm/api/index.mjs", tsx).href;
  const start = `import(${JSON.stringify(loader)}).then((tsx) => {
    tsx.register();
    return import(${JSON.stringify(main)});
  })`;
  return new Worker(start, { eval: true, execArgv: [] });
}

/** Runs tasks on at most `size` threads, first come first served. */
export class WorkerPool {
  readonly size: number;
  private readonly clock: Clock;
  private readonly idleMs: number;
  private readonly threads = new Set<PoolThread>();
  private readonly queue: PendingTask[] = [];
  private nextTaskId = 1;
  private closed = false;

  constructor(options: WorkerPoolOptions = {}) {
    this.size = Math.max(1, options.size ?? availableParallelism() - 1);
    this.clock = options.clock ?? systemClock;
    this.idleMs = options.idleMs ?? THREAD_IDLE_MS;
  }

  /** Tasks that run or wait. */
  get load(): number {
    let running = 0;
    for (const thread of this.threads) if (thread.task !== undefined) running++;
    return running + this.queue.length;
  }

  /**
   * Runs `entry`'s `runTask(input)` on a thread. Rejects with the task's own error (kind and type
   * kept), with `aborted` when `signal` fired first, with `unavailable` when the pool is closed.
   */
  run<T>(entry: string, input: unknown, options: WorkerTaskOptions = {}): Promise<T> {
    if (this.closed) return Promise.reject(poolClosed());
    if (options.signal?.aborted) return Promise.reject(abortedBeforeStart());
    return new Promise<T>((resolve, reject) => {
      const cancelFlag = new SharedArrayBuffer(4);
      const id = this.nextTaskId++;
      const onAbort = () => this.cancel(id, cancelFlag);
      options.signal?.addEventListener("abort", onAbort, { once: true });
      this.queue.push({
        request: { id, entryUrl: workerEntryUrl(entry), input, cancelFlag },
        options,
        resolve: resolve as (result: unknown) => void,
        reject,
        detach: () => options.signal?.removeEventListener("abort", onAbort),
      });
      this.dispatch();
    });
  }

  /** Rejects what waits, asks what runs to stop, ends all threads. */
  async close(): Promise<void> {
    this.closed = true;
    for (const task of this.queue.splice(0)) {
      task.detach();
      task.reject(poolClosed());
    }
    const ends = [...this.threads].map((thread) => {
      thread.cancelIdleTimer();
      if (thread.task !== undefined) Atomics.store(flagOf(thread.task), 0, 1);
      return thread.worker.terminate();
    });
    await Promise.all(ends);
  }

  private cancel(id: number, cancelFlag: SharedArrayBuffer): void {
    Atomics.store(new Int32Array(cancelFlag), 0, 1);
    const index = this.queue.findIndex((task) => task.request.id === id);
    if (index < 0) return;
    const [task] = this.queue.splice(index, 1);
    task!.reject(abortedBeforeStart());
  }

  private dispatch(): void {
    while (this.queue.length > 0) {
      const thread = this.idleThread();
      if (thread === undefined) return;
      const task = this.queue.shift()!;
      thread.cancelIdleTimer();
      thread.task = task;
      thread.worker.ref();
      try {
        thread.worker.postMessage(task.request, [...(task.options.transfer ?? [])]);
      } catch (error) {
        this.settle(thread, () => task.reject(error));
      }
    }
  }

  private idleThread(): PoolThread | undefined {
    for (const thread of this.threads) if (thread.task === undefined) return thread;
    return this.threads.size < this.size ? this.startThread() : undefined;
  }

  private startThread(): PoolThread {
    const worker = newThread();
    const thread: PoolThread = { worker, task: undefined, cancelIdleTimer: () => {} };
    this.threads.add(thread);
    worker.on("message", (reply: TaskReply) => this.onReply(thread, reply));
    worker.on("error", (error) => this.onThreadEnd(thread, error));
    worker.on("exit", (code) => this.onThreadEnd(thread, new Error(`Thread ended with ${code}`)));
    worker.unref();
    return thread;
  }

  private onReply(thread: PoolThread, reply: TaskReply): void {
    const task = thread.task;
    if (task === undefined || task.request.id !== reply.id) return;
    if ("progress" in reply) task.options.onProgress?.(reply.progress);
    else if ("error" in reply) {
      this.settle(thread, () => task.reject(fromPortableError(reply.error)));
    } else this.settle(thread, () => task.resolve(reply.result));
  }

  private settle(thread: PoolThread, answer: () => void): void {
    thread.task?.detach();
    thread.task = undefined;
    thread.worker.unref();
    thread.cancelIdleTimer = this.clock.after(this.idleMs, () => {
      this.threads.delete(thread);
      void thread.worker.terminate();
    });
    answer();
    if (!this.closed) this.dispatch();
  }

  private onThreadEnd(thread: PoolThread, cause: Error): void {
    if (!this.threads.delete(thread)) return;
    thread.cancelIdleTimer();
    const task = thread.task;
    thread.task = undefined;
    if (task !== undefined) {
      task.detach();
      task.reject(this.closed ? poolClosed() : threadDied(cause));
    }
    if (!this.closed) this.dispatch();
  }
}

function flagOf(task: PendingTask): Int32Array {
  return new Int32Array(task.request.cancelFlag);
}

function poolClosed(): VarveError {
  return new VarveError("unavailable", "The worker pool is closed", {
    type: "rejected_execution_exception",
  });
}

function abortedBeforeStart(): VarveError {
  return new VarveError("aborted", "The task was cancelled");
}

function threadDied(cause: Error): VarveError {
  return new VarveError("internal", `A worker thread died: ${cause.message}`, { cause });
}
