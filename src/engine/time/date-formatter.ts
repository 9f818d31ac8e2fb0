// A date format: parses texts to instants and prints instants.
// Upstream: org.opensearch.common.time.{DateFormatter,JavaDateFormatter,EpochTime}.

import { illegalArgument, VarveError } from "../../base/index.ts";
import type { DateInstant } from "./date-fields.ts";
import { instantOf, overflowDay, parseFields, resolveFailure } from "./date-fields.ts";
import { namedFormat } from "./date-formats.ts";
import { dateNames } from "./date-names.ts";
import type { DateElement } from "./date-pattern.ts";
import { compilePattern } from "./date-pattern.ts";
import { localFields, printFields } from "./date-printer.ts";
import { isoRest, parseIsoMillis } from "./iso-date.ts";
import { zoneRules } from "./zone-rules.ts";

/** One format between `||`. */
interface Part {
  readonly kind: "pattern" | "epoch_millis" | "epoch_second";
  /** The fast parser reads all that it reads, with the same result. */
  readonly isIso: boolean;
  /** Days past the end of a month run into the next one. */
  readonly isLenient: boolean;
  readonly print: readonly DateElement[];
  readonly parsers: readonly (readonly DateElement[])[];
}

const ISO_NAMES = new Set(["strict_date_optional_time", "date_optional_time", "iso8601"]);
const STRICT_OR_MILLIS = /^strict_date_optional_time\|\|epoch_millis(?:\|\||$)/;
/** Digits that no strict date begins with: a strict year has four, or a sign. */
const PLAIN_MILLIS = /^(?:\d{1,3}|\d{5,15})$/;
const parts = new Map<string, readonly Part[]>();

/** A format, or several joined by `||`: the first that parses wins, the first one prints. */
export class DateFormatter {
  readonly pattern: string;
  /** A language tag; empty is Java's root locale. */
  readonly locale: string;
  readonly zone: string;
  private readonly parts: readonly Part[];
  private readonly startsWithIso: boolean;
  /** The default format, or one that begins so. */
  private readonly isStrictOrMillis: boolean;
  private readonly printPattern: string;
  private readonly printPart: Part;

  private constructor(pattern: string, locale: string, zone: string, printPattern: string) {
    this.pattern = pattern;
    this.locale = locale;
    this.zone = zone;
    this.parts = partsOf(pattern);
    this.printPattern = printPattern;
    this.printPart = partsOf(printPattern)[0]!;
    this.startsWithIso = this.parts[0]!.isIso && zone === "UTC";
    this.isStrictOrMillis = zone === "UTC" && STRICT_OR_MILLIS.test(pattern);
  }

  /** A format by name or pattern. A leading "8" (a mark of older versions) is dropped. */
  static forPattern(pattern: string): DateFormatter {
    if (pattern === "") throw illegalArgument("No date pattern provided");
    const plain = pattern.startsWith("8") ? pattern.slice(1) : pattern;
    return new DateFormatter(plain, "", "UTC", plain);
  }

  withLocale(locale: string): DateFormatter {
    return locale === this.locale
      ? this
      : new DateFormatter(this.pattern, locale, this.zone, this.printPattern);
  }

  /** Texts without a zone are read in `zone`, and instants are printed in it. */
  withZone(zone: string): DateFormatter {
    if (zone === this.zone) return this;
    zoneRules(zone);
    return new DateFormatter(this.pattern, this.locale, zone, this.printPattern);
  }

  /** Instants are printed by another format. */
  withPrintFormat(pattern: string): DateFormatter {
    return new DateFormatter(this.pattern, this.locale, this.zone, pattern);
  }

  /** Milliseconds since the epoch; refuses what does not parse. */
  parseMillis(text: string): number {
    if (this.startsWithIso) {
      const millis = parseIsoMillis(text);
      if (!Number.isNaN(millis)) return millis;
      if (this.isStrictOrMillis && PLAIN_MILLIS.test(text)) return Number(text);
    }
    return this.parse(text).millis;
  }

  /** Does the text of an integer stand for just that many milliseconds? */
  isPlainMillis(value: number): boolean {
    if (!this.isStrictOrMillis || !Number.isInteger(value)) return false;
    return (value > 9999 && value < 1e15) || (value > 0 && value < 1000);
  }

  /** Nanoseconds since the epoch. */
  parseNanos(text: string): bigint {
    const { millis, nanosOfMilli } = this.parse(text);
    return BigInt(millis) * 1_000_000n + BigInt(nanosOfMilli);
  }

  /** The instant of a text. `forcedZone` reads texts that carry no zone. */
  parse(text: string, roundUp = false, forcedZone?: string): DateInstant {
    if (text === "") throw illegalArgument("cannot parse empty date");
    if (this.startsWithIso && !roundUp && forcedZone === undefined) {
      const millis = parseIsoMillis(text);
      if (!Number.isNaN(millis)) return { millis, nanosOfMilli: isoRest.nanosOfMilli };
    }
    let failure: unknown;
    for (const part of this.parts) {
      const instant = parsePart(part, text, roundUp, this, forcedZone);
      if (!(instant instanceof VarveError)) return instant;
      failure ??= instant;
    }
    throw this.parseFailure(text, failure);
  }

  /** Does the format parse `text`? */
  matches(text: string): boolean {
    try {
      this.parse(text);
      return true;
    } catch {
      return false;
    }
  }

  /** Prints an instant. */
  format(millis: number, nanosOfMilli = 0): string {
    const part = this.printPart;
    if (part.kind === "epoch_millis") return printMillis(millis, nanosOfMilli);
    if (part.kind === "epoch_second") {
      const seconds = Math.floor(millis / 1000);
      const rest = (millis - seconds * 1000) * 1_000_000 + nanosOfMilli;
      return rest === 0 ? String(seconds) : `${seconds}.${fractionOf(rest, 9)}`;
    }
    const fields = localFields({ millis, nanosOfMilli }, zoneRules(this.zone));
    return printFields(part.print, fields, dateNames(this.locale));
  }

  private parseFailure(text: string, failure: unknown): VarveError {
    const parserCount = this.parts.reduce((sum, part) => sum + part.parsers.length, 0);
    const cause =
      parserCount > 1 ? dateTimeParse("Failed to parse with all enclosed parsers") : failure;
    return illegalArgument(
      `failed to parse date field [${text}] with format [${this.pattern}]`,
      cause,
    );
  }
}

function dateTimeParse(message: string, cause?: unknown): VarveError {
  return new VarveError("invalid", message, {
    type: "date_time_parse_exception",
    ...(cause === undefined ? {} : { cause }),
  });
}

function partsOf(pattern: string): readonly Part[] {
  let list = parts.get(pattern);
  if (list === undefined) {
    const names = pattern.split("||").filter((name) => name !== "");
    if (names.length === 0) throw illegalArgument(`No date pattern provided`);
    list = names.map((name) => partOf(name.trim()));
    parts.set(pattern, list);
  }
  return list;
}

function partOf(name: string): Part {
  if (name === "epoch_millis" || name === "epoch_second") {
    return { kind: name, isIso: false, isLenient: false, print: [], parsers: [[], []] };
  }
  const named = namedFormat(name);
  if (named !== undefined) {
    return {
      kind: "pattern",
      isIso: ISO_NAMES.has(name),
      isLenient: name === "strict_date",
      print: compilePattern(named.print),
      parsers: named.parse.map(compilePattern),
    };
  }
  try {
    const elements = compilePattern(name);
    return {
      kind: "pattern",
      isIso: false,
      isLenient: false,
      print: elements,
      parsers: [elements],
    };
  } catch (error) {
    if (!(error instanceof VarveError)) throw error;
    throw illegalArgument(`Invalid format: [${name}]: ${error.message}`, error);
  }
}

const EPOCH = /^(-?)(\d{1,19})(?:\.(\d*))?$/;

// The instant, or why no parser of the part takes the text. A text that parses but makes no date
// throws.
function parsePart(
  part: Part,
  text: string,
  roundUp: boolean,
  formatter: DateFormatter,
  forcedZone: string | undefined,
): DateInstant | VarveError {
  if (part.kind !== "pattern") {
    return (
      parseEpoch(part.kind, text, roundUp) ??
      dateTimeParse(`Text '${text}' could not be parsed at index 0`)
    );
  }
  const names = dateNames(formatter.locale);
  let failure: VarveError | undefined;
  for (const elements of part.parsers) {
    const fields = parseFields(elements, text, names);
    if (typeof fields === "string") {
      const start = fields.startsWith(",") ? "" : " ";
      failure ??= dateTimeParse(`Text '${text}' could not be parsed${start}${fields}`);
      continue;
    }
    if (part.isLenient) overflowDay(fields, roundUp);
    const unresolved = resolveFailure(fields, roundUp);
    if (unresolved === undefined) return instantOf(fields, roundUp, formatter.zone, forcedZone);
    failure ??= dateTimeParse(
      `Text '${text}' could not be parsed: ${unresolved.message}`,
      unresolved,
    );
  }
  return failure!;
}

function parseEpoch(
  kind: "epoch_millis" | "epoch_second",
  text: string,
  roundUp: boolean,
): DateInstant | undefined {
  const match = EPOCH.exec(text);
  if (match === null) return undefined;
  const [, sign, whole, fraction] = match as unknown as [
    string,
    string,
    string,
    string | undefined,
  ];
  const digits = kind === "epoch_millis" ? 6 : 9;
  if (fraction !== undefined && fraction.length > digits) return undefined;
  const isOpen = fraction === undefined || fraction === "";
  const rest = isOpen ? (roundUp ? 10 ** digits - 1 : 0) : Number(fraction.padEnd(digits, "0"));
  const value = Number(whole);
  const isNegative = sign === "-";
  if (kind === "epoch_millis") {
    if (!isNegative || rest === 0) {
      return { millis: isNegative ? -value : value, nanosOfMilli: rest };
    }
    return { millis: -value - 1, nanosOfMilli: 1_000_000 - rest };
  }
  // The fraction of a second counts upwards, also below zero: -1.5 is half a second before 1970.
  const millis = Math.floor(rest / 1_000_000);
  const seconds = isNegative ? -value : value;
  return { millis: seconds * 1000 + millis, nanosOfMilli: rest - millis * 1_000_000 };
}

function printMillis(millis: number, rest: number): string {
  if (rest === 0) return String(millis);
  if (millis >= 0) return `${millis}.${fractionOf(rest, 6)}`;
  return `-${-(millis + 1)}.${fractionOf(1_000_000 - rest, 6)}`;
}

function fractionOf(rest: number, digits: number): string {
  return String(rest).padStart(digits, "0").replace(/0+$/, "");
}
