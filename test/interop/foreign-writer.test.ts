// A real server as the second writer on one repository. It goes by the root that it has read or
// written itself, and looks only whether that one is still there. Which orders of events it refuses,
// in which it leaves a snapshot of ours out of its next root, and that such a snapshot is named by a
// verification and put back by a repair, for the server too.

import {
  chmodSync,
  copyFileSync,
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  rmSync,
} from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { runVarve } from "../support/cli.ts";
import { SERVER_VERSIONS, type ServerVersion } from "../support/judge.ts";
import { realServer, type SharedServer, skipInterop } from "../support/real-server.ts";
import { startVarve, type TestServer } from "../support/varve.ts";

type Caller = Pick<SharedServer, "call">;

async function ok(server: Caller, method: string, path: string, body?: unknown) {
  const answer = await server.call(method, path, body);
  const shown = JSON.stringify(answer.body).slice(0, 600);
  expect(answer.status, `${method} ${path}: ${shown}`).toBeLessThan(300);
  return answer.body;
}

/** An index with `count` documents. */
async function fill(server: Caller, index: string, count: number): Promise<void> {
  await ok(server, "PUT", `/${index}`, {
    settings: { number_of_shards: 2, number_of_replicas: 0 },
    mappings: { properties: { word: { type: "keyword" } } },
  });
  await add(server, index, count);
}

async function add(server: Caller, index: string, count: number): Promise<void> {
  const lines = Array.from({ length: count }, (_, i) => `{"index":{}}\n{"word":"w${i}"}\n`);
  const answer = await ok(server, "POST", `/${index}/_bulk?refresh=true`, lines.join(""));
  expect(answer.errors).toBe(false);
}

async function register(server: Caller, name: string, location: string): Promise<void> {
  openToAll(location);
  await ok(server, "PUT", `/_snapshot/${name}`, { type: "fs", settings: { location } });
}

function take(server: Caller, repository: string, snapshot: string, indices: string) {
  const path = `/_snapshot/${repository}/${snapshot}?wait_for_completion=true`;
  return server.call("PUT", path, { indices, include_global_state: false });
}

async function taken(server: Caller, repository: string, snapshot: string, indices: string) {
  const answer = await take(server, repository, snapshot, indices);
  expect(answer.body?.snapshot?.state, JSON.stringify(answer.body)).toBe("SUCCESS");
}

/** Restores one index of a snapshot under another name, counts its documents, removes it. */
async function restored(server: Caller, repository: string, snapshot: string, index: string) {
  const target = `back-${repository}-${snapshot}`;
  const path = `/_snapshot/${repository}/${snapshot}/_restore?wait_for_completion=true`;
  const answer = await ok(server, "POST", path, {
    indices: index,
    include_global_state: false,
    rename_pattern: "^.*$",
    rename_replacement: target,
  });
  expect(answer.snapshot.shards.failed).toBe(0);
  const { count } = await ok(server, "GET", `/${target}/_count`);
  await ok(server, "DELETE", `/${target}`);
  return count;
}

async function listed(server: Caller, repository: string): Promise<string[]> {
  const { snapshots } = await ok(server, "GET", `/_snapshot/${repository}/_all`);
  return snapshots.map((item: any) => item.snapshot).sort();
}

/** Either of the two runs as another user. */
function openToAll(folder: string): void {
  if (!existsSync(folder)) return;
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    try {
      chmodSync(path, entry.isDirectory() ? 0o777 : 0o666);
    } catch {
      // It belongs to the other one, which has opened it already.
    }
  }
}

async function verified(location: string) {
  const { code, json } = await runVarve(["verify", location, "--json"]);
  return { code, findings: json().findings as any[] };
}

const lostIn = (findings: readonly any[]) =>
  findings.filter(({ kind }) => kind === "lost-snapshot").flatMap(({ snapshots }) => snapshots);

async function adopt(location: string, snapshot: string): Promise<void> {
  const said = await runVarve(["repair", location, "--adopt", snapshot, "--json"]);
  expect(said.code).toBe(1);
  expect(said.json()).toMatchObject({ done: false, lost: [], guesses: [] });
  const done = await runVarve(["repair", location, "--adopt", snapshot, "--yes", "--json"]);
  expect([done.code, done.stderr]).toEqual([0, ""]);
  expect(done.json()).toMatchObject({ done: true, lost: [], guesses: [] });
}

describe.skipIf(skipInterop()).each([...SERVER_VERSIONS])("beside OpenSearch %s", (version) => {
  let real: SharedServer;
  let ours: TestServer;
  let folder: string;
  const tag = version.replaceAll(".", "");
  beforeAll(async () => {
    real = realServer(version as ServerVersion);
    folder = mkdtempSync(join(real.repositories, "foreign-"));
    chmodSync(folder, 0o777);
    ours = await startVarve({ repositories: real.repositories });
    await fill(ours, "ours", 30);
    await fill(ours, `both${tag}`, 40);
    await fill(real, `theirs${tag}`, 50);
    await fill(real, `both${tag}`, 60);
  });
  afterAll(async () => {
    for (const index of [`theirs${tag}`, `both${tag}`]) await real.call("DELETE", `/${index}`);
    await ours.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  test("it refuses once the root that it goes by is gone, and goes on registered again", async () => {
    const [name, location] = [`moved${tag}`, join(folder, "moved")];
    await register(real, name, location);
    await taken(real, name, "r1", `theirs${tag}`);
    await register(ours, name, location);
    await taken(ours, name, "v1", "ours");
    const refused = await take(real, name, "r2", `theirs${tag}`);
    expect(refused.status).toBe(500);
    expect(JSON.stringify(refused.body)).toContain("concurrent modification of the index-N file");
    expect((await real.call("GET", `/_snapshot/${name}/_all`)).status).toBe(500);
    const { findings } = await verified(location);
    // What it had written of r2 is whole, but for the root.
    expect(lostIn(findings)).toEqual(["r2"]);
    await ok(real, "DELETE", `/_snapshot/${name}`);
    await register(real, name, location);
    expect(await listed(real, name)).toEqual(["r1", "v1"]);
    await adopt(location, "r2");
    expect(await verified(location)).toEqual({ code: 0, findings: [] });
    await ok(real, "DELETE", `/_snapshot/${name}`);
    await register(real, name, location);
    expect(await restored(real, name, "v1", "ours")).toBe(30);
    expect(await restored(real, name, "r2", `theirs${tag}`)).toBe(50);
    await ok(real, "DELETE", `/_snapshot/${name}`);
  });

  test("it leaves our snapshot out where we were killed before the old root went", async () => {
    const [name, location] = [`killed${tag}`, join(folder, "killed")];
    await register(real, name, location);
    await taken(real, name, "r1", `theirs${tag}`);
    const kept = join(folder, "kept");
    copyFileSync(join(location, "index-0"), kept);
    await register(ours, name, location);
    await taken(ours, name, "v1", "ours");
    expect(existsSync(join(location, "index-0"))).toBe(false);
    // What a kill right after index-1 leaves: the root before it is still there.
    copyFileSync(kept, join(location, "index-0"));
    openToAll(location);
    // Its own index-1 must not replace ours; with the next attempt it counts on.
    const refused = await take(real, name, "r2", `theirs${tag}`);
    expect(refused.status).toBe(500);
    expect(JSON.stringify(refused.body)).toContain("already exists");
    await taken(real, name, "r3", `theirs${tag}`);
    expect(await listed(real, name)).toEqual(["r1", "r3"]);
    const { code, findings } = await verified(location);
    expect(code).toBe(1);
    expect(lostIn(findings).sort()).toEqual(["r2", "v1"]);
    expect(findings.filter(({ severity }) => severity === "error")).toEqual([]);
    await adopt(location, "v1");
    await adopt(location, "r2");
    expect(await verified(location)).toEqual({ code: 0, findings: [] });
    await ok(real, "DELETE", `/_snapshot/${name}`);
    await register(real, name, location);
    expect(await listed(real, name)).toEqual(["r1", "r2", "r3", "v1"]);
    expect(await restored(real, name, "v1", "ours")).toBe(30);
    expect(await restored(real, name, "r3", `theirs${tag}`)).toBe(50);
    await ok(real, "DELETE", `/_snapshot/${name}`);
  });

  test("it overwrites our root at the same moment, and both snapshots come back", async () => {
    const [name, location] = [`race${tag}`, join(folder, "race")];
    const both = `both${tag}`;
    await register(real, name, location);
    await taken(real, name, "r1", both);
    // Both begin from index-0: each writes its own index-1, and theirs comes last, to a store that
    // does not ask whether it is there (S3 as the real server uses it).
    const apart = join(folder, "apart");
    cpSync(location, apart, { recursive: true });
    await register(ours, name, apart);
    await taken(ours, name, "v1", `${both},ours`);
    await add(real, both, 5);
    await taken(real, name, "r2", both);
    openToAll(location);
    cpSync(apart, location, { recursive: true, force: false, errorOnExist: false });
    openToAll(location);
    const { code, findings } = await verified(location);
    expect(code).toBe(1);
    expect(lostIn(findings)).toEqual(["v1"]);
    expect(findings.filter(({ severity }) => severity === "error")).toEqual([]);
    const unnamed = findings.filter(({ severity }) => severity === "info");
    const said = unnamed.filter(({ message }) => message.includes("belongs to snapshot [v1]"));
    expect(said.length).toBeGreaterThan(8);
    await adopt(location, "v1");
    openToAll(location);
    await ok(real, "DELETE", `/_snapshot/${name}`);
    await register(real, name, location);
    expect(await listed(real, name)).toEqual(["r1", "r2", "v1"]);
    expect(await restored(real, name, "r1", both)).toBe(60);
    expect(await restored(real, name, "r2", both)).toBe(65);
    expect(await restored(real, name, "v1", both)).toBe(40);
    expect(await restored(real, name, "v1", "ours")).toBe(30);
    // It goes on: it reads every shard's index when it takes and deletes snapshots.
    await taken(real, name, "r3", both);
    await ok(real, "DELETE", `/_snapshot/${name}/r1`);
    expect(await restored(real, name, "v1", both)).toBe(40);
    const after = await verified(location);
    expect(after.findings.filter(({ severity }) => severity !== "info")).toEqual([]);
    await ok(real, "DELETE", `/_snapshot/${name}/v1,r2,r3`);
    await ok(real, "DELETE", `/_snapshot/${name}`);
  });
});
