// The REST API over S3: a repository's whole life, and keys that are rotated while it is used.

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { SecureSettings } from "../../src/engine/index.ts";
import { runVarve } from "../support/cli.ts";
import { storageSkip } from "../support/storage/process.ts";
import { liveRepositoryStory, secretsOf } from "../support/storage/rest-story.ts";
import { makeBucket, type S3Server } from "../support/storage/s3-server.ts";
import { provisionSeaweed, SEAWEED_ROLE_ARN, startSeaweed } from "../support/storage/seaweedfs.ts";
import { startVarve } from "../support/varve.ts";

const skip = await storageSkip("SeaweedFS", provisionSeaweed);

describe.skipIf(skip !== undefined)("a repository of type s3", () => {
  let server: S3Server;
  let bucket: string;
  let nodeSettings: Record<string, string>;
  beforeAll(async () => {
    server = await startSeaweed();
    bucket = await makeBucket(server);
    nodeSettings = {
      "s3.client.backup.endpoint": server.endpoint,
      "s3.client.backup.path_style_access": "true",
      "s3.client.backup.region": "us-east-1",
    };
  });
  afterAll(async () => {
    await server?.stop();
  });
  const keys = () => ({
    "s3.client.backup.access_key": server.accessKey,
    "s3.client.backup.secret_key": server.secretKey,
  });

  it("lives its whole life, also on a second node", async () => {
    await liveRepositoryStory({
      type: "s3",
      settings: { bucket, client: "backup", base_path: "clusters/one", compress: true },
      nodeSettings,
      secrets: keys(),
    });
  });

  it("is registered with bucket, region and role_arn by a signed request, and used by the role", async () => {
    const environment = {
      AWS_ACCESS_KEY_ID: server.accessKey,
      AWS_SECRET_ACCESS_KEY: server.secretKey,
      AWS_REGION: "ap-northeast-1",
    };
    const node = await startVarve({
      settings: {
        "s3.client.default.endpoint": server.endpoint,
        "s3.client.default.sts_endpoint": server.endpoint,
        "s3.client.default.path_style_access": "true",
      },
      secureSettings: secretsOf({
        "s3.client.default.access_key": server.accessKey,
        "s3.client.default.secret_key": server.secretKey,
      }),
    });
    const register = (roleArn: string) => {
      const settings = { bucket, region: "ap-northeast-1", role_arn: roleArn, base_path: "role" };
      const body = JSON.stringify({ type: "s3", settings });
      const url = `${node.url}/_snapshot/s3-backup`;
      return runVarve(["request", "PUT", url, "--sigv4", "-d", body], { environment });
    };
    try {
      const put = await register(SEAWEED_ROLE_ARN);
      expect([put.code, put.json()]).toEqual([0, { acknowledged: true }]);
      expect((await node.call("GET", "/_cat/repositories?v")).body).toMatch(/s3-backup +s3/);
      const taken = await node.ok("PUT", "/_snapshot/s3-backup/one?wait_for_completion=true");
      expect(taken.snapshot.state).toBe("SUCCESS");
      const refused = await register("arn:aws:iam::role/Nobody");
      expect(refused.code).toBe(1);
      expect(refused.json()).toMatchObject({
        status: 500,
        error: { type: "repository_verification_exception" },
      });
    } finally {
      await node.stop();
    }
  });

  it("judges the signature of `varve request`", async () => {
    const get = (secretKey: string) =>
      runVarve(
        [
          ...["request", "GET", `${server.endpoint}/${bucket}?list-type=2&prefix=a%2Fb%20c`],
          ...["--sigv4", "--service", "s3", "--region", "us-east-1"],
        ],
        {
          environment: { AWS_ACCESS_KEY_ID: server.accessKey, AWS_SECRET_ACCESS_KEY: secretKey },
        },
      );
    const found = await get(server.secretKey);
    expect([found.code, found.stdout]).toEqual([0, expect.stringContaining("ListBucketResult")]);
    const refused = await get("wrong");
    expect([refused.code, refused.stdout]).toEqual([
      1,
      expect.stringContaining("SignatureDoesNotMatch"),
    ]);
  });

  it("takes rotated keys without a restart, and keeps its keys when the reload fails", async () => {
    const wrong = { ...keys(), "s3.client.backup.secret_key": "no longer valid" };
    let stored: ReadonlyMap<string, string> | undefined = new Map(Object.entries(wrong));
    const node = await startVarve({
      settings: nodeSettings,
      secureSettings: new SecureSettings(stored, () => stored),
    });
    const body = { type: "s3", settings: { bucket, client: "backup", base_path: "rotated" } };
    try {
      const refused = await node.call("PUT", "/_snapshot/r", body);
      expect(refused.status).toBe(500);
      expect(refused.body.error.type).toBe("repository_verification_exception");
      expect(JSON.stringify(refused.body)).not.toContain("no longer valid");
      stored = new Map(Object.entries(keys()));
      await node.ok("POST", "/_nodes/reload_secure_settings");
      await node.ok("POST", "/_snapshot/r/_verify");
      const half = new Map([["s3.client.backup.access_key", "half"]]);
      for (const [bad, reason] of [
        [undefined, "Keystore is missing"],
        [half, "Missing secret key for s3 client [backup]"],
      ] as const) {
        stored = bad;
        const failed = await node.ok("POST", "/_nodes/reload_secure_settings");
        const [answer] = Object.values(failed.nodes) as { reload_exception: unknown }[];
        expect(answer!.reload_exception).toMatchObject({ reason });
        await node.ok("POST", "/_snapshot/r/_verify");
      }
    } finally {
      await node.stop();
    }
  });
});
