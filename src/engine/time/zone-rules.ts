// Time zones: offsets of instants and instants of local times, with the transitions cached.
// The platform knows the zones (Intl); asking it is slow, so each zone keeps the intervals of
// constant offset that it has met. Upstream: java.time.zone.ZoneRules.

import { illegalArgument, VarveError } from "../../base/index.ts";

const DAY_MS = 86_400_000;
/** Two transitions may be a month apart (Ramadan in Morocco); samples are closer than that. */
const SAMPLE_MS = 14 * DAY_MS;
/** Intl has no zone data before this; earlier instants use its offset. */
const FIRST_MS = Date.UTC(1850, 0, 1);
const LAST_MS = Date.UTC(2200, 0, 1);

/** A zone: fixed, or with transitions. */
export interface ZoneRules {
  readonly id: string;
  /** The offset in milliseconds if it never changes. */
  readonly fixedOffsetMs: number | undefined;
  /** What to add to UTC milliseconds to get local ones. */
  offsetMs(utcMs: number): number;
  /**
   * Offsets that a local time may have: none in a gap, two in an overlap, the earlier instant
   * first.
   */
  validOffsetsMs(localMs: number): number[];
  /** Start of the interval of constant offset around an instant, or -Infinity. */
  intervalStart(utcMs: number): number;
  /** End of that interval, or Infinity. */
  intervalEnd(utcMs: number): number;
  /** Java's ZonedDateTime.ofLocal: the earlier offset in an overlap, pushed forward in a gap. */
  localToUtc(localMs: number): number;
}

const zones = new Map<string, ZoneRules>();

/** A zone by id: `Europe/Berlin`, `+02:00`, `Z`, `UTC`, `GMT+1`. */
export function zoneRules(id: string): ZoneRules {
  let rules = zones.get(id);
  if (rules === undefined) {
    const offset = parseOffset(id);
    rules = offset === undefined ? new RegionZone(id) : new FixedZone(id, offset);
    zones.set(id, rules);
  }
  return rules;
}

const OFFSET = /^(?:UTC|GMT|UT)?([+-])(\d{1,2})(?::?(\d{2})(?::?(\d{2}))?)?$/;

/** Milliseconds of a fixed-offset id, or undefined. */
export function parseOffset(id: string): number | undefined {
  if (id === "Z" || id === "UTC" || id === "GMT" || id === "UT" || id === "") return 0;
  const match = OFFSET.exec(id);
  if (match === null) return undefined;
  const [, sign, hours, minutes = "0", seconds = "0"] = match;
  const total = Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds);
  if (Number(minutes) > 59 || Number(seconds) > 59 || total > 18 * 3600) {
    throw zoneError(`Zone offset not in valid range: -18:00 to +18:00`);
  }
  return (sign === "-" ? -total : total) * 1000;
}

function zoneError(message: string): VarveError {
  return new VarveError("invalid", message, { type: "date_time_exception" });
}

class FixedZone implements ZoneRules {
  readonly id: string;
  readonly fixedOffsetMs: number;

  constructor(id: string, offsetMs: number) {
    this.id = id;
    this.fixedOffsetMs = offsetMs;
  }

  offsetMs(): number {
    return this.fixedOffsetMs;
  }

  validOffsetsMs(): number[] {
    return [this.fixedOffsetMs];
  }

  intervalStart(): number {
    return -Infinity;
  }

  intervalEnd(): number {
    return Infinity;
  }

  localToUtc(localMs: number): number {
    return localMs - this.fixedOffsetMs;
  }
}

interface Interval {
  readonly start: number;
  readonly end: number;
  readonly offset: number;
}

class RegionZone implements ZoneRules {
  readonly id: string;
  readonly fixedOffsetMs = undefined;
  private readonly format: Intl.DateTimeFormat;
  /** By start. Neighbours may be missing between them. */
  private readonly intervals: Interval[] = [];
  private last: Interval;

  constructor(id: string) {
    this.id = id;
    try {
      this.format = new Intl.DateTimeFormat("en-US-u-ca-gregory-nu-latn", {
        timeZone: id,
        hourCycle: "h23",
        era: "short",
        year: "numeric",
        month: "numeric",
        day: "numeric",
        hour: "numeric",
        minute: "numeric",
        second: "numeric",
      });
    } catch (cause) {
      throw illegalArgument(`Unknown time-zone ID: ${id}`, cause);
    }
    this.last = this.find(0);
  }

  offsetMs(utcMs: number): number {
    return this.at(utcMs).offset;
  }

  intervalStart(utcMs: number): number {
    return this.at(utcMs).start;
  }

  intervalEnd(utcMs: number): number {
    return this.at(utcMs).end;
  }

  validOffsetsMs(localMs: number): number[] {
    // The instant lies within a day of the local time read as UTC; look at all intervals around.
    const offsets: number[] = [];
    let interval = this.at(localMs - DAY_MS);
    for (;;) {
      const utc = localMs - interval.offset;
      if (utc >= interval.start && utc < interval.end) offsets.push(interval.offset);
      if (interval.end > localMs + DAY_MS) return offsets;
      interval = this.at(interval.end);
    }
  }

  localToUtc(localMs: number): number {
    const { last } = this;
    const guess = localMs - last.offset;
    if (guess - DAY_MS >= last.start && guess + DAY_MS < last.end) return guess;
    const offsets = this.validOffsetsMs(localMs);
    if (offsets.length > 0) return localMs - offsets[0]!;
    // In a gap, the offset before it pushes the local time forward by the gap's length.
    let before = this.at(localMs - DAY_MS);
    for (;;) {
      const next = this.at(before.end);
      if (localMs < next.start + next.offset) return localMs - before.offset;
      before = next;
    }
  }

  private at(utcMs: number): Interval {
    const { last } = this;
    if (utcMs >= last.start && utcMs < last.end) return last;
    return (this.last = this.find(utcMs));
  }

  private find(utcMs: number): Interval {
    const { intervals } = this;
    let low = 0;
    let high = intervals.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (intervals[middle]!.end <= utcMs) low = middle + 1;
      else high = middle;
    }
    const known = intervals[low];
    if (known !== undefined && known.start <= utcMs) return known;
    const found = this.measure(Math.min(Math.max(utcMs, FIRST_MS), LAST_MS));
    intervals.splice(low, 0, found);
    return found;
  }

  // Walks in samples until the offset changes, then bisects to the millisecond.
  private measure(utcMs: number): Interval {
    const offset = this.ask(utcMs);
    let start = utcMs;
    while (start > FIRST_MS && this.ask(start - SAMPLE_MS) === offset) start -= SAMPLE_MS;
    let end = utcMs;
    while (end < LAST_MS && this.ask(end + SAMPLE_MS) === offset) end += SAMPLE_MS;
    return {
      offset,
      start: start <= FIRST_MS ? -Infinity : this.bisect(start - SAMPLE_MS, start, offset),
      end: end >= LAST_MS ? Infinity : this.bisect(end, end + SAMPLE_MS, this.ask(end + SAMPLE_MS)),
    };
  }

  /**
   * The first instant in (low, high] whose offset is `offset`, which `high` has and `low` has not.
   */
  private bisect(low: number, high: number, offset: number): number {
    let before = Math.floor(low / 1000);
    let after = Math.ceil(high / 1000);
    while (after - before > 1) {
      const middle = Math.floor((before + after) / 2);
      if (this.ask(middle * 1000) === offset) after = middle;
      else before = middle;
    }
    return after * 1000;
  }

  private ask(utcMs: number): number {
    const whole = Math.floor(utcMs / 1000) * 1000;
    const parts: Record<string, string> = {};
    for (const { type, value } of this.format.formatToParts(whole)) parts[type] = value;
    const year = parts["era"]!.startsWith("B") ? 1 - Number(parts["year"]) : Number(parts["year"]);
    const local = Date.UTC(
      2000,
      Number(parts["month"]) - 1,
      Number(parts["day"]),
      Number(parts["hour"]),
      Number(parts["minute"]),
      Number(parts["second"]),
    );
    return (
      new Date(local).setUTCFullYear(year, Number(parts["month"]) - 1, Number(parts["day"])) - whole
    );
  }
}
