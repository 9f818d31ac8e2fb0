// terms over strings and addresses, counted by global ordinal.
// Upstream: org.opensearch.search.aggregations.bucket.terms.GlobalOrdinalsStringTermsAggregator.

import type { LeafContext } from "../../../lucene/index/index.ts";
import type { Scorable } from "../../../lucene/search/index.ts";
import {
  type AggregationContext,
  type Aggregator,
  type AggregatorFactory,
  type InternalAggregation,
  type LeafBucketCollector,
  NO_OP_COLLECTOR,
} from "./aggregator.ts";
import { BucketsAggregator } from "./base-aggregator.ts";
import { isKeyOrder, ordComparator, selectTop, validateOrder } from "./bucket-order.ts";
import { InternalTerms } from "./internal-terms.ts";
import type { GlobalOrdinals, OrdinalValues } from "./ordinal-values.ts";
import type { TermsOptions } from "./terms.ts";
import type { ValuesSource } from "./values-source.ts";

const MAX_REGEX_LENGTH = 1000;

/** Buckets of one owner: by global ordinal, -1 where there is none yet. */
class OwnerBuckets {
  readonly ords: Int32Array;
  /** Global ordinals in the order in which they came. */
  readonly seen: number[] = [];

  constructor(valueCount: number) {
    this.ords = new Int32Array(valueCount).fill(-1);
  }
}

/** Owners beyond this many terms use maps. */
const DENSE_TERMS_MAX = 1 << 16;

/** Counts terms by ordinal. */
export class StringTermsAggregator extends BucketsAggregator {
  private readonly source: ValuesSource;
  private readonly options: TermsOptions;
  private readonly ordinals: GlobalOrdinals;
  private readonly accepted: Uint8Array | undefined;
  private readonly dense: OwnerBuckets[] = [];
  private readonly sparse: (Map<number, number> | undefined)[] = [];
  /** Global ordinals by bucket. */
  private readonly bucketTerms: number[] = [];

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
    this.ordinals = source.ordinals();
    this.accepted = this.acceptedOrds();
  }

  private acceptedOrds(): Uint8Array | undefined {
    const { includeExclude } = this.options;
    if (includeExclude === undefined) return undefined;
    const max = this.context.shard.settings.getInt("index.max_regex_length", MAX_REGEX_LENGTH);
    const accepts = includeExclude.termFilter(this.source.format, max);
    const accepted = new Uint8Array(this.ordinals.valueCount);
    for (let ord = 0; ord < accepted.length; ord++) {
      if (accepts(this.ordinals.lookupOrd(ord))) accepted[ord] = 1;
    }
    return accepted;
  }

  leafCollector(leaf: LeafContext, scorer: () => Scorable): LeafBucketCollector {
    const values = this.ordinals.leafValues(leaf);
    this.openLeaf(leaf, scorer);
    if (values === undefined) return NO_OP_COLLECTOR;
    return new TermsLeafCollector(this, values, this.accepted);
  }

  /** The bucket of a term; a new one if need be. */
  bucketOf(owner: number, ord: number): number {
    if (owner > 0 && this.ordinals.valueCount > DENSE_TERMS_MAX / (owner + 1)) {
      return this.sparseBucket(owner, ord);
    }
    if (owner === 0 || this.sparse[owner] === undefined) {
      let buckets = this.dense[owner];
      if (buckets === undefined) {
        this.dense[owner] = buckets = new OwnerBuckets(this.ordinals.valueCount);
      }
      const known = buckets.ords[ord]!;
      if (known >= 0) return known;
      buckets.seen.push(ord);
      return (buckets.ords[ord] = this.newBucket(ord));
    }
    return this.sparseBucket(owner, ord);
  }

  private sparseBucket(owner: number, ord: number): number {
    let buckets = this.sparse[owner];
    if (buckets === undefined) this.sparse[owner] = buckets = new Map();
    let bucket = buckets.get(ord);
    if (bucket === undefined) buckets.set(ord, (bucket = this.newBucket(ord)));
    return bucket;
  }

  private newBucket(ord: number): number {
    this.bucketTerms.push(ord);
    return this.bucketTerms.length - 1;
  }

  /** Counts a doc in a term's bucket. */
  collectTerm(doc: number, owner: number, ord: number): void {
    this.collectBucket(doc, this.bucketOf(owner, ord));
  }

  private bucketsOf(owner: number): number[] {
    if (this.options.thresholds.minDocCount === 0) {
      for (let ord = 0; ord < this.ordinals.valueCount; ord++) {
        if (this.accepted === undefined || this.accepted[ord] === 1) this.bucketOf(owner, ord);
      }
    }
    const sparse = this.sparse[owner];
    if (sparse !== undefined) return [...sparse.values()];
    const dense = this.dense[owner];
    return dense === undefined ? [] : dense.seen.map((ord) => dense.ords[ord]!);
  }

  private readonly compareKeys = (a: number, b: number): number => {
    const first = this.bucketTerms[a]!;
    const second = this.bucketTerms[b]!;
    if (this.ordinals.isSorted) return first - second;
    const term = this.ordinals.lookupOrd(first).slice();
    return Buffer.compare(term, this.ordinals.lookupOrd(second));
  };

  override buildAggregations(owners: readonly number[]): InternalAggregation[] {
    const { thresholds, order } = this.options;
    const compare = ordComparator(order, this, (ord) => this.docCount(ord), this.compareKeys);
    const kept: number[][] = [];
    const others: number[] = [];
    for (const owner of owners) {
      const buckets = this.bucketsOf(owner);
      const candidates = buckets.filter((ord) => this.docCount(ord) >= thresholds.shardMinDocCount);
      const top = selectTop(candidates, thresholds.shardSize, compare);
      const sum = (ords: readonly number[]): number =>
        ords.reduce((total, ord) => total + this.docCount(ord), 0);
      // Where all that are big enough are kept, upstream counts nothing as left out, unless it kept
      // them in a queue, as it does in the order of keys.
      const isAll = candidates.length === top.length && !isKeyOrder(order);
      others.push(isAll ? 0 : sum(buckets) - sum(top));
      kept.push(top);
    }
    const flat = kept.flat();
    this.context.buckets.accept(flat.length);
    const results = this.bucketAggregations(flat);
    let at = 0;
    return kept.map(
      (ords, index) =>
        new InternalTerms(this, this.options, {
          type: "sterms",
          format: this.source.format,
          docCountError: 0,
          otherDocCount: others[index]!,
          buckets: ords.map((ord) => ({
            key: this.ordinals.lookupOrd(this.bucketTerms[ord]!).slice(),
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
      type: "sterms",
      format: this.source.format,
      docCountError: 0,
      otherDocCount: 0,
      buckets: [],
    });
  }
}

class TermsLeafCollector implements LeafBucketCollector {
  private readonly owner: StringTermsAggregator;
  private readonly values: OrdinalValues;
  private readonly accepted: Uint8Array | undefined;

  constructor(
    owner: StringTermsAggregator,
    values: OrdinalValues,
    accepted: Uint8Array | undefined,
  ) {
    this.owner = owner;
    this.values = values;
    this.accepted = accepted;
  }

  collect(doc: number, owningBucketOrd: number): void {
    const { values, accepted, owner } = this;
    for (let left = values.advance(doc); left > 0; left--) {
      const ord = values.nextOrd();
      if (accepted !== undefined && accepted[ord] === 0) continue;
      owner.collectTerm(doc, owningBucketOrd, ord);
    }
  }
}
