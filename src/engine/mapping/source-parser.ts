// The lossless JSON parser of document sources: numbers keep their text, duplicate keys are refused,
// errors carry Jackson's words and place. Documents go through JSON.parse first; this parser runs
// when that fails or when a mapper needs the text of a number.

import { jsonError, jsonLocation } from "./mapper-errors.ts";
import { MAX_JSON_DEPTH } from "./limits.ts";

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

/** Parses a whole source. */
export function parseExactSource(text: string): { value: SourceValue; locations: SourceLocations } {
  const parser = new ExactParser(text);
  const value = parser.parseDocument();
  return { value, locations: parser.locations };
}

const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
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
      const root =
        "[Source: REDACTED (`StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION` disabled); " +
        "line: 1]";
      throw jsonError(
        "json_parse_exception",
        `Unexpected close marker '${char}': expected '${expected}' (for root starting at ${root})`,
        line,
        column,
      );
    }
    this.unexpected();
  }

  private parseValue(container: object, key: string | number, start: number): SourceValue {
    const char = this.text[this.at];
    let value: SourceValue;
    if (char === "{") value = this.parseObject();
    else if (char === "[") value = this.parseArray();
    else if (char === '"') value = this.parseString();
    else if (char === "t") value = this.parseWord("true", true);
    else if (char === "f") value = this.parseWord("false", false);
    else if (char === "n") value = this.parseWord("null", null);
    else value = this.parseNumber();
    const isOpen = char === "{" || char === "[";
    this.locations.set(container, key, start, isOpen ? start + 1 : this.at);
    return value;
  }

  private parseObject(): SourceValue {
    const out: { [key: string]: SourceValue } = {};
    const start = this.at++;
    this.enter();
    this.skipSpace();
    if (this.text[this.at] === "}") return this.leave(out);
    for (;;) {
      this.skipSpace();
      if (this.at >= this.text.length) this.eof("Object", start);
      if (this.text[this.at] !== '"') {
        this.unexpected("was expecting double-quote to start field name");
      }
      const key = this.parseString();
      if (Object.hasOwn(out, key)) {
        const { line, column } = lineAndColumn(this.text, this.at);
        throw jsonError("json_parse_exception", `Duplicate field '${key}'`, line, column);
      }
      this.skipSpace();
      if (this.at >= this.text.length) this.eof("Object", start);
      if (this.text[this.at] !== ":") {
        this.unexpected("was expecting a colon to separate field name and value");
      }
      this.at++;
      this.skipSpace();
      if (this.at >= this.text.length) this.eof("Object", start);
      const value = this.parseValue(out, key, this.at);
      Object.defineProperty(out, key, {
        value,
        enumerable: true,
        configurable: true,
        writable: true,
      });
      this.skipSpace();
      if (this.at >= this.text.length) this.eof("Object", start);
      if (this.text[this.at] === "}") return this.leave(out);
      if (this.text[this.at] !== ",") {
        this.unexpected("was expecting comma to separate Object entries");
      }
      this.at++;
    }
  }

  private parseArray(): SourceValue {
    const out: SourceValue[] = [];
    const start = this.at++;
    this.enter();
    this.skipSpace();
    if (this.text[this.at] === "]") return this.leave(out);
    for (;;) {
      this.skipSpace();
      if (this.at >= this.text.length) this.eof("Array", start);
      out.push(this.parseValue(out, out.length, this.at));
      this.skipSpace();
      if (this.at >= this.text.length) this.eof("Array", start);
      if (this.text[this.at] === "]") return this.leave(out);
      if (this.text[this.at] !== ",") {
        this.unexpected("was expecting comma to separate Array entries");
      }
      this.at++;
    }
  }

  private enter(): void {
    if (++this.depth <= MAX_JSON_DEPTH) return;
    const message =
      `Document nesting depth (${this.depth}) exceeds the maximum allowed ` +
      `(${MAX_JSON_DEPTH}, from \`StreamReadConstraints.getMaxNestingDepth()\`)`;
    throw jsonError("stream_constraints_exception", message, 1, this.at + 1);
  }

  private leave<T>(value: T): T {
    this.at++;
    this.depth--;
    return value;
  }

  private parseWord(word: string, value: SourceValue): SourceValue {
    if (!this.text.startsWith(word, this.at)) this.unrecognized();
    this.at += word.length;
    return value;
  }

  private parseNumber(): SourceValue {
    NUMBER.lastIndex = this.at;
    const match = NUMBER.exec(this.text);
    if (match === null) this.unexpectedValue();
    this.at += match[0].length;
    const value = Number(match[0]);
    return String(value) === match[0] ? value : new JsonNumber(match[0]);
  }

  private parseString(): string {
    let out = "";
    let from = ++this.at;
    for (;;) {
      const code = this.text.charCodeAt(this.at);
      if (Number.isNaN(code)) this.eofInString();
      if (code === 0x22) {
        out += this.text.slice(from, this.at++);
        return out;
      }
      if (code < 0x20) {
        const { line, column } = lineAndColumn(this.text, this.at);
        throw jsonError(
          "json_parse_exception",
          `Illegal unquoted character ((CTRL-CHAR, code ${code})): has to be escaped using ` +
            "backslash to be included in string value",
          line,
          column,
        );
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
      if (!/^[0-9a-fA-F]{4}$/.test(hex))
        this.unexpected("expected a hex-digit for character escape");
      this.at += 6;
      return String.fromCharCode(Number.parseInt(hex, 16));
    }
    const plain = ESCAPES[char];
    if (plain === undefined) {
      const { line, column } = lineAndColumn(this.text, this.at + 2);
      throw jsonError(
        "json_parse_exception",
        `Unrecognized character escape '${char}' (code ${char.charCodeAt(0)})`,
        line,
        column,
      );
    }
    this.at += 2;
    return plain;
  }

  private skipSpace(): void {
    for (;;) {
      const code = this.text.charCodeAt(this.at);
      if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return;
      this.at++;
    }
  }

  private eof(kind: "Object" | "Array", start: number): never {
    const open = lineAndColumn(this.text, start);
    const { line, column } = lineAndColumn(this.text, this.text.length);
    throw jsonError(
      "json_e_o_f_exception",
      `Unexpected end-of-input: expected close marker for ${kind} (start marker at ` +
        `${jsonLocation(open.line, open.column)})`,
      line,
      column,
    );
  }

  private eofInString(): never {
    const { line, column } = lineAndColumn(this.text, this.text.length);
    throw jsonError(
      "json_e_o_f_exception",
      "Unexpected end-of-input in VALUE_STRING",
      line,
      column,
    );
  }

  private unexpectedValue(): never {
    if (this.at >= this.text.length) {
      const { line, column } = lineAndColumn(this.text, this.text.length);
      throw jsonError(
        "json_e_o_f_exception",
        "No content to map due to end-of-input",
        line,
        column,
      );
    }
    if (/[A-Za-z_$]/.test(this.text[this.at]!)) this.unrecognized();
    this.unexpected(
      "expected a valid value (JSON String, Number, Array, Object or token " +
        "'null', 'true' or 'false')",
    );
  }

  private unrecognized(): never {
    const word = /[\w$]+/y;
    word.lastIndex = this.at;
    const token = word.exec(this.text)?.[0] ?? "";
    const { line, column } = lineAndColumn(this.text, this.at + token.length);
    throw jsonError(
      "json_parse_exception",
      `Unrecognized token '${token}': was expecting (JSON String, Number, Array, Object or token ` +
        "'null', 'true' or 'false')",
      line,
      column,
    );
  }

  private unexpected(expected?: string): never {
    const char = this.text[this.at] ?? "";
    const { line, column } = lineAndColumn(this.text, this.at + 1);
    const what = `Unexpected character ('${char}' (code ${char.charCodeAt(0)}))`;
    throw jsonError(
      "json_parse_exception",
      expected === undefined ? what : `${what}: ${expected}`,
      line,
      column,
    );
  }
}
