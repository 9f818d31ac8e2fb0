// filters: a bucket per query, and one for what matches none.
// Upstream: org.opensearch.search.aggregations.bucket.filter.{FiltersAggregationBuilder,
// FiltersAggregator}.

import { illegalArgument } from "../../../base/index.ts";
import type { LeafContext } from "../../../lucene/index/index.ts";
import type { Query, Scorable, Weight } from "../../../lucene/search/index.ts";
import { isXContentObject, type XContentObject } from "../../../xcontent/index.ts";
import { textOf, toBoolean } from "../object-reader.ts";
import type { QueryBuilder, QueryParseContext } from "../query-builder.ts";
import { parsingException, tokenName } from "../source-location.ts";
import type {
  AggregationContext,
  Aggregator,
  AggregatorFactory,
  LeafBucketCollector,
} from "./aggregator.ts";
import { FixedBucketsAggregator } from "./fixed-buckets.ts";
import { leafFilterOf } from "./leaf-filter.ts";
import type { AggregationParser } from "./parse.ts";

interface ParsedFilters {
  keyed: boolean;
  filters: { readonly key: string; readonly query: QueryBuilder }[] | undefined;
  otherBucket: boolean;
  otherKey: string;
}

/** `filters`. */
export const parseFilters: AggregationParser = (object, parts, parser) => {
  const parsed = parseBody(object, parts.name, parser);
  const { filters, keyed } = parsed;
  if (filters === undefined) throw illegalArgument(`[filters] cannot be empty.`);
  const keys = filters.map(({ key }) => key);
  if (parsed.otherBucket) keys.push(parsed.otherKey);
  const factory: AggregatorFactory = {
    ...parts,
    type: "filters",
    create: (context, parent) => {
      const queries = filters.map(({ query }) =>
        context.shard.toQuery((shard) => query.toQuery(shard)),
      );
      return new FiltersAggregator(
        factory,
        context,
        parent,
        keys,
        keyed,
        queries,
        parsed.otherBucket,
      );
    },
  };
  return factory;
};

function parseBody(object: XContentObject, name: string, parser: QueryParseContext): ParsedFilters {
  const parsed: ParsedFilters = {
    keyed: true,
    filters: undefined,
    otherBucket: false,
    otherKey: "_other_",
  };
  for (const [key, value] of Object.entries(object)) {
    const known = (type: string): boolean => tokenName(value) === type;
    if (key === "other_bucket" && known("VALUE_BOOLEAN")) {
      parsed.otherBucket = toBoolean(value);
    } else if (key === "other_bucket_key" && known("VALUE_STRING")) {
      parsed.otherKey = textOf(value);
      parsed.otherBucket = true;
    } else if (key === "filters" && isXContentObject(value)) {
      // A fixed order, whatever that of the request.
      parsed.filters = Object.keys(value)
        .sort()
        .map((filter) => ({ key: filter, query: parser.parseInner(value, filter) }));
    } else if (key === "filters" && Array.isArray(value)) {
      parsed.keyed = false;
      parsed.filters = value.map((_, index) => ({
        key: String(index),
        query: parser.parseInner(value, index),
      }));
    } else {
      const token = tokenName(value);
      const what =
        token === "START_OBJECT" ||
        token === "START_ARRAY" ||
        token === "VALUE_BOOLEAN" ||
        token === "VALUE_STRING"
          ? "Unknown key for a"
          : "Unexpected";
      throw parsingException(
        what === "Unexpected"
          ? `Unexpected token ${token} in [${name}].`
          : `${what} ${token} in [${name}]: [${key}].`,
        parser.source.locate(object, key, "value"),
      );
    }
  }
  return parsed;
}

class FiltersAggregator extends FixedBucketsAggregator {
  private readonly weights: readonly Weight[];
  private readonly otherBucket: boolean;

  constructor(
    factory: AggregatorFactory,
    context: AggregationContext,
    parent: Aggregator | undefined,
    keys: readonly string[],
    keyed: boolean,
    queries: readonly Query[],
    otherBucket: boolean,
  ) {
    super(factory, context, parent, {
      type: "filters",
      keyed,
      showsKey: false,
      buckets: keys.map((key) => ({ key, shown: {} })),
    });
    this.weights = queries.map((query) => context.searcher.weigh(query, "complete-no-scores"));
    this.otherBucket = otherBucket;
  }

  leafCollector(leaf: LeafContext, scorer: () => Scorable): LeafBucketCollector {
    this.openLeaf(leaf, scorer);
    const filters = this.weights.map((weight) => leafFilterOf(weight, leaf));
    const { count, otherBucket } = this;
    return {
      collect: (doc, owner) => {
        let matched = false;
        for (let i = 0; i < filters.length; i++) {
          if (filters[i]?.(doc) !== true) continue;
          matched = true;
          this.collectBucket(doc, owner * count + i);
        }
        if (otherBucket && !matched) this.collectBucket(doc, owner * count + count - 1);
      },
    };
  }
}
