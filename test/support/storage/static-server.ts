// A static HTTP server over a folder, with ranges: what a read-only repository is served from.

import { createReadStream, statSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";

export interface StaticServer {
  /** `http://127.0.0.1:<port>` */
  readonly origin: string;
  stop(): Promise<void>;
}

/** Serves the files below `root`. Without `ranges`, every answer is a whole file. */
export async function startStaticServer(root: string, ranges = true): Promise<StaticServer> {
  const server = createServer((request, response) => serve(root, ranges, request, response));
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop: async () => {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
}

function serve(
  root: string,
  ranges: boolean,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  const { pathname } = new URL(request.url ?? "/", "http://localhost");
  const path = join(root, decodeURIComponent(pathname));
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats === undefined || !stats.isFile()) {
    response.writeHead(404).end();
    return;
  }
  const match = ranges ? /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? "") : null;
  if (match === null) {
    response.writeHead(200, { "content-length": stats.size });
    createReadStream(path).pipe(response);
    return;
  }
  const [start, end] = [Number(match[1]), Math.min(Number(match[2]), stats.size - 1)];
  if (start >= stats.size) {
    response.writeHead(416, { "content-range": `bytes */${stats.size}` }).end();
    return;
  }
  const range = `bytes ${start}-${end}/${stats.size}`;
  response.writeHead(206, { "content-range": range, "content-length": end - start + 1 });
  createReadStream(path, { start, end }).pipe(response);
}
