// The lossless JSON parser of document sources: numbers keep their text, duplicate keys are
// refused, errors carry Jackson's words and place. Documents go through JSON.parse first; this
// parser runs when that fails or when a mapper needs the text of a number.

import { illegalArgument } from "../../base/index.ts";
import { decodeJson } from "../../xcontent/index.ts";
import { MAX_JSON_DEPTH } from "./limits.ts";
import { jsonError, jsonLocation } from "./mapper-errors.ts";

/** A number whose text a JavaScript number does not give back. */
export class JsonNumber {
  readonly text: string;
  readonly value: number;

  constructor(text: string) {
    this.text = text;
    this.value = Number(text);
  }

  /** Has it a fraction or an exponent (Jackson's VALUE_NUMBER_FLOAT)? */
  get isFloat(): boolean {
    return /[.eE]/.test(this.text);
  }

  toString(): string {
    return this.text;
  }
}

/** A value of a document's source. */
export type SourceValue =
  | string
  | number
  | boolean
  | null
  | JsonNumber
  | SourceValue[]
  | { [key: string]: SourceValue };

interface Span {
  start: number;
  end: number;
}

/** Where the values of a parsed source stand in its text. */
export class SourceLocations {
  private readonly text: string;
  private readonly spans = new Map<object, Map<string | number, Span>>();

  constructor(text: string) {
    this.text = text;
  }

  set(container: object, key: string | number, start: number, end: number): void {
    let map = this.spans.get(container);
    if (map === undefined) {
      map = new Map();
      this.spans.set(container, map);
    }
    map.set(key, { start, end });
  }

  of(container: object | undefined, key: string | number) {
    const span = container === undefined ? undefined : this.spans.get(container)?.get(key);
    const start = lineAndColumn(this.text, span?.start ?? 0);
    const end = lineAndColumn(this.text, span?.end ?? 0);
    return { line: start.line, column: start.column, endLine: end.line, endColumn: end.column };
  }
}

/** One-based line and column, columns counted in UTF-8 bytes as Jackson does. */
export function lineAndColumn(text: string, offset: number): { line: number; column: number } {
  let line = 1;
  let lineStart = 0;
  for (let i = text.indexOf("\n"); i >= 0 && i < offset; i = text.indexOf("\n", i + 1)) {
    line++;
    lineStart = i + 1;
  }
  return { line, column: Buffer.byteLength(text.slice(lineStart, offset)) + 1 };
}

/** Parses a whole source. Errors are Jackson's. */
export function parseExactSource(
  text: string,
  bytes: Uint8Array,
): { value: SourceValue; locations: SourceLocations } {
  const parser = new ExactParser(text);
  try {
    return { value: parser.parseDocument(), locations: parser.locations };
  } catch (error) {
    // The decoder of the xcontent layer words syntax errors; this parser only knows that there is
    // one.
    if (error === SYNTAX_ERROR) decodeJson(bytes);
    if (error !== SYNTAX_ERROR) throw error;
    throw jsonError("json_parse_exception", "Malformed content", 1, 1);
  }
}

const SYNTAX_ERROR: unique symbol = Symbol("syntax error");
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?(?![\w.])/y;
const ESCAPES: Record<string, string> = {
  '"': '"',
  "\\": "\\",
  "/": "/",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
};

class ExactParser {
  readonly locations: SourceLocations;
  private readonly text: string;
  private at = 0;
  private depth = 0;

  constructor(text: string) {
    this.text = text;
    this.locations = new SourceLocations(text);
  }

  parseDocument(): SourceValue {
    this.skipSpace();
    const value = this.parseValue({}, "", this.at);
    this.skipSpace();
    if (this.at < this.text.length) this.failTrailing();
    return value;
  }

  private failTrailing(): never {
    const char = this.text[this.at]!;
    if (char === "}" || char === "]") {
      const { line, column } = lineAndColumn(this.text, this.at);
      const expected = char === "}" ? "]" : "}";
      const root = jsonLocation(1, 1).replace(", column: 1", "");
      throw jsonError(
        "json_parse_exception",
        `Unexpected close marker '${char}': expected '${expected}' (for root starting at ${root})`,
        line,
        column,
      );
    }
    const value = this.parseValue({}, "", this.at);
    throw illegalArgument(`Malformed content, found extra data after parsing: ${tokenName(value)}`);
  }

  private parseValue(container: object, key: string | number, start: number): SourceValue {
    const char = this.text[this.at];
    let value: SourceValue;
    if (char === "{") value = this.parseObject();
    else if (char === "[") value = this.parseArray();
    else if (char === '"') value = this.parseString();
    else if (char === "-" || (char !== undefined && char >= "0" && char <= "9")) {
      value = this.parseNumber();
    } else value = this.parseWord();
    const isOpen = char === "{" || char === "[";
    this.locations.set(container, key, start, isOpen ? start + 1 : this.at);
    return value;
  }

  private parseObject(): SourceValue {
    const out: { [key: string]: SourceValue } = {};
    this.enter();
    if (this.text[this.at] === "}") return this.leave(out);
    for (;;) {
      this.expect('"', false);
      const key = this.parseString();
      if (Object.hasOwn(out, key)) {
        const { line, column } = lineAndColumn(this.text, this.at);
        throw jsonError("json_parse_exception", `Duplicate field '${key}'`, line, column);
      }
      this.skipSpace();
      this.expect(":", true);
      const value = this.parseValue(out, key, this.at);
      Object.defineProperty(out, key, {
        value,
        enumerable: true,
        configurable: true,
        writable: true,
      });
      this.skipSpace();
      if (this.text[this.at] === "}") return this.leave(out);
      this.expect(",", true);
    }
  }

  private parseArray(): SourceValue {
    const out: SourceValue[] = [];
    this.enter();
    if (this.text[this.at] === "]") return this.leave(out);
    for (;;) {
      out.push(this.parseValue(out, out.length, this.at));
      this.skipSpace();
      if (this.text[this.at] === "]") return this.leave(out);
      this.expect(",", true);
    }
  }

  private expect(char: string, consume: boolean): void {
    if (this.text[this.at] !== char) throw SYNTAX_ERROR;
    if (!consume) return;
    this.at++;
    this.skipSpace();
  }

  private enter(): void {
    this.at++;
    if (++this.depth > MAX_JSON_DEPTH) {
      const message =
        `Document nesting depth (${this.depth}) exceeds the maximum allowed ` +
        `(${MAX_JSON_DEPTH}, from \`StreamReadConstraints.getMaxNestingDepth()\`)`;
      throw jsonError("stream_constraints_exception", message, 1, this.at);
    }
    this.skipSpace();
  }

  private leave<T>(value: T): T {
    this.at++;
    this.depth--;
    return value;
  }

  private parseWord(): SourceValue {
    const word = /[\w$]*/y;
    word.lastIndex = this.at;
    const token = word.exec(this.text)![0];
    if (token === "true" || token === "false" || token === "null") {
      this.at += token.length;
      return token === "null" ? null : token === "true";
    }
    if (token === "") throw SYNTAX_ERROR;
    // Jackson has read the character after the token when it complains.
    const { line, column } = lineAndColumn(this.text, this.at + token.length + 1);
    throw jsonError(
      "json_parse_exception",
      `Unrecognized token '${token}': was expecting (JSON String, Number, Array, Object or token ` +
        "'null', 'true' or 'false')",
      line,
      column,
    );
  }

  private parseNumber(): SourceValue {
    NUMBER.lastIndex = this.at;
    const match = NUMBER.exec(this.text);
    if (match === null) throw SYNTAX_ERROR;
    this.at += match[0].length;
    const value = Number(match[0]);
    return String(value) === match[0] ? value : new JsonNumber(match[0]);
  }

  private parseString(): string {
    let out = "";
    let from = ++this.at;
    for (;;) {
      const code = this.text.charCodeAt(this.at);
      if (Number.isNaN(code) || code < 0x20) throw SYNTAX_ERROR;
      if (code === 0x22) {
        out += this.text.slice(from, this.at++);
        return out;
      }
      if (code === 0x5c) {
        out += this.text.slice(from, this.at) + this.parseEscape();
        from = this.at;
      } else this.at++;
    }
  }

  private parseEscape(): string {
    const char = this.text[this.at + 1] ?? "";
    if (char === "u") {
      const hex = this.text.slice(this.at + 2, this.at + 6);
      if (!/^[0-9a-fA-F]{4}$/.test(hex)) throw SYNTAX_ERROR;
      this.at += 6;
      return String.fromCharCode(Number.parseInt(hex, 16));
    }
    const plain = ESCAPES[char];
    if (plain === undefined) throw SYNTAX_ERROR;
    this.at += 2;
    return plain;
  }

  /** White space and comments, which OpenSearch allows. */
  private skipSpace(): void {
    const space = /(?:[ \t\r\n]|\/\*[\s\S]*?\*\/|\/\/[^\n]*)*/y;
    space.lastIndex = this.at;
    this.at += space.exec(this.text)![0].length;
  }
}

/** Name of the token that starts a value. */
export function tokenName(value: SourceValue): string {
  if (value === null) return "VALUE_NULL";
  if (Array.isArray(value)) return "START_ARRAY";
  if (typeof value === "string") return "VALUE_STRING";
  if (typeof value === "boolean") return value ? "VALUE_TRUE" : "VALUE_FALSE";
  const isNumber = typeof value === "number" || value instanceof JsonNumber;
  return isNumber ? "VALUE_NUMBER" : "START_OBJECT";
}
