// nested: from docs to the docs of a nested object inside them; reverse_nested: back. A doc may be
// in several buckets, so its children are collected once for all of them: docs reach the children
// in ascending order, as doc values want it.
// Upstream: org.opensearch.search.aggregations.bucket.nested.{NestedAggregator,
// ReverseNestedAggregator}.

import { illegalArgument } from "../../../base/index.ts";
import { type LeafContext, NO_MORE_DOCS } from "../../../lucene/index/index.ts";
import type { FixedBitSet, Query, Scorable } from "../../../lucene/search/index.ts";
import { leafBits } from "../nested-docs.ts";
import type { QueryShardContext } from "../query-shard-context.ts";
import { AggregationBody } from "./aggregation-body.ts";
import type {
  AggregationContext,
  Aggregator,
  AggregatorFactory,
  InternalAggregation,
  LeafBucketCollector,
} from "./aggregator.ts";
import { InternalAggregations } from "./aggregator.ts";
import { NonCollectingAggregator } from "./non-collecting.ts";
import type { AggregationParser } from "./parse.ts";
import { InternalSingleBucket, SingleBucketAggregator } from "./single-bucket.ts";

/** Runs `make` with a nested path as the innermost scope; undefined: the root. */
function inScope<T>(shard: QueryShardContext, path: string | undefined, make: () => T): T {
  const { nestedPaths } = shard;
  const before = nestedPaths.slice();
  if (path === undefined) nestedPaths.length = 0;
  else nestedPaths.push(path);
  try {
    return make();
  } finally {
    nestedPaths.splice(0, nestedPaths.length, ...before);
  }
}

/** What stands for an object that is not mapped. */
function unmapped(
  factory: AggregatorFactory,
  context: AggregationContext,
  parent: Aggregator | undefined,
  type: string,
): Aggregator {
  const made: NonCollectingAggregator = new NonCollectingAggregator(
    factory,
    context,
    parent,
    (): InternalAggregation =>
      new InternalSingleBucket(
        factory,
        type,
        0,
        new InternalAggregations(made.children.map((child) => child.buildEmptyAggregation())),
      ),
  );
  return made;
}

/** `nested`. */
export const parseNested: AggregationParser = (object, parts, parser) => {
  const body = new AggregationBody(object, parser, "nested");
  const path = body.takeString("path");
  body.finish();
  if (path === undefined) {
    throw illegalArgument(`Missing [path] field for nested aggregation [${parts.name}]`);
  }
  const factory: AggregatorFactory = {
    ...parts,
    type: "nested",
    create: (context, parent) => {
      const { shard } = context;
      const mapping = shard.mapper.documentMapping.objects.get(path);
      if (mapping === undefined) return unmapped(factory, context, parent, "nested");
      if (mapping.nested === undefined) {
        throw illegalArgument(`[nested] nested path [${path}] is not nested`);
      }
      const parents = shard.scopeFilter();
      return inScope(
        shard,
        path,
        () => new NestedAggregator(factory, context, parent, parents, shard.nestedFilter(path)!),
      );
    },
  };
  return factory;
};

class NestedAggregator extends SingleBucketAggregator {
  private readonly parentFilter: Query;
  private readonly childFilter: Query;
  /** The doc whose buckets are gathered, and how to collect its children. */
  private pending: PendingParent | undefined;

  constructor(
    factory: AggregatorFactory,
    context: AggregationContext,
    parent: Aggregator | undefined,
    parentFilter: Query,
    childFilter: Query,
  ) {
    super(factory, context, parent, "nested");
    this.parentFilter = parentFilter;
    this.childFilter = childFilter;
  }

  override leafCollector(leaf: LeafContext, scorer: () => Scorable): LeafBucketCollector {
    this.pending?.flush();
    return super.leafCollector(leaf, scorer);
  }

  protected bucketCollector(leaf: LeafContext): LeafBucketCollector | undefined {
    const { searcher } = this.context;
    const pending = new PendingParent(
      leafBits(searcher, this.parentFilter, leaf),
      leafBits(searcher, this.childFilter, leaf),
      (doc, owner) => this.collectBucket(doc, owner),
    );
    this.pending = pending;
    return pending;
  }

  override postCollection(): void {
    this.pending?.flush();
    super.postCollection();
  }
}

/** The buckets of one parent doc, until the next one comes. */
class PendingParent implements LeafBucketCollector {
  private readonly parents: FixedBitSet;
  private readonly children: FixedBitSet;
  private readonly into: (doc: number, owner: number) => void;
  private parent = -1;
  private owners: number[] = [];

  constructor(
    parents: FixedBitSet,
    children: FixedBitSet,
    into: (doc: number, owner: number) => void,
  ) {
    this.parents = parents;
    this.children = children;
    this.into = into;
  }

  collect(doc: number, owner: number): void {
    if (doc !== this.parent) {
      this.flush();
      this.parent = doc;
    }
    this.owners.push(owner);
  }

  flush(): void {
    const { parent, owners } = this;
    if (owners.length === 0) return;
    this.owners = [];
    if (parent === 0) return;
    const first = this.parents.prevSetBit(parent - 1) + 1;
    for (
      let child = this.children.nextSetBit(first);
      child < parent;
      child = this.children.nextSetBit(child + 1)
    ) {
      for (let i = 0; i < owners.length; i++) this.into(child, owners[i]!);
    }
  }
}

/** `reverse_nested`. */
export const parseReverseNested: AggregationParser = (object, parts, parser) => {
  const body = new AggregationBody(object, parser, "reverse_nested");
  const path = body.takeString("path");
  body.finish();
  const factory: AggregatorFactory = {
    ...parts,
    type: "reverse_nested",
    create: (context, parent) => {
      const { shard } = context;
      if (!hasNestedParent(parent)) {
        throw illegalArgument(
          `Reverse nested aggregation [${parts.name}] can only be used inside ` +
            "a [nested] aggregation",
        );
      }
      let parents = shard.rootFilter();
      if (path !== undefined) {
        const mapping = shard.mapper.documentMapping.objects.get(path);
        if (mapping === undefined) return unmapped(factory, context, parent, "reverse_nested");
        if (mapping.nested === undefined) {
          throw illegalArgument(`[reverse_nested] nested path [${path}] is not nested`);
        }
        parents = shard.nestedFilter(path)!;
      }
      return inScope(
        shard,
        path,
        () => new ReverseNestedAggregator(factory, context, parent, parents),
      );
    },
  };
  return factory;
};

function hasNestedParent(parent: Aggregator | undefined): boolean {
  for (let at = parent; at !== undefined; at = at.parent) {
    if (at instanceof NestedAggregator || at instanceof NonCollectingAggregator) return true;
  }
  return false;
}

class ReverseNestedAggregator extends SingleBucketAggregator {
  private readonly parentFilter: Query;

  constructor(
    factory: AggregatorFactory,
    context: AggregationContext,
    parent: Aggregator | undefined,
    parentFilter: Query,
  ) {
    super(factory, context, parent, "reverse_nested");
    this.parentFilter = parentFilter;
  }

  protected bucketCollector(leaf: LeafContext): LeafBucketCollector {
    const parents = leafBits(this.context.searcher, this.parentFilter, leaf);
    // A parent counts once per bucket, however many of its children are in it.
    const lastParents = new Map<number, number>();
    return {
      collect: (doc, owner) => {
        const parent = parents.nextSetBit(doc);
        if (parent === NO_MORE_DOCS || lastParents.get(owner) === parent) return;
        lastParents.set(owner, parent);
        this.collectBucket(parent, owner);
      },
    };
  }
}
