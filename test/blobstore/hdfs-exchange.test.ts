// What a store on HDFS makes of servers that misbehave: early refusals, answers that are no JSON,
// redirects to nowhere.

import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, test } from "vitest";
import { seededRandom, systemClock, VarveError } from "../../src/base/index.ts";
import { openBlobStore, storeAddress } from "../../src/blobstore/index.ts";

const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

type Answer = (request: IncomingMessage, response: ServerResponse, op: string) => void;

async function storeOver(answer: Answer) {
  const sockets = new Set<object>();
  const server = createServer((request, response) => {
    const { searchParams } = new URL(request.url ?? "/", "http://localhost");
    answer(request, response, searchParams.get("op") ?? "");
  });
  server.on("connection", (socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    socket.on("error", () => {});
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const address = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  const settings = { uri: `webhdfs://alice@${address}`, path: "/repo" };
  const context = { clock: systemClock, random: seededRandom(1) };
  const store = openBlobStore(storeAddress("hdfs", settings), context);
  stops.push(async () => {
    await store.close();
    server.closeAllConnections();
    await new Promise((done) => server.close(done));
  });
  return { store, address, sockets };
}

function refuse(response: ServerResponse, status: number, exception: string, message = ""): void {
  response.writeHead(status, { "content-type": "application/json" });
  response.end(JSON.stringify({ RemoteException: { exception, message } }));
}

async function errorOf(action: Promise<unknown>): Promise<VarveError> {
  try {
    await action;
  } catch (error) {
    if (error instanceof VarveError) return error;
    throw error;
  }
  throw new Error("It succeeded");
}

const large = {
  length: 50_000_000,
  *open() {
    for (let i = 0; i < 50; i++) yield Buffer.alloc(1_000_000);
  },
};

describe("a store on HDFS", () => {
  test("stops sending when a data node refuses early, and closes that connection", async () => {
    const { store, address, sockets } = await storeOver((request, response, op) => {
      if (op === "DELETE") return void response.end('{"boolean":false}');
      if (request.headers["content-type"] === undefined) {
        const location = `http://${address}/webhdfs/v1/x?op=CREATE`;
        return void response.writeHead(307, { location }).end();
      }
      refuse(response, 403, "DSQuotaExceededException", "The quota of /repo is exceeded");
    });
    const error = await errorOf(store.put("blob", large));
    expect(error.kind).toBe("limit");
    expect(error.message).toContain("The quota of /repo is exceeded");
    for (let waited = 0; sockets.size > 1 && waited < 2000; waited += 20) {
      await systemClock.sleep(20);
    }
    expect(sockets.size).toBeLessThanOrEqual(1);
  });

  test.each([
    ["no JSON", "<html>hello</html>"],
    ["no listing", '{"FileStatuses":{}}'],
    ["a bad length", listing([{ pathSuffix: "a", type: "FILE", length: -1 }])],
    ["no name", listing([{ type: "FILE", length: 1 }])],
  ])("rejects %s for a listing as unavailable", async (_, body) => {
    const { store } = await storeOver((_request, response) => void response.end(body));
    expect((await errorOf(store.list(""))).kind).toBe("unavailable");
  });

  test("rejects a listing whose pages repeat themselves", async () => {
    const page = listing([{ pathSuffix: "a", type: "FILE", length: 1 }], 5);
    const { store } = await storeOver((_request, response) => void response.end(page));
    expect((await errorOf(store.list(""))).message).toContain("its pages repeat themselves");
  });

  test.each(["ftp://elsewhere/x", "not a url"])("rejects a data node at [%s]", async (location) => {
    const { store } = await storeOver((_request, response) => {
      response.writeHead(307, { location }).end();
    });
    expect((await errorOf(store.get("a"))).message).toContain("the data node's address is no URL");
  });

  test("names the data node that cannot be reached", async () => {
    const { store } = await storeOver((_request, response) => {
      response.writeHead(307, { location: "http://127.0.0.1:1/webhdfs/v1/a" }).end();
    });
    const error = await errorOf(store.get("a"));
    expect(error.kind).toBe("unavailable");
    expect(error.message).toContain("127.0.0.1:1 cannot be reached (ECONNREFUSED)");
  });

  test("reads from a gateway that answers at once, with no length", async () => {
    const bytes = Buffer.from("0123456789");
    const { store } = await storeOver((request, response, op) => {
      const status = { pathSuffix: "", type: "FILE", length: 10 };
      if (op === "GETFILESTATUS") return void response.end(JSON.stringify({ FileStatus: status }));
      const { searchParams } = new URL(request.url ?? "", "http://localhost");
      const offset = Number(searchParams.get("offset") ?? 0);
      response.writeHead(200, { "transfer-encoding": "chunked" });
      response.end(bytes.subarray(offset));
    });
    expect(Buffer.from(await store.get("a")).toString()).toBe("0123456789");
    const parts: Buffer[] = [];
    for await (const part of store.read("a", 3, 4)) parts.push(Buffer.from(part));
    expect(Buffer.concat(parts).toString()).toBe("3456");
    const beyond = async () => {
      for await (const _ of store.read("a", 8, 5));
    };
    expect((await errorOf(beyond())).kind).toBe("corrupt");
  });

  test("rejects replacing on a gateway without rename options, and keeps ifAbsent", async () => {
    const { store, address } = await storeOver((request, response, op) => {
      if (op !== "CREATE") return void response.end('{"boolean":false}');
      if (request.headers["content-type"] !== undefined) {
        request.resume();
        return void request.on("end", () => response.writeHead(201).end());
      }
      const location = `http://${address}/webhdfs/v1/x?op=CREATE`;
      response.writeHead(307, { location }).end();
    });
    const put = (ifAbsent: boolean) => store.put("a", Buffer.from("x"), { ifAbsent });
    expect((await errorOf(put(true))).kind).toBe("conflict");
    const error = await errorOf(put(false));
    expect(error.kind).toBe("unsupported");
    expect(error.message).toContain("the server knows no renameoptions");
  });
});

function listing(files: object[], remainingEntries = 0): string {
  const partialListing = { FileStatuses: { FileStatus: files } };
  return JSON.stringify({ DirectoryListing: { partialListing, remainingEntries } });
}
