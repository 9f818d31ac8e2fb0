// How doc values are shown, and how texts of requests become doc values.
// Upstream: org.opensearch.search.DocValueFormat.

import { illegalArgument } from "../../base/index.ts";
import type { DateFormatter } from "../time/index.ts";
import { DateMathParser } from "../time/index.ts";
import { decimalFormat } from "./decimal-format.ts";
import { formatAddress, parseAddress } from "./ip-address.ts";
import { numberFormat, parseJavaDouble } from "./node-values.ts";

/** Shows and reads doc values. Longs come as numbers or, when large, as bigints. */
export interface DocValueFormat {
  /** Name of the format, as upstream's writeable name. */
  readonly name: string;
  /** Does the format show numbers as they are? Then buckets have no key_as_string. */
  readonly isRaw: boolean;
  formatLong(value: number | bigint): unknown;
  formatDouble(value: number): unknown;
  formatBytes(value: Uint8Array): unknown;
  parseLong(text: string, roundUp?: boolean, now?: () => number): bigint;
  parseDouble(text: string, roundUp?: boolean, now?: () => number): number;
  parseBytes(text: string): Uint8Array;
}

const utf8 = (bytes: Uint8Array) => Buffer.from(bytes).toString("utf8");

/** Numbers as numbers, bytes as UTF-8. */
export const RAW_FORMAT: DocValueFormat = {
  name: "raw",
  isRaw: true,
  formatLong: narrow,
  formatDouble: (value) => value,
  formatBytes: utf8,
  parseLong: (text) => {
    if (/^[+-]?\d+$/.test(text)) return BigInt(text.replace(/^\+/, ""));
    const value = parseJavaDouble(text);
    if (!Number.isFinite(value)) throw numberFormat(`For input string: "${text}"`);
    return BigInt(Math.round(value));
  },
  parseDouble: parseJavaDouble,
  parseBytes: (text) => Buffer.from(text),
};

function narrow(value: number | bigint): number | bigint {
  if (typeof value === "number") return value;
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

function unsupported(name: string): never {
  throw illegalArgument(`unsupported operation of the format [${name}]`);
}

/** 0 and 1 as false and true. */
export const BOOLEAN_FORMAT: DocValueFormat = {
  ...RAW_FORMAT,
  name: "bool",
  isRaw: false,
  formatLong: (value) => Number(value) !== 0,
  formatDouble: (value) => value !== 0,
  parseLong: (text) => (parseBoolean(text) ? 1n : 0n),
  parseDouble: (text) => (parseBoolean(text) ? 1 : 0),
};

function parseBoolean(text: string): boolean {
  if (text === "true" || text === "false") return text === "true";
  throw illegalArgument(`Cannot parse boolean [${text}], expected either [true] or [false]`);
}

/** Sixteen bytes as an address. */
export const IP_FORMAT: DocValueFormat = {
  ...RAW_FORMAT,
  name: "ip",
  isRaw: false,
  formatLong: () => unsupported("ip"),
  formatDouble: () => unsupported("ip"),
  formatBytes: formatAddress,
  parseBytes: parseAddress,
};

/** Bytes as base64. */
export const BINARY_FORMAT: DocValueFormat = {
  ...RAW_FORMAT,
  name: "binary",
  isRaw: false,
  formatBytes: (value) => Buffer.from(value).toString("base64url"),
  parseBytes: (text) => Buffer.from(text, "base64url"),
};

/** A long as an unsigned number. */
export const UNSIGNED_LONG_FORMAT: DocValueFormat = {
  ...RAW_FORMAT,
  name: "unsigned_long",
  formatLong: (value) => narrow(BigInt.asUintN(64, BigInt(value))),
};

/** Instants through a date format, in a zone. */
export class DateTimeFormat implements DocValueFormat {
  readonly name = "date_time";
  readonly isRaw = false;
  readonly formatter: DateFormatter;
  readonly timeZone: string;
  private readonly isNanos: boolean;
  private readonly math: DateMathParser;

  constructor(formatter: DateFormatter, timeZone: string, resolution: "date" | "date_nanos") {
    this.formatter = formatter.withZone(timeZone);
    this.timeZone = timeZone;
    this.isNanos = resolution === "date_nanos";
    this.math = new DateMathParser(formatter);
  }

  formatLong(value: number | bigint): string {
    if (!this.isNanos) return this.formatter.format(Number(value));
    const nanos = BigInt(value);
    const millis = nanos / 1_000_000n;
    return this.formatter.format(Number(millis), Number(nanos - millis * 1_000_000n));
  }

  formatDouble(value: number): string {
    // Java's cast of a double to a long stops at the ends.
    const whole = Math.trunc(value);
    if (whole >= 2 ** 63) return this.formatLong(0x7fffffffffffffffn);
    if (whole < -(2 ** 63)) return this.formatLong(-0x8000000000000000n);
    return this.formatLong(Number.isNaN(whole) ? 0n : BigInt(whole));
  }

  formatBytes(): never {
    return unsupported(this.name);
  }

  parseLong(text: string, roundUp = false, now: () => number = () => 0): bigint {
    const instant = this.math.parseInstant(text, now, roundUp, this.timeZone);
    if (!this.isNanos) return BigInt(instant.millis);
    return BigInt(instant.millis) * 1_000_000n + BigInt(instant.nanosOfMilli);
  }

  parseDouble(text: string, roundUp = false, now: () => number = () => 0): number {
    return Number(this.parseLong(text, roundUp, now));
  }

  parseBytes(): never {
    return unsupported(this.name);
  }
}

/** Numbers through a DecimalFormat pattern. */
export class DecimalDocValueFormat implements DocValueFormat {
  readonly name = "decimal";
  readonly isRaw = false;
  private readonly print: (value: number) => string;

  constructor(pattern: string) {
    this.print = decimalFormat(pattern);
  }

  formatLong(value: number | bigint): string {
    return this.print(Number(value));
  }

  formatDouble(value: number): string {
    return this.print(value);
  }

  formatBytes(): never {
    return unsupported(this.name);
  }

  parseLong(text: string): bigint {
    return BigInt(Math.round(this.parseDouble(text)));
  }

  parseDouble(text: string): number {
    const digits = /-?[\d.,]+(?:E-?\d+)?/.exec(text);
    if (digits === null) throw illegalArgument(`Cannot parse the value [${text}]`);
    return Number(digits[0].replaceAll(",", ""));
  }

  parseBytes(): never {
    return unsupported(this.name);
  }
}
