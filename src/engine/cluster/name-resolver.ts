// Turns index expressions into index names: wildcards, exclusions, _all, aliases, data streams,
// date math, hidden and closed rules. Upstream: IndexNameExpressionResolver, IndicesOptions
// (2.19.6).

import { type Clock, illegalArgument } from "../../base/index.ts";
import { exception, indexClosed, indexNotFound, invalidIndexName } from "../exceptions.ts";
import { resolveDateMathName } from "./date-math-name.ts";
import type { ClusterMetadata, IndexMetadata, JsonObject } from "./metadata.ts";

/** How names and wildcards become indices. */
export interface IndicesOptions {
  readonly ignoreUnavailable: boolean;
  readonly allowNoIndices: boolean;
  readonly expandOpen: boolean;
  readonly expandClosed: boolean;
  readonly expandHidden: boolean;
  /** A closed index that was named is an error. */
  readonly forbidClosed: boolean;
  /** Aliases are not looked at (delete index). */
  readonly ignoreAliases: boolean;
}

const LENIENT = { allowNoIndices: true, expandHidden: false, ignoreAliases: false } as const;

/** Missing names fail, open indices only: search, count, most reads. */
export const STRICT_EXPAND_OPEN_FORBID_CLOSED: IndicesOptions = {
  ...LENIENT,
  ignoreUnavailable: false,
  expandOpen: true,
  expandClosed: false,
  forbidClosed: true,
};
/** Missing names fail, open indices only; a closed one that is named is taken. */
export const STRICT_EXPAND_OPEN: IndicesOptions = {
  ...STRICT_EXPAND_OPEN_FORBID_CLOSED,
  forbidClosed: false,
};
/** Missing names fail, open and closed: settings, mappings, aliases, delete, close. */
export const STRICT_EXPAND_OPEN_CLOSED: IndicesOptions = {
  ...STRICT_EXPAND_OPEN,
  expandClosed: true,
};
/** Nothing fails: cat and stats with their own rules. */
export const LENIENT_EXPAND_ALL: IndicesOptions = {
  ...LENIENT,
  ignoreUnavailable: true,
  expandOpen: true,
  expandClosed: true,
  expandHidden: true,
  forbidClosed: false,
};
/** Nothing fails; open indices that are not hidden. */
export const LENIENT_EXPAND_OPEN: IndicesOptions = {
  ...LENIENT_EXPAND_ALL,
  expandClosed: false,
  expandHidden: false,
};

/** A name with the indices behind it. */
interface Abstraction {
  readonly name: string;
  readonly kind: "index" | "alias" | "data_stream";
  readonly indices: readonly IndexMetadata[];
  readonly hidden: boolean;
}

const ALIASES_OF = new WeakMap<ClusterMetadata, Map<string, Abstraction>>();

/** Backing index names of a data stream's stored body. */
export function backingIndices(stream: JsonObject): string[] {
  const indices = (stream["indices"] ?? []) as { index_name: string }[];
  return indices.map((index) => index.index_name);
}

/** `index.hidden`. */
export function isHidden(index: IndexMetadata): boolean {
  return index.settings.get("index.hidden") === "true";
}

/** Every name: indices, aliases, data streams; memoised per metadata. */
export function abstractions(metadata: ClusterMetadata): Map<string, Abstraction> {
  let all = ALIASES_OF.get(metadata);
  if (all === undefined) {
    all = buildAbstractions(metadata);
    ALIASES_OF.set(metadata, all);
  }
  return all;
}

function buildAbstractions(metadata: ClusterMetadata): Map<string, Abstraction> {
  const all = new Map<string, Abstraction>();
  const aliases = new Map<string, { indices: IndexMetadata[]; hidden: boolean }>();
  for (const index of metadata.indices.values()) {
    all.set(index.name, {
      name: index.name,
      kind: "index",
      indices: [index],
      hidden: isHidden(index),
    });
    for (const alias of index.aliases.values()) {
      const entry = aliases.get(alias.alias) ?? { indices: [], hidden: false };
      entry.indices.push(index);
      entry.hidden ||= alias.hidden === true;
      aliases.set(alias.alias, entry);
    }
  }
  for (const [name, entry] of aliases) all.set(name, { name, kind: "alias", ...entry });
  for (const [name, stream] of metadata.dataStreams) {
    const indices = backingIndices(stream).flatMap((index) => metadata.indices.get(index) ?? []);
    all.set(name, { name, kind: "data_stream", indices, hidden: stream["hidden"] === true });
  }
  return all;
}

/** `*` in a pattern matches any run of characters; nothing else is special. */
export function wildcardRegExp(pattern: string): RegExp {
  const escaped = pattern.replace(/[.+?^${}()|[\]\\]/g, "\\$&").replaceAll("*", ".*");
  return new RegExp(`^${escaped}$`, "s");
}

/** Does a name match one of the patterns? */
export function matchesAny(patterns: readonly string[], name: string): boolean {
  return patterns.some((pattern) => pattern === name || wildcardRegExp(pattern).test(name));
}

function isAll(expressions: readonly string[]): boolean {
  return expressions.length === 0 || (expressions.length === 1 && expressions[0] === "_all");
}

function checkExpression(expression: string): void {
  if (expression === "") throw indexNotFound(expression);
  if (expression.startsWith("_")) {
    throw invalidIndexName(expression, "must not start with '_'.");
  }
}

function includeByState(index: IndexMetadata, options: IndicesOptions): boolean {
  return index.state === "open" ? options.expandOpen : options.expandClosed;
}

/** Names that a wildcard expands to, as abstractions. */
function expandWildcard(
  metadata: ClusterMetadata,
  pattern: string,
  options: IndicesOptions,
): Abstraction[] {
  const matcher = wildcardRegExp(pattern);
  const dotted = pattern.startsWith(".");
  const found: Abstraction[] = [];
  for (const entry of abstractions(metadata).values()) {
    if (!matcher.test(entry.name)) continue;
    if (options.ignoreAliases && entry.kind === "alias") continue;
    if (entry.hidden && !options.expandHidden && !(dotted && entry.name.startsWith("."))) continue;
    found.push(entry);
  }
  return found;
}

/** Resolves expressions to index metadata, in the order of appearance, without duplicates. */
export function resolveIndices(
  metadata: ClusterMetadata,
  given: readonly string[],
  options: IndicesOptions,
  clock: Clock,
): IndexMetadata[] {
  const expressions = given.map((name) => resolveDateMathName(name, clock));
  const found = new Map<string, IndexMetadata>();
  if (isAll(expressions) || (expressions.length === 1 && expressions[0] === "*")) {
    for (const entry of expandWildcard(metadata, "*", options)) {
      for (const index of entry.indices) {
        if (includeByState(index, options)) found.set(index.name, index);
      }
    }
  } else expandAll(metadata, expressions, options, found);
  if (found.size === 0 && !options.allowNoIndices) {
    throw indexNotFound(isAll(expressions) ? "_all" : expressions.join(","));
  }
  return [...found.values()];
}

function expandAll(
  metadata: ClusterMetadata,
  expressions: readonly string[],
  options: IndicesOptions,
  found: Map<string, IndexMetadata>,
): void {
  let wildcardSeen = false;
  for (const expression of expressions) {
    if (expression.startsWith("-") && wildcardSeen) {
      exclude(metadata, expression.slice(1), options, found);
      continue;
    }
    if (expression === "_all") {
      wildcardSeen = true;
      addWildcard(metadata, "*", options, found);
      continue;
    }
    checkExpression(expression);
    if (expression.includes("*")) {
      wildcardSeen = true;
      addWildcard(metadata, expression, options, found);
    } else addNamed(metadata, expression, options, found);
  }
}

function exclude(
  metadata: ClusterMetadata,
  pattern: string,
  options: IndicesOptions,
  found: Map<string, IndexMetadata>,
): void {
  const hiddenToo = { ...options, expandHidden: true };
  const entries = pattern.includes("*")
    ? expandWildcard(metadata, pattern, hiddenToo)
    : [abstractions(metadata).get(pattern)].filter((entry) => entry !== undefined);
  if (entries.length === 0 && !pattern.includes("*") && !options.ignoreUnavailable) {
    throw indexNotFound(pattern);
  }
  for (const entry of entries) for (const index of entry.indices) found.delete(index.name);
}

function addWildcard(
  metadata: ClusterMetadata,
  pattern: string,
  options: IndicesOptions,
  found: Map<string, IndexMetadata>,
): void {
  const entries = expandWildcard(metadata, pattern, options);
  for (const entry of entries) {
    for (const index of entry.indices) {
      if (includeByState(index, options)) found.set(index.name, index);
    }
  }
  if (entries.length === 0 && !options.allowNoIndices) throw indexNotFound(pattern);
}

function addNamed(
  metadata: ClusterMetadata,
  name: string,
  options: IndicesOptions,
  found: Map<string, IndexMetadata>,
): void {
  const entry = abstractions(metadata).get(name);
  if (entry === undefined) {
    if (!options.ignoreUnavailable) throw indexNotFound(name);
    return;
  }
  if (entry.kind === "alias" && options.ignoreAliases) {
    if (options.ignoreUnavailable) return;
    throw exception(
      "invalid",
      "illegal_argument_exception",
      `The provided expression [${name}] matches an alias, specify the corresponding concrete indices instead.`,
    );
  }
  for (const index of entry.indices) {
    if (index.state === "close") {
      if (options.forbidClosed && options.ignoreUnavailable) continue;
      if (options.forbidClosed) throw indexClosed(index.name, index.uuid);
    }
    found.set(index.name, index);
  }
}

/**
 * Filters of the aliases through which `index` was reached; undefined when it was reached plainly.
 */
export function aliasFilters(
  given: readonly string[],
  index: IndexMetadata,
  clock: Clock,
): JsonObject[] | undefined {
  const expressions = given.map((name) => resolveDateMathName(name, clock));
  if (isAll(expressions) || index.aliases.size === 0) return undefined;
  const positive = expressions.filter((expression) => !expression.startsWith("-"));
  if (matchesAny(positive, index.name)) return undefined;
  const filters: JsonObject[] = [];
  for (const alias of index.aliases.values()) {
    if (!matchesAny(positive, alias.alias)) continue;
    if (alias.filter === undefined) return undefined;
    filters.push(alias.filter);
  }
  return filters.length === 0 ? undefined : filters;
}

/** The routing of one document through an alias: the alias's own, which none may contradict. */
export function resolveIndexRouting(
  metadata: ClusterMetadata,
  name: string,
  routing: string | undefined,
): string | undefined {
  const entry = abstractions(metadata).get(name);
  if (entry?.kind !== "alias") return routing;
  const own = entry.indices
    .map((index) => index.aliases.get(name)?.indexRouting)
    .find((value) => value !== undefined);
  if (own === undefined) return routing;
  if (routing !== undefined && routing !== own) {
    throw illegalArgument(
      `Alias [${name}] has index routing associated with it [${own}], and was provided with ` +
        `routing value [${routing}], rejecting operation`,
    );
  }
  if (own.includes(",")) {
    throw illegalArgument(
      `index/alias [${name}] provided with routing value [${own}] that resolved to several ` +
        "routing values, rejecting operation",
    );
  }
  return own;
}

/** Routing values of a search of `index`: of the aliases it is reached by, and of the request. */
export function resolveSearchRouting(
  given: readonly string[],
  index: IndexMetadata,
  routing: readonly string[],
): readonly string[] {
  if (index.aliases.size === 0 || isAll(given) || matchesAny(given, index.name)) return routing;
  const own = new Set<string>();
  for (const alias of index.aliases.values()) {
    if (!matchesAny(given, alias.alias)) continue;
    if (alias.searchRouting === undefined) return routing;
    for (const value of alias.searchRouting.split(",")) own.add(value);
  }
  if (own.size === 0) return routing;
  return routing.length === 0 ? [...own] : routing.filter((value) => own.has(value));
}

/** The one index that a write goes to. Aliases need one index or a write index. */
export function resolveWriteIndex(
  metadata: ClusterMetadata,
  given: string,
  clock: Clock,
): IndexMetadata | undefined {
  const name = resolveDateMathName(given, clock);
  const entry = abstractions(metadata).get(name);
  if (entry === undefined) return undefined;
  if (entry.kind === "data_stream") return entry.indices.at(-1);
  if (entry.kind === "index" || entry.indices.length === 1) {
    const only = entry.indices[0]!;
    if (entry.kind === "alias" && only.aliases.get(name)?.writeIndex === false)
      throw noWriteIndex(name);
    return only;
  }
  const target = entry.indices.find((index) => index.aliases.get(name)?.writeIndex === true);
  if (target === undefined) throw noWriteIndex(name);
  return target;
}

function noWriteIndex(alias: string): Error {
  return exception(
    "invalid",
    "illegal_argument_exception",
    `no write index is defined for alias [${alias}]. The write index may be explicitly disabled using ` +
      "is_write_index=false or the alias points to multiple indices without one being designated as a write index",
  );
}

/** The one index behind a name, for get, explain and the like. */
export function resolveSingle(
  metadata: ClusterMetadata,
  given: string,
  clock: Clock,
): IndexMetadata {
  const name = resolveDateMathName(given, clock);
  if (!abstractions(metadata).has(name)) {
    throw indexNotFound(name, "index_expression");
  }
  const entry = abstractions(metadata).get(name)!;
  if (entry.kind === "alias" && entry.indices.length > 1) {
    const names = entry.indices.map((index) => index.name).sort();
    throw illegalArgument(
      `alias [${name}] has more than one index associated with it [${names.join(", ")}], ` +
        "can't execute a single index op",
    );
  }
  const found = resolveIndices(metadata, [name], STRICT_EXPAND_OPEN_FORBID_CLOSED, clock);
  if (found.length > 1) {
    const names = found
      .map((index) => index.name)
      .sort()
      .join(", ");
    throw exception(
      "invalid",
      "illegal_argument_exception",
      `unable to return a single index as the index and options provided got resolved to multiple indices [${names}]`,
    );
  }
  return found[0]!;
}
