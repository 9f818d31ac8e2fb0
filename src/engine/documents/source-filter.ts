// `_source` filtering: true, false, a field list, or {includes, excludes} with wildcards.
// Upstream: XContentMapValues.filter (2.19.6).

import { Decimal, decodeExactJson, RawJson } from "../../xcontent/index.ts";
import type { JsonObject } from "../cluster/metadata.ts";

/** Which part of a source is asked for. */
export type SourceFilter =
  | boolean
  | string
  | readonly string[]
  | {
      readonly includes?: string | readonly string[];
      readonly excludes?: string | readonly string[];
      readonly include?: string | readonly string[];
      readonly exclude?: string | readonly string[];
    };

interface PathMatcher {
  /** The path itself or one above it matches. */
  matches(path: string): boolean;
  /** Something below the path may match. */
  mayMatchBelow(path: string): boolean;
}

const FILTERS = new WeakMap<
  object,
  { include: PathMatcher | undefined; exclude: PathMatcher | undefined }
>();

function list(value: string | readonly string[] | undefined): readonly string[] {
  if (value === undefined) return [];
  return typeof value === "string" ? value.split(",") : value;
}

function compile(patterns: readonly string[]): PathMatcher | undefined {
  if (patterns.length === 0) return undefined;
  const full: RegExp[] = [];
  const partial: RegExp[] = [];
  for (const pattern of patterns) {
    const escaped = pattern.replace(/[.+?^${}()|[\]\\]/g, "\\$&").replaceAll("*", ".*");
    full.push(new RegExp(`^${escaped}(\\..*)?$`, "s"));
    partial.push(prefixRegExp(pattern));
  }
  return {
    matches: (path) => full.some((matcher) => matcher.test(path)),
    mayMatchBelow: (path) => partial.some((matcher) => matcher.test(path)),
  };
}

/** Matches every path that a path matching `pattern` may start with. */
function prefixRegExp(pattern: string): RegExp {
  const star = pattern.indexOf("*");
  const parts = (star < 0 ? pattern : pattern.slice(0, star)).split(".");
  const heads = parts.slice(0, -1).map((_, index) => parts.slice(0, index + 1).join("."));
  const quote = (text: string) => text.replace(/[.+?^${}()|[\]\\]/g, "\\$&");
  const alternatives = heads.map(quote);
  if (star >= 0) alternatives.push(`${quote(pattern.slice(0, star))}.*`);
  return new RegExp(`^(${alternatives.join("|")})$`, "s");
}

function compiled(filter: SourceFilter) {
  if (typeof filter === "object") {
    const known = FILTERS.get(filter);
    if (known !== undefined) return known;
  }
  const isList = typeof filter === "string" || Array.isArray(filter);
  const object = filter as Exclude<SourceFilter, boolean | string | readonly string[]>;
  const include = compile(
    isList ? list(filter as string) : list(object.includes ?? object.include),
  );
  const exclude = compile(isList ? [] : list(object.excludes ?? object.exclude));
  const result = { include, exclude };
  if (typeof filter === "object") FILTERS.set(filter, result);
  return result;
}

/** A stored source as an answer shows it: the bytes as they are, or the part that is asked for. */
export function sourceJson(source: Uint8Array, filter: SourceFilter): unknown {
  if (filter === true) return new RawJson(source);
  return filterSource(decodeExactJson(source) as JsonObject, filter);
}

/** The part of a source that a filter keeps. `false` keeps nothing. */
export function filterSource(source: JsonObject, filter: SourceFilter): JsonObject {
  if (filter === true) return source;
  if (filter === false) return {};
  const { include, exclude } = compiled(filter);
  if (include === undefined && exclude === undefined) return source;
  return filterObject(source, "", include, exclude);
}

function filterObject(
  source: JsonObject,
  prefix: string,
  include: PathMatcher | undefined,
  exclude: PathMatcher | undefined,
): JsonObject {
  const kept: JsonObject = {};
  for (const [key, value] of Object.entries(source)) {
    const path = prefix === "" ? key : `${prefix}.${key}`;
    if (exclude?.matches(path)) continue;
    const included = include === undefined || include.matches(path);
    if (!included && !include.mayMatchBelow(path)) continue;
    const inner = included ? undefined : include;
    const filtered = filterValue(value, path, inner, exclude);
    if (filtered !== undefined) kept[key] = filtered;
  }
  return kept;
}

function filterValue(
  value: unknown,
  path: string,
  include: PathMatcher | undefined,
  exclude: PathMatcher | undefined,
): unknown {
  if (Array.isArray(value)) {
    const items = value
      .map((item) => filterValue(item, path, include, exclude))
      .filter((item) => item !== undefined);
    return items.length === 0 && (value.length > 0 || include !== undefined) ? undefined : items;
  }
  if (typeof value === "object" && value !== null && !(value instanceof Decimal)) {
    const kept = filterObject(value as JsonObject, path, include, exclude);
    return Object.keys(kept).length === 0 && include !== undefined ? undefined : kept;
  }
  return include === undefined ? value : undefined;
}
