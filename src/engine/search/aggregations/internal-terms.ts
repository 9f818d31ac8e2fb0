// Results of terms and their reduction: shards' buckets of equal keys become one, the best are
// kept, and what a shard may have cut off bounds the error of the counts.
// Upstream: org.opensearch.search.aggregations.bucket.terms.{InternalTerms,StringTerms,LongTerms,
// DoubleTerms,UnsignedLongTerms,UnmappedTerms}.

import { VarveError } from "../../../base/index.ts";
import type { XContentObject, XContentValue } from "../../../xcontent/index.ts";
import type { DocValueFormat } from "../../mapping/index.ts";
import { doubleToJson } from "../field-values.ts";
import {
  type AggregationXContentOptions,
  type InternalAggregation,
  InternalAggregations,
  type ReduceContext,
} from "./aggregator.ts";
import {
  bucketComparator,
  type Comparator,
  isCountDescending,
  isKeyOrder,
  selectTop,
} from "./bucket-order.ts";
import type { ResultHead } from "./numeric-metric.ts";
import type { LongValue } from "./numeric-values.ts";
import type { TermsOptions } from "./terms.ts";

/** A term: its bytes, or a number. */
export type TermKey = Uint8Array | LongValue;

/** One bucket. */
export interface TermsBucket {
  readonly key: TermKey;
  readonly docCount: number;
  /** How many more docs the term may have; -1: not known. */
  docCountError: number;
  readonly aggregations: InternalAggregations;
}

/** How keys of a kind of terms are compared and shown. */
export type TermsType = "sterms" | "lterms" | "dterms" | "ulterms";

/** Terms in the order of their bytes or by size. */
export function compareTerms(a: TermKey, b: TermKey): number {
  if (a instanceof Uint8Array) return Buffer.compare(a, b as Uint8Array);
  const other = b as LongValue;
  return a < other ? -1 : a > other ? 1 : 0;
}

const compareBucketKeys: Comparator<TermsBucket> = (a, b) => compareTerms(a.key, b.key);

function mapKey(key: TermKey): string | LongValue {
  if (!(key instanceof Uint8Array)) return key;
  return Buffer.from(key.buffer, key.byteOffset, key.length).toString("latin1");
}

/** What the parts of a result share. */
interface TermsParts {
  readonly type: TermsType;
  readonly format: DocValueFormat;
  readonly buckets: readonly TermsBucket[];
  readonly docCountError: number;
  readonly otherDocCount: number;
}

/** Terms of a shard, or of all. */
export class InternalTerms implements InternalAggregation {
  readonly name: string;
  readonly metadata: XContentObject | undefined;
  readonly options: TermsOptions;
  readonly parts: TermsParts;

  constructor(head: ResultHead, options: TermsOptions, parts: TermsParts) {
    this.name = head.name;
    this.metadata = head.metadata;
    this.options = options;
    this.parts = parts;
  }

  get type(): string {
    return this.parts.type;
  }

  reduce(all: readonly InternalAggregation[], context: ReduceContext): InternalAggregation {
    const mapped = all.filter((one) => one instanceof InternalTerms);
    if (mapped.some((one) => one.type !== this.type)) throw this.mixedTypes();
    let errorSum = 0;
    let other = 0;
    const byKey = new Map<string | LongValue, TermsBucket[]>();
    for (const one of mapped) {
      const { buckets, otherDocCount } = one.parts;
      other += otherDocCount;
      const error = shardError(one);
      errorSum = error === -1 || errorSum === -1 ? -1 : errorSum + error;
      for (const bucket of buckets) {
        bucket.docCountError -= error;
        const key = mapKey(bucket.key);
        const same = byKey.get(key);
        if (same === undefined) byKey.set(key, [bucket]);
        else same.push(bucket);
      }
    }
    const { thresholds, order } = this.options;
    const reduced: TermsBucket[] = [];
    for (const same of byKey.values()) {
      const bucket = this.reduceBucket(same, context);
      bucket.docCountError = errorSum === -1 ? -1 : bucket.docCountError + errorSum;
      if (bucket.docCount >= thresholds.minDocCount) reduced.push(bucket);
    }
    const kept = selectTop(
      reduced,
      thresholds.requiredSize,
      bucketComparator(order, compareBucketKeys),
    );
    context.buckets.accept(kept.length);
    if (kept.length < reduced.length) {
      other +=
        reduced.reduce((sum, { docCount }) => sum + docCount, 0) -
        kept.reduce((sum, { docCount }) => sum + docCount, 0);
    }
    return new InternalTerms(this, this.options, {
      ...this.parts,
      buckets: kept,
      otherDocCount: other,
      docCountError: errorSum === -1 ? -1 : all.length === 1 ? 0 : errorSum,
    });
  }

  private mixedTypes(): VarveError {
    return new VarveError(
      "invalid",
      "Merging/Reducing the aggregations failed when computing the " +
        `aggregation [${this.name}] because the field you gave in the aggregation query existed as ` +
        "two different types in two different indices",
      {
        type: "aggregation_execution_exception",
        metadata: { status: 500 },
      },
    );
  }

  private reduceBucket(same: readonly TermsBucket[], context: ReduceContext): TermsBucket {
    let docCount = 0;
    let docCountError = 0;
    for (const bucket of same) {
      docCount += bucket.docCount;
      docCountError += bucket.docCountError;
    }
    const aggregations =
      same[0]!.aggregations.list.length === 0
        ? InternalAggregations.EMPTY
        : InternalAggregations.reduce(
            same.map((bucket) => bucket.aggregations),
            context,
          );
    return { key: same[0]!.key, docCount, docCountError, aggregations };
  }

  toXContent(options: AggregationXContentOptions): XContentObject {
    const { buckets, docCountError, otherDocCount } = this.parts;
    return {
      doc_count_error_upper_bound: docCountError,
      sum_other_doc_count: otherDocCount,
      buckets: buckets.map((bucket) => this.showBucket(bucket, options)),
    };
  }

  private showBucket(bucket: TermsBucket, options: AggregationXContentOptions): XContentObject {
    const shown: XContentObject = { ...this.showKey(bucket.key), doc_count: bucket.docCount };
    if (this.options.showTermDocCountError) {
      shown["doc_count_error_upper_bound"] = bucket.docCountError;
    }
    return Object.assign(shown, bucket.aggregations.toXContent(options));
  }

  private showKey(key: TermKey): XContentObject {
    const { format, type } = this.parts;
    if (key instanceof Uint8Array) return { key: format.formatBytes(key) as XContentValue };
    const shown: XContentObject = {
      key: type === "dterms" ? doubleToJson(key as number) : key,
    };
    if (!format.isRaw && format.name !== "unsigned_long") {
      const text = type === "dterms" ? format.formatDouble(Number(key)) : format.formatLong(key);
      shown["key_as_string"] = String(text);
    }
    return shown;
  }
}

/** How many docs a term may have that a shard did not answer with; -1: not known. */
function shardError({ parts, options }: InternalTerms): number {
  const { buckets } = parts;
  if (buckets.length === 0 || buckets.length < options.thresholds.shardSize) return 0;
  if (isKeyOrder(options.order)) return 0;
  if (!isCountDescending(options.order)) return -1;
  return buckets.reduce((least, { docCount }) => Math.min(least, docCount), Infinity);
}

/** Terms of a field that the shard does not map. */
export class UnmappedTerms implements InternalAggregation {
  readonly type = "sterms";
  readonly isUnmapped = true;
  readonly name: string;
  readonly metadata: XContentObject | undefined;
  readonly options: TermsOptions;

  constructor(head: ResultHead, options: TermsOptions) {
    this.name = head.name;
    this.metadata = head.metadata;
    this.options = options;
  }

  reduce(): InternalAggregation {
    return this;
  }

  toXContent(): XContentObject {
    return { doc_count_error_upper_bound: 0, sum_other_doc_count: 0, buckets: [] };
  }
}
