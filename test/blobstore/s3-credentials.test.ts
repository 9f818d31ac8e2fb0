// Where credentials come from, each against a small server that demands what the real one does.

import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { systemClock } from "../../src/base/index.ts";
import { type StoreAddress, s3Credentials } from "../../src/blobstore/index.ts";

interface Answer {
  status?: number;
  body: string;
}

type Handler = (request: IncomingMessage, body: string) => Answer;

const servers: Server[] = [];
let folder: string;
let saved: NodeJS.ProcessEnv;

beforeEach(() => {
  saved = { ...process.env };
  for (const name of Object.keys(process.env))
    if (name.startsWith("AWS_")) delete process.env[name];
  folder = mkdtempSync(join(tmpdir(), "varve-s3-credentials-"));
  // Nothing of the machine that runs the test gets in.
  process.env["AWS_SHARED_CREDENTIALS_FILE"] = join(folder, "credentials");
  process.env["AWS_CONFIG_FILE"] = join(folder, "config");
});

afterEach(async () => {
  process.env = saved;
  rmSync(folder, { recursive: true, force: true });
  await Promise.all(
    servers.splice(0).map((server) => {
      server.closeAllConnections();
      return new Promise((done) => server.close(done));
    }),
  );
});

async function serve(handler: Handler): Promise<string> {
  const server = createServer(async (request, response) => {
    let body = "";
    for await (const chunk of request) body += chunk;
    const answer = handler(request, body);
    response.writeHead(answer.status ?? 200).end(answer.body);
  });
  servers.push(server);
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function address(
  settings: Record<string, string> = {},
  secrets: Record<string, string> = {},
  client: Record<string, string> = {},
): StoreAddress {
  const own = { bucket: "b", region: "eu-west-1", ...settings };
  return { type: "s3", settings: own, client, secrets };
}

const open = (...given: Parameters<typeof address>) =>
  s3Credentials(address(...given), systemClock);
const inSeconds = (seconds: number) => new Date(Date.now() + seconds * 1000).toISOString();

/** An STS that counts and keeps what it was asked. */
function sts(expiresSeconds: number): {
  handler: Handler;
  asked: URLSearchParams[];
  heads: string[];
} {
  const asked: URLSearchParams[] = [];
  const heads: string[] = [];
  const handler: Handler = (request, body) => {
    const form = new URLSearchParams(body);
    asked.push(form);
    heads.push(request.headers.authorization ?? "");
    const action = form.get("Action")!;
    if (form.get("RoleArn")!.endsWith("forbidden")) {
      const error = "<Code>AccessDenied</Code><Message>User AKIDMASTER may not</Message>";
      return { status: 403, body: `<ErrorResponse><Error>${error}</Error></ErrorResponse>` };
    }
    const keys =
      `<AccessKeyId>ASIA${asked.length}</AccessKeyId><SecretAccessKey>s</SecretAccessKey>` +
      `<SessionToken>t${asked.length}</SessionToken><Expiration>${inSeconds(expiresSeconds)}</Expiration>`;
    const user = "<AssumedRoleUser><Arn>arn:aws:sts::1:assumed-role/r/s</Arn></AssumedRoleUser>";
    return {
      body:
        `<${action}Response xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><${action}Result>` +
        `<Credentials>${keys}</Credentials>${user}</${action}Result></${action}Response>`,
    };
  };
  return { handler, asked, heads };
}

describe("s3Credentials with keys", () => {
  it("answers access_key, secret_key and session_token as they are", async () => {
    const secrets = { access_key: "AK", secret_key: "SK", session_token: "ST" };
    expect(await open({}, secrets)()).toEqual({
      accessKeyId: "AK",
      secretAccessKey: "SK",
      sessionToken: "ST",
    });
    expect(open({}, secrets).renew()).toBe(false);
  });

  it("rejects halves of keys in the real server's words", () => {
    expect(() => open({}, { access_key: "AK" })).toThrow(
      "Missing secret key for s3 client [default]",
    );
    expect(() => open({ client: "c" }, { secret_key: "SK" })).toThrow(
      "Missing access key for s3 client [c]",
    );
    expect(() => open({}, { session_token: "ST" })).toThrow(
      "Missing access key and secret key for s3 client [default]",
    );
  });

  it("answers the environment's keys when none are set", async () => {
    process.env["AWS_ACCESS_KEY_ID"] = "AKENV";
    process.env["AWS_SECRET_ACCESS_KEY"] = "SKENV";
    expect(await open()()).toMatchObject({ accessKeyId: "AKENV", secretAccessKey: "SKENV" });
  });

  it("answers a profile's keys, and the new ones once it is asked to renew", async () => {
    process.env["AWS_PROFILE"] = "backup";
    const write = (key: string) =>
      writeFileSync(
        join(folder, "credentials"),
        `[default]\naws_access_key_id = NO\naws_secret_access_key = no\n\n[backup]\n` +
          `aws_access_key_id = ${key}\naws_secret_access_key = sk\n`,
      );
    write("AKFILE1");
    const provider = open();
    expect((await provider()).accessKeyId).toBe("AKFILE1");
    write("AKFILE2");
    expect((await provider()).accessKeyId).toBe("AKFILE1");
    expect(provider.renew()).toBe(true);
    expect((await provider()).accessKeyId).toBe("AKFILE2");
  });

  it("answers what a profile's credential_process prints", async () => {
    process.env["AWS_PROFILE"] = "tool";
    const printed = { Version: 1, AccessKeyId: "AKTOOL", SecretAccessKey: "s" };
    writeFileSync(join(folder, "printed.json"), JSON.stringify(printed));
    const command = `cat ${join(folder, "printed.json")}`;
    writeFileSync(join(folder, "config"), `[profile tool]\ncredential_process = ${command}\n`);
    expect((await open()()).accessKeyId).toBe("AKTOOL");
  });

  it("signs in by the SSO of a profile", async () => {
    const start = "https://sso.example/start";
    const cache = join(folder, ".aws/sso/cache");
    mkdirSync(cache, { recursive: true });
    const session = { accessToken: "sso-token", expiresAt: inSeconds(3600), region: "eu-west-1" };
    const name = createHash("sha1").update(start).digest("hex");
    writeFileSync(join(cache, `${name}.json`), JSON.stringify({ ...session, startUrl: start }));
    const profile = { sso_start_url: start, sso_region: "eu-west-1", sso_role_name: "Backup" };
    const lines = Object.entries({ ...profile, sso_account_id: "123456789012" });
    const text = lines.map(([key, value]) => `${key} = ${value}\n`).join("");
    writeFileSync(join(folder, "config"), `[profile sso]\n${text}`);
    Object.assign(process.env, { HOME: folder, AWS_PROFILE: "sso" });
    const asked: string[] = [];
    process.env["AWS_ENDPOINT_URL_SSO"] = await serve(({ url, headers }) => {
      asked.push(`${url} ${headers["x-amz-sso_bearer_token"]}`);
      const keys = { accessKeyId: "ASIASSO", secretAccessKey: "s", sessionToken: "t" };
      const roleCredentials = { ...keys, expiration: Date.now() + 3_600_000 };
      return { body: JSON.stringify({ roleCredentials }) };
    });
    expect(await open()()).toMatchObject({ accessKeyId: "ASIASSO", sessionToken: "t" });
    expect(asked).toEqual([
      "/federation/credentials?account_id=123456789012&role_name=Backup sso-token",
    ]);
  });

  it("rejects with a hint when there are none", async () => {
    process.env["AWS_EC2_METADATA_DISABLED"] = "true";
    await expect(open()()).rejects.toThrow(/^Finding credentials for S3 failed with/);
  });
});

describe("s3Credentials with IMDSv2", () => {
  it("asks for a token, the role and its keys, and again before they end", async () => {
    const seen: string[] = [];
    let keys = 0;
    process.env["AWS_EC2_METADATA_SERVICE_ENDPOINT"] = await serve((request) => {
      const { method, url, headers } = request;
      seen.push(`${method} ${url}`);
      if (method === "PUT" && url === "/latest/api/token") {
        const ttl = headers["x-aws-ec2-metadata-token-ttl-seconds"];
        return ttl === undefined ? { status: 400, body: "" } : { body: "imds-token" };
      }
      if (headers["x-aws-ec2-metadata-token"] !== "imds-token") return { status: 401, body: "" };
      if (url === "/latest/meta-data/iam/security-credentials/") return { body: "backup-role" };
      if (url === "/latest/meta-data/iam/security-credentials/backup-role") {
        keys++;
        const body = {
          Code: "Success",
          AccessKeyId: `ASIAIMDS${keys}`,
          SecretAccessKey: "s",
          Token: "t",
          // The first ones end soon, so they are renewed at once.
          Expiration: inSeconds(keys === 1 ? 200 : 3600),
        };
        return { body: JSON.stringify(body) };
      }
      return { status: 404, body: "" };
    });
    const provider = open();
    expect(await provider()).toMatchObject({ accessKeyId: "ASIAIMDS1", sessionToken: "t" });
    expect((await provider()).accessKeyId).toBe("ASIAIMDS2");
    expect((await provider()).accessKeyId).toBe("ASIAIMDS2");
    expect(keys).toBe(2);
    expect(seen[0]).toBe("PUT /latest/api/token");
  });

  it("serves known keys on when the service is away, until they end", async () => {
    let away = false;
    process.env["AWS_EC2_METADATA_SERVICE_ENDPOINT"] = await serve(({ method, url }) => {
      if (away) return { status: 500, body: "" };
      if (method === "PUT") return { body: "token" };
      if (url!.endsWith("/")) return { body: "role" };
      const keys = { AccessKeyId: "ASIA", SecretAccessKey: "s", Token: "t" };
      return { body: JSON.stringify({ Code: "Success", ...keys, Expiration: inSeconds(200) }) };
    });
    const clock = { ...systemClock, now: () => Date.now() + ahead };
    let ahead = 0;
    const provider = s3Credentials(address(), clock);
    expect((await provider()).accessKeyId).toBe("ASIA");
    away = true;
    expect((await provider()).accessKeyId).toBe("ASIA");
    ahead = 201_000;
    await expect(provider()).rejects.toThrow("Finding credentials for S3 failed");
  });
});

describe("s3Credentials in a container", () => {
  it("asks the endpoint with its token", async () => {
    const base = await serve((request) =>
      request.headers.authorization === "Basic abc" && request.url === "/v2/credentials"
        ? {
            body: JSON.stringify({
              AccessKeyId: "ASIACONT",
              SecretAccessKey: "s",
              Token: "t",
              Expiration: inSeconds(3600),
            }),
          }
        : { status: 401, body: "{}" },
    );
    process.env["AWS_CONTAINER_CREDENTIALS_FULL_URI"] = `${base}/v2/credentials`;
    process.env["AWS_CONTAINER_AUTHORIZATION_TOKEN"] = "Basic abc";
    expect((await open()()).accessKeyId).toBe("ASIACONT");
  });
});

describe("s3Credentials with a role", () => {
  const roleArn = "arn:aws:iam::123456789012:role/snapshots";

  it("assumes it with the client's keys, and once more before it ends", async () => {
    const { handler, asked, heads } = sts(200);
    const secrets = { access_key: "AKIDMASTER", secret_key: "s", role_arn: roleArn };
    const provider = open({}, secrets, { sts_endpoint: await serve(handler) });
    expect(await provider()).toMatchObject({ accessKeyId: "ASIA1", sessionToken: "t1" });
    expect((await provider()).accessKeyId).toBe("ASIA2");
    expect(asked.map((form) => form.get("Action"))).toEqual(["AssumeRole", "AssumeRole"]);
    expect(asked[0]!.get("RoleArn")).toBe(roleArn);
    expect(heads[0]).toContain("Credential=AKIDMASTER/");
    expect(heads[0]).toContain("/eu-west-1/sts/");
  });

  it("asks once for many that wait, and keeps what holds", async () => {
    const { handler, asked } = sts(3600);
    const client = { role_session_name: "nightly", sts_endpoint: await serve(handler) };
    const provider = open({ role_arn: roleArn }, { access_key: "AK", secret_key: "s" }, client);
    const all = await Promise.all(Array.from({ length: 8 }, () => provider()));
    expect(new Set(all.map((keys) => keys.accessKeyId))).toEqual(new Set(["ASIA1"]));
    await provider();
    expect(asked.length).toBe(1);
    expect(asked[0]!.get("RoleSessionName")).toBe("nightly");
  });

  it("rejects with what is missing, and without secrets, when the role is not given", async () => {
    const { handler } = sts(3600);
    const client = { sts_endpoint: await serve(handler) };
    const secrets = { access_key: "AKIDMASTER", secret_key: "hidden" };
    const provider = open({ role_arn: `${roleArn}-forbidden` }, secrets, client);
    const error = await provider().catch((thrown: unknown) => thrown as Error);
    expect(String(error)).toContain(`Assuming the role [${roleArn}-forbidden] for S3 failed`);
    expect(String(error)).toContain("status 403 AccessDenied");
    expect(String(error)).toContain("sts:AssumeRole");
    expect(JSON.stringify(error, Object.getOwnPropertyNames(error))).not.toMatch(
      /AKIDMASTER|hidden/,
    );
  });

  it("assumes it by a token file, which is read anew each time", async () => {
    const { handler, asked, heads } = sts(200);
    const token = join(folder, "token");
    writeFileSync(token, "jwt-one");
    const client = { sts_endpoint: await serve(handler), identity_token_file: token };
    const provider = open({}, { role_arn: roleArn, role_session_name: "irsa" }, client);
    expect((await provider()).accessKeyId).toBe("ASIA1");
    writeFileSync(token, "jwt-two");
    expect((await provider()).accessKeyId).toBe("ASIA2");
    expect(asked.map((form) => form.get("WebIdentityToken"))).toEqual(["jwt-one", "jwt-two"]);
    expect(asked[0]!.get("Action")).toBe("AssumeRoleWithWebIdentity");
    expect(asked[0]!.get("RoleSessionName")).toBe("irsa");
    expect(heads).toEqual(["", ""]);
  });

  it("takes the environment's token file and role when nothing is set", async () => {
    const { handler, asked } = sts(3600);
    const token = join(folder, "token");
    writeFileSync(token, "jwt-env");
    process.env["AWS_WEB_IDENTITY_TOKEN_FILE"] = token;
    process.env["AWS_ROLE_ARN"] = roleArn;
    process.env["AWS_ENDPOINT_URL_STS"] = await serve(handler);
    expect((await open()()).accessKeyId).toBe("ASIA1");
    expect(asked[0]!.get("WebIdentityToken")).toBe("jwt-env");
    expect(asked[0]!.get("RoleArn")).toBe(roleArn);
  });

  it("rejects a token file without a role", () => {
    expect(() => open({}, {}, { identity_token_file: "/token" })).toThrow("needs its role_arn");
  });

  it("rejects a repository that names a file or an STS to send it to", () => {
    for (const name of ["identity_token_file", "sts_endpoint"]) {
      expect(() => open({ [name]: "/etc/passwd", role_arn: roleArn })).toThrow(
        `Setting [${name}] belongs to a client [s3.client.*.${name}], not to a repository`,
      );
    }
  });
});
