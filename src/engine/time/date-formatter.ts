// A date format: parses and prints instants.
// Upstream: org.opensearch.common.time.{DateFormatter,JavaDateFormatter}.

import { illegalArgument, VarveError } from "../../base/index.ts";
import { isoRest, parseIsoMillis } from "./iso-date.ts";

/** A format, or several joined by `||`: the first that parses wins, the first one prints. */
export class DateFormatter {
  readonly pattern: string;
  readonly locale: string;
  readonly zone: string;
  private readonly hasIso: boolean;
  private readonly hasEpochMillis: boolean;

  private constructor(pattern: string, locale: string, zone: string) {
    this.pattern = pattern;
    this.locale = locale;
    this.zone = zone;
    const names = pattern.split("||");
    this.hasIso = names.some((name) => name.includes("date_optional_time"));
    this.hasEpochMillis = names.includes("epoch_millis");
  }

  static forPattern(pattern: string): DateFormatter {
    return new DateFormatter(pattern, "", "UTC");
  }

  withLocale(locale: string): DateFormatter {
    return locale === this.locale ? this : new DateFormatter(this.pattern, locale, this.zone);
  }

  withZone(zone: string): DateFormatter {
    return zone === this.zone ? this : new DateFormatter(this.pattern, this.locale, zone);
  }

  /** Milliseconds since the epoch. */
  parseMillis(text: string): number {
    if (this.hasIso) {
      const millis = parseIsoMillis(text);
      if (millis === millis) return millis;
    }
    if (this.hasEpochMillis && /^-?\d{1,15}$/.test(text)) return Number(text);
    throw illegalArgument(
      `failed to parse date field [${text}] with format [${this.pattern}]`,
      new VarveError("invalid", "Failed to parse with all enclosed parsers", {
        type: "date_time_parse_exception",
      }),
    );
  }

  /** Nanoseconds since the epoch. */
  parseNanos(text: string): bigint {
    isoRest.nanosOfMilli = 0;
    return BigInt(this.parseMillis(text)) * 1_000_000n + BigInt(isoRest.nanosOfMilli);
  }

  /** Does the format parse `text`? */
  matches(text: string): boolean {
    try {
      this.parseMillis(text);
      return true;
    } catch {
      return false;
    }
  }

  format(millis: number): string {
    return new Date(millis).toISOString();
  }
}
