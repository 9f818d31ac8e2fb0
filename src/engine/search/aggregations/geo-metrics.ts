// geo_bounds and geo_centroid: the box around points and their middle.
// Upstream: org.opensearch.geo.search.aggregations.metrics.{GeoBoundsAggregator,InternalGeoBounds},
// org.opensearch.search.aggregations.metrics.{GeoCentroidAggregator,InternalGeoCentroid}.

import { illegalArgument } from "../../../base/index.ts";
import type { LeafContext, SortedNumericDocValues } from "../../../lucene/index/index.ts";
import { decodeLatitude, decodeLongitude } from "../../../lucene/search/index.ts";
import type { XContentObject } from "../../../xcontent/index.ts";
import { leafNumbers } from "../field-values.ts";
import { AggregationBody } from "./aggregation-body.ts";
import {
  type AggregationContext,
  type Aggregator,
  type AggregatorFactory,
  type InternalAggregation,
  type LeafBucketCollector,
  NO_OP_COLLECTOR,
} from "./aggregator.ts";
import { MetricsAggregator } from "./base-aggregator.ts";
import { CompensatedSum } from "./compensated-sum.ts";
import type { ResultHead } from "./numeric-metric.ts";
import type { AggregationParser } from "./parse.ts";
import { parseValuesSource, ValuesSource } from "./values-source.ts";

/** Something that points are added to, and that merges with others of its kind. */
interface PointSummary {
  add(latitude: number, longitude: number): void;
  merge(other: this): void;
  show(): XContentObject;
}

function pointParser(
  type: "geo_bounds" | "geo_centroid",
  take: (body: AggregationBody) => () => PointSummary,
): AggregationParser {
  return (object, parts, parser) => {
    const body = new AggregationBody(object, parser, type);
    const make = take(body);
    const options = parseValuesSource(body, { formattable: false });
    body.finish();
    if (options.missing !== undefined) {
      throw illegalArgument(`[${type}] with [missing] is not supported`);
    }
    const factory: AggregatorFactory = {
      ...parts,
      type,
      create: (context, parent) => {
        const source = new ValuesSource(context, options, "geo_point");
        source.expect(type, ["geo_point"]);
        return new PointAggregator(factory, context, parent, source, make);
      },
    };
    return factory;
  };
}

class PointAggregator extends MetricsAggregator {
  override readonly sortKind: Aggregator["sortKind"] = undefined;
  private readonly source: ValuesSource;
  private readonly make: () => PointSummary;
  private readonly summaries: (PointSummary | undefined)[] = [];

  constructor(
    factory: AggregatorFactory,
    context: AggregationContext,
    parent: Aggregator | undefined,
    source: ValuesSource,
    make: () => PointSummary,
  ) {
    super(factory, context, parent);
    this.source = source;
    this.make = make;
  }

  leafCollector(leaf: LeafContext): LeafBucketCollector {
    const field = this.source.fieldType?.name;
    const values = field === undefined ? undefined : leafNumbers(leaf, field);
    return values === undefined ? NO_OP_COLLECTOR : this.pointCollector(values);
  }

  private pointCollector(values: SortedNumericDocValues): LeafBucketCollector {
    const { summaries, make } = this;
    return {
      collect: (doc, bucket) => {
        if (!values.advanceExact(doc)) return;
        const summary = (summaries[bucket] ??= make());
        for (let left = values.docValueCount(); left > 0; left--) {
          values.nextValue();
          summary.add(decodeLatitude(values.longHigh()), decodeLongitude(values.longLow() | 0));
        }
      },
    };
  }

  buildAggregation(bucket: number): InternalAggregation {
    return new InternalPoints(this, this.type, this.make, this.summaries[bucket] ?? this.make());
  }

  buildEmptyAggregation(): InternalAggregation {
    return new InternalPoints(this, this.type, this.make, this.make());
  }
}

class InternalPoints implements InternalAggregation {
  readonly name: string;
  readonly metadata: XContentObject | undefined;
  readonly type: string;
  private readonly make: () => PointSummary;
  private readonly summary: PointSummary;

  constructor(head: ResultHead, type: string, make: () => PointSummary, summary: PointSummary) {
    this.name = head.name;
    this.metadata = head.metadata;
    this.type = type;
    this.make = make;
    this.summary = summary;
  }

  reduce(all: readonly InternalAggregation[]): InternalAggregation {
    const merged = this.make();
    for (const one of all) merged.merge((one as InternalPoints).summary);
    return new InternalPoints(this, this.type, this.make, merged);
  }

  toXContent(): XContentObject {
    return this.summary.show();
  }
}

/** Ends of the points, those east and west of Greenwich apart. */
class Bounds implements PointSummary {
  private readonly wrapLongitude: boolean;
  private top = -Infinity;
  private bottom = Infinity;
  private eastLeft = Infinity;
  private eastRight = -Infinity;
  private westLeft = Infinity;
  private westRight = -Infinity;

  constructor(wrapLongitude: boolean) {
    this.wrapLongitude = wrapLongitude;
  }

  add(latitude: number, longitude: number): void {
    this.top = Math.max(this.top, latitude);
    this.bottom = Math.min(this.bottom, latitude);
    if (longitude >= 0) {
      this.eastLeft = Math.min(this.eastLeft, longitude);
      this.eastRight = Math.max(this.eastRight, longitude);
    } else {
      this.westLeft = Math.min(this.westLeft, longitude);
      this.westRight = Math.max(this.westRight, longitude);
    }
  }

  merge(other: this): void {
    this.top = Math.max(this.top, other.top);
    this.bottom = Math.min(this.bottom, other.bottom);
    this.eastLeft = Math.min(this.eastLeft, other.eastLeft);
    this.eastRight = Math.max(this.eastRight, other.eastRight);
    this.westLeft = Math.min(this.westLeft, other.westLeft);
    this.westRight = Math.max(this.westRight, other.westRight);
  }

  private sides(): readonly [number, number] {
    const { eastLeft, eastRight, westLeft, westRight } = this;
    if (eastLeft === Infinity) return [westLeft, westRight];
    if (westLeft === Infinity) return [eastLeft, eastRight];
    // The box may cross the date line where that makes it narrower.
    const plain = eastRight - westLeft;
    const wrapped = 180 - eastLeft - (-180 - westRight);
    return this.wrapLongitude && plain > wrapped ? [eastLeft, westRight] : [westLeft, eastRight];
  }

  show(): XContentObject {
    if (this.top === -Infinity) return {};
    const [left, right] = this.sides();
    return {
      bounds: {
        top_left: { lat: this.top, lon: left },
        bottom_right: { lat: this.bottom, lon: right },
      },
    };
  }
}

/** Sums of the coordinates. */
class Centroid implements PointSummary {
  private readonly latitudes = new CompensatedSum();
  private readonly longitudes = new CompensatedSum();
  private count = 0;

  add(latitude: number, longitude: number): void {
    this.latitudes.add(latitude);
    this.longitudes.add(longitude);
    this.count++;
  }

  merge(other: this): void {
    if (other.count === 0) return;
    this.latitudes.value += other.count * (other.latitudes.value / other.count);
    this.longitudes.value += other.count * (other.longitudes.value / other.count);
    this.count += other.count;
  }

  show(): XContentObject {
    const { count } = this;
    if (count === 0) return { count };
    const location = { lat: this.latitudes.value / count, lon: this.longitudes.value / count };
    return { location, count };
  }
}

/** `geo_bounds`. */
export const parseGeoBounds = pointParser("geo_bounds", (body) => {
  const wrapLongitude = body.takeBoolean("wrap_longitude") ?? true;
  return () => new Bounds(wrapLongitude);
});
/** `geo_centroid`. */
export const parseGeoCentroid = pointParser("geo_centroid", () => () => new Centroid());
