// cardinality: about how many distinct values there are.
// Upstream: org.opensearch.search.aggregations.metrics.{CardinalityAggregator,InternalCardinality}.

import { illegalArgument } from "../../../base/index.ts";
import type { LeafContext } from "../../../lucene/index/index.ts";
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
import { HyperLogLogPlusPlus, PRECISION_DEFAULT, precisionFromThreshold } from "./hyper-log-log.ts";
import type { ResultHead } from "./numeric-metric.ts";
import type { GlobalOrdinals } from "./ordinal-values.ts";
import type { AggregationParser } from "./parse.ts";
import { type HashHalves, hashBytes, hashDouble, hashLong } from "./value-hash.ts";
import { parseValuesSource, ValuesSource } from "./values-source.ts";

/** `cardinality`. */
export const parseCardinality: AggregationParser = (object, parts, parser) => {
  const body = new AggregationBody(object, parser, "cardinality");
  const threshold = body.takeLong("precision_threshold");
  if (threshold !== undefined && threshold < 0) {
    throw body.error(
      "[cardinality] failed to parse field [precision_threshold]",
      "precision_threshold",
      illegalArgument(
        "[precisionThreshold] must be greater than or equal " +
          `to 0. Found [${threshold}] in [${parts.name}]`,
      ),
    );
  }
  body.takeString("execution_hint");
  body.take("rehash", ["VALUE_BOOLEAN", "VALUE_STRING"], () => true);
  const options = parseValuesSource(body, { formattable: false });
  body.finish();
  const precision = threshold === undefined ? PRECISION_DEFAULT : precisionFromThreshold(threshold);
  const factory: AggregatorFactory = {
    ...parts,
    type: "cardinality",
    create: (context, parent) => {
      const source = new ValuesSource(context, options, "bytes");
      return new CardinalityAggregator(factory, context, parent, source, precision);
    },
  };
  return factory;
};

/** Hashes of terms by global ordinal: high, low. `known[ord]` is 1 where they are there. */
interface TermHashes {
  readonly hashes: Int32Array;
  readonly known: Uint8Array;
}

/** Fields with more terms are hashed anew by each request. */
const KEPT_TERMS_MAX = 1 << 20;
/** Hashes live as long as the terms of their reader. */
const keptHashes = new WeakMap<object, TermHashes>();

function termHashesOf(ordinals: GlobalOrdinals): TermHashes {
  const { valueCount, cacheKey } = ordinals;
  const kept = cacheKey === undefined ? undefined : keptHashes.get(cacheKey);
  if (kept !== undefined && kept.known.length === valueCount) return kept;
  const made = { hashes: new Int32Array(valueCount * 2), known: new Uint8Array(valueCount) };
  if (valueCount <= KEPT_TERMS_MAX && cacheKey !== undefined) keptHashes.set(cacheKey, made);
  return made;
}

class CardinalityAggregator extends MetricsAggregator {
  private readonly source: ValuesSource;
  private readonly precision: number;
  private readonly counters: (HyperLogLogPlusPlus | undefined)[] = [];
  private ordinals: GlobalOrdinals | undefined;
  private kept: TermHashes | undefined;
  /** Terms that wait for their hashes, and their buckets. */
  private readonly pendingOrds: number[] = [];
  private readonly pendingBuckets: number[] = [];

  constructor(
    factory: AggregatorFactory,
    context: AggregationContext,
    parent: Aggregator | undefined,
    source: ValuesSource,
    precision: number,
  ) {
    super(factory, context, parent);
    this.source = source;
    this.precision = precision;
  }

  private counter(bucket: number): HyperLogLogPlusPlus {
    return (this.counters[bucket] ??= new HyperLogLogPlusPlus(this.precision));
  }

  leafCollector(leaf: LeafContext): LeafBucketCollector {
    const { source } = this;
    if (!source.hasValues) return NO_OP_COLLECTOR;
    if (source.isNumeric) return this.numberCollector(leaf);
    if (source.kind === "bytes" || source.kind === "ip") return this.termCollector(leaf);
    return this.pointCollector(leaf);
  }

  private numberCollector(leaf: LeafContext): LeafBucketCollector {
    const { source } = this;
    const values = source.numbers(leaf);
    const hash: HashHalves = { high: 0, low: 0 };
    const isDouble = source.isFloatingPoint || source.isBigInteger;
    return {
      collect: (doc, bucket) => {
        for (let left = values.advance(doc); left > 0; left--) {
          if (isDouble) hashDouble(values.nextDouble(), hash);
          else hashLong(values.nextLong(), hash);
          this.counter(bucket).collect(hash.high, hash.low);
        }
      },
    };
  }

  private termCollector(leaf: LeafContext): LeafBucketCollector {
    const ordinals = (this.ordinals ??= this.source.ordinals());
    const values = ordinals.leafValues(leaf);
    if (values === undefined) return NO_OP_COLLECTOR;
    const { hashes, known } = (this.kept ??= termHashesOf(ordinals));
    return {
      collect: (doc, bucket) => {
        for (let left = values.advance(doc); left > 0; left--) {
          const ord = values.nextOrd();
          if (known[ord] === 1) {
            this.counter(bucket).collect(hashes[2 * ord]!, hashes[2 * ord + 1]!);
            continue;
          }
          this.pendingOrds.push(ord);
          this.pendingBuckets.push(bucket);
        }
      },
    };
  }

  /** Hashes terms in their own order: one after the other they are read much faster. */
  private collectPending(): void {
    const { ordinals, pendingOrds, pendingBuckets } = this;
    if (ordinals === undefined || pendingOrds.length === 0) return;
    const { hashes, known } = (this.kept ??= termHashesOf(ordinals));
    const hash: HashHalves = { high: 0, low: 0 };
    for (const ord of Int32Array.from(pendingOrds).sort()) {
      if (known[ord] === 1) continue;
      hashBytes(ordinals.lookupOrd(ord), hash);
      hashes[2 * ord] = hash.high;
      hashes[2 * ord + 1] = hash.low;
      known[ord] = 1;
    }
    for (let i = 0; i < pendingOrds.length; i++) {
      const ord = pendingOrds[i]!;
      this.counter(pendingBuckets[i]!).collect(hashes[2 * ord]!, hashes[2 * ord + 1]!);
    }
    pendingOrds.length = 0;
    pendingBuckets.length = 0;
  }

  /** Points, ranges and binary values: by the bytes that doc values keep. */
  private pointCollector(leaf: LeafContext): LeafBucketCollector {
    const field = this.source.fieldType!.name;
    const hash: HashHalves = { high: 0, low: 0 };
    const numbers = leafNumbers(leaf, field);
    if (numbers !== undefined) {
      return {
        collect: (doc, bucket) => {
          if (!numbers.advanceExact(doc)) return;
          for (let left = numbers.docValueCount(); left > 0; left--) {
            numbers.nextValue();
            hashLong(numbers.bigValue(), hash);
            this.counter(bucket).collect(hash.high, hash.low);
          }
        },
      };
    }
    const binary = leaf.reader.binaryDocValues(field);
    if (binary === undefined) return NO_OP_COLLECTOR;
    return {
      collect: (doc, bucket) => {
        if (!binary.advanceExact(doc)) return;
        hashBytes(binary.binaryValue(), hash);
        this.counter(bucket).collect(hash.high, hash.low);
      },
    };
  }

  metric(_key: string | undefined, bucket: number): number {
    this.collectPending();
    return this.counters[bucket]?.cardinality() ?? 0;
  }

  buildAggregation(bucket: number): InternalAggregation {
    this.collectPending();
    return new InternalCardinality(this, this.counters[bucket]);
  }

  buildEmptyAggregation(): InternalAggregation {
    return new InternalCardinality(this, undefined);
  }
}

class InternalCardinality implements InternalAggregation {
  readonly type = "cardinality";
  readonly name: string;
  readonly metadata: XContentObject | undefined;
  private readonly counter: HyperLogLogPlusPlus | undefined;

  constructor(head: ResultHead, counter: HyperLogLogPlusPlus | undefined) {
    this.name = head.name;
    this.metadata = head.metadata;
    this.counter = counter;
  }

  sortValue(): number {
    return this.counter?.cardinality() ?? 0;
  }

  reduce(all: readonly InternalAggregation[]): InternalAggregation {
    const counters = all
      .map((one) => (one as InternalCardinality).counter)
      .filter((one) => one !== undefined);
    if (counters.length === 0) return this;
    const merged = new HyperLogLogPlusPlus(counters[0]!.precision);
    for (const counter of counters) merged.merge(counter);
    return new InternalCardinality(this, merged);
  }

  toXContent(): XContentObject {
    return { value: this.sortValue() };
  }
}
