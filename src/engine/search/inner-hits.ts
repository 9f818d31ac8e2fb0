// Shows which nested documents made a hit match: a small search inside the hit's block.
// Upstream: org.opensearch.search.fetch.subphase.InnerHitsPhase,
// org.opensearch.index.query.NestedQueryBuilder.NestedInnerHitSubContext.

import { illegalArgument, VarveError } from "../../base/index.ts";
import { type LeafContext, NO_MORE_DOCS } from "../../lucene/index/index.ts";
import {
  BooleanQuery,
  type FieldDoc,
  type FixedBitSet,
  type IndexSearcher,
  type Query,
  type Scorer,
  TopFieldCollector,
  TopScoreDocCollector,
  type Weight,
} from "../../lucene/search/index.ts";
import type { XContentObject } from "../../xcontent/index.ts";
import { executeFetchPhase, type FetchRequest } from "./fetch-phase.ts";
import { floatToJson } from "./field-values.ts";
import type { InnerHitsBuilder } from "./inner-hits-builder.ts";
import { leafOf } from "./leaf-of.ts";
import { leafBits } from "./nested-docs.ts";
import type { QueryShardContext } from "./query-shard-context.ts";
import type { ShardSort } from "./sort-fields.ts";

const WINDOW_SETTING = "index.max_inner_result_window";
const WINDOW_DEFAULT = 100;

/** How inner hits are shown. */
export interface InnerHitsOptions {
  readonly totalHitsAsInt: boolean;
  readonly nodeId: string;
}

/** Refuses what cannot be shown, before any shard is searched. */
export function checkInnerHits(
  builders: readonly InnerHitsBuilder[],
  context: QueryShardContext,
): void {
  const names = new Set<string>();
  const max = context.settings.getInt(WINDOW_SETTING, WINDOW_DEFAULT);
  for (const { name, from, size, children } of builders) {
    if (names.has(name)) {
      throw illegalArgument(`[inner_hits] already contains an entry for key [${name}]`);
    }
    names.add(name);
    if (from + size > max) {
      throw illegalArgument(
        `Inner result window is too large, the inner hit definition's [${name}]'s from + size ` +
          `must be less than or equal to: [${max}] but was [${from + size}]. This limit can be ` +
          `set by changing the [${WINDOW_SETTING}] index level setting.`,
      );
    }
    checkInnerHits(children, context);
  }
}

/** Makes builders ready for a shard. Objects that are not mapped have no inner hits. */
export function innerHitsOf(
  builders: readonly InnerHitsBuilder[],
  context: QueryShardContext,
  searcher: IndexSearcher,
  options: InnerHitsOptions,
): InnerHits[] {
  return builders.flatMap((builder) => {
    const children = context.nestedFilter(builder.path);
    if (children === undefined) {
      if (builder.ignoreUnmapped) return [];
      throw new VarveError(
        "invalid",
        `[${builder.query.name}] no mapping found for type [${builder.path}]`,
        { type: "illegal_state_exception" },
      );
    }
    return [new InnerHits(builder, context, searcher, children, options)];
  });
}

/** One definition of inner hits on a shard. */
export class InnerHits {
  readonly name: string;
  private readonly builder: InnerHitsBuilder;
  private readonly context: QueryShardContext;
  private readonly searcher: IndexSearcher;
  private readonly options: InnerHitsOptions;
  private readonly parents: Query;
  private readonly query: Query;
  private readonly weight: Weight;
  private readonly sort: readonly ShardSort[] | undefined;
  private readonly request: FetchRequest;
  private leaf: { readonly context: LeafContext; readonly parents: FixedBitSet } | undefined;

  constructor(
    builder: InnerHitsBuilder,
    context: QueryShardContext,
    searcher: IndexSearcher,
    children: Query,
    options: InnerHitsOptions,
  ) {
    this.name = builder.name;
    this.builder = builder;
    this.context = context;
    this.searcher = searcher;
    this.options = options;
    this.parents = context.scopeFilter();
    context.nestedPaths.push(builder.path);
    try {
      this.query = context.toQuery((inner) => builder.query.toQuery(inner));
      this.sort = sortOf(builder, context);
      this.request = this.fetchRequest(innerHitsOf(builder.children, context, searcher, options));
    } finally {
      context.nestedPaths.pop();
    }
    const filtered = new BooleanQuery([
      { query: this.query, occur: "must" },
      { query: children, occur: "filter" },
    ]);
    this.weight = searcher.weigh(filtered, builder.size === 0 ? "complete-no-scores" : "complete");
  }

  private fetchRequest(innerHits: readonly InnerHits[]): FetchRequest {
    const { builder, sort, query, options } = this;
    const { storedFields } = builder;
    return {
      fetchSource: builder.fetchSource ?? {
        enabled: storedFields === undefined || storedFields.includes("_source"),
        includes: [],
        excludes: [],
      },
      storedFields,
      docvalueFields: builder.docvalueFields,
      fields: builder.fields,
      version: builder.version,
      seqNoPrimaryTerm: builder.seqNoPrimaryTerm,
      sort,
      mayBeNested: true,
      innerHits,
      ...(builder.highlight === undefined
        ? {}
        : { highlight: { source: builder.highlight, query } }),
      ...(builder.explain ? { explain: { query, nodeId: options.nodeId } } : {}),
    };
  }

  /** `hits` of the block whose parent is `doc` of the whole reader. */
  show(doc: number): XContentObject {
    const { builder } = this;
    const found = this.search(doc);
    const docs = found.docs.slice(builder.from, builder.from + builder.size);
    const shown = executeFetchPhase(this.context, this.searcher, docs, this.request);
    const { total } = found;
    return {
      hits: {
        total: this.options.totalHitsAsInt ? total : { value: total, relation: "eq" },
        max_score: Number.isNaN(found.maxScore) ? null : floatToJson(found.maxScore),
        hits: shown,
      },
    };
  }

  private search(doc: number): { docs: readonly FieldDoc[]; total: number; maxScore: number } {
    const { builder, searcher, sort } = this;
    const leaf = leafOf(searcher.leaves, doc);
    if (this.leaf?.context !== leaf) {
      this.leaf = { context: leaf, parents: leafBits(searcher, this.parents, leaf) };
    }
    const parent = doc - leaf.docBase;
    const first = parent === 0 ? 0 : this.leaf.parents.prevSetBit(parent - 1) + 1;
    const window = Math.min(builder.from + builder.size, Math.max(searcher.maxDoc, 1));
    const collector =
      sort === undefined
        ? new TopScoreDocCollector(window)
        : new TopFieldCollector(
            sort.map(({ field }) => field),
            Math.max(1, window),
            { trackScores: builder.trackScores },
          );
    const scorer = this.weight.scorer(leaf);
    let total = 0;
    if (scorer !== undefined && builder.size === 0)
      total = collect(scorer, first, parent, () => {});
    else if (scorer !== undefined) {
      const into = collector.getLeafCollector(leaf);
      into.setScorer(scorer);
      total = collect(scorer, first, parent, (child) => into.collect(child));
      into.finish?.();
    }
    const docs =
      collector instanceof TopFieldCollector
        ? collector.topDocs()
        : collector.topDocs().map((hit) => ({ ...hit, values: [hit.score] }));
    const scored = builder.size > 0 && (sort === undefined || builder.trackScores);
    return { docs, total, maxScore: scored ? collector.maxScore : NaN };
  }
}

function sortOf(
  builder: InnerHitsBuilder,
  context: QueryShardContext,
): readonly ShardSort[] | undefined {
  const built = builder.sorts.map((sort) => sort.build(context));
  const onlyScore = built.length === 1 && built[0]!.isScore === true && built[0]!.field.reverse;
  return built.length === 0 || onlyScore ? undefined : built;
}

/** Visits the matches in [first, parent); answers how many there are. */
function collect(
  scorer: Scorer,
  first: number,
  parent: number,
  visit: (doc: number) => void,
): number {
  const twoPhase = scorer.twoPhaseIterator();
  const docs = twoPhase?.approximation ?? scorer.iterator();
  let count = 0;
  let doc = docs.docID() < first ? docs.advance(first) : docs.docID();
  for (; doc < parent && doc !== NO_MORE_DOCS; doc = docs.nextDoc()) {
    if (twoPhase !== undefined && !twoPhase.matches()) continue;
    count++;
    visit(doc);
  }
  return count;
}
