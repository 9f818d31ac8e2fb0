// The hdfs provider against a real HDFS.

import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { systemClock, systemRandom, type VarveError } from "../../src/base/index.ts";
import { openHdfsBlobStore } from "../../src/blobstore/hdfs/hdfs-blob-store.ts";
import { type BlobStore, storeAddress } from "../../src/blobstore/index.ts";
import { blobStoreConformance, blobStoreScale } from "../conformance/blob-store.ts";
import { type HdfsServer, hdfsSkip, startHdfs } from "../support/storage/hdfs.ts";

const skip = await hdfsSkip();
const context = { clock: systemClock, random: systemRandom };

describe.skipIf(skip !== undefined)("hdfs", () => {
  let server: HdfsServer;
  let count = 0;
  beforeAll(async () => {
    server = await startHdfs();
  }, 300_000);
  afterAll(() => server?.stop());

  const addressOf = (settings: Record<string, string>) =>
    storeAddress("hdfs", {
      uri: server.uri,
      "conf.dfs.namenode.http-address": server.httpAddress,
      path: `/repositories/${count++}`,
      ...settings,
    });
  const open = (settings: Record<string, string> = {}): BlobStore =>
    openHdfsBlobStore(addressOf(settings), context);

  blobStoreConformance("hdfs", { open: async () => open() });

  blobStoreScale("hdfs", { open: async () => open() });

  it("lists no pending file before it is a day old, and deletes it with its folder", async () => {
    const path = `/pending-${count++}`;
    const store = open({ path });
    await store.put("f/done", Buffer.from("x"));
    const files = open({ path: `${path}/f` });
    // As a writer that died leaves it.
    const name = "pending-index-1-AAAAAAAAAAAAAAAAAAAAAA";
    await files.put(name, Buffer.from("half"));
    expect([...(await store.list("f")).keys()]).toEqual(["done"]);
    const dayAfter = { ...systemClock, now: () => systemClock.now() + 25 * 60 * 60 * 1000 };
    const later = openHdfsBlobStore(addressOf({ path }), { ...context, clock: dayAfter });
    expect([...(await later.list("f")).keys()].sort()).toEqual(["done", name]);
    expect((await store.deleteTree("f")).blobs).toBe(2);
  });

  it("rejects a name with a colon, which HDFS does not have, before it asks", async () => {
    const store = open();
    for (const action of [
      store.put("a:b", Buffer.from("x")),
      store.get("a:b"),
      store.list("a:b"),
    ]) {
      await expect(action).rejects.toMatchObject({ kind: "invalid" });
    }
  });

  it("takes names up to the limit of HDFS, and rejects longer ones by name", async () => {
    const store = open();
    for (const length of [223, 224, 225, 254, 255]) {
      await store.put("n".repeat(length), Buffer.from("x"), { ifAbsent: true });
    }
    expect((await store.list("")).size).toBe(5);
    await expect(store.put("n".repeat(256), Buffer.from("x"))).rejects.toMatchObject({
      kind: "invalid",
    });
    expect((await store.list("")).size).toBe(5);
  });

  it("rejects a put over a folder, and keeps what is in it", async () => {
    const store = open();
    await store.put("folder/blob", Buffer.from("x"));
    await expect(store.put("folder", Buffer.from("y"), { ifAbsent: true })).rejects.toMatchObject({
      kind: "conflict",
    });
    await expect(store.put("folder", Buffer.from("y"))).rejects.toMatchObject({ kind: "conflict" });
    await expect(store.get("folder")).rejects.toMatchObject({ kind: "missing" });
    await store.delete(["folder"]);
    expect([...(await store.list("folder")).keys()]).toEqual(["blob"]);
  });

  it("asks the next name node when one is standby or away", async () => {
    let asked = 0;
    const standby = createServer((_, response) => {
      asked++;
      const message = "Operation category READ is not supported in state standby";
      const remote = { RemoteException: { exception: "StandbyException", message } };
      response.writeHead(403, { "content-type": "application/json" });
      response.end(JSON.stringify(remote));
    });
    await new Promise<void>((done) => standby.listen(0, "127.0.0.1", done));
    const { port } = standby.address() as AddressInfo;
    const store = open({
      uri: "hdfs://service",
      "conf.dfs.nameservices": "service",
      "conf.dfs.ha.namenodes.service": "away,standby,active",
      "conf.dfs.namenode.http-address.service.away": "127.0.0.1:1",
      "conf.dfs.namenode.http-address.service.standby": `127.0.0.1:${port}`,
      "conf.dfs.namenode.http-address.service.active": server.httpAddress,
    });
    for (let i = 0; i < 5; i++) await store.put(`b${i}`, Buffer.from("x"));
    expect((await store.list("")).size).toBe(5);
    // Whoever answered last is asked first.
    expect(asked).toBe(1);
    standby.close();
  });

  it("rejects a write in safe mode as unavailable, and still reads", async () => {
    const store = open();
    await store.put("before", Buffer.from("x"));
    await server.admin("-safemode", "enter");
    try {
      const refused = store.put("during", Buffer.from("y"));
      await expect(refused).rejects.toMatchObject({ kind: "unavailable" });
      await expect(store.put("during", Buffer.from("y"))).rejects.toThrow("is in safe mode");
      expect(Buffer.from(await store.get("before")).toString()).toBe("x");
    } finally {
      await server.admin("-safemode", "leave");
    }
    await store.put("after", Buffer.from("z"));
    expect([...(await store.list("")).keys()].sort()).toEqual(["after", "before"]);
  });

  it("says the server's time", async () => {
    const skew = ((await open().serverTime?.()) ?? 0) - systemClock.now();
    expect(Math.abs(skew)).toBeLessThan(5000);
  });

  it("has exactly one winner among 32 writers in each of 40 rounds", async () => {
    const store = open();
    for (let round = 0; round < 40; round++) {
      const name = `indices/race-${round}`;
      const results = await Promise.all(
        Array.from({ length: 32 }, (_, writer) => {
          const bytes = Buffer.from(`writer ${writer}`);
          return store.put(name, bytes, { ifAbsent: true }).then(
            () => writer,
            (error: VarveError) => error.kind,
          );
        }),
      );
      const winners = results.filter((result) => typeof result === "number");
      expect(winners).toHaveLength(1);
      expect(results.filter((result) => result === "conflict")).toHaveLength(31);
      expect(Buffer.from(await store.get(name)).toString()).toBe(`writer ${winners[0]}`);
    }
    expect((await store.list("indices")).size).toBe(40);
    await store.close();
  });
});
