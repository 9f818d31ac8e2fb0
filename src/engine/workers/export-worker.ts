// Renders chunks of an export in a worker thread, over a repository of its own.

import { systemClock, systemRandom, type WorkerTaskContext } from "../../base/index.ts";
import { basePathOf, openRepositoryStore, type StoreAddress } from "../../blobstore/index.ts";
import { openRepository, type Repository } from "../../repository/index.ts";
import type { ExportChunk, ExportFormat } from "../export/export-plan.ts";
import { type RenderedChunk, renderChunk } from "../export/render-chunk.ts";
import type { RenderOptions } from "../export/render-documents.ts";
import type { MountedIndices } from "../mounted/mounted-index.ts";
import { openSnapshotIndices } from "../mounted/open-snapshot-index.ts";

/** What all chunks of an export have in common. */
export interface ExportSource {
  readonly address: StoreAddress;
  readonly snapshot: string;
  readonly indices: readonly string[];
  readonly format: ExportFormat;
  readonly options: RenderOptions;
}

/** One chunk. */
export interface ExportTask {
  readonly source: ExportSource;
  readonly chunk: ExportChunk;
}

/** Bytes of pages that a thread keeps. */
const CACHE_BYTES = 24 * 1024 * 1024;

let open: { key: string; repository: Repository; mounted: Promise<MountedIndices> } | undefined;

/** Answers the chunk's next piece. */
export async function runTask(input: unknown, context: WorkerTaskContext): Promise<RenderedChunk> {
  const { source, chunk } = input as ExportTask;
  const mounted = await mountedOf(source);
  const piece = await renderChunk(mounted, chunk, source.format, source.options);
  context.transfer(piece.bytes.buffer);
  return piece;
}

/** A thread works for one export at a time. */
async function mountedOf(source: ExportSource): Promise<MountedIndices> {
  const key = JSON.stringify(source);
  if (open?.key !== key) {
    await open?.repository.close();
    const { address, snapshot, indices } = source;
    const platform = { clock: systemClock, random: systemRandom };
    const store = openRepositoryStore(address, platform);
    const basePath = basePathOf(address);
    const { remoteStore } = address;
    const remote =
      remoteStore === undefined ? {} : { remoteStore: { basePath: basePathOf(remoteStore) } };
    const options = { name: address.type, basePath, ...remote, ...platform };
    const repository = openRepository(store, options);
    const mounted = openSnapshotIndices(repository, snapshot, indices, {
      ...platform,
      purpose: "documents",
      pages: { cacheBytes: CACHE_BYTES },
    });
    open = { key, repository, mounted };
  }
  return await open.mounted;
}
