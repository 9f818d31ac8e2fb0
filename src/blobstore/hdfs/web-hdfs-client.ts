// WebHDFS: HDFS over HTTP. The name node answers for names; for bytes it redirects to a data node
// (307), where the request is sent again.
//
//   PUT    ?op=CREATE&overwrite=false      → data node → 201
//   GET    ?op=OPEN&offset=…&length=…      → data node → 200, with Content-Length
//   PUT    ?op=RENAME&destination=…&renameoptions=NONE|OVERWRITE
//   GET    ?op=LISTSTATUS_BATCH&startAfter=…, LISTSTATUS, GETFILESTATUS, GETCONTENTSUMMARY
//   DELETE ?op=DELETE&recursive=…          → {"boolean": was it there?}
//
// Where a name service has several name nodes, the one that answered last is asked first; a
// standby, or one that cannot be reached, hands over to the next.
// Upstream: WebHdfsFileSystem, NamenodeWebHdfsMethods.

import type { IncomingHttpHeaders, IncomingMessage } from "node:http";
import { VarveError } from "../../base/index.ts";
import type { BlobContent } from "../blob-store.ts";
import type { HdfsTarget } from "./hdfs-settings.ts";
import { HttpConnections, type HttpExchange, readText } from "./http-exchange.ts";
import {
  isStandby,
  parseRemoteException,
  type RemoteException,
  remoteError,
} from "./remote-exception.ts";

/** The connection was not made, so the request did not arrive. */
const NOT_REACHED = new Set([
  "ECONNREFUSED",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "ENOTFOUND",
  "EAI_AGAIN",
  "ETIMEDOUT",
]);
const REDIRECT = 307;

/** One request about one path. */
export interface HdfsRequest {
  readonly method: "GET" | "PUT" | "DELETE";
  /** Absolute path in HDFS, not encoded; empty for the root. */
  readonly path: string;
  readonly op: string;
  readonly parameters?: Readonly<Record<string, string>>;
  /** For messages: `blob [index-1]`. */
  readonly what: string;
  readonly signal?: AbortSignal | undefined;
}

/** A refusal that the caller wants to look at, beside the error that it stands for. */
export class HdfsRefusal extends VarveError {
  readonly remote: RemoteException;

  constructor(remote: RemoteException, what: string) {
    const error = remoteError(remote, what);
    super(error.kind, error.message, error.type === undefined ? {} : { type: error.type });
    this.remote = remote;
  }
}

/** Asks name nodes and data nodes. Errors: HdfsRefusal, `unavailable`, the signal's reason. */
export class WebHdfsClient {
  private readonly target: HdfsTarget;
  private readonly connections = new HttpConnections();
  private active = 0;

  constructor(target: HdfsTarget) {
    this.target = target;
  }

  /** Sends a request that the name node answers by itself; answers the JSON, if there is any. */
  async ask(request: HdfsRequest): Promise<unknown> {
    const response = await this.askNameNode(request);
    const text = await this.textOf(response, request);
    if (text === "") return undefined;
    try {
      return JSON.parse(text);
    } catch (cause) {
      throw unavailable(`Access to ${request.what} failed: the answer is not JSON`, cause);
    }
  }

  /** The head of the name node's answer. */
  async headers(request: HdfsRequest): Promise<IncomingHttpHeaders> {
    const response = await this.askNameNode(request);
    await this.textOf(response, request);
    return response.headers;
  }

  /** Opens a file for reading. Whoever asked reads the answer to its end or destroys it. */
  async open(request: HdfsRequest): Promise<IncomingMessage> {
    const response = await this.askNameNode(request);
    // A gateway answers with the bytes at once.
    if (response.statusCode === 200) return response;
    return this.askDataNode(response, request);
  }

  /** Creates a file that must not exist. `name` is the blob's, for messages. */
  async create(request: HdfsRequest, content: BlobContent, name: string): Promise<void> {
    const response = await this.askNameNode(request);
    if (response.statusCode === 201) {
      response.resume();
      throw unavailable(`Access to ${request.what} failed: the server did not ask for its bytes`);
    }
    const created = await this.askDataNode(response, request, { content, name });
    await this.textOf(created, request);
  }

  close(): void {
    this.connections.close();
  }

  private async askNameNode(request: HdfsRequest): Promise<IncomingMessage> {
    const { nameNodes } = this.target;
    let last: unknown;
    for (let tried = 0; tried < nameNodes.length; tried++) {
      const index = this.active;
      try {
        const exchange = { method: request.method, url: this.urlOf(nameNodes[index]!, request) };
        const response = await this.send({ ...exchange, signal: request.signal }, request);
        return await this.checked(response, request);
      } catch (error) {
        request.signal?.throwIfAborted();
        if (!handsOver(error)) throw error;
        last = error;
        if (this.active === index) this.active = (index + 1) % nameNodes.length;
      }
    }
    throw last;
  }

  private async askDataNode(
    redirect: IncomingMessage,
    request: HdfsRequest,
    body?: HttpExchange["body"],
  ): Promise<IncomingMessage> {
    redirect.resume();
    const location = redirect.headers.location;
    if (redirect.statusCode !== REDIRECT || location === undefined) {
      const status = redirect.statusCode;
      throw unavailable(`Access to ${request.what} failed: status ${status} names no data node`);
    }
    const exchange: HttpExchange = {
      method: request.method,
      url: dataNodeUrl(location, request),
      signal: request.signal,
      ...(body === undefined
        ? {}
        : { body, headers: { "content-type": "application/octet-stream" } }),
    };
    return this.checked(await this.send(exchange, request), request);
  }

  private async send(exchange: HttpExchange, request: HdfsRequest): Promise<IncomingMessage> {
    try {
      return await this.connections.send(exchange);
    } catch (cause) {
      exchange.signal?.throwIfAborted();
      if (cause instanceof VarveError || codeOf(cause) === undefined) throw cause;
      const message = `Access to ${request.what} failed: ${exchange.url.host} ${reasonOf(cause)}`;
      throw unavailable(message, cause);
    }
  }

  private async checked(response: IncomingMessage, request: HdfsRequest): Promise<IncomingMessage> {
    const status = response.statusCode ?? 0;
    if (status < 300 || status === REDIRECT) return response;
    const remote = parseRemoteException(status, await this.textOf(response, request));
    throw new HdfsRefusal(remote, request.what);
  }

  private async textOf(response: IncomingMessage, request: HdfsRequest): Promise<string> {
    try {
      return await readText(response);
    } catch (cause) {
      throw brokenAnswer(request.what, cause, request.signal);
    }
  }

  private urlOf(nameNode: string, request: HdfsRequest): URL {
    const path = request.path.split("/").map(encodeURIComponent).join("/");
    const url = new URL(`${nameNode}/webhdfs/v1${path === "" ? "/" : path}`);
    url.searchParams.set("op", request.op);
    url.searchParams.set("user.name", this.target.userName);
    for (const [key, value] of Object.entries(request.parameters ?? {})) {
      url.searchParams.set(key, value);
    }
    // `+` means a blank to some of the readers of this text, and a plus to others.
    url.search = url.search.replaceAll("+", "%20");
    return url;
  }
}

function dataNodeUrl(location: string, request: HdfsRequest): URL {
  const url = URL.canParse(location) ? new URL(location) : undefined;
  if (url?.protocol === "http:" || url?.protocol === "https:") return url;
  throw unavailable(`Access to ${request.what} failed: the data node's address is no URL`);
}

function handsOver(error: unknown): boolean {
  if (error instanceof HdfsRefusal) return isStandby(error.remote);
  const code = error instanceof VarveError ? codeOf(error.cause) : undefined;
  return code !== undefined && NOT_REACHED.has(code);
}

function codeOf(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const { code } = error as NodeJS.ErrnoException;
  if (code !== undefined) return code;
  // A host of several addresses fails with one error for all of them.
  return error instanceof AggregateError ? codeOf(error.errors[0]) : undefined;
}

function reasonOf(cause: unknown): string {
  const code = codeOf(cause);
  if (code !== undefined && NOT_REACHED.has(code)) return `cannot be reached (${code})`;
  return `broke the connection (${code ?? String(cause)})`;
}

/** The error of an answer that ended before its end. */
export function brokenAnswer(what: string, cause: unknown, signal?: AbortSignal): unknown {
  if (signal?.aborted) return signal.reason;
  if (cause instanceof VarveError) return cause;
  const reason = (cause as Error).message;
  return unavailable(`Access to ${what} failed: the answer broke off (${reason})`, cause);
}

function unavailable(message: string, cause?: unknown): VarveError {
  const details = { type: "i_o_exception", ...(cause === undefined ? {} : { cause }) };
  return new VarveError("unavailable", message, details);
}
