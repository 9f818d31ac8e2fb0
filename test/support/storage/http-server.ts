// An HTTP server on the loopback whose answers a test writes itself.

import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** A server that runs. */
export interface HttpTestServer {
  /** `http://127.0.0.1:<port>` */
  readonly origin: string;
  /** Ends it and its connections. */
  stop(): Promise<void>;
}

/** Starts a server; what its handler throws is answered with 599. */
export async function startHttpServer(
  handler: (request: IncomingMessage, response: ServerResponse) => unknown,
): Promise<HttpTestServer> {
  const server = createServer((request, response) => {
    Promise.resolve()
      .then(() => handler(request, response))
      .catch((error: unknown) => {
        response.writeHead(599);
        response.end(String(error));
      });
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const { port } = server.address() as AddressInfo;
  return {
    origin: `http://127.0.0.1:${port}`,
    stop: () =>
      new Promise((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
}

/** A request's whole body. */
export async function readBody(request: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts);
}
