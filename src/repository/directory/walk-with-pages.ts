// Walks over much: documents of a shard, one after the other, in bounded memory. The walk itself is
// synchronous, as all readers are; where it meets a page that is not there yet, what it had found
// is handed out while the page comes, and the walk is taken up again behind the last item.

import { PageMiss } from "../../lucene/store/index.ts";

/** Items that are handed out together. */
const BATCH_ITEMS = 256;

/**
 * Batches of a walk. `resume` begins it, or takes it up behind `last`; its iterator may throw a
 * PageMiss from `next`, and is then not used any more. Items must own what they hold.
 */
export async function* walkWithPages<T>(
  resume: (last: T | undefined) => Iterator<T>,
  batchItems = BATCH_ITEMS,
): AsyncGenerator<T[]> {
  let last: T | undefined;
  let items = resume(undefined);
  let batch: T[] = [];
  for (;;) {
    const step = nextOf(items);
    if (step instanceof PageMiss) {
      const loaded = step.load();
      // It is awaited below; meanwhile its failure must not count as unhandled.
      loaded.catch(() => {});
      if (batch.length > 0) yield batch;
      batch = [];
      await loaded;
      items = resume(last);
      continue;
    }
    if (step.done === true) break;
    last = step.value;
    batch.push(last);
    if (batch.length < batchItems) continue;
    yield batch;
    batch = [];
    // Pages that are under way arrive in turns of the event loop.
    await new Promise<void>((resolve) => setImmediate(resolve));
  }
  if (batch.length > 0) yield batch;
}

/** Items between two turns of the event loop, in which pages that are under way arrive. */
const TURN_ITEMS = 512;

/**
 * Calls `visit` with every item until `next` answers undefined. `next` may throw a PageMiss if it
 * has moved nothing by then: it is called again. An item may be borrowed until the next one; what
 * `visit` answers is waited for.
 */
export async function forEachWithPages<T>(
  next: () => T | undefined,
  visit: (item: T) => void | Promise<void>,
  signal?: AbortSignal,
): Promise<void> {
  for (let count = 1; ; ) {
    let item: T | undefined;
    try {
      item = next();
    } catch (error) {
      if (!(error instanceof PageMiss)) throw error;
      signal?.throwIfAborted();
      await error.load();
      continue;
    }
    if (item === undefined) return;
    const visited = visit(item);
    if (visited !== undefined) await visited;
    if (count++ % TURN_ITEMS !== 0) continue;
    signal?.throwIfAborted();
    await new Promise<void>((resolve) => setImmediate(resolve));
  }
}

function nextOf<T>(items: Iterator<T>): IteratorResult<T> | PageMiss {
  try {
    return items.next();
  } catch (error) {
    if (error instanceof PageMiss) return error;
    throw error;
  }
}
