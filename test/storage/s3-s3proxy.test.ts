// The S3 provider against S3Proxy.

import { afterAll, beforeAll, describe } from "vitest";
import { openBlobStore } from "../../src/blobstore/index.ts";
import { blobStoreConformance } from "../conformance/blob-store.ts";
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

  blobStoreConformance("s3 on S3Proxy", {
    open: async () => emptied(openBlobStore(s3Address(server, bucket), storeContext)),
  });
});
