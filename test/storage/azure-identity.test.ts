// A managed identity: whom it asks for a token by where it runs, and that Azure takes the token.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it, vi } from "vitest";
import { type Clock, systemClock, VarveError } from "../../src/base/index.ts";
import { ManagedIdentity } from "../../src/blobstore/azure/managed-identity.ts";
import {
  AZURITE_ACCOUNT,
  openAzurite,
  provideAzurite,
  startAzurite,
} from "../support/storage/azurite.ts";
import { newCertificate } from "../support/storage/certificate.ts";
import { type HttpTestServer, readBody, startHttpServer } from "../support/storage/http-server.ts";
import { runCommand, storageSkip } from "../support/storage/process.ts";

const servers: HttpTestServer[] = [];
afterEach(async () => {
  vi.unstubAllEnvs();
  for (const server of servers.splice(0)) await server.stop();
});

async function serve(
  handler: (request: IncomingMessage, response: ServerResponse) => unknown,
): Promise<string> {
  const server = await startHttpServer(handler);
  servers.push(server);
  return server.origin;
}

async function failureOf(action: () => Promise<unknown>): Promise<VarveError> {
  const error = await action().then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(VarveError);
  return error as VarveError;
}

describe("ManagedIdentity", () => {
  const identity = (environment: Record<string, string>, clock: Clock = systemClock) =>
    new ManagedIdentity("azure [c]", clock, environment);

  it("asks the metadata service once for all who wait, and again before the end", async () => {
    const asked: string[] = [];
    let nowMs = 1_700_000_000_000;
    const clock: Clock = { ...systemClock, now: () => nowMs };
    const host = await serve((request, response) => {
      asked.push(`${request.method} ${request.url} ${request.headers["metadata"]}`);
      const on = String(nowMs / 1000 + 3600);
      response.end(JSON.stringify({ access_token: `token-${asked.length}`, expires_on: on }));
    });
    const credential = identity({ AZURE_POD_IDENTITY_AUTHORITY_HOST: host }, clock);
    const tokens = await Promise.all(Array.from({ length: 5 }, () => credential.getToken()));
    expect(new Set(tokens.map(({ token }) => token))).toEqual(new Set(["token-1"]));
    expect(tokens[0]!.expiresOnTimestamp).toBe(nowMs + 3_600_000);
    expect(asked).toEqual([
      "GET /metadata/identity/oauth2/token?api-version=2018-02-01&" +
        "resource=https%3A%2F%2Fstorage.azure.com true",
    ]);
    nowMs += 3_200_000;
    expect((await credential.getToken()).token).toBe("token-1");
    nowMs += 200_000;
    expect((await credential.getToken()).token).toBe("token-2");
  });

  it("asks App Service with its header, and names the identity that is wanted", async () => {
    let asked = "";
    const host = await serve((request, response) => {
      asked = `${request.url} ${request.headers["x-identity-header"]}`;
      response.end(JSON.stringify({ access_token: "t", expires_in: "600" }));
    });
    await identity({
      IDENTITY_ENDPOINT: `${host}/msi/token`,
      IDENTITY_HEADER: "secret",
      AZURE_CLIENT_ID: "client-1",
    }).getToken();
    expect(asked).toBe(
      "/msi/token?api-version=2019-08-01&resource=https%3A%2F%2Fstorage.azure.com&" +
        "client_id=client-1 secret",
    );
  });

  it("changes the token of a pod where workload identity is set up", async () => {
    const folder = mkdtempSync(join(tmpdir(), "varve-azure-"));
    writeFileSync(join(folder, "token"), "token-of-the-pod\n");
    let form = new URLSearchParams();
    let path = "";
    const host = await serve(async (request, response) => {
      path = String(request.url);
      form = new URLSearchParams((await readBody(request)).toString());
      response.end(JSON.stringify({ access_token: "t", expires_in: 3599 }));
    });
    const { token } = await identity({
      AZURE_FEDERATED_TOKEN_FILE: join(folder, "token"),
      AZURE_TENANT_ID: "tenant-1",
      AZURE_CLIENT_ID: "client-1",
      AZURE_AUTHORITY_HOST: `${host}/`,
    }).getToken();
    expect(token).toBe("t");
    expect(path).toBe("/tenant-1/oauth2/v2.0/token");
    expect(form.get("client_assertion")).toBe("token-of-the-pod");
    expect(form.get("scope")).toBe("https://storage.azure.com/.default");
    rmSync(folder, { recursive: true });
  });

  it("is unavailable while the service is busy, and rejects when no identity is assigned", async () => {
    let status = 429;
    const host = await serve((_, response) => {
      response.writeHead(status);
      response.end('{"error":"invalid_request","error_description":"Identity not found"}');
    });
    const credential = identity({ AZURE_POD_IDENTITY_AUTHORITY_HOST: host });
    expect((await failureOf(() => credential.getToken())).kind).toBe("unavailable");
    status = 400;
    const error = await failureOf(() => credential.getToken());
    expect(error.kind).toBe("invalid");
    expect(error.message).toContain("(invalid_request): Identity not found");
    const nobody = identity({ AZURE_POD_IDENTITY_AUTHORITY_HOST: "http://127.0.0.1:9" });
    expect((await failureOf(() => nobody.getToken())).kind).toBe("unavailable");
  });
});

const skip = await storageSkip("Azurite", provideAzurite);
const noTls = await storageSkip("openssl", () => runCommand("openssl", ["version"]));

describe.skipIf(skip !== undefined || noTls !== undefined)(
  "a managed identity with Azurite",
  () => {
    it("signs in with its token, and with no key at all", async () => {
      const folder = newCertificate();
      // Only this test: its certificate is its own.
      vi.stubEnv("NODE_TLS_REJECT_UNAUTHORIZED", "0");
      const tls = { cert: join(folder, "cert.pem"), key: join(folder, "key.pem") };
      const server = await startAzurite(tls);
      try {
        let issued = 0;
        const host = await serve((_, response) => {
          issued++;
          const seconds = Math.floor(Date.now() / 1000);
          const encode = (json: object) => Buffer.from(JSON.stringify(json)).toString("base64url");
          const claims = {
            aud: "https://storage.azure.com",
            iss: "https://sts.windows.net/ab1f708d-50f6-404c-a006-d71b2ac7a606/",
            iat: seconds - 60,
            nbf: seconds - 60,
            exp: seconds + 3600,
            oid: "23657296-5cd5-45b0-a809-d972a7f4dfe1",
            tid: "dd0d0df1-06c3-436c-8034-4b9a153097ce",
          };
          const token = `${encode({ alg: "RS256", typ: "JWT" })}.${encode(claims)}.c2lnbmVk`;
          response.end(JSON.stringify({ access_token: token, expires_in: "3600" }));
        });
        vi.stubEnv("AZURE_POD_IDENTITY_AUTHORITY_HOST", host);
        const container = await server.newContainer();
        const store = openAzurite(server.endpoint, container, {
          client: { token_credential_type: "managed_identity" },
          secrets: { account: AZURITE_ACCOUNT },
        });
        await store.put("f/x", Buffer.from("12345"), { ifAbsent: true });
        expect(Buffer.from(await store.get("f/x")).toString()).toBe("12345");
        expect(await store.deleteTree("f")).toEqual({ blobs: 1, bytes: 5 });
        expect(issued).toBe(1);
      } finally {
        await server.stop();
        rmSync(folder, { recursive: true });
      }
    });
  },
);
