// What hits show beside their own fields: highlights, explanations, inner hits. Nothing is made
// ready that a request does not ask for. Upstream: org.opensearch.search.fetch.FetchSubPhase.

import type { IndexSearcher } from "../../lucene/search/index.ts";
import type { XContentObject } from "../../xcontent/index.ts";
import { HitExplainer } from "./fetch-explain.ts";
import type { FetchRequest } from "./fetch-phase.ts";
import { type HighlightedHit, Highlights } from "./highlight/highlight-phase.ts";
import type { QueryShardContext } from "./query-shard-context.ts";

/** The sub-phases of one request on one shard. */
export class FetchSubPhases {
  readonly request: FetchRequest;
  /** The source's tree is wanted. */
  readonly readsSource: boolean;
  private readonly context: QueryShardContext;
  private readonly explainer: HitExplainer | undefined;
  private readonly highlights: Highlights | undefined;

  constructor(context: QueryShardContext, searcher: IndexSearcher, request: FetchRequest) {
    const { explain, highlight } = request;
    this.request = request;
    this.context = context;
    this.readsSource = request.fields.length > 0 || highlight !== undefined;
    this.explainer = explain && new HitExplainer(searcher, explain.query);
    this.highlights = highlight && new Highlights(context, highlight);
  }

  /** What stands first in a hit: its shard, where it is explained. */
  shardOf(): XContentObject {
    const { explain } = this.request;
    if (explain === undefined) return {};
    const { indexName, facts } = this.context;
    return { _shard: `[${indexName}][${facts.shardId ?? 0}]`, _node: explain.nodeId };
  }

  /** Adds `highlight` where something is to be marked. */
  highlight(shown: XContentObject, hit: HighlightedHit): void {
    const marked = this.highlights?.show(hit);
    if (marked !== undefined) shown["highlight"] = marked;
  }

  /** Adds what stands last. `doc` is of the whole reader. */
  finish(shown: XContentObject, doc: number): void {
    if (this.explainer !== undefined) shown["_explanation"] = this.explainer.explain(doc);
    const { innerHits } = this.request;
    if (innerHits === undefined || innerHits.length === 0) return;
    const inside: XContentObject = {};
    for (const one of innerHits) inside[one.name] = one.show(doc);
    shown["inner_hits"] = inside;
  }
}
