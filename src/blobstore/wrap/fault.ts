// Faults on purpose, for simulations: a plan looks at each call and says what goes wrong. The plan
// is a pure function of the call and of its number, so that a seed replays a run.

import type { BlobContent, BlobStore, DeleteResult, PutOptions } from "../blob-store.ts";
import { ForwardingBlobStore, mapParts } from "./forwarding.ts";
import type { BlobStoreCall } from "./metrics.ts";

/** What goes wrong with a call. */
export interface Fault {
  error: unknown;
  /**
   * `before`: nothing is done. `after`: it is done, but its answer is lost. A number: of a put, so
   * many bytes of a draft are written before it fails.
   */
  when: "before" | "after" | number;
}

/** Looks at the call (its number counts from 0) and answers a fault or nothing. */
export type FaultPlan = (call: BlobStoreCall, name: string, number: number) => Fault | undefined;

class FaultyBlobStore extends ForwardingBlobStore {
  private readonly plan: FaultPlan;
  private count = 0;

  constructor(inner: BlobStore, plan: FaultPlan) {
    super(inner);
    this.plan = plan;
  }

  private async run<T>(call: BlobStoreCall, name: string, action: () => Promise<T>): Promise<T> {
    const fault = this.plan(call, name, this.count++);
    if (fault === undefined) return action();
    if (fault.when === "after") await action();
    throw fault.error;
  }

  override get(name: string, signal?: AbortSignal): Promise<Uint8Array> {
    return this.run("get", name, () => this.inner.get(name, signal));
  }

  override async *read(
    name: string,
    offset: number,
    length: number,
    signal?: AbortSignal,
  ): AsyncIterable<Uint8Array> {
    const fault = this.plan("read", name, this.count++);
    let left = fault === undefined ? Infinity : typeof fault.when === "number" ? fault.when : 0;
    for await (const part of this.inner.read(name, offset, length, signal)) {
      if (part.length > left) {
        if (left > 0) yield part.subarray(0, left);
        break;
      }
      left -= part.length;
      yield part;
    }
    if (fault !== undefined) throw fault.error;
  }

  override async put(name: string, content: BlobContent, options?: PutOptions): Promise<void> {
    const fault = this.plan("put", name, this.count++);
    if (fault === undefined) return this.inner.put(name, content, options);
    if (fault.when === "before") throw fault.error;
    if (fault.when === "after") await this.inner.put(name, content, options);
    else await this.putPartly(name, content, fault.when, options);
    throw fault.error;
  }

  private async putPartly(
    name: string,
    content: BlobContent,
    bytes: number,
    options?: PutOptions,
  ): Promise<void> {
    // Only a draft may be seen half-written; any other put is atomic and leaves nothing.
    if (options?.draft !== true) return;
    let left = Math.min(bytes, content.length);
    const whole = mapParts(content, async function* (parts) {
      for await (const part of parts) {
        if (left === 0) return;
        const kept = part.subarray(0, left);
        left -= kept.length;
        yield kept;
      }
    });
    const open = () => (whole as { open(): AsyncIterable<Uint8Array> }).open();
    await this.inner.put(name, { length: left, open }, options);
  }

  override list(
    folder: string,
    prefix?: string,
    signal?: AbortSignal,
  ): Promise<Map<string, number>> {
    return this.run("list", folder, () => this.inner.list(folder, prefix, signal));
  }

  override listFolders(folder: string, signal?: AbortSignal): Promise<string[]> {
    return this.run("listFolders", folder, () => this.inner.listFolders(folder, signal));
  }

  override async delete(names: readonly string[], signal?: AbortSignal): Promise<void> {
    // One decision a blob: a crash in the middle of a deletion leaves the rest.
    for (const name of names) {
      await this.run("delete", name, () => this.inner.delete([name], signal));
    }
  }

  override deleteTree(folder: string, signal?: AbortSignal): Promise<DeleteResult> {
    return this.run("deleteTree", folder, () => this.inner.deleteTree(folder, signal));
  }

  override flush(signal?: AbortSignal): Promise<void> {
    return this.run("flush", "", () => this.inner.flush(signal));
  }
}

/** The store with the plan's faults. */
export function injectFaults(inner: BlobStore, plan: FaultPlan): BlobStore {
  return new FaultyBlobStore(inner, plan);
}
