// Blobs as files of HDFS, over WebHDFS.
//
//   put          CREATE pending-<name>-<random>, then RENAME to the name. With renameoptions=NONE
//                the name node refuses a name that exists, so exactly one of several writers wins;
//                with OVERWRITE it replaces in one step.
//   read         OPEN with offset and length; the data node says how many bytes come
//   list         LISTSTATUS_BATCH, a page of (by default) 1000 at a time
//   durability   blocks are synced to disk when they are complete (createflag SYNC_BLOCK)
//
// A pending file is not listed. One that is a day old has lost its writer: it is listed, so that a
// cleanup removes it. HDFS has no names with `:`; they are refused before they are sent. Empty
// folders, which HDFS keeps, are not listed.
// Upstream: HdfsBlobContainer (whose pending files are named in the same way).

import type { IncomingMessage } from "node:http";
import { randomBase64Uuid, VarveError } from "../../base/index.ts";
import { checkBlobName, checkFolder, existingBlob, missingBlob, shortBlob } from "../blob-error.ts";
import type {
  BlobContent,
  BlobStore,
  BlobStoreCapabilities,
  DeleteResult,
  PutOptions,
} from "../blob-store.ts";
import { PENDING_PREFIX } from "../fs-blob-store.ts";
import type { StoreAddress, StoreContext } from "../store-address.ts";
import { type HdfsTarget, readHdfsSettings } from "./hdfs-settings.ts";
import { brokenAnswer, HdfsRefusal, type HdfsRequest, WebHdfsClient } from "./web-hdfs-client.ts";

/** A pending file of this age has lost its writer. */
const PENDING_MS_MAX = 24 * 60 * 60 * 1000;
const DELETES_AT_ONCE = 8;
/** HDFS refuses longer names (dfs.namenode.fs-limits.max-component-length). */
const NAME_BYTES_MAX = 255;
/** `pending-`, `-` and 22 characters of chance. */
const PENDING_BYTES = PENDING_PREFIX.length + 23;

interface FileStatus {
  readonly pathSuffix: string;
  readonly type: string;
  readonly length: number;
  readonly modificationTime: number;
  readonly childrenNum?: number;
}

/** A store on HDFS. Error: illegal_argument_exception of a setting. */
export function openHdfsBlobStore(address: StoreAddress, context: StoreContext): BlobStore {
  return new HdfsBlobStore(readHdfsSettings(address), context);
}

class HdfsBlobStore implements BlobStore {
  readonly capabilities: BlobStoreCapabilities = { write: true, putIfAbsent: true, list: true };
  readonly description: string;
  private readonly root: string;
  private readonly client: WebHdfsClient;
  private readonly context: StoreContext;

  constructor(target: HdfsTarget, context: StoreContext) {
    this.description = `hdfs [${target.label}]`;
    this.root = target.root;
    this.client = new WebHdfsClient(target);
    this.context = context;
  }

  async get(name: string, signal?: AbortSignal): Promise<Uint8Array> {
    const response = await this.open(name, {}, signal);
    const expected = lengthOf(response) ?? (await this.status(name, signal)).length;
    const parts: Buffer[] = [];
    let total = 0;
    for await (const part of this.partsOf(response, name, signal)) {
      parts.push(part);
      total += part.length;
    }
    if (total !== expected)
      throw brokenAnswer(blob(name), new Error(`${total} of ${expected} bytes`));
    return parts.length === 1 ? parts[0]! : Buffer.concat(parts, total);
  }

  async *read(
    name: string,
    offset: number,
    length: number,
    signal?: AbortSignal,
  ): AsyncIterable<Uint8Array> {
    checkHdfsName(name);
    if (length === 0) return;
    const range = { offset: String(offset), length: String(length) };
    const response = await this.openRange(name, range, offset, length, signal);
    const announced = lengthOf(response);
    if (announced !== undefined && announced < length) {
      response.destroy();
      throw shortBlob(name, offset, length);
    }
    let left = length;
    for await (const part of this.partsOf(response, name, signal)) {
      yield part.length <= left ? part : part.subarray(0, left);
      left -= part.length;
      if (left <= 0) return;
    }
    // Only a gateway that announces no length gets here: is it the blob or the answer that ends?
    const { length: size } = await this.status(name, signal);
    if (size < offset + length) throw shortBlob(name, offset, length);
    throw brokenAnswer(blob(name), new Error(`${length - left} of ${length} bytes`));
  }

  private async openRange(
    name: string,
    range: Readonly<Record<string, string>>,
    offset: number,
    length: number,
    signal: AbortSignal | undefined,
  ): Promise<IncomingMessage> {
    try {
      return await this.open(name, range, signal);
    } catch (error) {
      // An offset beyond the end is an I/O error like any other.
      if (!(error instanceof HdfsRefusal) || error.remote.exception !== "IOException") throw error;
      const { length: size } = await this.status(name, signal);
      throw size < offset + length ? shortBlob(name, offset, length) : error;
    }
  }

  private async open(
    name: string,
    parameters: Readonly<Record<string, string>>,
    signal: AbortSignal | undefined,
  ): Promise<IncomingMessage> {
    const path = this.pathOf(checkHdfsName(name));
    const request = { method: "GET", path, op: "OPEN", parameters, what: blob(name) } as const;
    try {
      return await this.client.open({ ...request, signal });
    } catch (error) {
      throw isMissing(error) ? missingBlob(name, error) : error;
    }
  }

  private async *partsOf(
    response: IncomingMessage,
    name: string,
    signal: AbortSignal | undefined,
  ): AsyncIterable<Buffer> {
    try {
      for await (const part of response) yield part as Buffer;
    } catch (cause) {
      throw brokenAnswer(blob(name), cause, signal);
    } finally {
      response.destroy();
    }
  }

  private async status(name: string, signal: AbortSignal | undefined): Promise<FileStatus> {
    const path = this.pathOf(name);
    const request = { method: "GET", path, op: "GETFILESTATUS", what: blob(name) } as const;
    try {
      const answer = await this.client.ask({ ...request, signal });
      const status = checkStatus((answer as { FileStatus?: unknown } | undefined)?.FileStatus);
      if (status.type !== "FILE") throw missingBlob(name);
      return status;
    } catch (error) {
      throw isMissing(error) ? missingBlob(name, error) : error;
    }
  }

  async put(name: string, content: BlobContent, options: PutOptions = {}): Promise<void> {
    options.signal?.throwIfAborted();
    checkHdfsName(name);
    const pending = this.pendingName(name);
    try {
      await this.create(pending, name, content, options.signal);
      await this.rename(pending, name, options);
    } catch (error) {
      await this.removeQuietly(pending);
      throw error;
    }
  }

  private pendingName(name: string): string {
    const slash = name.lastIndexOf("/") + 1;
    const base = name.slice(slash);
    const fits = Buffer.byteLength(base) + PENDING_BYTES <= NAME_BYTES_MAX;
    const random = randomBase64Uuid(this.context.random);
    return `${name.slice(0, slash)}${PENDING_PREFIX}${fits ? `${base}-` : ""}${random}`;
  }

  private create(
    pending: string,
    name: string,
    content: BlobContent,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    const request: HdfsRequest = {
      method: "PUT",
      path: this.pathOf(pending),
      op: "CREATE",
      parameters: { overwrite: "false", createflag: "CREATE,SYNC_BLOCK" },
      what: blob(name),
      signal,
    };
    return this.client.create(request, content, name);
  }

  private async rename(pending: string, name: string, options: PutOptions): Promise<void> {
    const ifAbsent = options.ifAbsent === true;
    const request = {
      method: "PUT",
      path: this.pathOf(pending),
      op: "RENAME",
      parameters: {
        destination: this.pathOf(name),
        renameoptions: ifAbsent ? "NONE" : "OVERWRITE",
      },
      what: blob(name),
    } as const;
    let answer: unknown;
    try {
      answer = await this.client.ask({ ...request, signal: options.signal });
    } catch (error) {
      if (isFolderInTheWay(error)) throw existingBlob(name, error);
      const conflict = error instanceof VarveError && error.kind === "conflict";
      throw conflict && ifAbsent ? existingBlob(name, error) : error;
    }
    // Servers without rename options answer {"boolean": …}, and never replace.
    if ((answer as { boolean?: boolean } | undefined)?.boolean !== false) return;
    if (ifAbsent) throw existingBlob(name);
    throw new VarveError(
      "unsupported",
      `${this.description} cannot replace blob [${name}]: the server knows no renameoptions; ` +
        "use the WebHDFS of the name node, not of a gateway",
      { type: "unsupported_operation_exception" },
    );
  }

  private async removeQuietly(name: string): Promise<void> {
    try {
      await this.remove(name, undefined);
    } catch {
      // It stays as a pending file that is not listed, and that cleanup removes a day later.
    }
  }

  async list(folder: string, prefix = "", signal?: AbortSignal): Promise<Map<string, number>> {
    const found = new Map<string, number>();
    const oldest = this.context.clock.now() - PENDING_MS_MAX;
    for await (const status of this.statuses(folder, signal)) {
      if (status.type !== "FILE" || !status.pathSuffix.startsWith(prefix)) continue;
      const pending = status.pathSuffix.startsWith(PENDING_PREFIX);
      if (pending && status.modificationTime > oldest) continue;
      found.set(status.pathSuffix, status.length);
    }
    return found;
  }

  async listFolders(folder: string, signal?: AbortSignal): Promise<string[]> {
    const found: string[] = [];
    for await (const status of this.statuses(folder, signal)) {
      if (status.type === "DIRECTORY" && status.childrenNum !== 0) found.push(status.pathSuffix);
    }
    return found;
  }

  private async *statuses(
    folder: string,
    signal: AbortSignal | undefined,
  ): AsyncIterable<FileStatus> {
    signal?.throwIfAborted();
    if (checkFolder(folder) !== "") checkHdfsName(folder);
    const path = this.pathOf(folder);
    const what = `folder [${path === "" ? "/" : path}]`;
    for (let after = ""; ; ) {
      const parameters = after === "" ? {} : startAfter(after);
      const request = { method: "GET", path, op: "LISTSTATUS_BATCH", parameters, what } as const;
      let page: ListingPage;
      try {
        page = listingPage(await this.client.ask({ ...request, signal }), what);
      } catch (error) {
        if (isMissing(error)) return;
        throw error;
      }
      // Asked for a file, the name node lists the file, without a name.
      for (const status of page.statuses) if (status.pathSuffix !== "") yield status;
      const last = page.statuses.at(-1)?.pathSuffix ?? "";
      if (page.remaining === 0 || last === "") return;
      if (last === after) throw brokenAnswer(what, new Error("its pages repeat themselves"));
      after = last;
    }
  }

  async delete(names: readonly string[], signal?: AbortSignal): Promise<void> {
    for (const name of names) checkHdfsName(name);
    let next = 0;
    const lane = async () => {
      while (next < names.length) {
        signal?.throwIfAborted();
        await this.remove(names[next++]!, signal);
      }
    };
    const lanes = Math.min(DELETES_AT_ONCE, names.length);
    await Promise.all(Array.from({ length: lanes }, lane));
  }

  private async remove(name: string, signal: AbortSignal | undefined): Promise<void> {
    const path = this.pathOf(name);
    const parameters = { recursive: "false" };
    const request = { method: "DELETE", path, op: "DELETE", parameters, what: blob(name) } as const;
    try {
      await this.client.ask({ ...request, signal });
    } catch (error) {
      const folder =
        error instanceof HdfsRefusal &&
        error.remote.exception === "PathIsNotEmptyDirectoryException";
      if (!folder && !isMissing(error)) throw error;
    }
  }

  async deleteTree(folder: string, signal?: AbortSignal): Promise<DeleteResult> {
    if (checkFolder(folder) !== "") checkHdfsName(folder);
    const path = this.pathOf(folder);
    const what = `folder [${path === "" ? "/" : path}]`;
    try {
      const summary = await this.client.ask({
        ...{ method: "GET", path, op: "GETCONTENTSUMMARY", what },
        signal,
      });
      const counts = (summary as { ContentSummary?: Record<string, unknown> } | undefined)
        ?.ContentSummary;
      const parameters = { recursive: "true" };
      const request = { method: "DELETE", path, op: "DELETE", parameters, what } as const;
      await this.client.ask({ ...request, signal });
      return { blobs: numberOf(counts?.["fileCount"]), bytes: numberOf(counts?.["length"]) };
    } catch (error) {
      if (isMissing(error)) return { blobs: 0, bytes: 0 };
      throw error;
    }
  }

  async serverTime(signal?: AbortSignal): Promise<number | undefined> {
    const request = { method: "GET", path: "", op: "GETFILESTATUS", what: "the root" } as const;
    const { date: said = "" } = await this.client.headers({ ...request, signal });
    // Name nodes say it twice.
    const date = Date.parse(/^[^,]*,[^,]*/.exec(said)?.[0] ?? "");
    return Number.isNaN(date) ? undefined : date;
  }

  async flush(): Promise<void> {}

  async close(): Promise<void> {
    this.client.close();
  }

  private pathOf(name: string): string {
    return name === "" ? this.root : `${this.root}/${name}`;
  }
}

interface ListingPage {
  readonly statuses: readonly FileStatus[];
  readonly remaining: number;
}

function listingPage(answer: unknown, what: string): ListingPage {
  type Statuses = { FileStatuses?: { FileStatus?: unknown } };
  const listing = (answer as { DirectoryListing?: Record<string, unknown> } | undefined)
    ?.DirectoryListing;
  const statuses = (listing?.["partialListing"] as Statuses | undefined)?.FileStatuses?.FileStatus;
  if (!Array.isArray(statuses)) {
    throw brokenAnswer(what, new Error("it is no listing"));
  }
  return {
    statuses: statuses.map(checkStatus),
    remaining: numberOf(listing?.["remainingEntries"]),
  };
}

function checkStatus(value: unknown): FileStatus {
  const status = value as FileStatus | null | undefined;
  const sound =
    typeof status?.pathSuffix === "string" &&
    Number.isSafeInteger(status.length) &&
    status.length >= 0;
  if (!sound) throw brokenAnswer("a file status", new Error("it has no name or length"));
  return status;
}

function numberOf(value: unknown): number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0 ? value : 0;
}

/** Name nodes read the name in lower case only, gateways (HttpFS) as it is documented. */
function startAfter(name: string): Record<string, string> {
  return { startafter: name, startAfter: name };
}

/** The length that an answer announces, or undefined where it ends with its connection or chunk. */
function lengthOf(response: IncomingMessage): number | undefined {
  const text = response.headers["content-length"];
  return text === undefined || !/^\d+$/.test(text) ? undefined : Number(text);
}

/** Other stores have blobs and folders of one name; a file system does not. */
function isFolderInTheWay(error: unknown): boolean {
  if (!(error instanceof HdfsRefusal)) return false;
  return /must both be directories|directory is not empty/.test(error.remote.message);
}

function isMissing(error: unknown): boolean {
  return error instanceof VarveError && error.kind === "missing";
}

function blob(name: string): string {
  return `blob [${name}]`;
}

/** HDFS allows no colon: its paths are parsed as URIs. Upstream: DFSUtilClient.isValidName. */
function checkHdfsName(name: string): string {
  if (!checkBlobName(name).includes(":")) return name;
  throw new VarveError("invalid", `[${name}] is not a blob name on HDFS, which allows no [:]`, {
    type: "illegal_argument_exception",
  });
}
