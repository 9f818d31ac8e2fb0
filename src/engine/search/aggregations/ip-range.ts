// ip_range: buckets of addresses, by their ends or by a mask.
// Upstream: org.opensearch.search.aggregations.bucket.range.{IpRangeAggregationBuilder,
// BinaryRangeAggregator,InternalBinaryRange}.

import { illegalArgument } from "../../../base/index.ts";
import type { LeafContext } from "../../../lucene/index/index.ts";
import type { Scorable } from "../../../lucene/search/index.ts";
import type { XContentObject } from "../../../xcontent/index.ts";
import { formatAddress, parseAddress, parseCidr } from "../../mapping/index.ts";
import { nextAddress } from "../../mapping/ip-address.ts";
import { AggregationBody } from "./aggregation-body.ts";
import {
  type AggregationContext,
  type Aggregator,
  type AggregatorFactory,
  type LeafBucketCollector,
  NO_OP_COLLECTOR,
} from "./aggregator.ts";
import { type FixedBucket, FixedBucketsAggregator } from "./fixed-buckets.ts";
import type { AggregationParser } from "./parse.ts";
import { takeRangeKey, takeRanges } from "./range.ts";
import { parseValuesSource, ValuesSource } from "./values-source.ts";

interface AddressRange {
  readonly key: string | undefined;
  readonly from: Uint8Array | undefined;
  /** Not included. */
  readonly to: Uint8Array | undefined;
}

/** `ip_range`. */
export const parseIpRange: AggregationParser = (object, parts, parser) => {
  const body = new AggregationBody(object, parser, "ip_range");
  const keyed = body.takeBoolean("keyed") ?? false;
  const ranges = takeRanges(body, readRange) ?? [];
  const options = parseValuesSource(body, { formattable: false, scriptable: false });
  body.finish();
  const factory: AggregatorFactory = {
    ...parts,
    type: "ip_range",
    create: (context, parent) => {
      const source = new ValuesSource(context, options, "ip");
      source.expect("ip_range", ["ip"]);
      if (ranges.length === 0) {
        throw illegalArgument(`No [ranges] specified for the [${parts.name}] aggregation`);
      }
      const sorted = [...ranges].sort(
        (a, b) => compareBounds(a.from, b.from, -1) || compareBounds(a.to, b.to, 1),
      );
      return new IpRangeAggregator(factory, context, parent, source, sorted, keyed);
    },
  };
  return factory;
};

function readRange(range: AggregationBody): AddressRange {
  const address = (name: string): Uint8Array | undefined =>
    range.take(name, ["VALUE_STRING", "VALUE_NULL"], (value) => parseAddress(String(value)));
  const key = takeRangeKey(range);
  const from = address("from");
  const to = address("to");
  const mask = range.takeString("mask");
  range.finish();
  if (mask === undefined) return { key, from, to };
  if (from !== undefined || to !== undefined) {
    throw illegalArgument("Cannot specify [mask] with [from] or [to]");
  }
  const cidr = parseCidr(mask);
  return {
    key: key ?? mask,
    from: cidr.from.every((byte) => byte === 0) ? undefined : cidr.from,
    to: nextAddress(cidr.to),
  };
}

/** An open bound is below (-1) or above (1) all others. */
function compareBounds(a: Uint8Array | undefined, b: Uint8Array | undefined, open: -1 | 1): number {
  if (a === undefined || b === undefined) {
    return a === b ? 0 : a === undefined ? open : -open;
  }
  return Buffer.compare(a, b);
}

function showRange({ key, from, to }: AddressRange): FixedBucket {
  const text = (address: Uint8Array | undefined): string =>
    address === undefined ? "*" : formatAddress(address);
  const shown: XContentObject = {};
  if (from !== undefined) shown["from"] = text(from);
  if (to !== undefined) shown["to"] = text(to);
  return { key: key ?? `${text(from)}-${text(to)}`, shown };
}

class IpRangeAggregator extends FixedBucketsAggregator {
  private readonly source: ValuesSource;
  private readonly ranges: readonly AddressRange[];

  constructor(
    factory: AggregatorFactory,
    context: AggregationContext,
    parent: Aggregator | undefined,
    source: ValuesSource,
    ranges: readonly AddressRange[],
    keyed: boolean,
  ) {
    super(factory, context, parent, {
      type: "ip_range",
      keyed,
      showsKey: true,
      buckets: ranges.map(showRange),
    });
    this.source = source;
    this.ranges = ranges;
  }

  leafCollector(leaf: LeafContext, scorer: () => Scorable): LeafBucketCollector {
    if (!this.source.hasValues) return NO_OP_COLLECTOR;
    this.openLeaf(leaf, scorer);
    const ordinals = this.source.ordinals();
    const values = ordinals.leafValues(leaf);
    if (values === undefined) return NO_OP_COLLECTOR;
    const { count, ranges } = this;
    const lastDocs = new Map<number, number>();
    return {
      collect: (doc, owner) => {
        for (let left = values.advance(doc); left > 0; left--) {
          const term = ordinals.lookupOrd(values.nextOrd());
          for (let range = 0; range < count; range++) {
            const { from, to } = ranges[range]!;
            if (from !== undefined && Buffer.compare(term, from) < 0) continue;
            if (to !== undefined && Buffer.compare(term, to) >= 0) continue;
            const ord = owner * count + range;
            if (lastDocs.get(ord) === doc) continue;
            lastDocs.set(ord, doc);
            this.collectBucket(doc, ord);
          }
        }
      },
    };
  }
}
