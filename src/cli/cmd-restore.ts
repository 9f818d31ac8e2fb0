// `varve restore`: a snapshot into a data folder, which `varve serve --data DIR` then opens.

import { existsSync, readdirSync, rmSync } from "node:fs";
import { resolve } from "node:path";
import { illegalArgument, VarveError } from "../base/index.ts";
import type { StoreAddress } from "../blobstore/index.ts";
import { Node, parseRestoreRequest, Settings } from "../engine/index.ts";
import {
  type CommandArguments,
  type CommandContext,
  type CommandOptions,
  type CommandSpec,
  EXIT,
  textArgument,
} from "./command.ts";
import { formatDuration } from "./output.ts";

/** The repository's name in the node while it restores. */
const REPOSITORY_NAME = "source";
/** The remote store's name there. */
const REMOTE_STORE_NAME = "remote-store";

/** `varve restore` */
export const command: CommandSpec = {
  name: "restore",
  summary: "restore a snapshot into a data folder that varve serve opens",
  define: (it) =>
    void it
      .argument("<repo>", "folder or URL of the repository")
      .argument("<snapshot>", "its name")
      .requiredOption("--into <dir>", "the data folder: new, or one that varve serve has used")
      .option("--indices <list>", "only these, comma-separated; * and -name work as in OpenSearch")
      .option("--rename-pattern <regex>", "with --rename-replacement: new names for indices")
      .option("--rename-replacement <text>", "may use the pattern's groups: $1")
      .option("--include-global-state", "templates and persistent settings too")
      .option("--no-aliases", "leave the aliases out")
      .option("--partial", "also indices of which the snapshot holds only some shards"),
  run: restore,
};

function restoreBody(options: CommandOptions): Record<string, unknown> {
  const body: Record<string, unknown> = {
    ...(options["remoteStore"] === undefined
      ? {}
      : { source_remote_store_repository: REMOTE_STORE_NAME }),
    include_aliases: options["aliases"] !== false,
    include_global_state: options["includeGlobalState"] === true,
    partial: options["partial"] === true,
  };
  if (options["indices"] !== undefined) body["indices"] = options["indices"];
  const [pattern, replacement] = [options["renamePattern"], options["renameReplacement"]];
  if ((pattern === undefined) !== (replacement === undefined)) {
    throw illegalArgument("--rename-pattern and --rename-replacement are given together");
  }
  if (pattern !== undefined) {
    body["rename_pattern"] = pattern;
    body["rename_replacement"] = replacement;
  }
  return body;
}

async function restore(
  context: CommandContext,
  args: CommandArguments,
  options: CommandOptions,
): Promise<number> {
  const { output, signal, clock } = context;
  const request = parseRestoreRequest(restoreBody(options) as never);
  const [repo, name] = [textArgument(args, 0), textArgument(args, 1)];
  const { repository, address } = await context.openRepository(repo, { readonly: true });
  await repository.findSnapshot(name, signal);
  const folder = resolve(context.terminal.folder, String(options["into"]));
  const isNew = !existsSync(folder) || readdirSync(folder).length === 0;
  const started = clock.monotonic();
  const node = await openNode(context, address, folder);
  const stop = async () => {
    await node.close();
    if (isNew) rmSync(folder, { recursive: true, force: true });
  };
  try {
    const { done, shards } = await node.restores.restore(REPOSITORY_NAME, name, request);
    output.note(`Restoring ${shards} shards`);
    const outcome = await abortable(done, signal);
    for (const { name } of repositoriesOf(address)) await node.repositories.delete(name);
    const failures = [...failuresOf(node, outcome.indices)];
    await node.close();
    const millis = clock.monotonic() - started;
    const failed = outcome.totalShards - outcome.successfulShards;
    const isLost = failed > 0 && failed === outcome.totalShards;
    if (isLost && isNew) rmSync(folder, { recursive: true, force: true });
    if (output.json) {
      const { snapshot, indices, totalShards: total, successfulShards: successful } = outcome;
      const shown = { total, successful, failed };
      await output.value({ snapshot, indices, shards: shown, seconds: millis / 1000, failures });
    } else {
      await output.line(
        `${countedIndices(outcome.indices.length)}, ${outcome.successfulShards} of ` +
          `${outcome.totalShards} shards in ${formatDuration(millis)}`,
      );
      for (const { index, shard, reason } of failures) {
        await output.line(`[${index}][${shard}] ${reason}`);
      }
      if (!isLost) output.note(`varve serve --data ${folder}`);
    }
    if (isLost) return EXIT.unreadable;
    return failed > 0 ? EXIT.findings : EXIT.ok;
  } catch (error) {
    await stop();
    throw withMigrateHint(error);
  }
}

function countedIndices(count: number): string {
  return count === 1 ? "1 index" : `${count} indices`;
}

/** OpenSearch's words for an index that is too old do not say what to do. */
function withMigrateHint(error: unknown): unknown {
  if (!(error instanceof VarveError) || !error.message.includes("cannot be upgraded")) return error;
  return new VarveError("too-old", `${error.message}: varve migrate writes it afresh`, {
    cause: error,
  });
}

function* failuresOf(node: Node, indices: readonly string[]) {
  for (const index of indices) {
    for (const failure of node.indices.service(index)?.failures ?? []) {
      yield { index, shard: failure.shard, reason: failure.details || failure.reason };
    }
  }
}

/** What the node registers while it restores: the repository, and its remote store if any. */
function repositoriesOf(address: StoreAddress): { name: string; address: StoreAddress }[] {
  const own = { name: REPOSITORY_NAME, address };
  const { remoteStore } = address;
  return remoteStore === undefined
    ? [own]
    : [own, { name: REMOTE_STORE_NAME, address: remoteStore }];
}

async function openNode(
  context: CommandContext,
  address: StoreAddress,
  folder: string,
): Promise<Node> {
  const repositories = repositoriesOf(address);
  const locations = repositories.map(({ address: one }) => one.settings["location"]);
  const node = await Node.start({
    settings: nodeSettings(repositories.map((one) => one.address)),
    dataFolder: folder,
    repositoryFolders: locations.filter((location) => location !== undefined),
    clock: context.clock,
    random: context.random,
  });
  try {
    for (const { name, address: one } of repositories) {
      const settings = new Settings(new Map(Object.entries(one.settings)));
      await node.repositories.put(name, one.type, settings, false, node.id);
    }
    return node;
  } catch (error) {
    await node.close();
    throw error;
  }
}

/** The clients' settings and secrets under the names that a node knows them by. */
function nodeSettings(addresses: readonly StoreAddress[]): Settings {
  const map = new Map<string, string>();
  const urls: string[] = [];
  for (const { type, settings, client, secrets } of addresses) {
    const name = settings["client"] ?? "default";
    for (const [key, value] of Object.entries({ ...client, ...secrets })) {
      map.set(`${type}.client.${name}.${key}`, value);
    }
    if (settings["url"] !== undefined) urls.push(settings["url"]);
  }
  if (urls.length > 0) map.set("repositories.url.allowed_urls", urls.join(","));
  return new Settings(map);
}

async function abortable<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return await new Promise<T>((resolve, reject) => {
    const onAbort = () => reject(signal.reason ?? new VarveError("aborted", "interrupted"));
    if (signal.aborted) onAbort();
    signal.addEventListener("abort", onAbort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener("abort", onAbort));
  });
}
