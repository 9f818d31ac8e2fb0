// TieredMergePolicy as a pure function. Sizes are in megabytes.

import { expect, test } from "vitest";
import {
  findMerges,
  isMergedSegmentCompound,
  MERGE_POLICY_DEFAULTS,
  type MergePolicySettings,
  type SegmentSize,
} from "../../../src/lucene/index/merge-policy.ts";

const MB = 1024 * 1024;
const settings: MergePolicySettings = { ...MERGE_POLICY_DEFAULTS, floorSegmentBytes: 2 * MB };

function segments(
  ...sizes: (number | [megabytes: number, deletedPercent: number])[]
): SegmentSize[] {
  return sizes.map((size, i) => {
    const [megabytes, deleted] = typeof size === "number" ? [size, 0] : size;
    return {
      name: `_${i.toString(36).padStart(2, "0")}`,
      bytes: megabytes * MB,
      maxDoc: 1000,
      deletedDocs: deleted * 10,
      merging: false,
    };
  });
}

const natural = { kind: "natural" } as const;

test("findMerges leaves ten segments of a tier alone and merges the eleventh with nine others", () => {
  expect(findMerges(natural, segments(...Array<number>(10).fill(0.1)), settings)).toEqual([]);
  const merges = findMerges(natural, segments(...Array<number>(11).fill(0.1)), settings);
  expect(merges).toHaveLength(1);
  expect(merges[0]).toHaveLength(10);
});

test("findMerges prefers the balanced small segments over one that is larger", () => {
  const merges = findMerges(natural, segments(500, ...Array<number>(30).fill(0.1)), settings);
  expect(merges.length).toBeGreaterThan(0);
  expect(merges.flat()).not.toContain("_00");
});

test("findMerges never makes a segment over the maximum, and ignores those over half of it", () => {
  const sizes = [4000, 3000, ...Array<number>(12).fill(1000)];
  for (const merge of findMerges(natural, segments(...sizes), settings)) {
    const total = merge.reduce((sum, name) => sum + sizes[Number.parseInt(name.slice(1), 36)]!, 0);
    expect(total).toBeLessThanOrEqual(5 * 1024);
    expect(merge).not.toContain("_00");
    expect(merge).not.toContain("_01");
  }
});

test("findMerges rewrites segments once more than a fifth of the index is deleted", () => {
  expect(findMerges(natural, segments([100, 15], [100, 15]), settings)).toEqual([]);
  expect(findMerges(natural, segments([100, 45], [100, 0]), settings).flat()).toContain("_00");
});

test("findMerges leaves out segments that are merging", () => {
  const all = segments(...Array<number>(14).fill(2));
  const busy = all.map((segment, i) => ({ ...segment, merging: i < 4 }));
  expect(findMerges(natural, busy, settings)).toEqual([]);
  expect(findMerges({ kind: "force", maxSegments: 1 }, busy, settings)).toEqual([]);
});

test("findMerges does nothing by itself when merging is disabled, and still obeys", () => {
  const off = { ...settings, enabled: false };
  const all = segments(...Array<number>(20).fill(2));
  expect(findMerges(natural, all, off)).toEqual([]);
  expect(findMerges({ kind: "force", maxSegments: 1 }, all, off)).toHaveLength(1);
});

test("findMerges forces down to the asked number, beyond the maximum size", () => {
  const all = segments(4000, 4000, 3000, 10, 10);
  expect(findMerges({ kind: "force", maxSegments: 1 }, all, settings)[0]).toHaveLength(5);
  const two = findMerges({ kind: "force", maxSegments: 2 }, all, settings);
  const left = all.length - two.reduce((sum, merge) => sum + merge.length - 1, 0);
  expect(left).toBe(2);
  expect(findMerges({ kind: "force", maxSegments: 1 }, segments(10), settings)).toEqual([]);
  expect(findMerges({ kind: "force", maxSegments: 1 }, segments([10, 1]), settings)).toHaveLength(
    1,
  );
});

test("findMerges expunges segments with more than a tenth deleted", () => {
  const merges = findMerges(
    { kind: "expunge-deletes" },
    segments([10, 5], [10, 11], [10, 50]),
    settings,
  );
  expect(merges.flat().sort()).toEqual(["_01", "_02"]);
});

test("isMergedSegmentCompound packs a tenth of the index at most", () => {
  expect(isMergedSegmentCompound(10, 100, settings)).toBe(true);
  expect(isMergedSegmentCompound(11, 100, settings)).toBe(false);
  expect(isMergedSegmentCompound(1, 100, { ...settings, noCfsRatio: 0 })).toBe(false);
  expect(isMergedSegmentCompound(99, 100, { ...settings, noCfsRatio: 1 })).toBe(true);
});
