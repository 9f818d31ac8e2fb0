// The bash script is sourced by a real bash; the other two are looked at.

import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { COMMANDS } from "../../src/cli/commands.ts";
import { runVarve } from "../support/cli.ts";

test("completion for bash completes commands, and the options of each", async () => {
  const folder = mkdtempSync(join(tmpdir(), "varve-completion-"));
  try {
    const script = join(folder, "varve.bash");
    writeFileSync(script, (await runVarve(["completion", "bash"])).stdout);
    const complete = (words: string[]) => {
      const line = `source ${script}; COMP_WORDS=(varve ${words.join(" ")});`;
      const call = `COMP_CWORD=${words.length}; _varve; echo "\${COMPREPLY[@]}"`;
      return execFileSync("bash", ["-c", `${line} ${call}`], { encoding: "utf8" }).trim();
    };
    expect(complete(["for"])).toBe("forget");
    expect(complete(["forget", "--keep-w"])).toBe("--keep-weekly --keep-within");
    expect(complete(["help", "sh"])).toBe("show");
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("completion for zsh and fish names every command; another shell is refused", async () => {
  for (const shell of ["zsh", "fish"]) {
    const { stdout } = await runVarve(["completion", shell]);
    for (const { name } of COMMANDS) expect(stdout).toContain(name);
  }
  expect((await runVarve(["completion", "tcsh"])).code).toBe(2);
});

test("help lists every command, and each command explains itself", async () => {
  const { stdout, code } = await runVarve(["help"]);
  expect(code).toBe(0);
  for (const { name } of COMMANDS) {
    expect(stdout).toContain(`  ${name} `);
    const help = await runVarve([name, "--help"]);
    expect(help.code).toBe(0);
    expect(help.stdout).toContain("--json");
  }
});
