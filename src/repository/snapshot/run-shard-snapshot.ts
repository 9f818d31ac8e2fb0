// Carries out the plan of one shard: uploads files, part by part, then the shard's index and its
// snapshot blob. Every blob has a new name and nothing refers to it before index-N does, so
// stopping at any point leaves unreferenced blobs and no damage. The checksum of each file is
// computed on its way; bytes that do not match their footer are not snapshotted. Upstream:
// BlobStoreRepository.snapshotShard, snapshotFile.

import { type Clock, corrupt, crc32, VarveError } from "../../base/index.ts";
import type { BlobStore } from "../../blobstore/index.ts";
import { encodeChecksummedBlob } from "../format/checksummed-blob.ts";
import {
  checksumText,
  type FileInfo,
  partCount,
  partLength,
  partName,
} from "../format/file-info.ts";
import { shardIndexToTree } from "../format/shard-index.ts";
import { shardSnapshotToTree } from "../format/shard-snapshot.ts";
import { indexBlobName, snapshotBlobName } from "../layout/blob-names.ts";
import { runLimited } from "../run-limited.ts";
import { type ShardSnapshotPlan, shardSnapshotFailed } from "./plan-shard-snapshot.ts";

/** Where the bytes of a commit's files come from. */
export interface CommitSource {
  /** `length` bytes from `offset` of a file, in parts; each is borrowed until the next. */
  read(
    file: string,
    offset: number,
    length: number,
  ): Iterable<Uint8Array> | AsyncIterable<Uint8Array>;
}

/** How a shard is uploaded. */
export interface RunShardSnapshotOptions {
  clock: Clock;
  compress?: boolean;
  /** Files at a time. */
  parallelFilesMax?: number;
  signal?: AbortSignal | undefined;
  /** Bytes that were handed to the store. */
  onBytes?(bytes: number): void;
  /** A file is in the store. */
  onFile?(file: FileInfo): void;
}

/** What a shard's snapshot came to. */
export interface ShardSnapshotResult {
  generation: string;
  startTimeMillis: number;
  timeMillis: number;
}

/** Runs a plan. Errors: index_shard_snapshot_failed_exception, or the signal's reason. */
export async function runShardSnapshot(
  store: BlobStore,
  plan: ShardSnapshotPlan,
  source: CommitSource,
  options: RunShardSnapshotOptions,
): Promise<ShardSnapshotResult> {
  const startTimeMillis = options.clock.now();
  try {
    await runLimited(plan.uploads, options.parallelFilesMax ?? 2, async (file) => {
      await uploadFile(store, plan.folder, file, source, options);
      options.onFile?.(file);
    });
    const timeMillis = Math.max(0, options.clock.now() - startTimeMillis);
    await writeShardBlobs(store, plan, options, { startTimeMillis, timeMillis });
    return { generation: plan.generation, startTimeMillis, timeMillis };
  } catch (error) {
    options.signal?.throwIfAborted();
    const reason = error instanceof Error ? error.message : String(error);
    throw shardSnapshotFailed(plan.indexName, plan.shard, reason, error);
  }
}

async function writeShardBlobs(
  store: BlobStore,
  plan: ShardSnapshotPlan,
  options: RunShardSnapshotOptions,
  times: { startTimeMillis: number; timeMillis: number },
): Promise<void> {
  options.signal?.throwIfAborted();
  const compress = options.compress ?? false;
  const index = encodeChecksummedBlob("snapshots", shardIndexToTree(plan.shardIndex), compress);
  await store.put(`${plan.folder}/${indexBlobName(plan.generation)}`, index, { draft: true });
  const tree = shardSnapshotToTree({
    snapshot: plan.snapshotId.name,
    indexVersion: plan.indexVersion,
    ...times,
    incrementalFileCount: plan.incremental.files,
    incrementalBytes: plan.incremental.bytes,
    files: plan.files,
  });
  const snapshot = encodeChecksummedBlob("snapshot", tree, compress);
  await store.put(`${plan.folder}/${snapshotBlobName(plan.snapshotId.uuid)}`, snapshot, {
    draft: true,
  });
}

async function uploadFile(
  store: BlobStore,
  folder: string,
  file: FileInfo,
  source: CommitSource,
  options: RunShardSnapshotOptions,
): Promise<void> {
  const check = new UploadChecksum(file);
  let offset = 0;
  for (let part = 0; part < partCount(file); part++) {
    options.signal?.throwIfAborted();
    const length = partLength(file, part);
    const from = offset;
    const content = {
      length,
      // A retry opens the part again, so the checksum goes back to the part's beginning.
      open: () => check.follow(from, source.read(file.physicalName, from, length), options.onBytes),
    };
    const name = `${folder}/${partName(file, part)}`;
    await store.put(name, content, { draft: true, signal: options.signal });
    offset += length;
  }
  check.finish();
}

/** The CRC-32 of a file up to the 8 bytes of its footer that hold it, over parts and retries. */
class UploadChecksum {
  private readonly file: FileInfo;
  private readonly covered: number;
  private offset = 0;
  private crc = 0;
  private atPart = { offset: 0, crc: 0 };

  constructor(file: FileInfo) {
    this.file = file;
    this.covered = file.length - 8;
  }

  async *follow(
    from: number,
    parts: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
    onBytes: ((bytes: number) => void) | undefined,
  ): AsyncIterable<Uint8Array> {
    if (this.offset === from) this.atPart = { offset: from, crc: this.crc };
    if (this.atPart.offset !== from) throw new VarveError("internal", "Parts are out of order");
    this.offset = from;
    this.crc = this.atPart.crc;
    for await (const part of parts) {
      const left = this.covered - this.offset;
      if (left > 0) this.crc = crc32(left < part.length ? part.subarray(0, left) : part, this.crc);
      this.offset += part.length;
      onBytes?.(part.length);
      yield part;
    }
  }

  finish(): void {
    const actual = checksumText(this.crc);
    if (actual === this.file.checksum) return;
    const sums = `expected=${this.file.checksum} actual=${actual}`;
    throw corrupt(`checksum failed (hardware problem?) : ${sums}`, {
      file: this.file.physicalName,
    });
  }
}
