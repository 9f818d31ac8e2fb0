// Reading the settings of a store's client in the words of OpenSearch's Setting and of the storage
// plugins. What is the same for Google's and Azure's client is here; their words differ.

import { illegalArgument, parseByteSize, parseTimeValue, VarveError } from "../base/index.ts";
import type { StoreAddress } from "./store-address.ts";

/** OpenSearch's SettingsException. */
export function settingsException(message: string, cause?: unknown): VarveError {
  return new VarveError("invalid", message, {
    type: "settings_exception",
    ...(cause === undefined ? {} : { cause }),
  });
}

/** The full name of a setting of the address's client: `gcs.client.default.endpoint`. */
export function clientSettingKey(address: StoreAddress, name: string): string {
  return `${address.type}.client.${clientNameOf(address)}.${name}`;
}

/** The client that a repository names; `account` is Azure's old word for it. */
export function clientNameOf({ type, settings }: StoreAddress): string {
  const old = type === "azure" ? settings["account"] : undefined;
  return settings["client"] ?? old ?? "default";
}

/** Is the host of this URL the machine that we run on? */
export function isThisMachine(url: string): boolean {
  return ["127.0.0.1", "[::1]", "localhost"].includes(new URL(url).hostname);
}

/** A time of the client in milliseconds; -1 where that is allowed and given. */
export function clientTimeMs(
  address: StoreAddress,
  name: string,
  ms: { byDefault: number; min: number },
): number {
  const text = address.client[name];
  if (text === undefined || text === "") return ms.byDefault;
  const key = clientSettingKey(address, name);
  const value = parseTimeValue(text, key);
  if (value < ms.min) {
    throw illegalArgument(
      `failed to parse value [${text}] for setting [${key}], must be >= [${ms.min}]`,
    );
  }
  return value;
}

/** A whole number of the client. */
export function clientInteger(
  address: StoreAddress,
  name: string,
  range: { byDefault: number; min: number; max: number },
): number {
  const text = address.client[name];
  if (text === undefined || text === "") return range.byDefault;
  const key = clientSettingKey(address, name);
  const value = /^-?\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
  const refused = `ailed to parse value [${text}] for setting [${key}]`;
  if (Number.isNaN(value)) throw illegalArgument(`F${refused}`);
  if (value < range.min) throw illegalArgument(`F${refused} must be >= ${range.min}`);
  if (value > range.max) throw illegalArgument(`F${refused} must be <= ${range.max}`);
  return value;
}

/** Checks a repository's `chunk_size` against a provider's limits; both are also given as text. */
export function checkChunkSize(address: StoreAddress, max: { bytes: number; text: string }): void {
  const text = address.settings["chunk_size"];
  if (text === undefined) return;
  const bytes = parseByteSize(text, "chunk_size");
  const refused = `failed to parse value [${text}] for setting [chunk_size], must be`;
  if (bytes < 1) throw illegalArgument(`${refused} >= [1b]`);
  if (bytes > max.bytes) throw illegalArgument(`${refused} <= [${max.text}]`);
}

/** A proxy between us and the store. */
export interface ClientProxy {
  /** In capitals: HTTP, SOCKS, … */
  type: string;
  host: string;
  port: number;
  username: string | undefined;
  password: string | undefined;
}

/**
 * The client's proxy, or undefined. `words` names the provider in messages, `types` are the names
 * that are known, `enumName` the Java type that refuses others.
 */
export function clientProxy(
  address: StoreAddress,
  words: string,
  types: readonly string[],
  enumName: string,
): ClientProxy | undefined {
  const type = (address.client["proxy.type"] || "DIRECT").toUpperCase();
  const host = address.client["proxy.host"] || undefined;
  const port = clientInteger(address, "proxy.port", { byDefault: 0, min: 0, max: 65535 });
  const username = address.secrets["proxy.username"] || undefined;
  const password = address.secrets["proxy.password"] || undefined;
  if (!types.includes(type)) throw illegalArgument(`No enum constant ${enumName}.${type}`);
  if (type === "DIRECT") {
    if (port === 0 && host === undefined && username === undefined && password === undefined) {
      return undefined;
    }
    throw settingsException(
      `${words} proxy port or host or username or password have been set but proxy type is not defined.`,
    );
  }
  if (port === 0 || host === undefined) {
    throw settingsException(
      `${words} proxy type has been set but proxy host or port is not defined.`,
    );
  }
  return { type, host, port, username, password };
}
