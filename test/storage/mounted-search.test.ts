// A snapshot in a bucket, searched and walked where it lies, gives what the same snapshot gives from
// a folder.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { seededRandom, systemClock } from "../../src/base/index.ts";
import { type BlobStore, FsBlobStore, openBlobStore } from "../../src/blobstore/index.ts";
import { openSnapshotIndices } from "../../src/engine/index.ts";
import { openRepository } from "../../src/repository/index.ts";
import { encodeJson } from "../../src/xcontent/index.ts";
import { type UnpackedFixture, unpackFixture } from "../support/fixtures.ts";
import { storageSkip } from "../support/storage/process.ts";
import {
  makeBucket,
  type S3Server,
  s3Address,
  storeContext,
} from "../support/storage/s3-server.ts";
import { provisionSeaweed, startSeaweed } from "../support/storage/seaweedfs.ts";

const skip = await storageSkip("SeaweedFS", provisionSeaweed);
const options = { clock: systemClock, random: seededRandom(1) };

async function answers(store: BlobStore) {
  const repository = openRepository(store, { name: "r", ...options });
  const mounted = await openSnapshotIndices(repository, "cities", ["v-*"], options);
  const body = { query: { match: { name: "san francisco" } }, sort: [{ population: "desc" }] };
  const found: any = await mounted.search({ params: {}, body });
  const scored: any = await mounted.search({ params: { q: "name:paris" } });
  const document = await mounted.indices[0]!.get({ id: "2988507" });
  let [documents, bytes] = [0, 0];
  for (const shard of mounted.indices[0]!.openShards()) {
    await shard.forEachDocument(({ source }) => {
      documents++;
      bytes += source!.length;
    });
  }
  const { statistics } = mounted.pages;
  mounted.close();
  const text = encodeJson({ found: found.hits, scored: scored.hits, document } as never);
  return { text, documents, bytes, statistics };
}

describe.skipIf(skip !== undefined)("a mounted snapshot in a bucket", () => {
  let server: S3Server;
  let bucket: string;
  let fixture: UnpackedFixture;
  beforeAll(async () => {
    fixture = unpackFixture("os2.19.6-cities");
    server = await startSeaweed();
    bucket = await makeBucket(server);
    const store = openBlobStore(s3Address(server, bucket), storeContext);
    const entries = readdirSync(fixture.repository, { recursive: true, withFileTypes: true });
    for (const entry of entries) {
      if (!entry.isFile()) continue;
      const path = join(entry.parentPath, entry.name);
      await store.put(path.slice(fixture.repository.length + 1), readFileSync(path));
    }
    await store.close();
  });
  afterAll(async () => {
    await server?.stop();
    fixture?.remove();
  });

  test("answers as from a folder, and is read in ranges", async () => {
    const store = openBlobStore(s3Address(server, bucket), storeContext);
    const far = await answers(store);
    await store.close();
    const near = await answers(new FsBlobStore(fixture.repository));
    expect(far.text).toBe(near.text);
    expect([far.documents, far.bytes]).toEqual([near.documents, near.bytes]);
    expect(far.documents).toBe(135_233);
    expect(far.statistics.rounds).toBeGreaterThan(0);
  });
});
