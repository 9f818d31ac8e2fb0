// Reads the members of one object of a request with upstream's conversions: numbers may be strings,
// booleans may be "true" and "false", unknown names are refused.

import { illegalArgument, VarveError } from "../../base/index.ts";
import { isXContentObject, type XContentObject, type XContentValue } from "../../xcontent/index.ts";
import { didYouMean } from "./did-you-mean.ts";
import {
  parsingException,
  type RequestSource,
  type TokenPart,
  xContentParseException,
} from "./source-location.ts";

/** How a value that is not a number is refused. */
export function numberFormat(text: string): VarveError {
  return new VarveError("invalid", `For input string: "${text}"`, {
    type: "number_format_exception",
  });
}

/** A value as a float or double. */
export function toNumber(value: XContentValue): number {
  if (typeof value === "number") return value;
  if (typeof value === "bigint") return Number(value);
  const text = textOf(value);
  const number = Number(text);
  if (text.trim() === "" || Number.isNaN(number)) throw numberFormat(text);
  return number;
}

/** A value as an int; decimals are cut off as Jackson does. */
export function toInteger(value: XContentValue): number {
  const number = toNumber(value);
  if (number < -2147483648 || number > 2147483647) {
    throw new VarveError(
      "invalid",
      `Numeric value (${textOf(value)}) out of range of int (-2147483648 - 2147483647)`,
      { type: "input_coercion_exception" },
    );
  }
  return Math.trunc(number);
}

/** A value as a boolean. */
export function toBoolean(value: XContentValue): boolean {
  if (typeof value === "boolean") return value;
  if (value === "true") return true;
  if (value === "false") return false;
  throw illegalArgument(
    `Failed to parse value [${textOf(value)}] as only [true] or [false] are allowed.`,
  );
}

/** A scalar as text. */
export function textOf(value: XContentValue): string {
  if (typeof value === "string") return value;
  if (value === null) return "null";
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

/** The members of one object. Each `take…` marks its member as known. */
export class ObjectReader {
  readonly object: XContentObject;
  readonly source: RequestSource;
  /** The name in messages: `[match] query does not support [foo]`. */
  readonly name: string;
  private readonly known = new Set<string>();

  constructor(object: XContentObject, source: RequestSource, name: string) {
    this.object = object;
    this.source = source;
    this.name = name;
  }

  has(key: string): boolean {
    return Object.hasOwn(this.object, key);
  }

  /** The member's value, undefined where it is not there. */
  take(key: string): XContentValue | undefined {
    this.known.add(key);
    return this.has(key) ? this.object[key] : undefined;
  }

  takeString(key: string): string | undefined {
    const value = this.take(key);
    return value === undefined || value === null ? undefined : textOf(value);
  }

  takeNumber(key: string): number | undefined {
    const value = this.take(key);
    return value === undefined || value === null ? undefined : toNumber(value);
  }

  takeInteger(key: string): number | undefined {
    const value = this.take(key);
    return value === undefined || value === null ? undefined : toInteger(value);
  }

  takeBoolean(key: string): boolean | undefined {
    const value = this.take(key);
    return value === undefined || value === null ? undefined : toBoolean(value);
  }

  takeObject(key: string): XContentObject | undefined {
    const value = this.take(key);
    if (value === undefined) return undefined;
    if (!isXContentObject(value)) throw this.unsupported(key);
    return value;
  }

  /** A list of strings; one string is a list of one. */
  takeStrings(key: string): string[] | undefined {
    const value = this.take(key);
    if (value === undefined || value === null) return undefined;
    return (Array.isArray(value) ? value : [value]).map(textOf);
  }

  /** Names that were not taken. */
  unknown(): string[] {
    return Object.keys(this.object).filter((key) => !this.known.has(key));
  }

  /** Refuses what was not taken: `[match] query does not support [foo]`. */
  finish(): void {
    const unknown = this.unknown()[0];
    if (unknown !== undefined) throw this.unsupported(unknown);
  }

  /** Refuses what was not taken as upstream's ObjectParser does. */
  finishStrict(): void {
    const unknown = this.unknown()[0];
    if (unknown === undefined) return;
    const place = this.source.locate(this.object, unknown, "name");
    const hint = didYouMean(unknown, this.known);
    throw xContentParseException(`[${this.name}] unknown field [${unknown}]${hint}`, place);
  }

  /** Parses one member; an error becomes the cause of an x_content_parse_exception. */
  wrap<T>(key: string, parse: () => T): T {
    try {
      return parse();
    } catch (error) {
      const place = this.source.locate(this.object, key, "value");
      throw xContentParseException(`[${this.name}] failed to parse field [${key}]`, place, error);
    }
  }

  /** As finishStrict, inside of an exception that points at the value: some parsers wrap it. */
  finishWrapped(): void {
    const unknown = this.unknown()[0];
    if (unknown === undefined) return;
    const name = this.source.locate(this.object, unknown, "name");
    const cause = xContentParseException(`[${this.name}] unknown field [${unknown}]`, name);
    const { message, metadata } = cause;
    const place = this.source.locate(this.object, unknown, "value");
    throw parsingException(
      message,
      place,
      new VarveError("invalid", message, {
        type: "x_content_parse_exception",
        metadata,
      }),
    );
  }

  unsupported(key: string): VarveError {
    return this.error(`[${this.name}] query does not support [${key}]`, key);
  }

  /** A parsing_exception at a member, or at the object's end. */
  error(message: string, key: string, part: TokenPart = "value"): VarveError {
    return parsingException(message, this.source.locate(this.object, key, part));
  }

  endError(message: string): VarveError {
    return this.error(message, "", "end");
  }
}
