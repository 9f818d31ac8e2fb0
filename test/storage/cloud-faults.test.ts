// The gcs and azure providers behind a proxy that breaks requests: the conformance suite holds,
// with the same wrappers that a repository has.

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { seededRandom, systemClock } from "../../src/base/index.ts";
import { type BlobStore, retry, timeout } from "../../src/blobstore/index.ts";
import { blobStoreConformance } from "../conformance/blob-store.ts";
import {
  AZURITE_ACCOUNT,
  type Azurite,
  openAzurite,
  provideAzurite,
  startAzurite,
} from "../support/storage/azurite.ts";
import {
  type FakeGcs,
  openFakeGcs,
  provideFakeGcs,
  startFakeGcs,
} from "../support/storage/fake-gcs.ts";
import { FAULT_KINDS, type FaultProxy, startFaultProxy } from "../support/storage/fault-proxy.ts";
import { storageSkip } from "../support/storage/process.ts";

const SEED = Number(process.env["VARVE_FAULT_SEED"] ?? 20);
const RATE = 0.12;
const TIMEOUT_MS = 1500;

/** As a repository's store, with shorter pauses and more tries. */
function patient(store: BlobStore): BlobStore {
  return retry(timeout(store, systemClock, TIMEOUT_MS), {
    clock: systemClock,
    random: seededRandom(SEED),
    attemptsMax: 12,
    pauseMs: 5,
  });
}

/** Fails if the proxy was not used, or used for nothing. */
function expectFaults(proxy: FaultProxy): void {
  expect(proxy.requests).toBeGreaterThan(100);
  for (const kind of FAULT_KINDS) expect(proxy.counts[kind], kind).toBeGreaterThan(0);
}

const noGcs = await storageSkip("fake-gcs-server", provideFakeGcs);

describe.skipIf(noGcs !== undefined)(`gcs behind faults, seed ${SEED}`, () => {
  let server: FakeGcs;
  let proxy: FaultProxy;
  beforeAll(async () => {
    server = await startFakeGcs();
    proxy = await startFaultProxy(server.endpoint, { seed: SEED, rate: RATE });
  });
  afterAll(async () => {
    await proxy?.stop();
    await server?.stop();
  });

  blobStoreConformance("gcs", {
    countsExactly: false,
    open: async () => patient(openFakeGcs(proxy.origin, await server.newBucket())),
  });

  it("put stores a blob of several parts in spite of them", async () => {
    const store = patient(openFakeGcs(proxy.origin, await server.newBucket()));
    await putLarge(store, 20_000_003);
  });

  it("was broken in every way", () => expectFaults(proxy));
});

const noAzure = await storageSkip("Azurite", provideAzurite);

describe.skipIf(noAzure !== undefined)(`azure behind faults, seed ${SEED}`, () => {
  let server: Azurite;
  let proxy: FaultProxy;
  beforeAll(async () => {
    server = await startAzurite();
    proxy = await startFaultProxy(new URL(server.endpoint).origin, { seed: SEED, rate: RATE });
  });
  afterAll(async () => {
    await proxy?.stop();
    await server?.stop();
  });
  const open = async (client: Record<string, string> = {}) =>
    patient(
      openAzurite(`${proxy.origin}/${AZURITE_ACCOUNT}`, await server.newContainer(), { client }),
    );

  blobStoreConformance("azure", { countsExactly: false, open });

  it("put stores a blob of several blocks in spite of them", async () => {
    const client = { "write.block_size": "1mb", "write.max_single_upload_size": "1mb" };
    await putLarge(await open(client), 5_000_003);
  });

  it("was broken in every way", () => expectFaults(proxy));
});

async function putLarge(store: BlobStore, length: number): Promise<void> {
  const bytes = Buffer.from(seededRandom(3).bytes(length));
  await store.put("large", bytes, { ifAbsent: true });
  expect(Buffer.compare(Buffer.from(await store.get("large")), bytes)).toBe(0);
  await store.close();
}
