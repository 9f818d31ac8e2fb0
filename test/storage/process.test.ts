import { describe, expect, it } from "vitest";
import { freePort, isFree, startProcess, withLock } from "../support/storage/process.ts";

const SERVER = `require("node:http").createServer((q, r) => r.end("ok")).listen(+process.argv[1],
  "127.0.0.1")`;

describe("startProcess", () => {
  it("answers when the server is ready, and stops it and what it started", async () => {
    const port = await freePort();
    const ready = async () => (await fetch(`http://127.0.0.1:${port}/`)).ok;
    const line = `"${process.execPath}" -e '${SERVER}' ${port}; true`;
    const server = await startProcess("/bin/sh", ["-c", line], { ready, timeoutMs: 20_000 });
    expect(await ready()).toBe(true);
    await server.stop();
    await server.stop();
    expect(await isFree(port)).toBe(true);
  });

  it("rejects with what the server said when it does not start", async () => {
    const started = startProcess("/bin/sh", ["-c", "echo no such disk; exit 3"], {
      ready: async () => false,
    });
    await expect(started).rejects.toThrow("no such disk");
    const none = startProcess("/no/such/command", [], { ready: async () => false });
    await expect(none).rejects.toThrow("ENOENT");
  });

  it("withLock lets one task in at a time", async () => {
    let inside = 0;
    const task = () =>
      withLock("process-test", async () => {
        expect(++inside).toBe(1);
        await new Promise((done) => setTimeout(done, 20));
        inside--;
      });
    await Promise.all([task(), task(), task()]);
  });
});
