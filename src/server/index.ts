// The REST server: `startServer` opens a node and answers on HTTP; `close` stops it cleanly.

import { mkdirSync } from "node:fs";
import type { FastifyInstance } from "fastify";
import { type Clock, illegalArgument, type Random } from "../base/index.ts";
import { Node, type SecureSettings, type Settings } from "../engine/index.ts";
import { createHttpServer } from "./http-server.ts";
import { routes } from "./routes/index.ts";

/** Where a server listens and keeps its data. */
export interface ServerOptions {
  readonly settings: Settings;
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  readonly dataFolder: string;
  readonly repositoryFolders: readonly string[];
  readonly maxBodyBytes: number;
  /** The keystore's secrets; none by default. */
  readonly secureSettings?: SecureSettings;
  readonly clock?: Clock;
  readonly random?: Random;
}

/** A server that answers. */
export interface RunningServer {
  readonly node: Node;
  readonly http: FastifyInstance;
  readonly url: string;
  close(): Promise<void>;
}

const LOOPBACK = /^(127\.|localhost$|::1$)/;

/** Starts a node behind HTTP. Another address than loopback must be allowed by name. */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  if (!LOOPBACK.test(options.host) && !options.settings.getBoolean("varve.insecure.bind", false)) {
    throw illegalArgument(
      `Refusing to listen on [${options.host}] without TLS and authentication: use 127.0.0.1, ` +
        "or set [varve.insecure.bind] to true on a network that you trust",
    );
  }
  for (const folder of options.repositoryFolders) mkdirSync(folder, { recursive: true });
  const node = await Node.start(options);
  try {
    const http = createHttpServer({ node, routes, maxBodyBytes: options.maxBodyBytes });
    await http.listen({ host: options.host, port: options.port });
    const address = http.server.address() as { port: number };
    const host = options.host.includes(":") ? `[${options.host}]` : options.host;
    node.publishAddress = `${host}:${address.port}`;
    let closing: Promise<void> | undefined;
    const close = async () => {
      await http.close();
      await node.close();
    };
    return {
      node,
      http,
      url: `http://${node.publishAddress}`,
      close: () => (closing ??= close()),
    };
  } catch (error) {
    await node.close();
    throw error;
  }
}
