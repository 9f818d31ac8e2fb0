// The s3 provider against stores that are scripted: what real servers do only on bad days.

import { createHash } from "node:crypto";
import {
  createServer,
  type IncomingHttpHeaders,
  type Server,
  type ServerResponse,
} from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { seededRandom, systemClock, VarveError } from "../../src/base/index.ts";
import { type BlobStore, openBlobStore, retry } from "../../src/blobstore/index.ts";

interface Call {
  method: string;
  url: string;
  path: string;
  headers: IncomingHttpHeaders;
  body: Buffer;
}

type Answer =
  | { status?: number; headers?: Record<string, string>; body?: string | Buffer }
  | "reset";
type Script = (call: Call, response: ServerResponse) => Answer | undefined;

const servers: Server[] = [];
const context = { clock: systemClock, random: seededRandom(1) };

afterEach(async () => {
  await Promise.all(
    servers.splice(0).map((server) => {
      server.closeAllConnections();
      return new Promise((done) => server.close(done));
    }),
  );
});

/** A server that keeps what it was asked and answers by script. */
async function scripted(script: Script): Promise<{ endpoint: string; calls: Call[] }> {
  const calls: Call[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    try {
      for await (const chunk of request) chunks.push(chunk as Buffer);
    } catch {
      return; // the client went away
    }
    const url = request.url!;
    const path = decodeURIComponent(url.split("?")[0]!);
    const call = {
      method: request.method!,
      url,
      path,
      headers: request.headers,
      body: Buffer.concat(chunks),
    };
    calls.push(call);
    const answer = script(call, response);
    if (answer === undefined) return;
    if (answer === "reset") return request.socket.destroy();
    response.writeHead(answer.status ?? 200, answer.headers ?? {}).end(answer.body ?? "");
  });
  servers.push(server);
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  return { endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, calls };
}

function open(endpoint: string, settings: Record<string, string> = {}): BlobStore {
  const secrets = { access_key: "AKIDTEST", secret_key: "the-secret" };
  const fast = { use_throttle_retries: "false", max_retries: "1", ...settings };
  const own = { bucket: "b", endpoint, path_style_access: "true", region: "eu-west-1", ...fast };
  return openBlobStore({ type: "s3", settings: own, client: {}, secrets }, context);
}

const refusal = (status: number, code: string, message = "no"): Answer => ({
  status,
  headers: { "content-type": "application/xml" },
  body: `<?xml version="1.0"?><Error><Code>${code}</Code><Message>${message}</Message></Error>`,
});

/** A store in memory, with whatever a script says first. */
function memory(first: Script = () => undefined, ignoresConditions = false): Script {
  const blobs = new Map<string, Buffer>();
  return (call, response) => {
    const said = first(call, response);
    if (said !== undefined || response.headersSent) return said;
    const { method, path, headers } = call;
    if (method === "PUT") {
      const taken = headers["if-none-match"] === "*" && blobs.has(path);
      if (taken && !ignoresConditions) return refusal(412, "PreconditionFailed");
      blobs.set(path, call.body);
      return { headers: { etag: `"${createHash("md5").update(call.body).digest("hex")}"` } };
    }
    if (method === "DELETE") return { status: blobs.delete(path) ? 204 : 204 };
    if (method === "POST" && call.url.includes("delete")) {
      for (const [, key] of call.body.toString().matchAll(/<Key>([^<]*)<\/Key>/g)) {
        blobs.delete(`/b/${key}`);
      }
      return { body: "<DeleteResult></DeleteResult>" };
    }
    const blob = blobs.get(path);
    if (blob === undefined) return method === "HEAD" ? { status: 404 } : refusal(404, "NoSuchKey");
    return {
      headers: { "content-length": String(blob.length) },
      body: method === "HEAD" ? "" : blob,
    };
  };
}

async function errorOf(action: Promise<unknown>): Promise<VarveError> {
  const error = await action.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(VarveError);
  return error as VarveError;
}

const bytes = Buffer.from("hello");

describe("S3BlobStore and checksums", () => {
  it("sends a CRC-32 where it is taken, and never signed chunks", async () => {
    const { endpoint, calls } = await scripted(memory());
    await open(endpoint).put("x", bytes);
    expect(calls[0]!.headers["x-amz-checksum-crc32"]).toBe("NhCmhg==");
    expect(calls[0]!.headers["content-encoding"]).toBeUndefined();
    expect(calls[0]!.headers["content-md5"]).toBeUndefined();
  });

  it("goes on to Content-MD5 where a CRC is refused, and remembers it", async () => {
    const { endpoint, calls } = await scripted(
      memory(({ headers }) =>
        headers["x-amz-checksum-crc32"] === undefined ? undefined : refusal(501, "NotImplemented"),
      ),
    );
    const store = open(endpoint);
    await store.put("x", bytes);
    await store.put("y", bytes);
    expect(calls.map((call) => call.headers["content-md5"] !== undefined)).toEqual([
      false,
      true,
      true,
    ]);
    expect(calls[1]!.headers["content-md5"]).toBe(createHash("md5").update(bytes).digest("base64"));
    expect(Buffer.from(await store.get("y")).toString()).toBe("hello");
  });

  it("sends Content-MD5 with batches where it is demanded, and a CRC with puts", async () => {
    const { endpoint, calls } = await scripted(
      memory(({ method, headers }) =>
        method === "POST" && headers["content-md5"] === undefined
          ? refusal(400, "InvalidRequest", "Missing required header for this request: Content-MD5")
          : undefined,
      ),
    );
    const store = open(endpoint);
    await store.put("x", bytes);
    await store.delete(["x"]);
    expect((await errorOf(store.get("x"))).kind).toBe("missing");
    const batch = calls.filter(({ method }) => method === "POST")[1]!;
    expect(batch.headers["content-md5"]).toBe(
      createHash("md5").update(batch.body).digest("base64"),
    );
    expect(Object.keys(batch.headers).filter((name) => name.includes("checksum"))).toEqual([]);
  });

  it("deletes one by one where no batch is taken", async () => {
    const { endpoint, calls } = await scripted(
      memory(({ method }) => (method === "POST" ? refusal(501, "NotImplemented") : undefined)),
    );
    const store = open(endpoint);
    await store.put("x", bytes);
    await store.delete(["x", "y"]);
    expect((await errorOf(store.get("x"))).kind).toBe("missing");
    expect(calls.filter(({ method }) => method === "DELETE").length).toBe(2);
  });

  it("begins with Content-MD5 by legacy_md5_checksum_calculation", async () => {
    const { endpoint, calls } = await scripted(memory());
    await open(endpoint, { legacy_md5_checksum_calculation: "true" }).put("x", bytes);
    expect(calls[0]!.headers["content-md5"]).toBeDefined();
    expect(calls[0]!.headers["x-amz-checksum-crc32"]).toBeUndefined();
  });

  it("rejects with the modes that were tried when the store takes none", async () => {
    const { endpoint } = await scripted(() => refusal(400, "InvalidArgument", "odd header"));
    const error = await errorOf(open(endpoint).put("x", bytes));
    expect(error.message).toBe(
      "S3 PutObject of [x] in bucket [b] failed with status 400 InvalidArgument: odd header; " +
        "checksum modes tried: crc32, md5, none",
    );
    expect(error.kind).toBe("invalid");
  });
});

describe("S3BlobStore and ifAbsent", () => {
  it("finds out that a store decides by a second put of the same bytes", async () => {
    const { endpoint, calls } = await scripted(memory());
    const store = open(endpoint);
    await store.put("index-1", bytes, { ifAbsent: true });
    expect(calls.map(({ method }) => method)).toEqual(["HEAD", "PUT", "PUT"]);
    await store.put("index-2", bytes, { ifAbsent: true });
    expect(calls.length).toBe(4);
    expect((await errorOf(store.put("index-2", bytes, { ifAbsent: true }))).kind).toBe("conflict");
    expect(store.capabilities.putIfAbsent).toBe(true);
  });

  it("finds out that a store ignores If-None-Match, and checks from then on", async () => {
    const { endpoint, calls } = await scripted(memory(undefined, true));
    const store = open(endpoint);
    expect(store.capabilities.putIfAbsent).toBe(true);
    await store.put("index-1", bytes, { ifAbsent: true });
    expect(store.capabilities.putIfAbsent).toBe(false);
    const other = Buffer.from("other");
    expect((await errorOf(store.put("index-1", other, { ifAbsent: true }))).kind).toBe("conflict");
    expect(Buffer.from(await store.get("index-1")).toString()).toBe("hello");
    await store.put("index-2", other, { ifAbsent: true });
    expect(calls.at(-1)!.headers["if-none-match"]).toBeUndefined();
  });

  for (const [status, code] of [
    [501, "NotImplemented"],
    [400, "InvalidArgument"],
  ] as const) {
    it(`finds out that a store refuses If-None-Match with ${status} ${code}`, async () => {
      const { endpoint } = await scripted(
        memory(({ headers }) =>
          headers["if-none-match"] === undefined ? undefined : refusal(status, code),
        ),
      );
      const store = open(endpoint);
      await store.put("index-1", bytes, { ifAbsent: true });
      expect(store.capabilities.putIfAbsent).toBe(false);
      expect((await errorOf(store.put("index-1", bytes, { ifAbsent: true }))).kind).toBe(
        "conflict",
      );
    });
  }

  it("does as conditional_put says", async () => {
    const { endpoint, calls } = await scripted(memory());
    await open(endpoint, { conditional_put: "true" }).put("a", bytes, { ifAbsent: true });
    expect(calls.map(({ method }) => method)).toEqual(["PUT"]);
    const without = open(endpoint, { conditional_put: "false" });
    expect(without.capabilities.putIfAbsent).toBe(false);
    await without.put("b", bytes, { ifAbsent: true });
    expect(calls.slice(1).map(({ method }) => method)).toEqual(["HEAD", "PUT"]);
  });

  it("takes its own first try, whose answer was lost, for a success", async () => {
    let puts = 0;
    const script = memory();
    const { endpoint } = await scripted((call, response) => {
      const answer = script(call, response);
      return call.method === "PUT" && ++puts === 1 ? "reset" : answer;
    });
    const store = open(endpoint, { conditional_put: "true" });
    await store.put("index-1", bytes, { ifAbsent: true });
    expect(puts).toBe(2);
    expect((await errorOf(store.put("index-1", bytes, { ifAbsent: true }))).kind).toBe("conflict");
  });

  it("asks again when the store is busy with the name", async () => {
    let busy = 2;
    const { endpoint } = await scripted(
      memory(({ method }) =>
        method === "PUT" && busy-- > 0 ? refusal(409, "ConditionalRequestConflict") : undefined,
      ),
    );
    await open(endpoint, { conditional_put: "true" }).put("x", bytes, { ifAbsent: true });
    expect(busy).toBe(-1);
  });
});

describe("S3BlobStore and failures", () => {
  it("repeats what is throttled max_retries times, then answers unavailable", async () => {
    const { endpoint, calls } = await scripted(() => refusal(503, "SlowDown", "Reduce your rate"));
    const error = await errorOf(open(endpoint, { max_retries: "3" }).get("x"));
    expect(calls.length).toBe(4);
    expect(error.kind).toBe("unavailable");
    expect(error.message).toBe(
      "S3 GetObject of [x] in bucket [b] failed with status 503 SlowDown: Reduce your rate",
    );
  });

  it.each([
    [429, "TooManyRequests"],
    [500, "InternalError"],
    [400, "RequestTimeout"],
  ])("answers unavailable for %i %s", async (status, code) => {
    const { endpoint } = await scripted(() => refusal(status, code));
    expect((await errorOf(open(endpoint).list(""))).kind).toBe("unavailable");
  });

  it("answers unavailable for a reset, and a port where nobody listens", async () => {
    const { endpoint } = await scripted(() => "reset");
    expect((await errorOf(open(endpoint).get("x"))).kind).toBe("unavailable");
    expect((await errorOf(open("http://127.0.0.1:1").get("x"))).kind).toBe("unavailable");
  });

  it("answers unavailable for a body that breaks off, and retry goes on where it did", async () => {
    const whole = Buffer.alloc(100_000, "0123456789");
    const { endpoint } = await scripted(({ headers }, response) => {
      const [from, to] =
        /bytes=(\d+)-(\d+)/
          .exec(headers.range ?? "")
          ?.slice(1)
          .map(Number) ?? [];
      const part = from === undefined ? whole : whole.subarray(from, to! + 1);
      const range = from === undefined ? {} : { "content-range": `bytes ${from}-${to}/100000` };
      const status = from === undefined ? 200 : 206;
      response.writeHead(status, { ...range, "content-length": String(part.length) });
      response.write(part.subarray(0, 30_000), () => {
        if (part.length <= 30_000) response.end();
        else response.socket!.destroy();
      });
      return undefined;
    });
    const store = open(endpoint);
    expect((await errorOf(store.get("x"))).kind).toBe("unavailable");
    const quick = { ...context, pauseMs: 1, attemptsMax: 15 };
    const parts: Buffer[] = [];
    for await (const part of retry(store, quick).read("x", 7, 99_000))
      parts.push(Buffer.from(part));
    expect(Buffer.compare(Buffer.concat(parts), whole.subarray(7, 99_007))).toBe(0);
  });

  it("gives up an answer that stalls after read_timeout", async () => {
    const { endpoint } = await scripted((_, response) => {
      response.writeHead(200, { "content-length": "10" }).write("12345");
      return undefined;
    });
    const error = await errorOf(open(endpoint, { read_timeout: "200ms" }).get("x"));
    expect(error.kind).toBe("unavailable");
  });

  it("takes the range out of an answer that holds the whole blob", async () => {
    const { endpoint } = await scripted(() => ({ body: Buffer.alloc(200_000, "0123456789") }));
    const parts: Buffer[] = [];
    for await (const part of open(endpoint).read("x", 70_003, 5)) parts.push(Buffer.from(part));
    expect(Buffer.concat(parts).toString()).toBe("34567");
  });

  it("rejects a denied call with the IAM action that is missing", async () => {
    const { endpoint } = await scripted(({ method }) =>
      method === "HEAD" ? { status: 403 } : refusal(403, "AccessDenied", "Access Denied"),
    );
    const store = open(endpoint, { conditional_put: "false" });
    const missing = (action: string) =>
      expect.stringMatching(`lack the IAM action ${action} on it`);
    expect((await errorOf(store.get("x"))).message).toBe(
      "S3 GetObject of [x] in bucket [b] failed with status 403 AccessDenied: the credentials " +
        "lack the IAM action s3:GetObject on it, or s3:ListBucket, without which a missing blob " +
        "is denied too",
    );
    expect((await errorOf(store.put("x", bytes))).message).toEqual(missing("s3:PutObject"));
    expect((await errorOf(store.list(""))).message).toEqual(missing("s3:ListBucket"));
    expect((await errorOf(store.delete(["x"]))).message).toEqual(missing("s3:DeleteObject"));
    const head = await errorOf(store.put("x", bytes, { ifAbsent: true }));
    expect(head.message).toEqual(missing("s3:GetObject"));
  });

  it("rejects with the action that the store names", async () => {
    const said =
      "User: arn:aws:iam::1:user/u is not authorized to perform: kms:GenerateDataKey on resource: k";
    const { endpoint } = await scripted(() => refusal(403, "AccessDenied", said));
    const error = await errorOf(open(endpoint).put("x", bytes));
    expect(error.message).toContain("the credentials lack the IAM action kms:GenerateDataKey");
  });

  it("tells the keys of a batch that could not be deleted", async () => {
    const errors = [
      "<Error><Key>a</Key><Code>AccessDenied</Code><Message>locked</Message></Error>",
      "<Error><Key>gone</Key><Code>NoSuchKey</Code></Error>",
    ];
    const { endpoint } = await scripted(() => ({
      body: `<DeleteResult>${errors.join("")}</DeleteResult>`,
    }));
    const error = await errorOf(open(endpoint).delete(["a", "gone", "c"]));
    expect(error.message).toBe(
      "S3 DeleteObjects of bucket [b] failed for [a] AccessDenied: locked; the credentials lack " +
        "the IAM action s3:DeleteObject",
    );
  });

  it("splits deletions by bulk_delete_size", async () => {
    const { endpoint, calls } = await scripted(memory());
    const names = Array.from({ length: 25 }, (_, i) => `x${i}`);
    await open(endpoint, { bulk_delete_size: "10" }).delete(names);
    const sizes = calls.map(({ body }) => body.toString().match(/<Key>/g)!.length);
    expect(sizes.sort((a, b) => a - b)).toEqual([5, 10, 10]);
  });

  it("aborts a multipart upload when a part fails", async () => {
    const { endpoint, calls } = await scripted(({ method, url }) => {
      if (method === "POST" && url.includes("uploads")) {
        return { body: "<R><UploadId>u1</UploadId></R>" };
      }
      if (url.includes("partNumber=3")) return refusal(403, "AccessDenied");
      return { headers: { etag: '"e"' } };
    });
    const store = open(endpoint, { buffer_size: "5mb" });
    const error = await errorOf(store.put("x", Buffer.alloc(22 * 1024 ** 2)));
    expect(error.message).toContain("UploadPart of [x]");
    expect(calls.at(-1)).toMatchObject({ method: "DELETE", path: "/b/x" });
    expect(calls.at(-1)!.url).toContain("uploadId=u1");
    expect(calls.some(({ method, url }) => method === "POST" && url.includes("uploadId"))).toBe(
      false,
    );
  });

  it("ends an upload in parts, and warns of no leak, when it is aborted", async () => {
    const warnings: string[] = [];
    const note = (warning: Error) => warnings.push(warning.name);
    process.on("warning", note);
    const controller = new AbortController();
    let parts = 0;
    const { endpoint, calls } = await scripted(({ method, url }) => {
      if (method === "POST") return { body: "<R><UploadId>u1</UploadId></R>" };
      if (method === "DELETE") return { status: 204 };
      if (url.includes("partNumber=1&")) return { headers: { etag: '"e"' } };
      if (++parts === 3) controller.abort(new Error("enough"));
      return undefined;
    });
    const content = Buffer.alloc(80 * 1024 ** 2);
    const put = open(endpoint, { buffer_size: "5mb" }).put("x", content, controller);
    await expect(put).rejects.toThrow("enough");
    // A part that was on its way may be noted after it.
    const ended = calls.filter(({ method }) => method === "DELETE");
    expect(ended).toEqual([expect.objectContaining({ path: "/b/x" })]);
    process.off("warning", note);
    expect(warnings).toEqual([]);
  });

  it("takes a multipart upload for done when its completion's answer was lost", async () => {
    const etags = [1, 2].map((part) => createHash("md5").update(`part ${part}`).digest("hex"));
    const all = createHash("md5")
      .update(Buffer.from(etags.join(""), "hex"))
      .digest("hex");
    let completions = 0;
    const { endpoint, calls } = await scripted(({ method, url }) => {
      if (url.includes("uploads")) return { body: "<R><UploadId>u1</UploadId></R>" };
      const part = /partNumber=(\d)/.exec(url)?.[1];
      if (part !== undefined) return { headers: { etag: `"${etags[Number(part) - 1]}"` } };
      if (method === "POST") return ++completions === 1 ? "reset" : refusal(404, "NoSuchUpload");
      const length = String(8 * 1024 ** 2);
      return { headers: { "content-length": length, etag: `"${all}-2"` } };
    });
    await open(endpoint, { buffer_size: "5mb" }).put("x", Buffer.alloc(8 * 1024 ** 2));
    expect(calls.at(-1)!.method).toBe("HEAD");
  });

  it("tells the store's clock, also when the bucket is denied", async () => {
    const date = "Sat, 01 Feb 2025 10:00:00 GMT";
    let status = 200;
    const { endpoint } = await scripted(() => ({ status, headers: { date } }));
    expect(await open(endpoint).serverTime!()).toBe(Date.parse(date));
    status = 403;
    expect(await open(endpoint).serverTime!()).toBe(Date.parse(date));
  });

  it("rejects a web page in place of a listing or of a put's answer", async () => {
    const body = "<!DOCTYPE html><html><body>Sign in</body></html>";
    const { endpoint } = await scripted(() => ({ headers: { "content-type": "text/html" }, body }));
    const store = open(endpoint);
    const told = `What answers requests of [${endpoint}] is no S3`;
    expect((await errorOf(store.list(""))).message).toContain(told);
    expect((await errorOf(store.put("x", bytes))).message).toContain(told);
    expect((await errorOf(store.put("x", bytes, { ifAbsent: true }))).kind).not.toBe("internal");
  });

  it("rejects a listing that never ends", async () => {
    const page =
      "<ListBucketResult><IsTruncated>true</IsTruncated>" +
      "<NextContinuationToken>same</NextContinuationToken></ListBucketResult>";
    const { endpoint } = await scripted(() => ({ body: page }));
    expect((await errorOf(open(endpoint).list(""))).message).toContain("never ends");
  });

  it("shows no secret in any error", async () => {
    const { endpoint } = await scripted(({ headers }) =>
      refusal(403, "SignatureDoesNotMatch", `AKIDTEST ${headers.authorization}`),
    );
    const error = await errorOf(open(endpoint).put("x", bytes));
    const seen: string[] = [];
    for (let at: unknown = error; at instanceof Error; at = at.cause) {
      seen.push(JSON.stringify(at, Object.getOwnPropertyNames(at)));
    }
    expect(seen.join()).not.toMatch(/AKIDTEST|the-secret|AWS4-HMAC/);
    expect(error.message).toContain("the secret key, the region or the endpoint is wrong");
  });
});

describe("S3BlobStore and credentials that end", () => {
  it.each(["ExpiredToken", "InvalidAccessKeyId"])("fetches others after %s", async (code) => {
    let keys = 0;
    const container = await scripted(() => {
      const one = { AccessKeyId: `ASIA${++keys}`, SecretAccessKey: "s", Token: "t" };
      return { body: JSON.stringify({ ...one, Expiration: new Date(Date.now() + 4e6) }) };
    });
    const script = memory(({ headers }) =>
      headers.authorization!.includes("ASIA1/") ? refusal(403, code) : undefined,
    );
    const { endpoint, calls } = await scripted(script);
    const saved = { ...process.env };
    for (const name of Object.keys(saved)) if (name.startsWith("AWS_")) delete process.env[name];
    process.env["AWS_CONTAINER_CREDENTIALS_FULL_URI"] = `${container.endpoint}/keys`;
    process.env["AWS_SHARED_CREDENTIALS_FILE"] = process.env["AWS_CONFIG_FILE"] = "/dev/null";
    try {
      const settings = { bucket: "b", endpoint, path_style_access: "true", region: "eu-west-1" };
      const store = openBlobStore({ type: "s3", settings, client: {}, secrets: {} }, context);
      await store.put("x", bytes);
      expect(Buffer.from(await store.get("x")).toString()).toBe("hello");
      expect(keys).toBe(2);
      expect(calls.length).toBe(3);
    } finally {
      process.env = saved;
    }
  });

  it("answers unavailable for a session_token that has ended, which a reload may replace", async () => {
    const { endpoint, calls } = await scripted(() => refusal(400, "ExpiredToken", "has expired"));
    const error = await errorOf(open(endpoint).get("x"));
    expect(error.kind).toBe("unavailable");
    expect(error.message).toContain("status 400 ExpiredToken");
    expect(calls.length).toBe(1);
  });
});

describe("S3BlobStore and what it says of new blobs", () => {
  const headersOf = async (settings: Record<string, string>) => {
    const { endpoint, calls } = await scripted(memory());
    await open(endpoint, settings).put("x", bytes);
    return calls[0]!.headers;
  };

  it("says nothing by default", async () => {
    const headers = await headersOf({});
    const kept = Object.keys(headers).filter((name) => /acl|storage-class|encryption/.test(name));
    expect(kept).toEqual([]);
  });

  it("sends storage class, ACL, encryption and the bucket's owner", async () => {
    const headers = await headersOf({
      storage_class: "standard_ia",
      canned_acl: "bucket-owner-full-control",
      server_side_encryption_type: "aws:kms",
      server_side_encryption_kms_key_id: "arn:aws:kms:eu-west-1:1:key/k",
      server_side_encryption_encryption_context: '{"team":"search"}',
      expected_bucket_owner: "123456789012",
    });
    expect(headers).toMatchObject({
      "x-amz-storage-class": "STANDARD_IA",
      "x-amz-acl": "bucket-owner-full-control",
      "x-amz-server-side-encryption": "aws:kms",
      "x-amz-server-side-encryption-aws-kms-key-id": "arn:aws:kms:eu-west-1:1:key/k",
      "x-amz-server-side-encryption-bucket-key-enabled": "true",
      "x-amz-server-side-encryption-context": Buffer.from('{"team":"search"}').toString("base64"),
      "x-amz-expected-bucket-owner": "123456789012",
    });
  });

  it("sends AES256 without a key", async () => {
    const headers = await headersOf({ server_side_encryption_type: "AES256" });
    expect(headers["x-amz-server-side-encryption"]).toBe("AES256");
    expect(headers["x-amz-server-side-encryption-bucket-key-enabled"]).toBeUndefined();
  });
});
