// How the gcs provider speaks: settings, credentials, failures, bounds. The servers are our own,
// for no emulator checks a token or breaks off.

import { createPublicKey, generateKeyPairSync, verify } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it, vi } from "vitest";
import { type Clock, seededRandom, systemClock, VarveError } from "../../src/base/index.ts";
import { type BlobStore, openBlobStore } from "../../src/blobstore/index.ts";
import { type HttpTestServer, readBody, startHttpServer } from "../support/storage/http-server.ts";

const keys = generateKeyPairSync("rsa", { modulusLength: 2048 });
const PRIVATE_KEY = keys.privateKey.export({ type: "pkcs8", format: "pem" }) as string;

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

const servers: HttpTestServer[] = [];
afterEach(async () => {
  vi.unstubAllEnvs();
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
  clock?: Clock;
}

function open(options: Options): BlobStore {
  const { settings = { bucket: "b" }, client = {}, secrets = {}, clock = systemClock } = options;
  const address = { type: "gcs", settings, client, secrets } as const;
  return openBlobStore(address, { clock, random: seededRandom(1) });
}

async function failureOf(action: Promise<unknown> | (() => Promise<unknown>)): Promise<VarveError> {
  const error = await (typeof action === "function" ? action() : action).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(VarveError);
  return error as VarveError;
}

function accountFile(tokenUri: string, more: Record<string, string> = {}): string {
  return JSON.stringify({
    type: "service_account",
    project_id: "p",
    private_key_id: "kid-1",
    private_key: PRIVATE_KEY,
    client_email: "varve@p.iam.gserviceaccount.com",
    token_uri: tokenUri,
    ...more,
  });
}

describe("openGcsBlobStore", () => {
  const refused: [string, Options, string][] = [
    ["no bucket", { settings: {} }, "Setting [bucket] is empty for repository"],
    ["an empty bucket", { settings: { bucket: " " } }, "Setting [bucket] is empty for repository"],
    [
      "a chunk_size of 0b",
      { settings: { bucket: "b", chunk_size: "0b" } },
      "failed to parse value [0b] for setting [chunk_size], must be >= [1b]",
    ],
    [
      "a chunk_size of 6tb",
      { settings: { bucket: "b", chunk_size: "6tb" } },
      "failed to parse value [6tb] for setting [chunk_size], must be <= [5tb]",
    ],
    [
      "a read_timeout below -1",
      { client: { read_timeout: "-5s" } },
      "failed to parse value [-5s] for setting [gcs.client.default.read_timeout], must be >= [-1]",
    ],
    [
      "an unknown proxy type",
      { client: { "proxy.type": "ftp" } },
      "No enum constant java.net.Proxy.Type.FTP",
    ],
    [
      "a proxy host without its type",
      { client: { "proxy.host": "proxy" } },
      "Google Cloud Storage proxy port or host or username or password have been set but proxy " +
        "type is not defined.",
    ],
    [
      "a proxy type without a port",
      { client: { "proxy.type": "http", "proxy.host": "proxy" } },
      "Google Cloud Storage proxy type has been set but proxy host or port is not defined.",
    ],
    [
      "credentials that are no JSON",
      { settings: { bucket: "b", client: "c" }, secrets: { credentials_file: "TOP-SECRET" } },
      "failed to load GCS client credentials from [gcs.client.c.credentials_file]: it is not JSON",
    ],
    [
      "credentials of a user",
      { secrets: { credentials_file: '{"type":"authorized_user"}' } },
      "failed to load GCS client credentials from [gcs.client.default.credentials_file]: its type " +
        "is [authorized_user] where [service_account] is expected",
    ],
    [
      "an endpoint of a repository on another host",
      { settings: { bucket: "b", endpoint: "https://example.com" } },
      "Setting [endpoint] of a repository is for an emulator on this machine; set " +
        "[gcs.client.default.endpoint] instead",
    ],
  ];
  for (const [what, options, message] of refused) {
    it(`rejects ${what}`, () => expect(() => open(options)).toThrow(message));
  }

  it("sends no credentials to the endpoint of a repository", async () => {
    const seen: (string | undefined)[] = [];
    const endpoint = await serve((request, response) => {
      seen.push(request.headers.authorization);
      response.end("bytes");
    });
    vi.stubEnv("GOOGLE_APPLICATION_CREDENTIALS", "/no/such/file");
    const secrets = { credentials_file: accountFile(`${endpoint}/token`) };
    const store = open({ settings: { bucket: "b", endpoint }, secrets });
    expect(Buffer.from(await store.get("x")).toString()).toBe("bytes");
    expect(seen).toEqual([undefined]);
  });

  it("opens without asking anybody", async () => {
    let requests = 0;
    const endpoint = await serve((_, response) => {
      requests++;
      response.end();
    });
    const store = open({ client: { endpoint } });
    expect(store.description).toBe("gcs [b]");
    expect(store.capabilities).toEqual({ write: true, putIfAbsent: true, list: true });
    await store.close();
    expect(requests).toBe(0);
  });
});

/** A token server that checks assertions, and a bucket that wants its newest token. */
async function guarded(lifeSeconds = 3600) {
  let issued = 0;
  const seen: string[] = [];
  const origin = await serve(async (request, response) => {
    if (request.url === "/token") {
      const form = new URLSearchParams((await readBody(request)).toString());
      const [head, claims, signature] = (form.get("assertion") ?? "").split(".");
      const good = verify(
        "RSA-SHA256",
        Buffer.from(`${head}.${claims}`),
        createPublicKey(keys.publicKey.export({ type: "spki", format: "pem" })),
        Buffer.from(signature ?? "", "base64url"),
      );
      const json = JSON.parse(Buffer.from(claims ?? "", "base64url").toString());
      const sound =
        good &&
        json.iss === "varve@p.iam.gserviceaccount.com" &&
        json.aud === `${origin}/token` &&
        json.exp - json.iat === 3600 &&
        json.scope === "https://www.googleapis.com/auth/devstorage.full_control";
      response.statusCode = sound ? 200 : 400;
      const body = sound
        ? { access_token: `token-${++issued}`, expires_in: lifeSeconds }
        : { error: "invalid_grant", error_description: "Invalid JWT Signature." };
      response.end(JSON.stringify(body));
      return;
    }
    const token = request.headers.authorization ?? "";
    seen.push(token);
    response.statusCode = token === `Bearer token-${issued}` && !expired.has(token) ? 200 : 401;
    response.end(response.statusCode === 200 ? "bytes" : '{"error":{"message":"Invalid"}}');
  });
  const expired = new Set<string>();
  return { origin, seen, expired, issued: () => issued };
}

describe("a service account", () => {
  it("signs an assertion for one token, however many calls want it", async () => {
    const server = await guarded();
    const secrets = { credentials_file: accountFile(`${server.origin}/token`) };
    const store = open({ client: { endpoint: server.origin }, secrets });
    await Promise.all(Array.from({ length: 8 }, (_, i) => store.get(`blob-${i}`)));
    await store.get("another");
    expect(server.issued()).toBe(1);
    expect(new Set(server.seen)).toEqual(new Set(["Bearer token-1"]));
    await store.close();
  });

  it("asks for a new token before the old one ends, and when the store refuses it", async () => {
    const server = await guarded(600);
    let nowMs = 1_700_000_000_000;
    const clock: Clock = { ...systemClock, now: () => nowMs };
    const client = { endpoint: server.origin, token_uri: `${server.origin}/token` };
    const secrets = { credentials_file: accountFile("https://elsewhere.example/token") };
    const store = open({ client, secrets, clock });
    await store.get("x");
    nowMs += 290_000;
    await store.get("x");
    expect(server.issued()).toBe(1);
    nowMs += 20_000;
    await store.get("x");
    expect(server.issued()).toBe(2);
    server.expired.add("Bearer token-2");
    expect(Buffer.from(await store.get("x")).toString()).toBe("bytes");
    expect(server.issued()).toBe(3);
    await store.close();
  });

  it("rejects with the token server's words, and without the key", async () => {
    const server = await guarded();
    const other = generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey;
    const wrong = other.export({ type: "pkcs8", format: "pem" }) as string;
    const secrets = {
      credentials_file: accountFile(`${server.origin}/token`, { private_key: wrong }),
    };
    const store = open({ client: { endpoint: server.origin }, secrets });
    const error = await failureOf(store.get("x"));
    expect(error.kind).toBe("invalid");
    expect(error.message).toContain("gcs [b]: asking for an access token failed with status 400");
    expect(error.message).toContain("(invalid_grant): Invalid JWT Signature.");
    expect(error.message).toContain("varve@p.iam.gserviceaccount.com");
    expect(JSON.stringify(error) + error.message + error.stack).not.toContain("eyJ");
    const broken = accountFile(`${server.origin}/token`, { private_key: "MY-SECRET" });
    const second = await failureOf(
      open({ client: { endpoint: server.origin }, secrets: { credentials_file: broken } }).get("x"),
    );
    expect(second.message).toContain("is not a private key");
    expect(second.message).not.toContain("MY-SECRET");
  });
});

describe("application default credentials", () => {
  const folder = mkdtempSync(join(tmpdir(), "varve-gcs-"));
  afterEach(() => rmSync(join(folder, "adc.json"), { force: true }));

  it("are those of GOOGLE_APPLICATION_CREDENTIALS, here of a workload identity", async () => {
    const seen: (string | undefined)[] = [];
    const origin = await serve(async (request, response) => {
      if (request.url === "/token") {
        const form = new URLSearchParams((await readBody(request)).toString());
        expect(form.get("subject_token")).toBe("token-of-the-pod");
        const token = { access_token: "federated", issued_token_type: "t", token_type: "Bearer" };
        response.setHeader("content-type", "application/json");
        response.end(JSON.stringify({ ...token, expires_in: 3600 }));
        return;
      }
      seen.push(request.headers.authorization);
      response.end("bytes");
    });
    writeFileSync(join(folder, "subject"), "token-of-the-pod");
    const file = {
      type: "external_account",
      audience:
        "//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/a/providers/b",
      subject_token_type: "urn:ietf:params:oauth:token-type:jwt",
      token_url: `${origin}/token`,
      credential_source: { file: join(folder, "subject") },
    };
    writeFileSync(join(folder, "adc.json"), JSON.stringify(file));
    vi.stubEnv("GOOGLE_APPLICATION_CREDENTIALS", join(folder, "adc.json"));
    const store = open({ client: { endpoint: origin } });
    expect(Buffer.from(await store.get("x")).toString()).toBe("bytes");
    expect(seen).toEqual(["Bearer federated"]);
    await store.close();
  });

  it("rejects with what to set when there are none", async () => {
    vi.stubEnv("GOOGLE_APPLICATION_CREDENTIALS", join(folder, "nothing.json"));
    const store = open({ client: { endpoint: "http://127.0.0.1:9" } });
    const error = await failureOf(store.get("x"));
    expect(error.kind).toBe("invalid");
    expect(error.message).toContain("set [credentials_file] of the client");
  });
});

describe("a failure of the gcs provider", () => {
  const answering = (status: number, body = "", headers: Record<string, string> = {}): Handler => {
    return (_, response) => {
      response.writeHead(status, headers);
      response.end(body);
    };
  };

  it("is unavailable when the bucket throttles or breaks", async () => {
    for (const status of [408, 429, 500, 502, 503, 504]) {
      const endpoint = await serve(answering(status, '{"error":{"message":"slow down"}}'));
      const store = open({ client: { endpoint } });
      const actions = [
        () => store.get("x"),
        () => store.put("x", Buffer.from("1")),
        () => store.list(""),
      ];
      for (const action of actions) {
        const error = await failureOf(action);
        expect(error.kind).toBe("unavailable");
        expect(error.message).toContain(`status ${status}`);
      }
    }
  });

  it("names the permission that is missing", async () => {
    const body = '{"error":{"message":"no access","errors":[{"reason":"forbidden"}]}}';
    const store = open({ client: { endpoint: await serve(answering(403, body)) } });
    const cases: [() => Promise<unknown>, string][] = [
      [() => store.get("k"), "storage.objects.get"],
      [() => store.put("k", Buffer.from("1")), "storage.objects.create"],
      [() => store.list("f"), "storage.objects.list"],
      [() => store.delete(["k"]), "storage.objects.delete"],
    ];
    for (const [action, permission] of cases) {
      const error = await failureOf(action);
      expect(error.kind).toBe("invalid");
      expect(error.message).toContain("gcs [b]: ");
      expect(error.message).toContain("with status 403 (forbidden): no access");
      expect(error.message).toContain(permission);
    }
    const error = await failureOf(store.get("k"));
    expect(error.message).toMatch(/^gcs \[b\]: get of \[k\] failed with status 403/);
  });

  it("tells a missing bucket from a missing blob", async () => {
    const message = "The specified bucket does not exist.";
    const body = JSON.stringify({ error: { message } });
    const store = open({ client: { endpoint: await serve(answering(404, body)) } });
    const actions = [() => store.get("x"), () => store.list(""), () => store.delete(["x"])];
    for (const action of actions) {
      const error = await failureOf(action);
      expect(error.kind).toBe("invalid");
      expect(error.message).toContain("bucket [b] does not exist");
    }
    const other = open({
      client: { endpoint: await serve(answering(404, "No such object: b/x")) },
    });
    expect((await failureOf(other.get("x"))).kind).toBe("missing");
    await other.delete(["x"]);
  });

  it("is unavailable when a body breaks off, corrupt when the blob is too short", async () => {
    const cut = await serve((_, response) => {
      response.writeHead(206, { "content-length": "10", "content-range": "bytes 0-9/10" });
      response.write("12345", () => response.destroy());
    });
    const store = open({ client: { endpoint: cut } });
    expect((await failureOf(store.get("x"))).kind).toBe("unavailable");
    expect((await failureOf(all(store.read("x", 0, 10)))).kind).toBe("unavailable");
    const short = await serve(answering(206, "12345", { "content-range": "bytes 0-4/5" }));
    const second = open({ client: { endpoint: short } });
    expect((await failureOf(all(second.read("x", 0, 10)))).kind).toBe("corrupt");
    const past = open({ client: { endpoint: await serve(answering(416)) } });
    expect((await failureOf(all(past.read("x", 5, 10)))).kind).toBe("corrupt");
  });

  it("takes the range from a server that answers the whole blob", async () => {
    const store = open({ client: { endpoint: await serve(answering(200, "0123456789")) } });
    expect((await all(store.read("x", 3, 4))).toString()).toBe("3456");
  });

  it("is unavailable when nothing comes for read_timeout, or nobody is there", async () => {
    const endpoint = await serve((request) => void request);
    const store = open({ client: { endpoint, read_timeout: "100ms" } });
    const error = await failureOf(store.get("x"));
    expect(error.kind).toBe("unavailable");
    expect(error.message).toContain("nothing came for 100 ms");
    const nobody = open({ client: { endpoint: "http://127.0.0.1:9" } });
    const refused = await failureOf(nobody.put("x", Buffer.from("1")));
    expect(refused.kind).toBe("unavailable");
    expect(refused.message).toContain("ECONNREFUSED");
  });
});

describe("an aborted signal of the gcs provider", () => {
  it("ends the request under way with its reason", async () => {
    let ended = () => {};
    const closed = new Promise<void>((resolve) => {
      ended = resolve;
    });
    const controller = new AbortController();
    const endpoint = await serve((request, response) => {
      request.on("close", () => response.destroyed && ended());
      response.on("close", ended);
      controller.abort(new Error("enough"));
    });
    const store = open({ client: { endpoint } });
    await expect(store.get("x", controller.signal)).rejects.toThrow("enough");
    await closed;
  });

  it("ends a body under way, and an upload with its session", async () => {
    const reason = new Error("enough");
    const reading = new AbortController();
    const writing = new AbortController();
    const methods: string[] = [];
    const endpoint = await serve(async (request, response) => {
      methods.push(request.method ?? "");
      if (request.method === "GET") {
        response.writeHead(206, { "content-range": "bytes 0-9/10", "content-length": "10" });
        response.write("123");
        return;
      }
      if (request.method === "POST") {
        response.writeHead(200, { location: "/upload/session?upload_id=1" });
        response.end();
        return;
      }
      if (request.method === "DELETE") {
        response.writeHead(499);
        response.end();
        return;
      }
      writing.abort(reason);
    });
    const store = open({ client: { endpoint } });
    const parts = store.read("x", 0, 10, reading.signal)[Symbol.asyncIterator]();
    expect(Buffer.from((await parts.next()).value as Uint8Array).toString()).toBe("123");
    const rest = parts.next();
    reading.abort(reason);
    await expect(rest).rejects.toBe(reason);
    const put = store.put("x", Buffer.alloc(9_000_000), { signal: writing.signal });
    await expect(put).rejects.toBe(reason);
    await vi.waitFor(() => expect(methods).toContain("DELETE"));
  });
});

describe("put of the gcs provider", () => {
  it("sends a large stream in bounded parts, and checks what the bucket has got", async () => {
    const ranges: string[] = [];
    let total = 0;
    const endpoint = await serve(async (request, response) => {
      if (request.method === "POST") {
        response.writeHead(200, { location: "/session" });
        response.end();
        return;
      }
      const body = await readBody(request);
      total += body.length;
      const range = String(request.headers["content-range"]);
      ranges.push(range);
      const [, end, all] = /-(\d+)\/(\d+)$/.exec(range)!;
      const last = Number(end) + 1 === Number(all);
      response.writeHead(last ? 200 : 308, last ? {} : { range: `bytes=0-${end}` });
      response.end(last ? JSON.stringify({ size: String(total + wrong) }) : "");
    });
    let wrong = 0;
    const length = 100 * 1024 * 1024 + 1;
    // What the source has given and the bucket has not got rests in memory.
    let given = 0;
    let waiting = 0;
    const stream = {
      length,
      *open() {
        for (let left = length; left > 0; left -= 1_000_000) {
          const part = Buffer.alloc(Math.min(left, 1_000_000));
          given += part.length;
          waiting = Math.max(waiting, given - total);
          yield part;
        }
      },
    };
    const store = open({ client: { endpoint } });
    await store.put("large", stream);
    expect(total).toBe(length);
    expect(ranges.length).toBe(13);
    expect(waiting).toBeLessThan(18_000_000);
    wrong = 1 - total;
    total = 0;
    const failure = await failureOf(store.put("large", Buffer.alloc(9_000_000)));
    expect(failure.kind).toBe("unavailable");
    expect(failure.message).toContain("sent were 9000000");
  });

  it("sends no token to another host that an upload's address names", async () => {
    const asked: string[] = [];
    const elsewhere = await serve((request, response) => {
      asked.push(String(request.url));
      response.end();
    });
    const paths: string[] = [];
    const endpoint = await serve(async (request, response) => {
      paths.push(String(request.url));
      await readBody(request);
      response.writeHead(200, { location: `${elsewhere}/session?upload_id=7` });
      response.end("{}");
    });
    await open({ client: { endpoint } }).put("x", Buffer.alloc(6_000_000));
    expect(asked).toEqual([]);
    expect(paths.at(-1)).toBe("/session?upload_id=7");
  });
});

describe("list of the gcs provider", () => {
  it("asks for page after page", async () => {
    const endpoint = await serve((request, response) => {
      const { searchParams } = new URL(String(request.url), "http://x");
      expect(searchParams.get("prefix")).toBe("f/a");
      const second = searchParams.get("pageToken") === "next";
      const items = [{ name: second ? "f/a2" : "f/a1", size: second ? "2" : "1" }];
      const page = second ? { items } : { items, prefixes: ["f/a/"], nextPageToken: "next" };
      response.end(JSON.stringify(page));
    });
    const store = open({ client: { endpoint } });
    expect(await store.list("f", "a")).toEqual(
      new Map([
        ["a1", 1],
        ["a2", 2],
      ]),
    );
  });
});

describe("the proxy of a gcs client", () => {
  it("is asked for a tunnel, with its user", async () => {
    const target = await serve((_, response) => response.end("through"));
    const asked: string[] = [];
    const proxy = createServer((request, response) => {
      asked.push(`${request.method} ${request.url} ${request.headers["proxy-authorization"]}`);
      const forwarded = new URL(String(request.url));
      const socket = connect(Number(forwarded.port), forwarded.hostname, () => {
        socket.write(`GET ${forwarded.pathname} HTTP/1.0\r\nhost: x\r\n\r\n`);
      });
      socket.on("data", (data) => {
        const text = data.toString();
        const body = text.slice(text.indexOf("\r\n\r\n") + 4);
        if (body !== "") response.end(body);
      });
    });
    await new Promise<void>((done) => proxy.listen(0, "127.0.0.1", done));
    const { port } = proxy.address() as { port: number };
    const store = open({
      client: {
        endpoint: target,
        "proxy.type": "http",
        "proxy.host": "127.0.0.1",
        "proxy.port": String(port),
      },
      secrets: { "proxy.username": "u", "proxy.password": "p" },
    });
    expect(Buffer.from(await store.get("x")).toString()).toBe("through");
    expect(asked).toEqual([
      `GET ${target}/storage/v1/b/b/o/x?alt=media Basic ${Buffer.from("u:p").toString("base64")}`,
    ]);
    await store.close();
    proxy.closeAllConnections();
    proxy.close();
  });
});

async function all(parts: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const found: Uint8Array[] = [];
  for await (const part of parts) found.push(Uint8Array.from(part));
  return Buffer.concat(found);
}
