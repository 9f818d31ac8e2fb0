// Brings one shard back: a plan of which files are read and which are there already, and a run that
// checks the length and the checksum of every file before it says that it is done.
// Upstream: BlobStoreRepository.restoreShard, FileRestoreContext, Store.LuceneVerifyingIndexOutput.

import { corrupt, crc32, VarveError } from "../../base/index.ts";
import type { BlobStore, BlobStream } from "../../blobstore/index.ts";
import {
  checksumText,
  type FileInfo,
  isVirtual,
  partCount,
  partLength,
  partName,
} from "../format/file-info.ts";
import type { ShardSnapshot } from "../format/shard-snapshot.ts";
import { runLimited } from "../run-limited.ts";
import { type FileTotals, totalsOf } from "../snapshot/plan-shard-snapshot.ts";

/** Where restored files go: into files that are written to, or as contents that are read. */
export type RestoreSink = RestoreFileSink | RestoreContentSink;

/** A sink that takes a file's bytes one part after the other. */
export interface RestoreFileSink {
  /** Starts a file. It must not exist. */
  create(name: string, length: number): RestoreFile | Promise<RestoreFile>;
  /** All files are written and checked; make them durable. */
  finish?(): void | Promise<void>;
}

/** A sink that reads a file's bytes at its own pace. */
export interface RestoreContentSink {
  /** Stores a file. If reading the content fails, the file must not stay. */
  put(name: string, content: BlobStream): Promise<void>;
  /** All files are written and checked; make them durable. */
  finish?(): void | Promise<void>;
}

/** A file that is being restored. */
export interface RestoreFile {
  /** The bytes are borrowed. */
  write(bytes: Uint8Array): void | Promise<void>;
  close(): void | Promise<void>;
}

/** What a restore of a shard does. Plain data. */
export interface ShardRestorePlan {
  indexName: string;
  shard: number;
  /** The shard's folder in the store. */
  folder: string;
  /** Shown in errors: name/uuid. */
  snapshot: string;
  files: FileInfo[];
  /** Files that the target has already. */
  reused: FileInfo[];
  total: FileTotals;
  recovered: FileTotals;
}

/** A file that the target holds: its length and its checksum in base 36, verified by the caller. */
export interface ExistingFile {
  length: number;
  checksum: string;
}

/** Plans a restore; files that are in `existing` with the same bytes are not read again. */
export function planShardRestore(
  target: { indexName: string; shard: number; folder: string; snapshot: string },
  snapshot: ShardSnapshot,
  existing: ReadonlyMap<string, ExistingFile> = new Map(),
): ShardRestorePlan {
  const reused = snapshot.files.filter((file) => {
    const found = existing.get(file.physicalName);
    return found?.length === file.length && found.checksum === file.checksum;
  });
  const files = snapshot.files.filter((file) => !reused.includes(file));
  const total = totalsOf(snapshot.files);
  return { ...target, files, reused, total, recovered: totalsOf(files) };
}

/** How a shard is restored. */
export interface RunShardRestoreOptions {
  /** Files at a time. */
  parallelFilesMax?: number;
  signal?: AbortSignal | undefined;
  /** Bytes of a file that were written and not yet checked. */
  onBytes?(bytes: number, file: FileInfo): void;
  /** A file is there and its checksum is right. */
  onFile?(file: FileInfo): void;
}

/** Runs a plan. Errors: index_shard_restore_failed_exception, or the signal's reason. */
export async function runShardRestore(
  store: BlobStore,
  plan: ShardRestorePlan,
  sink: RestoreSink,
  options: RunShardRestoreOptions = {},
): Promise<void> {
  try {
    await runLimited(plan.files, options.parallelFilesMax ?? 2, async (file) => {
      await restoreFile(store, plan.folder, file, sink, options);
      options.onFile?.(file);
    });
    await sink.finish?.();
  } catch (cause) {
    options.signal?.throwIfAborted();
    const kind = cause instanceof VarveError ? cause.kind : "unavailable";
    const shard = `[${plan.indexName}][${plan.shard}]`;
    throw new VarveError(kind, `${shard} failed to restore snapshot [${plan.snapshot}]`, {
      type: "index_shard_restore_failed_exception",
      cause,
    });
  }
}

async function restoreFile(
  store: BlobStore,
  folder: string,
  file: FileInfo,
  sink: RestoreSink,
  options: RunShardRestoreOptions,
): Promise<void> {
  const open = () => readChecked(store, folder, file, options);
  if ("put" in sink) return sink.put(file.physicalName, { length: file.length, open });
  const target = await sink.create(file.physicalName, file.length);
  try {
    for await (const part of open()) await target.write(part);
  } finally {
    await target.close();
  }
}

/** The bytes of a file; ends with an error where they are not what the metadata says. */
async function* readChecked(
  store: BlobStore,
  folder: string,
  file: FileInfo,
  options: RunShardRestoreOptions,
): AsyncIterable<Uint8Array> {
  const check = new FileChecksum(file);
  for await (const part of readFileInfo(store, folder, file, options.signal)) {
    options.signal?.throwIfAborted();
    check.update(part);
    yield part;
    options.onBytes?.(part.length, file);
  }
  check.finish();
}

/** The bytes of a file of a snapshot, over its parts; nothing is checked but the parts' lengths. */
export async function* readFileInfo(
  store: BlobStore,
  folder: string,
  file: FileInfo,
  signal?: AbortSignal,
): AsyncIterable<Uint8Array> {
  if (isVirtual(file)) {
    yield file.metaHash!;
    return;
  }
  for (let part = 0; part < partCount(file); part++) {
    const name = `${folder}/${partName(file, part)}`;
    yield* store.read(name, 0, partLength(file, part), signal);
  }
}

/** Compares what passes with a file's length, its checksum and the footer that came with it. */
export class FileChecksum {
  private readonly file: FileInfo;
  private readonly footer = Buffer.alloc(8);
  private written = 0;
  private crc = 0;

  constructor(file: FileInfo) {
    this.file = file;
  }

  /** The same checksum at the same place. */
  clone(): FileChecksum {
    const copy = new FileChecksum(this.file);
    copy.footer.set(this.footer);
    copy.written = this.written;
    copy.crc = this.crc;
    return copy;
  }

  /** Takes the next bytes. */
  update(bytes: Uint8Array): void {
    const covered = this.file.length - 8;
    const left = covered - this.written;
    if (left >= bytes.length) this.crc = crc32(bytes, this.crc);
    else {
      if (left > 0) this.crc = crc32(bytes.subarray(0, left), this.crc);
      const start = Math.max(0, left);
      const at = this.written + start - covered;
      this.footer.set(bytes.subarray(start, start + Math.max(0, 8 - at)), at);
    }
    this.written += bytes.length;
  }

  /** Throws `corrupt` if anything differs. */
  finish(): void {
    const { file } = this;
    const actual = checksumText(this.crc);
    const footer = this.footer.readBigUInt64BE(0).toString(36);
    if (this.written === file.length && actual === file.checksum && footer === file.checksum)
      return;
    const sums = `expected=${file.checksum} actual=${actual} footer=${footer}`;
    const lengths = `writtenLength=${this.written} expectedLength=${file.length}`;
    const resource =
      `name [${file.physicalName}], length [${file.length}], ` +
      `checksum [${file.checksum}], writtenBy [${file.writtenBy}]`;
    const message = `verification failed (hardware problem?) : ${sums} ${lengths}`;
    throw corrupt(`${message} (resource=${resource})`);
  }
}
