// `varve serve` with a keystore that has a password: it must be given, and a reload gives it again.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { runVarve } from "../support/cli.ts";
import { freePort } from "../support/judge.ts";
import { callUrl } from "../support/rest.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "varve-serve-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const ENVIRONMENT = { VARVE_KEYSTORE_PASSWORD: "first" };

async function makeKeystore(): Promise<void> {
  await runVarve(["keystore", "create", "-p"], { folder, stdin: "first\nfirst\n" });
}

function serveArguments(port: number): string[] {
  const folders = ["--data", join(folder, "data"), "--path-repo", join(folder, "repos")];
  return ["serve", "--port", String(port), ...folders];
}

describe("varve serve", () => {
  it("reads its keystore again when asked with the password of the moment", async () => {
    await makeKeystore();
    const port = await freePort();
    const stop = new AbortController();
    const options = { folder, environment: ENVIRONMENT, interrupt: stop.signal };
    const done = runVarve(serveArguments(port), options);
    const url = `http://127.0.0.1:${port}`;
    const reload = async (password: string) => {
      const body = { secure_settings_password: password };
      const answer = await callUrl(`${url}/_nodes/reload_secure_settings`, "POST", body);
      const [node] = Object.values(answer.body.nodes) as { reload_exception?: unknown }[];
      return [answer.status, node!.reload_exception];
    };
    try {
      await expect
        .poll(async () => (await fetch(url).catch(() => undefined))?.status, { timeout: 30_000 })
        .toBe(200);
      expect(await reload("first")).toEqual([200, undefined]);
      await runVarve(["keystore", "passwd"], { folder, stdin: "first\nsecond\nsecond\n" });
      expect(await reload("first")).toEqual([
        200,
        expect.objectContaining({ reason: "Provided keystore password was incorrect" }),
      ]);
      expect(await reload("second")).toEqual([200, undefined]);
    } finally {
      stop.abort();
    }
    expect((await done).code).toBe(0);
  });

  it("rejects a start without the password, or with a keystore that is not there", async () => {
    await makeKeystore();
    const locked = await runVarve(serveArguments(0), { folder });
    expect([locked.code, locked.stdout]).toEqual([2, ""]);
    expect(locked.stderr).toContain("VARVE_KEYSTORE_PASSWORD");
    const wrong = { VARVE_KEYSTORE_PASSWORD: "wrong" };
    const refused = await runVarve(serveArguments(0), { folder, environment: wrong });
    expect(refused.stderr).toContain("Provided keystore password was incorrect");
    const missing = await runVarve([...serveArguments(0), "--keystore", "none"], { folder });
    expect([missing.code, missing.stderr]).toEqual([2, expect.stringContaining("does not exist")]);
  });
});
