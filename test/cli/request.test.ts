// Signatures are judged by the vectors that AWS publishes (aws-sig-v4-test-suite) and by AWS's own
// signer, which signs what a server has received once more.

import { createHash, createHmac } from "node:crypto";
import { createServer, type IncomingHttpHeaders, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { SignatureV4 } from "@smithy/signature-v4";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { signRequest } from "../../src/cli/sigv4.ts";
import { runVarve } from "../support/cli.ts";
import { startVarve, type TestServer } from "../support/varve.ts";

const KEYS = {
  accessKeyId: "AKIDEXAMPLE",
  secretAccessKey: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
};
const SCOPE = { region: "us-east-1", service: "service", timeMs: Date.UTC(2015, 7, 30, 12, 36) };

function signatureOf(method: string, path: string, headers = {}, body = ""): string {
  const url = new URL(path, "https://example.amazonaws.com");
  const signed = signRequest({ method, url, headers, body: Buffer.from(body) }, KEYS, SCOPE);
  return /Signature=([0-9a-f]{64})$/.exec(signed["authorization"]!)![1]!;
}

describe("signRequest", () => {
  it("gives the signatures of AWS's vectors", () => {
    expect(signatureOf("GET", "/")).toBe(
      "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31",
    );
    expect(signatureOf("POST", "/")).toBe(
      "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b",
    );
    expect(signatureOf("GET", "/?Param2=value2&Param1=value1")).toBe(
      "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500",
    );
    const form = { "content-type": "application/x-www-form-urlencoded" };
    expect(signatureOf("POST", "/", form, "Param1=value1")).toBe(
      "ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a",
    );
  });
});

interface Received {
  method: string;
  url: string;
  headers: IncomingHttpHeaders;
  body: Buffer;
}

/** SHA-256 as AWS's signer wants it. */
class Sha256 {
  private readonly hash;
  constructor(secret?: string | Uint8Array) {
    this.hash = secret === undefined ? createHash("sha256") : createHmac("sha256", secret);
  }
  update(data: string | Uint8Array): void {
    this.hash.update(data);
  }
  async digest(): Promise<Uint8Array> {
    return this.hash.digest();
  }
  reset(): void {}
}

/** The authorization that AWS's signer gives to a request that has arrived. */
async function authorizationOf(received: Received, sessionToken?: string): Promise<string> {
  const url = new URL(received.url, `http://${received.headers.host}`);
  const signed = /SignedHeaders=([^,]+)/.exec(received.headers.authorization!)![1]!.split(";");
  const [, region, service] = /\/\d{8}\/([^/]+)\/([^/]+)\/aws4_request/
    .exec(received.headers.authorization!)!
    .map(String);
  const signer = new SignatureV4({
    credentials: { ...KEYS, ...(sessionToken === undefined ? {} : { sessionToken }) },
    region: region!,
    service: service!,
    sha256: Sha256 as never,
  });
  const headers = Object.fromEntries(signed.map((name) => [name, String(received.headers[name])]));
  const query: Record<string, string> = Object.fromEntries(url.searchParams);
  const time = String(received.headers["x-amz-date"]);
  const again = await signer.sign(
    {
      method: received.method,
      protocol: url.protocol,
      hostname: url.hostname,
      path: url.pathname,
      query,
      headers,
      body: received.body,
    } as never,
    {
      signingDate: new Date(time.replace(/(....)(..)(..T..)(..)(..Z)/, "$1-$2-$3:$4:$5")),
    },
  );
  return (again as unknown as { headers: Record<string, string> }).headers["authorization"]!;
}

describe("varve request", () => {
  let server: Server;
  let base: string;
  let received: Received;
  let status = 200;
  beforeAll(async () => {
    server = createServer(async (request, response) => {
      const parts: Buffer[] = [];
      for await (const part of request) parts.push(part);
      const { method = "", url = "", headers } = request;
      received = { method, url, headers, body: Buffer.concat(parts) };
      response.writeHead(status, { "content-type": "application/json" });
      response.end('{"answer":1}');
    }).listen(0, "127.0.0.1");
    await new Promise((done) => server.once("listening", done));
    base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => server.close());

  const environment = {
    AWS_ACCESS_KEY_ID: KEYS.accessKeyId,
    AWS_SECRET_ACCESS_KEY: KEYS.secretAccessKey,
    AWS_SESSION_TOKEN: "token/of+a+role==",
  };

  it("signs what it sends as AWS's own signer does", async () => {
    const args = ["--sigv4", "--region", "ap-northeast-1", "--service", "es"];
    for (const path of [
      "/_snapshot/repo?verify=false&master_timeout=30s",
      "/_snapshot/r%C3%A9po%20two/_all?pretty",
      "/towns/_search?q=name:a*b&size=1",
    ]) {
      const done = await runVarve(["request", "put", base + path, ...args, "-d", '{"a":"ü"}'], {
        environment,
      });
      expect([done.code, done.stdout]).toEqual([0, '{"answer":1}']);
      expect(received.headers["x-amz-security-token"]).toBe(environment.AWS_SESSION_TOKEN);
      expect(received.headers["content-type"]).toBe("application/json");
      const authorization = await authorizationOf(received, environment.AWS_SESSION_TOKEN);
      expect(received.headers.authorization, path).toBe(authorization);
      expect(received.headers.authorization).toContain("/ap-northeast-1/es/aws4_request");
    }
  });

  it("sends no signature unless told, and bodies from stdin as they are", async () => {
    const lines = '{"index":{}}\n{"a":1}\n';
    await runVarve(["request", "POST", `${base}/i/_bulk`, "-d", "-", "-H", "X-A: b"], {
      stdin: lines,
      environment,
    });
    expect(received.headers.authorization).toBeUndefined();
    expect(received.headers["content-type"]).toBe("application/x-ndjson");
    expect([received.headers["x-a"], received.body.toString()]).toEqual(["b", lines]);
  });

  it("sends a body with GET, as OpenSearch takes it", async () => {
    await runVarve(["request", "GET", `${base}/_search`, "-d", '{"size":1}']);
    expect([received.method, received.body.toString()]).toEqual(["GET", '{"size":1}']);
  });

  it("ends with 1 when the answer is an error, and with 3 when there is none", async () => {
    status = 404;
    const missing = await runVarve(["request", "GET", `${base}/nothing`]);
    expect([missing.code, missing.stdout]).toEqual([1, '{"answer":1}']);
    status = 200;
    const nobody = await runVarve(["request", "GET", "http://127.0.0.1:1/"]);
    expect([nobody.code, nobody.stdout]).toEqual([3, ""]);
    expect(nobody.stderr).toContain("GET http://127.0.0.1:1/ failed");
  });

  it("rejects keys in the URL, other protocols, and a signature without a region", async () => {
    const codeOf = async (...args: string[]) =>
      (await runVarve(["request", ...args], { environment })).code;
    expect(await codeOf("GET", "http://user:pass@localhost/")).toBe(2);
    expect(await codeOf("GET", "ftp://localhost/")).toBe(2);
    expect(await codeOf("FETCH", base)).toBe(2);
    expect(await codeOf("GET", base, "--sigv4")).toBe(2);
    expect(await codeOf("PUT", base, "-d", "@no-such-file")).toBe(2);
  });
});

describe("a server of ours", () => {
  let node: TestServer;
  beforeAll(async () => {
    node = await startVarve();
  });
  afterAll(async () => node.stop());

  it("takes signed requests, bodies and all", async () => {
    const environment = {
      AWS_ACCESS_KEY_ID: "A",
      AWS_SECRET_ACCESS_KEY: "S",
      AWS_REGION: "ap-northeast-1",
    };
    const settings = { bucket: "b", region: "ap-northeast-1", role_arn: "arn:aws:iam::1:role/r/" };
    const put = await runVarve(
      [
        ...["request", "PUT", `${node.url}/_snapshot/s3-backup?verify=false`, "--sigv4"],
        ...["-d", JSON.stringify({ type: "s3", settings })],
      ],
      { environment },
    );
    expect([put.code, put.json()]).toEqual([0, { acknowledged: true }]);
    const get = await runVarve(["request", "GET", `${node.url}/_snapshot/s3-backup`, "--sigv4"], {
      environment,
    });
    expect(get.json()).toEqual({ "s3-backup": { type: "s3", settings } });
  });
});
