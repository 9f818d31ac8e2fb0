// The S3 provider against S3Proxy.

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openBlobStore } from "../../src/blobstore/index.ts";
import { blobStoreConformance, blobStoreScale } from "../conformance/blob-store.ts";
import { storageSkip } from "../support/storage/process.ts";
import {
  emptied,
  makeBucket,
  type S3Server,
  s3Address,
  storeContext,
} from "../support/storage/s3-server.ts";
import { provisionS3Proxy, startS3Proxy } from "../support/storage/s3proxy.ts";

const skip = await storageSkip("S3Proxy", provisionS3Proxy);

describe.skipIf(skip !== undefined)("S3Proxy", () => {
  let server: S3Server;
  let bucket: string;
  beforeAll(async () => {
    server = await startS3Proxy();
    bucket = await makeBucket(server);
  });
  afterAll(async () => {
    await server?.stop();
  });

  const factory = {
    open: async () => emptied(openBlobStore(s3Address(server, bucket), storeContext)),
  };
  blobStoreConformance("s3 on S3Proxy", factory);
  blobStoreScale("s3 on S3Proxy", factory);

  it("rejects a bucket that is not there as such, not as a missing blob", async () => {
    const store = openBlobStore(s3Address(server, "varve-nowhere"), storeContext);
    const told = { kind: "invalid", type: "no_such_bucket_exception" };
    await expect(store.get("x")).rejects.toMatchObject(told);
    await expect(store.list("")).rejects.toMatchObject(told);
    await expect(store.put("x", Buffer.from("x"))).rejects.toMatchObject(told);
    await expect(store.put("y", Buffer.from("x"), { ifAbsent: true })).rejects.toMatchObject(told);
  });
});
