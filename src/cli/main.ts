#!/usr/bin/env node
// The `varve` command. One file a command; exit codes: 0 fine, 1 failed, 2 usage.

import { Command, CommanderError } from "commander";
import { VARVE_VERSION } from "../engine/index.ts";
import { addServeCommand } from "./cmd-serve.ts";

const EXIT_FAILED = 1;
const EXIT_USAGE = 2;

async function main(): Promise<void> {
  const program = new Command("varve")
    .description("The OpenSearch snapshot system, with a cluster or without one")
    .version(VARVE_VERSION)
    .exitOverride();
  addServeCommand(program);
  try {
    await program.parseAsync();
  } catch (error) {
    if (error instanceof CommanderError) {
      process.exitCode = error.exitCode === 0 ? 0 : EXIT_USAGE;
      return;
    }
    process.stderr.write(`varve: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = EXIT_FAILED;
  }
}

await main();
