// The grammar of minimum_should_match: `2`, `-1`, `75%`, `-25%`, `2<75%`, `2<-25% 9<-3`.
// Upstream: org.opensearch.common.lucene.search.Queries.calculateMinShouldMatch.

import { type BooleanClause, BooleanQuery } from "../../lucene/search/index.ts";
import { numberFormat } from "./object-reader.ts";

/** How many of `optional` clauses must match. May be negative or above `optional`. */
export function calculateMinShouldMatch(optional: number, spec: string): number {
  const text = spec.trim();
  if (text.includes("<")) {
    let result = optional;
    for (const part of text.replace(/\s*<\s*/g, "<").split(/\s+/)) {
      const [bound, rest] = part.split("<", 2);
      if (optional <= parseInteger(bound!)) return result;
      result = calculateMinShouldMatch(optional, rest ?? "");
    }
    return result;
  }
  let result = optional;
  if (text.endsWith("%")) {
    const percent = parseInteger(text.slice(0, -1));
    const share = Math.trunc(Math.fround(Math.fround(result * percent) * Math.fround(1 / 100)));
    result = share < 0 ? result + share : share;
  } else {
    const count = parseInteger(text);
    result = count < 0 ? result + count : count;
  }
  return Math.max(0, result);
}

function parseInteger(text: string): number {
  if (!/^[+-]?\d+$/.test(text.trim())) throw numberFormat(text);
  return Number(text);
}

/** A boolean query with the minimum worked out for its should clauses. */
export function applyMinimumShouldMatch(
  clauses: readonly BooleanClause[],
  spec: string | undefined,
): BooleanQuery {
  if (spec === undefined) return new BooleanQuery(clauses);
  const optional = clauses.filter(({ occur }) => occur === "should").length;
  const minimum = calculateMinShouldMatch(optional, spec);
  return minimum > 0 ? new BooleanQuery(clauses, minimum) : new BooleanQuery(clauses);
}
