import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  decideRetention,
  hasRules,
  type RetainedSnapshot,
  type RetentionRules,
} from "../../src/control/index.ts";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const NOW = Date.UTC(2026, 10, 21, 12);

function snapshot(name: string, startTimeMillis: number, state = "SUCCESS"): RetainedSnapshot {
  return { name, uuid: `uuid-${name}`, state, startTimeMillis };
}

function kept(snapshots: RetainedSnapshot[], rules: RetentionRules): string[] {
  return decideRetention(snapshots, rules, NOW)
    .filter((decision) => decision.keep)
    .map((decision) => decision.snapshot.name);
}

/** One a day at 01:00 UTC, `d0` being today's. */
const daily = Array.from({ length: 60 }, (_, age) =>
  snapshot(`d${age}`, Date.UTC(2026, 10, 21, 1) - age * DAY),
);

describe("decideRetention", () => {
  test("keeps the newest of each period, the newest periods first", () => {
    expect(kept(daily, { last: 3 })).toEqual(["d0", "d1", "d2"]);
    expect(kept(daily, { daily: 2, monthly: 2 })).toEqual(["d0", "d1", "d21"]);
    // 21 November 2026 is a Saturday: weeks end with the Sundays d6 and d13.
    expect(kept(daily, { weekly: 3 })).toEqual(["d0", "d6", "d13"]);
    expect(kept(daily, { yearly: 5 })).toEqual(["d0"]);
    expect(kept(daily, { withinMs: 36 * HOUR })).toEqual(["d0", "d1"]);
  });

  test("counts days in the time zone that is given", () => {
    const two = [
      snapshot("late", Date.UTC(2026, 10, 20, 23, 30)),
      snapshot("early", Date.UTC(2026, 10, 20, 15, 30)),
    ];
    expect(kept(two, { daily: 5 })).toEqual(["late"]);
    // In Tokyo both are on the 21st; in Los Angeles on the 20th; in Auckland on two days.
    expect(kept(two, { daily: 5, timeZone: "Asia/Tokyo" })).toEqual(["late"]);
    expect(
      kept([snapshot("before", Date.UTC(2026, 10, 20, 14, 30)), ...two], {
        daily: 5,
        timeZone: "Asia/Tokyo",
      }),
    ).toEqual(["late", "before"]);
  });

  test("numbers ISO weeks over the turn of a year", () => {
    const turn = [
      snapshot("monday", Date.UTC(2025, 11, 29)),
      snapshot("friday", Date.UTC(2026, 0, 2)),
      snapshot("sunday-before", Date.UTC(2025, 11, 28)),
    ];
    const decisions = decideRetention(turn, { weekly: 9 }, NOW);
    expect(decisions.map((item) => [item.snapshot.name, item.keep])).toEqual([
      ["friday", true],
      ["monday", false],
      ["sunday-before", true],
    ]);
    expect(decisions[0]!.reasons).toEqual(["weekly 1 of 9 (2026-W01)"]);
    expect(decisions[2]!.reasons).toEqual(["weekly 2 of 9 (2025-W52)"]);
  });

  test("counts successes only, and keeps failures that no success has followed", () => {
    const mixed = [
      snapshot("running", NOW - HOUR, "IN_PROGRESS"),
      snapshot("failed-now", NOW - 2 * HOUR, "FAILED"),
      snapshot("good", NOW - 3 * HOUR),
      snapshot("partial-old", NOW - 4 * HOUR, "PARTIAL"),
      snapshot("good-old", NOW - 5 * HOUR),
      snapshot("failed-older", NOW - 6 * HOUR, "FAILED"),
    ];
    expect(kept(mixed, { last: 2 })).toEqual(["running", "failed-now", "good", "good-old"]);
    expect(kept(mixed, { last: 1 })).toEqual(["running", "failed-now", "good"]);
  });

  test("keeps the last good one, holds and what cannot be read, with reasons", () => {
    const unreadable = { name: "odd", uuid: "u", state: undefined, startTimeMillis: undefined };
    const old = [
      snapshot("a", NOW - 900 * DAY),
      snapshot("legal-1", NOW - 950 * DAY),
      { ...snapshot("m", NOW - 960 * DAY), held: true },
      snapshot("b", NOW - 970 * DAY),
    ];
    const decisions = decideRetention(
      [...old, unreadable],
      {
        withinMs: DAY,
        holds: ["legal-*"],
      },
      NOW,
    );
    expect(decisions.map((item) => [item.snapshot.name, item.keep, item.reasons])).toEqual([
      ["odd", true, ["it cannot be read: look at it with varve verify"]],
      ["a", true, ["the last good one"]],
      ["legal-1", true, ["held"]],
      ["m", true, ["held by its metadata"]],
      ["b", false, ["no rule keeps it"]],
    ]);
  });

  test("never loses the newest success, a hold or a running one, whatever the rules", () => {
    const states = fc.constantFrom("SUCCESS", "SUCCESS", "PARTIAL", "FAILED", "IN_PROGRESS");
    const list = fc.uniqueArray(
      fc.record({ at: fc.integer({ min: 0, max: 2000 }), state: states, held: fc.boolean() }),
      { selector: (item) => item.at, maxLength: 40 },
    );
    const count = fc.option(fc.integer({ min: 1, max: 9 }), { nil: undefined });
    const rules = fc.record(
      { last: count, hourly: count, daily: count, weekly: count, monthly: count, yearly: count },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(list, rules, (items, chosen) => {
        const given = Object.entries(chosen).filter(([, value]) => value !== undefined);
        const snapshots = items.map(({ at, state, held }) => ({
          ...snapshot(`s${at}`, NOW - at * 7 * HOUR, state),
          held,
        }));
        const decisions = decideRetention(snapshots, Object.fromEntries(given), NOW);
        expect(decisions.length).toBe(snapshots.length);
        expect(decisions.every((item) => item.reasons.length > 0)).toBe(true);
        const gone = decisions.filter((item) => !item.keep).map((item) => item.snapshot);
        expect(gone.some((item) => item.held || item.state === "IN_PROGRESS")).toBe(false);
        const good = snapshots.filter((item) => item.state === "SUCCESS");
        const newest = Math.max(...good.map((item) => item.startTimeMillis!));
        expect(gone.some((item) => item.startTimeMillis === newest)).toBe(false);
        const left = good.filter((item) => !gone.includes(item)).length;
        expect(left).toBeGreaterThanOrEqual(Math.min(good.length, chosen.last ?? 1));
      }),
    );
  });

  test("hasRules is false when nothing says what to keep", () => {
    expect(hasRules({ holds: ["a"] })).toBe(false);
    expect(hasRules({ monthly: 1 })).toBe(true);
  });
});

test("decideRetention counts the hour that comes twice in autumn as two", () => {
  const taken = ["2026-11-01T05:30:00Z", "2026-11-01T06:30:00Z"].map((name) => ({
    name,
    uuid: name,
    state: "SUCCESS",
    startTimeMillis: Date.parse(name),
  }));
  const rules = { hourly: 2, timeZone: "America/New_York" };
  const decisions = decideRetention(taken, rules, Date.parse("2026-11-02T00:00:00Z"));
  expect(decisions.map(({ reasons }) => reasons)).toEqual([
    ["hourly 1 of 2 (2026-11-01T01-05:00)"],
    ["hourly 2 of 2 (2026-11-01T01-04:00)"],
  ]);
});
