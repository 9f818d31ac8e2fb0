import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readConfiguration } from "../../src/cli/configuration.ts";

let folder: string;
let config: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "varve-config-"));
  config = join(folder, "varve.yml");
  writeFileSync(
    config,
    "http.port: 9300\nnode:\n  name: from-file\n  attr:\n    zone: a\npath.repo: [one, two]\n",
  );
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("readConfiguration", () => {
  it("listens on loopback, port 9200, with folders of its own by default", () => {
    const found = readConfiguration({ settings: [] }, {});
    expect([found.host, found.port]).toEqual(["127.0.0.1", 9200]);
    expect(found.dataFolder).toBe(resolve("data"));
    expect(found.repositoryFolders).toEqual([resolve("repositories")]);
    expect(found.maxBodyBytes).toBe(104_857_600);
  });

  it("reads OpenSearch's names, nested or dotted, from a file", () => {
    const found = readConfiguration({ settings: [], config }, {});
    expect(found.port).toBe(9300);
    expect(found.settings.get("node.attr.zone")).toBe("a");
    expect(found.repositoryFolders).toEqual([resolve("one"), resolve("two")]);
  });

  it("rejects secrets in the file and on the command line, and takes them from the environment", () => {
    const key = "s3.client.default.secret_key";
    const file = join(folder, "secret.yml");
    writeFileSync(file, `${key}: hidden\n`);
    const words = /must be stored inside the OpenSearch keystore/;
    expect(() => readConfiguration({ settings: [], config: file }, {})).toThrow(words);
    expect(() => readConfiguration({ settings: [`${key}=hidden`] }, {})).toThrow(words);
    const found = readConfiguration({ settings: [] }, { [key]: "hidden" });
    expect(found.settings.get(key)).toBe("hidden");
  });

  it("lets the environment win over the file and flags over both", () => {
    const environment = { "node.name": "from-environment", VARVE_PORT: "9400", PATH: "/bin" };
    const found = readConfiguration({ settings: [], config }, environment);
    expect([found.port, found.settings.get("node.name")]).toEqual([9400, "from-environment"]);
    const flags = { settings: ["node.name=from-flag"], port: "9500", config };
    const flagged = readConfiguration(flags, environment);
    expect([flagged.port, flagged.settings.get("node.name")]).toEqual([9500, "from-flag"]);
    expect(flagged.settings.get("PATH")).toBeUndefined();
  });

  it("rejects a missing file, a bad port and a flag without a value", () => {
    expect(() => readConfiguration({ settings: [], config: join(folder, "none.yml") }, {})).toThrow(
      "does not exist",
    );
    expect(() => readConfiguration({ settings: [], port: "70000" }, {})).toThrow(
      "a port is 0 to 65535",
    );
    expect(() => readConfiguration({ settings: ["node.name"] }, {})).toThrow(
      "-E takes setting=value",
    );
  });
});
