// What S3 tests know of a server, and how they come to a bucket of their own.

import { CreateBucketCommand, S3Client } from "@aws-sdk/client-s3";
import { systemClock, systemRandom } from "../../../src/base/index.ts";
import type { BlobStore, StoreAddress } from "../../../src/blobstore/index.ts";
import { sleep } from "./process.ts";

/** A server of S3's protocol on the loopback. */
export interface S3Server {
  readonly endpoint: string;
  readonly accessKey: string;
  readonly secretKey: string;
  readonly pid: number;
  stop(): Promise<void>;
}

// As the provider does: no advice about Node's version between the results.
process.env["AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED"] ??= "true";

/** What providers are opened with. */
export const storeContext = { clock: systemClock, random: systemRandom };

let buckets = 0;

/** A client of the test's own, beside the provider. */
export function s3Client(server: S3Server): S3Client {
  return new S3Client({
    endpoint: server.endpoint,
    region: "us-east-1",
    forcePathStyle: true,
    credentials: { accessKeyId: server.accessKey, secretAccessKey: server.secretKey },
  });
}

/** Makes a bucket; waits for a server that has just started. */
export async function makeBucket(server: S3Server): Promise<string> {
  const bucket = `varve-${process.pid}-${++buckets}`;
  const client = s3Client(server);
  for (let attempt = 1; ; attempt++) {
    try {
      await client.send(new CreateBucketCommand({ Bucket: bucket }));
      client.destroy();
      return bucket;
    } catch (error) {
      if (attempt === 20) throw error;
      await sleep(500);
    }
  }
}

/** The store with nothing in it: a new bucket for each test costs some servers seconds. */
export async function emptied(store: BlobStore): Promise<BlobStore> {
  await store.deleteTree("");
  return store;
}

/** The address of a bucket, with the server's own keys. */
export function s3Address(
  server: S3Server,
  bucket: string,
  settings: Record<string, string> = {},
): StoreAddress {
  return {
    type: "s3",
    settings: { bucket, endpoint: server.endpoint, path_style_access: "true", ...settings },
    client: {},
    secrets: { access_key: server.accessKey, secret_key: server.secretKey },
  };
}
