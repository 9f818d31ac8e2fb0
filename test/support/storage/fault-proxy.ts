// A loopback HTTP proxy in front of a real storage server that breaks requests on purpose. What it
// does to which request comes from a seed. The Host header goes through unchanged, so signatures
// stay valid; a Location that names another server (a data node, an upload session) is answered
// with an address of this proxy, so that those requests are broken too.
//
//   throttle       503 SlowDown in S3's XML, or 429, and nothing is done
//   resetBefore    the connection is reset and nothing is done
//   resetAfter     the request is done, its answer is lost: a commit that nobody knows of
//   truncate       the answer's head promises the whole body, half of it comes
//   slowFirstByte  the answer waits
//   slowDrip       the body comes in small pieces with pauses
//   hang           the answer never comes; a timeout must give up

import {
  Agent,
  createServer,
  type IncomingMessage,
  request as requestHttp,
  type Server,
  type ServerResponse,
} from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { seededRandom } from "../../../src/base/index.ts";
import { sleep } from "./process.ts";

export const FAULT_KINDS = [
  "throttle",
  "resetBefore",
  "resetAfter",
  "truncate",
  "slowFirstByte",
  "slowDrip",
  "hang",
] as const;
export type FaultKind = (typeof FAULT_KINDS)[number];

export interface FaultProxyOptions {
  seed: number;
  /** Share of requests that are broken, 0 to 1. */
  rate: number;
  kinds?: readonly FaultKind[];
  slowMs?: number;
  /** Decides instead of chance, e.g. for one request by its path. */
  choose?: (method: string, path: string) => FaultKind | undefined;
}

export interface FaultProxy {
  /** `http://127.0.0.1:<port>` */
  readonly origin: string;
  /** `127.0.0.1:<port>` */
  readonly address: string;
  readonly requests: number;
  /** How often each fault was injected. */
  readonly counts: Readonly<Record<FaultKind, number>>;
  /** Share of requests that are broken from here on. */
  rate: number;
  stop(): Promise<void>;
}

const HOP_BY_HOP = new Set(["connection", "keep-alive", "expect", "proxy-connection", "upgrade"]);
const SLOW_DOWN =
  '<?xml version="1.0" encoding="UTF-8"?><Error><Code>SlowDown</Code>' +
  "<Message>Please reduce your request rate.</Message></Error>";

class BreakingProxy implements FaultProxy {
  origin = "";
  requests = 0;
  rate: number;
  readonly counts = Object.fromEntries(FAULT_KINDS.map((kind) => [kind, 0])) as Record<
    FaultKind,
    number
  >;
  private readonly options: FaultProxyOptions;
  private readonly random: ReturnType<typeof seededRandom>;
  private readonly agent = new Agent({ keepAlive: true, timeout: 4000 });
  private readonly servers: Server[] = [];
  private readonly sockets = new Set<Socket>();
  private readonly fronts = new Map<string, Promise<string>>();

  constructor(options: FaultProxyOptions) {
    this.options = options;
    this.rate = options.rate;
    this.random = seededRandom(options.seed);
  }

  get address(): string {
    return new URL(this.origin).host;
  }

  /** The origin of a listener in front of `upstream`. */
  front(upstream: string): Promise<string> {
    let pending = this.fronts.get(upstream);
    if (pending === undefined) {
      pending = this.listen(upstream);
      this.fronts.set(upstream, pending);
    }
    return pending;
  }

  private async listen(upstream: string): Promise<string> {
    const server = createServer({ keepAliveTimeout: 30_000 }, (request, response) => {
      this.handle(new URL(upstream), request, response).catch(() => request.socket.destroy());
    });
    server.on("connection", (socket) => {
      this.sockets.add(socket);
      socket.on("close", () => this.sockets.delete(socket));
      socket.on("error", () => {});
    });
    this.servers.push(server);
    await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  private choose(request: IncomingMessage): FaultKind | undefined {
    this.requests++;
    const { choose, kinds = FAULT_KINDS } = this.options;
    const fault =
      choose !== undefined
        ? choose(request.method ?? "", request.url ?? "")
        : this.random.next() < this.rate
          ? kinds[Math.floor(this.random.next() * kinds.length)]
          : undefined;
    if (fault !== undefined) this.counts[fault]++;
    return fault;
  }

  private async handle(
    upstream: URL,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    const fault = this.choose(request);
    response.on("error", () => {});
    if (fault === "resetBefore") {
      request.socket.resetAndDestroy();
      return;
    }
    if (fault === "throttle") return this.throttle(request, response);
    const answer = await this.forward(upstream, request, response);
    if (fault === "hang") {
      answer.resume();
      return;
    }
    const slowMs = this.options.slowMs ?? 40;
    if (fault === "slowFirstByte") await sleep(slowMs * 3);
    if (fault === "resetAfter") {
      for await (const _ of answer);
      request.socket.resetAndDestroy();
      return;
    }
    response.writeHead(answer.statusCode ?? 502, await this.headersOf(answer));
    if (fault === "truncate") return truncate(answer, request, response);
    for await (const part of answer) {
      const pieces = fault === "slowDrip" ? cut(part as Buffer, 4) : [part as Buffer];
      for (const piece of pieces) {
        if (!response.write(piece)) await drained(response);
        if (response.destroyed) return;
        if (fault === "slowDrip") await sleep(slowMs / 4);
      }
    }
    response.end();
  }

  /** Sends the request on; rejects if the upstream breaks. */
  private forward(
    upstream: URL,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<IncomingMessage> {
    return new Promise((resolve, reject) => {
      const outgoing = requestHttp(
        {
          host: upstream.hostname,
          port: upstream.port,
          method: request.method,
          path: request.url,
          headers: headersOf(request),
          agent: this.agent,
        },
        resolve,
      );
      outgoing.on("error", reject);
      response.on("close", () => {
        if (!response.writableFinished) outgoing.destroy();
      });
      request.on("aborted", () => outgoing.destroy());
      request.pipe(outgoing);
    });
  }

  private async headersOf(answer: IncomingMessage): Promise<Record<string, string | string[]>> {
    const headers = headersOf(answer);
    const { location } = answer.headers;
    if (location !== undefined && /^http:/.test(location)) {
      const url = new URL(location);
      headers["location"] = (await this.front(url.origin)) + url.pathname + url.search;
    }
    return headers;
  }

  private throttle(request: IncomingMessage, response: ServerResponse): void {
    const status = this.random.next() < 0.5 ? 503 : 429;
    request.resume();
    request.on("end", () => {
      response.writeHead(status, { "content-type": "application/xml", "retry-after": "0" });
      response.end(request.method === "HEAD" ? undefined : SLOW_DOWN);
    });
  }

  async stop(): Promise<void> {
    this.agent.destroy();
    for (const socket of this.sockets) socket.destroy();
    for (const server of this.servers) await new Promise((done) => server.close(done));
  }
}

function headersOf(message: IncomingMessage): Record<string, string | string[]> {
  const headers: Record<string, string | string[]> = {};
  for (const [name, value] of Object.entries(message.headers)) {
    if (value !== undefined && !HOP_BY_HOP.has(name)) headers[name] = value;
  }
  return headers;
}

/** Half of the body, then the end of the connection; of an empty body, not even the head. */
async function truncate(
  answer: IncomingMessage,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const parts: Buffer[] = [];
  for await (const part of answer) parts.push(part as Buffer);
  const body = Buffer.concat(parts);
  const half = body.subarray(0, Math.floor(body.length / 2));
  if (half.length > 0) await new Promise((done) => response.write(half, done));
  request.socket.destroy();
}

function cut(bytes: Buffer, pieces: number): Buffer[] {
  const size = Math.max(1, Math.ceil(bytes.length / pieces));
  const cuts: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += size) cuts.push(bytes.subarray(at, at + size));
  return cuts;
}

function drained(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      response.off("drain", done);
      response.off("close", done);
      resolve();
    };
    response.on("drain", done);
    response.on("close", done);
  });
}

/** Starts a proxy in front of a server, e.g. `http://127.0.0.1:9000`. */
export async function startFaultProxy(
  upstream: string,
  options: FaultProxyOptions,
): Promise<FaultProxy> {
  const proxy = new BreakingProxy(options);
  proxy.origin = await proxy.front(new URL(upstream).origin);
  return proxy;
}
