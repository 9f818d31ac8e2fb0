// The catalog: reads the newest index-N and writes the next one. A snapshot exists, and a
// deletion has happened, when index-N says so; everything else is preparation or tidying up.
//
// Writing is put-if-absent of index-<N+1>, so of two writers that saw N one is refused. One case
// is left: a writer that fell behind by two or more generations finds index-<N+1> free again,
// because the others deleted it as outdated. It is met by looking after the put: whoever deleted
// it wrote a higher one first, so if a higher one is there, the put is taken back and the writer
// is refused. Where the store cannot put if absent, a writer looks before and after its put.
// Upstream: BlobStoreRepository.getRepositoryData, writeIndexGen.

import { VarveError } from "../../base/index.ts";
import {
  decodeRepositoryData,
  EMPTY_REPOSITORY_DATA,
  EMPTY_REPOSITORY_GENERATION,
  encodeRepositoryData,
  type RepositoryData,
} from "../format/repository-data.ts";
import {
  generationOfBlob,
  INDEX_FILE_PREFIX,
  INDEX_LATEST_BLOB,
  indexBlobName,
} from "../layout/blob-names.ts";
import { type RepositoryContext, repositoryError, rootName } from "../repository-context.ts";

/** How many outdated index-N one write deletes at most; cleanup takes the rest. */
const OUTDATED_GENERATIONS_MAX = 1000;

/** The error of a writer whose generation is no longer the newest. */
export function concurrentModification(
  context: { name: string },
  expected: number,
  actual: number,
): VarveError {
  const message =
    "concurrent modification of the index-N file, expected current generation " +
    `[${expected}], actual current generation [${actual}]`;
  return repositoryError(context, message, undefined, "conflict");
}

/** Reads and writes the root of one repository. */
export class RepositoryCatalog {
  private readonly context: RepositoryContext;
  private cached: RepositoryData | undefined;

  constructor(context: RepositoryContext) {
    this.context = context;
  }

  /** N of the newest index-N; -1 in an empty repository. */
  async latestGeneration(signal?: AbortSignal): Promise<number> {
    const { store, basePath } = this.context;
    if (!store.capabilities.list) return this.namedGeneration(signal);
    let latest = EMPTY_REPOSITORY_GENERATION;
    for (const name of (await store.list(basePath, INDEX_FILE_PREFIX, signal)).keys()) {
      latest = Math.max(latest, generationOfBlob(name) ?? EMPTY_REPOSITORY_GENERATION);
    }
    return latest;
  }

  /** What index.latest says; it is only asked where the store cannot list. */
  private async namedGeneration(signal?: AbortSignal): Promise<number> {
    let bytes: Uint8Array;
    try {
      bytes = await this.context.store.get(rootName(this.context, INDEX_LATEST_BLOB), signal);
    } catch (error) {
      if (error instanceof VarveError && error.kind === "missing") {
        return EMPTY_REPOSITORY_GENERATION;
      }
      throw error;
    }
    if (bytes.length !== 8) throw this.unreadable(new Error("index.latest does not hold 8 bytes"));
    return Number(Buffer.from(bytes).readBigInt64BE(0));
  }

  /** The newest generation; a store that does not answer is told of by the repository's name. */
  private async findGeneration(signal?: AbortSignal): Promise<number> {
    try {
      return await this.latestGeneration(signal);
    } catch (error) {
      signal?.throwIfAborted();
      if (!(error instanceof VarveError) || error.type === "repository_exception") throw error;
      const message = "Could not determine repository generation from root blobs";
      throw repositoryError(this.context, message, error, error.kind);
    }
  }

  private unreadable(cause: unknown): VarveError {
    const message = "could not read repository data from index blob";
    const known = cause instanceof VarveError && cause.kind !== "missing";
    return repositoryError(this.context, message, cause, known ? cause.kind : "corrupt");
  }

  /** The newest data. Errors: `corrupt`, repository_exception. */
  async read(signal?: AbortSignal): Promise<RepositoryData> {
    for (let attempt = 1; ; attempt++) {
      const generation = await this.findGeneration(signal);
      if (generation === EMPTY_REPOSITORY_GENERATION) return EMPTY_REPOSITORY_DATA;
      if (this.cached?.generation === generation) return this.cached;
      try {
        const name = rootName(this.context, indexBlobName(generation));
        const bytes = await this.context.store.get(name, signal);
        this.cached = decodeRepositoryData(bytes, generation);
        return this.cached;
      } catch (error) {
        signal?.throwIfAborted();
        // Another writer may have moved on between the listing and the reading.
        const moved = error instanceof VarveError && error.kind === "missing" && attempt < 3;
        if (!moved) throw this.unreadable(error);
      }
    }
  }

  /** The data as it was read last; it is read now if it never was. */
  async readOnce(signal?: AbortSignal): Promise<RepositoryData> {
    return this.cached ?? this.read(signal);
  }

  /**
   * Data that knows the snapshot: what it says of one snapshot never changes, so the cached data
   * will do, and no listing is needed for each of many indices.
   */
  async readFor(uuid: string, signal?: AbortSignal): Promise<RepositoryData> {
    return this.cached?.snapshots.has(uuid) ? this.cached : this.read(signal);
  }

  /**
   * Writes `data` as the generation after `expected` and answers it. Everything that it names
   * must be there; drafts are made durable first. Errors: `conflict` if another writer was
   * faster.
   */
  async write(data: RepositoryData, expected: number): Promise<RepositoryData> {
    const { store } = this.context;
    const generation = expected + 1;
    const written: RepositoryData = { ...data, generation };
    const bytes = encodeRepositoryData(written);
    const name = rootName(this.context, indexBlobName(generation));
    await store.flush();
    if (!store.capabilities.putIfAbsent) await this.checkStill(expected);
    try {
      await store.put(name, bytes, { ifAbsent: true });
    } catch (error) {
      if (!(error instanceof VarveError) || error.kind !== "conflict") throw error;
      const latest = await this.latestGeneration();
      throw concurrentModification(this.context, expected, Math.max(latest, generation));
    }
    const latest = await this.latestGeneration();
    if (latest > generation) {
      await store.delete([name]);
      throw concurrentModification(this.context, expected, latest);
    }
    if (!store.capabilities.putIfAbsent && Buffer.compare(await store.get(name), bytes) !== 0) {
      throw concurrentModification(this.context, expected, generation);
    }
    this.cached = written;
    return written;
  }

  /**
   * The best that can be done where the store does not decide, and all that the real server does:
   * a writer that sees another one is refused. Two that look at the same moment do not see each
   * other.
   */
  private async checkStill(expected: number): Promise<void> {
    const latest = await this.latestGeneration();
    if (latest !== expected) throw concurrentModification(this.context, expected, latest);
  }

  /** Says in index.latest where the repository is, and deletes what is outdated. */
  async afterWrite(generation: number): Promise<void> {
    const { store, basePath } = this.context;
    const outdated: string[] = [];
    let newest = generation;
    for (const name of (await store.list(basePath, INDEX_FILE_PREFIX)).keys()) {
      const found = generationOfBlob(name) ?? generation;
      newest = Math.max(newest, found);
      if (found < generation) outdated.push(rootName(this.context, name));
    }
    const latest = Buffer.alloc(8);
    latest.writeBigInt64BE(BigInt(newest));
    await store.put(rootName(this.context, INDEX_LATEST_BLOB), latest);
    await store.delete(outdated.slice(0, OUTDATED_GENERATIONS_MAX));
  }
}
