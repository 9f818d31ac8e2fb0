// From what an operator has set to what opens a store: a repository names a client
// (`client: default`), the node's settings and its keystore hold what the client is. Pure: the REST
// API and the command line resolve with the same function.
//
//   s3.client.<name>.*     access_key, secret_key, … from the keystore, endpoint, region, … plain
//   azure.client.<name>.*  account, key, sas_token from the keystore
//   gcs.client.<name>.*    credentials_file from the keystore
//
// Upstream: S3ClientSettings, AzureStorageSettings, GoogleCloudStorageClientSettings.

import type { StoreAddress, StoreType } from "./store-address.ts";

/** Flat settings by dotted names: a Map, or the engine's Settings. */
export interface FlatSettings {
  get(key: string): string | undefined;
  keys(): Iterable<string>;
}

/** A repository as the REST API or a URL names it. */
export interface NamedStore {
  readonly type: StoreType;
  readonly settings: Readonly<Record<string, string>>;
}

/** Names of a client's settings that are secret, by type. */
const SECRET_NAMES: Readonly<Partial<Record<StoreType, readonly string[]>>> = {
  s3: [
    "access_key",
    "secret_key",
    "session_token",
    "role_arn",
    "role_session_name",
    "proxy.username",
    "proxy.password",
  ],
  azure: ["account", "key", "sas_token", "proxy.username", "proxy.password"],
  gcs: ["credentials_file", "proxy.username", "proxy.password"],
};

const CLIENT_DEFAULT = "default";

/** The prefix of a client's settings: `s3.client.default.`. */
export function clientPrefix(type: StoreType, name: string): string {
  return `${type}.client.${name}.`;
}

/**
 * The address of a named store: its client's plain settings from `nodeSettings`, its secrets from
 * `secureSettings`, else from `nodeSettings` too (an environment may hold both).
 */
export function resolveStoreAddress(
  named: NamedStore,
  nodeSettings: FlatSettings,
  secureSettings: FlatSettings,
): StoreAddress {
  const secretNames = SECRET_NAMES[named.type];
  const { type, settings } = named;
  if (secretNames === undefined) return { type, settings, client: {}, secrets: {} };
  const prefix = clientPrefix(type, settings["client"] ?? CLIENT_DEFAULT);
  const client: Record<string, string> = {};
  const secrets: Record<string, string> = {};
  for (const source of [nodeSettings, secureSettings]) {
    for (const key of source.keys()) {
      const value = key.startsWith(prefix) ? source.get(key) : undefined;
      if (value === undefined) continue;
      const name = key.slice(prefix.length);
      if (secretNames.includes(name)) secrets[name] = value;
      else client[name] = value;
    }
  }
  return { type, settings, client, secrets };
}
