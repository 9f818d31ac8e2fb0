// HTTP to Google Cloud Storage's JSON API: one request, one answer, nothing hidden. The official
// SDK brings the credentials (gcs-credentials.ts), but its requests cannot be cancelled before
// their answer, have no bound on silence, and repeat themselves; a repository needs to know of
// each of them.
//
// Every failure below HTTP is thrown as it is (gcs-error.ts names it); every HTTP status is an
// answer. A body that ends before its Content-Length fails.

import {
  type AgentOptions,
  Agent as HttpAgent,
  request as httpRequest,
  type IncomingMessage,
} from "node:http";
import { Agent as HttpsAgent, request as httpsRequest } from "node:https";
import { type Clock, VarveError } from "../../base/index.ts";
import type { ClientProxy } from "../client-options.ts";
import { proxyAgents } from "../s3/proxy-agent.ts";

const ERROR_BODY_BYTES_MAX = 64 * 1024;

/** One request. */
export interface HttpRequest {
  method: string;
  url: string;
  headers?: Readonly<Record<string, string | number>>;
  body?: Uint8Array | readonly Uint8Array[];
  signal?: AbortSignal | undefined;
}

/** Its answer; whoever gets it reads the body to its end or calls `discard`. */
export interface HttpAnswer {
  status: number;
  headers: IncomingMessage["headers"];
  body: AsyncIterable<Uint8Array>;
  discard(): void;
}

/** How the transport behaves. */
export interface TransportOptions {
  clock: Clock;
  /** Undefined: no bound. */
  connectTimeoutMs: number | undefined;
  /** The longest silence on a connection; undefined: no bound. */
  readTimeoutMs: number | undefined;
  proxy: ClientProxy | undefined;
}

/** Sends requests over connections that are kept open. */
export class HttpTransport {
  private readonly options: TransportOptions;
  private readonly httpAgent: HttpAgent;
  private readonly httpsAgent: HttpsAgent;

  constructor(options: TransportOptions) {
    this.options = options;
    const keep = { keepAlive: true, maxSockets: 64 };
    const { httpAgent, httpsAgent } = agentsFor(options.proxy, keep);
    this.httpAgent = httpAgent;
    this.httpsAgent = httpsAgent;
  }

  send(request: HttpRequest): Promise<HttpAnswer> {
    const { signal, body } = request;
    signal?.throwIfAborted();
    const url = new URL(request.url);
    const secure = url.protocol === "https:";
    const chunks = body === undefined ? [] : body instanceof Uint8Array ? [body] : body;
    const length = chunks.reduce((sum, chunk) => sum + chunk.length, 0);
    const headers: Record<string, string | number> = { ...request.headers };
    if (body !== undefined || request.method !== "GET") headers["content-length"] = length;
    return new Promise((resolve, reject) => {
      const outgoing = (secure ? httpsRequest : httpRequest)(url, {
        method: request.method,
        headers,
        agent: secure ? this.httpsAgent : this.httpAgent,
        ...(signal === undefined ? {} : { signal }),
        ...(this.options.readTimeoutMs === undefined
          ? {}
          : { timeout: this.options.readTimeoutMs }),
      });
      outgoing.on("timeout", () => {
        outgoing.destroy(silent(`nothing came for ${this.options.readTimeoutMs} ms`));
      });
      this.boundConnecting(outgoing);
      outgoing.on("error", (error) => reject(signal?.aborted ? signal.reason : error));
      outgoing.on("response", (message) => resolve(answerOf(message, signal)));
      for (const chunk of chunks) outgoing.write(chunk);
      outgoing.end();
    });
  }

  private boundConnecting(outgoing: ReturnType<typeof httpRequest>): void {
    const { connectTimeoutMs, clock } = this.options;
    if (connectTimeoutMs === undefined) return;
    outgoing.on("socket", (socket) => {
      if (!socket.connecting) return;
      const cancel = clock.after(connectTimeoutMs, () => {
        outgoing.destroy(silent(`no connection within ${connectTimeoutMs} ms`));
      });
      socket.once("connect", cancel);
      outgoing.once("close", cancel);
    });
  }

  close(): void {
    this.httpAgent.destroy();
    this.httpsAgent.destroy();
  }
}

/** Agents that keep connections, through the proxy if there is one. */
export function agentsFor(
  proxy: ClientProxy | undefined,
  options: AgentOptions,
): { httpAgent: HttpAgent; httpsAgent: HttpsAgent } {
  if (proxy === undefined) {
    return { httpAgent: new HttpAgent(options), httpsAgent: new HttpsAgent(options) };
  }
  const { host, port, username, password } = proxy;
  const type = proxy.type === "SOCKS" ? "socks" : "http";
  return proxyAgents({ type, host, port, username, password }, options);
}

function answerOf(message: IncomingMessage, signal: AbortSignal | undefined): HttpAnswer {
  return {
    status: message.statusCode ?? 0,
    headers: message.headers,
    body: partsOf(message, signal),
    discard: () => message.destroy(),
  };
}

async function* partsOf(
  message: IncomingMessage,
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array> {
  try {
    for await (const part of message) {
      signal?.throwIfAborted();
      yield part as Uint8Array;
    }
  } catch (error) {
    throw signal?.aborted ? signal.reason : error;
  } finally {
    message.destroy();
  }
  if (!message.complete) throw silent("the body was cut off");
}

function silent(reason: string): VarveError {
  return new VarveError("unavailable", reason, { type: "i_o_exception" });
}

/** The body as text, as far as it is short. */
export async function readText(
  answer: HttpAnswer,
  bytesMax: number = ERROR_BODY_BYTES_MAX,
): Promise<string> {
  const parts: Uint8Array[] = [];
  let total = 0;
  for await (const part of answer.body) {
    total += part.length;
    if (total > bytesMax) break;
    parts.push(part);
  }
  return Buffer.concat(parts).toString("utf8");
}
