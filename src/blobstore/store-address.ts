// Where a store is, as plain data: what the REST API registers, what a URL on the command line
// names, and what a worker thread opens for itself.

import type { Clock, Random } from "../base/index.ts";

/** OpenSearch's repository types, and `memory`. */
export type StoreType = "fs" | "url" | "s3" | "gcs" | "azure" | "hdfs" | "memory";

/** A store's type and all that opens it. */
export interface StoreAddress {
  readonly type: StoreType;
  /** The repository's settings, by OpenSearch's names (`bucket`, `base_path`, `chunk_size`, …). */
  readonly settings: Readonly<Record<string, string>>;
  /** The client's settings without `<type>.client.<name>.`; settings of the repository win. */
  readonly client: Readonly<Record<string, string>>;
  /** Secrets of the client (`access_key`, `key`, …). They reach no message, log or metadata. */
  readonly secrets: Readonly<Record<string, string>>;
  /** The remote store that the data of its shallow snapshots lies in (see wrap/joined.ts). */
  readonly remoteStore?: StoreAddress;
}

/** What every provider is given beside the address. */
export interface StoreContext {
  readonly clock: Clock;
  readonly random: Random;
}

/** A setting of the repository, else of its client. Empty texts count as not given. */
export function storeSetting(address: StoreAddress, name: string): string | undefined {
  const own = address.settings[name];
  if (own !== undefined && own !== "") return own;
  const shared = address.client[name];
  return shared === "" ? undefined : shared;
}

/** An address without client or secrets. */
export function storeAddress(
  type: StoreType,
  settings: Readonly<Record<string, string>>,
): StoreAddress {
  return { type, settings, client: {}, secrets: {} };
}
