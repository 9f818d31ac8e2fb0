// Reads the body of one aggregation as upstream's ObjectParser does: a value of a wrong kind is
// `doesn't support values of type`, one that does not convert `failed to parse field`.
// Upstream: org.opensearch.core.xcontent.ObjectParser.

import { VarveError } from "../../../base/index.ts";
import type { XContentObject, XContentValue } from "../../../xcontent/index.ts";
import { didYouMean } from "../did-you-mean.ts";
import { numberFormat, textOf, toBoolean, toInteger, toNumber } from "../object-reader.ts";
import type { QueryParseContext } from "../query-builder.ts";
import { type TokenPart, tokenName, xContentParseException } from "../source-location.ts";

const STRINGS = ["VALUE_STRING"];
const NUMBERS = ["VALUE_NUMBER", "VALUE_STRING"];
const BOOLEANS = ["VALUE_BOOLEAN", "VALUE_STRING"];
const SCALARS = ["VALUE_STRING", "VALUE_NUMBER", "VALUE_BOOLEAN"];

/** The members of an aggregation's body. Each take marks its member as known. */
export class AggregationBody {
  readonly object: XContentObject;
  readonly parser: QueryParseContext;
  /** The type of the aggregation, for messages. */
  readonly type: string;
  private readonly known = new Set<string>();

  constructor(object: XContentObject, parser: QueryParseContext, type: string) {
    this.object = object;
    this.parser = parser;
    this.type = type;
  }

  /** Takes a member whose token is one of `tokens`; `convert` may throw. */
  take<T>(
    key: string,
    tokens: readonly string[],
    convert: (value: XContentValue) => T,
  ): T | undefined {
    this.known.add(key);
    if (!Object.hasOwn(this.object, key)) return undefined;
    const value = this.object[key]!;
    const token = tokenName(value);
    if (!tokens.includes(token)) {
      throw this.error(`[${this.type}] ${key} doesn't support values of type: ${token}`, key);
    }
    if (value === null) return undefined;
    if (typeof value !== "object") return this.converted(key, () => convert(value));
    try {
      return convert(value);
    } catch (error) {
      if (!(error instanceof VarveError)) throw error;
      const message = `[${this.type}] failed to parse field [${key}]`;
      // The parser stands where the inner one stopped: at the culprit, or at the container's end.
      const { line, col } = error.metadata;
      if (typeof line !== "number" || typeof col !== "number") {
        throw this.arrayEndError(message, key, error);
      }
      throw xContentParseException(message, { line, column: col }, error);
    }
  }

  /** Runs `convert`; what it refuses is about the member `key`. */
  converted<T>(key: string, convert: () => T, part: TokenPart = "value"): T {
    try {
      return convert();
    } catch (error) {
      if (!(error instanceof VarveError)) throw error;
      throw this.error(`[${this.type}] failed to parse field [${key}]`, key, error, part);
    }
  }

  takeString(key: string): string | undefined {
    return this.take(key, STRINGS, textOf);
  }

  takeInteger(key: string): number | undefined {
    return this.take(key, NUMBERS, toInteger);
  }

  takeLong(key: string): number | undefined {
    return this.take(key, NUMBERS, (value) => Math.trunc(toNumber(value)));
  }

  takeDouble(key: string): number | undefined {
    return this.take(key, NUMBERS, toDouble);
  }

  takeBoolean(key: string): boolean | undefined {
    return this.take(key, BOOLEANS, toBoolean);
  }

  /** Any scalar as it is. */
  takeScalar(key: string): string | number | boolean | bigint | undefined {
    return this.take(key, SCALARS, (value) => value as string | number | boolean | bigint);
  }

  takeObject(key: string): XContentObject | undefined {
    return this.take(key, ["START_OBJECT"], (value) => value as XContentObject);
  }

  /** Refuses members that nobody took. */
  finish(): void {
    const unknown = Object.keys(this.object).find((key) => !this.known.has(key));
    if (unknown === undefined) return;
    const hint = didYouMean(unknown, this.known);
    const message = `[${this.type}] unknown field [${unknown}]${hint}`;
    throw this.error(message, unknown, undefined, "name");
  }

  error(message: string, key: string, cause?: unknown, part: TokenPart = "value"): VarveError {
    return xContentParseException(
      message,
      this.parser.source.locate(this.object, key, part),
      cause,
    );
  }

  /** An error at the end of a member that is an object or a list. */
  arrayEndError(message: string, key: string, cause: unknown): VarveError {
    const value = this.object[key];
    const container = typeof value === "object" && value !== null ? value : this.object;
    return xContentParseException(message, this.parser.source.locate(container, "", "end"), cause);
  }

  /** An error at the end of the body. */
  endError(message: string): VarveError {
    return xContentParseException(message, this.parser.source.locate(this.object, "", "end"));
  }

  /** A body one level down. */
  inner(object: XContentObject, name: string): AggregationBody {
    return new AggregationBody(object, this.parser, name);
  }
}

/** How a ConstructingObjectParser refuses what its builder does not take. */
export function failedToBuild(type: string, cause: unknown): VarveError {
  const message = `Failed to build [${type}] after last required field arrived`;
  return new VarveError("invalid", message, { type: "x_content_parse_exception", cause });
}

/** A number or its text. */
export function toDouble(value: XContentValue): number {
  const number = toNumber(value);
  if (Number.isNaN(number)) throw numberFormat(textOf(value));
  return number;
}
