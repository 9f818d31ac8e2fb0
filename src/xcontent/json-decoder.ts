// JSON, read as OpenSearch reads it: comments are allowed, a name must not come twice in an object,
// integers stay exact, whatever follows the root value is not looked at, and errors have Jackson's
// words with the line and the column (counted in bytes from 1).
//
// The fast path is JSON.parse. It is not enough when it fails (no position, comments), when an
// integer is longer than a double holds, or when a name came twice: JSON.parse keeps the last one
// silently. The last case is found by counting: a document has as many members as it has colons
// outside of strings, so a tree with fewer members had doubles.
// Upstream: JsonXContent, com.fasterxml.jackson.core.json.UTF8StreamJsonParser.

import { VarveError, XCONTENT_DEPTH_MAX } from "../base/index.ts";
import { setMember, type XContentObject, type XContentValue } from "./tree.ts";
import { decodeUtf8 } from "./utf8.ts";

/** How a document is read. */
export interface JsonOptions {
  /** Refuses anything but white space after the root value; otherwise it is not looked at. */
  strictEnd?: boolean;
}

const SOURCE =
  "[Source: REDACTED (`StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION` disabled); line: ";
const EXPECTED = "(JSON String, Number, Array, Object or token 'null', 'true' or 'false')";
/** Numbers of so many digits may not be exact as a double. */
const EXACT_DIGITS_MAX = 15;

/** Reads one document. Errors: `invalid`, json_parse_exception or json_e_o_f_exception. */
export function decodeJson(source: string | Uint8Array, options: JsonOptions = {}): XContentValue {
  const text = typeof source === "string" ? source : decodeUtf8(source);
  let tree: XContentValue | undefined;
  try {
    tree = JSON.parse(text) as XContentValue;
  } catch {
    // The exact parser below says where and why, or accepts what JSON.parse does not.
  }
  if (tree !== undefined && countMembers(tree, 0) === countColons(text)) return tree;
  const bytes = typeof source === "string" ? Buffer.from(source) : bytesOf(source);
  return decodeExactly(bytes, options);
}

function bytesOf(source: Uint8Array): Buffer {
  return Buffer.from(source.buffer, source.byteOffset, source.length);
}

/** Members of all objects of a tree; -1 for a tree that is nested too deeply. */
function countMembers(value: XContentValue, depth: number): number {
  if (typeof value !== "object" || value === null) return 0;
  if (depth > XCONTENT_DEPTH_MAX) return -1;
  let count = 0;
  if (Array.isArray(value)) {
    for (const item of value) {
      if (typeof item === "object" && item !== null) count += countMembers(item, depth + 1);
    }
    return count;
  }
  for (const name in value as XContentObject) {
    const item = (value as XContentObject)[name];
    count++;
    if (typeof item === "object" && item !== null) count += countMembers(item, depth + 1);
  }
  return count;
}

/** Colons outside of strings of a valid document; -2 if a number is too long for a double. */
function countColons(text: string): number {
  let count = 0;
  let digits = 0;
  let quote = text.indexOf('"');
  let position = 0;
  for (;;) {
    const end = quote < 0 ? text.length : quote;
    for (let i = position; i < end; i++) {
      const code = text.charCodeAt(i);
      if (code >= 0x30 && code <= 0x39) {
        if (++digits > EXACT_DIGITS_MAX) return -2;
        continue;
      }
      // Digits behind a decimal point do not count: the number is a double anyway.
      digits = code === 0x2e ? Number.NEGATIVE_INFINITY : 0;
      if (code === 0x3a) count++;
    }
    if (quote < 0) return count;
    position = endOfString(text, quote + 1);
    quote = text.indexOf('"', position);
  }
}

function endOfString(text: string, start: number): number {
  for (let end = text.indexOf('"', start); ; end = text.indexOf('"', end + 1)) {
    if (end < 0) return text.length;
    let backslash = end - 1;
    while (text.charCodeAt(backslash) === 0x5c) backslash--;
    if ((end - backslash) % 2 === 1) return end + 1;
  }
}

class JsonReader {
  readonly bytes: Buffer;
  position = 0;
  /** Offset of the first byte of the current line. */
  lineStart = 0;
  line = 1;

  constructor(bytes: Buffer) {
    this.bytes = bytes;
  }
}

/** Where a structure began, for the errors about its end. */
interface Opening {
  kind: "Object" | "Array";
  line: number;
  column: number;
}

function placeAt(line: number, column: number): string {
  return `${SOURCE}${line}, column: ${column}]`;
}

/** `offset` is the byte the error is about. */
function parseError(
  reader: JsonReader,
  message: string,
  offset: number,
  type?: string,
): VarveError {
  const place = placeAt(reader.line, offset - reader.lineStart + 1);
  return new VarveError("invalid", `${message}\n at ${place}`, {
    type: type ?? "json_parse_exception",
  });
}

function endOfInput(reader: JsonReader, message: string): VarveError {
  const text = `Unexpected end-of-input${message}`;
  return parseError(reader, text, reader.bytes.length, "json_e_o_f_exception");
}

function unexpected(reader: JsonReader, message: string, offset = reader.position): VarveError {
  const code = reader.bytes.toString("utf8", offset, offset + 4).codePointAt(0) ?? 0;
  const shown =
    code < 0x20 ? `(CTRL-CHAR, code ${code})` : `'${String.fromCodePoint(code)}' (code ${code})`;
  return parseError(reader, `Unexpected character (${shown})${message}`, offset);
}

function decodeExactly(bytes: Buffer, options: JsonOptions): XContentValue {
  const reader = new JsonReader(bytes);
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) reader.position = 3;
  const first = skipSpace(reader);
  if (first < 0) throw endOfInput(reader, ": no content to map");
  const value = readValue(reader, first, undefined, 0);
  if (options.strictEnd === true && skipSpace(reader) >= 0) throw afterRoot(reader);
  return value;
}

function afterRoot(reader: JsonReader): VarveError {
  const code = reader.bytes[reader.position]!;
  if (code === 0x7d || code === 0x5d) {
    const name = code === 0x7d ? "Object" : "Array";
    const marker = String.fromCharCode(code);
    const message = `Unexpected close marker '${marker}': no open ${name} to close`;
    return parseError(reader, message, reader.position);
  }
  return unexpected(reader, ": expected the end of the content");
}

/** The next byte that is not space or comment, not consumed; -1 at the end. */
function skipSpace(reader: JsonReader): number {
  const { bytes } = reader;
  while (reader.position < bytes.length) {
    const code = bytes[reader.position]!;
    if (code === 0x0a) {
      reader.position++;
      reader.line++;
      reader.lineStart = reader.position;
    } else if (code === 0x0d) {
      reader.position++;
      if (bytes[reader.position] !== 0x0a) {
        reader.line++;
        reader.lineStart = reader.position;
      }
    } else if (code === 0x20 || code === 0x09) reader.position++;
    else if (code === 0x2f) skipComment(reader);
    else return code;
  }
  return -1;
}

function skipComment(reader: JsonReader): void {
  const { bytes } = reader;
  const next = bytes[reader.position + 1];
  if (next === 0x2f) {
    while (reader.position < bytes.length && bytes[reader.position] !== 0x0a) reader.position++;
    return;
  }
  if (next !== 0x2a) {
    const offset = Math.min(reader.position + 1, bytes.length);
    throw unexpected(reader, ": was expecting either '*' or '/' for a comment", offset);
  }
  const end = bytes.indexOf("*/", reader.position + 2);
  if (end < 0) throw endOfInput(reader, " in a comment");
  for (let i = reader.position; i < end; i++) {
    if (bytes[i] === 0x0a) {
      reader.line++;
      reader.lineStart = i + 1;
    }
  }
  reader.position = end + 2;
}

function readValue(
  reader: JsonReader,
  code: number,
  opening: Opening | undefined,
  depth: number,
): XContentValue {
  if (depth > XCONTENT_DEPTH_MAX) {
    const message = `Document nesting depth (${depth}) exceeds the maximum allowed`;
    const limit = `(${XCONTENT_DEPTH_MAX}, from \`StreamReadConstraints.getMaxNestingDepth()\`)`;
    throw parseError(
      reader,
      `${message} ${limit}`,
      reader.position,
      "stream_constraints_exception",
    );
  }
  if (code === 0x22) return readString(reader, " in VALUE_STRING");
  if (code === 0x7b) return readMembers(reader, depth);
  if (code === 0x5b) return readItems(reader, depth);
  if (code === 0x2d || (code >= 0x30 && code <= 0x39)) return readNumber(reader);
  if (isIdentifierStart(code)) return readToken(reader);
  if (code === 0x7d || code === 0x5d) {
    if (opening !== undefined) throw unexpected(reader, ": expected a value");
    throw afterRoot(reader);
  }
  if (code === 0x2b) throw plusSign(reader);
  throw unexpected(
    reader,
    code === 0x2c ? ": expected a value" : `: expected a valid value ${EXPECTED}`,
  );
}

function plusSign(reader: JsonReader): VarveError {
  const why = "JSON spec does not allow numbers to have plus signs: enable ";
  const feature = "`JsonReadFeature.ALLOW_LEADING_PLUS_SIGN_FOR_NUMBERS` to allow";
  const error = ` in numeric value: ${why}${feature}`;
  const place = placeAt(reader.line, reader.position - reader.lineStart + 2);
  return new VarveError("invalid", `Unexpected character ('+' (code 43))${error}\n at ${place}`, {
    type: "json_parse_exception",
  });
}

function open(reader: JsonReader, kind: Opening["kind"]): Opening {
  const column = reader.position - reader.lineStart + 1;
  reader.position++;
  return { kind, line: reader.line, column };
}

function notClosed(reader: JsonReader, opening: Opening): VarveError {
  const start = placeAt(opening.line, opening.column);
  return endOfInput(
    reader,
    `: expected close marker for ${opening.kind} (start marker at ${start})`,
  );
}

function readMembers(reader: JsonReader, depth: number): XContentObject {
  const opening = open(reader, "Object");
  const object: XContentObject = {};
  let code = skipSpace(reader);
  if (code === 0x7d) {
    reader.position++;
    return object;
  }
  for (;;) {
    if (code < 0) throw notClosed(reader, opening);
    if (code !== 0x22) throw unexpected(reader, ": was expecting double-quote to start field name");
    const name = readString(reader, " in field name");
    if (Object.hasOwn(object, name)) {
      throw parseError(reader, `Duplicate field '${name}'`, reader.position);
    }
    code = skipSpace(reader);
    if (code < 0) throw endOfInput(reader, " within/between Object entries");
    if (code !== 0x3a) {
      throw unexpected(reader, ": was expecting a colon to separate field name and value");
    }
    reader.position++;
    code = skipSpace(reader);
    if (code < 0) throw endOfInput(reader, " within/between Object entries");
    setMember(object, name, readValue(reader, code, opening, depth + 1));
    code = separator(reader, opening, 0x7d);
    if (code === 0x7d) return object;
  }
}

function readItems(reader: JsonReader, depth: number): XContentValue[] {
  const opening = open(reader, "Array");
  const items: XContentValue[] = [];
  let code = skipSpace(reader);
  if (code === 0x5d) {
    reader.position++;
    return items;
  }
  for (;;) {
    if (code < 0) throw notClosed(reader, opening);
    items.push(readValue(reader, code, opening, depth + 1));
    code = separator(reader, opening, 0x5d);
    if (code === 0x5d) return items;
  }
}

/** Consumes `,` or the end marker; answers the end marker, or the byte after the comma. */
function separator(reader: JsonReader, opening: Opening, end: number): number {
  const code = skipSpace(reader);
  if (code < 0) throw notClosed(reader, opening);
  if (code === end) {
    reader.position++;
    return end;
  }
  if (code === 0x2c) {
    reader.position++;
    const next = skipSpace(reader);
    // A comma right before the end marker is an error that the caller reports at the marker.
    if (next !== end) return next;
    if (end === 0x5d) throw unexpected(reader, ": expected a value");
    throw unexpected(reader, ": was expecting double-quote to start field name");
  }
  if (code === 0x7d || code === 0x5d) {
    const start = placeAt(opening.line, opening.column);
    const markers = `'${String.fromCharCode(code)}': expected '${String.fromCharCode(end)}'`;
    const message = `Unexpected close marker ${markers} (for ${opening.kind} starting at ${start})`;
    throw parseError(reader, message, reader.position);
  }
  throw unexpected(reader, `: was expecting comma to separate ${opening.kind} entries`);
}

function readString(reader: JsonReader, where: string): string {
  const { bytes } = reader;
  const start = ++reader.position;
  for (let i = start; i < bytes.length; i++) {
    const code = bytes[i]!;
    if (code === 0x22) {
      reader.position = i + 1;
      return bytes.toString("utf8", start, i);
    }
    if (code === 0x5c) return readEscaped(reader, start, i, where);
    if (code < 0x20) throw controlCharacter(reader, i);
  }
  throw endOfInput(reader, where);
}

function controlCharacter(reader: JsonReader, offset: number): VarveError {
  const code = reader.bytes[offset]!;
  const rule = "has to be escaped using backslash to be included in string value";
  return parseError(
    reader,
    `Illegal unquoted character ((CTRL-CHAR, code ${code})): ${rule}`,
    offset,
  );
}

const ESCAPES: Record<number, string> = {
  34: '"',
  92: "\\",
  47: "/",
  98: "\b",
  102: "\f",
  110: "\n",
  114: "\r",
  116: "\t",
};

function readEscaped(reader: JsonReader, start: number, first: number, where: string): string {
  const { bytes } = reader;
  let text = "";
  let from = start;
  for (let i = first; i < bytes.length; i++) {
    const code = bytes[i]!;
    if (code === 0x22) {
      reader.position = i + 1;
      return text + bytes.toString("utf8", from, i);
    }
    if (code < 0x20) throw controlCharacter(reader, i);
    if (code !== 0x5c) continue;
    text += bytes.toString("utf8", from, i);
    const letter = bytes[++i];
    if (letter === undefined) throw endOfInput(reader, " in character escape sequence");
    if (letter === 0x75) {
      text += readHex(reader, i + 1);
      i += 4;
    } else {
      const plain = ESCAPES[letter];
      if (plain === undefined) {
        const shown = `'${String.fromCharCode(letter)}' (code ${letter})`;
        throw parseError(reader, `Unrecognized character escape ${shown}`, i);
      }
      text += plain;
    }
    from = i + 1;
  }
  throw endOfInput(reader, where);
}

function readHex(reader: JsonReader, start: number): string {
  for (let i = start; i < start + 4; i++) {
    const code = reader.bytes[i];
    if (code === undefined) throw endOfInput(reader, " in character escape sequence");
    if (!/[0-9a-fA-F]/.test(String.fromCharCode(code))) {
      throw unexpected(reader, ": expected a hex-digit for character escape sequence", i);
    }
  }
  return String.fromCharCode(
    Number.parseInt(reader.bytes.toString("latin1", start, start + 4), 16),
  );
}

function isIdentifierStart(code: number): boolean {
  return (
    (code >= 0x41 && code <= 0x5a) ||
    (code >= 0x61 && code <= 0x7a) ||
    code === 0x5f ||
    code === 0x24
  );
}

function readToken(reader: JsonReader): XContentValue {
  const start = reader.position;
  let end = start;
  for (let code = reader.bytes[end]; code !== undefined; code = reader.bytes[++end]) {
    if (!isIdentifierStart(code) && !(code >= 0x30 && code <= 0x39)) break;
  }
  const token = reader.bytes.toString("latin1", start, end);
  reader.position = end;
  if (token === "null") return null;
  if (token === "true") return true;
  if (token === "false") return false;
  if (token === "NaN" || token === "INF" || token === "Infinity") {
    const feature = "enable `JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS` to allow";
    throw parseError(reader, `Non-standard token '${token}': ${feature}`, end);
  }
  throw parseError(reader, `Unrecognized token '${token}': was expecting ${EXPECTED}`, start);
}

function skipDigits(reader: JsonReader): void {
  for (;;) {
    const code = reader.bytes[reader.position];
    if (code === undefined || code < 0x30 || code > 0x39) return;
    reader.position++;
  }
}

function expectDigit(reader: JsonReader, message: string): void {
  const code = reader.bytes[reader.position];
  if (code === undefined) throw endOfInput(reader, " in numeric value");
  if (code < 0x30 || code > 0x39) throw unexpected(reader, ` in numeric value: ${message}`);
}

function readNumber(reader: JsonReader): number | bigint {
  const { bytes } = reader;
  const start = reader.position;
  if (bytes[start] === 0x2d) {
    reader.position++;
    expectDigit(reader, "expected digit (0-9) to follow minus sign, for valid numeric value");
  }
  const leading = reader.position;
  skipDigits(reader);
  if (bytes[leading] === 0x30 && reader.position > leading + 1) {
    throw parseError(reader, "Invalid numeric value: Leading zeroes not allowed", leading + 1);
  }
  let integer = true;
  if (bytes[reader.position] === 0x2e) {
    integer = false;
    reader.position++;
    expectDigit(reader, "Decimal point not followed by a digit");
    skipDigits(reader);
  }
  const exponent = bytes[reader.position];
  if (exponent === 0x65 || exponent === 0x45) {
    integer = false;
    reader.position++;
    const sign = bytes[reader.position];
    if (sign === 0x2b || sign === 0x2d) reader.position++;
    expectDigit(reader, "Exponent indicator not followed by a digit");
    skipDigits(reader);
  }
  return toNumber(reader, start, integer);
}

function toNumber(reader: JsonReader, start: number, integer: boolean): number | bigint {
  const text = reader.bytes.toString("latin1", start, reader.position);
  const value = Number(text);
  if (!integer || Number.isSafeInteger(value)) return value;
  if (text.length > 1000) {
    const message = `Number value length (${text.length}) exceeds the maximum allowed (1000, from`;
    const limit = `${message} \`StreamReadConstraints.getMaxNumberLength()\`)`;
    throw parseError(reader, limit, start, "stream_constraints_exception");
  }
  return BigInt(text);
}
