// A container of Azure Blob Storage as a blob store, over the official SDK.
//
//   get, read    Get Blob with a range
//   put          see azure-upload.ts
//   list         List Blobs with prefix and delimiter, pages of 5000
//   delete       Delete Blob, 16 at once
//
// The service is strongly consistent, and `ifAbsent` is If-None-Match: *: the container decides.
// With a location_mode that names the secondary, a read that finds a region unavailable asks the
// other one; what the secondary answers may be minutes old. Upstream: AzureBlobStore.

import type { ContainerClient } from "@azure/storage-blob";
import { VarveError } from "../../base/index.ts";
import { checkBlobName, checkFolder, existingBlob, shortBlob } from "../blob-error.ts";
import type {
  BlobContent,
  BlobStore,
  BlobStoreCapabilities,
  DeleteResult,
  PutOptions,
} from "../blob-store.ts";
import { inParallel } from "../content-parts.ts";
import type { StoreAddress, StoreContext } from "../store-address.ts";
import { storeUnavailable } from "../store-failure.ts";
import { readOnly } from "../wrap/read-only.ts";
import { type Bounds, withinBounds } from "./azure-bound.ts";
import { type AzureClients, openAzureClients } from "./azure-client.ts";
import { type AzureAction, azureCode, azureFailure } from "./azure-error.ts";
import { type AzureSettings, readAzureSettings } from "./azure-settings.ts";
import { type RunAzure, uploadToAzure } from "./azure-upload.ts";

const DELETES_AT_ONCE = 16;

/** Opens a container. Errors: illegal_argument_exception, settings_exception of a setting. */
export function openAzureBlobStore(address: StoreAddress, context: StoreContext): BlobStore {
  const settings = readAzureSettings(address);
  const store = new AzureBlobStore(settings, context);
  return settings.readOnly ? readOnly(store) : store;
}

/** A download that has begun. */
interface Body {
  parts: AsyncIterator<Uint8Array>;
  length: number;
  close(): void;
}

class AzureBlobStore implements BlobStore {
  readonly capabilities: BlobStoreCapabilities = { write: true, putIfAbsent: true, list: true };
  readonly description: string;
  private readonly settings: AzureSettings;
  private readonly context: StoreContext;
  private opened: Promise<AzureClients> | undefined;

  constructor(settings: AzureSettings, context: StoreContext) {
    this.settings = settings;
    this.context = context;
    this.description = `azure [${settings.container}]`;
  }

  private clients(): Promise<AzureClients> {
    this.opened ??= openAzureClients(this.settings, this.context.clock);
    return this.opened;
  }

  private action(operation: string, name: string): AzureAction {
    return {
      store: this.description,
      operation,
      name,
      container: this.settings.container,
      authorization: this.settings.authorization.kind,
    };
  }

  /** Runs one request; what it throws is mapped. */
  private async run<T>(
    action: AzureAction,
    bounds: Bounds,
    signal: AbortSignal | undefined,
    run: (signal: AbortSignal, alive: () => void) => Promise<T>,
  ): Promise<T> {
    try {
      return await withinBounds(this.context.clock, bounds, signal, run);
    } catch (error) {
      throw azureFailure(action, error, signal);
    }
  }

  private get answering(): Bounds {
    return { totalMs: this.settings.timeoutMs, silentMs: this.settings.responseTimeoutMs };
  }

  /** Asks one region, and the other one where the first is unavailable. */
  private async fromAnyRegion<T>(ask: (container: ContainerClient) => Promise<T>): Promise<T> {
    const { readers } = await this.clients();
    const [first, second] = readers;
    try {
      return await ask(first!);
    } catch (error) {
      const down = error instanceof VarveError && error.kind === "unavailable";
      if (!down || second === undefined) throw error;
      return ask(second);
    }
  }

  /** Begins a download from one region; the range may end after the blob. */
  private async begin(
    container: ContainerClient,
    action: AzureAction,
    signal: AbortSignal | undefined,
  ): Promise<Body> {
    // The body outlives the bound on the answer, so its request has a signal of its own.
    const controller = new AbortController();
    const onAbort = () => controller.abort(signal?.reason);
    signal?.addEventListener("abort", onAbort, { once: true });
    const release = () => signal?.removeEventListener("abort", onAbort);
    const { range } = action;
    try {
      const response = await this.run(action, this.answering, signal, (bounded) => {
        bounded.addEventListener("abort", () => controller.abort(bounded.reason), { once: true });
        const options = { abortSignal: controller.signal, maxRetryRequests: 0 };
        const blob = container.getBlobClient(action.name ?? "");
        return blob.download(range?.offset ?? 0, range?.length, options);
      });
      const stream = response.readableStreamBody;
      if (stream === undefined) throw storeUnavailable(action, { message: "no body came" });
      const close = () => {
        release();
        (stream as unknown as { destroy(): void }).destroy();
      };
      const parts = stream[Symbol.asyncIterator]() as AsyncIterator<Uint8Array>;
      return { parts, length: response.contentLength ?? 0, close };
    } catch (error) {
      release();
      throw error;
    }
  }

  /** The next part, within the bound on silence. */
  private async next(
    action: AzureAction,
    body: Body,
    signal: AbortSignal | undefined,
  ): Promise<Uint8Array | undefined> {
    const { readTimeoutMs } = this.settings;
    const bounds = { silentMs: readTimeoutMs };
    const next = await this.run(action, bounds, signal, (bounded) => {
      const late = new Promise<never>((_, reject) => {
        bounded.addEventListener("abort", () => reject(bounded.reason), { once: true });
      });
      late.catch(() => {});
      return Promise.race([body.parts.next(), late]);
    });
    return next.done ? undefined : next.value;
  }

  async get(name: string, signal?: AbortSignal): Promise<Uint8Array> {
    signal?.throwIfAborted();
    const action = this.action("get", checkBlobName(name));
    const body = await this.fromAnyRegion((region) => this.begin(region, action, signal));
    const parts: Uint8Array[] = [];
    let total = 0;
    try {
      for (;;) {
        const part = await this.next(action, body, signal);
        if (part === undefined) break;
        parts.push(part);
        total += part.length;
      }
    } finally {
      body.close();
    }
    if (total !== body.length) {
      const message = `${total} bytes came where ${body.length} were announced`;
      throw storeUnavailable(action, { message });
    }
    return parts.length === 1 ? parts[0]! : Buffer.concat(parts);
  }

  async *read(
    name: string,
    offset: number,
    length: number,
    signal?: AbortSignal,
  ): AsyncIterable<Uint8Array> {
    signal?.throwIfAborted();
    const range = { offset, length };
    const action = { ...this.action("read", checkBlobName(name)), range };
    if (length === 0) return;
    const body = await this.fromAnyRegion((region) => this.begin(region, action, signal));
    let left = length;
    try {
      if (body.length < length) throw shortBlob(name, offset, length);
      for (;;) {
        const part = await this.next(action, body, signal);
        if (part === undefined) break;
        left -= part.length;
        yield part;
      }
      if (left !== 0) throw storeUnavailable(action, { message: `${left} bytes did not come` });
    } finally {
      body.close();
    }
  }

  async put(name: string, content: BlobContent, options: PutOptions = {}): Promise<void> {
    const { signal } = options;
    signal?.throwIfAborted();
    const ifAbsent = options.ifAbsent === true;
    const action = { ...this.action("put", checkBlobName(name)), ifAbsent };
    const { writer } = await this.clients();
    const bounds = { totalMs: this.settings.timeoutMs, silentMs: this.settings.writeTimeoutMs };
    const run: RunAzure = (send) => this.run(action, bounds, signal, send);
    const upload = { name, content, ifAbsent, signal };
    try {
      await uploadToAzure(writer, this.settings, this.context.random, upload, run);
    } catch (error) {
      if (!isLostBlocks(error)) throw error;
      // Another writer of this blob was first, and the service dropped our blocks.
      if (ifAbsent && (await this.exists(name, signal))) throw existingBlob(name, error);
      throw storeUnavailable(action, { message: "another writer dropped our blocks" }, error);
    }
  }

  private async exists(name: string, signal: AbortSignal | undefined): Promise<boolean> {
    const { writer } = await this.clients();
    return this.run(this.action("get", name), this.answering, signal, (abortSignal) =>
      writer.getBlobClient(name).exists({ abortSignal }),
    );
  }

  private async listFrom(
    container: ContainerClient,
    folder: string,
    prefix: string,
    signal: AbortSignal | undefined,
  ): Promise<{ blobs: Map<string, number>; folders: string[] }> {
    const start = folder === "" ? "" : `${folder}/`;
    const blobs = new Map<string, number>();
    const folders: string[] = [];
    await this.run(
      this.action("list", folder),
      this.answering,
      signal,
      async (abortSignal, alive) => {
        const pages = container
          .listBlobsByHierarchy("/", { prefix: start + prefix, abortSignal })
          .byPage();
        for await (const { segment } of pages) {
          alive();
          for (const { name, properties } of segment.blobItems) {
            if (name.length > start.length)
              blobs.set(name.slice(start.length), lengthOf(properties));
          }
          for (const { name } of segment.blobPrefixes ?? []) {
            folders.push(name.slice(start.length, -1));
          }
        }
      },
    );
    return { blobs, folders };
  }

  async list(folder: string, prefix = "", signal?: AbortSignal): Promise<Map<string, number>> {
    signal?.throwIfAborted();
    checkFolder(folder);
    const ask = (container: ContainerClient) => this.listFrom(container, folder, prefix, signal);
    return (await this.fromAnyRegion(ask)).blobs;
  }

  async listFolders(folder: string, signal?: AbortSignal): Promise<string[]> {
    signal?.throwIfAborted();
    checkFolder(folder);
    const ask = (container: ContainerClient) => this.listFrom(container, folder, "", signal);
    return (await this.fromAnyRegion(ask)).folders;
  }

  private async deleteOne(name: string, signal: AbortSignal | undefined): Promise<void> {
    const { writer } = await this.clients();
    try {
      await this.run(this.action("delete", name), this.answering, signal, (abortSignal) =>
        writer.getBlobClient(name).delete({ abortSignal, deleteSnapshots: "include" }),
      );
    } catch (error) {
      if (!(error instanceof VarveError && error.kind === "missing")) throw error;
    }
  }

  async delete(names: readonly string[], signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    for (const name of names) checkBlobName(name);
    await inParallel(names, DELETES_AT_ONCE, (name) => this.deleteOne(name, signal));
  }

  async deleteTree(folder: string, signal?: AbortSignal): Promise<DeleteResult> {
    signal?.throwIfAborted();
    const prefix = checkFolder(folder) === "" ? "" : `${folder}/`;
    const result = { blobs: 0, bytes: 0 };
    for (let token: string | undefined = ""; token !== undefined; ) {
      const page = await this.flatPage(folder, prefix, token, signal);
      await inParallel(page.blobs, DELETES_AT_ONCE, async ([name, length]) => {
        await this.deleteOne(name, signal);
        result.blobs++;
        result.bytes += length;
      });
      token = page.next;
    }
    return result;
  }

  private async flatPage(
    folder: string,
    prefix: string,
    continuationToken: string,
    signal: AbortSignal | undefined,
  ): Promise<{ blobs: [string, number][]; next: string | undefined }> {
    const { writer } = await this.clients();
    const action = this.action("list", folder);
    const page = await this.run(action, this.answering, signal, (abortSignal) => {
      const listing = writer.listBlobsFlat({ prefix, abortSignal });
      return listing.byPage(continuationToken === "" ? {} : { continuationToken }).next();
    });
    if (page.done) return { blobs: [], next: undefined };
    const { segment, continuationToken: next } = page.value;
    const blobs = segment.blobItems.map(({ name, properties }): [string, number] => [
      name,
      lengthOf(properties),
    ]);
    return { blobs, next: next || undefined };
  }

  async serverTime(signal?: AbortSignal): Promise<number | undefined> {
    const { writer } = await this.clients();
    const page = await this.run(this.action("list", ""), this.answering, signal, (abortSignal) =>
      writer.listBlobsFlat({ abortSignal }).byPage({ maxPageSize: 1 }).next(),
    );
    return page.done ? undefined : page.value.date?.getTime();
  }

  async flush(): Promise<void> {}
  async close(): Promise<void> {}
}

function lengthOf(properties: { contentLength?: number }): number {
  return properties.contentLength ?? 0;
}

function isLostBlocks(error: unknown): boolean {
  return error instanceof VarveError && azureCode(error.cause) === "InvalidBlockList";
}
