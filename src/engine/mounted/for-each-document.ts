// Walks over the live root documents of a mounted shard, from disk or from far away, in bounded
// memory.

import { PageMiss } from "../../lucene/store/index.ts";
import type { MountedShard } from "./mounted-shard.ts";
import {
  type RootDocument,
  RootDocumentCursor,
  type RootDocumentsOptions,
} from "./shard-documents.ts";

/** Documents between two turns of the event loop. */
const DOCUMENTS_OF_A_TURN = 1024;

/** Calls `visit` with each document, whose source is borrowed; waits where it answers a promise. */
export async function forEachDocument(
  shard: MountedShard,
  options: RootDocumentsOptions,
  visit: (document: RootDocument) => Promise<void> | void,
  signal?: AbortSignal,
): Promise<void> {
  if (options.withoutSource !== true) shard.directory.readInOrder();
  const cursor = new RootDocumentCursor(shard.reader, options);
  for (let count = 1; ; count++) {
    const document = nextOf(cursor);
    if (document instanceof PageMiss) {
      await document.load();
      continue;
    }
    if (document === undefined) return;
    const wait = visit(document);
    if (wait !== undefined) await wait;
    if (count % DOCUMENTS_OF_A_TURN !== 0) continue;
    signal?.throwIfAborted();
    await new Promise<void>((resolve) => setImmediate(resolve));
  }
}

function nextOf(cursor: RootDocumentCursor): RootDocument | PageMiss | undefined {
  try {
    return cursor.next();
  } catch (error) {
    if (error instanceof PageMiss) return error;
    throw error;
  }
}
