// Printing: an instant in a zone through the elements of a pattern.

import type { DateInstant, DateNames } from "./date-fields.ts";
import type { DateElement, DateField } from "./date-pattern.ts";
import { daysFromCivil } from "./iso-date.ts";
import type { ZoneRules } from "./zone-rules.ts";

/** A date and time in a zone. */
export interface LocalFields {
  readonly instant: DateInstant;
  readonly offsetMs: number;
  readonly zone: string;
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  readonly nano: number;
  readonly epochDay: number;
}

/** Splits an instant into the fields of its local time. */
export function localFields(instant: DateInstant, rules: ZoneRules): LocalFields {
  const offsetMs = rules.offsetMs(instant.millis);
  const local = instant.millis + offsetMs;
  const epochDay = Math.floor(local / 86_400_000);
  const { year, month, day } = civilFromDays(epochDay);
  const ofDay = local - epochDay * 86_400_000;
  return {
    instant,
    offsetMs,
    zone: rules.id,
    year,
    month,
    day,
    epochDay,
    hour: Math.floor(ofDay / 3_600_000),
    minute: Math.floor(ofDay / 60_000) % 60,
    second: Math.floor(ofDay / 1000) % 60,
    nano: (ofDay % 1000) * 1_000_000 + instant.nanosOfMilli,
  };
}

/** The proleptic Gregorian date of a day count since 1970-01-01. */
export function civilFromDays(days: number): { year: number; month: number; day: number } {
  const z = days + 719468;
  const era = Math.floor(z / 146097);
  const dayOfEra = z - era * 146097;
  const yearOfEra = Math.floor(
    (dayOfEra -
      Math.floor(dayOfEra / 1460) +
      Math.floor(dayOfEra / 36524) -
      Math.floor(dayOfEra / 146096)) /
      365,
  );
  const dayOfYear =
    dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const mp = Math.floor((5 * dayOfYear + 2) / 153);
  const month = mp < 10 ? mp + 3 : mp - 9;
  const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0);
  return { year, month, day: dayOfYear - Math.floor((153 * mp + 2) / 5) + 1 };
}

/** Prints fields. */
export function printFields(
  elements: readonly DateElement[],
  fields: LocalFields,
  names: DateNames,
): string {
  let out = "";
  for (const element of elements) out += printElement(element, fields, names);
  return out;
}

function printElement(element: DateElement, fields: LocalFields, names: DateNames): string {
  switch (element.kind) {
    case "literal":
      return element.text;
    case "number":
      return printNumber(element, fields);
    case "fraction":
      return printFraction(element, fields.nano);
    case "text": {
      const base = element.field === "half" || element.field === "era" ? 0 : 1;
      return (
        names.names(element.field, element.style)[fieldValue(element.field, fields) - base] ?? ""
      );
    }
    case "offset":
      return printOffset(element.pattern, element.zero, fields.offsetMs);
    case "zone":
      return fields.zone === "UTC" ? "Z" : fields.zone;
    case "optional":
      return printFields(element.elements, fields, names);
  }
}

function printNumber(
  element: Extract<DateElement, { kind: "number" }>,
  fields: LocalFields,
): string {
  let value = fieldValue(element.field, fields);
  if (element.reducedBase !== undefined) value = ((value % 100) + 100) % 100;
  const digits = String(Math.abs(value)).padStart(element.min, "0");
  if (value < 0) return `-${digits}`;
  return element.sign === "pad" && element.min < 19 && digits.length > element.min
    ? `+${digits}`
    : digits;
}

function printFraction(element: Extract<DateElement, { kind: "fraction" }>, nano: number): string {
  let digits = String(nano).padStart(9, "0").slice(0, element.max);
  while (digits.length > element.min && digits.endsWith("0")) digits = digits.slice(0, -1);
  if (digits === "") return "";
  return element.point ? `.${digits}` : digits;
}

function printOffset(pattern: string, zero: string, offsetMs: number): string {
  if (offsetMs === 0) return zero;
  const total = Math.abs(offsetMs) / 1000;
  const sign = offsetMs < 0 ? "-" : "+";
  const two = (value: number) => String(Math.floor(value)).padStart(2, "0");
  const hours = two(total / 3600);
  const minutes = two((total / 60) % 60);
  const seconds = two(total % 60);
  switch (pattern) {
    case "+HHmm":
      return sign + hours + (minutes === "00" ? "" : minutes);
    case "+HHMM":
      return sign + hours + minutes;
    case "+HHMMss":
      return sign + hours + minutes + (seconds === "00" ? "" : seconds);
    case "+HH:MM:ss":
      return `${sign}${hours}:${minutes}${seconds === "00" ? "" : `:${seconds}`}`;
    case "localized":
      return `GMT${sign}${hours}:${minutes}`;
    default:
      return `${sign}${hours}:${minutes}`;
  }
}

function fieldValue(field: DateField, fields: LocalFields): number {
  switch (field) {
    case "year":
      return fields.year;
    case "yearOfEra":
      return fields.year > 0 ? fields.year : 1 - fields.year;
    case "era":
      return fields.year > 0 ? 1 : 0;
    case "month":
      return fields.month;
    case "quarter":
      return Math.floor((fields.month + 2) / 3);
    case "day":
      return fields.day;
    case "dayOfYear":
      return fields.epochDay - daysFromCivil(fields.year, 1, 1) + 1;
    case "dayOfWeek":
      return dayOfWeek(fields.epochDay);
    case "weekYear":
      return isoWeek(fields.epochDay).year;
    case "week":
      return isoWeek(fields.epochDay).week;
    case "weekOfMonth":
      return weekOfMonth(fields);
    case "alignedDay":
      return ((fields.day - 1) % 7) + 1;
    case "epochSecond":
      return Math.floor(fields.instant.millis / 1000);
    case "epochMilli":
      return fields.instant.millis;
    default:
      return timeValue(field, fields);
  }
}

function timeValue(field: DateField, fields: LocalFields): number {
  const { hour, minute, second, nano } = fields;
  const ofDay = (hour * 60 + minute) * 60 + second;
  switch (field) {
    case "hour":
      return hour;
    case "clockHour":
      return hour === 0 ? 24 : hour;
    case "hourOfHalf":
      return hour % 12;
    case "clockHourOfHalf":
      return hour % 12 === 0 ? 12 : hour % 12;
    case "half":
      return hour < 12 ? 0 : 1;
    case "minute":
      return minute;
    case "second":
      return second;
    case "milliOfDay":
      return ofDay * 1000 + Math.floor(nano / 1_000_000);
    case "nanoOfDay":
      return ofDay * 1_000_000_000 + nano;
    default:
      return nano;
  }
}

// Weeks run from Monday; the first one of a month has at least four of its days.
function weekOfMonth({ epochDay, day }: LocalFields): number {
  const first = dayOfWeek(epochDay - day + 1);
  return Math.floor((day + first - 2) / 7) + (8 - first >= 4 ? 1 : 0);
}

/** 1 = Monday … 7 = Sunday. */
export function dayOfWeek(epochDay: number): number {
  return ((((epochDay + 3) % 7) + 7) % 7) + 1;
}

function isoWeek(epochDay: number): { year: number; week: number } {
  const thursday = epochDay - dayOfWeek(epochDay) + 4;
  const { year } = civilFromDays(thursday);
  return { year, week: Math.floor((thursday - daysFromCivil(year, 1, 1)) / 7) + 1 };
}
