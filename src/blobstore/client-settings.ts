// From what an operator has set to what opens a store: a repository names a client
// (`client: default`), the node's settings and its keystore hold what the client is. Pure: the REST
// API and the command line resolve with the same function.
//
//   s3.client.<name>.*     access_key, secret_key, … from the keystore, endpoint, region, … plain
//   azure.client.<name>.*  account, key, sas_token from the keystore
//   gcs.client.<name>.*    credentials_file from the keystore
//
// Upstream: S3ClientSettings, AzureStorageSettings, GoogleCloudStorageClientSettings.

import { illegalArgument, VarveError } from "../base/index.ts";
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
const SECRET_NAMES: Readonly<Partial<Record<StoreType, ReadonlySet<string>>>> = {
  s3: new Set([
    "access_key",
    "secret_key",
    "session_token",
    "role_arn",
    "role_session_name",
    "proxy.username",
    "proxy.password",
  ]),
  azure: new Set(["account", "key", "sas_token", "proxy.username", "proxy.password"]),
  gcs: new Set(["credentials_file", "proxy.username", "proxy.password", "truststore.password"]),
};

const CLIENT_DEFAULT = "default";
/** Keys of a repository itself are refused unless this says otherwise; a JVM property upstream. */
const ALLOW_INSECURE = "opensearch.allow_insecure_settings";

/** Is this the full name of a secret, which belongs into the keystore? */
export function isSecureSetting(key: string): boolean {
  const match = /^(s3|azure|gcs)\.client\.[^.]+\.(.+)$/.exec(key);
  return match !== null && SECRET_NAMES[match[1] as StoreType]?.has(match[2]!) === true;
}

/**
 * The address of a named store: its client's plain settings from `nodeSettings`, its secrets from
 * `secureSettings`, else from `nodeSettings` too (an environment may hold both). Errors: an unknown
 * client, keys that are not whole (illegal_argument_exception, settings_exception).
 */
export function resolveStoreAddress(
  named: NamedStore,
  nodeSettings: FlatSettings,
  secureSettings: FlatSettings,
): StoreAddress {
  const { type, settings } = named;
  const secretNames = SECRET_NAMES[type];
  if (secretNames === undefined) return { type, settings, client: {}, secrets: {} };
  const sources = [nodeSettings, secureSettings];
  const name = clientName(named, sources);
  const prefix = `${type}.client.${name}.`;
  const client: Record<string, string> = {};
  const secrets: Record<string, string> = {};
  for (const source of sources) {
    for (const key of source.keys()) {
      const value = key.startsWith(prefix) ? source.get(key) : undefined;
      if (value === undefined) continue;
      const setting = key.slice(prefix.length);
      if (secretNames.has(setting)) secrets[setting] = value;
      else client[setting] = value;
    }
  }
  checkSecrets(type, name, secrets, client);
  const address = { type, settings, client, secrets };
  return type === "s3" ? withKeysOfRepository(address, nodeSettings) : address;
}

/**
 * Checks the secrets of every client, as a node does when it starts and when it reads them again.
 * Errors: those of resolveStoreAddress.
 */
export function checkClients(nodeSettings: FlatSettings, secureSettings: FlatSettings): void {
  for (const type of Object.keys(SECRET_NAMES) as StoreType[]) {
    for (const client of clientNames(type, [nodeSettings, secureSettings])) {
      resolveStoreAddress({ type, settings: { client } }, nodeSettings, secureSettings);
    }
  }
}

/** Which client a repository means; an unknown one is refused in the words of its type. */
function clientName(named: NamedStore, sources: readonly FlatSettings[]): string {
  const { type, settings } = named;
  const fallback = type === "azure" ? (settings["account"] ?? CLIENT_DEFAULT) : CLIENT_DEFAULT;
  const name = settings["client"] ?? fallback;
  const names = clientNames(type, sources);
  if (names.includes(name)) return name;
  if (type === "azure") {
    // The first client stands in for one named `default`.
    if (name === CLIENT_DEFAULT) return names[0] ?? name;
    throw settingsException(`Unable to find client with name [${name}]`);
  }
  if (name === CLIENT_DEFAULT) return name;
  const kind = type === "s3" ? "s3 client" : "client";
  const known = [...names.filter((one) => one !== CLIENT_DEFAULT), CLIENT_DEFAULT];
  throw illegalArgument(
    `Unknown ${kind} name [${name}]. Existing client configs: ${known.join(",")}`,
  );
}

function clientNames(type: StoreType, sources: readonly FlatSettings[]): string[] {
  const prefix = `${type}.client.`;
  const names = new Set<string>();
  for (const source of sources) {
    for (const key of source.keys()) {
      const dot = key.startsWith(prefix) ? key.indexOf(".", prefix.length) : -1;
      if (dot > 0) names.add(key.slice(prefix.length, dot));
    }
  }
  return [...names].sort();
}

function checkSecrets(
  type: StoreType,
  name: string,
  secrets: Readonly<Record<string, string>>,
  client: Readonly<Record<string, string>>,
): void {
  const has = (setting: string) => (secrets[setting] ?? "") !== "";
  if (type === "s3") {
    if (has("access_key") && !has("secret_key")) {
      throw illegalArgument(`Missing secret key for s3 client [${name}]`);
    }
    if (!has("access_key") && has("secret_key")) {
      throw illegalArgument(`Missing access key for s3 client [${name}]`);
    }
    if (!has("access_key") && has("session_token")) {
      throw illegalArgument(`Missing access key and secret key for s3 client [${name}]`);
    }
  }
  if (type === "azure" && has("account")) {
    const managed = (client["token_credential_type"] ?? "") !== "";
    if (!has("key") && !has("sas_token") && !managed) {
      throw settingsException("Neither a secret key nor a shared access token was set.");
    }
    if (has("key") && has("sas_token")) {
      throw settingsException("Both a secret as well as a shared access token were set.");
    }
  }
}

/** Keys that a repository's own settings hold: refused, or moved where secrets belong. */
function withKeysOfRepository(address: StoreAddress, nodeSettings: FlatSettings): StoreAddress {
  const { access_key: accessKey, secret_key: secretKey, ...settings } = address.settings;
  if (accessKey === undefined || secretKey === undefined) return address;
  if (nodeSettings.get(ALLOW_INSECURE) !== "true") {
    throw illegalArgument(
      "Setting [access_key] is insecure, but property [allow_insecure_settings] is not set",
    );
  }
  return { ...address, settings, secrets: { access_key: accessKey, secret_key: secretKey } };
}

function settingsException(message: string): VarveError {
  return new VarveError("invalid", message, { type: "settings_exception" });
}
