// Settings of an S3 client, `s3.client.<name>.*`, most of which a repository may repeat. Upstream:
// S3ClientSettings.

import { illegalArgument, VarveError } from "../../base/index.ts";
import { type StoreAddress, storeSetting } from "../store-address.ts";
import { booleanSetting, integerSetting, timeSettingMs } from "./setting-values.ts";

const PROTOCOLS = ["http", "https"] as const;
const PROXY_TYPES = ["direct", "http", "https", "socks"] as const;
const SIGNERS = [
  "AWS4SignerType",
  "AWS4UnsignedPayloadSignerType",
  "NoOpSignerType",
  "AWSS3V4SignerType",
];
const PROXY_PORT_DEFAULT = 80;

/** A proxy between us and the store. */
export interface S3Proxy {
  readonly type: "http" | "https" | "socks";
  readonly host: string;
  readonly port: number;
  readonly username: string | undefined;
  readonly password: string | undefined;
}

/** How a client speaks to the store. Times in milliseconds. */
export interface S3ClientSettings {
  /** With its scheme, or undefined for Amazon's own of the region. */
  readonly endpoint: string | undefined;
  readonly stsEndpoint: string | undefined;
  readonly region: string | undefined;
  readonly proxy: S3Proxy | undefined;
  readonly readTimeoutMs: number;
  readonly requestTimeoutMs: number;
  readonly connectionTimeoutMs: number;
  readonly connectionTtlMs: number;
  readonly connectionsMax: number;
  readonly retriesMax: number;
  readonly throttleRetries: boolean;
  readonly pathStyleAccess: boolean;
  readonly legacyMd5: boolean;
  readonly unsigned: boolean;
}

/** Reads and checks. */
export function s3ClientSettings(address: StoreAddress): S3ClientSettings {
  const protocol = oneOf(address, "protocol", "https", PROTOCOLS);
  // Bodies are never sent in signed chunks, so there is nothing to switch off.
  booleanSetting(address, "disable_chunked_encoding", false);
  timeSettingMs(address, "connection_acquisition_timeout", 900_000);
  integerSetting(address, "max_pending_connection_acquires", 10_000);
  integerSetting(address, "max_sync_connections", 500);
  const signer = storeSetting(address, "signer_override");
  if (signer !== undefined && !SIGNERS.includes(signer)) {
    throw illegalArgument(`No matching signers found for signerName: ${signer}`);
  }
  return {
    endpoint: endpointUrl(storeSetting(address, "endpoint"), "endpoint", protocol),
    stsEndpoint: endpointUrl(clientSetting(address, "sts_endpoint"), "sts_endpoint", protocol),
    region: storeSetting(address, "region"),
    proxy: proxySettings(address, protocol),
    readTimeoutMs: timeSettingMs(address, "read_timeout", 50_000),
    requestTimeoutMs: timeSettingMs(address, "request_timeout", 300_000),
    connectionTimeoutMs: timeSettingMs(address, "connection_timeout", 10_000),
    connectionTtlMs: timeSettingMs(address, "connection_ttl", 5_000),
    connectionsMax: integerSetting(address, "max_connections", 500, 1),
    retriesMax: integerSetting(address, "max_retries", 3, 0),
    throttleRetries: booleanSetting(address, "use_throttle_retries", true),
    pathStyleAccess: booleanSetting(address, "path_style_access", false),
    legacyMd5: booleanSetting(address, "legacy_md5_checksum_calculation", false),
    unsigned: signer === "NoOpSignerType",
  };
}

function oneOf<T extends string>(
  address: StoreAddress,
  name: string,
  fallback: T,
  values: readonly T[],
): T {
  const text = storeSetting(address, name) ?? fallback;
  const value = values.find((known) => known === text.toLowerCase());
  if (value !== undefined) return value;
  throw illegalArgument(`Failed to parse value [${text}] for setting [${name}]`);
}

function endpointUrl(text: string | undefined, name: string, protocol: string): string | undefined {
  if (text === undefined) return undefined;
  const lower = text.toLowerCase();
  const url = /^https?:\/\//.test(lower) ? lower : `${protocol}://${lower}`;
  let parsed: URL;
  try {
    parsed = new URL(url);
  } catch (cause) {
    throw illegalArgument(`[${text}] is not a URL for setting [${name}]`, cause);
  }
  if (parsed.username !== "" || parsed.password !== "") {
    throw illegalArgument(`Keys do not belong into setting [${name}]: they go to the keystore`);
  }
  return url;
}

function proxySettings(address: StoreAddress, protocol: "http" | "https"): S3Proxy | undefined {
  const host = storeSetting(address, "proxy.host");
  const port = integerSetting(address, "proxy.port", PROXY_PORT_DEFAULT, 0, 65_535);
  const username = secret(address, "proxy.username");
  const password = secret(address, "proxy.password");
  let type = oneOf(address, "proxy.type", "direct", PROXY_TYPES);
  // An old client meant the proxy's protocol by its own.
  if (protocol !== "https" && type === "direct" && host !== undefined) type = protocol;
  if (type === "direct") {
    const given = port !== PROXY_PORT_DEFAULT || host !== undefined;
    if (given || username !== undefined || password !== undefined) {
      throw settingsRefusal(
        "S3 proxy port or host or username or password have been set but proxy type is not defined.",
      );
    }
    return undefined;
  }
  if (host === undefined) {
    throw settingsRefusal("S3 proxy type has been set but proxy host or port is not defined.");
  }
  if (protocol === "http" && type === "socks") {
    throw settingsRefusal("SOCKS proxy is not supported for HTTP protocol");
  }
  return { type, host, port, username, password };
}

/**
 * A setting that a repository must not repeat: whoever may register one would have a file of this
 * machine, or a token, sent to a host of their choice.
 */
export function clientSetting(address: StoreAddress, name: string): string | undefined {
  if (address.settings[name] !== undefined) {
    throw illegalArgument(
      `Setting [${name}] belongs to a client [s3.client.*.${name}], not to a repository`,
    );
  }
  const value = address.client[name];
  return value === "" ? undefined : value;
}

/** A secret of the client; empty counts as not given. */
export function secret(address: StoreAddress, name: string): string | undefined {
  const value = address.secrets[name];
  return value === "" ? undefined : value;
}

function settingsRefusal(message: string): VarveError {
  return new VarveError("invalid", message, { type: "settings_exception" });
}
