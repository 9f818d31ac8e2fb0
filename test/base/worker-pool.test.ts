import { afterEach, expect, test } from "vitest";
import { VarveError, WorkerPool } from "../../src/base/index.ts";

const TASK = "../test/base/tasks/sample-task";
let pool: WorkerPool;
afterEach(() => pool.close());

test("WorkerPool answers every task when there are more tasks than threads", async () => {
  pool = new WorkerPool({ size: 2 });
  const tasks = [1, 2, 3, 4, 5].map((value) => pool.run<number>(TASK, { kind: "double", value }));
  expect(await Promise.all(tasks)).toEqual([2, 4, 6, 8, 10]);
  expect(pool.load).toBe(0);
});

test("WorkerPool keeps kind, type and metadata when a task fails", async () => {
  pool = new WorkerPool({ size: 1 });
  const error = await pool.run(TASK, { kind: "refuse" }).catch((e: unknown) => e);
  expect(error).toBeInstanceOf(VarveError);
  expect(error).toMatchObject({
    kind: "corrupt",
    type: "corrupt_index_exception",
    message: "bad bytes",
    metadata: { shard: 3 },
  });
  const bug = await pool.run(TASK, { kind: "bug" }).catch((e: unknown) => e);
  expect(bug).toMatchObject({ kind: "internal", message: "a bug" });
});

test("WorkerPool stops a running task when its signal fires", async () => {
  pool = new WorkerPool({ size: 1 });
  const abort = new AbortController();
  const running = pool.run(
    TASK,
    { kind: "wait" },
    {
      signal: abort.signal,
      onProgress: () => abort.abort(),
    },
  );
  await expect(running).rejects.toMatchObject({ kind: "aborted" });
  expect(await pool.run(TASK, { kind: "double", value: 4 })).toBe(8);
});

test("WorkerPool drops a waiting task when its signal fires", async () => {
  pool = new WorkerPool({ size: 1 });
  const abort = new AbortController();
  const first = pool.run(TASK, { kind: "double", value: 1 });
  const waiting = pool.run(TASK, { kind: "double", value: 2 }, { signal: abort.signal });
  abort.abort();
  await expect(waiting).rejects.toMatchObject({ kind: "aborted" });
  expect(await first).toBe(2);
});

test("WorkerPool moves buffers both ways when asked to transfer", async () => {
  pool = new WorkerPool({ size: 1 });
  const buffer = new Uint8Array([41, 2]).buffer;
  const answer = await pool.run<Uint8Array>(TASK, { kind: "move", buffer }, { transfer: [buffer] });
  expect([...answer]).toEqual([42, 2]);
  expect(buffer.byteLength).toBe(0);
});

test("WorkerPool rejects the task and starts a new thread when a thread dies", async () => {
  pool = new WorkerPool({ size: 1 });
  await expect(pool.run(TASK, { kind: "die" })).rejects.toMatchObject({ kind: "internal" });
  expect(await pool.run(TASK, { kind: "double", value: 3 })).toBe(6);
});

test("rejects tasks when the pool is closed", async () => {
  pool = new WorkerPool({ size: 1 });
  await pool.close();
  await expect(pool.run(TASK, { kind: "double" })).rejects.toMatchObject({ kind: "unavailable" });
});
