// The hdfs provider against a real HDFS.

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { systemClock, systemRandom, type VarveError } from "../../src/base/index.ts";
import { openHdfsBlobStore } from "../../src/blobstore/hdfs/hdfs-blob-store.ts";
import { type BlobStore, storeAddress } from "../../src/blobstore/index.ts";
import { blobStoreConformance } from "../conformance/blob-store.ts";
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

  const open = (settings: Record<string, string> = {}): BlobStore =>
    openHdfsBlobStore(
      storeAddress("hdfs", {
        uri: server.uri,
        "conf.dfs.namenode.http-address": server.httpAddress,
        path: `/repositories/${count++}`,
        ...settings,
      }),
      context,
    );

  blobStoreConformance("hdfs", { open: async () => open() });

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
