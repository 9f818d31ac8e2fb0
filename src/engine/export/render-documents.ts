// Documents as text: NDJSON, the lines of the bulk API, CSV. Sources are copied as they are stored;
// only line breaks between their tokens become spaces.
//
//   ndjson  {"_index":…,"_id":…,"_routing":…?,"_source":…}
//   bulk    {"index":{"_index":…,"_id":…,"routing":…?}} and the source on the next line
//   csv     _index,_id,_routing and the fields, by RFC 4180; arrays and objects as JSON

import {
  decodeJson,
  decodeXContent,
  encodeJson,
  isXContentObject,
  type XContentObject,
  type XContentValue,
} from "../../xcontent/index.ts";
import type { RootDocument } from "../mounted/shard-documents.ts";
import type { ExportFormat } from "./export-plan.ts";

/** Bytes of a new buffer: a piece of documents of usual lengths fits. */
const BUFFER_BYTES = 2.25 * 1024 * 1024;
/** Longer texts are left to `JSON.stringify`. */
const PLAIN_CHARACTERS_MAX = 64;

/** Collects bytes. */
export class TextBuffer {
  private bytes = Buffer.allocUnsafeSlow(BUFFER_BYTES);
  length = 0;

  private ensure(count: number): void {
    if (this.length + count <= this.bytes.length) return;
    const size = Math.max(BUFFER_BYTES, this.bytes.length * 2, this.length + count);
    const grown = Buffer.allocUnsafeSlow(size);
    this.bytes.copy(grown, 0, 0, this.length);
    this.bytes = grown;
  }

  text(text: string): void {
    this.ensure(text.length * 3);
    this.length += this.bytes.write(text, this.length, "utf8");
  }

  raw(bytes: Uint8Array): void {
    this.ensure(bytes.length);
    this.bytes.set(bytes, this.length);
    this.length += bytes.length;
  }

  /** A text as a JSON string. Ids are short and plain: calling out would cost more than they do. */
  json(text: string): void {
    const { length } = text;
    if (length > PLAIN_CHARACTERS_MAX || !this.plainJson(text)) this.text(JSON.stringify(text));
  }

  /** False, and nothing added, where characters must be escaped or take several bytes. */
  private plainJson(text: string): boolean {
    const { length } = text;
    this.ensure(length + 2);
    const { bytes } = this;
    let at = this.length;
    bytes[at++] = QUOTE;
    for (let i = 0; i < length; i++) {
      const code = text.charCodeAt(i);
      const plain = code >= SPACE && code < DELETE && code !== QUOTE && code !== BACKSLASH;
      if (!plain) return false;
      bytes[at++] = code;
    }
    bytes[at++] = QUOTE;
    this.length = at;
    return true;
  }

  /** Bytes that hold line breaks only between tokens, on one line. */
  line(bytes: Uint8Array): void {
    const start = this.length;
    this.raw(bytes);
    // Searching twice is faster by far than looking at each byte here.
    if (!bytes.includes(LF) && !bytes.includes(CR)) return;
    const { bytes: all, length } = this;
    for (let at = start; at < length; at++) {
      const code = all[at]!;
      if (code === LF || code === CR) all[at] = SPACE;
    }
  }

  /** The bytes so far; their buffer is the caller's. */
  take(): Uint8Array<ArrayBuffer> {
    const taken = new Uint8Array(this.bytes.buffer, 0, this.length);
    this.bytes = EMPTY;
    this.length = 0;
    return taken;
  }
}

const EMPTY = Buffer.allocUnsafeSlow(0);
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const DELETE = 0x7f;
const LF = 0x0a;
const CR = 0x0d;
const SPACE = 0x20;
const BRACE = 0x7b;

/** Writes one document; false where it has no source that the format needs. */
export type RenderDocument = (index: string, document: RootDocument, out: TextBuffer) => boolean;

/** What a renderer needs to know beside the format. */
export interface RenderOptions {
  /** Fields of a CSV, by their full names. */
  readonly fields?: readonly string[];
  /** `_type`, `_version`, `_seq_no` and `_primary_term` too. */
  readonly withVersions?: boolean;
}

/** The renderer of a format. */
export function rendererOf(format: ExportFormat, options: RenderOptions = {}): RenderDocument {
  if (format === "bulk") return renderBulk;
  if (format === "csv") return csvRenderer(options.fields ?? []);
  return options.withVersions === true ? renderVersionedLine : lineRenderer();
}

function lineRenderer(): RenderDocument {
  // A chunk's documents are of one index.
  let name: string | undefined;
  let start: Uint8Array = EMPTY;
  return (index, document, out) => {
    if (index !== name) {
      name = index;
      start = Buffer.from(`{"_index":${JSON.stringify(index)},"_id":`);
    }
    out.raw(start);
    out.json(document.id);
    if (document.routing !== undefined) {
      out.raw(ROUTING);
      out.json(document.routing);
    }
    return endLine(document, out);
  };
}

const ROUTING = Buffer.from(',"_routing":');
const SOURCE = Buffer.from(',"_source":');
const END = Buffer.from("}\n");

function renderVersionedLine(index: string, document: RootDocument, out: TextBuffer): boolean {
  const { id, type, routing, version, seqNo, primaryTerm } = document;
  const members = {
    _index: index,
    _type: type,
    _id: id,
    _version: version,
    _seq_no: seqNo,
    _primary_term: primaryTerm,
    _routing: routing,
  };
  out.text(JSON.stringify(members).slice(0, -1));
  return endLine(document, out);
}

function endLine({ source }: RootDocument, out: TextBuffer): boolean {
  out.raw(SOURCE);
  if (source === undefined) out.text("null");
  else out.line(asJson(source));
  out.raw(END);
  return true;
}

function renderBulk(index: string, document: RootDocument, out: TextBuffer): boolean {
  const { id, routing, source } = document;
  if (source === undefined) return false;
  const action = {
    index: { _index: index, _id: id, ...(routing === undefined ? {} : { routing }) },
  };
  out.text(`${JSON.stringify(action)}\n`);
  out.line(asJson(source));
  out.text("\n");
  return true;
}

/** A source may be stored in any of the content types. */
function asJson(source: Uint8Array): Uint8Array {
  let at = 0;
  while (at < source.length && source[at]! <= SPACE) at++;
  if (source[at] === BRACE) return source;
  return Buffer.from(encodeJson(decodeXContent(source)));
}

/** The titles of a CSV. */
export function csvHeader(fields: readonly string[]): string {
  return `${["_index", "_id", "_routing", ...fields].map(csvCell).join(",")}\r\n`;
}

function csvRenderer(fields: readonly string[]): RenderDocument {
  const paths = fields.map((field) => field.split("."));
  return (index, { id, routing, source }, out) => {
    if (source === undefined) return false;
    const tree = decodeJson(asJson(source));
    const cells = [index, id, routing ?? ""];
    for (const path of paths) cells.push(cellText(valueAt(tree, path, 0)));
    out.text(`${cells.map(csvCell).join(",")}\r\n`);
    return true;
  };
}

function csvCell(text: string): string {
  return /[",\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

function cellText(value: XContentValue | undefined): string {
  if (value === undefined || value === null) return "";
  return typeof value === "string" ? value : encodeJson(value);
}

/** A field's value, over objects and over dots in names; several values are an array. */
export function valueAt(
  tree: XContentValue | undefined,
  path: readonly string[],
  from: number,
): XContentValue | undefined {
  if (from === path.length) return tree;
  if (Array.isArray(tree)) {
    const values = tree
      .map((item) => valueAt(item, path, from))
      .filter((item) => item !== undefined);
    return values.length === 0 ? undefined : (values as XContentValue[]);
  }
  if (!isXContentObject(tree)) return undefined;
  for (let to = from + 1; to <= path.length; to++) {
    const name = path.slice(from, to).join(".");
    const value = Object.hasOwn(tree, name) ? (tree as XContentObject)[name] : undefined;
    const found = value === undefined ? undefined : valueAt(value, path, to);
    if (found !== undefined) return found;
  }
  return undefined;
}
