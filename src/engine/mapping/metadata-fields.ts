// Metadata fields: their options in a mapping and their types.
// Upstream: SourceFieldMapper, RoutingFieldMapper, FieldNamesFieldMapper, DataStreamFieldMapper, …

import { illegalArgument } from "../../base/index.ts";
import { mapperParsing } from "./mapper-errors.ts";
import type { JsonObject, JsonValue } from "./node-values.ts";
import { isJsonObject, javaString, nodeBoolean } from "./node-values.ts";
import type { Explicit } from "./object-mapper.ts";

/** `_source` of a mapping. */
export interface SourceOptions {
  readonly enabled: boolean;
  readonly includes: readonly string[];
  readonly excludes: readonly string[];
  readonly recoverySourceEnabled: boolean;
  readonly recoverySourceIncludes: readonly string[];
  readonly recoverySourceExcludes: readonly string[];
}

/** The options of all metadata fields of a mapping. */
export interface MetadataOptions {
  readonly source: SourceOptions;
  readonly routingRequired: boolean;
  readonly fieldNamesEnabled: Explicit<boolean>;
  readonly dataStream: { readonly enabled: boolean; readonly timestampField: string };
  /** Options of metadata fields that only plugins know, kept for restored indices. */
  readonly other: JsonObject;
}

/** The options of a mapping that says nothing. */
export const DEFAULT_METADATA: MetadataOptions = {
  source: {
    enabled: true,
    includes: [],
    excludes: [],
    recoverySourceEnabled: true,
    recoverySourceIncludes: [],
    recoverySourceExcludes: [],
  },
  routingRequired: false,
  fieldNamesEnabled: { value: true, explicit: false },
  dataStream: { enabled: false, timestampField: "@timestamp" },
  other: {},
};

/** Metadata fields that cannot be configured. */
const FIXED = new Set([
  "_id",
  "_index",
  "_ignored",
  "_nested_path",
  "_seq_no",
  "_version",
  "_tier",
  "_type",
]);

/** Is `name` a metadata field that may stand at the root of a mapping? */
export function isMetadataOption(name: string): boolean {
  return (
    FIXED.has(name) ||
    [
      "_source",
      "_routing",
      "_field_names",
      "_data_stream_timestamp",
      "_doc_count",
      "_size",
    ].includes(name)
  );
}

/** Reads one metadata field's object over `options`. */
export function parseMetadataOption(
  options: MetadataOptions,
  name: string,
  node: JsonValue,
): MetadataOptions {
  if (!isJsonObject(node)) {
    throw illegalArgument("[_parent] must be an object containing [type]");
  }
  if (FIXED.has(name)) throw mapperParsing(`${name} is not configurable`);
  switch (name) {
    case "_source":
      return { ...options, source: parseSource(node) };
    case "_routing": {
      const { required } = readOptions(name, node, { required: boolean });
      return { ...options, routingRequired: required ?? false };
    }
    case "_field_names": {
      const { enabled } = readOptions(name, node, { enabled: boolean });
      return {
        ...options,
        fieldNamesEnabled: { value: enabled ?? true, explicit: enabled !== undefined },
      };
    }
    case "_data_stream_timestamp": {
      const parsed = readOptions(name, node, { enabled: boolean, timestamp_field: timestampName });
      return {
        ...options,
        dataStream: {
          enabled: parsed.enabled ?? false,
          timestampField: parsed.timestamp_field ?? "@timestamp",
        },
      };
    }
    case "_doc_count":
      readOptions(name, node, {});
      return options;
    default:
      return { ...options, other: { ...options.other, [name]: node } };
  }
}

function parseSource(node: JsonObject): SourceOptions {
  const parsed = readOptions("_source", node, {
    enabled: boolean,
    includes: strings,
    excludes: strings,
    recovery_source_enabled: boolean,
    recovery_source_includes: strings,
    recovery_source_excludes: strings,
  });
  return {
    enabled: parsed.enabled ?? true,
    includes: parsed.includes ?? [],
    excludes: parsed.excludes ?? [],
    recoverySourceEnabled: parsed.recovery_source_enabled ?? true,
    recoverySourceIncludes: parsed.recovery_source_includes ?? [],
    recoverySourceExcludes: parsed.recovery_source_excludes ?? [],
  };
}

const boolean = (node: JsonValue) => nodeBoolean(node);
const strings = (node: JsonValue) => {
  if (Array.isArray(node)) return node.map(javaString);
  throw illegalArgument(
    `class java.lang.${typeof node === "string" ? "String" : "Object"} ` +
      "cannot be cast to class java.util.List",
  );
};
const timestampName = (node: JsonValue) =>
  isJsonObject(node) ? javaString(node["name"] ?? "@timestamp") : "@timestamp";

type Readers = Record<string, (node: JsonValue) => unknown>;
type Read<R extends Readers> = { [K in keyof R]?: ReturnType<R[K]> };

function readOptions<R extends Readers>(name: string, node: JsonObject, readers: R): Read<R> {
  const out: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(node)) {
    if (key === "type") continue;
    const reader = readers[key];
    if (reader === undefined) {
      throw mapperParsing(`unknown parameter [${key}] on mapper [${name}] of type [null]`);
    }
    if (value === null) {
      throw mapperParsing(
        `[${key}] on mapper [${name}] of type [null] must not have a [null] value`,
      );
    }
    out[key] = reader(value);
  }
  return out as Read<R>;
}

/** Merges the options of an update; refuses changes of what upstream keeps fixed. */
export function mergeMetadata(before: MetadataOptions, after: MetadataOptions): MetadataOptions {
  const conflicts: string[] = [];
  const check = (name: string, a: unknown, b: unknown) => {
    if (JSON.stringify(a) === JSON.stringify(b)) return;
    conflicts.push(
      `Cannot update parameter [${name}] from [${javaString(a)}] to [${javaString(b)}]`,
    );
  };
  const fail = (mapper: string) => {
    if (conflicts.length === 0) return;
    throw illegalArgument(
      `Mapper for [${mapper}] conflicts with existing mapper:\n\t${conflicts.join("\n\t")}`,
    );
  };
  check("enabled", before.source.enabled, after.source.enabled);
  check("includes", before.source.includes, after.source.includes);
  check("excludes", before.source.excludes, after.source.excludes);
  fail("_source");
  check("required", before.routingRequired, after.routingRequired);
  fail("_routing");
  check("enabled", before.dataStream.enabled, after.dataStream.enabled);
  fail("_data_stream_timestamp");
  return { ...after, other: { ...before.other, ...after.other } };
}

/** Writes the configured options in upstream's order (by class of mapper, that is by name). */
export function showMetadata(options: MetadataOptions, out: JsonObject): void {
  const { source, dataStream } = options;
  if (dataStream.enabled || dataStream.timestampField !== "@timestamp") {
    const shown: JsonObject = {};
    if (dataStream.enabled) shown["enabled"] = true;
    if (dataStream.timestampField !== "@timestamp") {
      shown["timestamp_field"] = { name: dataStream.timestampField };
    }
    out["_data_stream_timestamp"] = shown;
  }
  if (options.fieldNamesEnabled.explicit) {
    out["_field_names"] = { enabled: options.fieldNamesEnabled.value };
  }
  if (options.routingRequired) out["_routing"] = { required: true };
  for (const [name, value] of Object.entries(options.other)) out[name] = value;
  const shown: JsonObject = {};
  if (!source.enabled) shown["enabled"] = false;
  if (source.includes.length > 0) shown["includes"] = [...source.includes];
  if (source.excludes.length > 0) shown["excludes"] = [...source.excludes];
  if (!source.recoverySourceEnabled) shown["recovery_source_enabled"] = false;
  if (source.recoverySourceIncludes.length > 0) {
    shown["recovery_source_includes"] = [...source.recoverySourceIncludes];
  }
  if (source.recoverySourceExcludes.length > 0) {
    shown["recovery_source_excludes"] = [...source.recoverySourceExcludes];
  }
  if (Object.keys(shown).length > 0) out["_source"] = shown;
}
