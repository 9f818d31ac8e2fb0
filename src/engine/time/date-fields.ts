// Parsing: elements over a text into fields, fields into an instant.
// Upstream: java.time.format.DateTimeFormatterBuilder's parsers,
// org.opensearch.common.time.DateFormatters.

import { illegalArgument, VarveError } from "../../base/index.ts";
import type { DateElement, DateField } from "./date-pattern.ts";
import { daysFromCivil, daysInMonth } from "./iso-date.ts";
import { parseOffset, zoneRules } from "./zone-rules.ts";

/** The fields that a text gave, and its zone. */
export interface ParsedFields {
  readonly values: Map<DateField, number>;
  offsetMs: number | undefined;
  zone: string | undefined;
}

/** An instant: milliseconds, and nanoseconds below them. */
export interface DateInstant {
  readonly millis: number;
  readonly nanosOfMilli: number;
}

/** Names of months and the like in a language. */
export interface DateNames {
  names(field: DateField, style: "short" | "long" | "narrow"): readonly string[];
}

/** Parses a whole text; a failure is what Java's DateTimeParseException says after the text. */
export function parseFields(
  elements: readonly DateElement[],
  text: string,
  names: DateNames,
): ParsedFields | string {
  const fields: ParsedFields = { values: new Map(), offsetMs: undefined, zone: undefined };
  const end = parseElements(elements, text, 0, fields, names);
  if (end < 0) return `at index ${~end}`;
  return end === text.length ? fields : `, unparsed text found at index ${end}`;
}

/** The new position, or the complement of the position that does not parse. */
function parseElements(
  elements: readonly DateElement[],
  text: string,
  at: number,
  fields: ParsedFields,
  names: DateNames,
): number {
  for (const element of elements) {
    const next = parseElement(element, text, at, fields, names);
    if (next < 0) return ~at;
    at = next;
  }
  return at;
}

function parseElement(
  element: DateElement,
  text: string,
  at: number,
  fields: ParsedFields,
  names: DateNames,
): number {
  switch (element.kind) {
    case "literal":
      return text.startsWith(element.text, at) ? at + element.text.length : -1;
    case "number":
      return parseNumber(element, text, at, fields);
    case "fraction":
      return parseFraction(element, text, at, fields);
    case "text":
      return parseText(element, text, at, fields, names);
    case "offset":
      return parseOffsetElement(element, text, at, fields);
    case "zone":
      return parseZone(text, at, fields);
    case "optional": {
      const trial: ParsedFields = {
        values: new Map(fields.values),
        offsetMs: fields.offsetMs,
        zone: fields.zone,
      };
      const next = parseElements(element.elements, text, at, trial, names);
      if (next < 0) return at;
      for (const [field, value] of trial.values) fields.values.set(field, value);
      fields.offsetMs = trial.offsetMs;
      fields.zone = trial.zone;
      return next;
    }
  }
}

function parseNumber(
  element: Extract<DateElement, { kind: "number" }>,
  text: string,
  at: number,
  fields: ParsedFields,
): number {
  const { min, max, sign } = element;
  let from = at;
  const first = text[at];
  const signed = first === "-" || first === "+";
  if (signed) {
    if (sign === "never" || (first === "+" && sign === "normal")) return -1;
    from++;
  }
  let end = from;
  while (end < text.length && isDigit(text.charCodeAt(end))) end++;
  let width = Math.min(end - from, max + element.reserved);
  if (element.reserved > 0) width = Math.max(min, width - element.reserved);
  width = Math.min(width, max);
  if (end - from < min || width < min || width === 0) return -1;
  let value = Number(text.slice(from, from + width));
  if (first === "-") {
    if (value === 0) return -1;
    value = -value;
  } else if (sign === "pad") {
    if (first === "+" ? width <= min : width > min) return -1;
  }
  if (element.reducedBase !== undefined) value += element.reducedBase;
  return put(fields, element.field, value) ? from + width : -1;
}

function put(fields: ParsedFields, field: DateField, value: number): boolean {
  const existing = fields.values.get(field);
  if (existing !== undefined && existing !== value) return false;
  fields.values.set(field, value);
  return true;
}

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}

function parseFraction(
  element: Extract<DateElement, { kind: "fraction" }>,
  text: string,
  at: number,
  fields: ParsedFields,
): number {
  let from = at;
  if (element.point) {
    if (text[at] !== ".") return element.min > 0 ? -1 : at;
    from++;
  }
  let end = from;
  while (end < text.length && end - from < element.max && isDigit(text.charCodeAt(end))) end++;
  if (end - from < element.min) return -1;
  const nanos = Number(text.slice(from, end).padEnd(9, "0"));
  return put(fields, "nano", nanos) ? end : -1;
}

function parseText(
  element: Extract<DateElement, { kind: "text" }>,
  text: string,
  at: number,
  fields: ParsedFields,
  names: DateNames,
): number {
  const list = names.names(element.field, element.style);
  let best = -1;
  for (let i = 0; i < list.length; i++) {
    const name = list[i]!;
    if (
      name !== "" &&
      text.startsWith(name, at) &&
      (best < 0 || name.length > list[best]!.length)
    ) {
      best = i;
    }
  }
  if (best < 0) return -1;
  const base = element.field === "half" || element.field === "era" ? 0 : 1;
  return put(fields, element.field, best + base) ? at + list[best]!.length : -1;
}

const OFFSET_PATTERNS: Readonly<Record<string, RegExp>> = {
  "+HHmm": /[+-]\d{2}(?:\d{2})?/y,
  "+HHMM": /[+-]\d{4}/y,
  "+HH:MM": /[+-]\d{2}:\d{2}/y,
  "+HHMMss": /[+-]\d{4}(?:\d{2})?/y,
  "+HH:MM:ss": /[+-]\d{2}:\d{2}(?::\d{2})?/y,
  localized: /GMT(?:[+-]\d{1,2}(?::\d{2}(?::\d{2})?)?)?/y,
};

function parseOffsetElement(
  element: Extract<DateElement, { kind: "offset" }>,
  text: string,
  at: number,
  fields: ParsedFields,
): number {
  const pattern = OFFSET_PATTERNS[element.pattern]!;
  pattern.lastIndex = at;
  const match = pattern.exec(text);
  if (match === null) {
    if (!text.startsWith(element.zero, at)) return -1;
    fields.offsetMs = 0;
    return at + element.zero.length;
  }
  const offset = parseOffset(match[0]);
  if (offset === undefined) return -1;
  fields.offsetMs = offset;
  return at + match[0].length;
}

/** A zone id: Z, an offset with colons (also after UTC, GMT, UT), or the name of a region. */
const ZONE_ID =
  /(?:(?:UTC|GMT|UT)?[+-]\d{2}:\d{2}(?::\d{2})?|Z(?![A-Za-z])|[A-Za-z][A-Za-z0-9~/._-]*)/y;

function parseZone(text: string, at: number, fields: ParsedFields): number {
  ZONE_ID.lastIndex = at;
  const id = ZONE_ID.exec(text)?.[0];
  if (id === undefined) return -1;
  try {
    zoneRules(id);
  } catch {
    return -1;
  }
  fields.zone = id;
  return at + id.length;
}

function invalid(message: string): VarveError {
  return new VarveError("invalid", message, { type: "date_time_exception" });
}

const YEAR_MAX = 999_999_999;

/** One of these must be known; a lone week day or fraction of a second is no date. */
const DATED: readonly DateField[] = [
  "year",
  "yearOfEra",
  "weekYear",
  "month",
  "hour",
  "clockHour",
  "clockHourOfHalf",
  "hourOfHalf",
  "milliOfDay",
  "nanoOfDay",
  "epochSecond",
  "epochMilli",
];

const DATE_RANGES: readonly (readonly [DateField, number, number, string])[] = [
  ["year", -YEAR_MAX, YEAR_MAX, "Year"],
  ["weekYear", -YEAR_MAX, YEAR_MAX, "WeekBasedYear"],
  ["quarter", 1, 4, "QuarterOfYear"],
  ["month", 1, 12, "MonthOfYear"],
  ["day", 1, 31, "DayOfMonth"],
  ["dayOfYear", 1, 366, "DayOfYear"],
  ["dayOfWeek", 1, 7, "DayOfWeek"],
  ["week", 1, 53, "WeekOfWeekBasedYear"],
];

const TIME_RANGES: readonly (readonly [DateField, number, number, string])[] = [
  ["hour", 0, 23, "HourOfDay"],
  ["minute", 0, 59, "MinuteOfHour"],
  ["second", 0, 59, "SecondOfMinute"],
  ["clockHour", 1, 24, "ClockHourOfDay"],
  ["clockHourOfHalf", 1, 12, "ClockHourOfAmPm"],
  ["hourOfHalf", 0, 11, "HourOfAmPm"],
];

/**
 * What Java finds wrong when it resolves the fields while parsing, or undefined. A date with a year
 * of
 * era and no era is not resolved then; its faults show later, in instantOf.
 */
export function resolveFailure(fields: ParsedFields, roundUp: boolean): VarveError | undefined {
  const isLate = fields.values.has("yearOfEra") && !fields.values.has("era");
  try {
    checkRanges(fields, TIME_RANGES);
    checkRanges(fields, [["yearOfEra", 1, YEAR_MAX, "YearOfEra"]]);
    if (roundUp) checkDefaults(fields.values);
    if (!isLate) {
      checkRanges(fields, DATE_RANGES);
      if (fields.values.has("year") || fields.values.has("yearOfEra")) dayOf(fields.values);
    }
    return undefined;
  } catch (error) {
    if (error instanceof VarveError) return error;
    throw error;
  }
}

// Rounding up fills in January 1st and 23:59:59.999999999 where a field is missing, also where
// other
// fields already say which day or hour it is. Java then finds the two in conflict.
function checkDefaults(values: Map<DateField, number>): void {
  const isWeekDate = values.has("weekYear") && values.has("week") && values.has("dayOfWeek");
  if (isWeekDate && !isFirstOfYear(dayOf(values))) {
    throw invalid("Conflict found: Field MonthOfYear differs from MonthOfYear 1");
  }
  if (!values.has("hour")) {
    const hour = hourOf(values);
    if (hour !== undefined && hour !== 23) {
      throw invalid(`Conflict found: HourOfDay ${hour} differs from HourOfDay 23`);
    }
  }
  if (values.has("milliOfDay") || values.has("nanoOfDay")) {
    throw invalid("Conflict found: HourOfDay differs from HourOfDay 23");
  }
}

function isFirstOfYear(day: number): boolean {
  const year = new Date(day * 86_400_000).getUTCFullYear();
  return day === daysFromCivil(year, 1, 1);
}

/**
 * Moves a day past the end of its month into the next month, or back to the end when rounding up.
 */
export function overflowDay(fields: ParsedFields, roundUp: boolean): void {
  const { values } = fields;
  const year = values.get("year");
  const month = values.get("month");
  const day = values.get("day");
  if (year === undefined || month === undefined || day === undefined || month > 12) return;
  const length = daysInMonth(year, month);
  if (day <= length || day > 31) return;
  values.set("day", roundUp ? length : day - length);
  if (!roundUp) values.set("month", month + 1);
}

function checkRanges(
  fields: ParsedFields,
  ranges: readonly (readonly [DateField, number, number, string])[],
): void {
  for (const [field, min, max, name] of ranges) {
    const value = fields.values.get(field);
    if (value !== undefined && (value < min || value > max)) {
      throw invalid(`Invalid value for ${name} (valid values ${min} - ${max}): ${value}`);
    }
  }
}

/**
 * The instant of fields. Missing parts are the first of their unit, or the last when rounding up.
 */
export function instantOf(
  fields: ParsedFields,
  roundUp: boolean,
  defaultZone: string,
  forcedZone: string | undefined,
): DateInstant {
  const { values } = fields;
  checkRanges(fields, DATE_RANGES);
  if (!DATED.some((field) => values.has(field))) {
    throw illegalArgument("temporal accessor cannot be converted to zoned date time");
  }
  const epoch = epochOf(values, roundUp);
  if (epoch !== undefined) return epoch;
  const day = dayOf(values);
  const time = timeOf(values, roundUp);
  const localMs = day * 86_400_000 + time.millis;
  if (fields.offsetMs !== undefined) {
    return { millis: localMs - fields.offsetMs, nanosOfMilli: time.nanosOfMilli };
  }
  const zone = fields.zone ?? forcedZone ?? defaultZone;
  const millis = zone === "UTC" ? localMs : zoneRules(zone).localToUtc(localMs);
  return { millis, nanosOfMilli: time.nanosOfMilli };
}

function epochOf(values: Map<DateField, number>, roundUp: boolean): DateInstant | undefined {
  const seconds = values.get("epochSecond");
  if (seconds !== undefined) {
    const nano = values.get("nano") ?? (roundUp ? 999_999_999 : 0);
    const whole = Math.floor(nano / 1_000_000);
    return { millis: seconds * 1000 + whole, nanosOfMilli: nano - whole * 1_000_000 };
  }
  return undefined;
}

function dayOf(values: Map<DateField, number>): number {
  const weekYear = values.get("weekYear");
  if (weekYear !== undefined) {
    return weekDay(weekYear, values.get("week") ?? 1, values.get("dayOfWeek") ?? 1);
  }
  let year = values.get("year") ?? values.get("yearOfEra") ?? 1970;
  if (values.get("era") === 0) year = 1 - year;
  const dayOfYear = values.get("dayOfYear");
  if (dayOfYear !== undefined) return daysFromCivil(year, 1, 1) + dayOfYear - 1;
  const quarter = values.get("quarter");
  const month = values.get("month") ?? (quarter === undefined ? 1 : quarter * 3 - 2);
  const day = values.get("day") ?? 1;
  if (day > daysInMonth(year, month)) throw invalid(badDay(year, month, day));
  return daysFromCivil(year, month, day);
}

const MONTHS = [
  "JANUARY",
  "FEBRUARY",
  "MARCH",
  "APRIL",
  "MAY",
  "JUNE",
  "JULY",
  "AUGUST",
  "SEPTEMBER",
  "OCTOBER",
  "NOVEMBER",
  "DECEMBER",
];

function badDay(year: number, month: number, day: number): string {
  if (month === 2 && day === 29)
    return `Invalid date 'February 29' as '${year}' is not a leap year`;
  return `Invalid date '${MONTHS[month - 1]} ${day}'`;
}

// ISO weeks: week 1 holds January 4th; days run from Monday.
function weekDay(year: number, week: number, dayOfWeek: number): number {
  const fourth = daysFromCivil(year, 1, 4);
  const monday = fourth - ((((fourth + 3) % 7) + 7) % 7);
  return monday + (week - 1) * 7 + dayOfWeek - 1;
}

function timeOf(values: Map<DateField, number>, roundUp: boolean): DateInstant {
  const milliOfDay = values.get("milliOfDay");
  if (milliOfDay !== undefined) return { millis: milliOfDay, nanosOfMilli: 0 };
  const hour = hourOf(values) ?? (roundUp ? 23 : 0);
  const minute = values.get("minute") ?? (roundUp ? 59 : 0);
  const second = values.get("second") ?? (roundUp ? 59 : 0);
  const nano = values.get("nano") ?? (roundUp ? 999_999_999 : 0);
  const whole = Math.floor(nano / 1_000_000);
  return {
    millis: hour * 3_600_000 + minute * 60_000 + second * 1000 + whole,
    nanosOfMilli: nano - whole * 1_000_000,
  };
}

function hourOf(values: Map<DateField, number>): number | undefined {
  const hour = values.get("hour");
  if (hour !== undefined) return hour;
  const clock = values.get("clockHour");
  if (clock !== undefined) return clock % 24;
  const clockHalf = values.get("clockHourOfHalf");
  const half = values.get("hourOfHalf") ?? (clockHalf === undefined ? undefined : clockHalf % 12);
  if (half === undefined) return undefined;
  return half + 12 * (values.get("half") ?? 0);
}
