// Rounds instants down to calendar units or fixed intervals, in a time zone.
// Upstream: org.opensearch.common.Rounding.

import { illegalArgument } from "../../base/index.ts";
import { civilFromDays, dayOfWeek } from "./date-printer.ts";
import { daysFromCivil } from "./iso-date.ts";
import type { ZoneRules } from "./zone-rules.ts";
import { zoneRules } from "./zone-rules.ts";

const DAY_MS = 86_400_000;

/** Calendar units. */
export type DateTimeUnit =
  | "second"
  | "minute"
  | "hour"
  | "day"
  | "week"
  | "month"
  | "quarter"
  | "year";

const UNIT_NAMES: Readonly<Record<string, DateTimeUnit>> = {
  "1s": "second",
  "1m": "minute",
  "1h": "hour",
  "1d": "day",
  "1w": "week",
  "1M": "month",
  "1q": "quarter",
  "1y": "year",
  second: "second",
  minute: "minute",
  hour: "hour",
  day: "day",
  week: "week",
  month: "month",
  quarter: "quarter",
  year: "year",
};

/** A calendar unit by its name in a request (`1d`, `day`), or undefined. */
export function dateTimeUnit(name: string): DateTimeUnit | undefined {
  return Object.hasOwn(UNIT_NAMES, name) ? UNIT_NAMES[name] : undefined;
}

const FIXED_UNITS: Readonly<Partial<Record<DateTimeUnit, number>>> = {
  second: 1000,
  minute: 60_000,
  hour: 3_600_000,
};

/** Rounds milliseconds down. */
export interface Rounding {
  /** The start of the bucket that holds an instant. */
  round(utcMs: number): number;
  /** The start of the next bucket. */
  next(utcMs: number): number;
}

/** Rounding by a calendar unit in a zone, shifted by `offsetMs`. */
export function calendarRounding(unit: DateTimeUnit, timeZone = "UTC", offsetMs = 0): Rounding {
  const rules = zoneRules(timeZone);
  const fixed = FIXED_UNITS[unit];
  const base =
    fixed === undefined ? new MidnightRounding(unit, rules) : new ShortUnitRounding(fixed, rules);
  return offsetMs === 0 ? base : new OffsetRounding(base, offsetMs);
}

/** Rounding by a number of milliseconds of local time, shifted by `offsetMs`. */
export function fixedRounding(intervalMs: number, timeZone = "UTC", offsetMs = 0): Rounding {
  if (intervalMs < 1) throw illegalArgument("Zero or negative time interval not supported");
  const base = new IntervalRounding(intervalMs, zoneRules(timeZone));
  return offsetMs === 0 ? base : new OffsetRounding(base, offsetMs);
}

class OffsetRounding implements Rounding {
  private readonly base: Rounding;
  private readonly offsetMs: number;

  constructor(base: Rounding, offsetMs: number) {
    this.base = base;
    this.offsetMs = offsetMs;
  }

  round(utcMs: number): number {
    return this.base.round(utcMs - this.offsetMs) + this.offsetMs;
  }

  next(utcMs: number): number {
    return this.base.next(utcMs - this.offsetMs) + this.offsetMs;
  }
}

/** For each local day from 1902 to 2081 the first day of its unit, kept once it was asked for. */
const FIRST_KEPT_DAY = -25_000;
const KEPT_DAYS = 65_536;
/** Stored as days after FIRST_KEPT_DAY plus one, which may be below zero: 0 is "not known". */
const KEPT_BY_UNIT = new Map<DateTimeUnit, Int32Array>();

/** Units of a day and more: the first instant of the local day. */
class MidnightRounding implements Rounding {
  private readonly unit: DateTimeUnit;
  private readonly rules: ZoneRules;
  private readonly keptDays: Int32Array;
  // The last bucket, for runs of instants in one bucket.
  private start = NaN;
  private end = NaN;

  constructor(unit: DateTimeUnit, rules: ZoneRules) {
    this.unit = unit;
    this.rules = rules;
    let days = KEPT_BY_UNIT.get(unit);
    if (days === undefined) KEPT_BY_UNIT.set(unit, (days = new Int32Array(KEPT_DAYS)));
    this.keptDays = days;
  }

  round(utcMs: number): number {
    if (utcMs >= this.start && utcMs < this.end) return this.start;
    const { fixedOffsetMs } = this.rules;
    if (fixedOffsetMs !== undefined) {
      const day = Math.floor((utcMs + fixedOffsetMs) / DAY_MS);
      const at = day - FIRST_KEPT_DAY;
      if (at >= 0 && at < KEPT_DAYS) {
        if (this.keptDays[at] === 0) this.keptDays[at] = this.floorDay(utcMs) - FIRST_KEPT_DAY + 1;
        return (this.keptDays[at]! + FIRST_KEPT_DAY - 1) * DAY_MS - fixedOffsetMs;
      }
    }
    const day = this.floorDay(utcMs);
    const start = this.firstInstant(day);
    const end = this.firstInstant(this.nextDay(day));
    if (utcMs >= start && utcMs < end) {
      this.start = start;
      this.end = end;
    }
    return start;
  }

  next(utcMs: number): number {
    return this.firstInstant(this.nextDay(this.floorDay(utcMs)));
  }

  private floorDay(utcMs: number): number {
    const day = Math.floor((utcMs + this.rules.offsetMs(utcMs)) / DAY_MS);
    if (this.unit === "day") return day;
    if (this.unit === "week") return day - dayOfWeek(day) + 1;
    const { year, month } = civilFromDays(day);
    if (this.unit === "month") return daysFromCivil(year, month, 1);
    if (this.unit === "quarter") return daysFromCivil(year, Math.floor((month - 1) / 3) * 3 + 1, 1);
    return daysFromCivil(year, 1, 1);
  }

  private nextDay(day: number): number {
    if (this.unit === "day") return day + 1;
    if (this.unit === "week") return day + 7;
    const { year, month } = civilFromDays(day);
    const months = this.unit === "month" ? 1 : this.unit === "quarter" ? 3 : 12;
    const later = year * 12 + month - 1 + months;
    return daysFromCivil(Math.floor(later / 12), (later % 12) + 1, 1);
  }

  // A day that starts inside a gap starts at the transition.
  private firstInstant(day: number): number {
    const local = day * DAY_MS;
    const { fixedOffsetMs } = this.rules;
    if (fixedOffsetMs !== undefined) return local - fixedOffsetMs;
    const offsets = this.rules.validOffsetsMs(local);
    if (offsets.length > 0) return local - offsets[0]!;
    return this.rules.intervalStart(this.rules.localToUtc(local));
  }
}

/** Seconds, minutes, hours: truncated local time, never across a transition. */
class ShortUnitRounding implements Rounding {
  private readonly unitMs: number;
  private readonly rules: ZoneRules;

  constructor(unitMs: number, rules: ZoneRules) {
    this.unitMs = unitMs;
    this.rules = rules;
  }

  round(utcMs: number): number {
    const { rules, unitMs } = this;
    let instant = utcMs;
    for (;;) {
      const offset = rules.offsetMs(instant);
      const start = rules.intervalStart(instant);
      const truncated = Math.floor((instant + offset) / unitMs) * unitMs - offset;
      if (truncated >= start) return truncated;
      // The truncated time lies before the transition: in an overlap it may exist there as well.
      const before = this.inEarlier(instant, start, offset);
      if (before !== undefined) return before;
      instant = start - 1;
    }
  }

  private inEarlier(instant: number, start: number, offset: number): number | undefined {
    const local = Math.floor((instant + offset) / this.unitMs) * this.unitMs;
    for (const candidate of this.rules.validOffsetsMs(local).reverse()) {
      const result = local - candidate;
      if (result <= instant && result >= start) return result;
    }
    return undefined;
  }

  next(utcMs: number): number {
    const once = this.round(utcMs + this.unitMs);
    return utcMs < once ? once : this.round(utcMs + 2 * this.unitMs);
  }
}

/** Multiples of an interval in local time. */
class IntervalRounding implements Rounding {
  private readonly intervalMs: number;
  private readonly rules: ZoneRules;

  constructor(intervalMs: number, rules: ZoneRules) {
    this.intervalMs = intervalMs;
    this.rules = rules;
  }

  round(utcMs: number): number {
    const { rules, intervalMs } = this;
    const offset = rules.offsetMs(utcMs);
    const local = Math.floor((utcMs + offset) / intervalMs) * intervalMs;
    if (rules.fixedOffsetMs !== undefined) return local - offset;
    const offsets = rules.validOffsetsMs(local);
    if (offsets.length === 0) return rules.intervalStart(rules.localToUtc(local));
    const transition = rules.intervalStart(utcMs);
    for (let i = offsets.length - 1; i >= 0; i--) {
      const instant = local - offsets[i]!;
      if (instant < transition) return this.round(transition - 1);
      if (instant <= utcMs) return instant;
    }
    return local - offsets[0]!;
  }

  next(utcMs: number): number {
    const previous = this.round(utcMs);
    let increment = this.intervalMs;
    let from = previous;
    for (let i = 0; i < 100; i++) {
      from += increment;
      const rounded = this.round(from);
      if (rounded <= previous) {
        if (increment < 0) increment = Math.trunc(-increment / 2);
        continue;
      }
      if (this.round(rounded - 1) > previous) {
        if (increment > 0) increment = Math.trunc(-increment / 2);
        continue;
      }
      return rounded;
    }
    return this.round(from);
  }
}
