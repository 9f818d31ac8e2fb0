// From the text on the command line to an open repository: address, store, wrappers, catalog.

import { parseByteSize, VarveError } from "../base/index.ts";
import {
  type BlobStore,
  basePathOf,
  meter,
  openRepositoryStore,
  parseRepositoryUrl,
  readOnly,
  type StoreAddress,
  type StoreContext,
  storeAddress,
} from "../blobstore/index.ts";
import {
  openRepository,
  type Repository,
  type RepositoryData,
  type RepositoryOptions,
  shardPathTypeOf,
} from "../repository/index.ts";
import type { OpenedRepository, OpenRepositoryOptions } from "./command.ts";
import type { Terminal } from "./terminal.ts";

/** Types that need neither client settings nor secrets. */
const TYPES_WITHOUT_CLIENT: ReadonlySet<string> = new Set(["fs", "url", "hdfs", "memory"]);

/** The address that a text names, with the client settings and secrets that belong to it. */
export async function addressOf(text: string, terminal: Terminal): Promise<StoreAddress> {
  const named = parseRepositoryUrl(text, terminal.folder);
  if (TYPES_WITHOUT_CLIENT.has(named.type)) return storeAddress(named.type, named.settings);
  const { resolveClient } = await import("./resolve-client.ts");
  return resolveClient(named, terminal);
}

/** The address with that of the remote store of its shallow snapshots, if a text names one. */
export async function withRemoteStore(
  address: StoreAddress,
  remoteStore: string | undefined,
  terminal: Terminal,
): Promise<StoreAddress> {
  if (remoteStore === undefined) return address;
  return { ...address, remoteStore: await addressOf(remoteStore, terminal) };
}

/** The options of a repository by its settings (`compress`, `chunk_size`, `shard_path_type`). */
export function repositoryOptionsOf(
  name: string,
  address: StoreAddress,
  context: StoreContext,
): RepositoryOptions {
  const { settings, remoteStore } = address;
  const chunk = settings["chunk_size"];
  return {
    name,
    ...context,
    basePath: basePathOf(address),
    readonly: settings["readonly"] === "true" || address.type === "url",
    compress: settings["compress"] === "true",
    shardPathType: shardPathTypeOf(settings["shard_path_type"]),
    ...(chunk === undefined ? {} : { chunkSizeBytes: parseByteSize(chunk, "chunk_size") }),
    ...(remoteStore === undefined ? {} : { remoteStore: { basePath: basePathOf(remoteStore) } }),
  };
}

/** OpenSearch's words for a client that is not there do not say what to do. */
function openStore(address: StoreAddress, context: StoreContext): BlobStore {
  try {
    return openRepositoryStore(address, context);
  } catch (error) {
    if (address.type !== "azure" || !(error instanceof VarveError)) throw error;
    if (error.type !== "settings_exception" || !error.message.startsWith("Unable to find"))
      throw error;
    const hint = "set AZURE_STORAGE_ACCOUNT, and AZURE_STORAGE_KEY or AZURE_STORAGE_SAS_TOKEN";
    throw new VarveError("invalid", `${error.message}: ${hint}`, { type: error.type });
  }
}

/** What is wrong with a store or its keys is not wrong usage. */
async function readRoot(repository: Repository, signal: AbortSignal): Promise<RepositoryData> {
  try {
    return await repository.getRepositoryData(signal);
  } catch (error) {
    if (!(error instanceof VarveError) || error.kind !== "invalid") throw error;
    const { message, type, cause } = error;
    throw new VarveError("unavailable", message, {
      ...(type === undefined ? {} : { type }),
      cause,
    });
  }
}

/** Opens the repository that a text names. */
export async function openNamedRepository(
  text: string,
  terminal: Terminal,
  context: StoreContext,
  options: OpenRepositoryOptions,
  signal: AbortSignal,
): Promise<OpenedRepository> {
  const remoteStore = options.readonly === true ? options.remoteStore : undefined;
  const address = await withRemoteStore(await addressOf(text, terminal), remoteStore, terminal);
  const metered = meter(openStore(address, context), context.clock);
  const store = options.readonly === true ? readOnly(metered.store) : metered.store;
  const repository = openRepository(store, repositoryOptionsOf(text, address, context));
  if (options.mayBeEmpty !== true) {
    const data = await readRoot(repository, signal);
    if (data.generation < 0) {
      throw new VarveError("missing", `There is no repository at [${text}]: it has no index-N`, {
        type: "repository_missing_exception",
      });
    }
  }
  return { repository, address, metrics: metered.metrics };
}
