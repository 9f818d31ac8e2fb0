// The interval of date histograms: calendar, fixed, or the old `interval` that is tried as both.
// Upstream: org.opensearch.search.aggregations.bucket.histogram.DateIntervalWrapper.

import { illegalArgument } from "../../../base/index.ts";
import { parseTimeValue } from "../../settings.ts";
import { calendarRounding, dateTimeUnit, fixedRounding, type Rounding } from "../../time/index.ts";
import { textOf } from "../object-reader.ts";
import type { AggregationBody } from "./aggregation-body.ts";

/** An interval of a request. */
export interface DateInterval {
  readonly kind: "calendar" | "fixed" | "legacy";
  readonly text: string;
}

/** Takes one of the three members; undefined where none is there. */
export function takeDateInterval(body: AggregationBody): DateInterval | undefined {
  let found: DateInterval | undefined;
  for (const key of Object.keys(body.object)) {
    const next = takeOne(body, key);
    if (next === undefined) continue;
    if (found !== undefined && found.kind !== next.kind) {
      throw body.error(
        `[${body.type}] failed to parse field [${key}]`,
        key,
        illegalArgument(conflict(found.kind, next.kind)),
      );
    }
    found = next;
  }
  for (const key of ["interval", "calendar_interval", "fixed_interval"]) takeOne(body, key);
  return found;
}

function conflict(found: DateInterval["kind"], next: DateInterval["kind"]): string {
  if (next === "legacy") {
    return (
      "Cannot use [interval] with [fixed_interval] or [calendar_interval] configuration " +
      "options."
    );
  }
  const other = found === "legacy" ? "interval" : `${found}_interval`;
  return `Cannot use [${next}_interval] with [${other}] configuration option.`;
}

function takeOne(body: AggregationBody, key: string): DateInterval | undefined {
  switch (key) {
    case "interval":
      return body.take(key, ["VALUE_STRING", "VALUE_NUMBER"], (value) => {
        if (typeof value !== "number") return { kind: "legacy", text: notEmpty(textOf(value)) };
        if (value < 1) {
          throw illegalArgument("[interval] must be 1 or greater for aggregation [date_histogram]");
        }
        return { kind: "legacy", text: `${Math.trunc(value)}ms` };
      });
    case "calendar_interval":
      return body.take(key, ["VALUE_STRING"], (value) => {
        const text = notEmpty(textOf(value));
        if (dateTimeUnit(text) === undefined) {
          throw illegalArgument(
            `The supplied interval [${text}] could not be parsed as a calendar interval.`,
          );
        }
        return { kind: "calendar", text };
      });
    case "fixed_interval":
      return body.take(key, ["VALUE_STRING"], (value) => {
        const text = notEmpty(textOf(value));
        fixedMillis(text, "date_histogram.fixedInterval");
        return { kind: "fixed", text };
      });
    default:
      return undefined;
  }
}

/** Milliseconds of a fixed interval. `M` is months, never minutes. */
function fixedMillis(text: string, name: string): number {
  if (!text.endsWith("M")) return parseTimeValue(text, name);
  throw illegalArgument(
    `failed to parse setting [${name}] with value [${text}] as a time value: ` +
      "unit is missing or unrecognized",
  );
}

function notEmpty(text: string): string {
  if (text === "") throw illegalArgument("[interval] must not be null: [date_histogram]");
  return text;
}

/** The rounding of an interval in a zone. */
export function roundingOf(
  interval: DateInterval | undefined,
  timeZone: string | undefined,
  offsetMs: number,
): Rounding {
  if (interval === undefined) {
    throw illegalArgument("Invalid interval specified, must be non-null and non-empty");
  }
  const unit = interval.kind === "fixed" ? undefined : dateTimeUnit(interval.text);
  if (unit !== undefined) return calendarRounding(unit, timeZone ?? "UTC", offsetMs);
  let fixedMs: number;
  try {
    fixedMs = fixedMillis(interval.text, "DateIntervalWrapper.interval");
  } catch (error) {
    if (interval.kind === "fixed") throw error;
    throw illegalArgument(`Unable to parse interval [${interval.text}]`);
  }
  return fixedRounding(fixedMs, timeZone ?? "UTC", offsetMs);
}

/** An offset: milliseconds, or a time value with a sign. */
export function takeDateOffset(body: AggregationBody): number {
  return (
    body.take("offset", ["VALUE_STRING", "VALUE_NUMBER"], (value) => {
      if (typeof value === "number") return Math.trunc(value);
      const text = textOf(value);
      const name = "date_histogram.parseOffset";
      if (text.startsWith("-")) return -parseTimeValue(text.slice(1), name);
      return parseTimeValue(text.startsWith("+") ? text.slice(1) : text, name);
    }) ?? 0
  );
}
