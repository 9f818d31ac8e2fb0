// percentiles and percentile_ranks, by a t-digest.
// Upstream: org.opensearch.search.aggregations.metrics.{PercentilesAggregationBuilder,
// PercentileRanksAggregationBuilder,AbstractInternalTDigestPercentiles}.

import { illegalArgument } from "../../../base/index.ts";
import { setMember, type XContentObject, type XContentValue } from "../../../xcontent/index.ts";
import { type DocValueFormat, javaDouble } from "../../mapping/index.ts";
import { doubleToJson } from "../field-values.ts";
import { AggregationBody, failedToBuild, toDouble } from "./aggregation-body.ts";
import type {
  AggregationContext,
  Aggregator,
  AggregatorFactory,
  InternalAggregation,
  LeafBucketCollector,
} from "./aggregator.ts";
import { MergingDigest } from "./merging-digest.ts";
import { formatDouble, type ResultHead } from "./numeric-metric.ts";
import type { NumericValues } from "./numeric-values.ts";
import type { AggregationParser } from "./parse.ts";
import { NUMERIC_KINDS, NumericAggregator } from "./simple-metrics.ts";
import { parseValuesSource, ValuesSource } from "./values-source.ts";

const DEFAULT_PERCENTS = [1, 5, 25, 50, 75, 95, 99];
const COMPRESSION_DEFAULT = 100;

interface PercentilesOptions {
  readonly type: "percentiles" | "percentile_ranks";
  /** Percents, or values, ascending. */
  readonly keys: readonly number[];
  readonly keyed: boolean;
  readonly compression: number;
}

function percentilesParser(type: PercentilesOptions["type"]): AggregationParser {
  return (object, parts, parser) => {
    const body = new AggregationBody(object, parser, type);
    const keyed = body.takeBoolean("keyed") ?? true;
    const keys = takeKeys(body, type, parts.name);
    if (Object.hasOwn(body.object, "hdr")) {
      throw illegalArgument(`[${type}] by [hdr] is not supported`);
    }
    const compression = takeCompression(body, parts.name);
    const values = parseValuesSource(body);
    body.finish();
    const options: PercentilesOptions = { type, keys, keyed, compression };
    const factory: AggregatorFactory = {
      ...parts,
      type,
      create: (context, parent) => {
        const source = new ValuesSource(context, values, "numeric");
        source.expect(type, NUMERIC_KINDS);
        return new PercentilesAggregator(factory, context, parent, source, options);
      },
    };
    return factory;
  };
}

/** `percentiles`. */
export const parsePercentiles = percentilesParser("percentiles");
/** `percentile_ranks`. */
export const parsePercentileRanks = percentilesParser("percentile_ranks");

function takeKeys(
  body: AggregationBody,
  type: PercentilesOptions["type"],
  name: string,
): readonly number[] {
  const isRanks = type === "percentile_ranks";
  const keys = body.take(
    isRanks ? "values" : "percents",
    ["START_ARRAY", "VALUE_NUMBER", "VALUE_STRING"],
    (value) => (Array.isArray(value) ? value : [value]).map(toDouble),
  );
  if (keys === undefined) {
    if (!isRanks) return DEFAULT_PERCENTS;
    throw illegalArgument(`[values] must not be null: [${name}]`);
  }
  if (keys.length === 0) {
    const what = isRanks ? "values" : "percents";
    throw failedToBuild(type, illegalArgument(`[${what}] must not be empty: [${name}]`));
  }
  const outside = keys.find((key) => !isRanks && (key < 0 || key > 100));
  if (outside !== undefined) {
    throw failedToBuild(
      type,
      illegalArgument(`percent must be in [0,100], got [${javaDouble(outside)}]: [${name}]`),
    );
  }
  return [...keys].sort((a, b) => a - b);
}

function takeCompression(body: AggregationBody, name: string): number {
  const object = body.takeObject("tdigest");
  if (object === undefined) return COMPRESSION_DEFAULT;
  const inner = body.inner(object, "tdigest");
  const compression = inner.takeDouble("compression") ?? COMPRESSION_DEFAULT;
  inner.finish();
  if (compression < 0) {
    throw illegalArgument(
      "[compression] must be greater than or equal to 0. Found " +
        `[${javaDouble(compression)}] in [${name}]`,
    );
  }
  return compression;
}

class PercentilesAggregator extends NumericAggregator {
  override readonly sortKind: Aggregator["sortKind"] = "metrics";
  private readonly options: PercentilesOptions;
  private readonly digests: (MergingDigest | undefined)[] = [];

  constructor(
    factory: AggregatorFactory,
    context: AggregationContext,
    parent: Aggregator | undefined,
    source: ValuesSource,
    options: PercentilesOptions,
  ) {
    super(factory, context, parent, source);
    this.options = options;
  }

  protected numberCollector(values: NumericValues): LeafBucketCollector {
    const { digests, options } = this;
    return {
      collect: (doc, bucket) => {
        const count = values.advance(doc);
        if (count === 0) return;
        const digest = (digests[bucket] ??= new MergingDigest(options.compression));
        for (let i = 0; i < count; i++) digest.add(values.nextDouble());
      },
    };
  }

  hasMetric(key: string): boolean {
    return this.options.keys.includes(Number(key));
  }

  metric(key: string | undefined, bucket: number): number {
    const digest = this.digests[bucket];
    return digest === undefined ? NaN : percentileOf(digest, this.options, Number(key));
  }

  buildAggregation(bucket: number): InternalAggregation {
    return new InternalPercentiles(this, this.format, this.options, this.digests[bucket]);
  }

  buildEmptyAggregation(): InternalAggregation {
    return new InternalPercentiles(this, this.format, this.options, undefined);
  }
}

function percentileOf(digest: MergingDigest, options: PercentilesOptions, key: number): number {
  return options.type === "percentiles" ? digest.quantile(key / 100) : 100 * digest.cdf(key);
}

class InternalPercentiles implements InternalAggregation {
  readonly name: string;
  readonly metadata: XContentObject | undefined;
  private readonly format: DocValueFormat;
  private readonly options: PercentilesOptions;
  private readonly digest: MergingDigest | undefined;

  constructor(
    head: ResultHead,
    format: DocValueFormat,
    options: PercentilesOptions,
    digest: MergingDigest | undefined,
  ) {
    this.name = head.name;
    this.metadata = head.metadata;
    this.format = format;
    this.options = options;
    this.digest = digest;
  }

  get type(): string {
    return `tdigest_${this.options.type}`;
  }

  sortValue(key: string | undefined): number {
    return this.digest === undefined ? NaN : percentileOf(this.digest, this.options, Number(key));
  }

  reduce(all: readonly InternalAggregation[]): InternalAggregation {
    // One shard's digest is not merged with itself; each is compressed before it is read.
    const digests = all
      .map((one) => (one as InternalPercentiles).digest)
      .filter((digest) => digest !== undefined);
    const merged =
      digests.length === 1 && all.length === 1
        ? digests[0]!
        : new MergingDigest(this.options.compression);
    if (merged !== digests[0]) for (const digest of digests) merged.addAll(digest);
    merged.compress();
    return new InternalPercentiles(this, this.format, this.options, merged);
  }

  toXContent(): XContentObject {
    const { digest, format, options } = this;
    const isEmpty = digest === undefined || digest.size === 0;
    const rows = options.keys.map((key) => {
      const value = isEmpty ? NaN : percentileOf(digest, options, key);
      return {
        key,
        value: isEmpty ? null : (doubleToJson(value) as XContentValue),
        text: isEmpty || format.isRaw ? undefined : formatDouble(format, value),
      };
    });
    if (!options.keyed) {
      return {
        values: rows.map(
          ({ key, value, text }): XContentObject =>
            text === undefined ? { key, value } : { key, value, value_as_string: text },
        ),
      };
    }
    const values: XContentObject = {};
    for (const { key, value, text } of rows) {
      setMember(values, javaDouble(key), value);
      if (text !== undefined) setMember(values, `${javaDouble(key)}_as_string`, text);
    }
    return { values };
  }
}
