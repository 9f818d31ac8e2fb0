// OpenSearch 3.x gives `@timestamp` a doc-values skip index, which the written generation cannot
// hold: Varve refuses such documents by name, and the real server goes on with what was written.

import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { realServer, skipInterop } from "../support/real-server.ts";
import { startVarve, type TestServer } from "../support/varve.ts";

const INDEX = "skip-index";
const MAPPINGS = { properties: { "@timestamp": { type: "date" }, n: { type: "long" } } };

describe.skipIf(skipInterop() !== "")("an index of 3.6.0 with a skip index", () => {
  let varve: TestServer;
  beforeAll(async () => {
    varve = await startVarve({ repositories: realServer("3.6.0").repositories });
  });
  afterAll(async () => varve.stop());

  it("takes other documents, refuses its field's, and goes back whole", async () => {
    const real = realServer("3.6.0");
    const settings = { location: join(real.repositories, INDEX) };
    await real.call("PUT", `/${INDEX}`, { mappings: MAPPINGS });
    await real.call("PUT", `/${INDEX}/_doc/1?refresh=true`, { "@timestamp": "2026-01-01", n: 1 });
    for (const server of [real, varve]) {
      await server.call("PUT", `/_snapshot/${INDEX}`, { type: "fs", settings });
    }
    const first = `/_snapshot/${INDEX}/first`;
    await real.call("PUT", `${first}?wait_for_completion=true`, { indices: INDEX });
    await varve.ok("POST", `${first}/_restore?wait_for_completion=true`);
    const refused = await varve.call("PUT", `/${INDEX}/_doc/2`, { "@timestamp": "2026-01-02" });
    expect(refused.status).toBe(400);
    expect(refused.body.error.reason).toContain("[@timestamp] has a doc-values skip index");
    await varve.ok("PUT", `/${INDEX}/_doc/3`, { n: 3 });
    await varve.ok("PUT", `/_snapshot/${INDEX}/second?wait_for_completion=true`);

    await real.call("DELETE", `/${INDEX}`);
    await real.call("DELETE", `/_snapshot/${INDEX}`);
    await real.call("PUT", `/_snapshot/${INDEX}`, { type: "fs", settings });
    const path = `/_snapshot/${INDEX}/second/_restore?wait_for_completion=true`;
    const back = await real.call("POST", path, { indices: INDEX });
    expect(back.body.snapshot.shards.failed).toBe(0);
    const written = await real.call("PUT", `/${INDEX}/_doc/4?refresh=true`, {
      "@timestamp": "2026-01-03",
    });
    expect(written.status).toBe(201);
    expect((await real.call("GET", `/${INDEX}/_count`)).body.count).toBe(3);
  });
});
