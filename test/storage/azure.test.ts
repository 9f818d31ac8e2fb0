import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { VarveError } from "../../src/base/index.ts";
import type { BlobStore } from "../../src/blobstore/index.ts";
import { blobStoreConformance } from "../conformance/blob-store.ts";
import {
  type Azurite,
  openAzurite,
  provideAzurite,
  startAzurite,
} from "../support/storage/azurite.ts";
import { storageSkip } from "../support/storage/process.ts";

const skip = await storageSkip("Azurite", provideAzurite);

describe.skipIf(skip !== undefined)("the azure provider", () => {
  let server: Azurite;
  beforeAll(async () => {
    server = await startAzurite();
  });
  afterAll(async () => {
    await server?.stop();
  });

  blobStoreConformance("azure", {
    open: async () => openAzurite(server.endpoint, await server.newContainer()),
  });

  it("put with ifAbsent has one winner in each of 40 rounds of 32 writers", async () => {
    const container = await server.newContainer();
    const stores = Array.from({ length: 4 }, () => openAzurite(server.endpoint, container));
    for (let round = 0; round < 40; round++) {
      const results = await Promise.all(
        Array.from({ length: 32 }, (_, i) => putKind(stores[i % 4]!, `race-${round}`, `w${i}`)),
      );
      expect(results.filter((kind) => kind === "stored").length).toBe(1);
      expect(results.filter((kind) => kind === "conflict").length).toBe(31);
    }
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
