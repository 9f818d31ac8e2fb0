// `varve doctor` against real servers: nothing is found in sound ones, and what is missing (a
// permission, a bucket, a key, a server) is named with its remedy.

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { systemClock, systemRandom } from "../../src/base/index.ts";
import {
  type BlobStore,
  type ProbeResult,
  runDoctor,
  type StoreType,
} from "../../src/blobstore/index.ts";
import { runVarve } from "../support/cli.ts";
import {
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
import { type HdfsServer, hdfsSkip, startHdfs } from "../support/storage/hdfs.ts";
import { storageSkip } from "../support/storage/process.ts";
import { makeBucket, type S3Server, s3Client } from "../support/storage/s3-server.ts";
import { provisionSeaweed, startSeaweed } from "../support/storage/seaweedfs.ts";

interface Answer {
  ok: boolean;
  reached: boolean;
  folder: string;
  probes: ProbeResult[];
}

function failures(answer: Answer): string[] {
  return answer.probes.filter((probe) => !probe.ok).map((probe) => probe.name);
}

/** Fails unless every probe was tried, but the one for read-only repositories. */
function expectAllTried(answer: Answer): void {
  expect(failures(answer)).toEqual([]);
  expect(answer.ok).toBe(true);
  const skipped = answer.probes.filter((probe) => probe.skipped).map((probe) => probe.name);
  expect(skipped).toEqual(["read-repository"]);
  const clock = answer.probes.find((probe) => probe.name === "clock");
  expect(clock?.message).toBe("they differ by less than 2 s");
}

const noSeaweed = await storageSkip("SeaweedFS", provisionSeaweed);

describe.skipIf(noSeaweed !== undefined)("varve doctor on s3", () => {
  let server: S3Server;
  let bucket: string;
  beforeAll(async () => {
    server = await startSeaweed();
    bucket = await makeBucket(server);
  });
  afterAll(() => server?.stop());

  const examine = async (
    place: string,
    keys: Record<string, string> = {},
    ...flags: string[]
  ): Promise<{ code: number; answer: Answer }> => {
    const query = `endpoint=${encodeURIComponent(server.endpoint)}&path_style_access=true`;
    const environment = {
      "s3.client.default.access_key": server.accessKey,
      "s3.client.default.secret_key": server.secretKey,
      ...keys,
    };
    const repository = `s3://${place}?${query}`;
    const outcome = await runVarve(["doctor", repository, "--json", ...flags], { environment });
    return { code: outcome.code, answer: outcome.json() };
  };

  it("finds nothing, and leaves nothing", async () => {
    const { code, answer } = await examine(`${bucket}/backups/eu`);
    expectAllTried(answer);
    expect(code).toBe(0);
    expect(answer.folder).toMatch(/^backups\/eu\/tests-/);
    const { ListObjectsV2Command } = await import("@aws-sdk/client-s3");
    const client = s3Client(server);
    const left = await client.send(new ListObjectsV2Command({ Bucket: bucket }));
    client.destroy();
    expect(left.Contents ?? []).toEqual([]);
  });

  it("names a bucket that is not there", async () => {
    const { code, answer } = await examine("no-such-bucket-here");
    expect(code).toBe(3);
    expect(answer.reached).toBe(false);
    expect(answer.probes.at(-1)?.remedy).toContain("create the bucket");
  });

  it("names a wrong secret key without showing it", async () => {
    const wrong = { "s3.client.default.secret_key": "not-the-secret" };
    const { code, answer } = await examine(bucket, wrong);
    expect(code).toBe(3);
    expect(answer.probes.at(-1)?.remedy).toContain("[secret_key]");
    expect(JSON.stringify(answer)).not.toContain("not-the-secret");
  });

  it("writes nothing with --readonly", async () => {
    const { code, answer } = await examine(bucket, {}, "--readonly");
    expect(code).toBe(1);
    expect(failures(answer)).toEqual(["read-repository"]);
    expect(answer.folder).toBe("");
  });
});

const noHdfs = await hdfsSkip();

describe.skipIf(noHdfs !== undefined)("varve doctor on hdfs", () => {
  let server: HdfsServer;
  beforeAll(async () => {
    server = await startHdfs();
  });
  afterAll(() => server?.stop());

  const examine = async (user: string, path: string) => {
    const uri = server.uri.replace("//", `//${user}@`);
    const query = `conf.dfs.namenode.http-address=${server.httpAddress}`;
    const outcome = await runVarve(["doctor", `${uri}${path}?${query}`, "--json"]);
    return { code: outcome.code, answer: outcome.json() as Answer };
  };
  const ask = (path: string, op: string) =>
    fetch(`http://${server.httpAddress}/webhdfs/v1${path}?user.name=${server.userName}&op=${op}`, {
      method: "PUT",
    });

  it("finds nothing", async () => {
    const { code, answer } = await examine(server.userName, "/doctor");
    expectAllTried(answer);
    expect(code).toBe(0);
  });

  it("names the permission that a user lacks", async () => {
    await ask("/readable", "MKDIRS&permission=755");
    const read = await examine("guest", "/readable");
    expect(read.code).toBe(1);
    expect(failures(read.answer)).toEqual(["put"]);
    const put = read.answer.probes.find((probe) => probe.name === "put");
    expect(put?.message).toContain("Permission denied: user=guest, access=WRITE");
    expect(put?.remedy).toContain("give the user w and x on the folder");
    await ask("/closed", "MKDIRS&permission=700");
    const closed = await examine("guest", "/closed");
    expect(closed.code).toBe(1);
    expect(failures(closed.answer)).toEqual(["list", "put"]);
  });

  it("names a server that is not there", async () => {
    const outcome = await runVarve(["doctor", "webhdfs://127.0.0.1:1/x"]);
    expect(outcome.code).toBe(3);
    expect(outcome.stdout).toContain("list: start the server, or correct its address");
    expect(outcome.stderr).toContain("cannot be reached");
  });
});

function examineStore(store: BlobStore, type: StoreType): Promise<Answer> {
  const context = { clock: systemClock, random: systemRandom };
  return runDoctor(store, { type, basePath: "base", ...context }).finally(() =>
    store.close(),
  ) as Promise<Answer>;
}

const noAzurite = await storageSkip("Azurite", provideAzurite);

describe.skipIf(noAzurite !== undefined)("runDoctor on azure", () => {
  let server: Azurite;
  beforeAll(async () => {
    server = await startAzurite();
  });
  afterAll(() => server?.stop());

  it("finds nothing, and names a container that is not there", async () => {
    const container = await server.newContainer();
    expectAllTried(await examineStore(openAzurite(server.endpoint, container), "azure"));
    const answer = await examineStore(openAzurite(server.endpoint, "nowhere"), "azure");
    expect(answer.reached).toBe(false);
    expect(answer.probes.at(-1)?.remedy).toContain("create the container");
  });
});

const noGcs = await storageSkip("fake-gcs-server", provideFakeGcs);

describe.skipIf(noGcs !== undefined)("runDoctor on gcs", () => {
  let server: FakeGcs;
  beforeAll(async () => {
    server = await startFakeGcs();
  });
  afterAll(() => server?.stop());

  it("finds nothing, and names a bucket that is not there", async () => {
    const bucket = await server.newBucket();
    expectAllTried(await examineStore(openFakeGcs(server.endpoint, bucket), "gcs"));
    const answer = await examineStore(openFakeGcs(server.endpoint, "nowhere"), "gcs");
    expect(answer.reached).toBe(false);
    expect(answer.probes.at(-1)?.remedy).toContain("create the bucket");
  });
});
