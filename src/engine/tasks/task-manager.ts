// Running and finished work that users list, wait for and cancel. Upstream: TaskManager (2.19.6).

import type { Clock } from "../../base/index.ts";
import type { JsonObject } from "../cluster/metadata.ts";
import { exception } from "../exceptions.ts";

/** Finished tasks that are kept for GET /_tasks/{id}. */
const FINISHED_MAX = 200;

/** How a finished task ended. */
export interface TaskResult {
  readonly response?: JsonObject;
  readonly error?: unknown;
}

/** One task. */
export class Task {
  readonly id: number;
  readonly action: string;
  readonly description: string;
  readonly cancellable: boolean;
  readonly startTime: number;
  readonly headers: Readonly<Record<string, string>> = {};
  private readonly controller = new AbortController();
  private readonly startedMonotonic: number;
  private endedMonotonic: number | undefined;
  private readonly clock: Clock;
  /** Progress shown as `status`. */
  status: JsonObject | undefined;
  result: TaskResult | undefined;

  constructor(id: number, action: string, description: string, cancellable: boolean, clock: Clock) {
    this.id = id;
    this.action = action;
    this.description = description;
    this.cancellable = cancellable;
    this.clock = clock;
    this.startTime = clock.now();
    this.startedMonotonic = clock.monotonic();
  }

  get signal(): AbortSignal {
    return this.controller.signal;
  }

  get cancelled(): boolean {
    return this.controller.signal.aborted;
  }

  get runningNanos(): number {
    const end = this.endedMonotonic ?? this.clock.monotonic();
    return Math.round((end - this.startedMonotonic) * 1e6);
  }

  cancel(reason: string): void {
    this.controller.abort(
      exception("aborted", "task_cancelled_exception", `task cancelled [${reason}]`),
    );
  }

  finish(result: TaskResult): void {
    this.endedMonotonic = this.clock.monotonic();
    this.result = result;
  }
}

/** All tasks of the node. */
export class TaskManager {
  private readonly nodeId: string;
  private readonly clock: Clock;
  private nextId = 1;
  private readonly running = new Map<number, Task>();
  private readonly finished = new Map<number, Task>();

  constructor(nodeId: string, clock: Clock) {
    this.nodeId = nodeId;
    this.clock = clock;
  }

  /** `node:number`, as tasks are named on the wire. */
  taskId(task: Task): string {
    return `${this.nodeId}:${task.id}`;
  }

  list(): Task[] {
    return [...this.running.values()];
  }

  /** Runs `work` as a task; the task is listed until it settles. */
  async run<T>(
    action: string,
    description: string,
    work: (task: Task) => Promise<T>,
    cancellable = true,
  ): Promise<T> {
    const task = this.start(action, description, cancellable);
    try {
      return await work(task);
    } finally {
      this.running.delete(task.id);
    }
  }

  /**
   * Starts work that goes on after the answer (`wait_for_completion=false`); its result is kept.
   */
  detach(
    action: string,
    description: string,
    work: (task: Task) => Promise<JsonObject>,
    cancellable = true,
  ): Task {
    const task = this.start(action, description, cancellable);
    work(task).then(
      (response) => this.keep(task, { response }),
      (error: unknown) => this.keep(task, { error }),
    );
    return task;
  }

  private start(action: string, description: string, cancellable: boolean): Task {
    const task = new Task(this.nextId++, action, description, cancellable, this.clock);
    this.running.set(task.id, task);
    return task;
  }

  private keep(task: Task, result: TaskResult): void {
    task.finish(result);
    this.running.delete(task.id);
    this.finished.set(task.id, task);
    if (this.finished.size > FINISHED_MAX) this.finished.delete(this.finished.keys().next().value!);
  }

  /** A running or finished task by `node:number`; 404 otherwise. */
  get(taskId: string): Task {
    const [node, number] = taskId.split(":");
    if (node === undefined || number === undefined || !/^\d+$/.test(number)) {
      throw exception("invalid", "illegal_argument_exception", `malformed task id ${taskId}`);
    }
    const task =
      node === this.nodeId
        ? (this.running.get(Number(number)) ?? this.finished.get(Number(number)))
        : undefined;
    if (task === undefined && node !== this.nodeId) {
      throw exception(
        "missing",
        "resource_not_found_exception",
        `task [${taskId}] belongs to the node [${node}] which isn't part of the cluster and ` +
          "there is no record of the task",
        {},
        exception(
          "missing",
          "resource_not_found_exception",
          `task [${taskId}] isn't running and hasn't stored its results`,
        ),
      );
    }
    if (task === undefined) {
      throw exception(
        "missing",
        "resource_not_found_exception",
        `task [${taskId}] isn't running and hasn't stored its results`,
      );
    }
    return task;
  }

  /** Resolves when the task has ended, or after `timeoutMs`. */
  async wait(task: Task, timeoutMs: number): Promise<void> {
    const deadline = this.clock.monotonic() + timeoutMs;
    while (this.running.has(task.id) && this.clock.monotonic() < deadline)
      await this.clock.sleep(5);
  }
}
