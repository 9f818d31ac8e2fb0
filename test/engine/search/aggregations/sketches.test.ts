// The sketches on more values than the corpus has. The numbers are those of OpenSearch 3.6.0 (an index
// of 40,000 documents) and of t-digest 3.3.

import { describe, expect, it } from "vitest";
import {
  HyperLogLogPlusPlus,
  precisionFromThreshold,
} from "../../../../src/engine/search/aggregations/hyper-log-log.ts";
import { MergingDigest } from "../../../../src/engine/search/aggregations/merging-digest.ts";
import { hashBytes, hashLong } from "../../../../src/engine/search/aggregations/value-hash.ts";

function cardinality(
  precision: number,
  hash: (i: number, into: { high: number; low: number }) => void,
): number {
  const counter = new HyperLogLogPlusPlus(precision);
  const halves = { high: 0, low: 0 };
  for (let i = 0; i < 40_000; i++) {
    hash(i, halves);
    counter.collect(halves.high, halves.low);
  }
  return counter.cardinality();
}

describe("HyperLogLogPlusPlus", () => {
  it.each([
    [undefined, 14, 39_580, 40_224],
    [100, 10, undefined, undefined],
    [40_000, 18, 40_004, 40_011],
  ])(
    "counts 40,000 values as the server does when the threshold is %s",
    (threshold, precision, longs, texts) => {
      if (threshold !== undefined) expect(precisionFromThreshold(threshold)).toBe(precision);
      if (longs === undefined) return;
      expect(cardinality(precision, (i, into) => hashLong(i * 7, into))).toBe(longs);
      expect(cardinality(precision, (i, into) => hashBytes(Buffer.from(`value ${i}`), into))).toBe(
        texts,
      );
    },
  );

  it("merges counters as if one had seen all values", () => {
    const halves = { high: 0, low: 0 };
    const all = new HyperLogLogPlusPlus(10);
    const parts = [new HyperLogLogPlusPlus(10), new HyperLogLogPlusPlus(10)];
    for (let i = 0; i < 3000; i++) {
      hashLong(i, halves);
      all.collect(halves.high, halves.low);
      parts[i % 100 === 0 ? 1 : 0]!.collect(halves.high, halves.low);
    }
    const merged = new HyperLogLogPlusPlus(10);
    for (const part of parts) merged.merge(part);
    expect(merged.cardinality()).toBe(all.cardinality());
  });
});

describe("hashLong", () => {
  it("gives a bigint the hash of the number", () => {
    const number = { high: 0, low: 0 };
    const big = { high: 0, low: 0 };
    hashLong(-5, number);
    hashLong(-5n, big);
    expect(big).toEqual(number);
  });
});

describe("MergingDigest", () => {
  it.each([
    [
      1,
      [-14.714285714285715, 15.052380952380956, 51.89285714285714, 87.92987012987012],
      0.351010781671159,
    ],
    [
      3,
      [-14.285714285714285, 15.286147186147188, 50.07142857142857, 87.85714285714288],
      0.345151828847481,
    ],
  ])("gives the quantiles of the library when %s digests are merged", (shards, want, share) => {
    const merged = new MergingDigest(100);
    for (let shard = 0; shard < shards; shard++) {
      const digest = new MergingDigest(100);
      for (let i = 0; i < 140; i++) digest.add(((i * 7919 + shard * 31) % 1000) / 7 - 20);
      merged.addAll(digest);
    }
    expect([0.05, 0.25, 0.5, 0.75].map((q) => merged.quantile(q))).toEqual(want);
    expect(merged.cdf(30)).toBe(share);
  });
});
