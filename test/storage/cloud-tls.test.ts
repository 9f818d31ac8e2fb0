// The gcs and azure providers over https: a certificate that nobody vouches for, and a tunnel
// through a proxy.

import { generateKeyPairSync } from "node:crypto";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer as createProxy } from "node:http";
import { createServer, type Server } from "node:https";
import { type AddressInfo, connect } from "node:net";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { seededRandom, systemClock, VarveError } from "../../src/base/index.ts";
import { type BlobStore, openBlobStore, type StoreType } from "../../src/blobstore/index.ts";
import { newCertificate } from "../support/storage/certificate.ts";
import { runCommand, storageSkip } from "../support/storage/process.ts";

const skip = await storageSkip("openssl", () => runCommand("openssl", ["version"]));
const KEY = Buffer.from("a key of a test").toString("base64");

describe.skipIf(skip !== undefined)("over https", () => {
  let folder: string;
  let server: Server;
  let origin: string;
  beforeAll(async () => {
    folder = newCertificate();
    const read = (name: string) => readFileSync(join(folder, name));
    server = createServer({ cert: read("cert.pem"), key: read("key.pem") }, (_, response) => {
      response.writeHead(200, { etag: '"1"', "content-length": "5" });
      response.end("bytes");
    });
    await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
    origin = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => {
    server?.closeAllConnections();
    server?.close();
    rmSync(folder, { recursive: true });
  });
  afterEach(() => vi.unstubAllEnvs());

  const open = (type: StoreType, more: Record<string, string> = {}): BlobStore => {
    const settings = type === "gcs" ? { bucket: "b" } : { container: "c" };
    const secrets = type === "gcs" ? {} : { account: "acc", key: KEY };
    return openBlobStore(
      {
        type,
        settings,
        client: { endpoint: origin, ...more },
        secrets: more["proxy.type"]
          ? { ...secrets, "proxy.username": "u", "proxy.password": "p" }
          : secrets,
      },
      { clock: systemClock, random: seededRandom(1) },
    );
  };

  /** Application default credentials of a user, as gcloud writes them. */
  const stubCredentials = () => {
    const user = { client_id: "id", client_secret: "secret", refresh_token: "refresh" };
    const file = join(folder, "adc.json");
    writeFileSync(file, JSON.stringify({ type: "authorized_user", ...user }));
    vi.stubEnv("GOOGLE_APPLICATION_CREDENTIALS", file);
  };

  it("rejects a certificate that nobody vouches for, and does not repeat", async () => {
    const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
    const account = {
      type: "service_account",
      client_email: "a@b",
      private_key: privateKey.export({ type: "pkcs8", format: "pem" }),
      token_uri: `${origin}/token`,
    };
    const gcs = openBlobStore(
      {
        type: "gcs",
        settings: { bucket: "b" },
        client: { endpoint: origin },
        secrets: { credentials_file: JSON.stringify(account) },
      },
      { clock: systemClock, random: seededRandom(1) },
    );
    for (const store of [gcs, open("azure")]) {
      const error = await store.get("x").catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(VarveError);
      expect((error as VarveError).kind).toBe("invalid");
      expect((error as VarveError).message).toMatch(/certificate.*; check the .*certificate$/);
    }
  });

  it("goes through the tunnel of a proxy, with its user, tokens too", async () => {
    vi.stubEnv("NODE_TLS_REJECT_UNAUTHORIZED", "0");
    const asked: string[] = [];
    const tokens = createServer(
      { cert: readFileSync(join(folder, "cert.pem")), key: readFileSync(join(folder, "key.pem")) },
      (_, response) => {
        response.setHeader("content-type", "application/json");
        response.end('{"access_token":"t","token_type":"Bearer","expires_in":3600}');
      },
    );
    await new Promise<void>((done) => tokens.listen(0, "127.0.0.1", done));
    const { port: tokenPort } = tokens.address() as AddressInfo;
    const google = "oauth2.googleapis.com:443";
    const proxy = createProxy();
    proxy.on("connect", (request, socket) => {
      asked.push(`${request.url} ${request.headers["proxy-authorization"]}`);
      const [host, port] = String(request.url).split(":");
      const isToken = request.url === google;
      const target = connect(isToken ? tokenPort : Number(port), isToken ? "127.0.0.1" : host);
      target.on("connect", () => {
        socket.write("HTTP/1.1 200 Connection established\r\n\r\n");
        target.pipe(socket).pipe(target);
      });
      for (const end of [target, socket]) end.on("error", () => {});
    });
    await new Promise<void>((done) => proxy.listen(0, "127.0.0.1", done));
    const client = {
      "proxy.type": "http",
      "proxy.host": "127.0.0.1",
      "proxy.port": String((proxy.address() as AddressInfo).port),
    };
    const basic = `Basic ${Buffer.from("u:p").toString("base64")}`;
    stubCredentials();
    for (const type of ["gcs", "azure"] as const) {
      const store = open(type, client);
      expect(Buffer.from(await store.get("x")).toString()).toBe("bytes");
      await store.close();
    }
    const storeHost = origin.slice("https://".length);
    expect(asked).toEqual([`${google} ${basic}`, `${storeHost} ${basic}`, `${storeHost} ${basic}`]);
    tokens.closeAllConnections();
    tokens.close();
    proxy.closeAllConnections();
    proxy.close();
  });
});
