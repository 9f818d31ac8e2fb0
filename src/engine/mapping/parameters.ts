// Parameters of field types, as data: name, default, how it is read, shown and merged.
// Upstream: org.opensearch.index.mapper.ParametrizedFieldMapper.Parameter.

import { illegalArgument } from "../../base/index.ts";
import type { IndexAnalyzers } from "../analysis/index-analyzers.ts";
import type { Settings } from "../settings.ts";
import { mapperParsing } from "./mapper-errors.ts";
import type { JsonObject, JsonValue } from "./node-values.ts";
import {
  isJsonObject,
  javaString,
  nodeBoolean,
  nodeDouble,
  nodeInteger,
  nodeString,
} from "./node-values.ts";

/** What reading a mapping needs to know about the index. */
export interface MappingContext {
  readonly indexName: string;
  readonly settings: Settings;
  readonly analyzers: IndexAnalyzers;
  /** Keep what is not understood instead of refusing it (indices from a snapshot). */
  readonly restored: boolean;
  /** Types of an index made before Elasticsearch 6: its ids are terms `type#id` of `_uid`. */
  readonly uidTypes: readonly string[];
}

/**
 * Values of the parameters of one field. `explicit`: named in the mapping ("explicit" ones only).
 */
export interface ParameterValues {
  readonly [name: string]: ParameterValue;
}
/** A parameter's value; null is "none". */
export type ParameterValue = JsonValue | bigint | undefined;

/** One parameter. */
export interface Parameter {
  readonly name: string;
  readonly updateable: boolean;
  readonly defaultValue: (context: MappingContext) => ParameterValue;
  readonly parse: (node: JsonValue, context: MappingContext, fieldName: string) => ParameterValue;
  readonly acceptsNull?: boolean;
  /** Shown as soon as it is named, even with its default (upstream's Explicit). */
  readonly explicit?: boolean;
  /** An update that does not name it leaves it as it was. */
  readonly keepsUnlessExplicit?: boolean;
  /** Shown: when it differs from the default, always, or as the function says. */
  readonly shown?: "configured" | "always" | ((values: FieldValues) => boolean);
  readonly show?: (value: ParameterValue, values: FieldValues) => JsonValue;
  readonly conflictText?: (value: ParameterValue) => string;
  readonly canMerge?: (previous: ParameterValue, next: ParameterValue) => boolean;
  readonly validate?: (value: ParameterValue) => void;
}

/** The parameters of one field: values with their defaults, and which were explicit. */
export class FieldValues {
  readonly parameters: readonly Parameter[];
  readonly context: MappingContext;
  /** Parameters of a restored mapping that are not known here, kept as they were. */
  readonly unknown: JsonObject = {};
  private readonly values = new Map<string, ParameterValue>();
  private readonly explicitNames = new Set<string>();

  constructor(parameters: readonly Parameter[], context: MappingContext) {
    this.parameters = parameters;
    this.context = context;
  }

  get(name: string): ParameterValue {
    if (this.values.has(name)) return this.values.get(name);
    return this.parameters.find((p) => p.name === name)?.defaultValue(this.context);
  }

  boolean(name: string): boolean {
    return this.get(name) === true;
  }

  string(name: string): string {
    return this.get(name) as string;
  }

  number(name: string): number {
    return this.get(name) as number;
  }

  optionalString(name: string): string | undefined {
    const value = this.get(name);
    return typeof value === "string" ? value : undefined;
  }

  set(parameter: Parameter, value: ParameterValue, explicit: boolean): void {
    this.values.set(parameter.name, value);
    if (explicit) this.explicitNames.add(parameter.name);
    else this.explicitNames.delete(parameter.name);
  }

  isExplicit(name: string): boolean {
    return this.explicitNames.has(name);
  }

  isConfigured(parameter: Parameter): boolean {
    if (parameter.explicit === true) return this.isExplicit(parameter.name);
    if (!this.values.has(parameter.name)) return false;
    return !sameValue(this.values.get(parameter.name), parameter.defaultValue(this.context));
  }

  validate(): void {
    for (const parameter of this.parameters) parameter.validate?.(this.get(parameter.name));
  }

  /** Adds the shown parameters to `out`, in the order of `names` or of the declaration. */
  showInto(out: JsonObject, names?: readonly string[]): void {
    const list =
      names === undefined
        ? this.parameters
        : names.map((name) => this.parameters.find((p) => p.name === name)!);
    for (const parameter of list) {
      const shown = parameter.shown ?? "configured";
      const visible =
        shown === "always" ||
        (typeof shown === "function"
          ? shown(this) || this.isConfigured(parameter)
          : this.isConfigured(parameter));
      if (!visible) continue;
      const value = this.get(parameter.name);
      out[parameter.name] =
        parameter.show === undefined ? (value as JsonValue) : parameter.show(value, this);
    }
  }

  /** The values of `next` over these; conflicts are collected as upstream words them, the older way
   * when a path is given. */
  mergeFrom(next: FieldValues, conflicts: string[], path?: string): FieldValues {
    const merged = new FieldValues(this.parameters, this.context);
    Object.assign(merged.unknown, this.unknown, next.unknown);
    for (const parameter of this.parameters) {
      const { name } = parameter;
      const before = this.get(name);
      const after = next.get(name);
      const same =
        sameValue(before, after) &&
        (parameter.explicit !== true || this.isExplicit(name) === next.isExplicit(name));
      if (parameter.keepsUnlessExplicit === true && !next.isExplicit(name)) {
        merged.set(parameter, before, this.isExplicit(name));
        continue;
      }
      const allowed = parameter.canMerge?.(before, after) ?? (parameter.updateable || same);
      if (!allowed) {
        const text = parameter.conflictText ?? javaString;
        conflicts.push(
          path !== undefined
            ? `mapper [${path}] has different [${name}] values`
            : `Cannot update parameter [${name}] from [${text(before)}] to [${text(after)}]`,
        );
        merged.set(parameter, before, this.isExplicit(name));
      } else {
        merged.set(parameter, after, next.isExplicit(name));
      }
    }
    return merged;
  }
}

function sameValue(a: ParameterValue, b: ParameterValue): boolean {
  if (a === b || (a ?? null) === (b ?? null)) return true;
  if (typeof a !== "object" || typeof b !== "object") return false;
  return JSON.stringify(a) === JSON.stringify(b);
}

type Options = Partial<Omit<Parameter, "name" | "updateable" | "defaultValue" | "parse">>;

/** A boolean parameter. */
export function booleanParameter(
  name: string,
  updateable: boolean,
  fallback: boolean,
  options: Options = {},
): Parameter {
  return {
    name,
    updateable,
    defaultValue: () => fallback,
    parse: (node) => nodeBoolean(node),
    ...options,
  };
}

/** A boolean that is shown once named, with a default from an index setting. */
export function settingBooleanParameter(
  name: string,
  setting: string,
  fallback: boolean,
  explicit: boolean,
): Parameter {
  return {
    name,
    updateable: true,
    explicit,
    defaultValue: (context) => context.settings.getBoolean(setting, fallback),
    parse: (node) => nodeBoolean(node),
  };
}

/** A 32-bit integer parameter. */
export function integerParameter(
  name: string,
  updateable: boolean,
  fallback: number,
  options: Options = {},
): Parameter {
  return {
    name,
    updateable,
    defaultValue: () => fallback,
    parse: (node) => nodeInteger(node),
    ...options,
  };
}

/** A text parameter; null means none. */
export function stringParameter(
  name: string,
  updateable: boolean,
  fallback: string | null,
  options: Options = {},
): Parameter {
  return {
    name,
    updateable,
    defaultValue: () => fallback,
    parse: (node) => nodeString(node),
    ...options,
  };
}

/** A text parameter with a closed list of values; the first is the default. */
export function restrictedStringParameter(
  name: string,
  updateable: boolean,
  accepted: readonly string[],
): Parameter {
  return stringParameter(name, updateable, accepted[0]!, {
    validate: (value) => {
      if (accepted.includes(value as string)) return;
      throw mapperParsing(
        `Unknown value [${javaString(value)}] for field [${name}] - ` +
          `accepted values are [${accepted.join(", ")}]`,
      );
    },
  });
}

/** `index`, not updateable. */
export const INDEX = booleanParameter("index", false, true);
/** `doc_values`, on by default. */
export const DOC_VALUES = booleanParameter("doc_values", false, true);
/** `doc_values`, off by default. */
export const DOC_VALUES_OFF = booleanParameter("doc_values", false, false);
/** `store`. */
export const STORE = booleanParameter("store", false, false);
/** `boost`, deprecated upstream. */
export const BOOST: Parameter = {
  name: "boost",
  updateable: true,
  defaultValue: () => 1,
  parse: (node) => nodeDouble(node),
};
/** `meta`: up to five short strings, sorted by key. */
export const META: Parameter = {
  name: "meta",
  updateable: true,
  defaultValue: () => ({}),
  parse: (node, _context, fieldName) => parseMeta(fieldName, node),
};

function parseMeta(field: string, node: JsonValue): JsonObject {
  if (!isJsonObject(node)) {
    throw mapperParsing(
      `[meta] must be an object, got ${javaClass(node)}[${javaString(node)}] for field [${field}]`,
    );
  }
  const keys = Object.keys(node);
  if (keys.length > 5) {
    throw mapperParsing(
      `[meta] can't have more than 5 entries, but got ${keys.length} on field [${field}]`,
    );
  }
  for (const key of keys) {
    if ([...key].length > 20) {
      throw mapperParsing(
        `[meta] keys can't be longer than 20 chars, but got [${key}] for field [${field}]`,
      );
    }
  }
  for (const value of Object.values(node)) checkMetaValue(field, value);
  return Object.fromEntries(keys.sort().map((key) => [key, node[key]!]));
}

function checkMetaValue(field: string, value: JsonValue): void {
  if (value === null) throw mapperParsing(`[meta] values can't be null (field [${field}])`);
  if (typeof value !== "string") {
    throw mapperParsing(
      `[meta] values can only be strings, but got ` +
        `${javaClass(value)}[${javaString(value)}] for field [${field}]`,
    );
  }
  if ([...value].length > 50) {
    throw mapperParsing(
      `[meta] values can't be longer than 50 chars, but got [${value}] for field [${field}]`,
    );
  }
}

/** Simple name of the Java class that Jackson gives a value. */
export function javaClass(value: unknown): string {
  if (typeof value === "string") return "String";
  if (typeof value === "boolean") return "Boolean";
  if (typeof value === "number") return Number.isInteger(value) ? "Integer" : "Double";
  return Array.isArray(value) ? "ArrayList" : "HashMap";
}

/** An analyzer by name; refuses names that the index does not have. */
export function analyzerParameter(
  name: string,
  updateable: boolean,
  defaultName: (context: MappingContext) => string | undefined,
  shown?: (values: FieldValues) => boolean,
): Parameter {
  return {
    name,
    updateable,
    defaultValue: (context) => defaultName(context) ?? null,
    parse: (node, context) => {
      const analyzer = javaString(node);
      if (context.analyzers.get(analyzer) === undefined && !context.restored) {
        throw illegalArgument(`analyzer [${analyzer}] has not been configured in mappings`);
      }
      return analyzer;
    },
    ...(shown === undefined ? {} : { shown }),
  };
}

/** Parameters that upstream takes, and ignores, on types that do not have them. */
export const IGNORED_PARAMETERS: ReadonlySet<string> = new Set([
  "store",
  "meta",
  "boost",
  "index",
  "doc_values",
  "index_options",
  "similarity",
]);
