// The fast path for ISO dates: `yyyy[-MM[-dd[THH[:mm[:ss[.fraction]]]]]][offset]`, which is what
// nearly every document holds. Anything else goes to the pattern parsers.

/** Days from 1970-01-01 to a proleptic Gregorian date; month 1 to 12. */
export function daysFromCivil(year: number, month: number, day: number): number {
  const y = month <= 2 ? year - 1 : year;
  const era = Math.floor(y / 400);
  const yearOfEra = y - era * 400;
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  const dayOfEra =
    yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * 146097 + dayOfEra - 719468;
}

/** Days of a month. */
export function daysInMonth(year: number, month: number): number {
  if (month === 2) {
    const leap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
    return leap ? 29 : 28;
  }
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

/** Nanoseconds below the millisecond of the last successful parse. */
export const isoRest = { nanosOfMilli: 0 };

/** Milliseconds of a strict ISO date, or NaN if it is not one. */
export function parseIsoMillis(text: string): number {
  isoRest.nanosOfMilli = 0;
  const { length } = text;
  const year = digits(text, 0, 4);
  if (year < 0) return NaN;
  if (length === 4) return daysFromCivil(year, 1, 1) * 86_400_000;
  if (text.charCodeAt(4) !== 0x2d) return NaN;
  const month = digits(text, 5, 2);
  if (month < 1 || month > 12) return NaN;
  if (length === 7) return daysFromCivil(year, month, 1) * 86_400_000;
  if (text.charCodeAt(7) !== 0x2d) return NaN;
  const day = digits(text, 8, 2);
  if (day < 1 || day > daysInMonth(year, month)) return NaN;
  const date = daysFromCivil(year, month, day) * 86_400_000;
  if (length === 10) return date;
  if (text.charCodeAt(10) !== 0x54) return NaN;
  if (length === 11) return date;
  return parseTime(text, date);
}

function parseTime(text: string, date: number): number {
  const hour = digits(text, 11, 2);
  if (hour < 0 || hour > 23) return NaN;
  let millis = date + hour * 3_600_000;
  let at = 13;
  if (text.charCodeAt(at) === 0x3a) {
    const minute = digits(text, 14, 2);
    if (minute < 0 || minute > 59) return NaN;
    millis += minute * 60_000;
    at = 16;
    if (text.charCodeAt(at) === 0x3a) {
      const second = digits(text, 17, 2);
      if (second < 0 || second > 59) return NaN;
      millis += second * 1000;
      at = 19;
      const mark = text.charCodeAt(at);
      if (mark === 0x2e || mark === 0x2c) {
        const end = fractionEnd(text, at + 1);
        const count = end - at - 1;
        if (count < 1 || count > 9) return NaN;
        let nanos = digits(text, at + 1, count);
        for (let i = count; i < 9; i++) nanos *= 10;
        const whole = Math.floor(nanos / 1_000_000);
        millis += whole;
        isoRest.nanosOfMilli = nanos - whole * 1_000_000;
        at = end;
      }
    }
  }
  if (at === text.length) return millis;
  if (at === text.length - 1 && text.charCodeAt(at) === 0x5a) return millis;
  return NaN;
}

function fractionEnd(text: string, from: number): number {
  let at = from;
  for (; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code < 0x30 || code > 0x39) break;
  }
  return at;
}

function digits(text: string, from: number, count: number): number {
  let value = 0;
  for (let i = from; i < from + count; i++) {
    const code = text.charCodeAt(i);
    if (!(code >= 0x30 && code <= 0x39)) return -1;
    value = value * 10 + code - 0x30;
  }
  return value;
}
