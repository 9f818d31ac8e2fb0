// Builds the scorers of a boolean query for a leaf.
// Upstream: org.apache.lucene.search.{BooleanWeight,BooleanScorerSupplier}.

import type { LeafContext } from "../index/leaf-reader.ts";
import { ConjunctionScorer, ReqExclScorer, ReqOptSumScorer } from "./conjunction.ts";
import { ConstantScoreScorer } from "./constant-score-query.ts";
import { DisjunctionBulkScorer, DisjunctionScorer } from "./disjunction.ts";
import { advanceTo, type Explanation, explained, notMatching } from "./explanation.ts";
import {
  type BulkScorer,
  type Query,
  type ScoreMode,
  type Scorer,
  type ScorerSupplier,
  Weight,
} from "./query.ts";

const FAILS = "Failure to meet condition(s) of required/prohibited clause(s)";

type OccurName = "must" | "filter" | "should" | "must_not";

/** A clause with its weight. */
export interface WeightedClause {
  readonly occur: OccurName;
  readonly weight: Weight;
}

/** The suppliers of a leaf, by kind of clause. */
interface Suppliers {
  readonly must: ScorerSupplier[];
  readonly filter: ScorerSupplier[];
  readonly should: ScorerSupplier[];
  readonly must_not: ScorerSupplier[];
}

/** The weight of a boolean query. */
export class BooleanWeight extends Weight {
  private readonly clauses: readonly WeightedClause[];
  private readonly minimum: number;
  private readonly needsScores: boolean;

  constructor(
    query: Query,
    clauses: readonly WeightedClause[],
    minimum: number,
    scoreMode: ScoreMode,
  ) {
    super(query);
    this.clauses = clauses;
    this.minimum = minimum;
    this.needsScores = scoreMode !== "complete-no-scores";
  }

  private suppliers(context: LeafContext): Suppliers | undefined {
    const groups: Suppliers = { must: [], filter: [], should: [], must_not: [] };
    for (const { occur, weight } of this.clauses) {
      const supplier = weight.scorerSupplier(context);
      if (supplier !== undefined) groups[occur].push(supplier);
      else if (occur === "must" || occur === "filter") return undefined;
    }
    const { must, filter, should } = groups;
    if (should.length < this.minimum) return undefined;
    if (must.length + filter.length + should.length === 0) return undefined;
    if (!this.needsScores && this.minimum === 0 && must.length + filter.length > 0) {
      should.length = 0;
    }
    return groups;
  }

  scorerSupplier(context: LeafContext): ScorerSupplier | undefined {
    const groups = this.suppliers(context);
    if (groups === undefined) return undefined;
    const cost = costOf(groups, this.minimum);
    return {
      cost: () => cost,
      get: (leadCost) => this.build(groups, Math.min(leadCost, cost)),
    };
  }

  private build(groups: Suppliers, leadCost: number): Scorer {
    const { must, filter, should } = groups;
    if (should.length === 0) return excluding(this.required(groups, leadCost), groups, leadCost);
    if (must.length + filter.length === 0) {
      return excluding(this.optional(should, leadCost, this.minimum), groups, leadCost);
    }
    const required = excluding(this.required(groups, leadCost), groups, leadCost);
    const optional = this.optional(should, leadCost, Math.max(1, this.minimum));
    return this.minimum > 0
      ? new ConjunctionScorer([required, optional], [required, optional])
      : new ReqOptSumScorer(required, optional);
  }

  private required({ must, filter }: Suppliers, leadCost: number): Scorer {
    const scoring = must.map((supplier) => supplier.get(leadCost));
    const filtering = filter.map((supplier) => supplier.get(leadCost));
    if (scoring.length === 1 && filtering.length === 0) return scoring[0]!;
    if (scoring.length === 0 && filtering.length === 1) {
      const only = filtering[0]!;
      return new ConstantScoreScorer(0, only.twoPhaseIterator() ?? only.iterator());
    }
    return new ConjunctionScorer([...filtering, ...scoring], scoring);
  }

  private optional(should: ScorerSupplier[], leadCost: number, minimum: number): Scorer {
    const scorers = should.map((supplier) => supplier.get(leadCost));
    if (scorers.length === 1) return scorers[0]!;
    return new DisjunctionScorer(scorers, { kind: "sum" }, Math.max(1, minimum));
  }

  override bulkScorer(context: LeafContext): BulkScorer | undefined {
    const groups = this.suppliers(context);
    if (groups === undefined || groups.should.length < 2) return undefined;
    if (groups.must.length + groups.filter.length + groups.must_not.length > 0) return undefined;
    const scorers = groups.should.map((supplier) => supplier.get(Number.MAX_SAFE_INTEGER));
    return new DisjunctionBulkScorer(scorers, this.needsScores, Math.max(1, this.minimum));
  }

  override explain(context: LeafContext, doc: number): Explanation {
    const parts: Explanation[] = [];
    let fails = false;
    let matching = 0;
    let optional = 0;
    for (const { occur, weight } of this.clauses) {
      const part = weight.explain(context, doc);
      const isRequired = occur === "must" || occur === "filter";
      const text = `clause (${weight.query.toString()})`;
      if (!part.matches) {
        if (!isRequired) continue;
        parts.push(notMatching(`no match on required ${text}`, [part]));
        fails = true;
        continue;
      }
      if (occur === "must_not") {
        parts.push(notMatching(`match on prohibited ${text}`, [part]));
        fails = true;
        continue;
      }
      matching++;
      if (occur === "should") optional++;
      const filter = explained(0, "# clause");
      const required = "match on required clause, product of:";
      parts.push(occur === "filter" ? explained(0, required, [filter, part]) : part);
    }
    if (fails) return notMatching(FAILS, parts);
    if (matching === 0) return notMatching("No matching clauses", parts);
    if (optional < this.minimum) {
      const text = `Failure to match minimum number of optional clauses: ${this.minimum}`;
      return notMatching(text, parts);
    }
    return this.explainSum(context, doc, parts);
  }

  private explainSum(context: LeafContext, doc: number, parts: Explanation[]): Explanation {
    if (parts.some(({ recomputed }) => recomputed)) {
      const sum = Math.fround(parts.reduce((total, { value }) => total + value, 0));
      return { ...explained(sum, "sum of:", parts), recomputed: true };
    }
    const scorer = this.scorer(context);
    if (scorer === undefined || !advanceTo(scorer, doc)) return notMatching(FAILS, parts);
    return explained(scorer.score(), "sum of:", parts);
  }

  override count(context: LeafContext): number {
    const { reader } = context;
    if (this.clauses.some(({ occur }) => occur === "should" || occur === "must_not")) return -1;
    let count = reader.numDocs;
    for (const { weight } of this.clauses) {
      const part = weight.count(context);
      if (part === 0) return 0;
      if (part === reader.numDocs) continue;
      if (part < 0 || count !== reader.numDocs) return -1;
      count = part;
    }
    return count;
  }
}

function excluding(required: Scorer, { must_not }: Suppliers, leadCost: number): Scorer {
  if (must_not.length === 0) return required;
  const scorers = must_not.map((supplier) => supplier.get(leadCost));
  const excluded =
    scorers.length === 1 ? scorers[0]! : new DisjunctionScorer(scorers, { kind: "sum" });
  return new ReqExclScorer(required, excluded);
}

function costOf({ must, filter, should }: Suppliers, minimum: number): number {
  const required = [...must, ...filter].map((supplier) => supplier.cost());
  if (required.length > 0 && minimum === 0) return Math.min(...required);
  const costs = should.map((supplier) => supplier.cost()).sort((a, b) => a - b);
  // With a minimum of m, any match is among the cheapest n - m + 1 clauses.
  const kept = costs.slice(0, costs.length - Math.max(1, minimum) + 1);
  return Math.min(
    ...required,
    kept.reduce((sum, cost) => sum + cost, 0),
  );
}
