// A far store: a loopback proxy in front of a storage server that lets every request wait before it
// goes on, and counts requests, bytes of answers, and rounds: requests that are under way together
// are one round, so that rounds are the round trips that stand one behind the other.

import { Agent, createServer, type IncomingMessage, request, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** What went through. */
export interface ProxyCounts {
  requests: number;
  bytes: number;
  rounds: number;
  /** Methods and paths, in the order in which they came. */
  readonly paths: string[];
}

/** A running proxy. */
export interface DelayProxy {
  readonly endpoint: string;
  /** Since the last reset. */
  readonly counts: ProxyCounts;
  reset(): void;
  stop(): Promise<void>;
}

/** Starts a proxy in front of `target` (an http: origin). */
export async function startDelayProxy(target: string, delayMs: number): Promise<DelayProxy> {
  const { hostname, port } = new URL(target);
  const agent = new Agent({ keepAlive: true });
  const counts: ProxyCounts = { requests: 0, bytes: 0, rounds: 0, paths: [] };
  let underWay = 0;
  const forward = (incoming: IncomingMessage, answer: ServerResponse) => {
    const { method, url: path, headers } = incoming;
    // The Host header goes through unchanged: signatures stay valid.
    const onward = request({ hostname, port, method, path, headers, agent }, (response) => {
      answer.writeHead(response.statusCode!, response.headers);
      response.on("data", (bytes: Buffer) => {
        counts.bytes += bytes.length;
      });
      response.pipe(answer);
    });
    onward.on("error", () => answer.destroy());
    incoming.pipe(onward);
  };
  const server = createServer((incoming, answer) => {
    counts.requests++;
    counts.paths.push(`${incoming.method} ${incoming.url}`);
    if (underWay++ === 0) counts.rounds++;
    answer.once("close", () => underWay--);
    setTimeout(() => forward(incoming, answer), delayMs);
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    counts,
    reset() {
      Object.assign(counts, { requests: 0, bytes: 0, rounds: 0 });
      counts.paths.length = 0;
    },
    async stop() {
      agent.destroy();
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
}
