// date_histogram: buckets of a calendar unit or of a fixed length over dates.
// Upstream: org.opensearch.search.aggregations.bucket.histogram.{DateHistogramAggregationBuilder,
// DateHistogramAggregator,LongBounds}.

import { illegalArgument } from "../../../base/index.ts";
import type { LeafContext } from "../../../lucene/index/index.ts";
import type { Scorable } from "../../../lucene/search/index.ts";
import type { Rounding } from "../../time/index.ts";
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
import {
  type DateInterval,
  roundingOf,
  takeDateInterval,
  takeDateOffset,
} from "./date-interval.ts";
import { takeMinDocCount } from "./histogram.ts";
import { type HistogramParts, InternalHistogram } from "./internal-histogram.ts";
import type { AggregationParser } from "./parse.ts";
import { countablePoints, countByPoints } from "./points-counter.ts";
import { parseValuesSource, ValuesSource } from "./values-source.ts";

/** Bounds as the request has them: texts are read by the field's format. */
interface RawBounds {
  readonly min: string | number | undefined;
  readonly max: string | number | undefined;
}

interface Bounds {
  readonly min: number | undefined;
  readonly max: number | undefined;
}

interface DateHistogramOptions {
  readonly interval: DateInterval | undefined;
  readonly offsetMs: number;
  readonly keyed: boolean;
  readonly minDocCount: number;
  readonly order: BucketOrder;
  readonly extended: RawBounds | undefined;
  readonly hard: RawBounds | undefined;
}

/** `date_histogram`. */
export const parseDateHistogram: AggregationParser = (object, parts, parser) => {
  const body = new AggregationBody(object, parser, "date_histogram");
  const options: DateHistogramOptions = {
    interval: takeDateInterval(body),
    offsetMs: takeDateOffset(body),
    keyed: body.takeBoolean("keyed") ?? false,
    minDocCount: takeMinDocCount(body, parts.name),
    order: takeOrder(body, KEY_ORDER),
    extended: takeBounds(body, "extended_bounds"),
    hard: takeBounds(body, "hard_bounds"),
  };
  const values = parseValuesSource(body, { timeZoneAware: true });
  body.finish();
  const factory: AggregatorFactory = {
    ...parts,
    type: "date_histogram",
    create: (context, parent) => {
      const source = new ValuesSource(context, values, "date");
      source.expect("date_histogram", ["numeric", "date", "boolean"]);
      return new DateHistogramAggregator(
        factory,
        context,
        parent,
        source,
        options,
        values.timeZone,
      );
    },
  };
  return factory;
};

function takeBounds(body: AggregationBody, key: string): RawBounds | undefined {
  const object = body.takeObject(key);
  if (object === undefined) return undefined;
  return body.converted(
    key,
    () => {
      const inner = body.inner(object, "bounds");
      const take = (name: string): string | number | undefined =>
        inner.take(name, ["VALUE_NUMBER", "VALUE_STRING", "VALUE_NULL"], (value) =>
          typeof value === "number" ? Math.trunc(value) : String(value),
        );
      const bounds = { min: take("min"), max: take("max") };
      inner.finish();
      return bounds;
    },
    "end",
  );
}

class DateHistogramAggregator extends BucketsAggregator {
  private readonly source: ValuesSource;
  private readonly options: DateHistogramOptions;
  private readonly rounding: Rounding;
  private readonly plainRounding: Rounding;
  private readonly extended: Bounds | undefined;
  private readonly hard: Bounds | undefined;
  private readonly ords = new KeyedBucketOrds<number>();

  constructor(
    factory: AggregatorFactory,
    context: AggregationContext,
    parent: Aggregator | undefined,
    source: ValuesSource,
    options: DateHistogramOptions,
    timeZone: string | undefined,
  ) {
    super(factory, context, parent);
    this.source = source;
    this.options = options;
    this.rounding = roundingOf(options.interval, timeZone, options.offsetMs);
    this.plainRounding = roundingOf(options.interval, timeZone, 0);
    this.extended = this.bounds("extended_bounds", options.extended);
    this.hard = this.bounds("hard_bounds", options.hard);
    this.checkBounds();
    validateOrder(options.order, this);
  }

  private bounds(what: string, raw: RawBounds | undefined): Bounds | undefined {
    if (raw === undefined) return undefined;
    const read = (value: string | number | undefined): number | undefined =>
      typeof value !== "string"
        ? value
        : Number(this.source.format.parseLong(value, false, () => this.context.shard.nowMillis));
    const min = read(raw.min);
    const max = read(raw.max);
    if (min !== undefined && max !== undefined && min > max) {
      throw illegalArgument(
        `[${what}.min][${min}] cannot be greater than [${what}.max][${max}] for ` +
          `histogram aggregation [${this.name}]`,
      );
    }
    const round = (value: number | undefined): number | undefined =>
      value === undefined ? undefined : this.plainRounding.round(value);
    return { min: round(min), max: round(max) };
  }

  private checkBounds(): void {
    const { extended, hard, options } = this;
    if (extended === undefined || hard === undefined) return;
    const above = (extended.max ?? -Infinity) > (hard.max ?? Infinity);
    const below = (extended.min ?? Infinity) < (hard.min ?? -Infinity);
    if (!above && !below) return;
    const show = (bounds: RawBounds): string => `${bounds.min ?? ""}--${bounds.max ?? ""}`;
    throw illegalArgument(
      "Extended bounds have to be inside hard bounds, hard bounds: " +
        `[${show(options.hard!)}], extended bounds: [${show(options.extended!)}]`,
    );
  }

  leafCollector(leaf: LeafContext, scorer: () => Scorable): LeafBucketCollector {
    if (!this.source.hasValues) return NO_OP_COLLECTOR;
    this.openLeaf(leaf, scorer);
    const values = this.source.numbers(leaf);
    const { rounding, hard } = this;
    const { min = -Infinity, max = Infinity } = hard ?? {};
    return {
      collect: (doc, owner) => {
        const count = values.advance(doc);
        let previous = NaN;
        for (let i = 0; i < count; i++) {
          const key = rounding.round(Math.trunc(values.nextDouble()));
          if (key === previous) continue;
          previous = key;
          if (key >= max || key < min) continue;
          this.collectBucket(doc, this.ords.add(owner, key));
        }
      },
    };
  }

  collectAll(leaf: LeafContext): boolean {
    const points = this.children.length > 0 ? undefined : countablePoints(this.source, leaf);
    if (points === undefined) return false;
    const { hard } = this;
    const { min = -Infinity, max = Infinity } = hard ?? {};
    countByPoints(
      points,
      (value) => this.rounding.round(value),
      (key, count) => {
        if (key < max && key >= min) this.countDocs(this.ords.add(0, key), count);
      },
    );
    return true;
  }

  private parts(): HistogramParts {
    const { order, minDocCount, keyed, offsetMs } = this.options;
    const { extended } = this;
    const shifted = (bound: number | undefined): number | undefined =>
      bound === undefined ? undefined : bound + offsetMs;
    return {
      type: "date_histogram",
      order,
      minDocCount,
      keyed,
      format: this.source.format,
      gaps:
        minDocCount !== 0
          ? undefined
          : {
              nextKey: (key) => this.plainRounding.next(key - offsetMs) + offsetMs,
              firstKey: shifted(extended?.min),
              lastKey: shifted(extended?.max),
              emptyAggregations: this.emptyBucketAggregations(),
            },
    };
  }

  override buildAggregations(owners: readonly number[]): InternalAggregation[] {
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
              key: this.ords.keys[ord]!,
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
