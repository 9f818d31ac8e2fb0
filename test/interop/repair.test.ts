// What a repair leaves is a repository for the real server: it lists and restores every sound
// snapshot of it, and takes and deletes snapshots in it.

import { chmodSync, mkdtempSync, readdirSync, rmSync, truncateSync } from "node:fs";
import { cp } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { runVarve } from "../support/cli.ts";
import {
  applyDamage,
  damagedVariants,
  fixtureExpected,
  unpackFixture,
} from "../support/fixtures.ts";
import { realServer, type SharedServer, skipInterop } from "../support/real-server.ts";

const BASE = "os2.19.6-series";

async function ok(server: SharedServer, method: string, path: string, body?: unknown) {
  const response = await server.call(method, path, body);
  const shown = JSON.stringify(response.body).slice(0, 600);
  expect(response.status, `${method} ${path}: ${shown}`).toBeLessThan(300);
  return response.body;
}

/** The server runs as another user. */
function openToAll(folder: string): void {
  chmodSync(folder, 0o777);
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    chmodSync(path, entry.isDirectory() ? 0o777 : 0o666);
  }
}

/** Documents of each index of a snapshot by the golden answers. */
function goldenCounts(snapshot: string): Record<string, number> {
  const described = fixtureExpected(BASE).snapshots[snapshot];
  const counts: Record<string, number> = {};
  for (const [index, golden] of Object.entries<any>(described.indices ?? {})) {
    if (typeof golden.docs_count === "number") counts[index] = golden.docs_count;
  }
  return counts;
}

describe.skipIf(skipInterop())("a repaired repository on the real server", () => {
  let server: SharedServer;
  let folder: string;
  beforeAll(() => {
    server = realServer("2.19.6");
    folder = mkdtempSync(join(server.repositories, "repair-"));
    chmodSync(folder, 0o777);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  async function repaired(variant: string, damage: (location: string) => void): Promise<string> {
    const fixture = unpackFixture(BASE);
    damage(fixture.folder);
    const location = join(folder, variant);
    await cp(fixture.repository, location, { recursive: true });
    fixture.remove();
    const outcome = await runVarve(["repair", location, "--yes", "--json"]);
    expect(outcome.json()).toMatchObject({ done: true, lost: [] });
    const verified = await runVarve(["verify", location, "--json"]);
    expect(verified.json().findings).toEqual([]);
    openToAll(location);
    return location;
  }

  async function restoresAll(name: string, snapshots: readonly string[]): Promise<void> {
    for (const snapshot of snapshots) {
      const counts = goldenCounts(snapshot);
      for (const [index, count] of Object.entries(counts)) {
        const target = `${name}-${snapshot}-${index}`;
        const body = {
          indices: index,
          include_global_state: false,
          rename_pattern: "^.*$",
          rename_replacement: target,
        };
        const path = `/_snapshot/${name}/${snapshot}/_restore?wait_for_completion=true`;
        const { snapshot: restored } = await ok(server, "POST", path, body);
        expect([target, restored.shards.failed]).toEqual([target, 0]);
        const answer = await ok(server, "GET", `/${target}/_count`);
        expect([target, answer.count]).toEqual([target, count]);
        await ok(server, "DELETE", `/${target}`);
      }
    }
  }

  const variants: [string, (location: string) => void][] = [
    ...["v4-flip-snapshot-info", "v5-flip-shard-index", "v6-root-index-truncated"].map(
      (id): [string, (location: string) => void] => [id, (location) => applyDamage(id, location)],
    ),
    ["v7-wrong-index-latest", (location) => applyDamage("v7-wrong-index-latest", location)],
    [
      // More than one bit: it is made again from the snapshots' own blobs.
      "shard-index-cut",
      (location) => {
        const { ops } = damagedVariants().find(({ id }) => id === "v5-flip-shard-index");
        truncateSync(join(location, ops[0].path), 40);
      },
    ],
    [
      "snapshot-info-cut",
      (location) => {
        const { ops } = damagedVariants().find(({ id }) => id === "v4-flip-snapshot-info");
        truncateSync(join(location, ops[0].path), 40);
      },
    ],
  ];

  test.each(variants)("%s", { timeout: 180_000 }, async (variant, damage) => {
    const location = await repaired(variant, damage);
    const name = variant;
    await ok(server, "PUT", `/_snapshot/${name}`, { type: "fs", settings: { location } });
    const list = (await ok(server, "GET", `/_snapshot/${name}/_all`)).snapshots;
    const names = list.map((item: any) => item.snapshot).sort();
    const expected = ["c2", "s1", "s2", "s4", "s5", "s6", "s7-unchanged", "s8-partial", "s9"];
    expect(names).toEqual(expected);
    const states = new Map(list.map((item: any) => [item.snapshot, item.state]));
    expect(states.get("s8-partial")).toBe("PARTIAL");
    expect(states.get("s4")).toBe("SUCCESS");
    await restoresAll(name, variant.startsWith("v6") ? expected.slice(1, 7) : ["s4", "s6"]);
    // It goes on: the server reads every shard's index when it takes and deletes snapshots.
    await ok(server, "PUT", `/${name}-new`, { settings: { number_of_replicas: 0 } });
    await ok(server, "PUT", `/_snapshot/${name}/more?wait_for_completion=true`, {
      indices: `${name}-new`,
    });
    await ok(server, "DELETE", `/_snapshot/${name}/s1,s5`);
    await ok(server, "DELETE", `/${name}-new`);
    const after = await runVarve(["verify", location, "--json"]);
    expect(after.json()).toMatchObject({ ok: true, findings: [], snapshots: 8 });
    await ok(server, "DELETE", `/_snapshot/${name}`);
  });
});
