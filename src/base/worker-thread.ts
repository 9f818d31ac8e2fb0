// The main module of every pool thread: receives tasks, imports their modules, answers. It is a
// bundle entry of its own (see tools/build.mjs) and exports nothing.

import { parentPort } from "node:worker_threads";
import { VarveError } from "./errors.ts";
import {
  type TaskReply,
  type TaskRequest,
  toPortableError,
  type WorkerTaskContext,
  type WorkerTaskModule,
} from "./worker-protocol.ts";

parentPort?.on("message", (request: TaskRequest) => void serve(request));

async function serve(request: TaskRequest): Promise<void> {
  const transfers: ArrayBuffer[] = [];
  let reply: TaskReply;
  try {
    const task = (await import(request.entryUrl)) as WorkerTaskModule;
    const result = await task.runTask(request.input, contextOf(request, transfers));
    reply = { id: request.id, result };
  } catch (error) {
    reply = { id: request.id, error: toPortableError(error) };
    transfers.length = 0;
  }
  try {
    parentPort?.postMessage(reply, transfers);
  } catch (error) {
    // The answer cannot be cloned: a bug of the task, which its caller must hear about.
    parentPort?.postMessage({ id: request.id, error: toPortableError(error) });
  }
}

function contextOf(request: TaskRequest, transfers: ArrayBuffer[]): WorkerTaskContext {
  const flag = new Int32Array(request.cancelFlag);
  const isCancelled = () => Atomics.load(flag, 0) === 1;
  return {
    isCancelled,
    checkCancelled() {
      if (isCancelled()) throw new VarveError("aborted", "The task was cancelled");
    },
    report: (progress) => parentPort?.postMessage({ id: request.id, progress }),
    transfer: (...buffers) => void transfers.push(...buffers),
  };
}
