// Runs a command line of Varve in this process.

import { runCli } from "../../src/cli/run-cli.ts";
import type { Terminal, TerminalStream } from "../../src/cli/terminal.ts";

export interface CliOutcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  /** stdout parsed as JSON. */
  json(): any;
}

export interface CliOptions {
  readonly stdin?: string;
  readonly environment?: NodeJS.ProcessEnv;
  readonly folder?: string;
  /** Aborted = the user presses Ctrl-C. */
  readonly interrupt?: AbortSignal;
  readonly isTerminal?: boolean;
}

class Collector implements TerminalStream {
  readonly chunks: Buffer[] = [];
  readonly isTTY: boolean;
  constructor(isTerminal: boolean) {
    this.isTTY = isTerminal;
  }
  write(chunk: string | Uint8Array): boolean {
    this.chunks.push(Buffer.from(chunk as string));
    return true;
  }
  once(): void {}
  removeListener(): void {}
  get text(): string {
    return Buffer.concat(this.chunks).toString();
  }
}

/** `varve ls ./repo` is `runVarve(["ls", "./repo"])`. */
export async function runVarve(
  args: readonly string[],
  options: CliOptions = {},
): Promise<CliOutcome> {
  const stdout = new Collector(options.isTerminal ?? false);
  const stderr = new Collector(false);
  const terminal: Terminal = {
    stdin: (async function* () {
      if (options.stdin !== undefined) yield Buffer.from(options.stdin);
    })(),
    stdout,
    stderr,
    environment: options.environment ?? {},
    folder: options.folder ?? process.cwd(),
    onInterrupt(listener) {
      options.interrupt?.addEventListener("abort", listener);
      return () => options.interrupt?.removeEventListener("abort", listener);
    },
  };
  const code = await runCli(args, terminal);
  return {
    code,
    stdout: stdout.text,
    stderr: stderr.text,
    json: () => JSON.parse(stdout.text),
  };
}
