// Settings of type s3 as the real server takes and refuses them.

import { describe, expect, it } from "vitest";
import { VarveError } from "../../src/base/index.ts";
import { openBlobStore, s3ChunkSizeBytes, s3Settings } from "../../src/blobstore/index.ts";
import { storeContext } from "../support/storage/s3-server.ts";

const MB = 1024 ** 2;

function address(
  settings: Record<string, string>,
  client: Record<string, string> = {},
  secrets: Record<string, string> = {},
) {
  return { type: "s3", settings: { bucket: "b", ...settings }, client, secrets } as const;
}

function refused(
  settings: Record<string, string>,
  secrets: Record<string, string> = {},
): { type: string | undefined; message: string } {
  try {
    openBlobStore(address(settings, {}, secrets), storeContext);
  } catch (error) {
    expect(error).toBeInstanceOf(VarveError);
    return { type: (error as VarveError).type, message: (error as VarveError).message };
  }
  return { type: "none", message: "taken" };
}

describe("s3Settings", () => {
  it("has the real server's defaults", () => {
    const settings = s3Settings(address({}));
    expect(settings).toMatchObject({
      bucket: "b",
      chunkSizeBytes: 1024 * MB,
      parallelMultipart: true,
      partSizeBytesMin: 16 * MB,
      storageClass: "STANDARD",
      cannedAcl: "private",
      encryption: undefined,
      expectedBucketOwner: undefined,
      bulkDeleteSize: 1000,
      conditionalPut: "auto",
    });
    expect(settings.bufferSizeBytes).toBeGreaterThanOrEqual(5 * MB);
    expect(settings.bufferSizeBytes).toBeLessThanOrEqual(100 * MB);
    expect(settings.client).toEqual({
      endpoint: undefined,
      stsEndpoint: undefined,
      region: undefined,
      proxy: undefined,
      readTimeoutMs: 50_000,
      requestTimeoutMs: 300_000,
      connectionTimeoutMs: 10_000,
      connectionTtlMs: 5_000,
      connectionsMax: 500,
      retriesMax: 3,
      throttleRetries: true,
      pathStyleAccess: false,
      legacyMd5: false,
      unsigned: false,
    });
  });

  it("takes a client's values, and a repository's over them", () => {
    const client = { region: "eu-west-1", max_retries: "7", endpoint: "MinIO.example:9000" };
    const settings = s3Settings(address({ max_retries: "1", protocol: "http" }, client)).client;
    expect(settings.region).toBe("eu-west-1");
    expect(settings.retriesMax).toBe(1);
    expect(settings.endpoint).toBe("http://minio.example:9000");
    expect(s3Settings(address({}, { endpoint: "https://s3.example" })).client.endpoint).toBe(
      "https://s3.example",
    );
  });

  it("takes chunk_size from 5mb to 5tb", () => {
    expect(s3ChunkSizeBytes(address({}))).toBe(1024 * MB);
    expect(s3ChunkSizeBytes(address({ chunk_size: "5mb" }))).toBe(5 * MB);
    expect(() => s3ChunkSizeBytes(address({ chunk_size: "4mb" }))).toThrow(
      "failed to parse value [4mb] for setting [chunk_size], must be >= [5mb]",
    );
    expect(() => s3ChunkSizeBytes(address({ chunk_size: "6tb" }))).toThrow("must be <= [5tb]");
  });

  it("takes settings that have no effect here", () => {
    const taken = {
      s3_async_client_type: "netty",
      redirect_large_s3_upload: "false",
      s3_upload_retry_enabled: "true",
      permit_backed_transfer_enabled: "true",
      disable_chunked_encoding: "true",
      max_sync_connections: "100",
      connection_acquisition_timeout: "1m",
      max_pending_connection_acquires: "10",
      signer_override: "AWSS3V4SignerType",
    };
    expect(refused(taken).message).toBe("taken");
  });

  it.each([
    [{ bucket: "" }, "No bucket defined for s3 repository"],
    [
      { buffer_size: "4mb" },
      "failed to parse value [4mb] for setting [buffer_size], must be >= [5mb]",
    ],
    [
      { buffer_size: "6gb" },
      "failed to parse value [6gb] for setting [buffer_size], must be <= [5gb]",
    ],
    [
      { buffer_size: "100mb", chunk_size: "50mb" },
      "chunk_size (50mb) can't be lower than buffer_size (100mb).",
    ],
    [{ storage_class: "glacier" }, "Glacier storage class is not supported"],
    [{ storage_class: "cheap" }, "`cheap` is not a valid S3 Storage Class."],
    [{ canned_acl: "open" }, "cannedACL is not valid: [open]"],
    [
      { server_side_encryption_type: "aes" },
      "server_side_encryption_type must be one of [AES256, aws:kms, bucket_default]",
    ],
    [{ expected_bucket_owner: "123" }, "expected_bucket_owner must be a 12 digit AWS account id"],
    [
      { bulk_delete_size: "0" },
      "Failed to parse value [0] for setting [bulk_delete_size] must be >= 1",
    ],
    [
      { bulk_delete_size: "1001" },
      "Failed to parse value [1001] for setting [bulk_delete_size] must be <= 1000",
    ],
    [{ max_retries: "-1" }, "Failed to parse value [-1] for setting [max_retries] must be >= 0"],
    [{ max_retries: "x" }, "Failed to parse value [x] for setting [max_retries]"],
    [
      { path_style_access: "yes" },
      "Failed to parse value [yes] as only [true] or [false] are allowed.",
    ],
    [
      { read_timeout: "50" },
      "failed to parse setting [read_timeout] with value [50] as a time value: unit is missing or unrecognized",
    ],
    [{ s3_async_client_type: "curl" }, "Invalid http client type. `curl`"],
    [{ signer_override: "Mine" }, "No matching signers found for signerName: Mine"],
    [
      { "proxy.host": "p" },
      "S3 proxy port or host or username or password have been set but proxy type is not defined.",
    ],
    [{ "proxy.type": "http" }, "S3 proxy type has been set but proxy host or port is not defined."],
    [
      { "proxy.type": "socks", "proxy.host": "p", protocol: "http" },
      "SOCKS proxy is not supported for HTTP protocol",
    ],
    [
      { access_key: "AK" },
      "Repository setting [access_key must be accompanied by setting [secret_key]",
    ],
    [
      { access_key: "AK", secret_key: "SK" },
      "Setting [access_key] is insecure, but property [allow_insecure_settings] is not set",
    ],
  ])("rejects %j in the real server's words", (settings, message) => {
    expect(refused(settings as unknown as Record<string, string>).message).toBe(message);
  });

  it("rejects with the exception's name", () => {
    expect(refused({ bucket: "" }).type).toBe("repository_exception");
    expect(refused({ storage_class: "glacier" }).type).toBe("blob_store_exception");
    expect(refused({ "proxy.type": "http" }).type).toBe("settings_exception");
    expect(refused({ max_retries: "x" }).type).toBe("illegal_argument_exception");
  });

  it("rejects keys in an endpoint without repeating them", () => {
    const { message } = refused({ endpoint: "https://ak:sk@s3.example" });
    expect(message).toContain("they go to the keystore");
    expect(message).not.toContain("sk@");
  });
});

describe("an s3 store", () => {
  it("describes itself without secrets and without asking anybody", () => {
    const secrets = { access_key: "AK", secret_key: "SK" };
    const store = openBlobStore(address({ endpoint: "s3.example" }, {}, secrets), storeContext);
    expect(store.description).toBe("s3 [https://s3.example/b]");
    expect(openBlobStore(address({}), storeContext).description).toBe("s3 [b]");
  });
});
