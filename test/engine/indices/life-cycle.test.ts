// What outlives a restart, clean or not, and what the limits of a node refuse.

import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { startVarve, type TestServer } from "../../support/varve.ts";

const INDICES = 24;
const open: TestServer[] = [];

async function start(options: Parameters<typeof startVarve>[0] = {}): Promise<TestServer> {
  const varve = await startVarve(options);
  open.push(varve);
  return varve;
}

afterEach(async () => {
  for (const varve of open.splice(0)) await varve.stop();
});

/** Everything that a client can ask about the cluster's metadata. */
async function metadataOf(varve: TestServer): Promise<unknown> {
  const paths = [
    "/_all?expand_wildcards=all",
    "/_cluster/settings",
    "/_template",
    "/_index_template",
    "/_component_template",
    "/_snapshot",
  ];
  return await Promise.all(paths.map((path) => varve.ok("GET", path)));
}

async function fill(varve: TestServer): Promise<void> {
  await varve.ok("PUT", "/_cluster/settings", { persistent: { "search.max_buckets": 100 } });
  await varve.ok("PUT", "/_component_template/c", {
    template: { settings: { refresh_interval: "7s" } },
  });
  await varve.ok("PUT", "/_index_template/t", { index_patterns: ["b*"], composed_of: ["c"] });
  await varve.ok("PUT", "/_template/l", { index_patterns: ["c*"], order: 3 });
  for (let index = 0; index < INDICES; index++) {
    await varve.ok("PUT", `/b-${index}`, {
      settings: { number_of_shards: 1 + (index % 3) },
      aliases: { all: {}, [`alias-${index}`]: { filter: { term: { n: index } } } },
    });
    await varve.ok("PUT", `/b-${index}/_doc/1`, { n: index });
  }
  await varve.ok("PUT", "/b-1/_settings", { "index.blocks.write": true });
  await varve.ok("POST", "/b-2/_close");
  await varve.ok("DELETE", "/b-3");
}

describe("IndicesService", () => {
  it("keeps settings, templates, aliases, blocks and closed indices over a restart", async () => {
    const first = await startVarve();
    await fill(first);
    const before = await metadataOf(first);
    await first.stop(true);
    const second = await start({ folder: first.folder });
    expect(await metadataOf(second)).toEqual(before);
    expect((await second.call("PUT", "/b-1/_doc/2", {})).status).toBe(403);
    expect((await second.call("GET", "/b-2/_doc/1")).body.error.type).toBe(
      "index_closed_exception",
    );
  });

  it("loses nothing when the process ends without closing", async () => {
    const first = await start();
    await fill(first);
    const folder = mkdtempSync(join(tmpdir(), "varve-killed-"));
    cpSync(first.folder, folder, { recursive: true });
    rmSync(join(folder, "data", "node.lock"), { force: true });
    const before = await metadataOf(first);
    const second = await start({ folder });
    expect(await metadataOf(second)).toEqual(before);
    const { count } = await second.ok("GET", "/all/_count?ignore_unavailable=true");
    expect(count).toBe(INDICES - 2);
    const health = await second.ok("GET", "/_cluster/health");
    expect(health.status).toBe("yellow");
  });

  it("rejects an index beyond cluster.max_shards_per_node", async () => {
    const varve = await start();
    await varve.ok("PUT", "/_cluster/settings", {
      transient: { "cluster.max_shards_per_node": 3 },
    });
    await varve.ok("PUT", "/a", {});
    const refused = await varve.call("PUT", "/b", {});
    expect(refused.status).toBe(400);
    expect(refused.body.error).toMatchObject({
      type: "validation_exception",
      reason:
        "Validation Failed: 1: this action would add [2] total shards, but this cluster " +
        "currently has [2]/[3] maximum shards open;",
    });
    await varve.ok("POST", "/a/_close");
    await varve.ok("PUT", "/b", {});
    expect((await varve.call("POST", "/a/_open")).status).toBe(400);
  });

  it("rejects a document for an index that may not be created by itself", async () => {
    const varve = await start();
    await varve.ok("PUT", "/_cluster/settings", {
      persistent: { "action.auto_create_index": "-no*,+*" },
    });
    await varve.ok("PUT", "/yes/_doc/1", {});
    const refused = await varve.call("PUT", "/no/_doc/1", {});
    expect(refused.status).toBe(404);
    expect(refused.body.error.reason).toBe(
      "no such index [no] and [action.auto_create_index] contains [-no*] " +
        "which forbids automatic creation of the index",
    );
  });
});
