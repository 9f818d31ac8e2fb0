// What an HTTP server may answer, and what a reader is told.

import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, test } from "vitest";
import { VarveError } from "../../src/base/index.ts";
import { openUrlBlobStore } from "../../src/blobstore/index.ts";

const stops: (() => void)[] = [];
afterEach(() => {
  for (const stop of stops.splice(0)) stop();
});

async function storeOver(answer: RequestListener) {
  const server = createServer(answer);
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  stops.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return openUrlBlobStore(`http://127.0.0.1:${(server.address() as AddressInfo).port}/repo`);
}

async function failureOf(action: () => Promise<unknown>): Promise<string> {
  try {
    await action();
  } catch (error) {
    if (error instanceof VarveError) return `${error.kind}/${error.type}`;
    return String(error);
  }
  return "none";
}

async function readAll(store: ReturnType<typeof openUrlBlobStore>, offset: number, length: number) {
  const parts: Buffer[] = [];
  for await (const part of store.read("b", offset, length)) parts.push(Buffer.from(part));
  return Buffer.concat(parts).toString();
}

/** Answers a 206 with this Content-Range and body. */
const partial =
  (range: string | undefined, body: string): RequestListener =>
  (_request, response) =>
    void response.writeHead(206, range === undefined ? {} : { "content-range": range }).end(body);

describe("the url provider", () => {
  test.each([
    [404, "missing/no_such_file_exception"],
    [410, "missing/no_such_file_exception"],
    [401, "unavailable/access_denied_exception"],
    [403, "unavailable/access_denied_exception"],
    [429, "unavailable/i_o_exception"],
    [500, "unavailable/i_o_exception"],
    [503, "unavailable/i_o_exception"],
    [204, "unavailable/i_o_exception"],
  ])("rejects status %d as %s", async (status, kind) => {
    const store = await storeOver((_, response) => void response.writeHead(status).end());
    expect(await failureOf(() => store.get("b"))).toBe(kind);
    expect(await failureOf(() => readAll(store, 0, 1))).toBe(kind);
  });

  test("rejects 416 as corrupt: the blob ends before the range", async () => {
    const store = await storeOver((_, response) => void response.writeHead(416).end());
    expect(await failureOf(() => readAll(store, 5, 5))).toBe("corrupt/corrupt_index_exception");
  });

  test.each([
    ["bytes 0-2/10", "another start"],
    ["bytes 1-8/10", "more than was asked for"],
    ["bytes 2-1/10", "an end before its start"],
    ["bits 1-3/10", "another unit"],
  ])("rejects a 206 with Content-Range [%s]: %s", async (range) => {
    const store = await storeOver(partial(range, "abc"));
    expect(await failureOf(() => readAll(store, 1, 3))).toBe("unavailable/i_o_exception");
  });

  test("reads a 206 of the right range, and all of a 200", async () => {
    expect(await readAll(await storeOver(partial("bytes 1-3/10", "bcd")), 1, 3)).toBe("bcd");
    expect(await readAll(await storeOver(partial("bytes 1-3/*", "bcd")), 1, 3)).toBe("bcd");
    expect(await readAll(await storeOver(partial(undefined, "bcd")), 1, 3)).toBe("bcd");
    const whole = await storeOver((_, response) => void response.end("abcdef"));
    expect(await readAll(whole, 1, 3)).toBe("bcd");
  });

  test("rejects a blob that the server knows to be shorter as corrupt", async () => {
    const short = await storeOver(partial("bytes 1-2/3", "bc"));
    expect(await failureOf(() => readAll(short, 1, 3))).toBe("corrupt/corrupt_index_exception");
    const whole = await storeOver((_, response) => void response.end("abc"));
    expect(await failureOf(() => readAll(whole, 1, 3))).toBe("corrupt/corrupt_index_exception");
  });

  test("rejects a body that breaks off as unavailable, not as a short blob", async () => {
    const store = await storeOver((request, response) => {
      const range = request.headers.range === undefined ? {} : { "content-range": "bytes 0-9/10" };
      response.writeHead(request.headers.range === undefined ? 200 : 206, {
        ...range,
        "content-length": 10,
      });
      response.write("abc", () => request.socket.destroy());
    });
    expect(await failureOf(() => store.get("b"))).toBe("unavailable/i_o_exception");
    expect(await failureOf(() => readAll(store, 0, 10))).toBe("unavailable/i_o_exception");
  });

  test("asks for bytes that nobody compresses on the way", async () => {
    let asked: string | undefined;
    const store = await storeOver((request, response) => {
      asked = request.headers["accept-encoding"];
      response.end("x");
    });
    await store.get("b");
    expect(asked).toBe("identity");
  });
});
