// What an interop test asks a shared real server with.

import { inject } from "vitest";
import type { ServerVersion } from "./judge.ts";
import { callUrl } from "./rest.ts";

export interface SharedServer {
  readonly version: ServerVersion;
  readonly url: string;
  /** A folder that Varve and both real servers may write to; under every server's path.repo. */
  readonly repositories: string;
  /** `path.data` of the server. */
  readonly dataFolder: string;
  /** Sends JSON (or an NDJSON string); answers status and parsed body. */
  call(method: string, path: string, body?: unknown): Promise<{ status: number; body: any }>;
}

/** Why interop tests are skipped, or "" when they run: `describe.skipIf(skipInterop())`. */
export function skipInterop(): string {
  return inject("judgeUnavailable");
}

export function realServer(version: ServerVersion): SharedServer {
  process.umask(0);
  const found = inject("realServers")[version];
  if (found === undefined) throw new Error(`OpenSearch ${version} was not started`);
  return {
    version,
    ...found,
    call: (method, path, body) => callUrl(found.url + path, method, body),
  };
}
