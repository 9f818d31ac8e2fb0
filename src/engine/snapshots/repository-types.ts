// What the settings of each repository type mean and refuse, before anything is opened. Upstream:
// FsRepository, URLRepository, S3Repository, GoogleCloudStorageRepository, AzureRepository,
// HdfsRepository (3.6.0).
//
//   TYPE   NEEDS                CHUNK_SIZE: DEFAULT, BOUNDS    READONLY
//   fs     location             none, from 5b                  as set
//   url    url                  none                           always
//   s3     bucket               1gb, 5mb to 5tb                as set
//   gcs    bucket               5tb, 1b to 5tb                 as set
//   azure  (a container)        4000mb, 1b to 4000mb           as set, else location_mode
//   hdfs   uri, path            none, any                      as set

import { isAbsolute, join, normalize, relative, resolve } from "node:path";
import { illegalArgument, type VarveError } from "../../base/index.ts";
import { isStoreType, type NamedStore, type StoreAddress } from "../../blobstore/index.ts";
import type { RepositoryMetadata } from "../cluster/metadata.ts";
import { matchesAny } from "../cluster/name-resolver.ts";
import { exception } from "../exceptions.ts";
import { parseByteSize, type Settings } from "../settings.ts";

const KB = 1024;
const MB = 1024 * KB;
const GB = 1024 * MB;
const TB = 1024 * GB;

/** Bounds of `chunk_size`, and what holds without it. */
interface ChunkRule {
  readonly least: readonly [number, string];
  readonly most?: readonly [number, string];
  readonly unset?: number;
}

const CHUNK_RULES: Readonly<Record<string, ChunkRule>> = {
  fs: { least: [5, "5b"] },
  s3: { least: [5 * MB, "5mb"], most: [5 * TB, "5tb"], unset: GB },
  gcs: { least: [1, "1b"], most: [5 * TB, "5tb"], unset: 5 * TB },
  azure: { least: [1, "1b"], most: [4000 * MB, "4194304000b"], unset: 4000 * MB },
};
const URL_PROTOCOLS = new Set(["http", "https", "ftp", "file", "jar"]);
const S3_CLIENT_SETTINGS = new Set([
  "endpoint",
  "sts_endpoint",
  "protocol",
  "proxy.type",
  "proxy.host",
  "proxy.port",
  "read_timeout",
  "request_timeout",
  "connection_timeout",
  "connection_ttl",
  "connection_acquisition_timeout",
  "max_pending_connection_acquires",
  "max_connections",
  "max_sync_connections",
  "max_retries",
  "use_throttle_retries",
  "path_style_access",
  "disable_chunked_encoding",
  "region",
  "signer_override",
]);
const LOCATION_MODES = new Set([
  "PRIMARY_ONLY",
  "SECONDARY_ONLY",
  "PRIMARY_THEN_SECONDARY",
  "SECONDARY_THEN_PRIMARY",
]);

/** What the node allows. */
export interface RepositoryRules {
  /** Folders of path.repo. */
  readonly folders: readonly string[];
  readonly nodeSettings: Settings;
}

/** A repository's settings, understood. */
export interface RepositoryPlan {
  readonly store: NamedStore;
  readonly readonly: boolean;
  readonly chunkSizeBytes: number | undefined;
  /** Why it can be registered, but not be used. */
  readonly refusal: VarveError | undefined;
}

/** An error of one repository: `[name] reason`, 500. */
export function repositoryException(name: string, reason: string, cause?: unknown): VarveError {
  return exception("internal", "repository_exception", `[${name}] ${reason}`, {}, cause);
}

const SECRET_SETTINGS =
  /secret_key|access_key|session_token|password|account_key|sas_token|credentials_file/;

/** A repository's settings as they may be shown: without keys that somebody put into them. */
export function shownRepositorySettings({ settings }: RepositoryMetadata): Settings {
  return settings.filter((key) => !SECRET_SETTINGS.test(key));
}

/** Is this a type that a repository can be registered with? */
export function isRepositoryType(type: string): boolean {
  return type !== "memory" && isStoreType(type);
}

/** Checks the settings by the rules of their type. The type is known (see isRepositoryType). */
export function planRepository(
  metadata: RepositoryMetadata,
  rules: RepositoryRules,
): RepositoryPlan {
  const { type, settings } = metadata;
  const flat = flatten(settings);
  const store = (changes: Record<string, string> = {}): NamedStore => ({
    type: type as NamedStore["type"],
    settings: { ...flat, ...changes },
  });
  const plan = {
    readonly: settings.getBoolean("readonly", false),
    chunkSizeBytes: chunkSize(type, settings),
    refusal: undefined,
  };
  switch (type) {
    case "fs": {
      const location = fsLocation(metadata.name, settings.get("location"), rules);
      return { ...plan, store: store({ location }) };
    }
    case "url": {
      const refusal = urlRefusal(metadata.name, settings.get("url"), rules);
      return { ...plan, store: store(), readonly: true, refusal };
    }
    case "s3":
      return { ...plan, store: store(), refusal: s3Refusal(settings) };
    case "gcs":
      if ((settings.get("bucket") ?? "").trim() === "") {
        throw repositoryException(metadata.name, "Setting [bucket] is empty for repository");
      }
      return { ...plan, store: store() };
    case "azure":
      return { ...plan, store: store(), readonly: azureReadonly(settings) };
    default:
      return { ...plan, store: store() };
  }
}

/**
 * What is opened for a try when a repository is registered: wrong settings of its own are refused
 * then, those of its client only when the client is made. Undefined where all is checked by then.
 */
export function ownSettingsOf({ type, settings }: NamedStore): StoreAddress | undefined {
  if (type !== "s3") return undefined;
  const own = Object.entries(settings).filter(([name]) => !isClientSetting(name, settings));
  return { type, settings: Object.fromEntries(own), client: {}, secrets: {} };
}

/** May a repository of type s3 repeat this setting of its client? */
function isClientSetting(name: string, settings: NamedStore["settings"]): boolean {
  if (S3_CLIENT_SETTINGS.has(name)) return true;
  const isKey = name === "access_key" || name === "secret_key";
  return isKey && settings["access_key"] !== undefined && settings["secret_key"] !== undefined;
}

function flatten(settings: Settings): Record<string, string> {
  const flat: Record<string, string> = {};
  for (const key of settings.keys()) {
    const value = settings.get(key);
    if (value !== undefined) flat[key] = value;
  }
  return flat;
}

/** A size in bytes, or the error of a setting that cannot be parsed. */
export function sizeOf(text: string, key: string): number {
  try {
    return parseByteSize(text, key);
  } catch (error) {
    const { message } = error as Error;
    throw illegalArgument(message, exception("invalid", "parse_exception", message));
  }
}

function chunkSize(type: string, settings: Settings): number | undefined {
  const rule = CHUNK_RULES[type];
  const text = settings.get("chunk_size");
  if (rule !== undefined) return boundedSize(settings, "chunk_size", rule);
  return text === undefined || type === "url" ? undefined : sizeOf(text, "chunk_size");
}

function boundedSize(settings: Settings, key: string, rule: ChunkRule): number | undefined {
  const text = settings.get(key);
  if (text === undefined) return rule.unset;
  const bytes = sizeOf(text, key);
  const failed = `failed to parse value [${text}] for setting [${key}], must be`;
  if (bytes < rule.least[0]) throw illegalArgument(`${failed} >= [${rule.least[1]}]`);
  if (rule.most !== undefined && bytes > rule.most[0]) {
    throw illegalArgument(`${failed} <= [${rule.most[1]}]`);
  }
  return bytes;
}

/** Without a bucket it can be registered, as on the real server, and fails when it is used. */
function s3Refusal(settings: Settings): VarveError | undefined {
  if ((settings.get("bucket") ?? "") !== "") return undefined;
  return exception("internal", "null_pointer_exception", "No bucket defined for s3 repository");
}

function azureReadonly(settings: Settings): boolean {
  const mode = settings.get("location_mode", "primary_only").toUpperCase();
  if (!LOCATION_MODES.has(mode)) {
    throw illegalArgument(
      `No enum constant org.opensearch.repositories.azure.LocationMode.${mode}`,
    );
  }
  return settings.getBoolean("readonly", mode === "SECONDARY_ONLY");
}

/** An absolute folder inside path.repo; a relative one lies under the first. */
function fsLocation(name: string, location: string | undefined, rules: RepositoryRules): string {
  if (location === undefined) throw repositoryException(name, "missing location");
  const target = isAbsolute(location)
    ? normalize(location)
    : resolve(join(rules.folders[0] ?? ".", location));
  if (isAllowed(target, rules)) return target;
  const empty = rules.folders.length > 0 ? "" : " because this setting is empty";
  const why = `location [${location}] doesn't match any of the locations specified by path.repo`;
  throw repositoryException(name, why + empty);
}

/** A url must be allowed by name, or be a file's in an allowed folder. */
function urlRefusal(
  name: string,
  url: string | undefined,
  rules: RepositoryRules,
): VarveError | undefined {
  if (url === undefined) throw repositoryException(name, "missing url");
  checkUri(url);
  const parsed = new URL(url);
  const protocol = parsed.protocol.slice(0, -1);
  if (!URL_PROTOCOLS.has(protocol)) {
    return repositoryException(name, `unsupported url protocol [${protocol}] from URL [${url}]`);
  }
  const allowed = rules.nodeSettings.getList("repositories.url.allowed_urls");
  if (allowed.some((pattern) => matchesAny([pattern], url))) return undefined;
  const path = normalize(decodeURIComponent(parsed.pathname));
  if (protocol === "file" && isAllowed(path, rules)) return undefined;
  const shown = url.replace(/^file:\/\/\//, "file:/");
  return repositoryException(
    name,
    `file url [${shown}] doesn't match any of the locations specified by path.repo or ` +
      "repositories.url.allowed_urls",
  );
}

/** Refuses what java.net.URI refuses. */
function checkUri(url: string): void {
  const at = url.search(/[\s"<>\\^`{|}]/);
  if (at < 0 && URL.canParse(url)) return;
  const reason =
    at < 0 ? `no protocol: ${url}` : `Illegal character in path at index ${at}: ${url}`;
  const type = at < 0 ? "malformed_u_r_l_exception" : "u_r_i_syntax_exception";
  throw illegalArgument(reason, exception("invalid", type, reason));
}

function isAllowed(target: string, rules: RepositoryRules): boolean {
  return rules.folders.some((folder) => {
    const path = relative(folder, target);
    return path === "" || (!path.startsWith("..") && !isAbsolute(path));
  });
}
