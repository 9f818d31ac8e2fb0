// `_source` includes and excludes over a parsed source.
// Upstream: org.opensearch.common.xcontent.support.XContentMapValues.filter. There an automaton per
// list; here each pattern is matched piecewise: exactly, as a parent of what it could still match,
// or as an ancestor that already matched.

import type { JsonObject, JsonValue } from "./node-values.ts";

/** A filter, or undefined when both lists are empty. */
export function sourceFilter(options: {
  readonly enabled?: boolean;
  readonly includes: readonly string[];
  readonly excludes: readonly string[];
}): ((source: JsonObject) => JsonObject) | undefined {
  const { includes, excludes } = options;
  if (options.enabled === false || (includes.length === 0 && excludes.length === 0))
    return undefined;
  const include = includes.map(compile);
  const exclude = excludes.map(compile);
  return (source) => filterObject(source, "", include, exclude, include.length === 0);
}

/** A pattern as its literal pieces between stars. */
interface Pattern {
  readonly matches: (path: string) => boolean;
  readonly couldMatchBelow: (path: string) => boolean;
}

function compile(pattern: string): Pattern {
  const whole = toRegExp(pattern);
  const prefixes: RegExp[] = [];
  const star = pattern.indexOf("*");
  const literal = star < 0 ? pattern : pattern.slice(0, star);
  for (let i = 0; i < literal.length; i++) {
    if (literal[i] === ".") prefixes.push(toRegExp(literal.slice(0, i)));
  }
  return {
    matches: (path) => whole.test(path),
    couldMatchBelow: (path) =>
      star >= 0 && `${path}.`.startsWith(literal)
        ? true
        : prefixes.some((prefix) => prefix.test(path)),
  };
}

// A pattern matches its field and everything below it.
function toRegExp(pattern: string): RegExp {
  const escaped = pattern.replace(/[.+?^${}()|[\]\\]/g, "\\$&").replace(/\*+/g, ".*");
  return new RegExp(`^${escaped}(?:\\..*)?$`, "s");
}

function filterObject(
  source: JsonObject,
  prefix: string,
  include: readonly Pattern[],
  exclude: readonly Pattern[],
  included: boolean,
): JsonObject {
  const out: JsonObject = {};
  for (const key of Object.keys(source)) {
    const path = prefix === "" ? key : `${prefix}.${key}`;
    if (exclude.some((p) => p.matches(path))) continue;
    const isIncluded = included || include.some((p) => p.matches(path));
    const couldBe = isIncluded || include.some((p) => p.couldMatchBelow(path));
    if (!couldBe) continue;
    const excludesBelow = exclude.some((p) => p.couldMatchBelow(path));
    const value = source[key]!;
    if (isIncluded && !excludesBelow) {
      out[key] = value;
      continue;
    }
    const kept = filterValue(value, path, include, exclude, isIncluded);
    if (kept === undefined) continue;
    if (isIncluded || !isEmpty(kept)) out[key] = kept;
  }
  return out;
}

function filterValue(
  value: JsonValue,
  path: string,
  include: readonly Pattern[],
  exclude: readonly Pattern[],
  isIncluded: boolean,
): JsonValue | undefined {
  if (Array.isArray(value)) {
    const out: JsonValue[] = [];
    for (const item of value) {
      const kept = filterValue(item, path, include, exclude, isIncluded);
      if (kept === undefined) continue;
      if (typeof kept === "object" && kept !== null && isEmpty(kept)) continue;
      out.push(kept);
    }
    return out;
  }
  if (typeof value === "object" && value !== null) {
    return filterObject(value, path, include, exclude, isIncluded);
  }
  return isIncluded ? value : undefined;
}

function isEmpty(value: JsonValue): boolean {
  if (Array.isArray(value)) return value.length === 0;
  return typeof value === "object" && value !== null && Object.keys(value).length === 0;
}
