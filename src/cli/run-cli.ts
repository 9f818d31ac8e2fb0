// Parses the command line, runs the command and turns errors into messages and exit codes.

import { setMaxListeners } from "node:events";
import { Command, CommanderError } from "commander";
import { systemClock, systemRandom, VARVE_VERSION, VarveError } from "../base/index.ts";
import {
  type CommandArguments,
  type CommandContext,
  type CommandSpec,
  defineCommand,
  EXIT,
  type OpenedRepository,
} from "./command.ts";
import { COMMANDS } from "./commands.ts";
import { openNamedRepository } from "./open-repository.ts";
import { Output, printable } from "./output.ts";
import type { Terminal } from "./terminal.ts";

const FOOTER = `
Exit codes: 0 fine, 1 findings, 2 usage, 3 the repository cannot be read, 130 interrupted.
A repository is a folder or a URL: ./folder, s3://bucket/prefix, gs://bucket/prefix,
azure://container/prefix, hdfs://namenode:8020/path, https://host/path/.`;

/** Runs the command line `args`; answers the exit code. */
export async function runCli(args: readonly string[], terminal: Terminal): Promise<number> {
  const program = newProgram(terminal);
  let code: number = EXIT.ok;
  const wanted = COMMANDS.filter(({ name }) => name === args[0]);
  for (const entry of wanted.length > 0 ? wanted : COMMANDS) {
    const { command } = await entry.load();
    addCommand(program, command, terminal, (value) => {
      code = value;
    });
  }
  try {
    await program.parseAsync([...args], { from: "user" });
    return code;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
    throw error;
  }
}

function newProgram(terminal: Terminal): Command {
  return new Command("varve")
    .description("The OpenSearch snapshot system, with a cluster or without one")
    .version(VARVE_VERSION)
    .addHelpText("after", FOOTER)
    .exitOverride()
    .showSuggestionAfterError()
    .configureOutput({
      writeOut: (text) => void terminal.stdout.write(text),
      writeErr: (text) => void terminal.stderr.write(text),
    });
}

/** Adds a command to a program; `done` gets its exit code. */
export function addCommand(
  program: Command,
  spec: CommandSpec,
  terminal: Terminal,
  done: (code: number) => void,
): void {
  const command = program.command(spec.name).description(spec.summary);
  defineCommand(spec, command);
  command
    .option("--json", "answer in JSON, for scripts")
    .option("--quiet", "no notes and no progress on stderr")
    .action(async (...parsed: unknown[]) => {
      const args = parsed.slice(0, -2) as (string | string[] | undefined)[];
      done(await runCommand(spec, args, command.opts(), terminal));
    });
}

async function runCommand(
  spec: CommandSpec,
  args: CommandArguments,
  options: Record<string, unknown>,
  terminal: Terminal,
): Promise<number> {
  const [clock, random] = [systemClock, systemRandom];
  const output = new Output(terminal, clock, {
    json: options["json"] === true,
    quiet: options["quiet"] === true,
  });
  const interrupt = new AbortController();
  // Every request under way listens, and there may be many.
  setMaxListeners(0, interrupt.signal);
  const { signal } = interrupt;
  const stopListening = terminal.onInterrupt(() => {
    // The second one does not wait.
    if (signal.aborted) process.exit(EXIT.interrupted);
    interrupt.abort(new VarveError("aborted", "interrupted"));
  });
  const opened: OpenedRepository[] = [];
  const context: CommandContext = {
    output,
    terminal,
    clock,
    random,
    signal,
    commands: () => Promise.all(COMMANDS.map(async ({ load }) => (await load()).command)),
    async openRepository(text, openOptions = {}) {
      const remoteStore = options["remoteStore"] as string | undefined;
      const wanted = { remoteStore, ...openOptions };
      const found = await openNamedRepository(text, terminal, context, wanted, signal);
      opened.push(found);
      return found;
    },
  };
  try {
    return await spec.run(context, args, options);
  } catch (error) {
    output.close();
    return reportError(error, terminal, signal);
  } finally {
    output.close();
    stopListening();
    for (const { repository } of opened) await repository.close();
  }
}

function reportError(error: unknown, terminal: Terminal, signal: AbortSignal): number {
  if (signal.aborted) {
    terminal.stderr.write("varve: interrupted\n");
    return EXIT.interrupted;
  }
  // Nobody reads on: `varve export … | head`.
  if ((error as NodeJS.ErrnoException).code === "EPIPE") return EXIT.ok;
  const stacks = terminal.environment[STACKS_VARIABLE] === "1";
  terminal.stderr.write(`varve: ${printable(describeError(error, stacks))}\n`);
  if (!(error instanceof VarveError)) return EXIT.unreadable;
  return error.kind === "invalid" ? EXIT.usage : EXIT.unreadable;
}

/** Asks for the place in the program too, where the error is the program's own. */
const STACKS_VARIABLE = "VARVE_STACKS";

/** A message with those of its causes that say more. */
export function describeError(error: unknown, stacks = false): string {
  if (!(error instanceof Error)) return String(error);
  const text = ownWords(error, stacks);
  const { cause } = error;
  if (!(cause instanceof Error) || text.includes(cause.message)) return text;
  return `${text}\n  because: ${describeError(cause, stacks)}`;
}

/** Where in a JSON text, as OpenSearch's parser says it, on a line of its own. */
const JACKSON_PLACE = /\n at \[Source: [^;]*; /;

/** Errors of ours and of the system speak for themselves; of others the kind says more. */
function ownWords(error: Error, stacks: boolean): string {
  if (stacks && error.stack !== undefined) return error.stack;
  if (error instanceof VarveError) return error.message.replace(JACKSON_PLACE, " [");
  if (error instanceof AggregateError && error.message === "") {
    return error.errors.map((item) => describeError(item, stacks)).join("; ");
  }
  if (error.name === "Error" || "code" in error) return error.message;
  return `${error.name}: ${error.message}`;
}
