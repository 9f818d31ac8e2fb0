// The s3 provider through proxies that count: http by the whole URL, https by tunnels.

import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer, type RequestListener, request, type Server } from "node:http";
import { createServer as createHttps } from "node:https";
import { type AddressInfo, connect, createServer as createTcp, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { openBlobStore } from "../../src/blobstore/index.ts";
import { storeContext } from "../support/storage/s3-server.ts";

type AnyServer = ReturnType<typeof createTcp> | Server;
const servers: AnyServer[] = [];
const sockets = new Set<Socket>();

afterEach(async () => {
  for (const socket of sockets) socket.destroy();
  sockets.clear();
  await Promise.all(servers.splice(0).map((server) => new Promise((done) => server.close(done))));
});

async function listen(server: AnyServer): Promise<number> {
  servers.push(server);
  server.on("connection", (socket: Socket) => sockets.add(socket));
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  return (server.address() as AddressInfo).port;
}

const store: RequestListener = (_, response) => {
  response.end("from the store");
};

function open(settings: Record<string, string>, secrets: Record<string, string> = {}) {
  const own = { bucket: "b", path_style_access: "true", region: "eu-west-1", max_retries: "0" };
  return openBlobStore(
    {
      type: "s3",
      settings: { ...own, ...settings },
      client: {},
      secrets: { access_key: "AK", secret_key: "SK", ...secrets },
    },
    storeContext,
  );
}

const text = async (settings: Record<string, string>, secrets: Record<string, string> = {}) =>
  Buffer.from(await open(settings, secrets).get("x")).toString();

const basic = `Basic ${Buffer.from("user:pass word").toString("base64")}`;
const named = { "proxy.username": "user", "proxy.password": "pass word" };

/** A certificate for 127.0.0.1 that this process trusts; undefined without openssl. */
function certificate(): { key: Buffer; cert: Buffer } | undefined {
  const folder = mkdtempSync(join(tmpdir(), "varve-proxy-"));
  const [key, cert] = [join(folder, "key.pem"), join(folder, "cert.pem")];
  const subject = ["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"];
  const kind = ["-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", cert, "-days", "2"];
  try {
    execFileSync("openssl", ["req", "-x509", ...kind, ...subject], { stdio: "ignore" });
    return { key: readFileSync(key), cert: readFileSync(cert) };
  } catch {
    return undefined;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

describe("a proxy of an s3 client", () => {
  it("is asked by the whole URL for http, with its user", async () => {
    const behind = await listen(createServer(store));
    const seen: string[] = [];
    const proxy = createServer((incoming, response) => {
      seen.push(`${incoming.url} ${incoming.headers["proxy-authorization"]}`);
      const { pathname, search, port } = new URL(incoming.url!);
      const headers = incoming.headers;
      const onward = request({ host: "127.0.0.1", port, path: pathname + search, headers });
      onward.on("response", (answer) => answer.pipe(response)).end();
    });
    const port = String(await listen(proxy));
    const settings = { endpoint: `http://127.0.0.1:${behind}`, "proxy.type": "http" };
    const through = { ...settings, "proxy.host": "127.0.0.1", "proxy.port": port };
    expect(await text(through, named)).toBe("from the store");
    expect(seen).toEqual([`http://127.0.0.1:${behind}/b/x?x-id=GetObject ${basic}`]);
  });

  const pair = certificate();
  const trusted = (run: () => Promise<void>) => async () => {
    process.env["NODE_TLS_REJECT_UNAUTHORIZED"] = "0";
    try {
      await run();
    } finally {
      delete process.env["NODE_TLS_REJECT_UNAUTHORIZED"];
    }
  };

  it.skipIf(pair === undefined)(
    "tunnels https by CONNECT",
    trusted(async () => {
      const behind = await listen(createHttps(pair!, store) as unknown as Server);
      const seen: string[] = [];
      const proxy = createServer();
      proxy.on("connect", (incoming, socket) => {
        seen.push(`${incoming.url} ${incoming.headers["proxy-authorization"]}`);
        const onward = connect(behind, "127.0.0.1", () => {
          socket.write("HTTP/1.1 200 OK\r\n\r\n");
          onward.pipe(socket).pipe(onward);
        });
        sockets.add(onward);
      });
      const port = String(await listen(proxy));
      const settings = { endpoint: `https://127.0.0.1:${behind}`, "proxy.type": "http" };
      const through = { ...settings, "proxy.host": "127.0.0.1", "proxy.port": port };
      expect(await text(through, named)).toBe("from the store");
      expect(seen).toEqual([`127.0.0.1:${behind} ${basic}`]);
    }),
  );

  it.skipIf(pair === undefined)(
    "rejects when the proxy refuses the tunnel",
    trusted(async () => {
      const proxy = createServer();
      proxy.on("connect", (_, socket) => socket.end("HTTP/1.1 407 No\r\n\r\n"));
      const port = String(await listen(proxy));
      const settings = { endpoint: "https://127.0.0.1:1", "proxy.type": "http" };
      const through = { ...settings, "proxy.host": "127.0.0.1", "proxy.port": port };
      await expect(text(through)).rejects.toThrow("The proxy refused a tunnel with status 407");
    }),
  );

  it.skipIf(pair === undefined)(
    "tunnels https by SOCKS 5, with its user",
    trusted(async () => {
      const behind = await listen(createHttps(pair!, store) as unknown as Server);
      const seen: string[] = [];
      const proxy = createTcp((socket) => {
        let step = 0;
        socket.on("data", (data) => {
          if (step++ === 0) return socket.write(Buffer.from([5, 2]));
          if (step === 2) {
            seen.push(data.subarray(2, 2 + data[1]!).toString());
            return socket.write(Buffer.from([1, 0]));
          }
          if (step > 3) return;
          const length = data[4]!;
          seen.push(`${data.subarray(5, 5 + length)}:${data.readUInt16BE(5 + length)}`);
          const onward = connect(behind, "127.0.0.1", () => {
            socket.removeAllListeners("data");
            socket.write(Buffer.from([5, 0, 0, 1, 0, 0, 0, 0, 0, 0]));
            onward.pipe(socket).pipe(onward);
          });
          sockets.add(onward);
        });
      });
      const port = String(await listen(proxy));
      const settings = { endpoint: `https://127.0.0.1:${behind}`, "proxy.type": "socks" };
      const through = { ...settings, "proxy.host": "127.0.0.1", "proxy.port": port };
      expect(await text(through, named)).toBe("from the store");
      expect(seen).toEqual(["user", `127.0.0.1:${behind}`]);
    }),
  );
});
