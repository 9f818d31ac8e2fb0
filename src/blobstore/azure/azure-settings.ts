// The settings of Azure Blob Storage, read and checked when a store is opened.
//
//   SETTING                  DEFAULT                            FROM
//   container                opensearch-snapshots               the repository
//   location_mode            primary_only                       the repository
//   chunk_size               4194304000b (1b to that)           the repository
//   readonly                 true with secondary_only           the repository
//   account                  none                               a secret of the client
//   key, sas_token           one of them, or a token            secrets of the client
//   token_credential_type    none; managed, managed_identity    the client
//   endpoint_suffix          core.windows.net                   the client
//   endpoint                 https://ACCOUNT.blob.SUFFIX        the client (not in the real plugin)
//   secondary_endpoint       https://ACCOUNT-secondary.blob.…   the client (not in the real plugin)
//   timeout                  -1: none                           the client
//   read/write/response.timeout    60s                          the client
//   max_retries              3                                  the client
//   write.block_size         8mb                                the client
//   write.max_single_upload_size   8mb                          the client
//   write.max_concurrency    4                                  the client
//   proxy.type, host, port   direct                             the client
//
// A repository's own `endpoint` is for an emulator on this machine: whoever may register a
// repository must not be able to have the operator's account sign requests to a host of their
// choice. Upstream: AzureRepository, AzureStorageSettings.

import { illegalArgument, parseByteSize, unsupported } from "../../base/index.ts";
import {
  type ClientProxy,
  checkChunkSize,
  clientInteger,
  clientNameOf,
  clientProxy,
  clientSettingKey,
  clientTimeMs,
  isThisMachine,
  settingsException,
} from "../client-options.ts";
import type { StoreAddress } from "../store-address.ts";

const MB = 1024 * 1024;
/** The most that one Put Block takes; OpenSearch bounds a chunk by it. */
const BLOCK_BYTES_MAX = 4000 * MB;
/** The most that one Put Blob takes. */
const SINGLE_UPLOAD_BYTES_MAX = 5000 * MB;
const TRANSFER_BYTES_DEFAULT = 8 * MB;
const CONCURRENCY_DEFAULT = 4;
const IDLE_DEFAULT_MS = 60_000;
const INT_MAX = 2 ** 31 - 1;
const PROXY_TYPES = ["DIRECT", "HTTP", "SOCKS", "SOCKS4", "SOCKS5"];
const PLUGIN = "org.opensearch.repositories.azure";

/** Where reads go, and where they go when that does not answer. */
export type LocationMode =
  | "PRIMARY_ONLY"
  | "SECONDARY_ONLY"
  | "PRIMARY_THEN_SECONDARY"
  | "SECONDARY_THEN_PRIMARY";

const LOCATION_MODES: readonly LocationMode[] = [
  "PRIMARY_ONLY",
  "SECONDARY_ONLY",
  "PRIMARY_THEN_SECONDARY",
  "SECONDARY_THEN_PRIMARY",
];

/** How requests are authorised. */
export type AzureAuthorization =
  | { kind: "shared-key"; key: string }
  | { kind: "sas"; token: string }
  | { kind: "managed-identity" };

/** The settings of one store. */
export interface AzureSettings {
  container: string;
  account: string;
  authorization: AzureAuthorization;
  /** URLs of the blob service, without a slash at their end. */
  primary: string;
  secondary: string | undefined;
  locationMode: LocationMode;
  readOnly: boolean;
  /** Of one whole request; undefined: no bound. */
  timeoutMs: number | undefined;
  /** Longest waits: for the first byte of an answer, and between two parts of a body. */
  responseTimeoutMs: number | undefined;
  readTimeoutMs: number | undefined;
  writeTimeoutMs: number | undefined;
  blockBytes: number;
  singleUploadBytesMax: number;
  blocksAtOnce: number;
  proxy: ClientProxy | undefined;
}

/** Reads and checks. Errors: in the words of the real plugin. */
export function readAzureSettings(address: StoreAddress): AzureSettings {
  const { settings, client } = address;
  checkChunkSize(address, { bytes: BLOCK_BYTES_MAX, text: `${BLOCK_BYTES_MAX}b` });
  const locationMode = readLocationMode(settings["location_mode"]);
  const account = readAccount(address);
  const authorization = readAuthorization(address);
  const suffix = client["endpoint_suffix"] || "core.windows.net";
  const own = readEndpoint(address, authorization);
  const secondary = client["secondary_endpoint"];
  clientInteger(address, "max_retries", { byDefault: 3, min: -INT_MAX, max: INT_MAX });
  clientTimeMs(address, "connect.timeout", { byDefault: 0, min: Number.NEGATIVE_INFINITY });
  const found: AzureSettings = {
    container: settings["container"] || "opensearch-snapshots",
    account,
    authorization,
    primary: own ?? `https://${account}.blob.${suffix}`,
    secondary: secondary
      ? serviceUrl(secondary, clientSettingKey(address, "secondary_endpoint"))
      : own === undefined
        ? `https://${account}-secondary.blob.${suffix}`
        : undefined,
    locationMode,
    readOnly: settings["readonly"] === undefined && locationMode === "SECONDARY_ONLY",
    timeoutMs: timeoutMs(address, "timeout", -1),
    responseTimeoutMs: timeoutMs(address, "response.timeout", IDLE_DEFAULT_MS),
    readTimeoutMs: timeoutMs(address, "read.timeout", IDLE_DEFAULT_MS),
    writeTimeoutMs: timeoutMs(address, "write.timeout", IDLE_DEFAULT_MS),
    blockBytes: transferBytes(address, "write.block_size", BLOCK_BYTES_MAX),
    singleUploadBytesMax: transferBytes(
      address,
      "write.max_single_upload_size",
      SINGLE_UPLOAD_BYTES_MAX,
    ),
    blocksAtOnce: readConcurrency(address),
    proxy: readProxy(address),
  };
  if (authorization.kind === "managed-identity" && !found.primary.startsWith("https:")) {
    throw illegalArgument(
      `[${clientSettingKey(address, "endpoint")}] must be https: where a token is sent`,
    );
  }
  if (found.secondary === undefined && locationMode !== "PRIMARY_ONLY") {
    throw settingsException(
      `Invalid azure client settings with name [${clientNameOf(address)}]: ` +
        `[${clientSettingKey(address, "secondary_endpoint")}] is missing`,
    );
  }
  return found;
}

function readLocationMode(text: string | undefined): LocationMode {
  const name = (text ?? "PRIMARY_ONLY").toUpperCase();
  const mode = LOCATION_MODES.find((known) => known === name);
  if (mode === undefined) throw illegalArgument(`No enum constant ${PLUGIN}.LocationMode.${name}`);
  return mode;
}

function readAccount(address: StoreAddress): string {
  const account = address.secrets["account"] || address.client["account"];
  if (!account)
    throw settingsException(`Unable to find client with name [${clientNameOf(address)}]`);
  return account;
}

function readAuthorization(address: StoreAddress): AzureAuthorization {
  const { key, sas_token: sas } = address.secrets;
  const type = address.client["token_credential_type"];
  if (type) {
    if (/^managed(_identity)?$/i.test(type)) return { kind: "managed-identity" };
    throw illegalArgument(
      `The token credential type '${type}' is unsupported, please use one of the following ` +
        "values: managed",
    );
  }
  if (!key && !sas) {
    throw settingsException("Neither a secret key nor a shared access token was set.");
  }
  if (key && sas) {
    throw settingsException("Both a secret as well as a shared access token were set.");
  }
  if (sas) return { kind: "sas", token: sas.replace(/^\?/, "") };
  if (/^[A-Za-z0-9+/]+={0,2}$/.test(key!)) return { kind: "shared-key", key: key! };
  throw settingsException(
    `Invalid azure client settings with name [${clientNameOf(address)}]: ` +
      `[${clientSettingKey(address, "key")}] is not Base64`,
  );
}

function readEndpoint(
  address: StoreAddress,
  authorization: AzureAuthorization,
): string | undefined {
  const key = clientSettingKey(address, "endpoint");
  const ofClient = address.client["endpoint"];
  if (ofClient) return serviceUrl(ofClient, key);
  const own = address.settings["endpoint"];
  if (!own) return undefined;
  const url = serviceUrl(own, "endpoint");
  if (isThisMachine(url) && authorization.kind === "shared-key") return url;
  throw illegalArgument(
    `Setting [endpoint] of a repository is for an emulator on this machine; set [${key}] instead`,
  );
}

function serviceUrl(text: string, name: string): string {
  let url: URL;
  try {
    url = new URL(text);
  } catch (cause) {
    throw illegalArgument(`[${text}] of [${name}] is not a URL`, cause);
  }
  if (url.protocol !== "https:" && url.protocol !== "http:") {
    throw illegalArgument(`[${text}] of [${name}] is not an http or https URL`);
  }
  if (url.username !== "" || url.password !== "" || url.search !== "") {
    throw illegalArgument(`[${name}] must hold no user, password or token`);
  }
  return `${url.origin}${url.pathname.replace(/\/+$/, "")}`;
}

function timeoutMs(address: StoreAddress, name: string, byDefault: number): number | undefined {
  const value = clientTimeMs(address, name, { byDefault, min: Number.NEGATIVE_INFINITY });
  if (value > INT_MAX) {
    throw illegalArgument(`Timeout [${address.client[name]}] exceeds 2,147,483,647ms.`);
  }
  return value > 0 ? value : undefined;
}

function transferBytes(address: StoreAddress, name: string, bytesMax: number): number {
  const text = address.client[name];
  if (!text || text === "-1") return TRANSFER_BYTES_DEFAULT;
  const key = clientSettingKey(address, name);
  const bytes = parseByteSize(text, key);
  if (bytes < 1) throw illegalArgument(`setting [${key}] must be -1 or at least 1b`);
  if (bytes <= bytesMax) return bytes;
  throw illegalArgument(
    `failed to parse value [${text}] for setting [${key}], must be <= [${bytesMax}b]`,
  );
}

function readConcurrency(address: StoreAddress): number {
  const name = "write.max_concurrency";
  const value = clientInteger(address, name, { byDefault: -1, min: -1, max: INT_MAX });
  if (value === 0) {
    throw illegalArgument(`setting [${clientSettingKey(address, name)}] must be -1 or at least 1`);
  }
  return value < 0 ? CONCURRENCY_DEFAULT : value;
}

function readProxy(address: StoreAddress): ClientProxy | undefined {
  const proxy = clientProxy(address, "Azure", PROXY_TYPES, `${PLUGIN}.ProxySettings.ProxyType`);
  if (proxy === undefined || proxy.type === "HTTP") return proxy;
  throw unsupported(
    `[${clientSettingKey(address, "proxy.type")}] with value [${proxy.type}] is not supported: ` +
      "only [direct] and [http] are",
  );
}
