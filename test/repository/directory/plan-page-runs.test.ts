import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { planPageRuns } from "../../../src/repository/directory/plan-page-runs.ts";

const pagesOf = (runs: readonly { first: number; count: number }[]) =>
  runs.flatMap(({ first, count }) => Array.from({ length: count }, (_, at) => first + at));

describe("planPageRuns", () => {
  test("joins neighbours and near pages, and cuts long runs", () => {
    const limits = { gapPagesMax: 2, runPagesMax: 4 };
    expect(planPageRuns([9, 1, 2, 3], limits)).toEqual([
      { first: 1, count: 3 },
      { first: 9, count: 1 },
    ]);
    expect(planPageRuns([1, 4], limits)).toEqual([{ first: 1, count: 4 }]);
    expect(planPageRuns([0, 1, 2, 3, 4, 5], limits)).toEqual([
      { first: 0, count: 4 },
      { first: 4, count: 2 },
    ]);
  });

  test("brings every wanted page once, and none that is there", () => {
    const page = fc.integer({ min: 0, max: 60 });
    fc.assert(
      fc.property(
        fc.uniqueArray(page),
        fc.uniqueArray(page),
        fc.integer({ min: 0, max: 5 }),
        fc.integer({ min: 1, max: 9 }),
        (asked, there, gapPagesMax, runPagesMax) => {
          const wanted = asked.filter((one) => !there.includes(one));
          const limits = { gapPagesMax, runPagesMax };
          const runs = planPageRuns(wanted, limits, (one) => there.includes(one));
          const brought = pagesOf(runs);
          expect(new Set(brought).size).toBe(brought.length);
          for (const one of wanted) expect(brought).toContain(one);
          for (const one of there) expect(brought).not.toContain(one);
          for (const { count } of runs) expect(count).toBeLessThanOrEqual(runPagesMax);
        },
      ),
    );
  });
});
