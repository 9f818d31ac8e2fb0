// Starts both real servers once for the whole interop tier; tests get them by `realServer(version)`.

import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestProject } from "vitest/node";
import { judgeUnavailable, type RealServer, SERVER_VERSIONS, startOpenSearch } from "./judge.ts";

declare module "vitest" {
  interface ProvidedContext {
    realServers: Record<string, { url: string; repositories: string; dataFolder: string }>;
    judgeUnavailable: string;
  }
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const reason = judgeUnavailable();
  project.provide("judgeUnavailable", reason ?? "");
  if (reason !== undefined) {
    project.provide("realServers", {});
    return async () => {};
  }
  const repositories = mkdtempSync(join(tmpdir(), "varve-repositories-"));
  chmodSync(repositories, 0o777);
  process.umask(0);
  const servers: RealServer[] = await Promise.all(
    SERVER_VERSIONS.map((version) => startOpenSearch(version, { repositories })),
  );
  project.provide(
    "realServers",
    Object.fromEntries(
      servers.map(({ version, url, dataFolder }) => [version, { url, repositories, dataFolder }]),
    ),
  );
  return async () => {
    await Promise.all(servers.map((server) => server.stop()));
    rmSync(repositories, { recursive: true, force: true });
  };
}
