// Connections through a proxy. https goes through a tunnel (CONNECT of an http or https proxy, or
// SOCKS 5, RFC 1928 and 1929); http is asked of the proxy by the whole URL.

import { type AgentOptions, type ClientRequest, Agent as HttpAgent, request } from "node:http";
import { Agent as HttpsAgent, request as httpsRequest } from "node:https";
import { connect, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import type { S3Proxy } from "./s3-client-settings.ts";

type Connected = (error: Error | null, socket?: Socket) => void;

interface Target {
  readonly host: string;
  readonly port: number;
  readonly servername?: string;
}

/** Agents whose connections go through the proxy. */
export function proxyAgents(
  proxy: S3Proxy,
  options: AgentOptions,
): { httpAgent: HttpAgent; httpsAgent: HttpsAgent } {
  return { httpAgent: forwardingAgent(proxy, options), httpsAgent: tunnelAgent(proxy, options) };
}

function authorization(proxy: S3Proxy): Record<string, string> {
  if (proxy.username === undefined) return {};
  const pair = `${proxy.username}:${proxy.password ?? ""}`;
  return { "proxy-authorization": `Basic ${Buffer.from(pair).toString("base64")}` };
}

type AddRequest = (this: HttpAgent, outgoing: ClientRequest, target: Target) => void;

function forwardingAgent(proxy: S3Proxy, options: AgentOptions): HttpAgent {
  const agent = new HttpAgent(options);
  const { addRequest } = agent as unknown as { addRequest: AddRequest };
  // Node's hook for each request, before its head is written.
  const forward: AddRequest = (outgoing, target) => {
    const authority = target.port === 80 ? target.host : `${target.host}:${target.port}`;
    outgoing.path = `http://${authority}${outgoing.path}`;
    for (const [name, value] of Object.entries(authorization(proxy))) {
      outgoing.setHeader(name, value);
    }
    addRequest.call(agent, outgoing, { ...target, host: proxy.host, port: proxy.port });
  };
  return Object.assign(agent, { addRequest: forward });
}

function tunnelAgent(proxy: S3Proxy, options: AgentOptions): HttpsAgent {
  const open = proxy.type === "socks" ? openSocks : openTunnel;
  const createConnection = (target: Target, done: Connected): undefined => {
    open(proxy, target, (error, socket) => {
      if (error !== null || socket === undefined) return done(error);
      const servername = target.servername ?? target.host;
      done(null, connectTls({ ...target, socket, servername }));
    });
  };
  return Object.assign(new HttpsAgent(options), { createConnection });
}

function openTunnel(proxy: S3Proxy, target: Target, done: Connected): void {
  const ask = proxy.type === "https" ? httpsRequest : request;
  const authority = `${target.host}:${target.port}`;
  const outgoing = ask({
    host: proxy.host,
    port: proxy.port,
    method: "CONNECT",
    path: authority,
    headers: { host: authority, ...authorization(proxy) },
    agent: false,
  });
  outgoing.on("connect", (response, socket) => {
    if (response.statusCode === 200) return done(null, socket);
    socket.destroy();
    done(refusedTunnel(response.statusCode ?? 0));
  });
  outgoing.on("response", (response) => {
    outgoing.destroy();
    done(refusedTunnel(response.statusCode ?? 0));
  });
  outgoing.on("error", done);
  outgoing.end();
}

/** A proxy that cannot may do so later; one that will not (407, 403) is told as it is. */
function refusedTunnel(status: number): Error {
  const code = status >= 500 ? "ECONNREFUSED" : "ProxyRefused";
  return Object.assign(new Error(`The proxy refused a tunnel with status ${status}`), { code });
}

function openSocks(proxy: S3Proxy, target: Target, done: Connected): void {
  const socket = connect(proxy.port, proxy.host);
  const fail = (error: Error) => {
    socket.destroy();
    done(error);
  };
  socket.once("error", fail);
  socksHandshake(socket, proxy, target).then(() => {
    socket.off("error", fail);
    done(null, socket);
  }, fail);
}

async function socksHandshake(socket: Socket, proxy: S3Proxy, target: Target): Promise<void> {
  const named = proxy.username !== undefined;
  socket.write(named ? Buffer.from([5, 2, 0, 2]) : Buffer.from([5, 1, 0]));
  const [version, method] = await readExactly(socket, 2);
  if (version !== 5 || (method !== 0 && method !== 2)) {
    throw new Error("The SOCKS proxy takes none of our ways to sign in");
  }
  if (method === 2) {
    const name = Buffer.from(proxy.username ?? "");
    const password = Buffer.from(proxy.password ?? "");
    socket.write(Buffer.from([1, name.length, ...name, password.length, ...password]));
    const answer = await readExactly(socket, 2);
    if (answer[1] !== 0) throw new Error("The SOCKS proxy refused its user name or password");
  }
  const host = Buffer.from(target.host);
  const port = [target.port >> 8, target.port & 255];
  socket.write(Buffer.from([5, 1, 0, 3, host.length, ...host, ...port]));
  const head = await readExactly(socket, 5);
  if (head[1] !== 0) throw new Error(`The SOCKS proxy refused the connection with code ${head[1]}`);
  // The bound address: IPv4, a name with its length, or IPv6; then its port.
  const addressBytes = head[3] === 1 ? 4 : head[3] === 4 ? 16 : head[4]! + 1;
  await readExactly(socket, addressBytes - 1 + 2);
}

async function readExactly(socket: Socket, length: number): Promise<Buffer> {
  for (;;) {
    const bytes = socket.read(length) as Buffer | null;
    if (bytes !== null) return bytes;
    await new Promise<void>((resolve, reject) => {
      const settle = (error?: Error) => {
        socket.off("readable", onReadable);
        socket.off("end", onEnd);
        socket.off("error", settle);
        if (error === undefined) resolve();
        else reject(error);
      };
      const onReadable = () => settle();
      const onEnd = () => settle(new Error("The SOCKS proxy ended the connection"));
      socket.once("readable", onReadable);
      socket.once("end", onEnd);
      socket.once("error", settle);
    });
  }
}
