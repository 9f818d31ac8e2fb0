import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { VarveError } from "../../src/base/index.ts";
import type { BlobStore } from "../../src/blobstore/index.ts";
import { blobStoreConformance } from "../conformance/blob-store.ts";
import {
  type FakeGcs,
  openFakeGcs,
  provideFakeGcs,
  startFakeGcs,
} from "../support/storage/fake-gcs.ts";
import { storageSkip } from "../support/storage/process.ts";

const skip = await storageSkip("fake-gcs-server", provideFakeGcs);

describe.skipIf(skip !== undefined)("the gcs provider", () => {
  let server: FakeGcs;
  beforeAll(async () => {
    server = await startFakeGcs();
  });
  afterAll(async () => {
    await server?.stop();
  });

  blobStoreConformance("gcs", {
    open: async () => openFakeGcs(server.endpoint, await server.newBucket()),
  });

  it("put with ifAbsent has one winner in each of 40 rounds of 32 writers", async () => {
    const bucket = await server.newBucket();
    const stores = Array.from({ length: 4 }, () => openFakeGcs(server.endpoint, bucket));
    for (let round = 0; round < 40; round++) {
      const results = await Promise.all(
        Array.from({ length: 32 }, (_, i) => putKind(stores[i % 4]!, `race-${round}`, `w${i}`)),
      );
      expect(results.filter((kind) => kind === "stored").length).toBe(1);
      expect(results.filter((kind) => kind === "conflict").length).toBe(31);
    }
    for (const store of stores) await store.close();
  });
});

async function putKind(store: BlobStore, name: string, text: string): Promise<string> {
  try {
    await store.put(name, Buffer.from(text), { ifAbsent: true });
    return "stored";
  } catch (error) {
    return error instanceof VarveError ? error.kind : String(error);
  }
}
