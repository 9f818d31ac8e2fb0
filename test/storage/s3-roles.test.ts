// Roles on SeaweedFS, whose STS checks signatures, trust and sessions as Amazon's does.

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openBlobStore, type StoreAddress, s3Credentials } from "../../src/blobstore/index.ts";
import { storageSkip } from "../support/storage/process.ts";
import {
  makeBucket,
  type S3Server,
  s3Address,
  storeContext,
} from "../support/storage/s3-server.ts";
import { provisionSeaweed, SEAWEED_ROLE_ARN, startSeaweed } from "../support/storage/seaweedfs.ts";

const skip = await storageSkip("SeaweedFS", provisionSeaweed);

describe.skipIf(skip !== undefined)("the s3 provider with a role", () => {
  let server: S3Server;
  let bucket: string;
  beforeAll(async () => {
    server = await startSeaweed();
    bucket = await makeBucket(server);
  });
  afterAll(async () => {
    await server?.stop();
  });

  const withRole = (roleArn: string, secrets: Record<string, string> = {}): StoreAddress => {
    const own = s3Address(server, bucket, { role_arn: roleArn, region: "us-east-1" });
    const client = { sts_endpoint: server.endpoint };
    return { ...own, client, secrets: { ...own.secrets, ...secrets } };
  };

  it("works in the role's session", async () => {
    const address = withRole(SEAWEED_ROLE_ARN);
    const keys = await s3Credentials(address, storeContext.clock)();
    expect(keys.sessionToken).toBeDefined();
    expect(keys.accessKeyId).not.toBe(server.accessKey);
    expect(keys.expiration!.getTime()).toBeGreaterThan(Date.now());
    const store = openBlobStore(address, storeContext);
    await store.put("by-role", Buffer.from("hello"));
    expect(Buffer.from(await store.get("by-role")).toString()).toBe("hello");
    await store.delete(["by-role"]);
    expect((await store.list("")).size).toBe(0);
    await store.close();
  });

  it("rejects a role that is not there by its name", async () => {
    const store = openBlobStore(withRole("arn:aws:iam::role/Nobody"), storeContext);
    await expect(store.list("")).rejects.toThrow(/Assuming the role \[arn:aws:iam::role\/Nobody\]/);
  });

  it("rejects a wrong secret key without showing it", async () => {
    const own = s3Address(server, bucket);
    const secrets = { ...own.secrets, secret_key: "not-the-secret" };
    const store = openBlobStore({ ...own, secrets }, storeContext);
    const error = await store
      .put("x", Buffer.from("x"))
      .catch((thrown: unknown) => thrown as Error);
    const shown = `${error} ${JSON.stringify(error, Object.getOwnPropertyNames(error))}`;
    expect(shown).toContain("status 403 SignatureDoesNotMatch");
    expect(shown).toContain(`[x] in bucket [${bucket}]`);
    expect(shown).not.toMatch(/not-the-secret|weedsecret/);
  });

  it("rejects a tampered session token", async () => {
    const keys = await s3Credentials(withRole(SEAWEED_ROLE_ARN), storeContext.clock)();
    const secrets = {
      access_key: keys.accessKeyId,
      secret_key: keys.secretAccessKey,
      session_token: `${keys.sessionToken!.slice(0, -4)}AAAA`,
    };
    const store = openBlobStore({ ...s3Address(server, bucket), secrets }, storeContext);
    await expect(store.get("x")).rejects.toThrow(/status 403/);
  });
});
