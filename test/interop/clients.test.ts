// The walk of a newcomer's manual (repository, snapshot, disaster, restore) by the official clients,
// unchanged, and by curl: @opensearch-project/opensearch, opensearch-py and the curl lines.

import { execFile, execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { Client } from "@opensearch-project/opensearch";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startVarve, type TestServer } from "../support/varve.ts";

const run = promisify(execFile);
const PYTHON_CLIENT = "opensearch-py==2.8.0";

let varve: TestServer;
beforeAll(async () => {
  varve = await startVarve();
});
afterAll(async () => varve.stop());

describe("@opensearch-project/opensearch", () => {
  it("walks from a repository to a restored index", async () => {
    const client = new Client({ node: varve.url });
    expect((await client.info()).body.version.distribution).toBe("opensearch");
    await client.indices.create({
      index: "js",
      body: { mappings: { properties: { title: { type: "text" } } } },
    });
    await client.helpers.bulk({
      datasource: [{ title: "sand" }, { title: "silt" }, { title: "clay" }],
      onDocument: () => ({ index: { _index: "js" } }),
      refreshOnCompletion: true,
    });
    await client.snapshot.createRepository({
      repository: "js-repo",
      body: { type: "fs", settings: { location: "js-repo" } },
    });
    await client.snapshot.verifyRepository({ repository: "js-repo" });
    expect((await client.cat.repositories({ format: "json" })).body).toContainEqual({
      id: "js-repo",
      type: "fs",
    });
    const made = await client.snapshot.create({
      repository: "js-repo",
      snapshot: "one",
      wait_for_completion: true,
      body: { indices: "js" },
    });
    expect(made.body.snapshot?.state).toBe("SUCCESS");
    const listed = await client.snapshot.get({ repository: "js-repo", snapshot: "_all" });
    expect(listed.body.snapshots?.map((one) => one.snapshot)).toEqual(["one"]);
    const refused = await client.snapshot
      .restore({ repository: "js-repo", snapshot: "one" })
      .catch((error) => error);
    expect(refused.meta.statusCode).toBe(500);
    expect(refused.meta.body.error.type).toBe("snapshot_restore_exception");
    await client.indices.delete({ index: "js" });
    const back = await client.snapshot.restore({
      repository: "js-repo",
      snapshot: "one",
      wait_for_completion: true,
      body: {
        indices: "*",
        ignore_unavailable: true,
        include_global_state: false,
        rename_pattern: "js",
        rename_replacement: "js-back",
      },
    });
    expect(back.body.snapshot?.shards?.failed).toBe(0);
    const found = await client.search({
      index: "js-back",
      body: { query: { match: { title: "silt" } } },
    });
    expect(found.body.hits.hits.map((hit) => hit._source?.["title"])).toEqual(["silt"]);
    expect((await client.cat.recovery({ format: "json" })).body.length).toBeGreaterThan(0);
    await client.close();
  });
});

const PYTHON_WALK = `
import sys
from opensearchpy import OpenSearch, helpers
from opensearchpy.exceptions import TransportError
c = OpenSearch(sys.argv[1])
assert c.info()["version"]["distribution"] == "opensearch"
c.indices.create(index="py", body={"mappings": {"properties": {"title": {"type": "text"}}}})
helpers.bulk(c, ({"_index": "py", "_id": str(i), "title": t} for i, t in enumerate(["sand", "silt", "clay"])), refresh=True)
c.snapshot.create_repository(repository="py-repo", body={"type": "fs", "settings": {"location": "py-repo"}})
c.snapshot.verify_repository(repository="py-repo")
assert "py-repo" in c.cat.repositories()
s = c.snapshot.create(repository="py-repo", snapshot="one", body={"indices": "py"}, params={"wait_for_completion": "true"})
assert s["snapshot"]["state"] == "SUCCESS", s
assert [x["snapshot"] for x in c.snapshot.get(repository="py-repo", snapshot="_all")["snapshots"]] == ["one"]
try:
    c.snapshot.restore(repository="py-repo", snapshot="one")
    raise SystemExit("the restore over an open index was not refused")
except TransportError as e:
    assert e.status_code == 500 and e.error == "snapshot_restore_exception", e
c.indices.delete(index="py")
r = c.snapshot.restore(repository="py-repo", snapshot="one", body={"indices": "*", "ignore_unavailable": True, "include_global_state": False, "rename_pattern": "py", "rename_replacement": "py-back"}, params={"wait_for_completion": "true"})
assert r["snapshot"]["shards"]["failed"] == 0, r
h = c.search(index="py-back", body={"query": {"match": {"title": "silt"}}})
assert [x["_source"]["title"] for x in h["hits"]["hits"]] == ["silt"], h
assert "py-back" in c.cat.recovery()
assert "py-back" in c.cat.indices()
print("walked")
`;

function pythonMissing(): boolean {
  try {
    execFileSync("python3", ["-m", "venv", "--help"], { stdio: "ignore" });
    return false;
  } catch {
    return true;
  }
}

describe.skipIf(pythonMissing() && process.env["VARVE_INTEROP"] !== "required")(
  "opensearch-py",
  () => {
    it("walks from a repository to a restored index", async () => {
      const folder = mkdtempSync(join(tmpdir(), "varve-python-"));
      try {
        await run("python3", ["-m", "venv", folder]);
        await run(join(folder, "bin/pip"), [
          "install",
          "-q",
          "--disable-pip-version-check",
          PYTHON_CLIENT,
        ]);
        const { stdout } = await run(join(folder, "bin/python"), ["-c", PYTHON_WALK, varve.url]);
        expect(stdout.trim()).toBe("walked");
      } finally {
        rmSync(folder, { recursive: true, force: true });
      }
    });
  },
);

describe("curl", () => {
  /** As a person types it; answers the body. */
  async function curl(...flags: string[]): Promise<string> {
    return (await run("curl", ["-s", ...flags])).stdout;
  }
  const json = ["-H", "Content-Type: application/json"];

  it("walks the manual's lines", async () => {
    const { url } = varve;
    await curl("-XPUT", `${url}/cu/_doc/1?refresh`, ...json, "-d", '{"title":"silt"}');
    expect(
      await curl(
        "-XPUT",
        `${url}/_snapshot/cu-repo`,
        ...json,
        "-d",
        '{"type":"fs","settings":{"location":"cu-repo"}}',
      ),
    ).toBe('{"acknowledged":true}');
    expect(await curl(`${url}/_cat/repositories?v`)).toMatch(/^id +type\n/);
    expect(await curl("-XPUT", `${url}/_snapshot/cu-repo/taken`)).toBe('{"accepted":true}');
    for (;;) {
      const { snapshots } = JSON.parse(await curl(`${url}/_snapshot/cu-repo/_all`));
      if (snapshots[0].state === "SUCCESS") break;
      expect(snapshots[0].state).toBe("IN_PROGRESS");
    }
    const refused = JSON.parse(
      await curl(
        "-XPOST",
        `${url}/_snapshot/cu-repo/taken/_restore`,
        ...json,
        "-d",
        '{"indices":"cu"}',
      ),
    );
    expect(refused.status).toBe(500);
    expect(refused.error.root_cause[0].reason).toMatch(
      /^\[cu-repo:taken\/.{22}\] cannot restore index \[cu\] because an open index with same name already exists in the cluster\. Either close or delete the existing index or restore the index under a different name by providing a rename pattern and replacement name$/,
    );
    expect(await curl("-XDELETE", `${url}/_all`)).toBe('{"acknowledged":true}');
    expect(
      await curl(
        "-XPOST",
        `${url}/_snapshot/cu-repo/taken/_restore`,
        ...json,
        "-d",
        '{"indices":"cu","ignore_unavailable":true,"include_global_state":false,"rename_pattern":"cu","rename_replacement":"cu2"}',
      ),
    ).toBe('{"accepted":true}');
    for (let status = ""; status !== "done"; ) {
      const recovery = await curl(
        `${url}/_cat/recovery?v=true&h=i,s,t,ty,st,shost,thost,f,fp,b,bp`,
      );
      expect(recovery).toMatch(/^i +s +t +ty +st +shost +thost +f +fp +b +bp\n/);
      status = /^cu2 .* snapshot +(\w+)/m.exec(recovery)?.[1] ?? "";
    }
    expect(await curl(`${url}/_cat/indices?v`)).toMatch(/^yellow open +cu2 .* 1 +0 /m);
  });
});
