// A shard of a snapshot as a Lucene Directory, where it lies: nothing is restored. Files that the
// shard's metadata holds (segments_N, .si) need no request; of the others pages are read as
// readers ask for them (blob-pages.ts).
// Invariants: read-only; a file has the length that the metadata says.

import { unsupported } from "../../base/index.ts";
import {
  type Directory,
  IndexInput,
  type IndexOutput,
  memorySource,
  missingFile,
} from "../../lucene/store/index.ts";
import { type FileInfo, isVirtual } from "../format/file-info.ts";
import type { ShardSnapshot } from "../format/shard-snapshot.ts";
import type { BlobFile } from "./blob-file.ts";
import type { BlobPages } from "./blob-pages.ts";

/** Bytes under way before a reader in order, in so many requests. */
const WINDOW_BYTES = 8 * 1024 * 1024;
const WINDOW_RUNS = 8;

/** Where a shard is, for errors. */
export interface ShardPlace {
  readonly snapshot: string;
  readonly index: string;
  readonly shard: number;
}

/** The files of one shard in one snapshot. */
export class BlobDirectory implements Directory {
  readonly pages: BlobPages;
  readonly place: ShardPlace;
  private readonly folder: string;
  private readonly files: ReadonlyMap<string, FileInfo>;

  /** `folder` is the shard's in the store of `pages`. */
  constructor(pages: BlobPages, folder: string, snapshot: ShardSnapshot, place: ShardPlace) {
    this.pages = pages;
    this.folder = folder;
    this.place = place;
    this.files = new Map(snapshot.files.map((file) => [file.physicalName, file]));
  }

  listAll(): string[] {
    return [...this.files.keys()];
  }

  private infoOf(name: string): FileInfo {
    const file = this.files.get(name);
    if (file === undefined) throw missingFile(name);
    return file;
  }

  fileLength(name: string): number {
    return this.infoOf(name).length;
  }

  /** Equal texts mean equal bytes: the file's name, length and checksum. */
  identityOf(name: string): string {
    const { length, checksum } = this.infoOf(name);
    return `${name}/${length}/${checksum}`;
  }

  openInput(name: string): IndexInput {
    const info = this.infoOf(name);
    const shown = this.shownName(info);
    const bytes = contentOf(info);
    if (bytes !== undefined) return new IndexInput(memorySource(shown, bytes));
    return new IndexInput(this.fileOf(name)!, 0, info.length, shown);
  }

  /** The pages of a file; undefined where the metadata holds its bytes. */
  fileOf(name: string): BlobFile | undefined {
    const info = this.infoOf(name);
    if (contentOf(info) !== undefined) return undefined;
    return this.pages.fileOf(this.folder, info, this.shownName(info));
  }

  private shownName(info: FileInfo): string {
    const { snapshot, index, shard } = this.place;
    const blob = isVirtual(info) ? "" : `blob [${this.folder}/${info.name}], `;
    return `${info.physicalName} (${blob}snapshot [${snapshot}], shard [${index}][${shard}])`;
  }

  /** Notes that the first `length` bytes of a file, if it is there, will be read. */
  prefetch(name: string, length = Number.MAX_SAFE_INTEGER): void {
    if (!this.files.has(name)) return;
    this.fileOf(name)?.prefetch(0, Math.min(length, this.fileLength(name)));
  }

  /**
   * Says that these files (all with stored fields, if none are named) will be read from start to
   * end, once: pages are then kept under way before the reader.
   */
  readInOrder(names?: readonly string[], windowBytes = WINDOW_BYTES): void {
    const wanted = names ?? this.documentFiles();
    const runBytes = Math.max(1, Math.floor(windowBytes / WINDOW_RUNS));
    for (const name of wanted) this.fileOf(name)?.readInOrder(windowBytes, runBytes);
  }

  /** Reading in order is done: what it kept is let go. */
  endInOrder(names?: readonly string[]): void {
    for (const name of names ?? this.documentFiles()) this.fileOf(name)?.endInOrder();
  }

  private documentFiles(): string[] {
    return this.listAll().filter((name) => /\.(fdt|cfs)$/.test(name));
  }

  createOutput(name: string): IndexOutput {
    throw readOnly(name);
  }
  deleteFile(name: string): void {
    throw readOnly(name);
  }
  rename(source: string): void {
    throw readOnly(source);
  }
  sync(): void {}
  syncMetadata(): void {}
  close(): void {}
}

/** The bytes of a file that are all in the metadata. */
function contentOf(info: FileInfo): Uint8Array | undefined {
  return info.metaHash?.length === info.length && info.length > 0 ? info.metaHash : undefined;
}

function readOnly(name: string): Error {
  return unsupported(`A snapshot is read-only, cannot change [${name}]`);
}
