import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type CliOptions, runVarve } from "../support/cli.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "varve-keystore-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const file = () => join(folder, "opensearch.keystore");
function keystore(args: string[], options: CliOptions = {}) {
  return runVarve(["keystore", ...args], { folder, ...options });
}
const list = async (options: CliOptions = {}) =>
  (await keystore(["list"], options)).stdout.trimEnd().split("\n");

describe("varve keystore", () => {
  it("creates, fills, shows, lists and empties a keystore that only its owner reads", async () => {
    const created = await keystore(["create"]);
    expect([created.code, created.stdout]).toEqual([
      0,
      `Created opensearch keystore in ${file()}\n`,
    ]);
    expect(statSync(file()).mode & 0o777).toBe(0o600);
    const added = await keystore(["add", "--stdin", "a.one", "a.two"], { stdin: "1\ntwo ü\n" });
    expect(added.code).toBe(0);
    writeFileSync(join(folder, "key.json"), '{"k":1}\n');
    expect((await keystore(["add-file", "g.file", "key.json"])).code).toBe(0);
    expect(await list()).toEqual(["a.one", "a.two", "g.file", "keystore.seed"]);
    expect((await keystore(["list", "--json"])).json().settings).toHaveLength(4);
    expect((await keystore(["show", "a.two"])).stdout).toBe("two ü");
    expect((await keystore(["show", "g.file"])).stdout).toBe('{"k":1}\n');
    expect((await keystore(["remove", "a.one", "g.file"])).code).toBe(0);
    expect(await list()).toEqual(["a.two", "keystore.seed"]);
    expect(statSync(file()).mode & 0o777).toBe(0o600);
    expect(readFileSync(file()).includes("two")).toBe(false);
  });

  it("asks before it overwrites, and not with --force", async () => {
    await keystore(["create"]);
    const before = readFileSync(file());
    const kept = await keystore(["create"], { stdin: "maybe\nn\n" });
    expect(kept.stdout).toBe("Exiting without creating keystore.\n");
    expect(kept.stderr).toContain("An opensearch keystore already exists. Overwrite? [y/N]");
    expect(kept.stderr).toContain("Did not understand answer 'maybe'");
    expect(Buffer.compare(readFileSync(file()), before)).toBe(0);
    await keystore(["add", "-x", "a.b"], { stdin: "first\n" });
    const refused = await keystore(["add", "-x", "a.b"], { stdin: "n\nsecond\n" });
    expect([refused.code, refused.stdout]).toEqual([0, "Exiting without modifying keystore.\n"]);
    await keystore(["add", "-x", "-f", "a.b"], { stdin: "third\n" });
    expect((await keystore(["show", "a.b"])).stdout).toBe("third");
  });

  it("makes a keystore on the way when it is told to", async () => {
    expect((await keystore(["add", "-x", "a.b"], { stdin: "n\n" })).stdout).toBe(
      "Exiting without creating keystore.\n",
    );
    await keystore(["add", "-x", "a.b"], { stdin: "y\nvalue\n" });
    expect((await keystore(["show", "a.b"])).stdout).toBe("value");
  });

  it("keeps a password, takes it from a question, a variable or a file, and changes it", async () => {
    await keystore(["create", "-p"], { stdin: "one\none\n" });
    expect((await keystore(["has-passwd"])).code).toBe(0);
    expect(await list({ stdin: "one\n" })).toEqual(["keystore.seed"]);
    expect(await list({ environment: { VARVE_KEYSTORE_PASSWORD: "one" } })).toHaveLength(1);
    writeFileSync(join(folder, "pass"), "one\n");
    const withFile = await keystore(["list", "--keystore-password-file", "pass"]);
    expect(withFile.stdout).toBe("keystore.seed\n");
    await keystore(["add", "-x", "a.b"], { stdin: "one\nvalue\n" });
    const changed = await keystore(["passwd"], { stdin: "one\ntwo\ntwo\n" });
    expect(changed.stdout).toBe("OpenSearch keystore password changed successfully.\n");
    const wrong = await keystore(["list"], { stdin: "one\n" });
    expect([wrong.code, wrong.stderr]).toEqual([
      65,
      "Enter password for the opensearch keystore : " +
        "ERROR: Provided keystore password was incorrect\n",
    ]);
    expect(await list({ stdin: "two\n" })).toEqual(["a.b", "keystore.seed"]);
    await keystore(["passwd"], { stdin: "two\n\n\n" });
    const none = await keystore(["has-passwd"]);
    expect([none.code, none.stderr]).toEqual([1, "ERROR: Keystore is not password-protected\n"]);
    expect((await keystore(["create", "-p", "-f"], { stdin: "a\nb\n" })).code).toBe(65);
  });

  it("is found by --keystore, VARVE_KEYSTORE and the configuration's folder", async () => {
    await keystore(["create", "--keystore", "elsewhere.keystore"]);
    const elsewhere = join(folder, "elsewhere.keystore");
    expect(statSync(elsewhere).isFile()).toBe(true);
    expect(await list({ environment: { VARVE_KEYSTORE: elsewhere } })).toHaveLength(1);
    const missing = await keystore(["list"], { environment: { OPENSEARCH_PATH_CONF: "/nowhere" } });
    expect(missing.stderr).toContain("not found at [/nowhere/opensearch.keystore]");
  });

  it("rejects what it cannot do with the codes of opensearch-keystore", async () => {
    const codeOf = async (...args: string[]) => (await keystore(args)).code;
    expect(await codeOf("list")).toBe(65);
    expect(await codeOf("has-passwd")).toBe(1);
    await keystore(["create"]);
    expect(await codeOf("remove", "no.such")).toBe(78);
    expect(await codeOf("remove")).toBe(64);
    expect(await codeOf("add")).toBe(64);
    expect(await codeOf("add-file", "a.b")).toBe(64);
    expect(await codeOf("add-file", "a.b", "no-such-file")).toBe(74);
    expect(await codeOf("nonsense")).toBe(64);
    expect((await keystore(["add", "-x", "sp ace"], { stdin: "v\n" })).code).toBe(65);
    writeFileSync(file(), "damaged");
    const damaged = await keystore(["list"]);
    expect([damaged.code, damaged.stderr]).toEqual([
      65,
      expect.stringMatching(/^ERROR: Keystore is truncated.*opensearch\.keystore/),
    ]);
    chmodSync(file(), 0o600);
  });
});
