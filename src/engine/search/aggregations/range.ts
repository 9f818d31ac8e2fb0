// range and date_range: buckets [from, to) over numbers and dates; they may overlap.
// Upstream: org.opensearch.search.aggregations.bucket.range.{RangeAggregationBuilder,
// DateRangeAggregationBuilder,RangeAggregator,InternalRange,InternalDateRange}.

import { illegalArgument } from "../../../base/index.ts";
import type { LeafContext } from "../../../lucene/index/index.ts";
import type { Scorable } from "../../../lucene/search/index.ts";
import {
  isXContentObject,
  type XContentObject,
  type XContentValue,
} from "../../../xcontent/index.ts";
import { type DocValueFormat, javaDouble } from "../../mapping/index.ts";
import { textOf } from "../object-reader.ts";
import { tokenName } from "../source-location.ts";
import { AggregationBody } from "./aggregation-body.ts";
import {
  type AggregationContext,
  type Aggregator,
  type AggregatorFactory,
  type LeafBucketCollector,
  NO_OP_COLLECTOR,
} from "./aggregator.ts";
import { type FixedBucket, FixedBucketsAggregator } from "./fixed-buckets.ts";
import { formatDouble } from "./numeric-metric.ts";
import type { AggregationParser } from "./parse.ts";
import { parseValuesSource, ValuesSource } from "./values-source.ts";

/** A range of the request: numbers, or texts that the field's format reads. */
interface RawRange {
  readonly key: string | undefined;
  readonly from: string | number | undefined;
  readonly to: string | number | undefined;
}

interface NumberRange {
  readonly key: string | undefined;
  readonly from: number;
  readonly to: number;
}

/** Takes `ranges`, each read by `read`. */
export function takeRanges<T>(
  body: AggregationBody,
  read: (range: AggregationBody) => T,
): T[] | undefined {
  return body.take("ranges", ["START_ARRAY"], (value) =>
    (value as XContentValue[]).map((item) => {
      if (!isXContentObject(item)) {
        throw illegalArgument(`Expected [START_OBJECT] but found [${tokenName(item)}]`);
      }
      return read(body.inner(item, "range"));
    }),
  );
}

/** A range's key: a text or a number. */
export function takeRangeKey(range: AggregationBody): string | undefined {
  return range.take("key", ["VALUE_STRING", "VALUE_NUMBER"], textOf);
}

function readRange(range: AggregationBody): RawRange {
  const bound = (name: string): string | number | undefined =>
    range.take(name, ["VALUE_STRING", "VALUE_NUMBER", "VALUE_NULL"], (value) =>
      typeof value === "number" ? value : textOf(value),
    );
  const raw = { key: takeRangeKey(range), from: bound("from"), to: bound("to") };
  range.finish();
  return raw;
}

function rangeParser(type: "range" | "date_range"): AggregationParser {
  return (object, parts, parser) => {
    const body = new AggregationBody(object, parser, type);
    const keyed = body.takeBoolean("keyed") ?? false;
    const ranges = takeRanges(body, readRange) ?? [];
    const options = parseValuesSource(body, { timeZoneAware: type === "date_range" });
    body.finish();
    const factory: AggregatorFactory = {
      ...parts,
      type,
      create: (context, parent) => {
        const source = new ValuesSource(context, options, type === "range" ? "numeric" : "date");
        source.expect(type, ["numeric", "date", "boolean"]);
        if (ranges.length === 0) {
          throw illegalArgument(`No [ranges] specified for the [${parts.name}] aggregation`);
        }
        const resolved = ranges
          .map((range) => resolveRange(source, range, type === "date_range"))
          .sort((a, b) => compare(a.from, b.from) || compare(a.to, b.to));
        return new RangeAggregator(factory, context, parent, source, resolved, keyed);
      },
    };
    return factory;
  };
}

/** `range`. */
export const parseRange = rangeParser("range");
/** `date_range`. */
export const parseDateRange = rangeParser("date_range");

function compare(a: number, b: number): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function resolveRange(source: ValuesSource, range: RawRange, isDate: boolean): NumberRange {
  const bound = (value: string | number | undefined, open: number): number => {
    if (value === undefined) return open;
    if (typeof value === "string") return source.parseNumber(value);
    // A number may be seconds or a year: the format says what it is.
    return isDate ? source.parseNumber(String(Math.trunc(value))) : value;
  };
  return { key: range.key, from: bound(range.from, -Infinity), to: bound(range.to, Infinity) };
}

function showRange(range: NumberRange, format: DocValueFormat): FixedBucket {
  const text = (value: number): string =>
    format.name === "raw" ? javaDouble(value) : formatDouble(format, value);
  const isOpen = (value: number): boolean => !Number.isFinite(value);
  const { from, to } = range;
  const shown: XContentObject = {};
  if (!isOpen(from)) {
    shown["from"] = from;
    if (!format.isRaw) shown["from_as_string"] = text(from);
  }
  if (!isOpen(to)) {
    shown["to"] = to;
    if (!format.isRaw) shown["to_as_string"] = text(to);
  }
  const key = range.key ?? `${isOpen(from) ? "*" : text(from)}-${isOpen(to) ? "*" : text(to)}`;
  return { key, shown };
}

class RangeAggregator extends FixedBucketsAggregator {
  private readonly source: ValuesSource;
  private readonly ranges: readonly NumberRange[];

  constructor(
    factory: AggregatorFactory,
    context: AggregationContext,
    parent: Aggregator | undefined,
    source: ValuesSource,
    ranges: readonly NumberRange[],
    keyed: boolean,
  ) {
    super(factory, context, parent, {
      type: factory.type,
      keyed,
      showsKey: true,
      buckets: ranges.map((range) => showRange(range, source.format)),
    });
    this.source = source;
    this.ranges = ranges;
  }

  leafCollector(leaf: LeafContext, scorer: () => Scorable): LeafBucketCollector {
    if (!this.source.hasValues) return NO_OP_COLLECTOR;
    this.openLeaf(leaf, scorer);
    const values = this.source.numbers(leaf);
    const { count } = this;
    const froms = Float64Array.from(this.ranges, ({ from }) => from);
    const tos = Float64Array.from(this.ranges, ({ to }) => to);
    // A doc counts once in a range, however many of its values are in it.
    const lastDocs = new Map<number, number>();
    return {
      collect: (doc, owner) => {
        const valueCount = values.advance(doc);
        for (let i = 0; i < valueCount; i++) {
          const value = values.nextDouble();
          for (let range = 0; range < count && froms[range]! <= value; range++) {
            if (value >= tos[range]!) continue;
            const ord = owner * count + range;
            if (valueCount > 1) {
              if (lastDocs.get(ord) === doc) continue;
              lastDocs.set(ord, doc);
            }
            this.collectBucket(doc, ord);
          }
        }
      },
    };
  }
}
