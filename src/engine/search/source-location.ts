// Where in a request's text a name or a value stands. The parsers work on plain trees; only when
// one of them refuses something is the text scanned for the line and the column of the culprit.
// Upstream: XContentParser.getTokenLocation, ParsingException, XContentParseException.

import { VarveError } from "../../base/index.ts";
import { encodeJson, type XContentObject, type XContentValue } from "../../xcontent/index.ts";

/** Line and column, counted from 1. */
export interface XContentLocation {
  readonly line: number;
  readonly column: number;
}

/** Which token of a member an error is about: its name, its value, or the end of its container. */
export type TokenPart = "name" | "value" | "end";

/** The tree of a request body and its text, where the text is JSON. */
export class RequestSource {
  readonly root: XContentValue;
  private readonly text: string | undefined;

  /** Without `text` places are those of the compact JSON of the tree. */
  constructor(root: XContentValue, text?: string) {
    this.root = root;
    this.text = text;
  }

  /** The place of a member (or of the end) of `container`, an object or array of the tree. */
  locate(container: object, key: string | number, part: TokenPart): XContentLocation {
    const path = pathTo(this.root, container);
    if (path === undefined) return { line: 1, column: 1 };
    const text = this.text ?? encodeJson(this.root);
    const offset = new TokenScanner(text).find(path, key, part);
    const before = text.slice(0, offset);
    const lineStart = before.lastIndexOf("\n") + 1;
    const line = before.split("\n").length;
    return { line, column: Buffer.byteLength(before.slice(lineStart)) + 1 };
  }
}

function pathTo(value: XContentValue, wanted: object): (string | number)[] | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  if (value === wanted) return [];
  for (const [key, child] of Object.entries(value as XContentObject)) {
    const rest = pathTo(child, wanted);
    if (rest !== undefined) return [Array.isArray(value) ? Number(key) : key, ...rest];
  }
  return undefined;
}

/** Walks a valid JSON text. */
class TokenScanner {
  private readonly text: string;
  private at = 0;

  constructor(text: string) {
    this.text = text;
  }

  /** The offset of a token: of member `key` in the container that `path` leads to. */
  find(path: readonly (string | number)[], key: string | number, part: TokenPart): number {
    this.skipSpace();
    for (const step of path) this.enter(step, "value");
    return this.enter(part === "end" ? undefined : key, part);
  }

  /** Stands on a container; moves to the named member's token. */
  private enter(key: string | number | undefined, part: TokenPart): number {
    const isObject = this.text[this.at] === "{";
    this.at++;
    for (let index = 0; this.at < this.text.length; index++) {
      this.skipSpace();
      if (this.text[this.at] === "}" || this.text[this.at] === "]") return this.at;
      const nameAt = this.at;
      let name: string | number = index;
      if (isObject) {
        name = JSON.parse(this.skipString()) as string;
        this.skipSpace();
        this.at++;
        this.skipSpace();
      }
      if (name === key) return part === "name" ? nameAt : this.at;
      this.skipValue();
      this.skipSpace();
      if (this.text[this.at] === ",") this.at++;
    }
    return this.at;
  }

  private skipSpace(): void {
    while (/\s/.test(this.text[this.at] ?? "")) this.at++;
  }

  private skipString(): string {
    const start = this.at++;
    while (this.at < this.text.length && this.text[this.at] !== '"') {
      this.at += this.text[this.at] === "\\" ? 2 : 1;
    }
    this.at++;
    return this.text.slice(start, this.at);
  }

  private skipValue(): void {
    let depth = 0;
    for (; this.at < this.text.length; ) {
      const character = this.text[this.at]!;
      if (character === '"') this.skipString();
      else this.at++;
      if (character === "{" || character === "[") depth++;
      else if (character === "}" || character === "]") depth--;
      if (depth === 0 && /[\]}",\s]/.test(this.text[this.at] ?? ",")) return;
      if (depth === 0 && character === '"') return;
    }
  }
}

/** `parsing_exception` with its place. */
export function parsingException(
  message: string,
  location: XContentLocation,
  cause?: unknown,
): VarveError {
  const place = { line: location.line, col: location.column };
  const root = { type: "parsing_exception", reason: message, ...place };
  return new VarveError("invalid", message, {
    type: "parsing_exception",
    metadata: cause === undefined ? place : { ...place, root_cause: [root] },
    ...(cause === undefined ? {} : { cause }),
  });
}

/** `x_content_parse_exception`: its place stands in the message. */
export function xContentParseException(
  message: string,
  location: XContentLocation,
  cause?: unknown,
): VarveError {
  return new VarveError("invalid", `[${location.line}:${location.column}] ${message}`, {
    type: "x_content_parse_exception",
    ...(cause === undefined ? {} : { cause }),
  });
}

/** What upstream calls the token of a value. */
export function tokenName(value: XContentValue): string {
  if (value === null) return "VALUE_NULL";
  if (Array.isArray(value)) return "START_ARRAY";
  if (value instanceof Uint8Array) return "VALUE_EMBEDDED_OBJECT";
  switch (typeof value) {
    case "string":
      return "VALUE_STRING";
    case "boolean":
      return "VALUE_BOOLEAN";
    case "object":
      return "START_OBJECT";
    default:
      return "VALUE_NUMBER";
  }
}
