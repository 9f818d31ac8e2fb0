// The S3 provider against SeaweedFS.

import { afterAll, beforeAll, describe } from "vitest";
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
import { provisionSeaweed, startSeaweed } from "../support/storage/seaweedfs.ts";

const skip = await storageSkip("SeaweedFS", provisionSeaweed);

describe.skipIf(skip !== undefined)("SeaweedFS", () => {
  let server: S3Server;
  let bucket: string;
  beforeAll(async () => {
    server = await startSeaweed();
    bucket = await makeBucket(server);
  });
  afterAll(async () => {
    await server?.stop();
  });

  const factory = {
    open: async () => emptied(openBlobStore(s3Address(server, bucket), storeContext)),
  };
  blobStoreConformance("s3 on SeaweedFS", factory);
  blobStoreScale("s3 on SeaweedFS", factory);
});
