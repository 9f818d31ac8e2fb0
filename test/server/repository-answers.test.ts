// What the real server 3.6.0 with its S3 plugin answers to repositories of type s3 that are set
// wrongly, and to the reading of secrets again: the same calls in the same order, the same bodies.

import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { systemRandom } from "../../src/base/index.ts";
import { Keystore, SecureSettings } from "../../src/engine/index.ts";
import { startVarve, type TestServer } from "../support/varve.ts";

interface RecordedCall {
  readonly method: string;
  readonly path: string;
  readonly body?: unknown;
  readonly answer: unknown;
}

const { calls } = JSON.parse(
  readFileSync(join(import.meta.dirname, "repository-answers.json"), "utf8"),
) as { calls: RecordedCall[] };

let node: TestServer;
let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "varve-answers-"));
  const path = join(folder, "opensearch.keystore");
  Keystore.create(systemRandom).save(path, "", systemRandom);
  node = await startVarve({
    settings: { "node.name": "vm", "cluster.name": "opensearch" },
    secureSettings: SecureSettings.open(path, ""),
  });
});
afterAll(async () => {
  await node.stop();
  rmSync(folder, { recursive: true, force: true });
});

describe("repositories of type s3 and their secrets", () => {
  for (const { method, path, body, answer } of calls) {
    const shown = body === undefined ? "" : ` ${JSON.stringify(body)}`;
    it(`answers ${method} ${path}${shown} as the real server`, async () => {
      const found = await node.call(method, path, body);
      const text = JSON.stringify(found.body).replaceAll(node.server.node.id, "NODE");
      expect(JSON.parse(text)).toEqual(answer);
    });
  }
});
