// `varve repair`: makes again what the rest of a repository still says, and names what is lost.

import {
  ALL_DATA,
  planAdoption,
  planRepair,
  runRepair,
  type VerifyResult,
} from "../repository/index.ts";
import { verify } from "./cmd-verify.ts";
import { type CommandContext, type CommandSpec, EXIT, textArgument } from "./command.ts";
import { printRepair } from "./repair-report.ts";

/** `varve repair` */
export const command: CommandSpec = {
  name: "repair",
  summary: "make again what the rest of a repository still says, and name what is lost",
  define: (it) =>
    void it
      .argument("<repo>", "folder or URL of the repository")
      .option("--adopt <snapshot>", "put a snapshot back that the root does not name any more")
      .option("--yes", "carry it out; without, it is only said"),
  async run(context, args, options) {
    const { output, signal } = context;
    const yes = options["yes"] === true;
    const { repository, address } = await context.openRepository(textArgument(args, 0), {
      mayBeEmpty: true,
      readonly: !yes,
    });
    const adopted = options["adopt"];
    // Of the snapshot that is adopted every byte is read; the others stay as they are.
    const data = adopted === undefined ? ALL_DATA : { share: 0 };
    const { plan, result } = await verify(context, repository, { data, address });
    const repair =
      adopted === undefined
        ? await planRepair(repository.context, plan, result, signal)
        : await planAdoption(repository.context, plan, String(adopted), signal);
    const doing = yes && repair.actions.length > 0;
    if (doing) await runRepair(repository.context, repair, signal);
    await printRepair(context, result, repair, doing);
    if (adopted === undefined && !output.json) noteLost(context, result);
    if (!yes && repair.actions.length > 0) {
      output.note("Nothing was written. Say --yes to carry it out, with no other writer at work.");
    }
    const open = yes ? repair.lost.length : repair.lost.length + repair.actions.length;
    return open > 0 ? EXIT.findings : EXIT.ok;
  },
};

/** Which snapshots can be put back is said, and done only when it is asked for. */
function noteLost({ output }: CommandContext, { findings }: VerifyResult): void {
  for (const { kind, message } of findings) if (kind === "lost-snapshot") output.note(message);
}
