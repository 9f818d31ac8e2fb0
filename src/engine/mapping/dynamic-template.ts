// Dynamic templates: which mapping a new field gets.
// Upstream: org.opensearch.index.mapper.DynamicTemplate.

import { illegalArgument } from "../../base/index.ts";
import { mapperParsing } from "./mapper-errors.ts";
import type { JsonObject, JsonValue } from "./node-values.ts";
import { isJsonObject, javaString, simplePattern } from "./node-values.ts";

/** What kind of JSON value a new field has. */
export type MatchType = "object" | "string" | "long" | "double" | "boolean" | "date" | "binary";

/** The field type that each kind gets by default. */
export const DEFAULT_DYNAMIC_TYPE: Readonly<Record<MatchType, string>> = {
  object: "object",
  string: "text",
  long: "long",
  double: "float",
  boolean: "boolean",
  date: "date",
  binary: "binary",
};

const CONDITIONS = ["match", "path_match", "unmatch", "path_unmatch"] as const;

/** One template. */
export class DynamicTemplate {
  readonly name: string;
  private readonly texts: Readonly<Record<string, string | undefined>>;
  private readonly tests: Readonly<Record<string, RegExp | undefined>>;
  private readonly matchMappingType: MatchType | undefined;
  private readonly regex: boolean;
  private readonly mapping: JsonObject;

  private constructor(
    name: string,
    texts: Record<string, string | undefined>,
    tests: Record<string, RegExp | undefined>,
    matchMappingType: MatchType | undefined,
    regex: boolean,
    mapping: JsonObject,
  ) {
    this.name = name;
    this.texts = texts;
    this.tests = tests;
    this.matchMappingType = matchMappingType;
    this.regex = regex;
    this.mapping = mapping;
  }

  static parse(name: string, conf: JsonObject): DynamicTemplate {
    const texts: Record<string, string | undefined> = {};
    let mapping: JsonObject | undefined;
    let matchMappingType: string | undefined;
    let matchPattern = "simple";
    for (const [key, value] of Object.entries(conf)) {
      if ((CONDITIONS as readonly string[]).includes(key)) texts[key] = javaString(value);
      else if (key === "match_mapping_type") matchMappingType = javaString(value);
      else if (key === "match_pattern") matchPattern = javaString(value);
      else if (key === "mapping") mapping = value as JsonObject;
      else throw illegalArgument(`Illegal dynamic template parameter: [${key}]`);
    }
    if (
      texts["match"] === undefined &&
      texts["path_match"] === undefined &&
      matchMappingType === undefined
    ) {
      throw mapperParsing(
        "template must have match, path_match or match_mapping_type set " + javaString(conf),
      );
    }
    if (!isJsonObject(mapping)) throw mapperParsing("template must have mapping set");
    const type = checkMatchType(matchMappingType);
    if (matchPattern !== "simple" && matchPattern !== "regex") {
      throw illegalArgument(`No matching pattern matched on [${matchPattern}]`);
    }
    const tests: Record<string, RegExp | undefined> = {};
    for (const key of CONDITIONS) {
      const text = texts[key];
      if (text !== undefined) tests[key] = compile(name, text, matchPattern);
    }
    return new DynamicTemplate(name, texts, tests, type, matchPattern === "regex", mapping);
  }

  matches(path: string, name: string, type: MatchType): boolean {
    const { tests } = this;
    if (tests["path_match"] !== undefined && !tests["path_match"].test(path)) return false;
    if (tests["match"] !== undefined && !tests["match"].test(name)) return false;
    if (tests["path_unmatch"]?.test(path) === true) return false;
    if (tests["unmatch"]?.test(name) === true) return false;
    return this.matchMappingType === undefined || this.matchMappingType === type;
  }

  /** The mapping of a field called `name`, its `type` filled in. */
  mappingFor(name: string, dynamicType: string): JsonObject {
    const mapping = substitute(this.mapping, name, dynamicType) as JsonObject;
    const given = this.mapping["type"];
    if (given === undefined) {
      const index = this.mapping["index"];
      const wasKeyword = dynamicType === "text" && (index === "not_analyzed" || index === "no");
      mapping["type"] = wasKeyword ? "keyword" : dynamicType;
    }
    return mapping;
  }

  /** As GET _mapping shows it. */
  show(): JsonObject {
    const out: JsonObject = {};
    for (const key of CONDITIONS) {
      const text = this.texts[key];
      if (text !== undefined) out[key] = text;
    }
    if (this.matchMappingType !== undefined) out["match_mapping_type"] = this.matchMappingType;
    else if (this.texts["match"] === undefined && this.texts["path_match"] === undefined) {
      out["match_mapping_type"] = "*";
    }
    if (this.regex) out["match_pattern"] = "regex";
    const keys = Object.keys(this.mapping).sort();
    out["mapping"] = Object.fromEntries(keys.map((key) => [key, this.mapping[key]!]));
    return out;
  }
}

function checkMatchType(type: string | undefined): MatchType | undefined {
  if (type === undefined || type === "*") return undefined;
  if (Object.hasOwn(DEFAULT_DYNAMIC_TYPE, type)) return type as MatchType;
  const possible = Object.keys(DEFAULT_DYNAMIC_TYPE).join(", ");
  throw illegalArgument(`No field type matched on [${type}], possible values are [${possible}]`);
}

function compile(name: string, text: string, matchPattern: string): RegExp {
  if (matchPattern === "simple") return simplePattern(text);
  try {
    return new RegExp(`^(?:${text})$`, "u");
  } catch (error) {
    throw illegalArgument(
      `Pattern [${text}] of type [regex] is invalid. Cannot create dynamic ` +
        `template [${name}].`,
      error,
    );
  }
}

function substitute(value: JsonValue, name: string, dynamicType: string): JsonValue {
  if (typeof value === "string") {
    return value
      .replaceAll("{name}", () => name)
      .replaceAll("{dynamic_type}", dynamicType)
      .replaceAll("{dynamicType}", dynamicType);
  }
  if (Array.isArray(value)) return value.map((item) => substitute(item, name, dynamicType));
  if (!isJsonObject(value)) return value;
  const out: JsonObject = {};
  for (const [key, item] of Object.entries(value)) {
    out[substitute(key, name, dynamicType) as string] = substitute(item, name, dynamicType);
  }
  return out;
}
