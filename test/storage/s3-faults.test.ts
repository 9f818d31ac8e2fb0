// The s3 provider behind a proxy that breaks requests: the conformance suite holds, with the same
// wrappers that a repository has, on both servers.

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { seededRandom, systemClock } from "../../src/base/index.ts";
import { type BlobStore, openBlobStore, retry, timeout } from "../../src/blobstore/index.ts";
import { blobStoreConformance } from "../conformance/blob-store.ts";
import { FAULT_KINDS, type FaultProxy, startFaultProxy } from "../support/storage/fault-proxy.ts";
import { storageSkip } from "../support/storage/process.ts";
import {
  makeBucket,
  type S3Server,
  s3Address,
  storeContext,
} from "../support/storage/s3-server.ts";
import { provisionS3Proxy, startS3Proxy } from "../support/storage/s3proxy.ts";
import { provisionSeaweed, startSeaweed } from "../support/storage/seaweedfs.ts";

const SEED = Number(process.env["VARVE_FAULT_SEED"] ?? 20);
const RATE = 0.12;
const TIMEOUT_MS = 1500;
const SETTINGS = {
  buffer_size: "5mb",
  read_timeout: `${TIMEOUT_MS}ms`,
  request_timeout: `${TIMEOUT_MS}ms`,
  max_retries: "2",
  use_throttle_retries: "false",
};

/** As a repository's store, with shorter pauses and more tries. */
function patient(store: BlobStore): BlobStore {
  return retry(timeout(store, systemClock, 4 * TIMEOUT_MS), {
    clock: systemClock,
    random: seededRandom(SEED),
    attemptsMax: 12,
    pauseMs: 5,
  });
}

const kinds = [
  ["SeaweedFS", provisionSeaweed, startSeaweed],
  ["S3Proxy", provisionS3Proxy, startS3Proxy],
] as const;

for (const [name, provide, start] of kinds) {
  const skip = await storageSkip(name, provide);

  describe.skipIf(skip !== undefined)(`s3 on ${name} behind faults, seed ${SEED}`, () => {
    let server: S3Server;
    let proxy: FaultProxy;
    let bucket: string;
    beforeAll(async () => {
      server = await start();
      bucket = await makeBucket(server);
      proxy = await startFaultProxy(server.endpoint, { seed: SEED, rate: RATE });
    });
    afterAll(async () => {
      await proxy?.stop();
      await server?.stop();
    });

    const open = async () => {
      const direct = openBlobStore(s3Address(server, bucket), storeContext);
      await direct.deleteTree("");
      await direct.close();
      const address = s3Address({ ...server, endpoint: proxy.origin }, bucket, SETTINGS);
      return patient(openBlobStore(address, storeContext));
    };

    blobStoreConformance("s3", { countsExactly: false, open });

    it("put stores a blob of several parts in spite of them", async () => {
      const store = await open();
      const bytes = Buffer.from(seededRandom(3).bytes(20_000_003));
      await store.put("large", bytes, { ifAbsent: true });
      expect(Buffer.compare(Buffer.from(await store.get("large")), bytes)).toBe(0);
      await store.close();
    });

    it("was broken in every way", () => {
      expect(proxy.requests).toBeGreaterThan(100);
      for (const kind of FAULT_KINDS) expect(proxy.counts[kind], kind).toBeGreaterThan(0);
    });
  });
}
