// `varve verify`: is everything there that the repository names, whole, and nothing besides?

import { illegalArgument } from "../base/index.ts";
import type { StoreAddress } from "../blobstore/index.ts";
import {
  type DataSelection,
  type Finding,
  parseDataSelection,
  planRepair,
  type Repository,
  type VerifyPlan,
  type VerifyResult,
  verifyRepository,
} from "../repository/index.ts";
import {
  type CommandContext,
  type CommandSpec,
  EXIT,
  listArgument,
  textArgument,
} from "./command.ts";
import { formatDuration, formatSize, type Progress } from "./output.ts";
import { printRepair } from "./repair-report.ts";

/** `varve verify` */
export const command: CommandSpec = {
  name: "verify",
  summary: "check that a repository is whole: every reference, length and checksum",
  define: (it) =>
    void it
      .argument("<repo>", "folder or URL of the repository")
      .argument("[snapshots...]", "names of snapshots; without any, the whole repository")
      .option("--data <which>", "read the bytes of: all, none, a share (5%), sample:N files", "all")
      .option("--structure", "also check what is in the segments, as Lucene's CheckIndex does")
      .option("--repair-plan", "say what varve repair would do, and what is lost"),
  async run(context, args, options) {
    const { output, signal } = context;
    const data = parseDataSelection(String(options["data"]));
    const { repository, address } = await context.openRepository(textArgument(args, 0), {
      mayBeEmpty: true,
      readonly: true,
    });
    const names = listArgument(args, 1);
    const repairs = options["repairPlan"] === true;
    if (repairs && names.length > 0) throw illegalArgument("A repair is of the whole repository");
    const { plan, result } = await verify(context, repository, {
      names,
      data,
      address,
      structure: options["structure"] === true,
    });
    if (repairs) {
      const repair = await planRepair(repository.context, plan, result, signal);
      await printRepair(context, result, repair);
      return exitCode(result);
    }
    if (output.json) await output.value(result);
    else await print(context, result);
    return exitCode(result);
  },
};

function exitCode(result: VerifyResult): number {
  const found = result.findings.some(({ severity }) => severity !== "info");
  return found ? EXIT.findings : EXIT.ok;
}

/** Verifies with a bar on the terminal. */
export async function verify(
  { output, signal }: CommandContext,
  repository: Repository,
  what: {
    readonly names?: readonly string[];
    readonly data?: DataSelection;
    readonly structure?: boolean;
    readonly address: StoreAddress;
  },
): Promise<{ plan: VerifyPlan; result: VerifyResult }> {
  const request = { snapshots: what.names, signal };
  let bar: Progress | undefined;
  const found = await verifyRepository(repository.context, request, (plan) => {
    const shards = plan.indices.reduce((sum, { shards }) => sum + shards.length, 0);
    bar?.stop();
    const shown = output.progress("verify", shards, "shards");
    bar = shown;
    let done = 0;
    return {
      data: what.data,
      structure: what.structure,
      address: what.address,
      signal,
      onProgress(progress) {
        if (progress.shards === done) return;
        shown.advance(progress.shards - done);
        done = progress.shards;
      },
    };
  });
  bar?.stop();
  return found;
}

async function print({ output }: CommandContext, result: VerifyResult): Promise<void> {
  for (const finding of result.findings) await output.write(describeFinding(finding));
  const count = (severity: string) =>
    result.findings.filter((finding) => finding.severity === severity).length;
  const [errors, warnings, infos] = [count("error"), count("warning"), count("info")];
  const read = `${formatSize(result.bytes)} read in ${formatDuration(result.seconds * 1000)}`;
  const seen = `${plural(result.snapshots, "snapshot")}, ${plural(result.blobs, "blob")}, ${read}`;
  const found =
    errors + warnings + infos === 0
      ? "no findings"
      : `${plural(errors, "error")}, ${plural(warnings, "warning")}, ${infos} for information`;
  await output.line(`${seen}: ${found}`);
  if (result.shallow.length > 0) {
    const names = result.shallow.join(", ");
    output.note(`The data of ${names} is in a remote store and was not looked at: --remote-store`);
  }
}

/** `1 error`, `2 errors`. */
function plural(count: number, noun: string): string {
  return `${count.toLocaleString("en")} ${noun}${count === 1 ? "" : "s"}`;
}

/** A finding in up to four lines: what, where, whom it hits, why. */
export function describeFinding(finding: Finding): string {
  const { severity, kind, index, shard, file, blob, snapshots, message } = finding;
  const lines = [`${severity}: ${kind}${blob === null ? "" : ` ${blob}`}`];
  const place = [
    index === null ? "" : `index ${index}`,
    shard === null ? "" : `shard ${shard}`,
    file === null ? "" : `file ${file}`,
  ].filter((part) => part !== "");
  if (place.length > 0) lines.push(`  in ${place.join(", ")}`);
  if (snapshots.length > 0) lines.push(`  of ${snapshots.join(", ")}`);
  lines.push(`  ${message.replaceAll("\n", " ")}`);
  return `${lines.join("\n")}\n`;
}
