// A mapping of an older version as one that OpenSearch 2 and 3 take. Pure: what had to change is
// told to a list of notes, a line a change. The tables are in field-parameters.ts.
//
//   OLD                                       NEW
//   types                                     their fields together, without the type level
//   string                                    text or keyword, by index
//   index: analyzed, not_analyzed, no         true, true, false
//   norms: {enabled}, omit_norms              norms
//   include_in_all, _all, _parent, _timestamp, _ttl, _field_names …   dropped
//   similarity: default, classic              BM25
//   flattened                                 flat_object
//   a type or parameter that is unknown       an object that is not indexed; dropped

import type { JsonObject } from "../mapping/index.ts";
import { isJsonObject } from "../mapping/index.ts";
import { fieldTypeSpec } from "../mapping/registry.ts";
import { translateDateFormat } from "./date-formats.ts";
import {
  ANALYZER_NAMES,
  BUILT_IN_SIMILARITIES,
  MATCH_MAPPING_TYPES,
  METADATA_FIELDS,
  parametersOf,
  SILENT_PARAMETERS,
  typeInTarget,
} from "./field-parameters.ts";

type Json = JsonObject[string];

/** Collects what changed; equal lines are told once. */
export class Notes {
  private readonly lines = new Set<string>();
  private readonly lost = new Set<string>();

  add(line: string): void {
    this.lines.add(line);
  }

  /** Something that does not go over. */
  lose(line: string): void {
    this.add(line);
    this.lost.add(line);
  }

  /** Every line. */
  list(): string[] {
    return [...this.lines];
  }

  losses(): string[] {
    return [...this.lost];
  }
}

/** What a translation knows of its index. */
export interface MappingTranslation {
  /** Similarities of the index's own settings that are still there. */
  readonly similarities: ReadonlySet<string>;
  /** Created before Elasticsearch 7: dates are in Joda's letters. */
  readonly isJoda: boolean;
  readonly notes: Notes;
}

/** The fields of all types as one mapping. */
export function translateTypes(
  types: ReadonlyMap<string, JsonObject>,
  context: MappingTranslation,
): JsonObject {
  const { notes } = context;
  let merged: JsonObject = {};
  for (const [type, mapping] of types) {
    const translated = translateMapping(mapping, context);
    merged = mergeTypes(merged, translated, type, notes);
  }
  if (types.size > 1) {
    notes.add(`types [${[...types.keys()].join(", ")}]: their fields are in one mapping`);
    requireRoutingOfAll(merged, types, notes);
  }
  return merged;
}

/** Routing is required only where every type required it: the others' documents have none. */
function requireRoutingOfAll(
  merged: JsonObject,
  types: ReadonlyMap<string, JsonObject>,
  notes: Notes,
): void {
  if (merged["_routing"] === undefined) return;
  const all = [...types.values()].every(
    ({ _routing: one }) => isJsonObject(one) && one["required"],
  );
  if (all) return;
  delete merged["_routing"];
  notes.add("_routing: no longer required, as not every type required it");
}

function mergeTypes(a: JsonObject, b: JsonObject, type: string, notes: Notes): JsonObject {
  const merged: JsonObject = { ...a };
  for (const [key, value] of Object.entries(b)) {
    const before = merged[key];
    if (key === "properties" && isJsonObject(before) && isJsonObject(value)) {
      merged[key] = mergeProperties(before, value, "", type, notes);
    } else if (Array.isArray(before) && Array.isArray(value)) {
      merged[key] = [...before, ...value];
    } else if (before === undefined) {
      merged[key] = value;
    } else if (JSON.stringify(before) !== JSON.stringify(value)) {
      notes.add(`type [${type}]: its ${key} gives way to that of the types before it`);
    }
  }
  return merged;
}

function mergeProperties(
  a: JsonObject,
  b: JsonObject,
  path: string,
  type: string,
  notes: Notes,
): JsonObject {
  const merged: JsonObject = { ...a };
  for (const [name, field] of Object.entries(b)) {
    const before = merged[name];
    const full = path === "" ? name : `${path}.${name}`;
    if (!isJsonObject(before) || !isJsonObject(field)) {
      merged[name] = before ?? field;
    } else if (isJsonObject(before["properties"]) && isJsonObject(field["properties"])) {
      const properties = mergeProperties(
        before["properties"],
        field["properties"],
        full,
        type,
        notes,
      );
      merged[name] = { ...field, ...before, properties };
    } else if (JSON.stringify(before) !== JSON.stringify(field)) {
      notes.add(`${full}: the mapping of type [${type}] gives way to that of the types before it`);
    }
  }
  return merged;
}

/** One mapping without its type level. */
export function translateMapping(mapping: JsonObject, context: MappingTranslation): JsonObject {
  const { notes } = context;
  const out: JsonObject = {};
  for (const [key, value] of Object.entries(mapping)) {
    if (key === "properties") {
      out[key] = translateProperties(value, "", context);
    } else if (key === "dynamic_templates") {
      out[key] = translateDynamicTemplates(value, context);
    } else if (key === "dynamic" || key === "date_detection" || key === "numeric_detection") {
      out[key] = flagOrText(value);
    } else if (key === "dynamic_date_formats" || key === "date_formats") {
      out["dynamic_date_formats"] = translateFormats(value, key, context);
    } else if (METADATA_FIELDS.has(key)) {
      const kept = translateMetadataField(key, value, notes);
      if (kept !== undefined) out[key] = kept;
    } else if (key === "enabled" && value === false) {
      out[key] = value;
    } else {
      notes.add(`${key}: dropped`);
    }
  }
  return out;
}

/** Texts "true" and "false" of old mappings as flags; "strict" stays. */
function flagOrText(value: Json): Json {
  if (value === "true") return true;
  return value === "false" ? false : value;
}

function translateMetadataField(key: string, value: Json, notes: Notes): Json | undefined {
  const members = METADATA_FIELDS.get(key);
  if (members === undefined || !isJsonObject(value)) return value;
  const kept = Object.entries(value).filter(([name]) => members.includes(name));
  for (const name of Object.keys(value)) {
    if (!members.includes(name)) notes.add(`${key}.${name}: dropped`);
  }
  const shown = kept.map(([name, one]) => [name, flagOrText(one)] as const);
  return shown.length === 0 ? undefined : Object.fromEntries(shown);
}

function translateFormats(value: Json, path: string, context: MappingTranslation): Json {
  if (Array.isArray(value)) {
    return value.map((one) =>
      typeof one === "string" ? translateFormat(one, path, context) : one,
    );
  }
  return typeof value === "string" ? translateFormat(value, path, context) : value;
}

function translateFormat(format: string, path: string, context: MappingTranslation): string {
  const translated = translateDateFormat(format, context.isJoda);
  if (translated !== format) context.notes.add(`${path}: format [${format}] is [${translated}]`);
  return translated;
}

function translateProperties(value: Json, path: string, context: MappingTranslation): JsonObject {
  const out: JsonObject = {};
  if (!isJsonObject(value)) return out;
  for (const [name, field] of Object.entries(value)) {
    const full = path === "" ? name : `${path}.${name}`;
    if (isJsonObject(field)) out[name] = translateField(field, full, context);
  }
  return out;
}

/** One field or object. */
export function translateField(
  field: JsonObject,
  path: string,
  context: MappingTranslation,
): JsonObject {
  const type = typeof field["type"] === "string" ? field["type"] : "object";
  if (type === "object" || type === "nested") return translateObject(field, path, context);
  if (type === "multi_field") return translateMultiField(field, path, context);
  if (type === "string") return translateString(field, path, context);
  return translateTyped(field, typeInTarget(type), path, context);
}

function translateObject(field: JsonObject, path: string, context: MappingTranslation): JsonObject {
  const out: JsonObject = {};
  for (const [key, value] of Object.entries(field)) {
    if (key === "properties") out[key] = translateProperties(value, path, context);
    else if (["type", "include_in_parent", "include_in_root"].includes(key)) out[key] = value;
    else if (key === "dynamic" || key === "enabled") out[key] = flagOrText(value);
    else context.notes.add(`${path}: ${key} dropped`);
  }
  return out;
}

/** Before Elasticsearch 1: the field of the same name is the field itself. */
function translateMultiField(
  field: JsonObject,
  path: string,
  context: MappingTranslation,
): JsonObject {
  const all = isJsonObject(field["fields"]) ? field["fields"] : {};
  const name = path.slice(path.lastIndexOf(".") + 1);
  const { [name]: own, ...others } = all;
  const main = isJsonObject(own) ? own : { type: "string" };
  context.notes.add(`${path}: multi_field is a field with fields`);
  return translateField({ ...main, fields: others }, path, context);
}

function translateString(field: JsonObject, path: string, context: MappingTranslation): JsonObject {
  const { index, ...rest } = field;
  const isText = index === undefined || index === "analyzed" || index === true;
  const type = isText ? "text" : "keyword";
  context.notes.add(`${path}: type string is ${type}`);
  const isIndexed = index !== "no" && index !== false;
  const shown: JsonObject = { ...rest, ...(isIndexed ? {} : { index: false }) };
  if (!isText) delete shown["analyzer"];
  return translateTyped(shown, type, path, context);
}

function translateTyped(
  field: JsonObject,
  type: string,
  path: string,
  context: MappingTranslation,
): JsonObject {
  const { notes } = context;
  const known = parametersOf(type);
  if (known === undefined) {
    notes.lose(`${path}: type ${type} is unknown to OpenSearch; kept in _source, not indexed`);
    return { type: "object", enabled: false };
  }
  if (type !== field["type"] && field["type"] !== "string" && field["type"] !== undefined) {
    notes.add(`${path}: type ${String(field["type"])} is ${type}`);
  }
  const out: JsonObject = { type };
  for (const [key, value] of Object.entries(field)) {
    if (key === "type") continue;
    const kept = translateParameter(key, value, path, context);
    if (kept === undefined || SILENT_PARAMETERS.has(key)) continue;
    if (known.has(key)) out[key] = kept;
    else notes.add(`${path}: ${key} dropped`);
  }
  return withoutContradictions(out, path, notes);
}

/** The value in the target; undefined where the parameter goes, which a note tells. */
function translateParameter(
  key: string,
  value: Json,
  path: string,
  context: MappingTranslation,
): Json | undefined {
  const { notes } = context;
  switch (key) {
    case "fields":
      return translateProperties(value, path, context);
    case "index":
      return translateIndex(value, path, notes);
    case "norms":
      return translateNorms(value, path, notes);
    case "similarity":
      return translateSimilarity(value, path, context);
    case "format":
      return typeof value === "string" ? translateFormat(value, path, context) : value;
    case "fielddata":
      return translateFielddata(value, path, notes);
    case "analyzer":
    case "search_analyzer":
    case "search_quote_analyzer":
      return (typeof value === "string" && ANALYZER_NAMES.get(value)) || value;
    case "meta":
      return isJsonObject(value) ? value : undefined;
    default:
      return flagOrText(value);
  }
}

function translateIndex(value: Json, path: string, notes: Notes): Json {
  if (typeof value !== "string") return value;
  const isIndexed = value !== "no" && value !== "false";
  if (value !== "true" && value !== "false") notes.add(`${path}: index ${value} is ${isIndexed}`);
  return isIndexed;
}

function translateNorms(value: Json, path: string, notes: Notes): Json | undefined {
  if (!isJsonObject(value)) return flagOrText(value);
  const enabled = flagOrText(value["enabled"] ?? true);
  notes.add(`${path}: norms is ${String(enabled)}`);
  return enabled;
}

function translateSimilarity(
  value: Json,
  path: string,
  { similarities, notes }: MappingTranslation,
): Json | undefined {
  if (typeof value === "string" && (BUILT_IN_SIMILARITIES.has(value) || similarities.has(value))) {
    return value;
  }
  notes.add(`${path}: similarity ${String(value)} is BM25`);
  return undefined;
}

function translateFielddata(value: Json, path: string, notes: Notes): Json | undefined {
  if (!isJsonObject(value)) return flagOrText(value);
  const enabled = value["format"] !== "disabled" && value["enabled"] !== false;
  notes.add(`${path}: fielddata is ${enabled}`);
  return enabled;
}

/** Combinations that were taken once and are refused now. */
function withoutContradictions(field: JsonObject, path: string, notes: Notes): JsonObject {
  if (field["index"] === false && field["type"] === "text") {
    for (const key of ["term_vector", "index_prefixes", "index_phrases", "fielddata"]) {
      if (field[key] === undefined || field[key] === false || field[key] === "no") continue;
      delete field[key];
      notes.add(`${path}: ${key} dropped, the field is not indexed`);
    }
  }
  if (field["type"] === "keyword") {
    const options = field["index_options"];
    if (options !== undefined && options !== "docs" && options !== "freqs") {
      field["index_options"] = "freqs";
      notes.add(`${path}: index_options ${String(options)} is freqs`);
    }
  }
  if (isJsonObject(field["fields"]) && Object.keys(field["fields"]).length === 0) {
    delete field["fields"];
  }
  return field;
}

function translateDynamicTemplates(value: Json, context: MappingTranslation): Json {
  if (!Array.isArray(value)) return [];
  const out: Json[] = [];
  for (const entry of value) {
    for (const [name, template] of isJsonObject(entry) ? Object.entries(entry) : []) {
      if (!isJsonObject(template)) continue;
      const translated = translateDynamicTemplate(name, template, context);
      if (translated !== undefined) out.push({ [name]: translated });
    }
  }
  return out;
}

const TEMPLATE_MEMBERS = new Set(
  "match unmatch match_mapping_type path_match path_unmatch match_pattern mapping".split(" "),
);

function translateDynamicTemplate(
  name: string,
  template: JsonObject,
  context: MappingTranslation,
): JsonObject | undefined {
  const { notes } = context;
  const type = template["match_mapping_type"];
  if (typeof type === "string" && !MATCH_MAPPING_TYPES.has(type)) {
    notes.add(`dynamic template [${name}]: dropped, nothing is of match_mapping_type [${type}]`);
    return undefined;
  }
  const mapping = isJsonObject(template["mapping"]) ? template["mapping"] : {};
  const out: JsonObject = {};
  for (const [key, value] of Object.entries(template)) {
    if (TEMPLATE_MEMBERS.has(key)) out[key] = value;
    else notes.add(`dynamic template [${name}]: ${key} dropped`);
  }
  out["mapping"] = translateTemplateMapping(mapping, type, `dynamic template [${name}]`, context);
  return out;
}

/** Types may be `{dynamic_type}` or missing: parameters are then those of what is matched. */
function translateTemplateMapping(
  mapping: JsonObject,
  matched: Json | undefined,
  path: string,
  context: MappingTranslation,
): JsonObject {
  const { type } = mapping;
  const isOpen = type === undefined || (typeof type === "string" && type.includes("{"));
  if (!isOpen) return translateField(mapping, path, context);
  const isString = matched === "string";
  if (isString && (mapping["index"] === "not_analyzed" || mapping["index"] === "no")) {
    return translateString(mapping, path, context);
  }
  const out: JsonObject = type === undefined ? {} : { type };
  const known = parametersOf(isString ? "text" : "");
  for (const [key, value] of Object.entries(mapping)) {
    if (key === "type") continue;
    const kept = translateParameter(key, value, path, context);
    const isKept = known?.has(key) ?? OPEN_PARAMETERS.has(key);
    if (kept !== undefined && isKept) out[key] = kept;
    else if (kept !== undefined) context.notes.add(`${path}: ${key} dropped`);
  }
  return out;
}

/** Parameters of a template for fields of any type. */
const OPEN_PARAMETERS = new Set(
  "index doc_values store copy_to fields properties dynamic enabled".split(" "),
);

/** Fields whose values this engine does not index, by path with their types. */
export function unindexedFields(mapping: JsonObject, path = ""): [path: string, type: string][] {
  const found: [string, string][] = [];
  for (const key of ["properties", "fields"]) {
    const children = mapping[key];
    if (!isJsonObject(children)) continue;
    for (const [name, field] of Object.entries(children)) {
      if (!isJsonObject(field)) continue;
      const full = path === "" ? name : `${path}.${name}`;
      const { type } = field;
      const isField = typeof type === "string" && !["object", "nested", "alias"].includes(type);
      if (isField && fieldTypeSpec(type) === undefined) found.push([full, type]);
      found.push(...unindexedFields(field, full));
    }
  }
  return found;
}
