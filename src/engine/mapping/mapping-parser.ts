// Reads a mapping's JSON into a tree of mappers.
// Upstream: DocumentMapperParser, ObjectMapper.TypeParser, RootObjectMapper.TypeParser,
// TypeParsers.

import { illegalArgument } from "../../base/index.ts";
import { DateFormatter } from "../time/index.ts";
import { DynamicTemplate } from "./dynamic-template.ts";
import type { FieldMapper, FieldTypeSpec } from "./field-mapper.ts";
import { legacyField } from "./legacy-fields.ts";
import { mapperParsing, parseException } from "./mapper-errors.ts";
import { mergeMapper } from "./mapping-merge.ts";
import type { MetadataOptions } from "./metadata-fields.ts";
import { DEFAULT_METADATA, isMetadataOption, parseMetadataOption } from "./metadata-fields.ts";
import type { JsonObject, JsonValue } from "./node-values.ts";
import { isJsonObject, javaString, nodeBoolean, nodeString } from "./node-values.ts";
import type { Dynamic, Mapper, NestedOptions } from "./object-mapper.ts";
import { FieldAliasMapper, ObjectMapper, RootObjectMapper } from "./object-mapper.ts";
import type { MappingContext } from "./parameters.ts";
import { FieldValues, IGNORED_PARAMETERS, javaClass } from "./parameters.ts";
import { fieldTypeSpec, opaqueSpec } from "./registry.ts";

/** A parsed mapping, before its lookups are built. */
export interface ParsedMapping {
  readonly root: RootObjectMapper;
  readonly metadata: MetadataOptions;
  readonly meta: JsonObject | undefined;
}

/** The default of `dynamic_date_formats`. */
export const DEFAULT_DYNAMIC_DATE_FORMATS = [
  DateFormatter.forPattern("strict_date_optional_time||epoch_millis"),
  DateFormatter.forPattern("yyyy/MM/dd HH:mm:ss||yyyy/MM/dd||epoch_millis"),
];

/**
 * Reads a whole mapping. `nestedPrefix` is "__" for indices made before 2.0; metadata fields that
 * the
 * mapping does not name stay as in `base`.
 */
export function parseMapping(
  json: JsonObject,
  context: MappingContext,
  nestedPrefix: string,
  base: MetadataOptions = DEFAULT_METADATA,
): ParsedMapping {
  const root = new RootObjectMapper(DEFAULT_DYNAMIC_DATE_FORMATS);
  let metadata = base;
  let meta: JsonObject | undefined;
  const remaining: [string, JsonValue][] = [];
  const reader = new TreeReader(context, nestedPrefix);
  for (const [key, node] of Object.entries(json)) {
    if (reader.readObjectOption(root, "", key, node)) continue;
    if (readRootOption(root, key, node)) continue;
    if (isMetadataOption(key)) metadata = parseMetadataOption(metadata, key, node);
    else if (key === "_meta") meta = isJsonObject(node) ? node : undefined;
    else if (context.restored) root.unknown[key] = node;
    else remaining.push([key, node]);
  }
  if (remaining.length > 0) {
    throw mapperParsing(
      `Root mapping definition has unsupported parameters: ${remainingText(remaining)}`,
    );
  }
  return { root, metadata, meta };
}

/** Builds one field or object from its JSON, for dynamic mappings. */
export function buildMapper(
  name: string,
  parentPath: string,
  node: JsonObject,
  context: MappingContext,
  nestedPrefix: string,
): Mapper {
  return new TreeReader(context, nestedPrefix).buildTyped(name, parentPath, node);
}

function remainingText(entries: readonly [string, JsonValue][]): string {
  return entries.map(([key, value]) => ` [${key} : ${javaString(value)}]`).join("");
}

function refuseRemaining(name: string, entries: readonly [string, JsonValue][]): void {
  if (entries.length === 0) return;
  throw mapperParsing(
    `Mapping definition for [${name}] has unsupported parameters: ${remainingText(entries)}`,
  );
}

function readRootOption(root: RootObjectMapper, key: string, node: JsonValue): boolean {
  switch (key) {
    case "date_formats":
    case "dynamic_date_formats":
      root.dynamicDateFormats = { value: dateFormats(node), explicit: true };
      return true;
    case "dynamic_templates":
      root.dynamicTemplates = { value: dynamicTemplates(node), explicit: true };
      return true;
    case "date_detection":
      root.dateDetection = { value: nodeBoolean(node, key), explicit: true };
      return true;
    case "numeric_detection":
      root.numericDetection = { value: nodeBoolean(node, key), explicit: true };
      return true;
    default:
      return false;
  }
}

function dateFormats(node: JsonValue): DateFormatter[] {
  const format = (pattern: JsonValue) => {
    if (typeof pattern === "string") return DateFormatter.forPattern(pattern);
    throw illegalArgument(`Invalid format: [${javaString(pattern)}]: expected string value`);
  };
  if (Array.isArray(node)) {
    return node.map((pattern) => {
      if (javaString(pattern).startsWith("epoch_")) {
        throw mapperParsing(
          `Epoch [${javaString(pattern)}] is not supported as dynamic date format`,
        );
      }
      return format(pattern);
    });
  }
  return node === "none" ? [] : [format(node)];
}

function dynamicTemplates(node: JsonValue): DynamicTemplate[] {
  if (!Array.isArray(node)) {
    throw mapperParsing("Dynamic template syntax error. An array of named objects is expected.");
  }
  return node.map((template) => {
    const entries = isJsonObject(template) ? Object.entries(template) : [];
    if (entries.length !== 1) {
      throw mapperParsing("A dynamic template must be defined with a name");
    }
    const [name, conf] = entries[0]!;
    return DynamicTemplate.parse(name, isJsonObject(conf) ? conf : {});
  });
}

/** Reads objects and fields below the root. */
class TreeReader {
  private readonly context: MappingContext;
  private readonly nestedPrefix: string;

  constructor(context: MappingContext, nestedPrefix: string) {
    this.context = context;
    this.nestedPrefix = nestedPrefix;
  }

  /** Reads an option that every object has; false if `key` is not one. */
  readObjectOption(object: ObjectMapper, path: string, key: string, node: JsonValue): boolean {
    switch (key) {
      case "dynamic":
        object.dynamic = parseDynamic(node);
        return true;
      case "enabled":
        object.enabled = nodeBoolean(node, "enabled.enabled");
        object.enabledExplicit = true;
        return true;
      case "properties":
        if (Array.isArray(node) && node.length === 0) return true;
        if (!isJsonObject(node)) throw parseException("properties must be a map type");
        this.readProperties(object, path, node);
        return true;
      case "derived":
        if (Array.isArray(node) && node.length === 0) return true;
        if (this.context.restored) return false;
        throw mapperParsing("No handler for type [derived] declared on field [derived]");
      case "include_in_all":
        return true;
      default:
        return false;
    }
  }

  buildTyped(name: string, parentPath: string, node: JsonObject): Mapper {
    const type = typeOf(node, name);
    const path = join(parentPath, name);
    if (type === "object" || type === "nested") return this.buildObject(name, path, type, node);
    if (type === "alias") return buildAlias(name, path, node);
    return this.buildField(name, path, type, node, `No handler for type [${type}]`);
  }

  private readProperties(object: ObjectMapper, path: string, properties: JsonObject): void {
    for (const [name, node] of Object.entries(properties)) {
      if (Array.isArray(node) && node.length === 0) continue;
      if (!isJsonObject(node)) {
        throw mapperParsing(
          `Expected map for property [fields] on field [${name}] but got a ` +
            "class java.lang.String",
        );
      }
      const parts = name.split(".");
      while (parts.length > 0 && parts[parts.length - 1] === "") parts.pop();
      if (parts.length === 0 && name !== "") throw mapperParsing(`Invalid field name ${name}`);
      if (parts.length === 0) parts.push("");
      typeOf(node, name);
      addChild(object, this.buildDotted(parts, path, name, node));
    }
  }

  private buildDotted(
    parts: readonly string[],
    path: string,
    full: string,
    node: JsonObject,
  ): Mapper {
    const [name, ...rest] = parts as [string, ...string[]];
    if (name === "") throw illegalArgument("name cannot be empty string");
    if (rest.length === 0) return this.buildNamed(name, path, full, node);
    const object = this.newObject(name, join(path, name), undefined);
    addChild(object, this.buildDotted(rest, object.fullPath, full, node));
    return object;
  }

  private buildNamed(name: string, parentPath: string, full: string, node: JsonObject): Mapper {
    const type = typeOf(node, full);
    const path = join(parentPath, name);
    if (type === "object" || type === "nested") return this.buildObject(full, path, type, node);
    if (type === "alias") return buildAlias(name, path, node);
    return this.buildField(
      name,
      path,
      type,
      node,
      `No handler for type [${type}] declared on field [${full}]`,
    );
  }

  private newObject(name: string, path: string, nested: NestedOptions | undefined): ObjectMapper {
    return new ObjectMapper(name, path, nested, this.nestedPrefix + path);
  }

  private buildObject(name: string, path: string, type: string, node: JsonObject): ObjectMapper {
    const flag = (key: string) =>
      node[key] !== undefined && node[key] !== null && nodeBoolean(node[key], `${name}.${key}`);
    const nested =
      type === "nested"
        ? { includeInParent: flag("include_in_parent"), includeInRoot: flag("include_in_root") }
        : undefined;
    const simpleName = path.slice(path.lastIndexOf(".") + 1);
    const object = this.newObject(simpleName, path, nested);
    const remaining: [string, JsonValue][] = [];
    for (const [key, value] of Object.entries(node)) {
      if (["type", "include_in_parent", "include_in_root"].includes(key)) continue;
      if (this.readObjectOption(object, path, key, value)) continue;
      if (this.context.restored) object.unknown[key] = value;
      else remaining.push([key, value]);
    }
    refuseRemaining(name, remaining);
    return object;
  }

  private buildField(
    name: string,
    path: string,
    type: string,
    node: JsonObject,
    missing: string,
  ): FieldMapper {
    const { restored, settings } = this.context;
    const legacy = restored ? legacyField(type, node, settings) : undefined;
    if (legacy === "kept") return this.buildOpaque(name, path, type, node);
    if (legacy !== undefined) return this.buildField(name, path, legacy.type, legacy.node, missing);
    const spec = fieldTypeSpec(type) ?? (restored ? opaqueSpec(type) : undefined);
    if (spec === undefined) throw mapperParsing(missing);
    if (spec.parameters.length === 0 && restored && fieldTypeSpec(type) === undefined) {
      return this.buildOpaque(name, path, type, node);
    }
    const values = new FieldValues(spec.parameters, this.context);
    let multiFields: FieldMapper[] = [];
    let copyTo: string[] = [];
    for (const [key, value] of Object.entries(node)) {
      if (key === "type") continue;
      if (key === "fields") multiFields = this.readMultiFields(name, path, value);
      else if (key === "copy_to") copyTo = readCopyTo(value);
      else this.readParameter(values, name, spec, key, value);
    }
    values.validate();
    return spec.build({ spec, simpleName: name, path, values, multiFields, copyTo });
  }

  private buildOpaque(name: string, path: string, type: string, node: JsonObject): FieldMapper {
    const spec = opaqueSpec(type, node);
    const values = new FieldValues([], this.context);
    return spec.build({ spec, simpleName: name, path, values, multiFields: [], copyTo: [] });
  }

  private readParameter(
    values: FieldValues,
    name: string,
    spec: FieldTypeSpec,
    key: string,
    node: JsonValue,
  ): void {
    const type = spec.typeName;
    const parameter = values.parameters.find((candidate) => candidate.name === key);
    if (parameter === undefined && this.context.restored) {
      values.unknown[key] = node;
      return;
    }
    if (parameter === undefined) {
      if (IGNORED_PARAMETERS.has(key)) return;
      if (spec.isUnparametrized === true) refuseRemaining(name, [[key, node]]);
      throw mapperParsing(`unknown parameter [${key}] on mapper [${name}] of type [${type}]`);
    }
    if (node === null && parameter.acceptsNull !== true) {
      throw mapperParsing(
        `[${key}] on mapper [${name}] of type [${type}] must not have a [null] value`,
      );
    }
    values.set(parameter, parameter.parse(node, this.context, name), parameter.explicit === true);
  }

  private readMultiFields(parent: string, path: string, node: JsonValue): FieldMapper[] {
    if (Array.isArray(node) && node.length === 0) return [];
    if (!isJsonObject(node)) {
      throw mapperParsing(
        `expected map for property [fields] on field [${javaString(node)}] or ` +
          `[fields] but got a class java.lang.${javaClass(node)}`,
      );
    }
    const out: FieldMapper[] = [];
    for (const [name, field] of Object.entries(node)) {
      if (name.includes(".")) {
        throw mapperParsing(
          `Field name [${name}] which is a multi field of [${parent}] cannot contain '.'`,
        );
      }
      if (!isJsonObject(field)) {
        throw mapperParsing(`illegal field [${name}], only fields can be specified inside fields`);
      }
      const type = nodeString(field["type"]);
      if (type === null) throw mapperParsing(`no type specified for property [${name}]`);
      if (type === "object" || type === "nested" || type === "alias") {
        throw mapperParsing(`Type [${type}] cannot be used in multi field`);
      }
      const missing = `no handler for type [${type}] declared on field [${name}]`;
      out.push(this.buildField(name, join(path, name), type, field, missing));
    }
    return out;
  }
}

function addChild(object: ObjectMapper, child: Mapper): void {
  const existing = object.children.get(child.simpleName);
  if (existing?.kind === "field" && child.kind === "object") {
    throw illegalArgument(
      `mapper [${existing.path}] cannot be changed from type [${existing.typeName}] to ` +
        "[ObjectMapper]",
    );
  }
  object.children.set(
    child.simpleName,
    existing === undefined ? child : mergeMapper(existing, child, "update"),
  );
}

function join(parent: string, name: string): string {
  return parent === "" ? name : `${parent}.${name}`;
}

function typeOf(node: JsonObject, name: string): string {
  const type = nodeString(node["type"]);
  if (type !== null) return type;
  if (node["properties"] !== undefined && node["properties"] !== null) return "object";
  if (Object.keys(node).length === 1 && node["enabled"] !== undefined) return "object";
  throw mapperParsing(`No type specified for field [${name}]`);
}

function buildAlias(name: string, path: string, node: JsonObject): FieldAliasMapper {
  const target = nodeString(node["path"]);
  if (target === null) {
    throw mapperParsing(`The [path] property must be specified for field [${name}].`);
  }
  refuseRemaining(
    name,
    Object.entries(node).filter(([key]) => key !== "type" && key !== "path"),
  );
  return new FieldAliasMapper(name, path, target);
}

function readCopyTo(node: JsonValue): string[] {
  return (Array.isArray(node) ? node : [node]).map(javaString);
}

function parseDynamic(node: JsonValue): Dynamic {
  const text = javaString(node);
  const lower = text.toLowerCase();
  if (lower === "strict" || lower === "strict_allow_templates") return lower;
  return nodeBoolean(node, "dynamic.dynamic") ? "true" : "false";
}
