// Types, settings and secrets of repositories, as far as no store has to answer. What the real
// server says: test/server/repository-answers.test.ts; real stores: test/storage/rest-*.test.ts.

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { SecureSettings } from "../../../src/engine/index.ts";
import { startVarve, type TestServer } from "../../support/varve.ts";

const HIDDEN = "hidden-in-the-environment";
let stored: Record<string, string> = {};
let node: TestServer;
beforeAll(async () => {
  const read = () => new Map(Object.entries(stored));
  node = await startVarve({
    settings: {
      "s3.client.env.access_key": "visible-nowhere",
      "s3.client.env.secret_key": HIDDEN,
      "s3.client.env.endpoint": "http://127.0.0.1:1",
    },
    secureSettings: new SecureSettings(read(), read),
  });
});
afterAll(async () => node.stop());

const put = (name: string, type: string, settings: object, query = "") =>
  node.call("PUT", `/_snapshot/${name}${query}`, { type, settings });
const causeOf = async (type: string, settings: object) =>
  (await put("x", type, settings)).body.error.caused_by;
const reload = async () => {
  const { nodes } = await node.ok("POST", "/_nodes/reload_secure_settings");
  return (Object.values(nodes)[0] as { reload_exception?: { reason: string } }).reload_exception;
};

describe("RepositoriesService", () => {
  it("rejects chunk_size beyond the bounds of each type", async () => {
    const chunk = (type: string, text: string) =>
      causeOf(type, { bucket: "b", location: "x", chunk_size: text });
    const refusal = (text: string, bound: string) => ({
      type: "illegal_argument_exception",
      reason: `failed to parse value [${text}] for setting [chunk_size], must be ${bound}`,
    });
    expect(await chunk("fs", "4b")).toEqual(refusal("4b", ">= [5b]"));
    expect(await chunk("s3", "5000kb")).toEqual(refusal("5000kb", ">= [5mb]"));
    expect(await chunk("s3", "6tb")).toEqual(refusal("6tb", "<= [5tb]"));
    expect(await chunk("gcs", "0b")).toEqual(refusal("0b", ">= [1b]"));
    expect(await chunk("gcs", "6tb")).toEqual(refusal("6tb", "<= [5tb]"));
    expect((await chunk("azure", "4001mb")).reason).toMatch(/\[4001mb\].*must be <= /);
    expect((await chunk("azure", "1")).reason).toMatch(/unit is missing/);
    expect((await node.call("GET", "/_snapshot/x")).status).toBe(404);
  });

  it("rejects settings of each type in its words, before anything is registered", async () => {
    expect(await causeOf("gcs", {})).toEqual({
      type: "repository_exception",
      reason: "[x] Setting [bucket] is empty for repository",
    });
    expect(await causeOf("azure", { location_mode: "somewhere" })).toEqual({
      type: "illegal_argument_exception",
      reason: "No enum constant org.opensearch.repositories.azure.LocationMode.SOMEWHERE",
    });
    expect(await causeOf("hdfs", { uri: "http://x", path: "/" })).toEqual({
      type: "illegal_argument_exception",
      reason:
        "Invalid scheme [http] specified in uri [http://x]; only 'hdfs' uri allowed for hdfs " +
        "snapshot/restore",
    });
    const unknown = await put("x", "source", {});
    expect(unknown.body.error.reason).toBe("[x] repository type [source] does not exist");
    expect(await node.ok("GET", "/_snapshot")).toEqual({});
  });

  it("shows secrets nowhere: not those of a repository, not those of the environment", async () => {
    await put("leaky", "s3", { bucket: "b", access_key: "shown-a", secret_key: "shown-s" });
    await put("env", "s3", { bucket: "b", client: "env", max_retries: 0 });
    const pages = [
      "/_snapshot",
      "/_nodes",
      "/_cluster/settings?include_defaults=true",
      "/_nodes/stats",
    ];
    for (const page of [...pages, "/_cluster/state", "/_snapshot/env/_all"]) {
      const { body } = await node.call("GET", page);
      expect(JSON.stringify(body), page).not.toMatch(/shown-|visible-nowhere|hidden-in/);
    }
    await node.ok("DELETE", "/_snapshot/leaky");
    await node.ok("DELETE", "/_snapshot/env");
  });

  it("opens a repository whose client the keystore did not know, once it does", async () => {
    const settings = { bucket: "b", client: "later", endpoint: "127.0.0.1:1", max_retries: 0 };
    expect((await put("r", "s3", settings)).body.error.caused_by.reason).toMatch(
      /^Unknown s3 client name \[later\]\. Existing client configs: env,default$/,
    );
    stored = { "s3.client.later.access_key": "a", "s3.client.later.secret_key": "s" };
    expect(await reload()).toBeUndefined();
    const opened = await node.call("POST", "/_snapshot/r/_verify");
    expect(JSON.stringify(opened.body)).not.toContain("Unknown s3 client");
    expect(opened.body.error.type).toBe("repository_verification_exception");
    stored = {};
    expect(await reload()).toBeUndefined();
    const gone = await node.call("GET", "/_snapshot/r/_all");
    expect([gone.status, gone.body.error.type]).toEqual([400, "illegal_argument_exception"]);
  });

  it("keeps its secrets when those of the keystore are not whole", async () => {
    stored = { "azure.client.default.account": "a" };
    expect((await reload())!.reason).toBe(
      "Neither a secret key nor a shared access token was set.",
    );
    stored = { "s3.client.later.access_key": "a" };
    expect((await reload())!.reason).toBe("Missing secret key for s3 client [later]");
    stored = {};
    expect(await reload()).toBeUndefined();
  });

  it("rejects a start with keys that are not whole", async () => {
    const secrets = new Map([["s3.client.default.secret_key", "s"]]);
    await expect(
      startVarve({ secureSettings: new SecureSettings(secrets, () => secrets) }),
    ).rejects.toThrow("Missing access key for s3 client [default]");
  });
});
