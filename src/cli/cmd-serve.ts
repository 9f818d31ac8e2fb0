// `varve serve`: the embedded engine behind OpenSearch's REST API, until SIGTERM or SIGINT.

import { startServer } from "../server/index.ts";
import { type CommandContext, type CommandSpec, EXIT } from "./command.ts";
import { readConfiguration, type ServeFlags } from "./configuration.ts";
import { addKeystoreOptions, type KeystoreFlags, readSecureSettings } from "./keystore-source.ts";

interface ServeOptions extends KeystoreFlags {
  host?: string;
  port?: string;
  data?: string;
  pathRepo?: string;
  config?: string;
  E: string[];
}

async function serve(context: CommandContext, options: ServeOptions): Promise<number> {
  const flags: ServeFlags = { ...options, settings: options.E };
  const configuration = readConfiguration(flags, context.terminal.environment);
  const secureSettings = await readSecureSettings(options, context.terminal);
  const server = await startServer({ ...configuration, secureSettings });
  const folders = configuration.repositoryFolders.join(", ");
  await context.output.line(
    `varve answers on ${server.url} (data ${configuration.dataFolder}, repositories ${folders})`,
  );
  const { signal } = context;
  await new Promise<void>((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener("abort", () => resolve(), { once: true });
  });
  await server.close();
  return EXIT.ok;
}

/** `varve serve` */
export const command: CommandSpec = {
  name: "serve",
  summary: "run the embedded engine behind OpenSearch's REST API",
  define: (it) =>
    void addKeystoreOptions(it)
      .option("--host <address>", "address to listen on (default 127.0.0.1)")
      .option("--port <number>", "port to listen on (default 9200; 0 takes a free one)")
      .option("--data <dir>", "data folder (default ./data)")
      .option(
        "--path-repo <dirs>",
        "folders that fs repositories may lie in, comma-separated (default ./repositories)",
      )
      .option("--config <file>", "settings file (default ./varve.yml where there is one)")
      .option(
        "-E <setting=value>",
        "a setting, by OpenSearch's name; may be repeated",
        collect,
        [],
      ),
  run: (context, _args, options) => serve(context, options as unknown as ServeOptions),
};

function collect(value: string, list: string[]): string[] {
  return [...list, value];
}
