// `filter_path`: keeps or drops parts of a response. Patterns are dotted; `*` matches within a
// name, `**` any number of levels, a leading `-` drops. Upstream: FilterPathBasedFilter (2.19.6).

import { Decimal, RawJson } from "../xcontent/index.ts";

type Json = unknown;

function segments(pattern: string): string[] {
  return pattern.split(/(?<!\\)\./).map((part) => part.replaceAll("\\.", "."));
}

function matchesName(pattern: string, name: string): boolean {
  if (pattern === "*" || pattern === name) return true;
  if (!pattern.includes("*")) return false;
  const escaped = pattern.replace(/[.+?^${}()|[\]\\]/g, "\\$&").replaceAll("*", ".*");
  return new RegExp(`^${escaped}$`).test(name);
}

/** Patterns left over after stepping into `name`; "all" when one is used up. */
function step(patterns: readonly string[][], name: string): string[][] | "all" {
  const next: string[][] = [];
  for (const pattern of patterns) {
    const head = pattern[0]!;
    if (head === "**") {
      if (pattern.length === 1) return "all";
      next.push(pattern);
      if (matchesName(pattern[1]!, name)) {
        if (pattern.length === 2) return "all";
        next.push(pattern.slice(2));
      }
    } else if (matchesName(head, name)) {
      if (pattern.length === 1) return "all";
      next.push(pattern.slice(1));
    }
  }
  return next;
}

function isObject(value: Json): value is Record<string, Json> {
  return (
    typeof value === "object" &&
    value !== null &&
    !(value instanceof Uint8Array) &&
    !(value instanceof Decimal)
  );
}

function include(given: Json, patterns: readonly string[][]): Json {
  const value = given instanceof RawJson ? given.tree() : given;
  if (Array.isArray(value)) {
    const items = value.map((item) => include(item, patterns)).filter((item) => item !== undefined);
    return items.length === 0 ? undefined : items;
  }
  if (!isObject(value)) return undefined;
  const kept: Record<string, Json> = {};
  for (const [name, child] of Object.entries(value)) {
    const rest = step(patterns, name);
    const part = rest === "all" ? child : rest.length === 0 ? undefined : include(child, rest);
    if (part !== undefined) kept[name] = part;
  }
  return Object.keys(kept).length === 0 ? undefined : kept;
}

function exclude(given: Json, patterns: readonly string[][]): Json {
  const value = given instanceof RawJson ? given.tree() : given;
  if (Array.isArray(value)) {
    return value.map((item) => exclude(item, patterns)).filter((item) => item !== undefined);
  }
  if (!isObject(value)) return value;
  const kept: Record<string, Json> = {};
  for (const [name, child] of Object.entries(value)) {
    const rest = step(patterns, name);
    if (rest === "all") continue;
    const part = rest.length === 0 ? child : exclude(child, rest);
    const emptied =
      isObject(part) &&
      Object.keys(part).length === 0 &&
      isObject(child) &&
      Object.keys(child).length > 0;
    if (part !== undefined && !emptied) kept[name] = part;
  }
  return kept;
}

/** Applies a comma list of patterns; an answer without anything left is `{}`. */
export function filterPath(body: Json, patterns: string): Json {
  const all = patterns
    .split(",")
    .map((pattern) => pattern.trim())
    .filter((pattern) => pattern !== "");
  const dropped = all
    .filter((pattern) => pattern.startsWith("-"))
    .map((pattern) => segments(pattern.slice(1)));
  const kept = all.filter((pattern) => !pattern.startsWith("-")).map(segments);
  let result = body;
  if (dropped.length > 0) result = exclude(result, dropped);
  if (kept.length > 0) result = include(result, kept);
  return result ?? (Array.isArray(body) ? [] : {});
}
