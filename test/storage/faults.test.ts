// hdfs, s3 and url behind a proxy that breaks requests: the conformance suite holds, with the same
// wrappers that a repository has. The seed stands in a failing test's name. Azure and gcs:
// cloud-faults.test.ts.

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { seededRandom, systemClock } from "../../src/base/index.ts";
import {
  type BlobStore,
  ForwardingBlobStore,
  FsBlobStore,
  openBlobStore,
  retry,
  storeAddress,
  timeout,
} from "../../src/blobstore/index.ts";
import { blobStoreConformance } from "../conformance/blob-store.ts";
import { FAULT_KINDS, type FaultProxy, startFaultProxy } from "../support/storage/fault-proxy.ts";
import { type HdfsServer, hdfsSkip, startHdfs } from "../support/storage/hdfs.ts";
import { storageSkip } from "../support/storage/process.ts";
import { emptied, makeBucket, type S3Server, s3Address } from "../support/storage/s3-server.ts";
import { provisionSeaweed, startSeaweed } from "../support/storage/seaweedfs.ts";
import { type StaticServer, startStaticServer } from "../support/storage/static-server.ts";

const SEED = Number(process.env["VARVE_FAULT_SEED"] ?? 20);
const RATE = 0.12;
const TIMEOUT_MS = 1000;

const context = { clock: systemClock, random: seededRandom(SEED) };

/** As a repository's store, with shorter pauses and more tries. */
function patient(store: BlobStore): BlobStore {
  return retry(timeout(store, systemClock, TIMEOUT_MS), {
    ...context,
    attemptsMax: 12,
    pauseMs: 5,
  });
}

/** Fails if the proxy was not used, or used for nothing. */
function expectFaults(proxy: FaultProxy): void {
  expect(proxy.requests).toBeGreaterThan(100);
  for (const kind of FAULT_KINDS) expect(proxy.counts[kind], kind).toBeGreaterThan(0);
}

const noHdfs = await hdfsSkip();

describe.skipIf(noHdfs !== undefined)(`hdfs behind faults, seed ${SEED}`, () => {
  let server: HdfsServer;
  let proxy: FaultProxy;
  let count = 0;
  beforeAll(async () => {
    server = await startHdfs();
    proxy = await startFaultProxy(`http://${server.httpAddress}`, { seed: SEED, rate: RATE });
  }, 300_000);
  afterAll(async () => {
    await proxy?.stop();
    await server?.stop();
  });

  blobStoreConformance("hdfs", {
    countsExactly: false,
    async open() {
      const settings = {
        uri: server.uri,
        path: `/faults-${count++}`,
        "conf.dfs.namenode.http-address": proxy.address,
      };
      return patient(openBlobStore(storeAddress("hdfs", settings), context));
    },
  });

  it("was broken in every way", () => expectFaults(proxy));
});

/**
 * SeaweedFS keeps folders beneath its keys, and one whose deletion was broken off is still listed as
 * a prefix, although nothing begins with it. That is the server's, not the provider's.
 */
class WithoutEmptyFolders extends ForwardingBlobStore {
  override async listFolders(folder: string, signal?: AbortSignal): Promise<string[]> {
    const found = await this.inner.listFolders(folder, signal);
    const filled = await Promise.all(
      found.map((child) => this.holdsBlobs(folder === "" ? child : `${folder}/${child}`)),
    );
    return found.filter((_, at) => filled[at]);
  }

  private async holdsBlobs(folder: string): Promise<boolean> {
    if ((await this.inner.list(folder)).size > 0) return true;
    return (await this.listFolders(folder)).length > 0;
  }
}

const noSeaweed = await storageSkip("SeaweedFS", provisionSeaweed);

describe.skipIf(noSeaweed !== undefined)(`s3 behind faults, seed ${SEED}`, () => {
  let server: S3Server;
  let proxy: FaultProxy;
  let bucket: string;
  let count = 0;
  beforeAll(async () => {
    server = await startSeaweed();
    bucket = await makeBucket(server);
    proxy = await startFaultProxy(server.endpoint, { seed: SEED, rate: RATE });
  });
  afterAll(async () => {
    await proxy?.stop();
    await server?.stop();
  });

  blobStoreConformance("s3", {
    countsExactly: false,
    async open() {
      // One repetition is the SDK's own, so that both kinds of repetition meet.
      const settings = { endpoint: proxy.origin, max_retries: "1" };
      const store = patient(openBlobStore(s3Address(server, bucket, settings), context));
      return emptied(new WithoutEmptyFolders(store));
    },
  });

  it("has one winner among stores that find out at once what S3 can do", async () => {
    const settings = { endpoint: proxy.origin, max_retries: "1" };
    const open = () => patient(openBlobStore(s3Address(server, bucket, settings), context));
    for (let round = 0; round < 10; round++) {
      const stores = Array.from({ length: 6 }, open);
      const name = `race-${count++}`;
      const results = await Promise.all(
        stores.map((store, writer) =>
          store.put(name, Buffer.from(`writer ${writer}`), { ifAbsent: true }).then(
            () => "stored",
            (error) => error.kind,
          ),
        ),
      );
      expect(results.filter((result) => result === "stored")).toHaveLength(1);
      expect(results.filter((result) => result === "conflict")).toHaveLength(5);
      const winner = results.indexOf("stored");
      expect(Buffer.from(await stores[0]!.get(name)).toString()).toBe(`writer ${winner}`);
      for (const store of stores) await store.close();
    }
  });

  it("was broken in every way", () => expectFaults(proxy));
});

/** Writes go to the folder, reads come over HTTP. */
class ServedBlobStore extends ForwardingBlobStore {
  readonly root: string;
  private readonly served: BlobStore;

  constructor(files: FsBlobStore, served: BlobStore) {
    super(files);
    this.root = files.root;
    this.served = served;
  }

  override get(name: string, signal?: AbortSignal): Promise<Uint8Array> {
    return this.served.get(name, signal);
  }

  override read(
    name: string,
    offset: number,
    length: number,
    signal?: AbortSignal,
  ): AsyncIterable<Uint8Array> {
    return this.served.read(name, offset, length, signal);
  }
}

describe.each([true, false])(`url behind faults, with ranges %s, seed ${SEED}`, (ranges) => {
  let files: FsBlobStore;
  let server: StaticServer;
  let proxy: FaultProxy;
  let count = 0;
  beforeAll(async () => {
    files = new FsBlobStore(await mkdtemp(join(tmpdir(), "varve-served-")));
    server = await startStaticServer(files.root, ranges);
    // Few requests, so that more of them break.
    proxy = await startFaultProxy(server.origin, { seed: SEED, rate: 0.4 });
  });
  afterAll(async () => {
    await proxy.stop();
    await server.stop();
    await rm(files.root, { recursive: true, force: true });
  });

  blobStoreConformance("url", {
    async open() {
      const folder = `run-${count++}`;
      const url = `${proxy.origin}/${folder}/`;
      const served = patient(openBlobStore(storeAddress("url", { url }), context));
      return new ServedBlobStore(new FsBlobStore(join(files.root, folder)), served);
    },
  });

  it("reads a blob a hundred times, whatever breaks", async () => {
    const bytes = Buffer.from(seededRandom(SEED).bytes(300_000));
    await files.put("many/blob", bytes);
    const store = patient(
      openBlobStore(storeAddress("url", { url: `${proxy.origin}/many` }), context),
    );
    const random = seededRandom(SEED + 1);
    for (let i = 0; i < 100; i++) {
      const offset = Math.floor(random.next() * 200_000);
      const length = 1 + Math.floor(random.next() * 100_000);
      const parts: Buffer[] = [];
      for await (const part of store.read("blob", offset, length)) parts.push(Buffer.from(part));
      expect(Buffer.concat(parts).equals(bytes.subarray(offset, offset + length))).toBe(true);
    }
    expectFaults(proxy);
  });
});
