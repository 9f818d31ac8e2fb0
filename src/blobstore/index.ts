// Where bytes rest. `blob-store.ts` is the contract, and the first file to read; providers are
// `FsBlobStore`, `MemoryBlobStore` and `openUrlBlobStore`; behaviour that all share is a wrapper:
//
//   const rate = new ByteRate(clock, 40 * 1024 * 1024);
//   const store = throttle(retry(new FsBlobStore(folder), { clock, random }), { write: rate });
//   rate.bytesPerSecond = 0; // no limit from here on

export * from "./blob-error.ts";
export * from "./blob-store.ts";
export * from "./client-settings.ts";
export type { ProbeResult } from "./doctor/probe.ts";
export * from "./doctor/run-doctor.ts";
export * from "./doctor/store-checks.ts";
export * from "./fs-blob-store.ts";
export { MemoryBlobStore } from "./memory-blob-store.ts";
export * from "./open-repository-store.ts";
export * from "./providers.ts";
export * from "./repository-url.ts";
export * from "./s3/iam-documents.ts";
export { openS3BlobStore, S3BlobStore } from "./s3/s3-blob-store.ts";
export * from "./s3/s3-credentials.ts";
export { type S3Settings, s3ChunkSizeBytes, s3Settings } from "./s3/s3-settings.ts";
export * from "./store-address.ts";
export * from "./url-blob-store.ts";
export * from "./wrap/fault.ts";
export { ForwardingBlobStore, mapParts } from "./wrap/forwarding.ts";
export * from "./wrap/joined.ts";
export * from "./wrap/metrics.ts";
export * from "./wrap/read-only.ts";
export * from "./wrap/replaceable.ts";
export * from "./wrap/retry.ts";
export * from "./wrap/throttle.ts";
export * from "./wrap/timeout.ts";
