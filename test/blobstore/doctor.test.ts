// The doctor on stores that break one promise each, or lack one permission: the probe that finds it,
// what it says, and that nothing is left behind.

import { describe, expect, test } from "vitest";
import { seededRandom, systemClock, VarveError } from "../../src/base/index.ts";
import {
  type BlobStore,
  ForwardingBlobStore,
  injectFaults,
  MemoryBlobStore,
  readOnly,
  runDoctor,
  type StoreType,
} from "../../src/blobstore/index.ts";

const RANDOM = seededRandom(5);

function examine(store: BlobStore, type: StoreType = "s3", signal?: AbortSignal) {
  return runDoctor(store, {
    ...{ type, basePath: "base", clock: systemClock, random: RANDOM },
    signal,
  });
}

async function failed(store: BlobStore, type?: StoreType): Promise<string[]> {
  const { probes } = await examine(store, type);
  return probes.filter((probe) => !probe.ok).map((probe) => probe.name);
}

const denied = () => new VarveError("unavailable", "no", { type: "access_denied_exception" });

describe("runDoctor", () => {
  test("finds nothing in a sound store, and leaves nothing behind", async () => {
    const store = new MemoryBlobStore();
    await store.put("base/index-3", Buffer.from("{}"));
    const report = await examine(store);
    expect(report.probes.filter((probe) => !probe.ok)).toEqual([]);
    expect(report).toMatchObject({ ok: true, reached: true });
    expect(report.folder).toMatch(/^base\/tests-[\w-]{22}$/);
    expect([...store.blobs.keys()]).toEqual(["base/index-3"]);
    const speed = report.probes.find((probe) => probe.name === "speed");
    expect(Object.keys(speed?.figures ?? {})).toContain("read_bytes_per_second");
  });

  test.each([
    ["list", "list", "s3:ListBucket"],
    ["put", "put", "s3:PutObject"],
    ["get", "get", "s3:GetObject"],
    ["delete", "delete", "s3:DeleteObject"],
  ])("names the action when %s is denied", async (call, name, action) => {
    const calls =
      call === "get" ? ["get", "read"] : call === "delete" ? ["delete", "deleteTree"] : [call];
    const inner = new MemoryBlobStore();
    const store = injectFaults(inner, (made) =>
      calls.includes(made) ? { error: denied(), when: "before" } : undefined,
    );
    const { probes, reached, ok } = await examine(store);
    expect([reached, ok]).toEqual([true, false]);
    const found = probes.find((probe) => !probe.ok);
    expect(found).toMatchObject({ name, remedy: expect.stringContaining(action) });
    const others = probes.filter((probe) => !probe.ok && probe.name !== name);
    // Without the permission to delete, what was written stays, and the folder is named.
    expect(others.map((probe) => probe.name)).toEqual(call === "delete" ? ["clean-up"] : []);
    if (call === "delete") {
      expect(others[0]!.remedy).toMatch(/^remove the folder \[base\/tests-[\w-]+\] by hand$/);
    } else {
      expect(inner.blobs.size).toBe(0);
    }
    const skipped = probes.filter((probe) => probe.skipped).map((probe) => probe.message);
    expect(skipped).toContain(`not tried without [${name}]`);
  });

  test("removes what it wrote by name when folders cannot be listed", async () => {
    const inner = new MemoryBlobStore();
    const store = injectFaults(inner, (call) =>
      ["list", "listFolders", "deleteTree"].includes(call)
        ? { error: denied(), when: "before" }
        : undefined,
    );
    const { probes } = await examine(store);
    expect(probes.at(-1)).toMatchObject({ name: "clean-up", ok: true });
    expect(inner.blobs.size).toBe(0);
  });

  test("stops at a store that cannot be reached, and writes nothing", async () => {
    let calls = 0;
    const store = injectFaults(new MemoryBlobStore(), () => {
      calls++;
      return { error: new VarveError("unavailable", "ECONNREFUSED"), when: "before" };
    });
    const report = await examine(store);
    expect(report).toMatchObject({ ok: false, reached: false });
    expect(report.probes[0]!.remedy).toContain("start the server");
    expect(calls).toBe(1);
  });

  test("finds a store whose conditional put is only a look", async () => {
    class Racy extends ForwardingBlobStore {
      override get capabilities() {
        return { write: true, putIfAbsent: true, list: true };
      }
      override async put(...[name, content, options = {}]: Parameters<BlobStore["put"]>) {
        if (options.ifAbsent === true) {
          const there = await this.inner.get(name).catch(() => undefined);
          if (there !== undefined) throw new VarveError("conflict", "taken");
        }
        await systemClock.sleep(2);
        await this.inner.put(name, content);
      }
    }
    expect(await failed(new Racy(new MemoryBlobStore()))).toEqual(["put-if-absent-race"]);
  });

  test("finds a store that does not decide conditional puts itself", async () => {
    class Unsure extends ForwardingBlobStore {
      override get capabilities() {
        return { write: true, putIfAbsent: false, list: true };
      }
    }
    const { probes } = await examine(new Unsure(new MemoryBlobStore()));
    const found = probes.filter((probe) => !probe.ok);
    expect(found.map((probe) => probe.name)).toEqual(["put-if-absent"]);
    expect(found[0]!.remedy).toContain("one writer only");
  });

  test("finds a cache that ignores ranges, a late list, and kept parts of a broken put", async () => {
    class NoRanges extends ForwardingBlobStore {
      override async *read(name: string, _offset: number, length: number) {
        yield (await this.inner.get(name)).subarray(0, length);
      }
    }
    expect(await failed(new NoRanges(new MemoryBlobStore()))).toContain("ranges");
    class LateList extends ForwardingBlobStore {
      override async list(folder: string) {
        return folder === "base" ? this.inner.list(folder) : new Map<string, number>();
      }
    }
    expect(await failed(new LateList(new MemoryBlobStore()))).toContain("list-after-put");
    class KeepsParts extends ForwardingBlobStore {
      override async put(...[name, content, options]: Parameters<BlobStore["put"]>) {
        try {
          await this.inner.put(name, content, options);
        } catch (error) {
          if ((error as VarveError).kind === "internal") {
            await this.inner.put(name, Buffer.from("a part"));
          }
          throw error;
        }
      }
    }
    expect(await failed(new KeepsParts(new MemoryBlobStore()))).toEqual(["aborted-put"]);
  });

  test("finds a clock that differs by more than five minutes", async () => {
    const store = new MemoryBlobStore() as MemoryBlobStore & { serverTime?: () => Promise<number> };
    store.serverTime = async () => systemClock.now() + 20 * 60_000;
    const { probes } = await examine(store);
    const clock = probes.find((probe) => probe.name === "clock");
    expect(clock).toMatchObject({ ok: false, remedy: expect.stringContaining("NTP") });
    store.serverTime = async () => systemClock.now() - 3000;
    expect((await examine(store)).ok).toBe(true);
  });

  test("only reads where the store is only read", async () => {
    const inner = new MemoryBlobStore();
    const empty = await examine(readOnly(inner));
    expect(empty.probes.filter((probe) => !probe.ok).map((probe) => probe.name)).toEqual([
      "read-repository",
    ]);
    const latest = Buffer.alloc(8);
    latest.writeBigUInt64BE(7n);
    await inner.put("base/index.latest", latest);
    await inner.put("base/index-7", Buffer.from('{"snapshots":[]}'));
    const report = await examine(readOnly(inner));
    expect(report.ok).toBe(true);
    expect(report.folder).toBe("");
    expect(inner.blobs.size).toBe(2);
  });

  test("rejects with the signal's reason when interrupted, and still removes its folder", async () => {
    const inner = new MemoryBlobStore();
    const controller = new AbortController();
    const reason = new Error("Ctrl-C");
    let puts = 0;
    const store = injectFaults(inner, (call) => {
      if (call === "put" && ++puts === 20) controller.abort(reason);
      return undefined;
    });
    await expect(examine(store, "s3", controller.signal)).rejects.toBe(reason);
    expect(puts).toBeGreaterThan(10);
    expect(inner.blobs.size).toBe(0);
  });
});
