// The REST API over S3: a repository's whole life, and keys that are rotated while it is used.

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { SecureSettings } from "../../src/engine/index.ts";
import { storageSkip } from "../support/storage/process.ts";
import { liveRepositoryStory } from "../support/storage/rest-story.ts";
import { makeBucket, type S3Server } from "../support/storage/s3-server.ts";
import { provisionSeaweed, startSeaweed } from "../support/storage/seaweedfs.ts";
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
      stored = undefined;
      const failed = await node.ok("POST", "/_nodes/reload_secure_settings");
      const [answer] = Object.values(failed.nodes) as { reload_exception: unknown }[];
      expect(answer!.reload_exception).toMatchObject({ reason: "Keystore is missing" });
      await node.ok("POST", "/_snapshot/r/_verify");
    } finally {
      await node.stop();
    }
  });
});
