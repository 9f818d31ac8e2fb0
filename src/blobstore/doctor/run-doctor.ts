// Runs the probes on a live store, each in a folder of its own below `tests-<random>` in the
// repository's folder (OpenSearch's own verification uses the same name), and removes that folder
// in the end, also after an error or an interruption.

import { type Clock, type Random, randomBase64Uuid, VarveError } from "../../base/index.ts";
import type { BlobContent, BlobStore, PutOptions } from "../blob-store.ts";
import type { StoreType } from "../store-address.ts";
import { ForwardingBlobStore } from "../wrap/forwarding.ts";
import type { Probe, ProbePlace, ProbeResult } from "./probe.ts";
import { PROBES } from "./probes.ts";
import { isDenied, remedyOf } from "./remedies.ts";

/** What is examined, and how. */
export interface DoctorOptions {
  readonly type: StoreType;
  /** The repository's folder in the store. */
  readonly basePath: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly signal?: AbortSignal | undefined;
  /** Hears each result as it comes. */
  readonly onResult?: ((result: ProbeResult) => void) | undefined;
}

/** What the probes found. */
export interface DoctorReport {
  /** Nothing failed. */
  readonly ok: boolean;
  /** False where the store did not answer at all; nothing else was tried then. */
  readonly reached: boolean;
  /** The folder that was used; empty if nothing was written. */
  readonly folder: string;
  readonly probes: readonly ProbeResult[];
}

/** Remembers what was put: a store that may not be listed can still be tidied. */
class RememberingBlobStore extends ForwardingBlobStore {
  readonly names = new Set<string>();

  override async put(name: string, content: BlobContent, options?: PutOptions): Promise<void> {
    const isNew = !this.names.has(name);
    this.names.add(name);
    try {
      await this.inner.put(name, content, options);
    } catch (error) {
      // Any other failure may have written it.
      if (isNew && isDenied(error)) this.names.delete(name);
      throw error;
    }
  }
}

/** Examines a store. Rejects only with the signal's reason; every other error is a result. */
export async function runDoctor(inner: BlobStore, options: DoctorOptions): Promise<DoctorReport> {
  const store = new RememberingBlobStore(inner);
  const random = randomBase64Uuid(options.random);
  const folder = `${options.basePath === "" ? "" : `${options.basePath}/`}tests-${random}`;
  const results: ProbeResult[] = [];
  const add = (result: ProbeResult) => {
    results.push(result);
    options.onResult?.(result);
  };
  let reached = true;
  try {
    for (const probe of PROBES) {
      const { result, error } = await runProbe(probe, store, options, folder, results);
      options.signal?.throwIfAborted();
      add(result);
      if (error !== undefined && results.every((done) => done.skipped || done === result)) {
        reached = isDenied(error) || !(error instanceof VarveError);
        if (!reached) break;
      }
    }
  } finally {
    if (store.capabilities.write && reached) add(await cleanUp(store, options, folder));
  }
  const ok = results.every((result) => result.ok);
  return { ok, reached, folder: store.capabilities.write ? folder : "", probes: results };
}

interface Outcome {
  readonly result: ProbeResult;
  readonly error?: unknown;
}

async function runProbe(
  probe: Probe,
  store: BlobStore,
  options: DoctorOptions,
  folder: string,
  done: readonly ProbeResult[],
): Promise<Outcome> {
  const { name, title } = probe;
  const skip = skipReason(probe, store, done);
  if (skip !== undefined) {
    return { result: { name, title, ok: true, skipped: true, millis: 0, message: skip } };
  }
  const { clock, random, signal, basePath } = options;
  const place: ProbePlace = {
    ...{ store, clock, random, signal, basePath },
    folder: `${folder}/${name}`,
  };
  const start = clock.monotonic();
  const millis = () => Math.round(clock.monotonic() - start);
  try {
    const remark = await probe.run(place);
    return { result: { name, title, ok: true, skipped: false, millis: millis(), ...remark } };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const remedy = remedyOf(options.type, probe, error);
    const result = { name, title, ok: false, skipped: false, millis: millis(), message };
    return { result: remedy === undefined ? result : { ...result, remedy }, error };
  }
}

function skipReason(
  probe: Probe,
  store: BlobStore,
  done: readonly ProbeResult[],
): string | undefined {
  const unfit = probe.skip?.(store.capabilities);
  if (unfit !== undefined) return unfit;
  const missing = probe.needs.filter((need) =>
    done.some((result) => result.name === need && (!result.ok || result.skipped)),
  );
  return missing.length === 0 ? undefined : `not tried without [${missing.join(", ")}]`;
}

/** Without the caller's signal: what was begun is taken away also after Ctrl-C. */
async function cleanUp(
  store: RememberingBlobStore,
  options: DoctorOptions,
  folder: string,
): Promise<ProbeResult> {
  const what = { name: "clean-up", title: "remove what the probes wrote", skipped: false };
  const start = options.clock.monotonic();
  const millis = () => Math.round(options.clock.monotonic() - start);
  try {
    const removed = await removeAll(store, folder);
    return { ...what, ok: true, millis: millis(), message: `${removed} blobs removed` };
  } catch (error) {
    return {
      ...what,
      ok: false,
      millis: millis(),
      message: error instanceof Error ? error.message : String(error),
      remedy: `remove the folder [${folder}] by hand`,
    };
  }
}

async function removeAll(store: RememberingBlobStore, folder: string): Promise<number> {
  if (store.names.size === 0) return 0;
  try {
    return (await store.deleteTree(folder)).blobs;
  } catch (error) {
    // Without the permission to list, the names are still known.
    if (!isDenied(error)) throw error;
    await store.delete([...store.names]);
    return store.names.size;
  }
}
