// Settings of a repository of type s3: names, defaults, units and refusals of the real server, so
// that what it takes is taken and what it refuses is refused in the same words. A repository's
// value wins over its client's. The list with all defaults: docs/providers/s3.md. Upstream:
// S3Repository, S3ClientSettings.

import { getHeapStatistics } from "node:v8";
import { illegalArgument, VarveError } from "../../base/index.ts";
import { type StoreAddress, storeSetting } from "../store-address.ts";
import { type S3ClientSettings, s3ClientSettings } from "./s3-client-settings.ts";
import {
  booleanSetting,
  byteSizeSetting,
  formatByteSize,
  integerSetting,
} from "./setting-values.ts";

const MB = 1024 ** 2;
const GB = 1024 ** 3;
const TB = 1024 ** 4;
const PART_BYTES_MIN = 5 * MB;
const PART_BYTES_MAX = 5 * GB;
const ENCRYPTION_TYPES = ["AES256", "aws:kms", "bucket_default"] as const;
// Amazon's classes without GLACIER, which answers no read until it is restored.
const STORAGE_CLASSES = [
  "STANDARD",
  "REDUCED_REDUNDANCY",
  "STANDARD_IA",
  "ONEZONE_IA",
  "INTELLIGENT_TIERING",
  "DEEP_ARCHIVE",
  "OUTPOSTS",
  "GLACIER_IR",
  "SNOW",
  "EXPRESS_ONEZONE",
  "FSX_OPENZFS",
] as const;
const CANNED_ACLS = [
  "private",
  "public-read",
  "public-read-write",
  "authenticated-read",
  "aws-exec-read",
  "bucket-owner-read",
  "bucket-owner-full-control",
] as const;

/** What a put says about encryption; `undefined` leaves it to the bucket. */
export interface S3Encryption {
  readonly type: "AES256" | "aws:kms";
  readonly kmsKeyId: string | undefined;
  readonly bucketKey: boolean;
  /** Base64 of the JSON object, as the header wants it. */
  readonly context: string | undefined;
}

/** How `ifAbsent` is done: by the store, by a check before the put, or found out. */
export type ConditionalPut = "auto" | "true" | "false";

/** A repository's settings, checked. Sizes in bytes. */
export interface S3Settings {
  readonly bucket: string;
  readonly bufferSizeBytes: number;
  readonly chunkSizeBytes: number;
  readonly parallelMultipart: boolean;
  readonly partSizeBytesMin: number;
  readonly storageClass: (typeof STORAGE_CLASSES)[number];
  readonly cannedAcl: (typeof CANNED_ACLS)[number];
  readonly encryption: S3Encryption | undefined;
  readonly expectedBucketOwner: string | undefined;
  readonly bulkDeleteSize: number;
  readonly conditionalPut: ConditionalPut;
  readonly client: S3ClientSettings;
}

/** Reads and checks. Error: illegal_argument_exception and the like, in the server's words. */
export function s3Settings(address: StoreAddress): S3Settings {
  const bucket = storeSetting(address, "bucket");
  if (bucket === undefined) {
    throw refusal("No bucket defined for s3 repository", "repository_exception");
  }
  const bufferSizeBytes = byteSizeSetting(
    address,
    "buffer_size",
    defaultBufferSizeBytes(),
    PART_BYTES_MIN,
    PART_BYTES_MAX,
  );
  const chunkSizeBytes = s3ChunkSizeBytes(address);
  if (chunkSizeBytes < bufferSizeBytes) {
    throw refusal(
      `chunk_size (${formatByteSize(chunkSizeBytes)}) can't be lower than buffer_size ` +
        `(${formatByteSize(bufferSizeBytes)}).`,
      "repository_exception",
    );
  }
  checkIgnored(address);
  return {
    bucket,
    bufferSizeBytes,
    chunkSizeBytes,
    parallelMultipart: booleanSetting(address, "parallel_multipart_upload.enabled", true),
    partSizeBytesMin: byteSizeSetting(
      address,
      "parallel_multipart_upload.minimum_part_size",
      16 * MB,
      PART_BYTES_MIN,
      PART_BYTES_MAX,
    ),
    storageClass: storageClass(storeSetting(address, "storage_class")),
    cannedAcl: cannedAcl(storeSetting(address, "canned_acl")),
    encryption: encryption(address),
    expectedBucketOwner: bucketOwner(storeSetting(address, "expected_bucket_owner")),
    bulkDeleteSize: integerSetting(address, "bulk_delete_size", 1000, 1, 1000),
    conditionalPut: conditionalPut(storeSetting(address, "conditional_put")),
    client: s3ClientSettings(address),
  };
}

/** The pieces into which files are cut: `chunk_size`, 1gb by default, 5mb to 5tb. */
export function s3ChunkSizeBytes(address: StoreAddress): number {
  return byteSizeSetting(address, "chunk_size", GB, 5 * MB, 5 * TB);
}

/** 5 % of the heap, at least 5 MB and at most 100 MB. */
function defaultBufferSizeBytes(): number {
  const share = Math.floor(getHeapStatistics().heap_size_limit / 20);
  return Math.max(PART_BYTES_MIN, Math.min(100 * MB, share));
}

function refusal(message: string, type: string): VarveError {
  return new VarveError("invalid", message, { type });
}

function storageClass(text: string | undefined): S3Settings["storageClass"] {
  if (text === undefined) return "STANDARD";
  const name = text.toUpperCase();
  if (name === "GLACIER") {
    throw refusal("Glacier storage class is not supported", "blob_store_exception");
  }
  const known = STORAGE_CLASSES.find((value) => value === name);
  if (known !== undefined) return known;
  throw refusal(`\`${text}\` is not a valid S3 Storage Class.`, "blob_store_exception");
}

function cannedAcl(text: string | undefined): S3Settings["cannedAcl"] {
  if (text === undefined) return "private";
  const known = CANNED_ACLS.find((value) => value === text.toLowerCase());
  if (known !== undefined) return known;
  throw refusal(`cannedACL is not valid: [${text}]`, "blob_store_exception");
}

function bucketOwner(text: string | undefined): string | undefined {
  if (text !== undefined && !/^\d{12}$/.test(text)) {
    throw illegalArgument("expected_bucket_owner must be a 12 digit AWS account id");
  }
  return text;
}

function encryption(address: StoreAddress): S3Encryption | undefined {
  const text = storeSetting(address, "server_side_encryption_type") ?? "bucket_default";
  const type = ENCRYPTION_TYPES.find((value) => value === text);
  if (type === undefined) {
    throw illegalArgument(
      "server_side_encryption_type must be one of [AES256, aws:kms, bucket_default]",
    );
  }
  const bucketKey = booleanSetting(address, "server_side_encryption_bucket_key_enabled", true);
  if (type === "bucket_default") return undefined;
  const context = storeSetting(address, "server_side_encryption_encryption_context");
  return {
    type,
    kmsKeyId: storeSetting(address, "server_side_encryption_kms_key_id"),
    bucketKey,
    context: context === undefined ? undefined : Buffer.from(context).toString("base64"),
  };
}

function conditionalPut(text: string | undefined): ConditionalPut {
  if (text === undefined || text === "auto") return "auto";
  if (text === "true" || text === "false") return text;
  throw illegalArgument(
    `Failed to parse value [${text}] for setting [conditional_put]: it is auto, true or false`,
  );
}

/** Settings without effect here are still checked, as the real server would. */
function checkIgnored(address: StoreAddress): void {
  for (const name of [
    "redirect_large_s3_upload",
    "s3_upload_retry_enabled",
    "permit_backed_transfer_enabled",
  ]) {
    booleanSetting(address, name, true);
  }
  const type = (storeSetting(address, "s3_async_client_type") ?? "crt").toLowerCase();
  if (type !== "crt" && type !== "netty") {
    throw refusal(`Invalid http client type. \`${type}\``, "blob_store_exception");
  }
  for (const name of ["access_key", "secret_key"]) {
    const other = name === "access_key" ? "secret_key" : "access_key";
    if (address.settings[name] === undefined) continue;
    if (address.settings[other] === undefined) {
      // The missing bracket is the real server's.
      throw illegalArgument(
        `Repository setting [${name} must be accompanied by setting [${other}]`,
      );
    }
    throw illegalArgument(
      `Setting [${name}] is insecure, but property [allow_insecure_settings] is not set`,
    );
  }
}
