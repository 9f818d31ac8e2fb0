// The real OpenSearch with its S3 plugin and Varve go on with each other's snapshots in one bucket,
// in turn. The real server takes its keys from a keystore that Varve wrote.

import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { systemRandom } from "../../src/base/index.ts";
import { Keystore } from "../../src/engine/index.ts";
import { runVarve } from "../support/cli.ts";
import { type RealServer, startOpenSearch } from "../support/judge.ts";
import { PLUGIN_VERSION, provideServerWithS3 } from "../support/storage/opensearch-s3.ts";
import { storageSkip } from "../support/storage/process.ts";
import { secretsOf } from "../support/storage/rest-story.ts";
import { makeBucket, type S3Server } from "../support/storage/s3-server.ts";
import { provisionSeaweed, startSeaweed } from "../support/storage/seaweedfs.ts";
import { startVarve, type TestServer } from "../support/varve.ts";

const skip =
  (await storageSkip("SeaweedFS", provisionSeaweed)) ??
  (await storageSkip("OpenSearch with the S3 plugin", provideServerWithS3));
const CLIENT = "s3.client.default";
const WAIT = "wait_for_completion=true";

type Server = Pick<TestServer, "ok" | "call">;

describe.skipIf(skip !== undefined)("OpenSearch with its S3 plugin, and Varve", () => {
  let store: S3Server;
  let bucket: string;
  let folder: string;
  let server: RealServer;
  let real: Server;
  let varve: TestServer;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "varve-s3-"));
    store = await startSeaweed();
    bucket = await makeBucket(store);
    const keys = {
      [`${CLIENT}.access_key`]: store.accessKey,
      [`${CLIENT}.secret_key`]: store.secretKey,
    };
    const path = join(folder, "opensearch.keystore");
    const keystore = Keystore.create(systemRandom);
    for (const [name, value] of Object.entries(keys)) keystore.set(name, value);
    keystore.save(path, "", systemRandom);
    const settings = {
      [`${CLIENT}.endpoint`]: store.endpoint,
      [`${CLIENT}.region`]: "us-east-1",
      [`${CLIENT}.path_style_access`]: "true",
    };
    server = await startOpenSearch(PLUGIN_VERSION, {
      home: await provideServerWithS3(),
      settings,
      configFiles: { "opensearch.keystore": readFileSync(path) },
    });
    const { call } = server;
    real = {
      call,
      async ok(method, route, body) {
        const answer = await call(method, route, body);
        if (answer.status < 300) return answer.body;
        throw new Error(`${method} ${route}: ${answer.status} ${JSON.stringify(answer.body)}`);
      },
    };
    varve = await startVarve({ settings, secureSettings: secretsOf(keys) });
  });
  afterAll(async () => {
    await varve?.stop();
    await server?.stop();
    await store?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const register = async (node: Server) => {
    const settings = { bucket, base_path: "series" };
    await node.call("DELETE", "/_snapshot/series");
    await node.ok("PUT", "/_snapshot/series", { type: "s3", settings });
  };
  const fill = async (node: Server, index: string, from: number, to: number) => {
    const lines: string[] = [];
    for (let n = from; n < to; n++) {
      lines.push(JSON.stringify({ index: { _id: String(n) } }));
      lines.push(JSON.stringify({ n, text: `text ${n} `.repeat(50) }));
    }
    await node.ok("POST", `/${index}/_bulk?refresh=true`, `${lines.join("\n")}\n`);
  };
  const take = async (node: Server, name: string, indices: string) => {
    const body = { indices, include_global_state: false };
    const taken = await node.ok("PUT", `/_snapshot/series/${name}?${WAIT}`, body);
    expect(taken.snapshot, name).toMatchObject({ state: "SUCCESS", shards: { failed: 0 } });
  };
  /** Restores under another name, counts, and looks at one document. */
  const restores = async (node: Server, name: string, index: string, count: number) => {
    const target = `${name}-of-${index}`;
    const renamed = { indices: index, rename_pattern: ".+", rename_replacement: target };
    const restored = await node.ok("POST", `/_snapshot/series/${name}/_restore?${WAIT}`, renamed);
    expect(restored.snapshot.shards, target).toMatchObject({ failed: 0 });
    await node.ok("POST", `/${target}/_refresh`);
    expect((await node.ok("GET", `/${target}/_count`)).count, target).toBe(count);
    const last = await node.ok("GET", `/${target}/_doc/${count - 1}`);
    expect(last._source.n).toBe(count - 1);
    await node.ok("DELETE", `/${target}`);
  };
  const names = async (node: Server) =>
    (await node.ok("GET", "/_snapshot/series/_all")).snapshots.map(
      (one: { snapshot: string }) => one.snapshot,
    );

  it("go on with each other's series", async () => {
    await register(real);
    await fill(real, "theirs", 0, 400);
    await take(real, "first-real", "theirs");

    await register(varve);
    await restores(varve, "first-real", "theirs", 400);
    await fill(varve, "ours", 0, 300);
    await take(varve, "first-varve", "ours");

    await register(real);
    expect(await names(real)).toEqual(["first-real", "first-varve"]);
    await restores(real, "first-varve", "ours", 300);
    await fill(real, "theirs", 400, 500);
    await take(real, "second-real", "theirs");

    await restores(varve, "second-real", "theirs", 500);
    await fill(varve, "ours", 300, 350);
    await take(varve, "second-varve", "ours");
    await varve.ok("DELETE", "/_snapshot/series/first-real");

    await register(real);
    await restores(real, "second-varve", "ours", 350);
    await restores(real, "second-real", "theirs", 500);
    await real.ok("DELETE", "/_snapshot/series/first-varve");
    const cleaned = await real.ok("POST", "/_snapshot/series/_cleanup");
    expect(cleaned.results).toEqual({ deleted_bytes: 0, deleted_blobs: 0 });
    expect(await names(varve)).toEqual(["second-real", "second-varve"]);
    await restores(varve, "second-varve", "ours", 350);
    await restores(varve, "second-real", "theirs", 500);
  });

  it("leave a repository that `varve verify` finds sound", async () => {
    const url =
      `s3://${bucket}/series?endpoint=${store.endpoint}` +
      "&path_style_access=true&region=us-east-1";
    const environment = {
      [`${CLIENT}.access_key`]: store.accessKey,
      [`${CLIENT}.secret_key`]: store.secretKey,
    };
    const verified = await runVarve(["verify", url, "--data", "all", "--json"], {
      environment,
      folder,
    });
    expect([verified.code, verified.stderr]).toEqual([0, expect.not.stringContaining("varve:")]);
    expect(verified.json()).toMatchObject({ ok: true, findings: [] });
  });
});
