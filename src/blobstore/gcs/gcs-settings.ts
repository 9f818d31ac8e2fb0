// The settings of Google Cloud Storage, read and checked when a store is opened.
//
//   SETTING                        DEFAULT                          FROM
//   bucket                         none                             the repository
//   chunk_size                     5tb (1b to 5tb)                  the repository
//   endpoint                       https://storage.googleapis.com   the client
//   project_id                     the credentials'                 the client
//   universe_domain                googleapis.com                   the client
//   connect_timeout, read_timeout  0s = 20s; -1 = none              the client
//   application_name               repository-gcs                   the client
//   token_uri                      the service account's            the client
//   proxy.type, host, port         direct                           the client
//   credentials_file               application default credentials  a secret: the JSON itself
//
// A repository's own `endpoint` is for an emulator on this machine and asked without credentials:
// whoever may register a repository must not be able to send the operator's token to a host of
// their choice. Upstream: GoogleCloudStorageRepository, GoogleCloudStorageClientSettings.

import { illegalArgument, unsupported, VarveError } from "../../base/index.ts";
import {
  type ClientProxy,
  checkChunkSize,
  clientProxy,
  clientSettingKey,
  clientTimeMs,
  isThisMachine,
  settingsException,
} from "../client-options.ts";
import type { StoreAddress } from "../store-address.ts";

const TB = 1024 ** 4;
/** What 0 stands for: the default of Google's HTTP client. */
const TIMEOUT_DEFAULT_MS = 20_000;
const UNIVERSE_DEFAULT = "googleapis.com";
const TOKEN_URI_DEFAULT = "https://oauth2.googleapis.com/token";

/** A service account's key: what is used of its JSON. */
export interface ServiceAccountKey {
  clientEmail: string;
  privateKey: string;
  privateKeyId: string | undefined;
  projectId: string | undefined;
  tokenUri: string;
}

/** How requests are authorised. */
export type GcsAuthorization =
  | { kind: "service-account"; key: ServiceAccountKey }
  | { kind: "application-default" }
  | { kind: "anonymous" };

/** The settings of one store. */
export interface GcsSettings {
  bucket: string;
  /** Origin without a slash at its end. */
  endpoint: string;
  projectId: string | undefined;
  authorization: GcsAuthorization;
  /** Undefined: no bound. */
  connectTimeoutMs: number | undefined;
  readTimeoutMs: number | undefined;
  applicationName: string;
  proxy: ClientProxy | undefined;
}

/** Reads and checks. Errors: in the words of the real plugin. */
export function readGcsSettings(
  address: StoreAddress,
  environment: Readonly<Record<string, string | undefined>>,
): GcsSettings {
  const bucket = address.settings["bucket"] ?? "";
  if (bucket.trim() === "") {
    throw new VarveError("invalid", "Setting [bucket] is empty for repository", {
      type: "repository_exception",
    });
  }
  checkChunkSize(address, { bytes: 5 * TB, text: "5tb" });
  const { client } = address;
  for (const name of ["truststore.path", "truststore.type"]) {
    if (!client[name]) continue;
    throw unsupported(
      `[${clientSettingKey(address, name)}] is not supported: name the certificates in ` +
        "NODE_EXTRA_CA_CERTS instead",
    );
  }
  const account = readServiceAccount(address);
  const { endpoint, authorization } = readEndpoint(address, account, environment);
  return {
    bucket,
    endpoint,
    projectId: client["project_id"] || account?.projectId,
    authorization,
    connectTimeoutMs: timeoutMs(address, "connect_timeout"),
    readTimeoutMs: timeoutMs(address, "read_timeout"),
    applicationName: client["application_name"] || "repository-gcs",
    proxy: readProxy(address, endpoint),
  };
}

function readProxy(address: StoreAddress, endpoint: string): ClientProxy | undefined {
  const types = ["DIRECT", "HTTP", "SOCKS"];
  const proxy = clientProxy(address, "Google Cloud Storage", types, "java.net.Proxy.Type");
  if (proxy?.type !== "SOCKS" || endpoint.startsWith("https:")) return proxy;
  throw unsupported(
    `[${clientSettingKey(address, "proxy.type")}] with value [socks] is not supported with an ` +
      "endpoint of http:",
  );
}

function timeoutMs(address: StoreAddress, name: string): number | undefined {
  const value = clientTimeMs(address, name, { byDefault: 0, min: -1 });
  if (value === 0) return TIMEOUT_DEFAULT_MS;
  return value < 0 ? undefined : value;
}

function readEndpoint(
  address: StoreAddress,
  account: ServiceAccountKey | undefined,
  environment: Readonly<Record<string, string | undefined>>,
): { endpoint: string; authorization: GcsAuthorization } {
  const credentials: GcsAuthorization =
    account === undefined
      ? { kind: "application-default" }
      : { kind: "service-account", key: account };
  const ofClient = address.client["endpoint"];
  if (ofClient) {
    const endpoint = origin(ofClient, clientSettingKey(address, "endpoint"));
    // An emulator speaks plain http; who named no credentials means none there.
    const named = account !== undefined || environment["GOOGLE_APPLICATION_CREDENTIALS"];
    const open = !named && endpoint.startsWith("http:");
    return { endpoint, authorization: open ? { kind: "anonymous" } : credentials };
  }
  const own = address.settings["endpoint"];
  if (own) {
    const endpoint = origin(own, "endpoint");
    if (isThisMachine(endpoint)) return { endpoint, authorization: { kind: "anonymous" } };
    throw illegalArgument(
      "Setting [endpoint] of a repository is for an emulator on this machine; set " +
        `[${clientSettingKey(address, "endpoint")}] instead`,
    );
  }
  const emulator = environment["STORAGE_EMULATOR_HOST"];
  if (emulator) {
    const url = emulator.includes("://") ? emulator : `http://${emulator}`;
    return { endpoint: origin(url, "STORAGE_EMULATOR_HOST"), authorization: { kind: "anonymous" } };
  }
  const universe = address.client["universe_domain"] || UNIVERSE_DEFAULT;
  return { endpoint: `https://storage.${universe}`, authorization: credentials };
}

function origin(text: string, name: string): string {
  let url: URL;
  try {
    url = new URL(text.includes("://") ? text : `https://${text}`);
  } catch (cause) {
    throw illegalArgument(`[${text}] of [${name}] is not a URL`, cause);
  }
  if (url.protocol !== "https:" && url.protocol !== "http:") {
    throw illegalArgument(`[${text}] of [${name}] is not an http or https URL`);
  }
  if (url.username !== "" || url.password !== "") {
    throw illegalArgument(`[${name}] must hold no user and password`);
  }
  return `${url.origin}${url.pathname.replace(/\/+$/, "")}`;
}

function readServiceAccount(address: StoreAddress): ServiceAccountKey | undefined {
  const text = address.secrets["credentials_file"];
  if (text === undefined || text === "") return undefined;
  const key = clientSettingKey(address, "credentials_file");
  let json: Record<string, unknown>;
  try {
    json = JSON.parse(text) as Record<string, unknown>;
  } catch {
    // The parser's message quotes the text, which is the secret.
    throw settingsException(`failed to load GCS client credentials from [${key}]: it is not JSON`);
  }
  const field = (name: string) => {
    const value = json?.[name];
    return typeof value === "string" && value !== "" ? value : undefined;
  };
  const type = field("type");
  if (type !== "service_account") {
    throw settingsException(
      `failed to load GCS client credentials from [${key}]: its type is [${type ?? ""}] where ` +
        "[service_account] is expected",
    );
  }
  const clientEmail = field("client_email");
  const privateKey = field("private_key");
  if (clientEmail === undefined || privateKey === undefined) {
    throw settingsException(
      `failed to load GCS client credentials from [${key}]: client_email or private_key is missing`,
    );
  }
  return {
    clientEmail,
    privateKey,
    privateKeyId: field("private_key_id"),
    projectId: field("project_id"),
    tokenUri: address.client["token_uri"] || field("token_uri") || TOKEN_URI_DEFAULT,
  };
}
