// stats: count, min, max, avg and sum in one pass.
// Upstream: org.opensearch.search.aggregations.metrics.{StatsAggregator,InternalStats}.

import type { XContentObject, XContentValue } from "../../../xcontent/index.ts";
import type { DocValueFormat } from "../../mapping/index.ts";
import { doubleToJson } from "../field-values.ts";
import type { Aggregator, InternalAggregation, LeafBucketCollector } from "./aggregator.ts";
import { CompensatedSum, CompensatedSums, grownDoubles } from "./compensated-sum.ts";
import type { ResultHead } from "./numeric-metric.ts";
import type { NumericValues } from "./numeric-values.ts";
import { metricParser, NumericAggregator } from "./simple-metrics.ts";

/** Count, sum and extremes of numbers. */
export interface StatsValues {
  readonly count: number;
  readonly sum: number;
  readonly min: number;
  readonly max: number;
}

const EMPTY_STATS: StatsValues = { count: 0, sum: 0, min: Infinity, max: -Infinity };
const METRICS = ["count", "sum", "min", "max", "avg"];

/** Collects stats by bucket. */
export class StatsAggregator extends NumericAggregator {
  override readonly sortKind: Aggregator["sortKind"] = "metrics";
  protected readonly sums = new CompensatedSums();
  protected counts = new Float64Array(8);
  protected mins = new Float64Array(8).fill(Infinity);
  protected maxes = new Float64Array(8).fill(-Infinity);

  protected grow(size: number): void {
    this.sums.grow(size);
    if (size <= this.counts.length) return;
    this.counts = grownDoubles(this.counts, size);
    this.mins = grownDoubles(this.mins, size, Infinity);
    this.maxes = grownDoubles(this.maxes, size, -Infinity);
  }

  protected numberCollector(values: NumericValues): LeafBucketCollector {
    return {
      collect: (doc, bucket) => {
        const count = values.advance(doc);
        if (count === 0) return;
        this.grow(bucket + 1);
        this.counts[bucket]! += count;
        for (let i = 0; i < count; i++) {
          const value = values.nextDouble();
          this.sums.add(bucket, value);
          if (value < this.mins[bucket]!) this.mins[bucket] = value;
          if (value > this.maxes[bucket]!) this.maxes[bucket] = value;
        }
      },
    };
  }

  protected statsOf(bucket: number): StatsValues {
    if (bucket >= this.counts.length) return EMPTY_STATS;
    return {
      count: this.counts[bucket]!,
      sum: this.sums.get(bucket),
      min: this.mins[bucket]!,
      max: this.maxes[bucket]!,
    };
  }

  hasMetric(key: string): boolean {
    return METRICS.includes(key);
  }

  metric(key: string | undefined, bucket: number): number {
    return statsMetric(this.statsOf(bucket), key);
  }

  buildAggregation(bucket: number): InternalAggregation {
    return new InternalStats(this, this.format, this.statsOf(bucket));
  }

  buildEmptyAggregation(): InternalAggregation {
    return new InternalStats(this, this.format, EMPTY_STATS);
  }
}

/** One of the five metrics. */
export function statsMetric(stats: StatsValues, key: string | undefined): number {
  switch (key) {
    case "count":
      return stats.count;
    case "sum":
      return stats.sum;
    case "min":
      return stats.min;
    case "max":
      return stats.max;
    default:
      return stats.sum / stats.count;
  }
}

/** Adds up stats; Kahan over the sums. */
export function mergeStats(all: readonly StatsValues[]): StatsValues {
  const sum = new CompensatedSum();
  let count = 0;
  let min = Infinity;
  let max = -Infinity;
  for (const one of all) {
    sum.add(one.sum);
    count += one.count;
    min = Math.min(min, one.min);
    max = Math.max(max, one.max);
  }
  return { count, sum: sum.value, min, max };
}

/** The members of stats in a response. */
export function statsToXContent(stats: StatsValues, format: DocValueFormat): XContentObject {
  const { count, sum, min, max } = stats;
  if (count === 0) return { count: 0, min: null, max: null, avg: null, sum: 0 };
  const avg = sum / count;
  const shown: XContentObject = {
    count,
    min: doubleToJson(min),
    max: doubleToJson(max),
    avg: doubleToJson(avg),
    sum: doubleToJson(sum),
  };
  if (!format.isRaw) {
    // Not always texts: upstream shows booleans as such here.
    const show = (value: number): XContentValue => format.formatDouble(value) as XContentValue;
    shown["min_as_string"] = show(min);
    shown["max_as_string"] = show(max);
    shown["avg_as_string"] = show(avg);
    shown["sum_as_string"] = show(sum);
  }
  return shown;
}

class InternalStats implements InternalAggregation {
  readonly type = "stats";
  readonly name: string;
  readonly metadata: XContentObject | undefined;
  private readonly format: DocValueFormat;
  private readonly stats: StatsValues;

  constructor(head: ResultHead, format: DocValueFormat, stats: StatsValues) {
    this.name = head.name;
    this.metadata = head.metadata;
    this.format = format;
    this.stats = stats;
  }

  sortValue(key: string | undefined): number {
    return statsMetric(this.stats, key);
  }

  reduce(all: readonly InternalAggregation[]): InternalAggregation {
    const stats = mergeStats(all.map((one) => (one as InternalStats).stats));
    return new InternalStats(this, this.format, stats);
  }

  toXContent(): XContentObject {
    return statsToXContent(this.stats, this.format);
  }
}

/** `stats`. */
export const parseStats = metricParser("stats", (...parts) => new StatsAggregator(...parts));
