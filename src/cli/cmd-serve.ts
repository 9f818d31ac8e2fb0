// `varve serve`: the embedded engine behind OpenSearch's REST API, until SIGTERM or SIGINT.

import type { Command } from "commander";
import { startServer } from "../server/index.ts";
import { readConfiguration, type ServeFlags } from "./configuration.ts";

interface ServeOptions {
  host?: string;
  port?: string;
  data?: string;
  pathRepo?: string;
  config?: string;
  E: string[];
}

async function serve(options: ServeOptions): Promise<void> {
  const flags: ServeFlags = { ...options, settings: options.E };
  const configuration = readConfiguration(flags, process.env);
  const server = await startServer(configuration);
  const folders = configuration.repositoryFolders.join(", ");
  process.stdout.write(
    `varve answers on ${server.url} (data ${configuration.dataFolder}, repositories ${folders})\n`,
  );
  await new Promise<void>((resolve) => {
    for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, () => resolve());
  });
  await server.close();
}

/** Adds the command. */
export function addServeCommand(program: Command): void {
  program
    .command("serve")
    .description("run the embedded engine behind OpenSearch's REST API")
    .option("--host <address>", "address to listen on (default 127.0.0.1)")
    .option("--port <number>", "port to listen on (default 9200; 0 takes a free one)")
    .option("--data <dir>", "data folder (default ./data)")
    .option(
      "--path-repo <dirs>",
      "folders that fs repositories may lie in, comma-separated (default ./repositories)",
    )
    .option("--config <file>", "settings file (default ./varve.yml where there is one)")
    .option("-E <setting=value>", "a setting, by OpenSearch's name; may be repeated", collect, [])
    .action(serve);
}

function collect(value: string, list: string[]): string[] {
  return [...list, value];
}
