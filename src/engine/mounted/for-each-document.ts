// Walks over the live root documents of a mounted shard, from disk or from far away, in bounded
// memory.

import { forEachWithPages } from "../../repository/index.ts";
import type { MountedShard } from "./mounted-shard.ts";
import { placedDamage } from "./placed-damage.ts";
import {
  type RootDocument,
  RootDocumentCursor,
  type RootDocumentsOptions,
} from "./shard-documents.ts";

/**
 * Calls `visit` with each document, whose source is borrowed; waits where it answers a promise.
 * What is under way before the reader stays for the next call, which may go on where this one ends.
 */
export function forEachDocument(
  shard: MountedShard,
  options: RootDocumentsOptions,
  visit: (document: RootDocument) => Promise<void> | void,
  signal?: AbortSignal,
): Promise<void> {
  if (options.withoutSource !== true) shard.directory.readInOrder();
  const cursor = new RootDocumentCursor(shard.reader, options);
  const next = () => {
    try {
      return cursor.next();
    } catch (error) {
      throw placedDamage(error, shard.directory);
    }
  };
  return forEachWithPages(next, visit, signal);
}
