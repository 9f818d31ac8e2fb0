// Names of months, weekdays, halves of the day and eras, by locale.

import type { DateNames } from "./date-fields.ts";
import type { DateField } from "./date-pattern.ts";

const cache = new Map<string, DateNames>();

/** The names of a locale; the root locale speaks English. */
export function dateNames(locale: string): DateNames {
  const tag = locale === "" ? "en" : locale.replaceAll("_", "-");
  let names = cache.get(locale);
  if (names === undefined) {
    names = new IntlNames(tag, locale === "");
    cache.set(locale, names);
  }
  return names;
}

class IntlNames implements DateNames {
  private readonly tag: string;
  /** Java's root locale knows no one-letter months, only numbers. */
  private readonly isRoot: boolean;
  private readonly lists = new Map<string, readonly string[]>();

  constructor(tag: string, isRoot: boolean) {
    this.isRoot = isRoot;
    try {
      this.tag = Intl.getCanonicalLocales(tag)[0] ?? "en";
    } catch {
      this.tag = "en";
    }
  }

  names(field: DateField, style: "short" | "long" | "narrow"): readonly string[] {
    const key = `${field} ${style}`;
    let list = this.lists.get(key);
    if (list === undefined) {
      list = this.make(field, style);
      this.lists.set(key, list);
    }
    return list;
  }

  private make(field: DateField, style: "short" | "long" | "narrow"): readonly string[] {
    const { tag } = this;
    if (field === "month" && style === "narrow" && this.isRoot) {
      return Array.from({ length: 12 }, (_, i) => String(i + 1));
    }
    if (field === "month") {
      const options = { month: style, day: "numeric", timeZone: "UTC" } as const;
      const format = new Intl.DateTimeFormat(`${tag}-u-ca-gregory`, options);
      return Array.from({ length: 12 }, (_, i) => part(format, Date.UTC(2001, i, 1), "month"));
    }
    if (field === "dayOfWeek") {
      const options = { weekday: style, timeZone: "UTC" } as const;
      const format = new Intl.DateTimeFormat(`${tag}-u-ca-gregory`, options);
      // 2001-01-01 was a Monday.
      return Array.from({ length: 7 }, (_, i) => part(format, Date.UTC(2001, 0, 1 + i), "weekday"));
    }
    if (field === "half") {
      const options = { hour: "numeric", hourCycle: "h12", timeZone: "UTC" } as const;
      const format = new Intl.DateTimeFormat(tag, options);
      return [1, 13].map((hour) => part(format, Date.UTC(2001, 0, 1, hour), "dayPeriod"));
    }
    if (field === "era") {
      return style === "long"
        ? ["Before Christ", "Anno Domini"]
        : style === "narrow"
          ? ["B", "A"]
          : ["BC", "AD"];
    }
    if (field === "quarter") return ["Q1", "Q2", "Q3", "Q4"];
    return [];
  }
}

function part(format: Intl.DateTimeFormat, at: number, type: string): string {
  return format.formatToParts(at).find((candidate) => candidate.type === type)?.value ?? "";
}
