// Uploads or restores many shards in a worker thread, over a store of its own. News of shards is
// collected and sent a few times a second: a message a part would cost more than the part.

import {
  sharedAbortController,
  systemClock,
  VarveError,
  type WorkerTaskContext,
} from "../../base/index.ts";
import { downloadShards } from "../snapshots/shard-download.ts";
import { uploadShards } from "../snapshots/shard-upload.ts";
import {
  openAddress,
  type RepositoryAddress,
  type RestoreTask,
  type TransferEvent,
  type UploadTask,
} from "../snapshots/transfer-protocol.ts";

/** A task with the repository that it works on. */
export type TransferTask = { readonly address: RepositoryAddress } & (
  | { readonly upload: UploadTask }
  | { readonly restore: RestoreTask }
);

const REPORT_MS = 25;

/** Runs a transfer; its news are progress messages: arrays of TransferEvent. */
export async function runTask(input: unknown, context: WorkerTaskContext): Promise<void> {
  const task = input as TransferTask;
  const news = new NewsBuffer((events) => context.report(events));
  const controller = sharedAbortController();
  const stopWatching = watchCancellation(context, controller);
  const repository = openAddress(task.address);
  const transfer = {
    signal: controller.signal,
    emit: (event: TransferEvent) => news.add(event),
  };
  try {
    if ("upload" in task) await uploadShards(repository, task.upload, transfer);
    else await downloadShards(repository, task.restore, transfer);
  } finally {
    news.send();
    stopWatching();
    await repository.close();
  }
}

/** Turns the pool's flag into a signal. */
function watchCancellation(context: WorkerTaskContext, controller: AbortController): () => void {
  let stop = () => {};
  const look = () => {
    if (context.isCancelled()) {
      controller.abort(new VarveError("aborted", "The task was cancelled"));
    } else {
      stop = systemClock.after(REPORT_MS, look);
    }
  };
  look();
  return () => stop();
}

/** Events in order; those that count bytes and files of one shard are added up. */
class NewsBuffer {
  private readonly report: (events: TransferEvent[]) => void;
  private events: TransferEvent[] = [];
  private sentAt = systemClock.monotonic();

  constructor(report: (events: TransferEvent[]) => void) {
    this.report = report;
  }

  add(event: TransferEvent): void {
    const last = this.events.at(-1);
    const isCount = event.kind === "moved" && event.file === undefined;
    if (isCount && last?.kind === "moved" && last.file === undefined && last.at === event.at) {
      const files = last.files + event.files;
      const bytes = last.bytes + event.bytes;
      this.events[this.events.length - 1] = { at: event.at, kind: "moved", files, bytes };
    } else {
      this.events.push(event);
    }
    if (systemClock.monotonic() - this.sentAt >= REPORT_MS) this.send();
  }

  send(): void {
    if (this.events.length > 0) this.report(this.events);
    this.events = [];
    this.sentAt = systemClock.monotonic();
  }
}
