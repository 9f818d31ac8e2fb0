// extended_stats: stats, squares, variances and bounds of the deviation.
// Upstream: org.opensearch.search.aggregations.metrics.{ExtendedStatsAggregator,
// InternalExtendedStats}.

import { illegalArgument } from "../../../base/index.ts";
import type { XContentObject } from "../../../xcontent/index.ts";
import { type DocValueFormat, javaDouble } from "../../mapping/index.ts";
import { doubleToJson } from "../field-values.ts";
import { AggregationBody } from "./aggregation-body.ts";
import type {
  AggregationContext,
  Aggregator,
  AggregatorFactory,
  InternalAggregation,
  LeafBucketCollector,
} from "./aggregator.ts";
import { CompensatedSums } from "./compensated-sum.ts";
import { formatDouble, type ResultHead } from "./numeric-metric.ts";
import type { NumericValues } from "./numeric-values.ts";
import type { AggregationParser } from "./parse.ts";
import { NUMERIC_KINDS } from "./simple-metrics.ts";
import {
  mergeStats,
  StatsAggregator,
  type StatsValues,
  statsMetric,
  statsToXContent,
} from "./stats.ts";
import { parseValuesSource, ValuesSource } from "./values-source.ts";

interface ExtendedValues extends StatsValues {
  readonly squares: number;
}

/** `extended_stats`. */
export const parseExtendedStats: AggregationParser = (object, parts, parser) => {
  const body = new AggregationBody(object, parser, "extended_stats");
  const sigma = body.takeDouble("sigma") ?? 2;
  if (sigma < 0) {
    throw body.error(
      "[extended_stats] failed to parse field [sigma]",
      "sigma",
      illegalArgument(
        "[sigma] must be greater than or equal to 0. Found " +
          `[${javaDouble(sigma)}] in [${parts.name}]`,
      ),
    );
  }
  const options = parseValuesSource(body);
  body.finish();
  const factory: AggregatorFactory = {
    ...parts,
    type: "extended_stats",
    create: (context, parent) => {
      const source = new ValuesSource(context, options, "numeric");
      source.expect("extended_stats", NUMERIC_KINDS);
      return new ExtendedStatsAggregator(factory, context, parent, source, sigma);
    },
  };
  return factory;
};

const EXTENDED_METRICS = [
  "sum_of_squares",
  "variance",
  "variance_population",
  "variance_sampling",
  "std_deviation",
  "std_deviation_population",
  "std_deviation_sampling",
  "std_upper",
  "std_lower",
  "std_upper_population",
  "std_lower_population",
  "std_upper_sampling",
  "std_lower_sampling",
];

class ExtendedStatsAggregator extends StatsAggregator {
  private readonly squares = new CompensatedSums();
  private readonly sigma: number;

  constructor(
    factory: AggregatorFactory,
    context: AggregationContext,
    parent: Aggregator | undefined,
    source: ValuesSource,
    sigma: number,
  ) {
    super(factory, context, parent, source);
    this.sigma = sigma;
  }

  protected override numberCollector(values: NumericValues): LeafBucketCollector {
    return {
      collect: (doc, bucket) => {
        const count = values.advance(doc);
        if (count === 0) return;
        this.grow(bucket + 1);
        this.squares.grow(bucket + 1);
        this.counts[bucket]! += count;
        for (let i = 0; i < count; i++) {
          const value = values.nextDouble();
          this.sums.add(bucket, value);
          this.squares.add(bucket, value * value);
          if (value < this.mins[bucket]!) this.mins[bucket] = value;
          if (value > this.maxes[bucket]!) this.maxes[bucket] = value;
        }
      },
    };
  }

  private extended(bucket: number): ExtendedValues {
    return { ...this.statsOf(bucket), squares: this.squares.get(bucket) };
  }

  override hasMetric(key: string): boolean {
    return super.hasMetric(key) || EXTENDED_METRICS.includes(key);
  }

  override metric(key: string | undefined, bucket: number): number {
    return extendedMetric(this.extended(bucket), key, this.sigma);
  }

  override buildAggregation(bucket: number): InternalAggregation {
    return new InternalExtendedStats(this, this.format, this.extended(bucket), this.sigma);
  }

  override buildEmptyAggregation(): InternalAggregation {
    return new InternalExtendedStats(this, this.format, this.extended(Infinity), this.sigma);
  }
}

function variance({ squares, sum, count }: ExtendedValues, freedom: number): number {
  const value = (squares - (sum * sum) / count) / (count - freedom);
  return value < 0 ? 0 : value;
}

function extendedMetric(values: ExtendedValues, key: string | undefined, sigma: number): number {
  const freedom = key?.endsWith("_sampling") === true ? 1 : 0;
  const deviation = Math.sqrt(variance(values, freedom));
  const avg = values.sum / values.count;
  if (key === "sum_of_squares") return values.squares;
  if (key?.startsWith("variance") === true) return variance(values, freedom);
  if (key?.startsWith("std_deviation") === true) return deviation;
  if (key?.startsWith("std_upper") === true) return avg + deviation * sigma;
  if (key?.startsWith("std_lower") === true) return avg - deviation * sigma;
  return statsMetric(values, key);
}

const SINGLES = [
  "sum_of_squares",
  "variance",
  "variance_population",
  "variance_sampling",
  "std_deviation",
  "std_deviation_population",
  "std_deviation_sampling",
];
const BOUNDS = [
  "upper",
  "lower",
  "upper_population",
  "lower_population",
  "upper_sampling",
  "lower_sampling",
];

class InternalExtendedStats implements InternalAggregation {
  readonly type = "extended_stats";
  readonly name: string;
  readonly metadata: XContentObject | undefined;
  private readonly format: DocValueFormat;
  private readonly values: ExtendedValues;
  private readonly sigma: number;

  constructor(head: ResultHead, format: DocValueFormat, values: ExtendedValues, sigma: number) {
    this.name = head.name;
    this.metadata = head.metadata;
    this.format = format;
    this.values = values;
    this.sigma = sigma;
  }

  sortValue(key: string | undefined): number {
    return extendedMetric(this.values, key, this.sigma);
  }

  reduce(all: readonly InternalAggregation[]): InternalAggregation {
    const shards = all.map((one) => (one as InternalExtendedStats).values);
    // Not a CompensatedSum: upstream carries the compensation with the other sign here.
    let squares = 0;
    let compensation = 0;
    for (const { squares: value } of shards) {
      if (!Number.isFinite(value)) {
        squares += value;
      } else if (Number.isFinite(squares)) {
        const corrected = value - compensation;
        const next = squares + corrected;
        compensation = next - squares - corrected;
        squares = next;
      }
    }
    const values = { ...mergeStats(shards), squares };
    return new InternalExtendedStats(this, this.format, values, this.sigma);
  }

  toXContent(): XContentObject {
    const { values, format, sigma } = this;
    const shown = statsToXContent(values, format);
    const isEmpty = values.count === 0;
    const add = (
      suffix: string,
      show: (value: number, key: string) => XContentObject[string],
    ): void => {
      const one = (key: string): XContentObject[string] =>
        isEmpty ? null : show(extendedMetric(values, key, sigma), key);
      for (const key of SINGLES) shown[key + suffix] = one(key);
      shown[`std_deviation_bounds${suffix}`] = Object.fromEntries(
        BOUNDS.map((key) => [key, one(`std_${key}`)]),
      );
    };
    add("", doubleToJson);
    if (!isEmpty && !format.isRaw) {
      add("_as_string", (value, key) =>
        key.startsWith("std_")
          ? formatDouble(format, value)
          : (format.formatDouble(value) as XContentObject[string]),
      );
    }
    return shown;
  }
}
