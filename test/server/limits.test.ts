// Bodies that are too long, and bulks that are checked whole or worked on as they come.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Settings } from "../../src/engine/index.ts";
import { type RunningServer, startServer } from "../../src/server/index.ts";
import { callUrl } from "../support/rest.ts";

const MAX_BODY_BYTES = 20 * 1024 * 1024;

describe("http.max_content_length", () => {
  const folder = mkdtempSync(join(tmpdir(), "varve-limits-"));
  let server: RunningServer;

  beforeAll(async () => {
    server = await startServer({
      settings: Settings.EMPTY,
      host: "127.0.0.1",
      port: 0,
      dataFolder: folder,
      repositoryFolders: [],
      maxBodyBytes: MAX_BODY_BYTES,
    });
  });
  afterAll(async () => {
    await server.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it("rejects a longer body with 413", async () => {
    const body = { a: "x".repeat(MAX_BODY_BYTES) };
    const answer = await callUrl(`${server.url}/a/_doc/1`, "PUT", body).catch(() => undefined);
    expect(answer?.status ?? 413).toBe(413);
    expect((await callUrl(`${server.url}/a`, "HEAD")).status).toBe(404);
  });

  it("rejects a small bulk whole when one of its actions does not hold", async () => {
    const lines = ['{"index":{"_id":"1"}}', "{}", '{"bogus":{}}', "{}", ""];
    const answer = await callUrl(`${server.url}/b/_bulk`, "POST", lines.join("\n"));
    expect(answer.status).toBe(400);
    expect((await callUrl(`${server.url}/b`, "HEAD")).status).toBe(404);
  });

  it("takes a bulk that is longer than what is read ahead", async () => {
    const line = `{"index":{}}\n{"a":"${"x".repeat(100_000)}"}\n`;
    const answer = await callUrl(`${server.url}/c/_bulk`, "POST", line.repeat(180));
    expect(answer.body.errors).toBe(false);
    expect(answer.body.items).toHaveLength(180);
  });
});
