// `varve verify`: is everything there that the repository names, whole, and nothing besides?

import { type Finding, parseDataSelection, planVerify, runVerify } from "../repository/index.ts";
import {
  type CommandContext,
  type CommandSpec,
  EXIT,
  listArgument,
  textArgument,
} from "./command.ts";
import { formatDuration, formatSize } from "./output.ts";

/** `varve verify` */
export const command: CommandSpec = {
  name: "verify",
  summary: "check that a repository is whole: every reference, length and checksum",
  define: (it) =>
    void it
      .argument("<repo>", "folder or URL of the repository")
      .argument("[snapshots...]", "names of snapshots; without any, the whole repository")
      .option(
        "--data <which>",
        "read the bytes of: all, none, a share (5%), sample:N files",
        "all",
      ),
  async run(context, args, options) {
    const { output, signal } = context;
    const data = parseDataSelection(String(options["data"]));
    const { repository, address } = await context.openRepository(textArgument(args, 0), {
      mayBeEmpty: true,
      readonly: true,
    });
    const names = listArgument(args, 1);
    const plan = await planVerify(repository.context, { snapshots: names, signal });
    const shards = plan.indices.reduce((sum, { shards }) => sum + shards.length, 0);
    const bar = output.progress("verify", shards, "shards");
    let done = 0;
    const result = await runVerify(repository.context, plan, {
      data,
      address,
      signal,
      onProgress(progress) {
        if (progress.shards === done) return;
        bar.advance(progress.shards - done);
        done = progress.shards;
      },
    });
    bar.stop();
    if (output.json) await output.value(result);
    else await print(context, result);
    const found = result.findings.some(({ severity }) => severity !== "info");
    return found ? EXIT.findings : EXIT.ok;
  },
};

async function print(
  { output }: CommandContext,
  result: Awaited<ReturnType<typeof runVerify>>,
): Promise<void> {
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
    output.note(`The data of ${names} is in a remote store and was not looked at.`);
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
