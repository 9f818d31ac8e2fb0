// Two writing processes on one folder.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { it } from "vitest";
import { storeAddress } from "../../src/blobstore/index.ts";
import { expectNothingLost, writerRounds } from "./two-writers.ts";

const ROUNDS = writerRounds(40);
const TIMEOUT_MS = 120_000 + ROUNDS * 2000;

it("two processes on one folder lose no snapshot", { timeout: TIMEOUT_MS }, async () => {
  const location = mkdtempSync(join(tmpdir(), "varve-two-"));
  try {
    await expectNothingLost(storeAddress("fs", { location }), ROUNDS);
  } finally {
    rmSync(location, { recursive: true, force: true });
  }
});
