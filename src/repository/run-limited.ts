// Runs asynchronous work over many items with a bound on how much of it is under way.

/** Shards of one index at a time, where several indices are under way already. */
export const SHARDS_OF_INDEX_MAX = 2;

/**
 * Calls `run` for each item, at most `limit` at a time, and answers the results in order. The first
 * error stops new work; it is thrown once what is under way has ended.
 */
export async function runLimited<T, R>(
  items: readonly T[],
  limit: number,
  run: (item: T, index: number) => Promise<R>,
): Promise<R[]> {
  const results = new Array<R>(items.length);
  let next = 0;
  let failure: { error: unknown } | undefined;
  const worker = async () => {
    while (next < items.length && failure === undefined) {
      const index = next++;
      try {
        results[index] = await run(items[index]!, index);
      } catch (error) {
        failure ??= { error };
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, worker));
  if (failure !== undefined) throw failure.error;
  return results;
}
