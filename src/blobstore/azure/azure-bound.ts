// Bounds on how long Azure may be silent. The SDK has none of its own for a connection that stays
// open without a byte.

import { type Clock, VarveError } from "../../base/index.ts";

/** How long. Undefined: no bound. */
export interface Bounds {
  /** Of the whole call. */
  totalMs?: number | undefined;
  /** Without a sign of life. */
  silentMs: number | undefined;
}

/**
 * Runs with a signal that fires with the caller's, or when a bound is reached. `alive` starts the
 * bound on silence anew. Error: the caller's reason, `unavailable` of a bound, or what `run` threw.
 */
export async function withinBounds<T>(
  clock: Clock,
  bounds: Bounds,
  outer: AbortSignal | undefined,
  run: (signal: AbortSignal, alive: () => void) => Promise<T>,
): Promise<T> {
  outer?.throwIfAborted();
  const controller = new AbortController();
  const onAbort = () => controller.abort(outer?.reason);
  outer?.addEventListener("abort", onAbort, { once: true });
  const stop = (ms: number) => () => controller.abort(tooSlow(ms));
  let cancelSilence = () => {};
  const alive = () => {
    cancelSilence();
    const { silentMs } = bounds;
    if (silentMs !== undefined) cancelSilence = clock.after(silentMs, stop(silentMs));
  };
  const { totalMs } = bounds;
  const cancelTotal = totalMs === undefined ? () => {} : clock.after(totalMs, stop(totalMs));
  alive();
  try {
    return await run(controller.signal, alive);
  } catch (error) {
    throw controller.signal.aborted ? controller.signal.reason : error;
  } finally {
    cancelSilence();
    cancelTotal();
    outer?.removeEventListener("abort", onAbort);
  }
}

function tooSlow(ms: number): VarveError {
  return new VarveError("unavailable", `Azure Blob Storage did not answer within ${ms} ms`, {
    type: "i_o_exception",
  });
}
