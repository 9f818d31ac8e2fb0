// Date math: `now-1d/d`, `2020-01-01||+1M/d`. Upstream:
// org.opensearch.common.time.JavaDateMathParser.

import { VarveError } from "../../base/index.ts";
import type { DateInstant } from "./date-fields.ts";
import type { DateFormatter } from "./date-formatter.ts";
import { civilFromDays, dayOfWeek } from "./date-printer.ts";
import { daysFromCivil, daysInMonth } from "./iso-date.ts";
import type { ZoneRules } from "./zone-rules.ts";
import { zoneRules } from "./zone-rules.ts";

const DAY_MS = 86_400_000;

function parseException(message: string, cause?: unknown): VarveError {
  return new VarveError("invalid", message, {
    type: "parse_exception",
    ...(cause === undefined ? {} : { cause }),
  });
}

/** Parses date math on top of a format. */
export class DateMathParser {
  private readonly formatter: DateFormatter;

  constructor(formatter: DateFormatter) {
    this.formatter = formatter;
  }

  /** Milliseconds; see parseInstant. */
  parse(text: string, now: () => number, roundUp = false, timeZone?: string): number {
    return this.parseInstant(text, now, roundUp, timeZone).millis;
  }

  /**
   * The instant of a text. `roundUp` takes the last instant of what the text names (for `lte` and
   * `gt`); `timeZone` reads dates without a zone, and rounds in it.
   */
  parseInstant(text: string, now: () => number, roundUp = false, timeZone?: string): DateInstant {
    if (text.startsWith("now")) {
      return this.math(text.slice(3), { millis: now(), nanosOfMilli: 0 }, roundUp, timeZone);
    }
    const bars = text.indexOf("||");
    if (bars < 0) return this.date(text, roundUp, timeZone);
    return this.math(
      text.slice(bars + 2),
      this.date(text.slice(0, bars), false, timeZone),
      roundUp,
      timeZone,
    );
  }

  private date(text: string, roundUp: boolean, timeZone: string | undefined): DateInstant {
    if (text === "") throw parseException("cannot parse empty date");
    try {
      return this.formatter.parse(text, roundUp, timeZone);
    } catch (error) {
      if (!(error instanceof VarveError)) throw error;
      const { pattern } = this.formatter;
      throw parseException(
        `failed to parse date field [${text}] with format [${pattern}]: [${error.message}]`,
        error,
      );
    }
  }

  private math(
    math: string,
    start: DateInstant,
    roundUp: boolean,
    timeZone: string | undefined,
  ): DateInstant {
    const time = new ZonedTime(start, zoneRules(timeZone ?? "UTC"));
    let at = 0;
    while (at < math.length) {
      const operator = math[at++]!;
      if (operator !== "/" && operator !== "+" && operator !== "-") {
        throw parseException(`operator not supported for date math [${math}]`);
      }
      if (at >= math.length) throw parseException(`truncated date math [${math}]`);
      const from = at;
      while (at < math.length && math[at]! >= "0" && math[at]! <= "9") at++;
      if (at >= math.length) throw parseException(`truncated date math [${math}]`);
      const count = from === at ? 1 : Number(math.slice(from, at));
      if (count > 2147483647) {
        throw new VarveError("invalid", `For input string: "${math.slice(from, at)}"`, {
          type: "number_format_exception",
        });
      }
      const unit = math[at++]!;
      if (!"yMwdhHms".includes(unit)) {
        throw parseException(`unit [${unit}] not supported for date math [${math}]`);
      }
      if (operator !== "/") time.plus(unit, operator === "-" ? -count : count);
      else {
        if (count !== 1) {
          throw parseException(`rounding \`/\` can only be used on single unit types [${math}]`);
        }
        time.floor(unit);
        if (roundUp) {
          time.plus(unit, 1);
          time.plusMillis(-1);
        }
      }
    }
    return time.instant();
  }
}

const FIXED: Readonly<Record<string, number>> = { h: 3_600_000, H: 3_600_000, m: 60_000, s: 1000 };

/** A ZonedDateTime: days and larger units move the local time, smaller ones the instant. */
class ZonedTime {
  private millis: number;
  private nanosOfMilli: number;
  private readonly rules: ZoneRules;

  constructor(instant: DateInstant, rules: ZoneRules) {
    this.millis = instant.millis;
    this.nanosOfMilli = instant.nanosOfMilli;
    this.rules = rules;
  }

  instant(): DateInstant {
    return { millis: this.millis, nanosOfMilli: this.nanosOfMilli };
  }

  plusMillis(count: number): void {
    this.millis += count;
  }

  plus(unit: string, count: number): void {
    const fixed = FIXED[unit];
    if (fixed !== undefined) this.millis += count * fixed;
    else if (unit === "d" || unit === "w") {
      this.setLocal(this.local() + count * (unit === "w" ? 7 : 1) * DAY_MS);
    } else this.plusMonths(unit === "y" ? count * 12 : count);
  }

  floor(unit: string): void {
    const local = this.local();
    const day = Math.floor(local / DAY_MS);
    this.nanosOfMilli = 0;
    const fixed = FIXED[unit];
    if (fixed !== undefined) this.setLocal(Math.floor(local / fixed) * fixed);
    else if (unit === "d") this.setLocal(day * DAY_MS);
    else if (unit === "w") this.setLocal((day - dayOfWeek(day) + 1) * DAY_MS);
    else {
      const { year, month } = civilFromDays(day);
      this.setLocal(daysFromCivil(year, unit === "y" ? 1 : month, 1) * DAY_MS);
    }
  }

  private plusMonths(count: number): void {
    const local = this.local();
    const epochDay = Math.floor(local / DAY_MS);
    const { year, month, day } = civilFromDays(epochDay);
    const months = year * 12 + month - 1 + count;
    const newYear = Math.floor(months / 12);
    const newMonth = months - newYear * 12 + 1;
    const newDay = Math.min(day, daysInMonth(newYear, newMonth));
    const date = daysFromCivil(newYear, newMonth, newDay);
    this.setLocal(date * DAY_MS + local - epochDay * DAY_MS);
  }

  private local(): number {
    return this.millis + this.rules.offsetMs(this.millis);
  }

  // Java keeps the current offset where the new local time still allows it.
  private setLocal(local: number): void {
    const offset = this.rules.offsetMs(this.millis);
    const kept = local - offset;
    this.millis = this.rules.offsetMs(kept) === offset ? kept : this.rules.localToUtc(local);
  }
}
