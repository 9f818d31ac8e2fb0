// `varve delete`: snapshots by name, and the blobs that then nobody needs.

import { type CommandSpec, EXIT, listArgument, textArgument } from "./command.ts";
import { describeRemoval, noteDryRun } from "./removal.ts";

/** `varve delete` */
export const command: CommandSpec = {
  name: "delete",
  summary: "delete snapshots and the blobs that nothing else needs",
  define: (it) =>
    void it
      .argument("<repo>", "folder or URL of the repository")
      .argument("<snapshots...>", "their names; if one does not exist, nothing is deleted")
      .option("--dry-run", "say what would go, and change nothing"),
  async run(context, args, options) {
    const { output, signal } = context;
    const dryRun = options["dryRun"] === true;
    const { repository } = await context.openRepository(textArgument(args, 0), {
      readonly: dryRun,
    });
    const names = [...new Set(listArgument(args, 1))];
    const freed = dryRun
      ? await repository.measurePlan(await repository.planDelete(names, signal), signal)
      : await repository.deleteSnapshots(names, signal);
    if (output.json) {
      await output.value({ snapshots: names, dry_run: dryRun, deleted: freed });
    } else {
      const verb = dryRun ? "would free" : "freed";
      await output.line(`${names.join(", ")}: ${verb} ${describeRemoval(freed)}`);
    }
    if (dryRun) noteDryRun(context);
    return EXIT.ok;
  },
};
