// Content of a `put` as a provider sends it: whole where it is small, else cut into equal parts.
// Both check the announced length before the store is told that the blob is complete, so that a
// stream that is too short or too long leaves nothing behind.

import { wrongLength } from "./blob-error.ts";
import type { BlobContent } from "./blob-store.ts";
import { collect } from "./memory-blob-store.ts";

/** The content in one piece; bytes that are in memory already are borrowed. */
export async function wholeContent(
  name: string,
  content: BlobContent,
  signal?: AbortSignal,
): Promise<Uint8Array> {
  return content instanceof Uint8Array ? content : collect(name, content, signal);
}

/**
 * Parts of exactly `partBytes`, the last one shorter. A part belongs to the receiver, except where
 * the content is in memory already. The last part comes only after the stream has ended where it
 * said. Error: `internal` of a stream of another length.
 */
export async function* cutContent(
  name: string,
  content: BlobContent,
  partBytes: number,
  signal?: AbortSignal,
): AsyncGenerator<Uint8Array> {
  if (content instanceof Uint8Array) {
    for (let from = 0; from < content.length; from += partBytes) {
      yield content.subarray(from, from + partBytes);
    }
    return;
  }
  let total = 0;
  let part = new Uint8Array(Math.min(partBytes, content.length));
  let filled = 0;
  for await (const bytes of content.open()) {
    signal?.throwIfAborted();
    total += bytes.length;
    if (total > content.length) throw wrongLength(name, content.length, total);
    for (let from = 0; from < bytes.length; ) {
      // A full part is held back until there is more: it may be the last one.
      if (filled === part.length) {
        yield part;
        part = new Uint8Array(Math.min(partBytes, content.length - total + bytes.length - from));
        filled = 0;
      }
      const taken = Math.min(bytes.length - from, part.length - filled);
      part.set(bytes.subarray(from, from + taken), filled);
      filled += taken;
      from += taken;
    }
  }
  signal?.throwIfAborted();
  if (total !== content.length) throw wrongLength(name, content.length, total);
  if (filled > 0) yield part;
}

/** Runs the task for each item, at most `limit` at once; the first error ends the rest. */
export async function inParallel<T>(
  items: Iterable<T> | AsyncIterable<T>,
  limit: number,
  task: (item: T) => Promise<void>,
): Promise<void> {
  const running = new Set<Promise<void>>();
  const failures: unknown[] = [];
  try {
    for await (const item of items) {
      if (failures.length > 0) break;
      const run = task(item)
        .catch((error: unknown) => {
          failures.push(error);
        })
        .finally(() => running.delete(run));
      running.add(run);
      if (running.size >= limit) await Promise.race(running);
    }
  } finally {
    // Nothing of ours is under way any more when the caller hears of it.
    await Promise.all(running);
  }
  if (failures.length > 0) throw failures[0];
}
