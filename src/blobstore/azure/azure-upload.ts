// How a blob gets into a container of Azure Blob Storage.
//
//   up to write.max_single_upload_size   Put Blob: one request, at once or not at all
//   above                                Put Block for each part, `write.max_concurrency` at once,
//                                        then Put Block List makes the blob of them
//
// Names of blocks begin with a random text of this upload, so that two writers of one blob never
// mix their blocks. Blocks without a list are no blob: no reader sees them, and the service drops
// them after a week. A condition (If-None-Match: *) is said where the blob is made. Each block goes
// with its MD5. Memory: write.max_concurrency + 1 blocks.

import { createHash } from "node:crypto";
import type { ContainerClient } from "@azure/storage-blob";
import type { Random } from "../../base/index.ts";
import type { BlobContent } from "../blob-store.ts";
import { cutContent, inParallel, wholeContent } from "../content-parts.ts";
import type { AzureSettings } from "./azure-settings.ts";

/** The most blocks of one blob, by the service. */
const BLOCKS_MAX = 50_000;
const MIB = 1024 * 1024;

/** Runs one request of the SDK within the store's bounds; `alive` tells of progress. */
export type RunAzure = <T>(
  run: (signal: AbortSignal, alive: () => void) => Promise<T>,
) => Promise<T>;

/** What is to be stored. */
export interface AzureUpload {
  name: string;
  content: BlobContent;
  ifAbsent: boolean;
  signal: AbortSignal | undefined;
}

/** Stores a blob. Errors: of the source as they are, of the service as `run` maps them. */
export async function uploadToAzure(
  container: ContainerClient,
  settings: AzureSettings,
  random: Random,
  upload: AzureUpload,
  run: RunAzure,
): Promise<void> {
  const { name, content, signal } = upload;
  const blob = container.getBlockBlobClient(name);
  const conditions = upload.ifAbsent ? { conditions: { ifNoneMatch: "*" } } : {};
  if (content.length <= settings.singleUploadBytesMax) {
    const bytes = await wholeContent(name, content, signal);
    await run((abortSignal, onProgress) =>
      blob.upload(asBuffer(bytes), bytes.length, { abortSignal, onProgress, ...conditions }),
    );
    return;
  }
  const blockBytes = blockBytesFor(content.length, settings.blockBytes);
  const prefix = Buffer.from(random.bytes(12)).toString("hex");
  const ids: string[] = [];
  await inParallel(
    numbered(cutContent(name, content, blockBytes, signal)),
    settings.blocksAtOnce,
    async ([index, part]) => {
      const id = Buffer.from(`${prefix}${String(index).padStart(6, "0")}`).toString("base64");
      ids[index] = id;
      const transactionalContentMD5 = createHash("md5").update(part).digest();
      await run((abortSignal, onProgress) =>
        blob.stageBlock(id, asBuffer(part), part.length, {
          abortSignal,
          onProgress,
          transactionalContentMD5,
        }),
      );
    },
  );
  await run((abortSignal) => blob.commitBlockList(ids, { abortSignal, ...conditions }));
}

/** Bytes of a block: more than asked for where the blob would have too many. */
function blockBytesFor(length: number, wanted: number): number {
  const least = Math.ceil(length / BLOCKS_MAX);
  return least <= wanted ? wanted : Math.ceil(least / MIB) * MIB;
}

async function* numbered(parts: AsyncIterable<Uint8Array>): AsyncGenerator<[number, Uint8Array]> {
  let index = 0;
  for await (const part of parts) yield [index++, part];
}

/** The same bytes: the SDK takes no other array in Node. */
function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
