// opensearch-keystore reads what `varve keystore` wrote, and the other way round, with a password
// and without.

import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { runVarve } from "../support/cli.ts";
import {
  distribution,
  javaHomeFor,
  SERVER_VERSIONS,
  type ServerVersion,
} from "../support/judge.ts";
import { skipInterop } from "../support/real-server.ts";

const PASSWORD = "päss wörd";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "varve-keystore-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the real program on the folder's keystore. */
async function real(version: ServerVersion, args: string[], stdin = ""): Promise<Outcome> {
  const home = javaHomeFor(version)!;
  const program = join(await distribution(version), "bin/opensearch-keystore");
  const env = {
    ...process.env,
    JAVA_HOME: home,
    OPENSEARCH_JAVA_HOME: home,
    OPENSEARCH_PATH_CONF: folder,
    OPENSEARCH_JAVA_OPTS: "-Xmx128m -Dfile.encoding=UTF-8",
    LC_ALL: "C.UTF-8",
  };
  return new Promise((resolve) => {
    const child = execFile(program, args, { env }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr });
    });
    child.stdin!.end(stdin);
  });
}

function varve(args: string[], stdin?: string) {
  return runVarve(["keystore", ...args], { folder, ...(stdin === undefined ? {} : { stdin }) });
}

describe.skipIf(skipInterop() !== "")("keystores", () => {
  for (const version of SERVER_VERSIONS) {
    it(`of ours are read by opensearch-keystore ${version}`, async () => {
      await varve(["create"]);
      await varve(["add", "-x", "s3.client.default.access_key"], "AKIA\n");
      writeFileSync(join(folder, "file"), Buffer.alloc(100_000, 1));
      await varve(["add-file", "gcs.client.default.credentials_file", "file"]);
      const names =
        "gcs.client.default.credentials_file\nkeystore.seed\ns3.client.default.access_key\n";
      expect(await real(version, ["list"])).toMatchObject({ code: 0, stdout: names });
      expect((await real(version, ["has-passwd"])).code).toBe(1);
      await varve(["passwd"], `${PASSWORD}\n${PASSWORD}\n`);
      expect((await real(version, ["has-passwd"])).code).toBe(0);
      expect(await real(version, ["list"], `${PASSWORD}\n`)).toMatchObject({ stdout: names });
      expect((await real(version, ["list"], "wrong\n")).code).toBe(65);
    });

    it(`of opensearch-keystore ${version} are read by us, and written again`, async () => {
      expect((await real(version, ["create"])).code).toBe(0);
      await real(version, ["add", "--stdin", "a.b"], "vàlue\n");
      expect((await varve(["show", "a.b"])).stdout).toBe("vàlue");
      await real(version, ["passwd"], `${PASSWORD}\n${PASSWORD}\n`);
      expect((await varve(["show", "a.b"], `${PASSWORD}\n`)).stdout).toBe("vàlue");
      await varve(["add", "-x", "c.d"], `${PASSWORD}\nnew\n`);
      const listed = await real(version, ["list"], `${PASSWORD}\n`);
      expect(listed.stdout).toBe("a.b\nc.d\nkeystore.seed\n");
      await varve(["remove", "a.b"], `${PASSWORD}\n`);
      await real(version, ["upgrade"], `${PASSWORD}\n`);
      expect((await varve(["list"], `${PASSWORD}\n`)).stdout).toBe("c.d\nkeystore.seed\n");
    });
  }
});
