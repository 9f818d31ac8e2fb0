// A disk that fills up in the middle of a snapshot: the error says so, what was there before is
// there still, and a cleanup takes the rest away.

import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { seededRandom, VarveError } from "../../../src/base/index.ts";
import { FsBlobStore, injectFaults } from "../../../src/blobstore/index.ts";
import { filesFor, openTest, plain, restoreAll, take } from "../../repository/support.ts";
import { startVarve } from "../../support/varve.ts";

it("a snapshot fails with the store's reason when no space is left at any blob", async () => {
  const folder = mkdtempSync(join(tmpdir(), "varve-full-"));
  const sound = new FsBlobStore(folder);
  const first = { a: [filesFor("a", [1])] };
  const second = { a: [filesFor("a", [1, 2, 3])], b: [filesFor("b", [1])] };
  await take(openTest(sound, seededRandom(1)), "s1", first);
  let failures = 0;
  for (let room = 0; ; room++) {
    let puts = 0;
    const full = injectFaults(sound, (call) => {
      if (call !== "put" || puts++ < room) return undefined;
      const error = new VarveError("limit", "No space left on device", { type: "i_o_exception" });
      return { error, when: 7 };
    });
    const repository = openTest(full, seededRandom(room + 2));
    const name = `s-${room}`;
    const error = await take(repository, name, second).then(
      () => undefined,
      (reason: unknown) => reason as Error,
    );
    const after = openTest(sound, seededRandom(9));
    const data = await after.getRepositoryData();
    const listed = [...data.snapshots.values()].map((snapshot) => snapshot.name);
    if (error === undefined) break;
    failures++;
    const cause = error.cause instanceof Error ? error.cause.message : "";
    expect(`${error.message} ${cause}`).toContain("No space left on device");
    expect(listed).toEqual(["s1"]);
    expect(plain(await restoreAll(after, "s1"))).toEqual(plain(first));
    await after.cleanup();
    expect(await after.cleanup()).toEqual({ blobs: 0, bytes: 0 });
  }
  expect(failures).toBeGreaterThan(5);
  rmSync(folder, { recursive: true, force: true });
});

/** A file system of 2 MB of its own; undefined where this user may not mount one. */
function mountSmall(folder: string): (() => void) | undefined {
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=2m", "tmpfs", folder], { stdio: "ignore" });
    return () => execFileSync("umount", [folder], { stdio: "ignore" });
  } catch {
    return undefined;
  }
}

it("the API tells of a full disk, and goes on when there is room", async ({ skip }) => {
  const repositories = mkdtempSync(join(tmpdir(), "varve-small-"));
  const unmount = mountSmall(repositories);
  if (unmount === undefined) return skip("mounting needs root");
  const server = await startVarve({ repositories });
  const R = "/_snapshot/r";
  try {
    const location = join(repositories, "r");
    mkdirSync(location);
    const settings = { location, max_snapshot_bytes_per_sec: "0" };
    await server.ok("PUT", R, { type: "fs", settings });
    await server.ok("PUT", "/small/_doc/1?refresh=true", { n: 1 });
    await server.ok("PUT", `${R}/s1?wait_for_completion=true`, { indices: "small" });
    let state = 1;
    const word = () => {
      state = (Math.imul(state, 1103515245) + 12345) >>> 0;
      return state.toString(36);
    };
    let lines = "";
    for (let i = 0; i < 6000; i++) {
      const text = Array.from({ length: 60 }, word).join(" ");
      lines += `{"index":{}}\n${JSON.stringify({ text })}\n`;
    }
    await server.ok("POST", "/large/_bulk?refresh=true", lines);
    // What a writer of other files takes away is not there when the catalog is written.
    writeFileSync(join(repositories, "other"), Buffer.alloc(1_900_000));
    const { status, body } = await server.call("PUT", `${R}/s2?wait_for_completion=true`, {});
    if (status < 300) {
      expect(body.snapshot.state).toBe("PARTIAL");
      expect(body.snapshot.failures[0].reason).toContain("No space left");
      await server.ok("DELETE", `${R}/s2`);
    } else {
      expect(JSON.stringify(body)).toContain("No space left on device");
    }
    rmSync(join(repositories, "other"));
    const listed = await server.ok("GET", `${R}/_all`);
    expect(listed.snapshots.map((one: { snapshot: string }) => one.snapshot)).toEqual(["s1"]);
    await server.ok("POST", `${R}/_cleanup`);
    expect((await server.ok("POST", `${R}/_cleanup`)).results.deleted_blobs).toBe(0);
    await server.ok("DELETE", "/large");
    const after = await server.ok("PUT", `${R}/s3?wait_for_completion=true`, {});
    expect(after.snapshot.state).toBe("SUCCESS");
    await server.ok("DELETE", "/small");
    const restored = await server.ok("POST", `${R}/s1/_restore?wait_for_completion=true`, {});
    expect(restored.snapshot.shards.failed).toBe(0);
  } finally {
    await server.stop();
    unmount();
    rmSync(repositories, { recursive: true, force: true });
  }
});
