// How the azure provider speaks: settings, credentials, failures, bounds. Azurite where it checks
// what is tested, servers of our own where it does not.

import type { IncomingMessage, ServerResponse } from "node:http";
import {
  ContainerSASPermissions,
  generateBlobSASQueryParameters,
  StorageSharedKeyCredential,
} from "@azure/storage-blob";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { seededRandom, systemClock, VarveError } from "../../src/base/index.ts";
import { type BlobStore, openBlobStore } from "../../src/blobstore/index.ts";
import {
  AZURITE_ACCOUNT,
  AZURITE_KEY,
  type Azurite,
  openAzurite,
  provideAzurite,
  startAzurite,
} from "../support/storage/azurite.ts";
import { type HttpTestServer, readBody, startHttpServer } from "../support/storage/http-server.ts";
import { storageSkip } from "../support/storage/process.ts";

type Handler = (request: IncomingMessage, response: ServerResponse) => unknown;

const KEY = Buffer.from("a key of a test").toString("base64");
const servers: HttpTestServer[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.stop();
});

async function serve(handler: Handler): Promise<string> {
  const server = await startHttpServer(handler);
  servers.push(server);
  return server.origin;
}

interface Options {
  settings?: Record<string, string>;
  client?: Record<string, string>;
  secrets?: Record<string, string>;
}

function open(options: Options): BlobStore {
  const { settings = {}, client = {}, secrets = { account: "acc", key: KEY } } = options;
  const address = { type: "azure", settings, client, secrets } as const;
  return openBlobStore(address, { clock: systemClock, random: seededRandom(1) });
}

async function failureOf(action: () => Promise<unknown>): Promise<VarveError> {
  const error = await action().then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(VarveError);
  return error as VarveError;
}

async function all(parts: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const found: Uint8Array[] = [];
  for await (const part of parts) found.push(Uint8Array.from(part));
  return Buffer.concat(found);
}

/** All that a log could show of an error. */
function everythingOf(error: Error): string {
  const cause = error.cause as Error | undefined;
  const own = `${error.message} ${error.stack} ${JSON.stringify(error)}`;
  return cause === undefined ? own : `${own} ${JSON.stringify(cause)} ${everythingOf(cause)}`;
}

describe("openAzureBlobStore", () => {
  const refused: [string, Options, string][] = [
    ["no account", { secrets: { key: KEY } }, "Unable to find client with name [default]"],
    [
      "no account of a named client",
      { settings: { client: "other" }, secrets: {} },
      "Unable to find client with name [other]",
    ],
    [
      "neither key nor token",
      { secrets: { account: "acc" } },
      "Neither a secret key nor a shared access token was set.",
    ],
    [
      "both key and token",
      { secrets: { account: "acc", key: KEY, sas_token: "sv=1" } },
      "Both a secret as well as a shared access token were set.",
    ],
    [
      "a key that is no Base64",
      { secrets: { account: "acc", key: "not base64!" } },
      "Invalid azure client settings with name [default]",
    ],
    [
      "an unknown token_credential_type",
      { client: { token_credential_type: "password" }, secrets: { account: "acc" } },
      "The token credential type 'password' is unsupported, please use one of the following " +
        "values: managed",
    ],
    [
      "an unknown location_mode",
      { settings: { location_mode: "nearest" } },
      "No enum constant org.opensearch.repositories.azure.LocationMode.NEAREST",
    ],
    [
      "a chunk_size of 5gb",
      { settings: { chunk_size: "5gb" } },
      "failed to parse value [5gb] for setting [chunk_size], must be <= [4194304000b]",
    ],
    [
      "a chunk_size of 0b",
      { settings: { chunk_size: "0b" } },
      "failed to parse value [0b] for setting [chunk_size], must be >= [1b]",
    ],
    [
      "max_retries that are no number",
      { client: { max_retries: "many" } },
      "Failed to parse value [many] for setting [azure.client.default.max_retries]",
    ],
    [
      "a proxy host without its type",
      { client: { "proxy.host": "proxy" } },
      "Azure proxy port or host or username or password have been set but proxy type is not defined.",
    ],
    [
      "a proxy type without a port",
      { client: { "proxy.type": "http", "proxy.host": "proxy" } },
      "Azure proxy type has been set but proxy host or port is not defined.",
    ],
    [
      "a proxy port out of range",
      { client: { "proxy.type": "http", "proxy.host": "proxy", "proxy.port": "65536" } },
      "Failed to parse value [65536] for setting [azure.client.default.proxy.port] must be <= 65535",
    ],
    [
      "an endpoint of a repository on another host",
      { settings: { endpoint: "http://example.com/acc" } },
      "Setting [endpoint] of a repository is for an emulator on this machine; set " +
        "[azure.client.default.endpoint] instead",
    ],
    [
      "a secondary location that is not known",
      {
        settings: { location_mode: "secondary_only" },
        client: { endpoint: "http://127.0.0.1:1/acc" },
      },
      "[azure.client.default.secondary_endpoint] is missing",
    ],
    [
      "a write.max_concurrency of 0",
      { client: { "write.max_concurrency": "0" } },
      "setting [azure.client.default.write.max_concurrency] must be -1 or at least 1",
    ],
  ];
  for (const [what, options, message] of refused) {
    it(`rejects ${what}`, () => {
      expect(() => open(options)).toThrow(message);
      try {
        open(options);
      } catch (error) {
        expect(everythingOf(error as Error)).not.toContain("not base64!");
      }
    });
  }

  it("defaults the container, and only reads where the location is the secondary", () => {
    expect(open({}).description).toBe("azure [opensearch-snapshots]");
    expect(open({}).capabilities.write).toBe(true);
    const secondary = open({ settings: { location_mode: "secondary_only" } });
    expect(secondary.capabilities).toEqual({ write: false, putIfAbsent: false, list: true });
    const forced = { location_mode: "secondary_only", readonly: "false" };
    expect(open({ settings: forced }).capabilities.write).toBe(true);
  });
});

const skip = await storageSkip("Azurite", provideAzurite);

describe.skipIf(skip !== undefined)("the azure provider with Azurite", () => {
  let server: Azurite;
  beforeAll(async () => {
    server = await startAzurite();
  });
  afterAll(async () => {
    await server?.stop();
  });

  it("rejects a wrong key with what to check", async () => {
    const secrets = { account: AZURITE_ACCOUNT, key: KEY };
    const store = openAzurite(server.endpoint, await server.newContainer(), { secrets });
    for (const action of [() => store.get("x"), () => store.put("x", Buffer.from("1"))]) {
      const error = await failureOf(action);
      expect(error.kind).toBe("invalid");
      expect(error.message).toMatch(
        /^azure \[varve-\w+\]: (get|put) of \[x\] failed with status 403/,
      );
      expect(error.message).toContain("check the client's account and key");
      expect(everythingOf(error)).not.toContain(KEY);
    }
  });

  it("rejects an unknown container, never as a missing blob", async () => {
    const store = openAzurite(server.endpoint, "varve-not-there");
    const actions = [
      () => store.get("x"),
      () => all(store.read("x", 0, 1)),
      () => store.put("x", Buffer.from("1"), { ifAbsent: true }),
      () => store.put("x", Buffer.alloc(9_000_000)),
      () => store.list("folder"),
      () => store.listFolders(""),
      () => store.delete(["x"]),
      () => store.deleteTree("folder"),
    ];
    for (const action of actions) {
      const error = await failureOf(action);
      expect(error.kind).toBe("invalid");
      expect(error.message).toContain("container [varve-not-there] does not exist");
      expect(error.message).toContain("(ContainerNotFound)");
    }
  });

  it("takes a shared access signature, and names the permission that it lacks", async () => {
    const container = await server.newContainer();
    const writer = openAzurite(server.endpoint, container);
    await writer.put("f/x", Buffer.from("12345"));
    const credential = new StorageSharedKeyCredential(AZURITE_ACCOUNT, AZURITE_KEY);
    const signed = generateBlobSASQueryParameters(
      {
        containerName: container,
        permissions: ContainerSASPermissions.parse("r"),
        expiresOn: new Date(Date.now() + 3_600_000),
      },
      credential,
    ).toString();
    const secrets = { account: AZURITE_ACCOUNT, sas_token: `?${signed}` };
    const store = openAzurite(server.endpoint, container, { secrets });
    expect(Buffer.from(await store.get("f/x")).toString()).toBe("12345");
    const signature = /sig=([^&]+)/.exec(signed)![1]!;
    const cases: [() => Promise<unknown>, string][] = [
      [() => store.put("f/x", Buffer.from("1")), "c and w"],
      [() => store.list("f"), "l"],
      [() => store.delete(["f/x"]), "d"],
    ];
    for (const [action, letters] of cases) {
      const error = await failureOf(action);
      expect(error.kind).toBe("invalid");
      expect(error.message).toContain(`the client's sas_token needs the permission ${letters}`);
      expect(everythingOf(error)).not.toContain(signature);
    }
  });

  it("put in blocks keeps every byte, in order, at each length", async () => {
    const client = { "write.block_size": "1mb", "write.max_single_upload_size": "2mb" };
    const store = openAzurite(server.endpoint, await server.newContainer(), { client });
    const mib = 1024 * 1024;
    const bytes = Buffer.from(seededRandom(5).bytes(9 * mib + 1));
    for (const length of [2 * mib, 2 * mib + 1, 4 * mib, 9 * mib + 1]) {
      const content = {
        length,
        *open() {
          for (let from = 0; from < length; from += 700_001) {
            // A borrowed part is overwritten once the next one is asked for.
            const part = Buffer.from(bytes.subarray(from, Math.min(from + 700_001, length)));
            yield part;
            part.fill(0);
          }
        },
      };
      await store.put("blocks", content);
      expect(
        Buffer.compare(Buffer.from(await store.get("blocks")), bytes.subarray(0, length)),
      ).toBe(0);
    }
    expect([...(await store.list(""))]).toEqual([["blocks", 9 * mib + 1]]);
  });

  it("put with ifAbsent holds for uploads of several blocks", async () => {
    const container = await server.newContainer();
    const client = { "write.block_size": "1mb", "write.max_single_upload_size": "1mb" };
    const contents = Array.from({ length: 6 }, (_, fill) => Buffer.alloc(3_500_000, fill));
    const results = await Promise.all(
      contents.map((bytes) => {
        const random = seededRandom(bytes[0]!);
        const store = openBlobStore(
          {
            type: "azure",
            settings: { container },
            client: { endpoint: server.endpoint, ...client },
            secrets: { account: AZURITE_ACCOUNT, key: AZURITE_KEY },
          },
          { clock: systemClock, random },
        );
        return store.put("large", bytes, { ifAbsent: true }).then(
          () => "stored",
          (error: VarveError) => error.kind,
        );
      }),
    );
    expect(results.filter((kind) => kind === "stored").length).toBe(1);
    expect(results.filter((kind) => kind === "conflict").length).toBe(5);
    const winner = contents[results.indexOf("stored")]!;
    const store = openAzurite(server.endpoint, container);
    expect(Buffer.compare(Buffer.from(await store.get("large")), winner)).toBe(0);
  });

  it("rejects a stream of another length in several blocks, and keeps nothing", async () => {
    const client = { "write.block_size": "1mb", "write.max_single_upload_size": "1mb" };
    const store = openAzurite(server.endpoint, await server.newContainer(), { client });
    for (const length of [4_999_999, 5_000_001]) {
      const stream = { length, open: () => [Buffer.alloc(2_500_000), Buffer.alloc(2_500_000)] };
      await expect(store.put("x", stream)).rejects.toThrow("were announced");
    }
    expect((await store.list("")).size).toBe(0);
  });

  it("reads from the secondary while the primary is away", async () => {
    const container = await server.newContainer();
    await openAzurite(server.endpoint, container).put("f/x", Buffer.from("12345"));
    const client = {
      endpoint: `http://127.0.0.1:9/${AZURITE_ACCOUNT}`,
      secondary_endpoint: server.endpoint,
    };
    const settings = { location_mode: "primary_then_secondary" };
    const store = openAzurite(server.endpoint, container, { client, settings });
    expect(Buffer.from(await store.get("f/x")).toString()).toBe("12345");
    expect((await all(store.read("f/x", 1, 3))).toString()).toBe("234");
    expect((await store.list("f")).size).toBe(1);
    expect((await failureOf(() => store.get("none"))).kind).toBe("missing");
    expect((await failureOf(() => store.put("y", Buffer.from("1")))).kind).toBe("unavailable");
  });

  it("takes the endpoint of a repository for an emulator on this machine", async () => {
    const container = await server.newContainer();
    const store = open({
      settings: { container, endpoint: server.endpoint },
      secrets: { account: AZURITE_ACCOUNT, key: AZURITE_KEY },
    });
    await store.put("x", Buffer.from("1"));
    expect((await store.list("")).size).toBe(1);
  });
});

describe("a failure of the azure provider", () => {
  const xml = (code: string) =>
    `<?xml version="1.0" encoding="utf-8"?><Error><Code>${code}</Code><Message>said so</Message></Error>`;
  const answering = (status: number, code = ""): Handler => {
    return async (request, response) => {
      await readBody(request);
      const headers = { "content-type": "application/xml", "x-ms-error-code": code };
      response.writeHead(status, code === "" ? {} : headers);
      response.end(code === "" || request.method === "HEAD" ? "" : xml(code));
    };
  };

  it("is unavailable when the account throttles or breaks", async () => {
    const cases: [number, string][] = [
      [503, "ServerBusy"],
      [500, "OperationTimedOut"],
      [500, "InternalError"],
      [429, ""],
      [502, ""],
      [409, "ContainerBeingDeleted"],
    ];
    for (const [status, code] of cases) {
      const store = open({ client: { endpoint: await serve(answering(status, code)) } });
      const actions = [
        () => store.get("x"),
        () => store.put("x", Buffer.from("1"), { ifAbsent: true }),
        () => store.list(""),
        () => store.delete(["x"]),
      ];
      for (const action of actions) {
        const error = await failureOf(action);
        expect([status, error.kind]).toEqual([status, "unavailable"]);
        expect(error.message).toContain(`status ${status}`);
      }
    }
  });

  it("is a conflict only for a put with ifAbsent", async () => {
    const exists = await serve(answering(409, "BlobAlreadyExists"));
    const store = open({ client: { endpoint: exists } });
    const put = (ifAbsent: boolean) => () => store.put("x", Buffer.from("1"), { ifAbsent });
    expect((await failureOf(put(true))).kind).toBe("conflict");
    expect((await failureOf(put(false))).kind).toBe("invalid");
    const leased = open({ client: { endpoint: await serve(answering(412, "LeaseIdMissing")) } });
    const error = await failureOf(() => leased.put("x", Buffer.from("1")));
    expect(error.kind).toBe("invalid");
    expect(error.message).toContain("status 412 (LeaseIdMissing): said so");
  });

  it("is unavailable when a body breaks off, corrupt when the blob is too short", async () => {
    const cut = await serve((_, response) => {
      response.writeHead(206, {
        "content-length": "10",
        "content-range": "bytes 0-9/10",
        etag: '"1"',
      });
      response.write("12345", () => response.destroy());
    });
    const store = open({ client: { endpoint: cut } });
    expect((await failureOf(() => store.get("x"))).kind).toBe("unavailable");
    expect((await failureOf(() => all(store.read("x", 0, 10)))).kind).toBe("unavailable");
    const short = await serve((_, response) => {
      response.writeHead(206, {
        "content-length": "5",
        "content-range": "bytes 0-4/5",
        etag: '"1"',
      });
      response.end("12345");
    });
    const second = open({ client: { endpoint: short } });
    expect((await failureOf(() => all(second.read("x", 0, 10)))).kind).toBe("corrupt");
    const past = open({ client: { endpoint: await serve(answering(416, "InvalidRange")) } });
    expect((await failureOf(() => all(past.read("x", 5, 10)))).kind).toBe("corrupt");
  });

  it("is unavailable when nothing comes in time, or nobody is there", async () => {
    const silent = await serve(() => {});
    const client = { endpoint: silent, "response.timeout": "100ms", "write.timeout": "100ms" };
    const store = open({ client });
    const actions = [
      () => store.get("x"),
      () => store.put("x", Buffer.from("1")),
      () => store.list(""),
    ];
    for (const action of actions) {
      const error = await failureOf(action);
      expect(error.kind).toBe("unavailable");
      expect(error.message).toContain("within 100 ms");
    }
    const stalled = await serve((_, response) => {
      response.writeHead(206, {
        "content-length": "10",
        "content-range": "bytes 0-9/10",
        etag: '"1"',
      });
      response.write("123");
    });
    const reading = open({ client: { endpoint: stalled, "read.timeout": "100ms" } });
    expect((await failureOf(() => all(reading.read("x", 0, 10)))).kind).toBe("unavailable");
    const nobody = open({ client: { endpoint: "http://127.0.0.1:9/acc" } });
    const refused = await failureOf(() => nobody.get("x"));
    expect(refused.kind).toBe("unavailable");
    expect(refused.message).toContain("ECONNREFUSED");
  });

  it("keeps its reason when the signal is aborted, and ends the request", async () => {
    const reason = new Error("enough");
    const controller = new AbortController();
    let ended = () => {};
    const closed = new Promise<void>((resolve) => {
      ended = resolve;
    });
    const endpoint = await serve((_, response) => {
      response.on("close", ended);
      controller.abort(reason);
    });
    const store = open({ client: { endpoint } });
    await expect(store.get("x", controller.signal)).rejects.toBe(reason);
    await closed;
    const reading = new AbortController();
    const stalled = await serve((_, response) => {
      response.writeHead(206, {
        "content-length": "10",
        "content-range": "bytes 0-9/10",
        etag: '"1"',
      });
      response.write("123");
    });
    const parts = open({ client: { endpoint: stalled } })
      .read("x", 0, 10, reading.signal)
      [Symbol.asyncIterator]();
    expect(Buffer.from((await parts.next()).value as Uint8Array).toString()).toBe("123");
    const rest = parts.next();
    reading.abort(reason);
    await expect(rest).rejects.toBe(reason);
  });

  it("puts a large stream in a bounded number of blocks", async () => {
    const length = 200_000_003;
    let given = 0;
    let taken = 0;
    let waiting = 0;
    const endpoint = await serve(async (request, response) => {
      const body = await readBody(request);
      if (String(request.url).includes("comp=block&")) taken += body.length;
      response.writeHead(201);
      response.end();
    });
    const stream = {
      length,
      *open() {
        for (let left = length; left > 0; left -= 1_000_000) {
          given += Math.min(left, 1_000_000);
          waiting = Math.max(waiting, given - taken);
          yield Buffer.alloc(Math.min(left, 1_000_000));
        }
      },
    };
    await open({ client: { endpoint } }).put("large", stream);
    expect(taken).toBe(length);
    // Four blocks of 8 MiB under way, one that is filled, and one that waits to be the last.
    expect(waiting).toBeLessThan(6 * 8 * 1024 * 1024 + 1_000_000);
  });

  it("list and deleteTree go over many pages", async () => {
    const deleted: string[] = [];
    const endpoint = await serve((request, response) => {
      const url = new URL(String(request.url), "http://x");
      if (request.method === "DELETE") {
        deleted.push(url.pathname);
        response.writeHead(202);
        response.end();
        return;
      }
      const second = url.searchParams.get("marker") === "next";
      const name = second ? "f/b" : "f/a";
      response.writeHead(200, { "content-type": "application/xml" });
      response.end(
        `<?xml version="1.0" encoding="utf-8"?><EnumerationResults><Prefix>f/</Prefix><Blobs>` +
          `<Blob><Name>${name}</Name><Properties><Content-Length>${second ? 2 : 1}` +
          `</Content-Length></Properties></Blob></Blobs>` +
          `<NextMarker>${second ? "" : "next"}</NextMarker></EnumerationResults>`,
      );
    });
    const store = open({ client: { endpoint } });
    expect(await store.list("f")).toEqual(
      new Map([
        ["a", 1],
        ["b", 2],
      ]),
    );
    expect(await store.deleteTree("f")).toEqual({ blobs: 2, bytes: 3 });
    expect(deleted.length).toBe(2);
  });
});
