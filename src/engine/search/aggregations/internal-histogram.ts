// Results of histogram and date_histogram: buckets in the order of their keys, gaps filled at the
// end.
// Upstream: org.opensearch.search.aggregations.bucket.histogram.{InternalHistogram,
// InternalDateHistogram}.

import { setMember, type XContentObject, type XContentValue } from "../../../xcontent/index.ts";
import { type DocValueFormat, javaDouble } from "../../mapping/index.ts";
import { doubleToJson } from "../field-values.ts";
import {
  type AggregationXContentOptions,
  type InternalAggregation,
  InternalAggregations,
  type ReduceContext,
} from "./aggregator.ts";
import { type BucketOrder, bucketComparator, type Comparator } from "./bucket-order.ts";
import type { ResultHead } from "./numeric-metric.ts";

/** One bucket. */
export interface HistogramBucket {
  readonly key: number;
  readonly docCount: number;
  readonly aggregations: InternalAggregations;
}

/** How gaps are filled when `min_doc_count` is 0. */
export interface GapFilling {
  /** The key after a bucket's key. */
  nextKey(key: number): number;
  /** First key wanted before the data; undefined: none. */
  readonly firstKey: number | undefined;
  /** Keys up to this one are wanted behind the data; undefined: none. */
  readonly lastKey: number | undefined;
  readonly emptyAggregations: InternalAggregations;
}

/** What a histogram is told about its result. */
export interface HistogramParts {
  readonly type: "histogram" | "date_histogram";
  readonly order: BucketOrder;
  readonly minDocCount: number;
  readonly keyed: boolean;
  readonly format: DocValueFormat;
  /** Only where `min_doc_count` is 0. */
  readonly gaps: GapFilling | undefined;
}

const compareKeys: Comparator<HistogramBucket> = (a, b) => a.key - b.key;

/** Buckets of a shard, or of all. */
export class InternalHistogram implements InternalAggregation {
  readonly name: string;
  readonly metadata: XContentObject | undefined;
  private readonly parts: HistogramParts;
  private readonly buckets: readonly HistogramBucket[];

  constructor(head: ResultHead, parts: HistogramParts, buckets: readonly HistogramBucket[]) {
    this.name = head.name;
    this.metadata = head.metadata;
    this.parts = parts;
    this.buckets = buckets;
  }

  get type(): string {
    return this.parts.type;
  }

  reduce(all: readonly InternalAggregation[], context: ReduceContext): InternalAggregation {
    const { parts } = this;
    const byKey = new Map<number, HistogramBucket[]>();
    for (const one of all) {
      for (const bucket of (one as InternalHistogram).buckets) {
        const same = byKey.get(bucket.key);
        if (same === undefined) byKey.set(bucket.key, [bucket]);
        else same.push(bucket);
      }
    }
    let reduced = [...byKey.values()]
      .map((same) => reduceBucket(same, context))
      .filter(({ docCount }) => docCount >= parts.minDocCount)
      .sort(compareKeys);
    if (parts.gaps !== undefined) reduced = fillGaps(reduced, parts.gaps, context);
    reduced.sort(bucketComparator(parts.order, compareKeys));
    context.buckets.accept(reduced.length);
    return new InternalHistogram(this, parts, reduced);
  }

  toXContent(options: AggregationXContentOptions): XContentObject {
    const { keyed } = this.parts;
    if (!keyed) return { buckets: this.buckets.map((bucket) => this.show(bucket, options)) };
    const buckets: XContentObject = {};
    for (const bucket of this.buckets) {
      setMember(buckets, this.keyText(bucket.key), this.show(bucket, options));
    }
    return { buckets };
  }

  private keyText(key: number): string {
    const { format, type } = this.parts;
    if (type === "date_histogram") return String(format.formatLong(key));
    return format.name === "raw" ? javaDouble(key) : String(format.formatDouble(key));
  }

  private show(bucket: HistogramBucket, options: AggregationXContentOptions): XContentObject {
    const shown: XContentObject = {};
    if (!this.parts.format.isRaw) shown["key_as_string"] = this.keyText(bucket.key);
    shown["key"] = doubleToJson(bucket.key) as XContentValue;
    shown["doc_count"] = bucket.docCount;
    return Object.assign(shown, bucket.aggregations.toXContent(options));
  }
}

function reduceBucket(same: readonly HistogramBucket[], context: ReduceContext): HistogramBucket {
  const docCount = same.reduce((sum, bucket) => sum + bucket.docCount, 0);
  const aggregations =
    same[0]!.aggregations.list.length === 0
      ? InternalAggregations.EMPTY
      : InternalAggregations.reduce(
          same.map((bucket) => bucket.aggregations),
          context,
        );
  return { key: same[0]!.key, docCount, aggregations };
}

/** Buckets beyond the limit that are counted for the message. */
const REFUSED_MAX = 10_000_000;

/** Adds empty buckets before, between and behind `buckets`, which are in order. */
function fillGaps(
  buckets: readonly HistogramBucket[],
  gaps: GapFilling,
  context: ReduceContext,
): HistogramBucket[] {
  const aggregations = InternalAggregations.reduce([gaps.emptyAggregations], context);
  const filled: HistogramBucket[] = [];
  let refused = 0;
  const add = (from: number, goesOn: (key: number) => boolean): void => {
    for (let key = from; goesOn(key); key = gaps.nextKey(key)) {
      if (context.buckets.allows(filled.length)) filled.push({ key, docCount: 0, aggregations });
      else if (++refused > REFUSED_MAX) break;
    }
  };
  const { firstKey, lastKey } = gaps;
  if (buckets.length === 0) {
    if (firstKey !== undefined && lastKey !== undefined) add(firstKey, (key) => key <= lastKey);
    context.buckets.check(filled.length + refused);
    return filled;
  }
  if (firstKey !== undefined) add(firstKey, (key) => key < buckets[0]!.key);
  buckets.forEach((bucket, index) => {
    filled.push(bucket);
    const next = buckets[index + 1];
    if (next !== undefined) add(gaps.nextKey(bucket.key), (key) => key < next.key);
  });
  if (lastKey !== undefined) {
    add(gaps.nextKey(buckets[buckets.length - 1]!.key), (key) => key <= lastKey);
  }
  context.buckets.check(filled.length + refused);
  return filled;
}
