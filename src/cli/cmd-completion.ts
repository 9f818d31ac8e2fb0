// `varve completion`: a script that lets a shell complete commands and options.

import { Argument, Command } from "commander";
import { type CommandSpec, defineCommand, EXIT, textArgument } from "./command.ts";
import { type CompletedCommand, completionScript, SHELLS, type Shell } from "./completion.ts";

/** `varve completion` */
export const command: CommandSpec = {
  name: "completion",
  summary: "print a completion script for bash, zsh or fish",
  define: (it) =>
    void it
      .addArgument(new Argument("<shell>", "bash, zsh or fish").choices(SHELLS))
      .addHelpText("after", "\nFor bash: source <(varve completion bash)"),
  async run({ output, commands: all }, args) {
    const commands = (await all()).map(describe);
    await output.write(completionScript(textArgument(args, 0) as Shell, commands));
    return EXIT.ok;
  },
};

function describe(spec: CommandSpec): CompletedCommand {
  const defined = new Command(spec.name);
  defineCommand(spec, defined);
  const options = defined.options.map(({ long, short, description }) => ({
    flag: long ?? short ?? "",
    description,
  }));
  options.push({ flag: "--json", description: "answer in JSON" });
  options.push({ flag: "--quiet", description: "no notes and no progress" });
  options.push({ flag: "--help", description: "show what the command does" });
  return { name: spec.name, summary: spec.summary, options };
}
