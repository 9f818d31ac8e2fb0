// One HTTP request over node:http, with its body in parts. Not `fetch`: data nodes of HDFS send a
// `100 Continue` that nobody asked for, which fetch takes for the answer.

import { Agent as HttpAgent, type IncomingMessage, request as requestHttp } from "node:http";
import { Agent as HttpsAgent, request as requestHttps } from "node:https";
import { VarveError } from "../../base/index.ts";
import { wrongLength } from "../blob-error.ts";
import type { BlobContent } from "../blob-store.ts";

/** Longest body that is read into memory where no blob is expected: a listing's page, an error. */
const TEXT_BYTES_MAX = 64 * 1024 * 1024;
/** An idle connection is given up before the server's own limit (10 s and more) closes it. */
const IDLE_MS = 5000;

/** What is sent. */
export interface HttpExchange {
  readonly method: string;
  readonly url: URL;
  readonly headers?: Readonly<Record<string, string>>;
  /** The body and the blob's name, for messages. */
  readonly body?: { readonly content: BlobContent; readonly name: string };
  readonly signal?: AbortSignal | undefined;
}

/** Kept connections of one store. */
export class HttpConnections {
  private readonly http = new HttpAgent({ keepAlive: true, timeout: IDLE_MS });
  private readonly https = new HttpsAgent({ keepAlive: true, timeout: IDLE_MS });

  /**
   * Sends a request; answers the response once its head is there. Whoever asked reads the body or
   * destroys it. Errors are Node's, or the signal's reason, or what the content threw.
   */
  send(exchange: HttpExchange): Promise<IncomingMessage> {
    exchange.signal?.throwIfAborted();
    return new Promise((resolve, reject) => {
      const { method, url, signal, body } = exchange;
      const secure = url.protocol === "https:";
      const headers: Record<string, string> = { ...exchange.headers };
      if (body !== undefined) headers["content-length"] = String(body.content.length);
      else if (method !== "GET") headers["content-length"] = "0";
      const outgoing = (secure ? requestHttps : requestHttp)(url, {
        method,
        headers,
        agent: secure ? this.https : this.http,
        ...(signal === undefined ? {} : { signal }),
      });
      const fail = (error: unknown) => reject(signal?.aborted ? signal.reason : error);
      let answered = false;
      outgoing.on("response", (response) => {
        answered = true;
        // Refused before its body was sent: the rest of it is not wanted.
        response.once("close", () => {
          if (!outgoing.writableFinished) outgoing.destroy();
        });
        resolve(response);
      });
      outgoing.on("error", fail);
      if (body === undefined) {
        outgoing.end();
        return;
      }
      writeBody(outgoing, body, () => answered, signal).catch((error) => {
        fail(error);
        outgoing.destroy();
      });
    });
  }

  close(): void {
    this.http.destroy();
    this.https.destroy();
  }
}

type Outgoing = ReturnType<typeof requestHttp>;

/** Parts are borrowed, so each one has left this process before the next is asked for. */
async function writeBody(
  outgoing: Outgoing,
  body: { readonly content: BlobContent; readonly name: string },
  answered: () => boolean,
  signal: AbortSignal | undefined,
): Promise<void> {
  const { content, name } = body;
  if (content instanceof Uint8Array) {
    outgoing.end(content);
    return;
  }
  const closed = new Promise<void>((resolve) => outgoing.once("close", () => resolve()));
  let total = 0;
  for await (const part of content.open()) {
    signal?.throwIfAborted();
    total += part.length;
    if (total > content.length) throw wrongLength(name, content.length, total);
    if (answered() || outgoing.destroyed) return;
    await Promise.race([
      new Promise<void>((resolve) => outgoing.write(part, () => resolve())),
      closed,
    ]);
  }
  signal?.throwIfAborted();
  if (total !== content.length) throw wrongLength(name, content.length, total);
  outgoing.end();
}

/** The whole body of an answer that is no blob. */
export async function readText(response: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  let total = 0;
  for await (const part of response) {
    total += (part as Buffer).length;
    if (total > TEXT_BYTES_MAX) {
      throw new VarveError("limit", `An answer is longer than ${TEXT_BYTES_MAX} bytes`);
    }
    parts.push(part as Buffer);
  }
  return Buffer.concat(parts).toString("utf8");
}
