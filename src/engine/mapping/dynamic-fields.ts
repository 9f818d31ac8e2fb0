// Fields that the mapping does not have: refused, ignored, or mapped by their value.
// Upstream: the dynamic half of DocumentParser, and RootObjectMapper.findTemplateBuilder.

import { illegalArgument, VarveError } from "../../base/index.ts";
import { setMember } from "../../xcontent/index.ts";
import type { DocumentContext } from "./document-context.ts";
import type { MatchType } from "./dynamic-template.ts";
import { DEFAULT_DYNAMIC_TYPE } from "./dynamic-template.ts";
import { sourceText } from "./field-mapper.ts";
import { dynamicStringMapping } from "./fields/text.ts";
import { mapperParsing, strictDynamicMapping } from "./mapper-errors.ts";
import { mergeMapper } from "./mapping-merge.ts";
import { buildMapper } from "./mapping-parser.ts";
import { showMapper } from "./mapping-show.ts";
import type { JsonObject } from "./node-values.ts";
import type { Dynamic, Mapper, ObjectMapper } from "./object-mapper.ts";
import type { SourceValue } from "./source-parser.ts";
import { JsonNumber } from "./source-parser.ts";

/** Handles `key` of an object whose mapper has no child of exactly that name. */
export function parseUnmapped(
  context: DocumentContext,
  mapper: ObjectMapper,
  key: string,
  value: SourceValue,
): void {
  const parts = splitPath(key);
  const path = pathOf(context, mapper, key);
  if (context.mapping.metadataTypes.has(path)) {
    parseMetadata(context, path, value);
    return;
  }
  const found = lookup(context, mapper, key, parts);
  if (found === "disabled") return;
  if (found !== undefined) {
    context.values.parseMapped(context, found, key, value);
    return;
  }
  if (value === null) {
    const { dynamic } = mapper;
    if (dynamic === "strict" || dynamic === "strict_allow_templates") {
      throw strictDynamicMapping(dynamic, mapper.fullPath, key);
    }
    return;
  }
  parseNew(context, mapper, parts, value);
}

function pathOf(context: DocumentContext, mapper: ObjectMapper, name: string): string {
  return mapper === context.mapping.root ? name : `${mapper.fullPath}.${name}`;
}

function parseMetadata(context: DocumentContext, path: string, value: SourceValue): void {
  if (path === "_doc_count") {
    parseDocCount(context, value);
    return;
  }
  throw mapperParsing(
    `failed to parse field [${path}] of type [${path}] in document with id ` +
      `'${context.source.id}'. Preview of field's value: '${String(value)}'`,
    mapperParsing(
      `Field [${path}] is a metadata field and cannot be added inside a document. ` +
        "Use the index API request parameters.",
    ),
  );
}

function parseDocCount(context: DocumentContext, value: SourceValue): void {
  if (typeof value === "number" && Number.isInteger(value) && value > 0) {
    context.addDocCount(value);
    return;
  }
  const wrap = (error: VarveError) =>
    mapperParsing(
      `failed to parse field [_doc_count] of type [_doc_count] in document with id ` +
        `'${context.source.id}'. Preview of field's value: '${String(value)}'`,
      error,
    );
  if (typeof value === "number" && value <= 0) {
    throw wrap(illegalArgument("Field [_doc_count] must be a positive integer."));
  }
  throw wrap(
    new VarveError(
      "invalid",
      `Failed to parse object: expecting token of type ` +
        `[VALUE_NUMBER] but found [VALUE_STRING]`,
      { type: "parsing_exception" },
    ),
  );
}

function splitPath(path: string): string[] {
  if (!path.includes(".")) {
    if (path === "") throw illegalArgument("field name cannot be an empty string");
    return [path];
  }
  const parts = path.split(".");
  while (parts.length > 0 && parts[parts.length - 1] === "") parts.pop();
  if (parts.length === 0) {
    throw illegalArgument("field name cannot contain only the character [.]");
  }
  for (const part of parts) {
    if (part.trim() !== "") continue;
    if (part !== "") {
      throw illegalArgument(`object field cannot contain only whitespace: ['${path}']`);
    }
    throw illegalArgument(
      `object field starting or ending with a [.] makes object resolution ambiguous: [${path}]`,
    );
  }
  return parts;
}

// A dotted name reaches through objects; a disabled one on the way hides everything below.
function lookup(
  context: DocumentContext,
  mapper: ObjectMapper,
  key: string,
  parts: readonly string[],
): Mapper | "disabled" | undefined {
  let object = mapper;
  for (let i = 0; i < parts.length - 1; i++) {
    const child = object.children.get(parts[i]!);
    if (child === undefined || child.kind !== "object") return undefined;
    if (!child.enabled) return "disabled";
    if (child.nested !== undefined) {
      if (context.withinCopyTo) return undefined;
      throw mapperParsing(
        `Cannot add a value for field [${key}] since one of the intermediate ` +
          `objects is mapped as a nested object: [${child.fullPath}]`,
      );
    }
    object = child;
  }
  return object.children.get(parts[parts.length - 1]!);
}

function parseNew(
  context: DocumentContext,
  mapper: ObjectMapper,
  parts: readonly string[],
  value: SourceValue,
): void {
  const parent = dynamicParent(context, mapper, parts);
  const name = parts[parts.length - 1]!;
  if (Array.isArray(value)) {
    parseNewArray(context, parent, name, value);
    return;
  }
  const dynamic = dynamicOf(context, parent);
  const isObject = typeof value === "object" && value !== null && !(value instanceof JsonNumber);
  if (isObject) {
    if (dynamic === "strict") throw strictDynamicMapping(dynamic, mapper.fullPath, name);
    if (dynamic === "false") return;
    const node = template(context, parent, name, "object", dynamic, mapper.fullPath) ?? {
      type: "object",
    };
    addAndParse(context, parent, name, node, value);
    return;
  }
  if (dynamic === "strict") throw strictDynamicMapping(dynamic, parent.fullPath, name);
  if (dynamic === "false" || value === null) return;
  addAndParse(context, parent, name, nodeOf(context, parent, name, value, dynamic), value);
}

function parseNewArray(
  context: DocumentContext,
  parent: ObjectMapper,
  name: string,
  values: readonly SourceValue[],
): void {
  context.values.enterArray(context);
  const dynamic = dynamicOf(context, parent);
  if (dynamic === "strict") throw strictDynamicMapping(dynamic, parent.fullPath, name);
  const node =
    dynamic === "false"
      ? undefined
      : template(context, parent, name, "object", dynamic, parent.fullPath);
  if (node !== undefined) {
    const built = build(context, parent, name, node);
    if (built.kind === "field" && built.parsesArrayValue) {
      context.dynamicMappers.push({ path: built.path, mapper: built });
      context.values.parseMapped(context, built, name, [...values]);
      context.arrayDepth--;
      return;
    }
  }
  for (let i = 0; i < values.length; i++) {
    if (context.locations !== undefined) {
      context.container = values;
      context.key = i;
    }
    const value = values[i]!;
    if (value !== null) parseNew(context, parent, [name], value);
    else if (parent.dynamic === "strict" || parent.dynamic === "strict_allow_templates") {
      throw strictDynamicMapping(parent.dynamic, parent.fullPath, name);
    }
  }
  context.arrayDepth--;
}

// Objects on the way of a dotted name; missing ones are made as they would be as objects.
function dynamicParent(
  context: DocumentContext,
  mapper: ObjectMapper,
  parts: readonly string[],
): ObjectMapper {
  const { mapping } = context;
  let parent = mapper;
  for (let i = 0; i < parts.length - 1; i++) {
    const name = parts[i]!;
    const path = pathOf(context, parent, name);
    const field = mapping.fields.get(path) ?? mapping.aliases.get(path);
    if (field !== undefined) {
      const type = field.kind === "alias" ? "alias" : field.typeName;
      throw mapperParsing(
        `Could not dynamically add mapping for field [${parts.join(".")}]. ` +
          `Existing mapping for [${path}] must be of type object but found [${type}].`,
      );
    }
    const existing = mapping.objects.get(path);
    if (existing !== undefined) {
      parent = existing;
      continue;
    }
    const dynamic = dynamicOf(context, parent);
    if (dynamic === "strict") throw strictDynamicMapping(dynamic, parent.fullPath, name);
    if (dynamic === "false") return parent;
    const node = template(context, parent, name, "object", dynamic, parent.fullPath) ?? {
      type: "object",
    };
    const built = build(context, parent, name, node);
    if (built.kind !== "object") return parent;
    if (built.nested !== undefined) {
      throw mapperParsing(
        `It is forbidden to create dynamic nested objects ([${path}]) through ` +
          "`copy_to` or dots in field names",
      );
    }
    context.dynamicMappers.push({ path, mapper: built });
    parent = built;
  }
  return parent;
}

function dynamicOf(context: DocumentContext, object: ObjectMapper): Dynamic {
  const { mapping } = context;
  let current: ObjectMapper | undefined = object;
  while (current !== mapping.root) {
    if (current.dynamic !== undefined) return current.dynamic;
    const dot: number = current.fullPath.lastIndexOf(".");
    if (dot < 0) break;
    current = mapping.objects.get(current.fullPath.slice(0, dot));
    // The parent was made by this document, so it was allowed to be.
    if (current === undefined) return "true";
  }
  return mapping.root.dynamic ?? "true";
}

function template(
  context: DocumentContext,
  parent: ObjectMapper,
  name: string,
  type: MatchType,
  dynamic: Dynamic,
  refusedPath: string,
  dateFormat?: string,
): JsonObject | undefined {
  const path = pathOf(context, parent, name);
  for (const candidate of context.mapping.root.dynamicTemplates.value) {
    if (!candidate.matches(path, name, type)) continue;
    const node = candidate.mappingFor(name, DEFAULT_DYNAMIC_TYPE[type]);
    const isDate = node["type"] === "date" || node["type"] === "date_nanos";
    if (isDate && dateFormat !== undefined) {
      node["format"] ??= dateFormat;
      node["print_format"] ??= printPattern(dateFormat);
    }
    return node;
  }
  if (dynamic === "strict_allow_templates") throw strictDynamicMapping(dynamic, refusedPath, name);
  return undefined;
}

const LONG = /^[+-]?\d{1,19}$/;
const DOUBLE = /^[+-]?(?:NaN|Infinity|(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?[fFdD]?)$/;

function nodeOf(
  context: DocumentContext,
  parent: ObjectMapper,
  name: string,
  value: SourceValue,
  dynamic: Dynamic,
): JsonObject {
  const find = (type: MatchType, fallback: JsonObject) =>
    template(context, parent, name, type, dynamic, parent.fullPath) ?? fallback;
  if (typeof value === "boolean") return find("boolean", { type: "boolean" });
  if (typeof value === "number" || value instanceof JsonNumber) {
    const text = sourceText(context, value)!;
    return /[.eE]/.test(text) ? find("double", { type: "float" }) : find("long", { type: "long" });
  }
  const text = value as string;
  const isLong = LONG.test(text) && isJavaLong(text);
  const isDouble = isLong || DOUBLE.test(text.trim());
  const { root } = context.mapping;
  if (isLong && root.numericDetection.value) return find("long", { type: "long" });
  if (isDouble && root.numericDetection.value) return find("double", { type: "float" });
  if (!isDouble && root.dateDetection.value) {
    const node = dateNode(context, parent, name, text, dynamic);
    if (node !== undefined) return node;
  }
  return find("string", dynamicStringMapping(context.mapping.context));
}

function isJavaLong(text: string): boolean {
  const value = BigInt(text.replace(/^\+/, ""));
  return value >= -0x8000000000000000n && value <= 0x7fffffffffffffffn;
}

function dateNode(
  context: DocumentContext,
  parent: ObjectMapper,
  name: string,
  text: string,
  dynamic: Dynamic,
): JsonObject | undefined {
  for (const formatter of context.mapping.root.dynamicDateFormats.value) {
    if (!formatter.matches(text)) continue;
    const { pattern } = formatter;
    return (
      template(context, parent, name, "date", dynamic, parent.fullPath, pattern) ?? {
        type: "date",
        format: pattern,
        print_format: printPattern(pattern),
      }
    );
  }
  return undefined;
}

// The first of several formats prints.
function printPattern(pattern: string): string {
  return pattern.split("||")[0]!;
}

function build(
  context: DocumentContext,
  parent: ObjectMapper,
  name: string,
  node: JsonObject,
): Mapper {
  const { mapping } = context;
  const parentPath = parent === mapping.root ? "" : parent.fullPath;
  const prefix = mapping.nestedPathField === "_type" ? "__" : "";
  return buildMapper(name, parentPath, node, mapping.context, prefix);
}

function addAndParse(
  context: DocumentContext,
  parent: ObjectMapper,
  name: string,
  node: JsonObject,
  value: SourceValue,
): void {
  const mapper = build(context, parent, name, node);
  context.dynamicMappers.push({ path: mapper.path, mapper });
  if (mapper.kind === "object") context.values.parseObjectValue(context, mapper, name, value);
  else context.values.parseMapped(context, mapper, name, value);
}

/** The mapping update of everything that the document introduced. */
export function dynamicUpdateOf(context: DocumentContext): JsonObject {
  const merged = new Map<string, Mapper>();
  const mappers = [...context.dynamicMappers];
  mappers.sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
  for (const { path, mapper } of mappers) {
    const existing = merged.get(path);
    merged.set(path, existing === undefined ? mapper : mergeMapper(existing, mapper, "update"));
  }
  const properties: JsonObject = {};
  for (const [path, mapper] of merged) insert(context, properties, path.split("."), mapper);
  return { properties };
}

function insert(
  context: DocumentContext,
  properties: JsonObject,
  parts: readonly string[],
  mapper: Mapper,
): void {
  let level = properties;
  let path = "";
  for (const part of parts.slice(0, -1)) {
    path = path === "" ? part : `${path}.${part}`;
    let node = Object.hasOwn(level, part) ? (level[part] as JsonObject) : undefined;
    if (node === undefined) {
      const object = context.mapping.objects.get(path);
      node = object === undefined ? {} : objectNode(object);
      setMember(level, part, node);
    }
    delete node["type"];
    node["properties"] ??= {};
    if (context.mapping.objects.get(path)?.nested !== undefined) node["type"] = "nested";
    level = node["properties"] as JsonObject;
  }
  setMember(level, parts[parts.length - 1]!, showMapper(mapper));
}

// An update names an existing object with the options that a merge compares.
function objectNode(object: ObjectMapper): JsonObject {
  const node = showMapper(object.copyShell());
  delete node["dynamic"];
  return node;
}
