// Boolean combinations of queries, with Lucene's rewrites: those decide where sums are rounded, so
// they are part of what makes scores equal. Upstream: org.apache.lucene.search.BooleanQuery.

import { BooleanWeight } from "./boolean-weight.ts";
import {
  BoostQuery,
  ConstantScoreQuery,
  MatchAllDocsQuery,
  MatchNoDocsQuery,
} from "./constant-score-query.ts";
import { Query, type ScoreMode, type Searcher, type Weight } from "./query.ts";

/** What a clause means for the whole. */
export type Occur = "must" | "filter" | "should" | "must_not";

/** One part of a boolean query. */
export interface BooleanClause {
  readonly query: Query;
  readonly occur: Occur;
}

const SIGNS: Record<Occur, string> = { must: "+", filter: "#", should: "", must_not: "-" };

/** Matches by clauses: all of must and filter, none of must_not, enough of should. */
export class BooleanQuery extends Query {
  readonly clauses: readonly BooleanClause[];
  readonly minimumShouldMatch: number;

  constructor(clauses: readonly BooleanClause[], minimumShouldMatch = 0) {
    super();
    this.clauses = clauses;
    this.minimumShouldMatch = minimumShouldMatch;
  }

  /** The queries of one kind of clause. */
  queries(occur: Occur): Query[] {
    return this.clauses.filter((clause) => clause.occur === occur).map(({ query }) => query);
  }

  /** Only should clauses, of which one suffices? */
  isPureDisjunction(): boolean {
    return (
      this.minimumShouldMatch <= 1 && this.clauses.every((clause) => clause.occur === "should")
    );
  }

  override rewrite(searcher: Searcher): Query {
    const steps = [
      rewriteTrivial,
      rewriteClauses,
      rewriteContradictions,
      dropNeedlessFilters,
      promoteFilteredShoulds,
      mergeDuplicates,
      matchAllToConstant,
      flattenDisjunctions,
      inlineRequired,
      fitMinimumShouldMatch,
      inlineOnlyMust,
    ];
    for (const step of steps) {
      const rewritten = step(this, searcher);
      if (rewritten !== this) return rewritten;
    }
    return this;
  }

  createWeight(searcher: Searcher, scoreMode: ScoreMode, boost: number): Weight {
    const clauses = this.clauses.map(({ query, occur }) => {
      const scoring = occur === "must" || occur === "should";
      const mode = scoring ? scoreMode : "complete-no-scores";
      // Inner clauses see every match: only the whole may skip what does not compete.
      const innerMode = mode === "top-scores" ? "complete" : mode;
      return { occur, weight: searcher.createWeight(query, innerMode, boost) };
    });
    return new BooleanWeight(this, clauses, this.minimumShouldMatch, scoreMode);
  }

  toString(): string {
    const parts = this.clauses.map(({ query, occur }) => {
      const text = query.toString();
      return SIGNS[occur] + (query instanceof BooleanQuery ? `(${text})` : text);
    });
    const joined = parts.join(" ");
    return this.minimumShouldMatch > 0 ? `(${joined})~${this.minimumShouldMatch}` : joined;
  }

  override visit(visitor: (query: Query) => void): void {
    visitor(this);
    for (const { query, occur } of this.clauses) if (occur !== "must_not") query.visit(visitor);
  }
}

function rewriteTrivial(self: BooleanQuery): Query {
  const { clauses, minimumShouldMatch } = self;
  if (clauses.length === 0) return new MatchNoDocsQuery("empty BooleanQuery");
  if (clauses.every(({ occur }) => occur === "must_not")) {
    return new MatchNoDocsQuery("pure negative BooleanQuery");
  }
  if (clauses.length !== 1) return self;
  const { query, occur } = clauses[0]!;
  if (minimumShouldMatch === 1 && occur === "should") return query;
  if (minimumShouldMatch !== 0) return self;
  return occur === "filter" ? new BoostQuery(new ConstantScoreQuery(query), 0) : query;
}

function rewriteClauses(self: BooleanQuery, searcher: Searcher): Query {
  const clauses: BooleanClause[] = [];
  let changed = false;
  for (const clause of self.clauses) {
    const { query, occur } = clause;
    let rewritten: Query;
    if (occur === "filter" || occur === "must_not") {
      rewritten = new ConstantScoreQuery(query).rewrite(searcher);
      if (rewritten instanceof ConstantScoreQuery) rewritten = rewritten.query;
    } else {
      rewritten = query.rewrite(searcher);
    }
    if (rewritten instanceof MatchNoDocsQuery) {
      changed = true;
      if (occur === "must" || occur === "filter") return rewritten;
    } else {
      changed ||= rewritten !== query;
      clauses.push(rewritten === query ? clause : { query: rewritten, occur });
    }
  }
  return changed ? new BooleanQuery(clauses, self.minimumShouldMatch) : self;
}

function rewriteContradictions(self: BooleanQuery): Query {
  const seen = new Set<string>();
  const clauses = self.clauses.filter(({ query, occur }) => {
    if (occur !== "filter" && occur !== "must_not") return true;
    const key = `${occur} ${query.toString()}`;
    return !seen.has(key) && seen.add(key) !== undefined;
  });
  if (clauses.length !== self.clauses.length) {
    return new BooleanQuery(clauses, self.minimumShouldMatch);
  }
  const prohibited = self.queries("must_not");
  if (prohibited.length === 0) return self;
  const required = keysOf([...self.queries("must"), ...self.queries("filter")]);
  if (prohibited.some((query) => required.has(query.toString()))) {
    return new MatchNoDocsQuery("FILTER or MUST clause also in MUST_NOT");
  }
  return prohibited.some((query) => query instanceof MatchAllDocsQuery)
    ? new MatchNoDocsQuery("MUST_NOT clause is MatchAllDocsQuery")
    : self;
}

function keysOf(queries: readonly Query[]): Set<string> {
  return new Set(queries.map((query) => query.toString()));
}

function dropNeedlessFilters(self: BooleanQuery): Query {
  const filters = self.queries("filter");
  if (filters.length === 0) return self;
  const musts = self.queries("must");
  const mustKeys = keysOf(musts);
  const dropAll = filters.length > 1 || musts.length > 0;
  const clauses = self.clauses.filter(
    ({ query, occur }) =>
      occur !== "filter" ||
      !((dropAll && query instanceof MatchAllDocsQuery) || mustKeys.has(query.toString())),
  );
  return clauses.length === self.clauses.length
    ? self
    : new BooleanQuery(clauses, self.minimumShouldMatch);
}

function promoteFilteredShoulds(self: BooleanQuery): Query {
  const filters = keysOf(self.queries("filter"));
  const both = keysOf(self.queries("should").filter((query) => filters.has(query.toString())));
  if (both.size === 0) return self;
  let minimum = self.minimumShouldMatch;
  const clauses: BooleanClause[] = [];
  for (const clause of self.clauses) {
    if (!both.has(clause.query.toString())) {
      clauses.push(clause);
    } else if (clause.occur === "should") {
      clauses.push({ query: clause.query, occur: "must" });
      minimum--;
    }
  }
  return new BooleanQuery(clauses, Math.max(0, minimum));
}

function mergeDuplicates(self: BooleanQuery): Query {
  if (self.minimumShouldMatch <= 1) {
    const merged = mergeBoosts(self, "should");
    if (merged !== self) return merged;
  }
  return mergeBoosts(self, "must");
}

/** Equal clauses become one whose boost is the sum of theirs. */
function mergeBoosts(self: BooleanQuery, occur: Occur): BooleanQuery {
  const queries = self.queries(occur);
  const sums = new Map<string, { query: Query; boost: number }>();
  for (const outer of queries) {
    let query = outer;
    let boost = 1;
    while (query instanceof BoostQuery) {
      boost *= query.boost;
      query = query.query;
    }
    const entry = sums.get(query.toString());
    if (entry === undefined) sums.set(query.toString(), { query, boost });
    else entry.boost += boost;
  }
  if (sums.size === queries.length) return self;
  const clauses: BooleanClause[] = [...sums.values()].map(({ query, boost }) => ({
    occur,
    query: Math.fround(boost) === 1 ? query : new BoostQuery(query, boost),
  }));
  clauses.push(...self.clauses.filter((clause) => clause.occur !== occur));
  return new BooleanQuery(clauses, self.minimumShouldMatch);
}

function matchAllToConstant(self: BooleanQuery): Query {
  const musts = self.queries("must");
  if (musts.length !== 1 || self.queries("filter").length === 0) return self;
  const must = musts[0]!;
  const inner = must instanceof BoostQuery ? must.query : must;
  if (!(inner instanceof MatchAllDocsQuery)) return self;
  const kept = self.clauses.filter(({ occur }) => occur === "filter" || occur === "must_not");
  let query: Query = new ConstantScoreQuery(new BooleanQuery(kept));
  if (must instanceof BoostQuery) query = new BoostQuery(query, must.boost);
  const shoulds = self.clauses.filter(({ occur }) => occur === "should");
  return new BooleanQuery([{ query, occur: "must" }, ...shoulds], self.minimumShouldMatch);
}

function flattenDisjunctions(self: BooleanQuery): Query {
  if (self.minimumShouldMatch > 1) return self;
  const clauses = self.clauses.flatMap((clause) => {
    const { query, occur } = clause;
    const inner = occur === "should" && query instanceof BooleanQuery && query.isPureDisjunction();
    return inner ? query.clauses : [clause];
  });
  const changed = clauses.some((clause) => !self.clauses.includes(clause));
  return changed ? new BooleanQuery(clauses, self.minimumShouldMatch) : self;
}

function inlineRequired(self: BooleanQuery): Query {
  let changed = false;
  const clauses = self.clauses.flatMap((outer): readonly BooleanClause[] => {
    const inner = outer.query;
    const required = outer.occur === "must" || outer.occur === "filter";
    if (
      !required ||
      !(inner instanceof BooleanQuery) ||
      inner.minimumShouldMatch !== 0 ||
      inner.clauses.some(({ occur }) => occur === "should")
    )
      return [outer];
    changed = true;
    return inner.clauses.map((clause) =>
      outer.occur === "filter" && clause.occur === "must"
        ? { query: clause.query, occur: "filter" as const }
        : clause,
    );
  });
  return changed ? new BooleanQuery(clauses, self.minimumShouldMatch) : self;
}

function fitMinimumShouldMatch(self: BooleanQuery): Query {
  const shoulds = self.queries("should").length;
  if (shoulds < self.minimumShouldMatch) {
    return new MatchNoDocsQuery("SHOULD clause count less than minimumNumberShouldMatch");
  }
  if (shoulds === 0 || shoulds !== self.minimumShouldMatch) return self;
  return new BooleanQuery(
    self.clauses.map((clause) =>
      clause.occur === "should" ? { query: clause.query, occur: "must" as const } : clause,
    ),
  );
}

function inlineOnlyMust(self: BooleanQuery): Query {
  const musts = self.queries("must");
  const inner = musts[0];
  if (
    musts.length !== 1 ||
    self.queries("should").length > 0 ||
    !(inner instanceof BooleanQuery) ||
    inner.clauses.some(({ occur }) => occur !== "should")
  )
    return self;
  const others = self.clauses.filter(({ occur }) => occur !== "must");
  return new BooleanQuery([...others, ...inner.clauses], Math.max(1, inner.minimumShouldMatch));
}
