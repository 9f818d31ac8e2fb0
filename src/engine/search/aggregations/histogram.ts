// histogram: buckets of equal width over numbers.
// Upstream: org.opensearch.search.aggregations.bucket.histogram.{HistogramAggregationBuilder,
// NumericHistogramAggregator,DoubleBounds}.

import { illegalArgument } from "../../../base/index.ts";
import type { LeafContext } from "../../../lucene/index/index.ts";
import type { Scorable } from "../../../lucene/search/index.ts";
import { javaDouble } from "../../mapping/index.ts";
import { AggregationBody } from "./aggregation-body.ts";
import type {
  AggregationContext,
  Aggregator,
  AggregatorFactory,
  InternalAggregation,
  LeafBucketCollector,
} from "./aggregator.ts";
import { NO_OP_COLLECTOR } from "./aggregator.ts";
import { BucketsAggregator, KeyedBucketOrds } from "./base-aggregator.ts";
import { type BucketOrder, KEY_ORDER, takeOrder, validateOrder } from "./bucket-order.ts";
import { type GapFilling, type HistogramParts, InternalHistogram } from "./internal-histogram.ts";
import type { AggregationParser } from "./parse.ts";
import { countablePoints, countByPoints } from "./points-counter.ts";
import { parseValuesSource, ValuesSource } from "./values-source.ts";

interface Bounds {
  readonly min: number | undefined;
  readonly max: number | undefined;
}

interface HistogramOptions {
  readonly interval: number;
  readonly offset: number;
  readonly keyed: boolean;
  readonly minDocCount: number;
  readonly order: BucketOrder;
  readonly extended: Bounds | undefined;
  readonly hard: Bounds | undefined;
}

/** `histogram`. */
export const parseHistogram: AggregationParser = (object, parts, parser) => {
  const body = new AggregationBody(object, parser, "histogram");
  const options = takeOptions(body, parts.name);
  const values = parseValuesSource(body);
  body.finish();
  const factory: AggregatorFactory = {
    ...parts,
    type: "histogram",
    create: (context, parent) => {
      const source = new ValuesSource(context, values, "numeric");
      source.expect("histogram", ["numeric", "date", "boolean"]);
      checkBounds(options);
      return new HistogramAggregator(factory, context, parent, source, options);
    },
  };
  return factory;
};

function takeOptions(body: AggregationBody, name: string): HistogramOptions {
  const interval = body.takeDouble("interval");
  if (interval !== undefined && interval <= 0) {
    throw body.error(
      "[histogram] failed to parse field [interval]",
      "interval",
      illegalArgument(`[interval] must be >0 for histogram aggregation [${name}]`),
    );
  }
  const offset = body.takeDouble("offset") ?? 0;
  const keyed = body.takeBoolean("keyed") ?? false;
  const minDocCount = takeMinDocCount(body, name);
  const order = takeOrder(body, KEY_ORDER);
  const extended = takeBounds(body, "extended_bounds");
  const hard = takeBounds(body, "hard_bounds");
  return { interval: interval ?? 0, offset, keyed, minDocCount, order, extended, hard };
}

/** Takes `min_doc_count`; 0 unless it is there. */
export function takeMinDocCount(body: AggregationBody, name: string): number {
  const minDocCount = body.takeLong("min_doc_count") ?? 0;
  if (minDocCount >= 0) return minDocCount;
  const cause = illegalArgument(
    `[minDocCount] must be greater than or equal to 0. Found [${minDocCount}] in [${name}]`,
  );
  throw body.error(`[${body.type}] failed to parse field [min_doc_count]`, "min_doc_count", cause);
}

function takeBounds(body: AggregationBody, key: string): Bounds | undefined {
  const object = body.takeObject(key);
  if (object === undefined) return undefined;
  return body.converted(
    key,
    () => {
      const inner = body.inner(object, "bounds");
      const bounds = { min: inner.takeDouble("min"), max: inner.takeDouble("max") };
      inner.finish();
      for (const [name, value] of Object.entries(bounds)) {
        if (value !== undefined && !Number.isFinite(value)) {
          throw illegalArgument(`${name} bound must be finite, got: ${javaDouble(value)}`);
        }
      }
      const { min = -Infinity, max = Infinity } = bounds;
      if (max < min) {
        throw illegalArgument(
          `max bound [${javaDouble(max)}] must be greater than min bound ` + `[${javaDouble(min)}]`,
        );
      }
      return bounds;
    },
    "end",
  );
}

function showBounds(bounds: Bounds): string {
  const show = (value: number | undefined): string =>
    value === undefined ? "" : javaDouble(value);
  return `${show(bounds.min)}--${show(bounds.max)}`;
}

function checkBounds({ interval, extended, hard }: HistogramOptions): void {
  if (interval <= 0) {
    throw illegalArgument(`interval must be positive, got: ${javaDouble(interval)}`);
  }
  if (extended === undefined || hard === undefined) return;
  const above = (extended.max ?? -Infinity) > (hard.max ?? Infinity);
  const below = (extended.min ?? Infinity) < (hard.min ?? -Infinity);
  if (!above && !below) return;
  throw illegalArgument(
    "Extended bounds have to be inside hard bounds, hard bounds: " +
      `[${showBounds(hard)}], extended bounds: [${showBounds(extended)}]`,
  );
}

class HistogramAggregator extends BucketsAggregator {
  private readonly source: ValuesSource;
  private readonly options: HistogramOptions;
  private readonly ords = new KeyedBucketOrds<number>();

  constructor(
    factory: AggregatorFactory,
    context: AggregationContext,
    parent: Aggregator | undefined,
    source: ValuesSource,
    options: HistogramOptions,
  ) {
    super(factory, context, parent);
    this.source = source;
    this.options = options;
    validateOrder(options.order, this);
  }

  leafCollector(leaf: LeafContext, scorer: () => Scorable): LeafBucketCollector {
    if (!this.source.hasValues) return NO_OP_COLLECTOR;
    this.openLeaf(leaf, scorer);
    const values = this.source.numbers(leaf);
    const { interval, offset, hard } = this.options;
    const { min = -Infinity, max = Infinity } = hard ?? {};
    return {
      collect: (doc, owner) => {
        const count = values.advance(doc);
        let previous = -Infinity;
        for (let i = 0; i < count; i++) {
          const key = Math.floor((values.nextDouble() - offset) / interval);
          if (key === previous) continue;
          previous = key;
          const start = key * interval;
          if (hard !== undefined && (start >= max || start < min)) continue;
          this.collectBucket(doc, this.ords.add(owner, key));
        }
      },
    };
  }

  collectAll(leaf: LeafContext): boolean {
    const points = this.children.length > 0 ? undefined : countablePoints(this.source, leaf);
    if (points === undefined) return false;
    const { hard } = this.options;
    const { min = -Infinity, max = Infinity } = hard ?? {};
    const { interval, offset } = this.options;
    countByPoints(
      points,
      (value) => Math.floor((value - offset) / interval),
      (key, count) => {
        const start = key * interval;
        if (hard !== undefined && (start >= max || start < min)) return;
        this.countDocs(this.ords.add(0, key), count);
      },
    );
    return true;
  }

  private parts(): HistogramParts {
    const { order, minDocCount, keyed } = this.options;
    return {
      type: "histogram",
      order,
      minDocCount,
      keyed,
      format: this.source.format,
      gaps: minDocCount === 0 ? this.gaps() : undefined,
    };
  }

  private gaps(): GapFilling {
    const { interval, offset, extended } = this.options;
    const round = (key: number): number =>
      Math.floor((key - offset) / interval) * interval + offset;
    return {
      nextKey: (key) => round(key + interval + interval / 2),
      firstKey: extended?.min === undefined ? undefined : round(extended.min),
      lastKey: extended?.max,
      emptyAggregations: this.emptyBucketAggregations(),
    };
  }

  override buildAggregations(owners: readonly number[]): InternalAggregation[] {
    const { interval, offset } = this.options;
    const parts = this.parts();
    const ords = owners.map((owner) => this.ords.ordsOf(owner));
    const flat = ords.flat();
    this.context.buckets.accept(flat.length);
    const results = this.bucketAggregations(flat);
    let at = 0;
    return ords.map(
      (list) =>
        new InternalHistogram(
          this,
          parts,
          list
            .map((ord) => ({
              key: this.ords.keys[ord]! * interval + offset,
              docCount: this.docCount(ord),
              aggregations: results[at++]!,
            }))
            .sort((a, b) => a.key - b.key),
        ),
    );
  }

  buildAggregation(owner: number): InternalAggregation {
    return this.buildAggregations([owner])[0]!;
  }

  buildEmptyAggregation(): InternalAggregation {
    return new InternalHistogram(this, this.parts(), []);
  }
}
