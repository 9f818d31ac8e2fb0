// Compiles date patterns into elements that parse and print. Upstream: java.time.format
// (DateTimeFormatterBuilder). Besides Java's pattern letters, named formats use `<field min max
// sign>`:
//   <year 4 10 pad>   a number of 4 to 10 digits; "pad" wants a + beyond the minimum, "normal" does
//                   not
//   <frac 1 9 .>      a fraction of a second, with its point (or without)
//   <zone> <offset:+HHmm> <offset:+HH:MM>   zone id or offset; an offset, Z for zero

import { illegalArgument } from "../../base/index.ts";

/** What a pattern can hold. */
export type DateField =
  | "year"
  | "yearOfEra"
  | "weekYear"
  | "month"
  | "day"
  | "dayOfYear"
  | "week"
  | "dayOfWeek"
  | "hour"
  | "clockHour"
  | "hourOfHalf"
  | "clockHourOfHalf"
  | "half"
  | "minute"
  | "second"
  | "nano"
  | "milliOfDay"
  | "nanoOfDay"
  | "quarter"
  | "era"
  | "epochSecond"
  | "epochMilli"
  | "weekOfMonth"
  | "alignedDay";

/** How a number's sign is read and printed. */
export type SignStyle = "normal" | "never" | "pad";

/** One element of a pattern. */
export type DateElement =
  | { readonly kind: "literal"; readonly text: string }
  | {
      readonly kind: "number";
      readonly field: DateField;
      readonly min: number;
      readonly max: number;
      readonly sign: SignStyle;
      reserved: number;
      fixed: boolean;
      readonly reducedBase?: number;
    }
  | {
      readonly kind: "fraction";
      readonly min: number;
      readonly max: number;
      readonly point: boolean;
    }
  | {
      readonly kind: "text";
      readonly field: DateField;
      readonly style: "short" | "long" | "narrow";
    }
  | { readonly kind: "offset"; readonly pattern: string; readonly zero: string }
  | { readonly kind: "zone"; readonly style: "id" | "name" | "localized" }
  | { readonly kind: "optional"; readonly elements: readonly DateElement[] };

/** A pattern, compiled. */
export function compilePattern(pattern: string): readonly DateElement[] {
  return new Compiler(pattern).compile();
}

const NUMBERS: Readonly<Record<string, DateField>> = {
  d: "day",
  D: "dayOfYear",
  h: "clockHourOfHalf",
  H: "hour",
  k: "clockHour",
  K: "hourOfHalf",
  m: "minute",
  s: "second",
  w: "week",
  W: "weekOfMonth",
  F: "alignedDay",
};

class Compiler {
  private readonly pattern: string;
  private at = 0;

  constructor(pattern: string) {
    this.pattern = pattern;
  }

  compile(): readonly DateElement[] {
    const elements = this.sequence(0);
    reserveWidths(elements);
    return elements;
  }

  private sequence(depth: number): DateElement[] {
    const elements: DateElement[] = [];
    const { pattern } = this;
    while (this.at < pattern.length) {
      const char = pattern[this.at]!;
      if (char === "[") {
        this.at++;
        elements.push({ kind: "optional", elements: this.sequence(depth + 1) });
      } else if (char === "]") {
        if (depth === 0)
          throw illegalArgument("Pattern invalid as it contains ] without previous [");
        this.at++;
        return elements;
      } else if (char === "'") elements.push(this.quoted());
      else if (char === "<") elements.push(this.named());
      else if (/[A-Za-z]/.test(char)) elements.push(...this.letters());
      else if (char === "{" || char === "}" || char === "#") {
        throw illegalArgument(`Pattern includes reserved character: '${char}'`);
      } else {
        this.at++;
        elements.push({ kind: "literal", text: char });
      }
    }
    return elements;
  }

  private quoted(): DateElement {
    const { pattern } = this;
    let text = "";
    let at = this.at + 1;
    for (;;) {
      if (at >= pattern.length) {
        throw illegalArgument(`Pattern ends with an incomplete string literal: ${pattern}`);
      }
      if (pattern[at] !== "'") text += pattern[at++];
      else if (pattern[at + 1] === "'") {
        text += "'";
        at += 2;
      } else break;
    }
    this.at = at + 1;
    return { kind: "literal", text: text === "" ? "'" : text };
  }

  private named(): DateElement {
    const end = this.pattern.indexOf(">", this.at);
    const [name, min = "", max = "", extra = ""] = this.pattern
      .slice(this.at + 1, end)
      .split(" ") as [string, ...string[]];
    this.at = end + 1;
    if (name === "zone") return { kind: "zone", style: "id" };
    if (name.startsWith("offset:")) return { kind: "offset", pattern: name.slice(7), zero: "Z" };
    if (name === "frac") {
      return { kind: "fraction", min: Number(min), max: Number(max), point: extra === "." };
    }
    const sign = extra === "" ? "never" : (extra as SignStyle);
    return number(name as DateField, Number(min), Number(max), sign);
  }

  private letters(): DateElement[] {
    const letter = this.pattern[this.at]!;
    let count = 0;
    while (this.pattern[this.at + count] === letter) count++;
    this.at += count;
    return letterElements(letter, count);
  }
}

function number(field: DateField, min: number, max: number, sign: SignStyle): DateElement {
  return { kind: "number", field, min, max, sign, reserved: 0, fixed: false };
}

function tooMany(letter: string): never {
  throw illegalArgument(`Too many pattern letters: ${letter}`);
}

function letterElements(letter: string, count: number): DateElement[] {
  switch (letter) {
    case "u":
    case "y":
    case "Y":
      return [yearElement(letter, count)];
    case "M":
    case "L":
      return [monthElement(letter, count, "month")];
    case "Q":
    case "q":
      return [monthElement(letter, count, "quarter")];
    case "E":
      return [textElement("dayOfWeek", letter, count)];
    case "e":
    case "c":
      if (count > 2) return [textElement("dayOfWeek", letter, count)];
      return [number("dayOfWeek", count, count === 1 ? 1 : 2, "never")];
    case "a":
      return count === 1 ? [textElement("half", letter, 1)] : tooMany(letter);
    case "G":
      return [textElement("era", letter, count)];
    case "S":
      if (count > 9)
        throw illegalArgument(`Minimum width must be from 0 to 9 inclusive but was ${count}`);
      return [{ kind: "fraction", min: count, max: count, point: false }];
    case "n":
      return [number("nano", count, 19, "never")];
    case "N":
      return [number("nanoOfDay", count, 19, "never")];
    case "A":
      return [number("milliOfDay", count, 19, "never")];
    case "X":
    case "x":
    case "Z":
      return [offsetElement(letter, count)];
    case "V":
      if (count !== 2) throw illegalArgument(`Pattern letter count must be 2: ${letter}`);
      return [{ kind: "zone", style: "id" }];
    case "z":
      return count > 4 ? tooMany(letter) : [{ kind: "zone", style: "name" }];
    case "O":
      return [{ kind: "offset", pattern: "localized", zero: "GMT" }];
    case "D":
      if (count > 3) tooMany(letter);
      return [
        count === 1 ? number("dayOfYear", 1, 19, "normal") : number("dayOfYear", count, 3, "never"),
      ];
    default: {
      const field = NUMBERS[letter];
      if (field === undefined) throw illegalArgument(`Unknown pattern letter: ${letter}`);
      if (count > 2) tooMany(letter);
      return [count === 1 ? number(field, 1, 19, "normal") : number(field, 2, 2, "never")];
    }
  }
}

function yearElement(letter: string, count: number): DateElement {
  const field = letter === "u" ? "year" : letter === "y" ? "yearOfEra" : "weekYear";
  if (count === 2) {
    return {
      kind: "number",
      field,
      min: 2,
      max: 2,
      sign: "never",
      reserved: 0,
      fixed: true,
      reducedBase: 2000,
    };
  }
  return number(field, count, 19, count < 4 ? "normal" : "pad");
}

function monthElement(letter: string, count: number, field: "month" | "quarter"): DateElement {
  if (count === 1) return number(field, 1, 19, "normal");
  if (count === 2) return number(field, 2, 2, "never");
  return textElement(field, letter, count);
}

function textElement(field: DateField, letter: string, count: number): DateElement {
  if (count > 5) tooMany(letter);
  const style = count === 4 ? "long" : count === 5 ? "narrow" : "short";
  return { kind: "text", field, style };
}

const X_PATTERNS = ["+HHmm", "+HHMM", "+HH:MM", "+HHMMss", "+HH:MM:ss"];
const ZEROS = ["+00", "+0000", "+00:00", "+0000", "+00:00"];

function offsetElement(letter: string, count: number): DateElement {
  if (letter === "Z") {
    if (count < 4) return { kind: "offset", pattern: "+HHMM", zero: "+0000" };
    if (count === 4) return { kind: "offset", pattern: "localized", zero: "GMT" };
    if (count === 5) return { kind: "offset", pattern: "+HH:MM:ss", zero: "Z" };
    return tooMany(letter);
  }
  if (count > 5) tooMany(letter);
  const pattern = X_PATTERNS[count - 1]!;
  return { kind: "offset", pattern, zero: letter === "X" ? "Z" : ZEROS[count - 1]! };
}

// Adjacent values: a number leaves room for the fixed-width numbers that follow it directly.
function reserveWidths(elements: readonly DateElement[]): void {
  let active: Extract<DateElement, { kind: "number" }> | undefined;
  for (const element of elements) {
    if (element.kind === "number") {
      const isFixed = element.min === element.max && element.sign === "never";
      if (active !== undefined && isFixed) {
        active.reserved += element.max;
        element.fixed = true;
      } else {
        active = element;
        if (isFixed) element.fixed = true;
      }
    } else if (
      element.kind === "fraction" &&
      active !== undefined &&
      element.min === element.max &&
      !element.point
    ) {
      active.reserved += element.max;
    } else {
      active = undefined;
      if (element.kind === "optional") reserveWidths(element.elements);
    }
  }
}
