// What a command is. One file a command (`cmd-<name>.ts`) exports a `CommandSpec` named `command`;
// `commands.ts` lists them, and `run-cli.ts` parses, runs and turns errors into exit codes.
//
//   CODE  MEANING
//    0    fine
//    1    findings: the work was done, and there is something to look at (or nothing was found)
//    2    usage: an argument, an option or a request is wrong
//    3    the repository (or a snapshot, an index of it) cannot be read or written
//  130    interrupted

import type { Command } from "commander";
import type { Clock, Random } from "../base/index.ts";
import type { BlobStoreMetrics, StoreAddress } from "../blobstore/index.ts";
import type { Repository } from "../repository/index.ts";
import type { Output } from "./output.ts";
import type { Terminal } from "./terminal.ts";

/** Exit codes. */
export const EXIT = { ok: 0, findings: 1, usage: 2, unreadable: 3, interrupted: 130 } as const;

/** A repository that a command opened; it is closed when the command ends. */
export interface OpenedRepository {
  readonly repository: Repository;
  /** How a worker thread opens it too (`openStoreOf` in open-repository.ts). */
  readonly address: StoreAddress;
  /** Requests and bytes so far. */
  readonly metrics: BlobStoreMetrics;
}

/** How a repository is opened. */
export interface OpenRepositoryOptions {
  /** It may be empty: for the target of a copy. By default there must be a repository. */
  readonly mayBeEmpty?: boolean;
  /** Nothing is ever written, whatever the command does. */
  readonly readonly?: boolean;
  /**
   * Folder or URL of the remote store that the data of shallow snapshots is in, where the
   * repository is `readonly`; what `--remote-store` says if it is not given here.
   */
  readonly remoteStore?: string | undefined;
}

/** What a command runs with. */
export interface CommandContext {
  readonly output: Output;
  readonly terminal: Terminal;
  readonly clock: Clock;
  readonly random: Random;
  /** Aborted by Ctrl-C: the command stops as soon as it can and leaves nothing half done. */
  readonly signal: AbortSignal;
  /** Every command, loaded: for completion scripts. */
  commands(): Promise<CommandSpec[]>;
  /** Opens the repository that a folder or URL names. Errors end the command with code 3. */
  openRepository(text: string, options?: OpenRepositoryOptions): Promise<OpenedRepository>;
}

/** Options as commander parsed them, by their camel-case names. */
export type CommandOptions = Readonly<Record<string, unknown>>;

/** Arguments in their order; an optional one may be missing, a variadic one is a list. */
export type CommandArguments = readonly (string | string[] | undefined)[];

/** One command. */
export interface CommandSpec {
  readonly name: string;
  /** One line for `varve help`. */
  readonly summary: string;
  /** Adds arguments, options and help text. `--json` and `--quiet` are there already. */
  define(command: Command): void;
  /** Does the work; answers the exit code. `args` are the arguments in their order. */
  run(context: CommandContext, args: CommandArguments, options: CommandOptions): Promise<number>;
}

/** Commands that read data of snapshots: of shallow ones too where the remote store is named. */
const DATA_COMMANDS: ReadonlySet<string> = new Set(
  "diff export find get log ls migrate restore search show verify".split(" "),
);

/** Adds a command's own arguments and options, and those that commands of its kind share. */
export function defineCommand(spec: CommandSpec, command: Command): void {
  spec.define(command);
  if (!DATA_COMMANDS.has(spec.name)) return;
  const what = "folder or URL of the remote store that shallow snapshots keep their data in";
  command.option("--remote-store <url>", what);
}

/** An argument that commander has made sure is one text. */
export function textArgument(args: CommandArguments, at: number): string {
  const value = args[at];
  return typeof value === "string" ? value : "";
}

/** An argument that may be missing. */
export function optionalArgument(args: CommandArguments, at: number): string | undefined {
  const value = args[at];
  return typeof value === "string" ? value : undefined;
}

/** A variadic argument: all of its texts. */
export function listArgument(args: CommandArguments, at: number): string[] {
  const value = args[at];
  return Array.isArray(value) ? value : value === undefined ? [] : [value];
}
