// What a pool and its threads say to each other. A task is a module that exports `runTask`; the
// thread imports it by URL, so any thread can serve any task.

import { type ErrorKind, VarveError } from "./errors.ts";

/** What a task's module must export. */
export interface WorkerTaskModule {
  /** The answer must survive structured cloning. */
  runTask(input: unknown, context: WorkerTaskContext): unknown;
}

/** What a task may ask for while it runs. */
export interface WorkerTaskContext {
  /** True once the caller has given up: stop at the next good place with `checkCancelled`. */
  isCancelled(): boolean;
  /** Throws `aborted` once the caller has given up. */
  checkCancelled(): void;
  /** Sends progress to the caller. */
  report(progress: unknown): void;
  /** Buffers of the answer that are moved instead of copied. */
  transfer(...buffers: ArrayBuffer[]): void;
}

/** Pool → thread. `cancelFlag` holds one int32: 1 = give up. */
export interface TaskRequest {
  readonly id: number;
  readonly entryUrl: string;
  readonly input: unknown;
  readonly cancelFlag: SharedArrayBuffer;
}

/** Thread → pool. */
export type TaskReply =
  | { readonly id: number; readonly progress: unknown }
  | { readonly id: number; readonly result: unknown }
  | { readonly id: number; readonly error: PortableError };

/** An error as plain data, so that kind and type cross the thread boundary. */
export interface PortableError {
  readonly message: string;
  readonly kind: ErrorKind;
  readonly type: string | undefined;
  readonly metadata: Record<string, unknown>;
  readonly stack: string | undefined;
}

/** Any thrown value as plain data. What is not a VarveError becomes `internal`: our bug. */
export function toPortableError(error: unknown): PortableError {
  if (error instanceof VarveError) {
    return {
      message: error.message,
      kind: error.kind,
      type: error.type,
      metadata: error.metadata,
      stack: error.stack,
    };
  }
  const known = error instanceof Error;
  return {
    message: known ? error.message : String(error),
    kind: "internal",
    type: undefined,
    metadata: {},
    stack: known ? error.stack : undefined,
  };
}

/** The error again, with the thread's stack. */
export function fromPortableError(portable: PortableError): VarveError {
  const error = new VarveError(portable.kind, portable.message, {
    metadata: portable.metadata,
    ...(portable.type === undefined ? {} : { type: portable.type }),
  });
  if (portable.stack !== undefined) error.stack = portable.stack;
  return error;
}
