// sum, avg, min, max, value_count.
// Upstream: org.opensearch.search.aggregations.metrics.{Sum,Avg,Min,Max,ValueCount}Aggregator and
// their Internal classes.

import type { LeafContext } from "../../../lucene/index/index.ts";
import type { XContentObject } from "../../../xcontent/index.ts";
import type { DocValueFormat } from "../../mapping/index.ts";
import { AggregationBody } from "./aggregation-body.ts";
import type {
  AggregationContext,
  Aggregator,
  AggregatorFactory,
  InternalAggregation,
  LeafBucketCollector,
} from "./aggregator.ts";
import { NO_OP_COLLECTOR } from "./aggregator.ts";
import { MetricsAggregator } from "./base-aggregator.ts";
import { CompensatedSum, CompensatedSums, grownDoubles } from "./compensated-sum.ts";
import { InternalSingleValue, type ResultHead } from "./numeric-metric.ts";
import type { NumericValues } from "./numeric-values.ts";
import type { AggregationParser } from "./parse.ts";
import { valueCounter } from "./value-counter.ts";
import { parseValuesSource, ValuesSource, type ValuesSourceKind } from "./values-source.ts";

/** Kinds that metrics of numbers read. */
export const NUMERIC_KINDS: readonly ValuesSourceKind[] = ["numeric", "date", "boolean"];

type Make = (
  factory: AggregatorFactory,
  context: AggregationContext,
  parent: Aggregator | undefined,
  source: ValuesSource,
) => Aggregator;

/** A parser of a metric that has no members but those of its values source. */
export function metricParser(
  type: string,
  make: Make,
  kinds: readonly ValuesSourceKind[] | "any" = NUMERIC_KINDS,
  defaultKind: ValuesSourceKind = "numeric",
): AggregationParser {
  return (object, parts, parser) => {
    const body = new AggregationBody(object, parser, type);
    const options = parseValuesSource(body);
    body.finish();
    const factory: AggregatorFactory = {
      ...parts,
      type,
      create: (context, parent) => {
        const source = new ValuesSource(context, options, defaultKind);
        if (kinds !== "any") source.expect(type, kinds);
        return make(factory, context, parent, source);
      },
    };
    return factory;
  };
}

/** A metric of numbers. */
export abstract class NumericAggregator extends MetricsAggregator {
  protected readonly source: ValuesSource;

  constructor(
    factory: AggregatorFactory,
    context: AggregationContext,
    parent: Aggregator | undefined,
    source: ValuesSource,
  ) {
    super(factory, context, parent);
    this.source = source;
  }

  get format(): DocValueFormat {
    return this.source.format;
  }

  leafCollector(leaf: LeafContext): LeafBucketCollector {
    if (!this.source.hasValues) return NO_OP_COLLECTOR;
    return this.numberCollector(this.source.numbers(leaf));
  }

  protected abstract numberCollector(values: NumericValues): LeafBucketCollector;
}

class SumAggregator extends NumericAggregator {
  private readonly sums = new CompensatedSums();

  protected numberCollector(values: NumericValues): LeafBucketCollector {
    const { sums } = this;
    return {
      collect: (doc, bucket) => {
        const count = values.advance(doc);
        if (count === 0) return;
        sums.grow(bucket + 1);
        for (let i = 0; i < count; i++) sums.add(bucket, values.nextDouble());
      },
    };
  }

  metric(_key: string | undefined, bucket: number): number {
    return this.sums.get(bucket);
  }

  buildAggregation(bucket: number): InternalAggregation {
    return new InternalSum(this, this.format, this.sums.get(bucket));
  }

  buildEmptyAggregation(): InternalAggregation {
    return new InternalSum(this, this.format, 0);
  }
}

class InternalSum extends InternalSingleValue {
  readonly type = "sum";
  private readonly sum: number;

  constructor(head: ResultHead, format: DocValueFormat, sum: number) {
    super(head, format);
    this.sum = sum;
  }

  value(): number {
    return this.sum;
  }

  reduce(all: readonly InternalAggregation[]): InternalAggregation {
    const sum = new CompensatedSum();
    for (const one of all) sum.add((one as InternalSum).sum);
    return new InternalSum(this, this.format, sum.value);
  }
}

class AvgAggregator extends NumericAggregator {
  private readonly sums = new CompensatedSums();
  private counts = new Float64Array(8);

  protected numberCollector(values: NumericValues): LeafBucketCollector {
    const { sums } = this;
    return {
      collect: (doc, bucket) => {
        const count = values.advance(doc);
        if (count === 0) return;
        sums.grow(bucket + 1);
        if (bucket >= this.counts.length) this.counts = grownDoubles(this.counts, bucket + 1);
        this.counts[bucket]! += count;
        for (let i = 0; i < count; i++) sums.add(bucket, values.nextDouble());
      },
    };
  }

  private count(bucket: number): number {
    return bucket < this.counts.length ? this.counts[bucket]! : 0;
  }

  metric(_key: string | undefined, bucket: number): number {
    return this.sums.get(bucket) / this.count(bucket);
  }

  buildAggregation(bucket: number): InternalAggregation {
    return new InternalAvg(this, this.format, this.sums.get(bucket), this.count(bucket));
  }

  buildEmptyAggregation(): InternalAggregation {
    return new InternalAvg(this, this.format, 0, 0);
  }
}

class InternalAvg extends InternalSingleValue {
  readonly type = "avg";
  private readonly sum: number;
  private readonly count: number;

  constructor(head: ResultHead, format: DocValueFormat, sum: number, count: number) {
    super(head, format);
    this.sum = sum;
    this.count = count;
  }

  value(): number {
    return this.sum / this.count;
  }

  protected override get hasValue(): boolean {
    return this.count !== 0;
  }

  reduce(all: readonly InternalAggregation[]): InternalAggregation {
    const sum = new CompensatedSum();
    let count = 0;
    for (const one of all) {
      sum.add((one as InternalAvg).sum);
      count += (one as InternalAvg).count;
    }
    return new InternalAvg(this, this.format, sum.value, count);
  }
}

/** min and max. */
class ExtremeAggregator extends NumericAggregator {
  private readonly isMax: boolean;
  private values: Float64Array;

  constructor(
    factory: AggregatorFactory,
    context: AggregationContext,
    parent: Aggregator | undefined,
    source: ValuesSource,
    isMax: boolean,
  ) {
    super(factory, context, parent, source);
    this.isMax = isMax;
    this.values = new Float64Array(8).fill(this.empty);
  }

  private get empty(): number {
    return this.isMax ? -Infinity : Infinity;
  }

  protected numberCollector(values: NumericValues): LeafBucketCollector {
    const { isMax } = this;
    return {
      collect: (doc, bucket) => {
        const count = values.advance(doc);
        if (count === 0) return;
        if (bucket >= this.values.length) {
          this.values = grownDoubles(this.values, bucket + 1, this.empty);
        }
        for (let i = 0; i < count; i++) {
          const value = values.nextDouble();
          const best = this.values[bucket]!;
          if (isMax ? value > best : value < best) this.values[bucket] = value;
        }
      },
    };
  }

  metric(_key: string | undefined, bucket: number): number {
    return bucket < this.values.length ? this.values[bucket]! : this.empty;
  }

  buildAggregation(bucket: number): InternalAggregation {
    return new InternalExtreme(this, this.format, this.metric(undefined, bucket), this.isMax);
  }

  buildEmptyAggregation(): InternalAggregation {
    return new InternalExtreme(this, this.format, this.empty, this.isMax);
  }
}

class InternalExtreme extends InternalSingleValue {
  readonly type: string;
  private readonly extreme: number;
  private readonly isMax: boolean;

  constructor(head: ResultHead, format: DocValueFormat, extreme: number, isMax: boolean) {
    super(head, format);
    this.type = isMax ? "max" : "min";
    this.extreme = extreme;
    this.isMax = isMax;
  }

  value(): number {
    return this.extreme;
  }

  protected override get hasValue(): boolean {
    return Number.isFinite(this.extreme);
  }

  reduce(all: readonly InternalAggregation[]): InternalAggregation {
    let best = this.extreme;
    for (const one of all) {
      const { extreme } = one as InternalExtreme;
      best = this.isMax ? Math.max(best, extreme) : Math.min(best, extreme);
    }
    return new InternalExtreme(this, this.format, best, this.isMax);
  }
}

class ValueCountAggregator extends MetricsAggregator {
  private readonly source: ValuesSource;
  private counts = new Float64Array(8);

  constructor(
    factory: AggregatorFactory,
    context: AggregationContext,
    parent: Aggregator | undefined,
    source: ValuesSource,
  ) {
    super(factory, context, parent);
    this.source = source;
  }

  leafCollector(leaf: LeafContext): LeafBucketCollector {
    const advance = valueCounter(this.source, leaf);
    if (advance === undefined) return NO_OP_COLLECTOR;
    return {
      collect: (doc, bucket) => {
        if (bucket >= this.counts.length) this.counts = grownDoubles(this.counts, bucket + 1);
        this.counts[bucket]! += advance(doc);
      },
    };
  }

  metric(_key: string | undefined, bucket: number): number {
    return bucket < this.counts.length ? this.counts[bucket]! : 0;
  }

  buildAggregation(bucket: number): InternalAggregation {
    return new InternalValueCount(this, this.metric(undefined, bucket));
  }

  buildEmptyAggregation(): InternalAggregation {
    return new InternalValueCount(this, 0);
  }
}

class InternalValueCount implements InternalAggregation {
  readonly type = "value_count";
  readonly name: string;
  readonly metadata: XContentObject | undefined;
  private readonly count: number;

  constructor(head: ResultHead, count: number) {
    this.name = head.name;
    this.metadata = head.metadata;
    this.count = count;
  }

  sortValue(): number {
    return this.count;
  }

  reduce(all: readonly InternalAggregation[]): InternalAggregation {
    const sum = all.reduce((total, one) => total + (one as InternalValueCount).count, 0);
    return new InternalValueCount(this, sum);
  }

  toXContent(): XContentObject {
    return { value: this.count };
  }
}

/** `sum`. */
export const parseSum = metricParser("sum", (...parts) => new SumAggregator(...parts));
/** `avg`. */
export const parseAvg = metricParser("avg", (...parts) => new AvgAggregator(...parts));
/** `min`. */
export const parseMin = metricParser("min", (...parts) => new ExtremeAggregator(...parts, false));
/** `max`. */
export const parseMax = metricParser("max", (...parts) => new ExtremeAggregator(...parts, true));
/** `value_count`, of any kind of values. */
export const parseValueCount = metricParser(
  "value_count",
  (...parts) => new ValueCountAggregator(...parts),
  "any",
  "bytes",
);
