// A Varve server in the test's own process, in a temporary folder.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type SecureSettings, Settings } from "../../src/engine/index.ts";
import { type RunningServer, startServer } from "../../src/server/index.ts";
import { callUrl } from "./rest.ts";

export interface TestServer {
  readonly url: string;
  readonly folder: string;
  readonly server: RunningServer;
  /** Sends JSON (or an NDJSON string); answers status and parsed body. */
  call(method: string, path: string, body?: unknown): Promise<{ status: number; body: any }>;
  /** The same, and the status must be below 300. */
  ok(method: string, path: string, body?: unknown): Promise<any>;
  /** Closes the server; `restart` of the same folder is possible with `startVarve({ folder })`. */
  stop(keepFolder?: boolean): Promise<void>;
}

export interface TestServerOptions {
  /** Folder that fs repositories may lie in besides the test's own. */
  repositories?: string;
  /** An earlier server's folder, to open again. */
  folder?: string;
  settings?: Record<string, string>;
  /** What its keystore holds. */
  secureSettings?: SecureSettings;
}

/** Starts Varve on a free port. */
export async function startVarve(options: TestServerOptions = {}): Promise<TestServer> {
  process.umask(0);
  const folder = options.folder ?? mkdtempSync(join(tmpdir(), "varve-test-"));
  const own = join(folder, "repositories");
  const server = await startServer({
    settings: Settings.fromNested(options.settings ?? {}),
    host: "127.0.0.1",
    port: 0,
    dataFolder: join(folder, "data"),
    repositoryFolders: options.repositories === undefined ? [own] : [own, options.repositories],
    maxBodyBytes: 100 * 1024 * 1024,
    ...(options.secureSettings === undefined ? {} : { secureSettings: options.secureSettings }),
  });
  const call = (method: string, path: string, body?: unknown) =>
    callUrl(server.url + path, method, body);
  return {
    url: server.url,
    folder,
    server,
    call,
    async ok(method, path, body) {
      const answer = await call(method, path, body);
      if (answer.status < 300) return answer.body;
      throw new Error(
        `${method} ${path} answered ${answer.status}: ${JSON.stringify(answer.body)}`,
      );
    },
    async stop(keepFolder = false) {
      await server.close();
      if (!keepFolder) rmSync(folder, { recursive: true, force: true });
    },
  };
}
