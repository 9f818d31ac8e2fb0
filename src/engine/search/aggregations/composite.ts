// composite: buckets by several sources, in the order of their keys, page by page. A key that is
// worse than the worst of a full page can never get into it, so one pass with a heap is enough.
// Upstream: org.opensearch.search.aggregations.bucket.composite.{CompositeAggregationBuilder,
// CompositeAggregator,CompositeValuesCollectorQueue,InternalComposite}.

import { illegalArgument } from "../../../base/index.ts";
import type { LeafContext } from "../../../lucene/index/index.ts";
import type { Scorable } from "../../../lucene/search/index.ts";
import { setMember, type XContentObject, type XContentValue } from "../../../xcontent/index.ts";
import type { DocValueFormat } from "../../mapping/index.ts";
import { AggregationBody, failedToBuild } from "./aggregation-body.ts";
import {
  type AggregationContext,
  type AggregationXContentOptions,
  type Aggregator,
  type AggregatorFactory,
  type InternalAggregation,
  InternalAggregations,
  type LeafBucketCollector,
  type ReduceContext,
} from "./aggregator.ts";
import { BucketsAggregator } from "./base-aggregator.ts";
import {
  type Component,
  type CompositeSource,
  compareComponents,
  parseSource,
  ShardSource,
  showComponent,
  unsafeParent,
} from "./composite-source.ts";
import type { TermKey } from "./internal-terms.ts";
import type { ResultHead } from "./numeric-metric.ts";
import type { AggregationParser } from "./parse.ts";

/** `composite`. */
export const parseComposite: AggregationParser = (object, parts, parser) => {
  const body = new AggregationBody(object, parser, "composite");
  const sources = takeSources(body);
  const size = body.takeInteger("size") ?? 10;
  if (size <= 0) throw illegalArgument("[size] must be greater than 0");
  const after = body.takeObject("after");
  body.finish();
  const factory: AggregatorFactory = {
    ...parts,
    type: "composite",
    create: (context, parent) => {
      checkParents(parent);
      const shardSources = sources.map((source) => new ShardSource(context, source));
      const afterKey = after === undefined ? undefined : parseAfter(shardSources, after);
      return new CompositeAggregator(factory, context, parent, shardSources, size, afterKey);
    },
  };
  return factory;
};

function takeSources(body: AggregationBody): CompositeSource[] {
  const sources = body.take("sources", ["START_ARRAY", "START_OBJECT"], (value) =>
    checkSources((Array.isArray(value) ? value : [value]).map((item) => parseSource(body, item))),
  );
  if (sources === undefined) throw illegalArgument("Required [sources]");
  return sources;
}

function checkSources(sources: CompositeSource[]): CompositeSource[] {
  const names = sources.map(({ name }) => name);
  const twice = [...new Set(names.filter((name, index) => names.indexOf(name) !== index))];
  const problem =
    sources.length === 0
      ? "Composite [sources] cannot be null or empty"
      : twice.length > 0
        ? `Composite source names must be unique, found duplicates: [${twice.join(",")}]`
        : undefined;
  if (problem === undefined) return sources;
  throw failedToBuild("composite", illegalArgument(problem));
}

function checkParents(parent: Aggregator | undefined): void {
  for (let at = parent; at !== undefined; at = at.parent) {
    if (at.type !== "nested") throw unsafeParent(at.type);
  }
}

function parseAfter(sources: readonly ShardSource[], after: XContentObject): Component[] {
  const count = Object.keys(after).length;
  if (count !== sources.length) {
    throw illegalArgument(`[after] has ${count} value(s) but [sources] has ${sources.length}`);
  }
  return sources.map((shard) => {
    const { name, missingBucket } = shard.source;
    if (!Object.hasOwn(after, name)) {
      throw illegalArgument(`Missing value for [after.${name}]`);
    }
    const value = after[name]!;
    if ((value === null && !missingBucket) || (typeof value === "object" && value !== null)) {
      throw illegalArgument(
        `Invalid value for [after.${name}], expected comparable, got ` +
          `[${value === null ? "null" : Array.isArray(value) ? "ArrayList" : "LinkedHashMap"}]`,
      );
    }
    return shard.parseAfter(value);
  });
}

class CompositeAggregator extends BucketsAggregator {
  private readonly sources: readonly ShardSource[];
  private readonly size: number;
  private readonly after: readonly Component[] | undefined;
  /** Buckets by key; only those of the heap. */
  private readonly ords = new Map<unknown, number>();
  private readonly keys: (readonly Component[])[] = [];
  /** Buckets, the worst key first. */
  private readonly heap: number[] = [];

  constructor(
    factory: AggregatorFactory,
    context: AggregationContext,
    parent: Aggregator | undefined,
    sources: readonly ShardSource[],
    size: number,
    after: readonly Component[] | undefined,
  ) {
    super(factory, context, parent);
    this.sources = sources;
    this.size = size;
    this.after = after;
  }

  leafCollector(leaf: LeafContext, scorer: () => Scorable): LeafBucketCollector {
    this.openLeaf(leaf, scorer);
    const readers = this.sources.map((source) => source.leafComponents(leaf));
    const values: Component[][] = readers.map(() => []);
    const key: Component[] = readers.map(() => null);
    const walk = (doc: number, level: number): void => {
      if (level === readers.length) {
        this.collectKey(doc, key);
        return;
      }
      for (const component of values[level]!) {
        key[level] = component;
        walk(doc, level + 1);
      }
    };
    return {
      collect: (doc) => {
        for (let i = 0; i < readers.length; i++) {
          readers[i]!(doc, values[i]!);
          if (values[i]!.length === 0) return;
        }
        walk(doc, 0);
      },
    };
  }

  private compare(a: readonly Component[], b: readonly Component[]): number {
    for (let i = 0; i < a.length; i++) {
      const order = compareComponents(this.sources[i]!.source, a[i]!, b[i]!);
      if (order !== 0) return order;
    }
    return 0;
  }

  private collectKey(doc: number, key: readonly Component[]): void {
    const mapKey = key.length === 1 ? key[0] : key.join("\0");
    let ord = this.ords.get(mapKey);
    if (ord === undefined) {
      if (this.after !== undefined && this.compare(key, this.after) <= 0) return;
      const isFull = this.heap.length === this.size;
      if (isFull && this.compare(key, this.keys[this.heap[0]!]!) >= 0) return;
      ord = this.keys.length;
      this.keys.push([...key]);
      if (isFull) this.replaceWorst(ord);
      else this.push(ord);
      this.ords.set(mapKey, ord);
    }
    this.collectBucket(doc, ord);
  }

  private isWorse(a: number, b: number): boolean {
    return this.compare(this.keys[a]!, this.keys[b]!) > 0;
  }

  private push(ord: number): void {
    const { heap } = this;
    let at = heap.length;
    heap.push(ord);
    while (at > 0) {
      const parent = (at - 1) >>> 1;
      if (!this.isWorse(ord, heap[parent]!)) break;
      heap[at] = heap[parent]!;
      at = parent;
    }
    heap[at] = ord;
  }

  private replaceWorst(ord: number): void {
    const { heap } = this;
    const worst = this.keys[heap[0]!]!;
    this.ords.delete(worst.length === 1 ? worst[0] : worst.join("\0"));
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && this.isWorse(heap[child + 1]!, heap[child]!)) child++;
      if (!this.isWorse(heap[child]!, ord)) break;
      heap[at] = heap[child]!;
      at = child;
    }
    heap[at] = ord;
  }

  private head(): CompositeParts {
    return {
      size: this.size,
      sources: this.sources.map(({ source }) => source),
      formats: this.sources.map(({ format }) => format),
    };
  }

  buildAggregation(): InternalAggregation {
    const ords = [...this.heap].sort((a, b) => this.compare(this.keys[a]!, this.keys[b]!));
    this.context.buckets.accept(ords.length);
    const results = this.bucketAggregations(ords);
    const head = this.head();
    return new InternalComposite(
      this,
      head,
      ords.map((ord, index) => ({
        key: this.keys[ord]!.map((component, i) => this.sources[i]!.keyOf(component)),
        formats: head.formats,
        docCount: this.docCount(ord),
        aggregations: results[index]!,
      })),
    );
  }

  buildEmptyAggregation(): InternalAggregation {
    return new InternalComposite(this, this.head(), []);
  }
}

interface CompositeParts {
  readonly size: number;
  readonly sources: readonly CompositeSource[];
  readonly formats: readonly DocValueFormat[];
}

interface CompositeBucket {
  readonly key: readonly (TermKey | null)[];
  /** Those of the shard that the key is from: others may not map the field. */
  readonly formats: readonly DocValueFormat[];
  readonly docCount: number;
  readonly aggregations: InternalAggregations;
}

class InternalComposite implements InternalAggregation {
  readonly type = "composite";
  readonly name: string;
  readonly metadata: XContentObject | undefined;
  private readonly parts: CompositeParts;
  private readonly buckets: readonly CompositeBucket[];

  constructor(head: ResultHead, parts: CompositeParts, buckets: readonly CompositeBucket[]) {
    this.name = head.name;
    this.metadata = head.metadata;
    this.parts = parts;
    this.buckets = buckets;
  }

  private compare(a: CompositeBucket, b: CompositeBucket): number {
    const { sources } = this.parts;
    for (let i = 0; i < sources.length; i++) {
      const order = compareComponents(sources[i]!, a.key[i]!, b.key[i]!);
      if (order !== 0) return order;
    }
    return 0;
  }

  reduce(all: readonly InternalAggregation[], context: ReduceContext): InternalAggregation {
    const buckets = all
      .flatMap((one) => (one as InternalComposite).buckets)
      .sort((a, b) => this.compare(a, b));
    const reduced: CompositeBucket[] = [];
    for (let from = 0; from < buckets.length && reduced.length < this.parts.size; ) {
      let to = from + 1;
      while (to < buckets.length && this.compare(buckets[from]!, buckets[to]!) === 0) to++;
      const same = buckets.slice(from, to);
      reduced.push({
        ...same[0]!,
        docCount: same.reduce((sum, { docCount }) => sum + docCount, 0),
        aggregations: InternalAggregations.reduce(
          same.map(({ aggregations }) => aggregations),
          context,
        ),
      });
      from = to;
    }
    context.buckets.accept(reduced.length);
    return new InternalComposite(this, this.parts, reduced);
  }

  private showKey(bucket: CompositeBucket): XContentObject {
    const shown: XContentObject = {};
    this.parts.sources.forEach(({ name }, index) => {
      const value: XContentValue = showComponent(bucket.formats[index]!, bucket.key[index]!);
      setMember(shown, name, value);
    });
    return shown;
  }

  toXContent(options: AggregationXContentOptions): XContentObject {
    const last = this.buckets[this.buckets.length - 1];
    return {
      ...(last === undefined ? {} : { after_key: this.showKey(last) }),
      buckets: this.buckets.map((bucket) => ({
        key: this.showKey(bucket),
        doc_count: bucket.docCount,
        ...bucket.aggregations.toXContent(options),
      })),
    };
  }
}
