// A task for the worker pool's tests.
import { VarveError, type WorkerTaskContext } from "../../../src/base/index.ts";

export async function runTask(input: unknown, context: WorkerTaskContext): Promise<unknown> {
  const request = input as { kind: string; value?: number; buffer?: ArrayBuffer };
  switch (request.kind) {
    case "double":
      return request.value! * 2;
    case "refuse":
      throw new VarveError("corrupt", "bad bytes", {
        type: "corrupt_index_exception",
        metadata: { shard: 3 },
      });
    case "bug":
      throw new TypeError("a bug");
    case "wait":
      context.report("started");
      for (;;) {
        context.checkCancelled();
        await new Promise((resolve) => setImmediate(resolve));
      }
    case "move": {
      const bytes = new Uint8Array(request.buffer!);
      bytes[0]!++;
      context.transfer(bytes.buffer);
      return bytes;
    }
    case "die":
      process.exit(3);
  }
  return undefined;
}
