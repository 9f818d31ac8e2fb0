// `varve cleanup`: removes the blobs that no snapshot names.

import { type CommandSpec, EXIT, textArgument } from "./command.ts";
import { formatSize } from "./output.ts";
import { describeRemoval, noteDryRun } from "./removal.ts";

/** `varve cleanup` */
export const command: CommandSpec = {
  name: "cleanup",
  summary: "remove the blobs that no snapshot needs",
  define: (it) =>
    void it
      .argument("<repo>", "folder or URL of the repository")
      .option("--dry-run", "list what would go, and change nothing"),
  async run(context, args, options) {
    const { output, signal } = context;
    const dryRun = options["dryRun"] === true;
    const { repository } = await context.openRepository(textArgument(args, 0), {
      readonly: dryRun,
    });
    const plan = await repository.planCleanup(signal);
    const freed = dryRun
      ? await repository.measurePlan(plan, signal)
      : await repository.cleanup(signal);
    if (output.json) {
      await output.value({
        dry_run: dryRun,
        deleted: freed,
        blobs: [...plan.blobs].map(([name, bytes]) => ({ name, bytes })),
        folders: plan.staleIndices.flatMap((index) => index.folders),
        skipped: plan.skipped,
      });
    } else {
      for (const [name, bytes] of plan.blobs) await output.line(`${name}  ${formatSize(bytes)}`);
      for (const { folders } of plan.staleIndices) {
        for (const folder of folders) await output.line(`${folder}/`);
      }
      await output.line(`${dryRun ? "would free" : "freed"} ${describeRemoval(freed)}`);
      for (const { index, shard, reason } of plan.skipped) {
        output.note(`[${index}][${shard}] was left alone: ${reason}`);
      }
    }
    if (dryRun) noteDryRun(context);
    return plan.skipped.length > 0 ? EXIT.findings : EXIT.ok;
  },
};
