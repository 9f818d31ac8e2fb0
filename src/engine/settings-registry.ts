// Known settings: unknown names are refused with "did you mean", values are checked by kind.
// Upstream: org.opensearch.common.settings.AbstractScopedSettings (3.6.0).

import { illegalArgument, VarveError } from "../base/index.ts";
import { nearestNames } from "./nearest-names.ts";
import { parseByteSize, parseTimeValue, type Settings, type SettingValue } from "./settings.ts";
import { CLUSTER_SETTINGS_TABLE } from "./settings-cluster-scope.ts";
import { INDEX_SETTINGS_TABLE } from "./settings-index-scope.ts";

/** When a setting may change: any time, while the index is closed, never, or not by users. */
export type SettingScope = "dynamic" | "static" | "final" | "private";
type SettingKind =
  | "int"
  | "float"
  | "bool"
  | "time"
  | "bytes"
  | "memory"
  | "text"
  | "list"
  | "group"
  | "affix";

/** A known setting, or a group of them by their prefix. */
export interface SettingDefinition {
  readonly name: string;
  readonly kind: SettingKind;
  readonly scope: SettingScope;
}

const INT_BOUNDS: Record<string, readonly [number, number]> = {
  "index.number_of_shards": [1, 1024],
  "index.number_of_replicas": [0, 2147483647],
  "index.number_of_routing_shards": [1, 2147483647],
  "index.max_result_window": [1, 2147483647],
  "index.mapping.total_fields.limit": [0, Number.MAX_SAFE_INTEGER],
  "index.mapping.depth.limit": [1, Number.MAX_SAFE_INTEGER],
  "index.priority": [0, 2147483647],
  "snapshot.max_concurrent_operations": [1, 2147483647],
  "cluster.max_shards_per_node": [1, 2147483647],
  "search.max_buckets": [0, 2147483647],
};

/** A set of settings by exact name and by group prefix. */
export class SettingsRegistry {
  private readonly exact = new Map<string, SettingDefinition>();
  private readonly groups: SettingDefinition[] = [];

  constructor(table: string) {
    for (const line of table.trim().split("\n")) {
      const [name, kind, scope] = line.split(" ") as [string, SettingKind, SettingScope];
      const definition = { name: name.replace(/\*$/, ""), kind, scope };
      if (name.endsWith("*")) this.groups.push(definition);
      else this.exact.set(name, definition);
    }
  }

  definition(key: string): SettingDefinition | undefined {
    return this.exact.get(key) ?? this.groups.find((group) => key.startsWith(group.name));
  }

  /** Refuses an unknown name or a value of the wrong kind. A null value (reset) is always fine. */
  validate(key: string, value: SettingValue): SettingDefinition {
    const definition = this.definition(key);
    if (definition === undefined) throw this.unknown(key);
    if (value !== null) checkValue(definition, key, value);
    return definition;
  }

  /** Checks every setting; the first failure by name carries the others as `suppressed`. */
  validateAll(settings: Settings): void {
    const failures: VarveError[] = [];
    for (const [key, value] of [...settings.entries()].sort(([a], [b]) => (a < b ? -1 : 1))) {
      if (key.endsWith("*") && value === null) continue;
      try {
        this.validate(key, value);
      } catch (error) {
        if (!(error instanceof VarveError)) throw error;
        failures.push(error);
      }
    }
    const [first, ...others] = failures;
    if (first === undefined) return;
    if (others.length === 0) throw first;
    const suppressed = others.map(({ type, message }) => ({ type, reason: message }));
    throw new VarveError(first.kind, first.message, {
      type: first.type ?? "illegal_argument_exception",
      ...(first.cause === undefined ? {} : { cause: first.cause }),
      metadata: { suppressed },
    });
  }

  /** `settings_exception` for a name that is not known, with the names near it. */
  unknown(key: string): VarveError {
    const near = nearestNames(key, this.exact.keys()).filter((name) => name !== key);
    const advice =
      near.length === 0
        ? " please check that any required plugins are installed, or check the breaking changes documentation for removed settings"
        : ` did you mean ${near.length === 1 ? `[${near[0]}]` : `any of [${near.join(", ")}]`}?`;
    return new VarveError("invalid", `unknown setting [${key}]${advice}`, {
      type: "settings_exception",
    });
  }
}

function checkValue(definition: SettingDefinition, key: string, value: SettingValue): void {
  const text = typeof value === "string" ? value : (value ?? []).join(",");
  switch (definition.kind) {
    case "int":
      checkInt(key, text);
      break;
    case "float":
      if (text === "" || Number.isNaN(Number(text))) throw parseFailure(key, text);
      break;
    case "bool":
      if (text !== "true" && text !== "false") {
        throw illegalArgument(
          `Failed to parse value [${text}] as only [true] or [false] are allowed.`,
        );
      }
      break;
    case "time":
      parseTimeValue(text, key);
      break;
    case "bytes":
      parseByteSize(text, key);
      break;
    case "memory":
      if (!/^\d+(\.\d+)?%$/.test(text)) parseByteSize(text, key);
      break;
    case "text":
      checkText(key, text);
      break;
    default:
  }
}

const CODECS = ["default", "lz4", "best_compression", "zlib", "lucene_default"];

function checkText(key: string, text: string): void {
  if (key === "index.codec" && !CODECS.includes(text)) {
    throw illegalArgument(
      `unknown value for [index.codec] must be one of [default, lz4, best_compression, zlib] but was: ${text}`,
    );
  }
  if (key === "index.translog.durability" && !/^(request|async)$/i.test(text)) {
    const name = `org.opensearch.index.translog.Translog.Durability.${text.toUpperCase()}`;
    throw illegalArgument(`No enum constant ${name}`);
  }
}

function parseFailure(key: string, text: string): Error {
  const cause = new VarveError("invalid", `For input string: "${text}"`, {
    type: "number_format_exception",
  });
  return illegalArgument(`Failed to parse value [${text}] for setting [${key}]`, cause);
}

function checkInt(key: string, text: string): void {
  if (!/^-?\d+$/.test(text)) throw parseFailure(key, text);
  const bounds = INT_BOUNDS[key];
  if (bounds === undefined) return;
  const value = Number(text);
  if (value < bounds[0]) {
    throw illegalArgument(
      `Failed to parse value [${text}] for setting [${key}] must be >= ${bounds[0]}`,
    );
  }
  if (value > bounds[1]) {
    throw illegalArgument(
      `Failed to parse value [${text}] for setting [${key}] must be <= ${bounds[1]}`,
    );
  }
}

/** Settings of an index, with the `index.` prefix. */
export const indexSettingsRegistry = new SettingsRegistry(INDEX_SETTINGS_TABLE);
/** Settings of the node and the cluster. */
export const clusterSettingsRegistry = new SettingsRegistry(CLUSTER_SETTINGS_TABLE);
