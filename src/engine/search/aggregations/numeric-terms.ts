// terms over numbers, dates and booleans.
// Upstream: org.opensearch.search.aggregations.bucket.terms.NumericTermsAggregator.

import type { LeafContext } from "../../../lucene/index/index.ts";
import type { Scorable } from "../../../lucene/search/index.ts";
import type {
  AggregationContext,
  Aggregator,
  AggregatorFactory,
  InternalAggregation,
  LeafBucketCollector,
} from "./aggregator.ts";
import { BucketsAggregator, KeyedBucketOrds } from "./base-aggregator.ts";
import { isKeyOrder, ordComparator, selectTop, validateOrder } from "./bucket-order.ts";
import { compareTerms, InternalTerms, type TermsType } from "./internal-terms.ts";
import type { LongValue, NumericValues } from "./numeric-values.ts";
import type { TermsOptions } from "./terms.ts";
import type { ValuesSource } from "./values-source.ts";

/** Counts numbers. Equal values of a doc count once. */
export class NumericTermsAggregator extends BucketsAggregator {
  private readonly source: ValuesSource;
  private readonly options: TermsOptions;
  private readonly termsType: TermsType;
  private readonly accepts: ((value: LongValue) => boolean) | undefined;
  private readonly ords = new KeyedBucketOrds<LongValue>();

  constructor(
    factory: AggregatorFactory,
    context: AggregationContext,
    parent: Aggregator | undefined,
    source: ValuesSource,
    options: TermsOptions,
  ) {
    super(factory, context, parent);
    this.source = source;
    this.options = options;
    validateOrder(options.order, this);
    this.termsType = source.isFloatingPoint ? "dterms" : source.isBigInteger ? "ulterms" : "lterms";
    const { includeExclude } = options;
    this.accepts =
      this.termsType === "lterms"
        ? includeExclude?.longFilter(source.format)
        : includeExclude?.doubleFilter();
  }

  leafCollector(leaf: LeafContext, scorer: () => Scorable): LeafBucketCollector {
    this.openLeaf(leaf, scorer);
    return { collect: this.collectorOf(this.source.numbers(leaf)) };
  }

  private collectorOf(values: NumericValues): LeafBucketCollector["collect"] {
    const { ords, accepts } = this;
    const isDouble = this.termsType === "dterms";
    return (doc, owner) => {
      const count = values.advance(doc);
      let previous: LongValue | undefined;
      for (let i = 0; i < count; i++) {
        const value = isDouble ? values.nextDouble() : values.nextLong();
        if (value === previous) continue;
        previous = value;
        if (accepts !== undefined && !accepts(value)) continue;
        this.collectBucket(doc, ords.add(owner, value));
      }
    };
  }

  /** Every value of the shard is a bucket where empty ones are wanted. */
  private addZeroCounts(owners: readonly number[]): void {
    for (const leaf of this.context.searcher.leaves) {
      const values = this.source.numbers(leaf);
      for (let doc = 0; doc < leaf.reader.maxDoc; doc++) {
        for (let left = values.advance(doc); left > 0; left--) {
          const value = this.termsType === "dterms" ? values.nextDouble() : values.nextLong();
          if (this.accepts !== undefined && !this.accepts(value)) continue;
          for (const owner of owners) this.ords.add(owner, value);
        }
      }
    }
  }

  override buildAggregations(owners: readonly number[]): InternalAggregation[] {
    const { thresholds, order } = this.options;
    if (thresholds.minDocCount === 0) this.addZeroCounts(owners);
    const { keys } = this.ords;
    const compare = ordComparator(
      order,
      this,
      (ord) => this.docCount(ord),
      (a, b) => compareTerms(keys[a]!, keys[b]!),
    );
    const others: number[] = [];
    const kept = owners.map((owner) => {
      const buckets = this.ords.ordsOf(owner);
      const candidates = buckets.filter((ord) => this.docCount(ord) >= thresholds.shardMinDocCount);
      const top = selectTop(candidates, thresholds.shardSize, compare);
      const sum = (ords: readonly number[]): number =>
        ords.reduce((total, ord) => total + this.docCount(ord), 0);
      const isAll = candidates.length === top.length && !isKeyOrder(order);
      others.push(isAll ? 0 : sum(buckets) - sum(top));
      return top;
    });
    const flat = kept.flat();
    this.context.buckets.accept(flat.length);
    const results = this.bucketAggregations(flat);
    let at = 0;
    return kept.map(
      (ords, index) =>
        new InternalTerms(this, this.options, {
          type: this.termsType,
          format: this.source.format,
          docCountError: 0,
          otherDocCount: others[index]!,
          buckets: ords.map((ord) => ({
            key: keys[ord]!,
            docCount: this.docCount(ord),
            docCountError: 0,
            aggregations: results[at++]!,
          })),
        }),
    );
  }

  buildAggregation(owner: number): InternalAggregation {
    return this.buildAggregations([owner])[0]!;
  }

  buildEmptyAggregation(): InternalAggregation {
    return new InternalTerms(this, this.options, {
      type: this.termsType,
      format: this.source.format,
      docCountError: 0,
      otherDocCount: 0,
      buckets: [],
    });
  }
}
