// The bodies of create, clone and restore, with OpenSearch's own refusals.
// Upstream: CreateSnapshotRequest, RestoreSnapshotRequest, CloneSnapshotRequest (3.6.0).

import { illegalArgument } from "../../base/index.ts";
import { encodeJson, type XContentValue } from "../../xcontent/index.ts";
import type { JsonObject } from "../cluster/metadata.ts";
import type { IndicesOptions } from "../cluster/name-resolver.ts";
import { exception, validationFailed } from "../exceptions.ts";
import { withIndexPrefix } from "../indices/templates.ts";
import { Settings } from "../settings.ts";

const USER_METADATA_BYTES_MAX = 1024;

/** strictExpandHidden: open, closed and hidden; missing names fail. */
const CREATE_OPTIONS: IndicesOptions = {
  ignoreUnavailable: false,
  allowNoIndices: true,
  expandOpen: true,
  expandClosed: true,
  expandHidden: true,
  forbidClosed: false,
  ignoreAliases: false,
};

/** What a create asks for. */
export interface CreateSnapshotRequest {
  readonly indices: readonly string[];
  readonly options: IndicesOptions;
  readonly partial: boolean;
  readonly includeGlobalState: boolean;
  readonly userMetadata?: JsonObject;
}

/** What a restore asks for. */
export interface RestoreSnapshotRequest {
  readonly indices: readonly string[];
  readonly options: IndicesOptions;
  readonly partial: boolean;
  readonly includeGlobalState: boolean;
  readonly includeAliases: boolean;
  readonly renamePattern?: string;
  readonly renameReplacement?: string;
  readonly renameAliasPattern?: string;
  readonly renameAliasReplacement?: string;
  readonly indexSettings: Settings;
  readonly ignoreIndexSettings: readonly string[];
  /** The remote store of shallow snapshots, by its name here; that of the cluster by default. */
  readonly sourceRemoteStoreRepository?: string;
}

/** A value as Java's toString shows it. */
function shown(value: unknown): string {
  return Array.isArray(value) ? `[${value.map(shown).join(", ")}]` : String(value);
}

function booleanOf(value: unknown, name: string): boolean {
  if (typeof value === "boolean") return value;
  if (value === "true") return true;
  if (value === "false") return false;
  throw illegalArgument(
    `Could not convert [${name}] to boolean`,
    illegalArgument(
      `Failed to parse value [${shown(value)}] as only [true] or [false] are allowed.`,
    ),
  );
}

/** A comma-separated text or an array of strings. */
export function indicesOf(value: unknown): string[] {
  if (typeof value === "string") return value.split(",").map((part) => part.trim());
  if (Array.isArray(value)) return value.map(String);
  throw illegalArgument("malformed indices section, should be an array of strings");
}

function withOption(options: IndicesOptions, key: string, value: unknown): IndicesOptions {
  if (key === "ignore_unavailable") return { ...options, ignoreUnavailable: booleanOf(value, key) };
  if (key === "allow_no_indices") return { ...options, allowNoIndices: booleanOf(value, key) };
  const states = new Set((Array.isArray(value) ? value : String(value).split(",")).map(String));
  for (const state of states) {
    if (!["open", "closed", "hidden", "none", "all"].includes(state)) {
      throw illegalArgument(`No valid expand wildcard value [${state}]`);
    }
  }
  const has = (state: string) => states.has(state) || states.has("all");
  return {
    ...options,
    expandOpen: has("open"),
    expandClosed: has("closed"),
    expandHidden: has("hidden"),
  };
}

function isOptionKey(key: string): boolean {
  return key === "ignore_unavailable" || key === "allow_no_indices" || key === "expand_wildcards";
}

function checkUserMetadata(value: unknown): JsonObject | undefined {
  if (value === null || value === undefined) return undefined;
  if (typeof value !== "object" || Array.isArray(value)) {
    throw illegalArgument("malformed metadata, should be an object");
  }
  const bytes = Buffer.byteLength(encodeJson(value as XContentValue));
  if (bytes >= USER_METADATA_BYTES_MAX) {
    throw validationFailed(
      `metadata must be smaller than ${USER_METADATA_BYTES_MAX} bytes, but was [${bytes}]`,
    );
  }
  return value as JsonObject;
}

/** Reads a create body. Unknown keys are accepted, as upstream. */
export function parseCreateRequest(body: JsonObject): CreateSnapshotRequest {
  let options = CREATE_OPTIONS;
  let indices: string[] = [];
  let partial = false;
  let includeGlobalState = true;
  for (const [key, value] of Object.entries(body)) {
    if (key === "indices") indices = indicesOf(value);
    else if (key === "partial") partial = booleanOf(value, key);
    else if (key === "include_global_state") includeGlobalState = booleanOf(value, key);
    else if (key === "settings" && (typeof value !== "object" || value === null)) {
      throw illegalArgument("malformed settings section, should indices an inner object");
    } else if (isOptionKey(key)) options = withOption(options, key, value);
  }
  const userMetadata = checkUserMetadata(body["metadata"]);
  return {
    indices,
    options,
    partial,
    includeGlobalState,
    ...(userMetadata === undefined ? {} : { userMetadata }),
  };
}

function textOf(value: unknown, key: string): string {
  if (typeof value === "string") return value;
  throw illegalArgument(`malformed ${key}`);
}

const TEXT_KEYS: Readonly<Record<string, keyof RestoreSnapshotRequest>> = {
  rename_pattern: "renamePattern",
  rename_replacement: "renameReplacement",
  rename_alias_pattern: "renameAliasPattern",
  rename_alias_replacement: "renameAliasReplacement",
  source_remote_store_repository: "sourceRemoteStoreRepository",
};
const FLAG_KEYS: Readonly<Record<string, keyof RestoreSnapshotRequest>> = {
  partial: "partial",
  include_global_state: "includeGlobalState",
  include_aliases: "includeAliases",
};

type MutableRequest = { -readonly [K in keyof RestoreSnapshotRequest]?: RestoreSnapshotRequest[K] };

/** Reads a restore body; an unknown key is refused. */
export function parseRestoreRequest(body: JsonObject): RestoreSnapshotRequest {
  const request: MutableRequest = {};
  let options: IndicesOptions = { ...CREATE_OPTIONS, expandHidden: true };
  for (const [key, value] of Object.entries(body)) {
    const textKey = TEXT_KEYS[key];
    const flagKey = FLAG_KEYS[key];
    if (key === "indices") request.indices = indicesOf(value);
    else if (isOptionKey(key)) options = withOption(options, key, value);
    else if (flagKey !== undefined) Object.assign(request, { [flagKey]: booleanOf(value, key) });
    else if (textKey !== undefined) Object.assign(request, { [textKey]: textOf(value, key) });
    else if (key === "index_settings") request.indexSettings = settingsOf(value, key);
    else if (key === "ignore_index_settings") request.ignoreIndexSettings = ignoredOf(value);
    else checkOtherKey(key, value);
  }
  checkReplacementSize("rename_replacement", request.renameReplacement);
  checkReplacementSize("rename_alias_replacement", request.renameAliasReplacement);
  return {
    indices: [],
    partial: false,
    includeGlobalState: false,
    includeAliases: true,
    indexSettings: Settings.EMPTY,
    ignoreIndexSettings: [],
    ...request,
    options,
  };
}

function settingsOf(value: unknown, key: string): Settings {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw illegalArgument(`malformed ${key} section`);
  }
  return withIndexPrefix(Settings.fromNested(value as JsonObject));
}

function ignoredOf(value: unknown): string[] {
  if (typeof value === "string") return value.split(",").map((part) => part.trim());
  if (Array.isArray(value)) return value.map(String);
  throw illegalArgument("malformed ignore_index_settings section, should be an array of strings");
}

/** Keys that are known and have one value that works here. */
function checkOtherKey(key: string, value: unknown): void {
  switch (key) {
    case "settings":
      if (typeof value === "object" && value !== null && !Array.isArray(value)) return;
      throw illegalArgument("malformed settings section");
    case "storage_type":
      if (value === "local") return;
      if (value === "remote_snapshot") {
        throw illegalArgument(
          "storage_type [remote_snapshot] is not supported by the embedded engine",
        );
      }
      throw illegalArgument(`Invalid storage_type: ${String(value)}`);
    case "alias_write_index_policy":
      if (value === "preserve" || value === "PRESERVE") return;
      throw illegalArgument(`alias_write_index_policy [${String(value)}] is not supported`);
    case "source_remote_translog_repository":
      throw illegalArgument(`${key} is not supported: remote translogs are not read`);
    default:
      throw illegalArgument(`Unknown parameter ${key}`);
  }
}

function checkReplacementSize(key: string, value: string | undefined): void {
  if (value === undefined || Buffer.byteLength(value) <= 255) return;
  throw validationFailed(`${key} string size exceeds max allowed size of 255 bytes`);
}

/** `{indices}` of a clone: required, not empty. */
export function parseCloneIndices(body: JsonObject): string[] {
  if (body["indices"] === undefined) throw validationFailed("indices patterns are empty");
  const given = body["indices"];
  const indices = indicesOf(Array.isArray(given) ? given : String(given));
  if (indices.length === 0) throw validationFailed("indices patterns are empty");
  return indices;
}

/** `[repo:snapshot] reason`, an error of the whole operation. */
export function snapshotException(
  type: string,
  repository: string,
  snapshot: string,
  reason: string,
  cause?: unknown,
): Error {
  return exception("internal", type, `[${repository}:${snapshot}] ${reason}`, {}, cause);
}
