// What the recorded searches of the fixtures are compared by: what may differ between the real
// server's response and ours, and which of them need analyzers that a server lacked.

import type { SearchTarget } from "../../../src/engine/search/index.ts";

/** Searches that need the analyzers of the analysis-common module. */
const ANALYZED = new Set([
  "english stem",
  "cjk",
  "grams",
  "match japanese",
  "phrase japanese",
  "match en",
]);

/** Has the index the analyzers that a search needs? `cjk` is not one of the common filters. */
function isAnalyzed(target: SearchTarget, name: string): boolean {
  if (name !== "cjk") return stems(target);
  const stream = target.mapper.analyzers.get("cjk")?.tokenStream("f", "東京都");
  stream?.reset();
  return stream?.incrementToken() === true && stream.term === "東京";
}

/** Is the english analyzer the real one? */
function stems({ mapper }: SearchTarget): boolean {
  const stream = mapper.analyzers.get("english")?.tokenStream("f", "rivers");
  stream?.reset();
  return stream?.incrementToken() === true && stream.term === "river";
}

/** A search that the real server answered. */
export interface Recorded {
  readonly name: string;
  readonly index: string;
  readonly compare: string;
  readonly params?: string;
  readonly request: any;
  readonly response: any;
}

/**
 * What servers up to 1.x and Elasticsearch 6 show in another way, as the others show it: a hit
 * without its mapping type, a total with its relation, no `max_score` where no hit is asked for, a
 * sum of nothing.
 */
function inNewForm(value: any): any {
  if (Array.isArray(value)) return value.map(inNewForm);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).map(([key, inner]) => {
    if (key === "_source" || key === "fields") return [key, inner];
    const isTotal = key === "total" && Array.isArray(value.hits) && typeof inner === "number";
    return [key, isTotal ? { value: inner, relation: "eq" } : inNewForm(inner)];
  });
  const shown = Object.fromEntries(entries);
  if (shown._index !== undefined) delete shown._type;
  if (shown.hits?.length === 0 && shown.max_score === 0) shown.max_score = null;
  if (shown.count === 0 && shown.sum === null) shown.sum = 0;
  return shown;
}

/** Elasticsearch 5 shows the first of a document's addresses for each of them. */
function repeatsAddresses({ response }: Recorded): boolean {
  const hits: any[] = response.hits?.hits ?? [];
  return hits.some(({ fields }) => fields?.ip?.length > 1 && new Set(fields.ip).size === 1);
}

/** The response without what may differ. */
export function comparable(response: any, recorded: Recorded, isOld: boolean): any {
  const { took, ...rest } = inNewForm(response);
  if (repeatsAddresses(recorded)) {
    for (const hit of rest.hits.hits) hit.fields = { ...hit.fields, ip: undefined };
  }
  // 3.x says so when a terms aggregation read the counts off the dictionary.
  if (recorded.request.terminate_after === undefined) delete rest.terminated_early;
  // Before 3.4 percentiles came from a digest of another kind.
  if (isOld && rest.aggregations?.pct !== undefined) {
    rest.aggregations = { ...rest.aggregations, pct: undefined };
  }
  const hits = rest.hits?.hits as any[] | undefined;
  if (hits === undefined) return rest;
  // An explained hit names the server's node.
  const kept = { ...rest, hits: { ...rest.hits, hits: hits.map(({ _node, ...hit }) => hit) } };
  // Before 3.2 there is no max_score beside a sort by score first.
  if (isOld && recorded.request.sort !== undefined) delete kept.hits.max_score;
  if (/equal scores in any order/.test(recorded.compare)) {
    kept.hits.hits = hits.map(({ _score }) => _score);
  }
  return kept;
}

/** False for searches that cannot be answered: tests skip them. */
export function isComparable(search: Recorded, target: SearchTarget): boolean {
  return !ANALYZED.has(search.name) || isAnalyzed(target, search.name);
}
