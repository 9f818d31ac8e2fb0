// Agents of node:http and node:https that reach their hosts through an HTTP proxy. Both open a
// tunnel with CONNECT, so that the proxy sees neither the request nor its credentials where the
// store speaks TLS.

import { type AgentOptions, Agent as HttpAgent, request } from "node:http";
import { Agent as HttpsAgent } from "node:https";
import type { Duplex } from "node:stream";
import { connect as connectTls } from "node:tls";
import { VarveError } from "../base/index.ts";
import type { ClientProxy } from "./client-options.ts";

/** One agent for each scheme. */
export interface ProxyAgents {
  http: HttpAgent;
  https: HttpsAgent;
}

interface Target {
  host: string;
  port: number;
  servername?: string;
}

type Connected = (error: Error | null, socket?: Duplex) => void;

/** Agents whose connections go through the proxy. */
export function proxyAgents(proxy: ClientProxy, options: AgentOptions): ProxyAgents {
  const http = new HttpAgent(options);
  const https = new HttpsAgent(options);
  // Node's agents take what `createConnection` gives to its callback.
  Object.assign(http, {
    createConnection: (target: Target, done: Connected) => {
      openTunnel(proxy, target, done);
    },
  });
  Object.assign(https, {
    createConnection: (target: Target, done: Connected) => {
      openTunnel(proxy, target, (error, socket) => {
        if (socket === undefined) return done(error);
        const secure = connectTls({
          ...target,
          socket,
          servername: target.servername ?? target.host,
        });
        done(null, secure);
      });
    },
  });
  return { http, https };
}

function openTunnel(proxy: ClientProxy, target: Target, done: Connected): void {
  const authority = `${target.host}:${target.port}`;
  const { username, password } = proxy;
  const token = Buffer.from(`${username ?? ""}:${password ?? ""}`).toString("base64");
  const outgoing = request({
    host: proxy.host,
    port: proxy.port,
    method: "CONNECT",
    path: authority,
    agent: false,
    headers: {
      host: authority,
      ...(username === undefined ? {} : { "proxy-authorization": `Basic ${token}` }),
    },
  });
  outgoing.on("error", (error) => done(error));
  outgoing.on("connect", (answer, socket) => {
    if (answer.statusCode === 200) return done(null, socket);
    socket.destroy();
    done(refusedBy(proxy, answer.statusCode ?? 0));
  });
  outgoing.on("response", (answer) => {
    answer.destroy();
    done(refusedBy(proxy, answer.statusCode ?? 0));
  });
  outgoing.end();
}

function refusedBy(proxy: ClientProxy, status: number): VarveError {
  const message = `Proxy [${proxy.host}:${proxy.port}] refused to connect with status ${status}`;
  return new VarveError(status === 407 ? "invalid" : "unavailable", message, {
    type: "i_o_exception",
  });
}
