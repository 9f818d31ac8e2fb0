// The storage contract: where bytes rest. Every provider and every wrapper fulfils it; callers
// look at `capabilities`, never at the provider.
//
// 1. A name is a path: segments of any characters but `/`, joined by `/`; no empty segment, no `.`
//    or `..`, no slash at either end. A folder is a name, or "" for the root. Folders need
//    not be made, and one without blobs does not exist.
// 2. `put` is atomic: a reader sees all of a blob or none of it, also after a crash of the writer.
//    The one exception is a draft (see PutOptions).
// 3. After `put` has answered, `get`, `read` and `list` see the blob, in this process and in
// others. 4. `ifAbsent` is decided by the store: of several writers exactly one wins, the others
// get
//    `conflict` (file_already_exists_exception). Where `capabilities.putIfAbsent` is false this is
//    only checked, and two writers may both win.
// 5. `put` without `ifAbsent` replaces.
// 6. `delete` of a blob that is not there is no error. Its order is not defined.
// 7. `list` answers the blobs right in a folder with their lengths, in no order.
// 8. What `put` wrote survives a crash of the machine once `put` has answered; a draft only after
//    the next `flush`.
// 9. An aborted signal rejects with its reason as soon as possible; what a `put` had begun is then
//    either there in full or not at all (a draft: in part).
// Errors: `missing` (no_such_file_exception), `conflict`, `unavailable` (may be retried),
// `unsupported`, `limit` (no space left).

/** What a store can do beyond the contract's minimum. */
export interface BlobStoreCapabilities {
  /** False for read-only stores. */
  write: boolean;
  /** `put` with `ifAbsent` is decided by the store itself. */
  putIfAbsent: boolean;
  /** False for stores that cannot list (http): only known names can be read. */
  list: boolean;
}

/** Bytes to store: in memory, or a stream that can be opened again for a retry. */
export type BlobContent = Uint8Array | BlobStream;

/** Bytes that come in parts. Each part is borrowed: it is valid until the next one is asked for. */
export interface BlobStream {
  /** Bytes in all; a stream that gives more or fewer is an error. */
  length: number;
  open(): Iterable<Uint8Array> | AsyncIterable<Uint8Array>;
}

/** How `put` behaves. */
export interface PutOptions {
  /** Rejects with `conflict` if the blob exists. */
  ifAbsent?: boolean;
  /**
   * The caller has just made up this name, and nobody looks at it before `flush` has answered. The
   * store may write in place and put durability off.
   */
  draft?: boolean;
  signal?: AbortSignal | undefined;
}

/** What a deletion of a folder removed. */
export interface DeleteResult {
  blobs: number;
  bytes: number;
}

/** A place for blobs. See the contract above. */
export interface BlobStore {
  readonly capabilities: BlobStoreCapabilities;
  /** For messages: `fs [/mnt/backup]`. Holds no secret. */
  readonly description: string;

  /** The whole blob. */
  get(name: string, signal?: AbortSignal): Promise<Uint8Array>;
  /**
   * `length` bytes from `offset`, in parts of the store's choosing; each part is borrowed. A blob
   * that ends before `offset + length` is `corrupt`.
   */
  read(
    name: string,
    offset: number,
    length: number,
    signal?: AbortSignal,
  ): AsyncIterable<Uint8Array>;
  /**
   * The same range at once, without waiting; only of stores whose bytes are on this machine. The
   * caller owns the bytes.
   */
  readSync?: ((name: string, offset: number, length: number) => Uint8Array) | undefined;
  put(name: string, content: BlobContent, options?: PutOptions): Promise<void>;
  /** Name (without the folder) to length, of the blobs in `folder` that begin with `prefix`. */
  list(folder: string, prefix?: string, signal?: AbortSignal): Promise<Map<string, number>>;
  /** Names (without the folder) of the folders in `folder`. */
  listFolders(folder: string, signal?: AbortSignal): Promise<string[]>;
  /** Deletes blobs by their full names. */
  delete(names: readonly string[], signal?: AbortSignal): Promise<void>;
  /** Deletes everything below `folder`. */
  deleteTree(folder: string, signal?: AbortSignal): Promise<DeleteResult>;
  /** Makes every draft durable that `put` has answered. */
  flush(signal?: AbortSignal): Promise<void>;
  /** The store's clock in milliseconds since the epoch, where it says it with its answers. */
  serverTime?(signal?: AbortSignal): Promise<number | undefined>;
  close(): Promise<void>;
}
