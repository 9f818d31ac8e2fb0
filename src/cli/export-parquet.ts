// An export as a Parquet file: a row a document, a column a field of the mapping, and `_source`
// whole, so that nothing is lost where a value does not fit its column.
//
//   long, integer, short, byte                   INT64
//   double, float, half_float, scaled_float      DOUBLE
//   boolean                                      BOOLEAN
//   anything else                                UTF-8; several values and objects as JSON

import { closeSync, fsyncSync, openSync, writeSync } from "node:fs";
import { ByteWriter, type ColumnSource, ParquetWriter } from "hyparquet-writer";
import { type ExportField, valueAt } from "../engine/index.ts";
import { decodeJson, encodeJson, type XContentValue } from "../xcontent/index.ts";

const INTEGERS = new Set(["long", "integer", "short", "byte"]);
const DECIMALS = new Set(["double", "float", "half_float", "scaled_float"]);
/** A row group is written once it has so many rows, or so many bytes of sources. */
const GROUP_ROWS = 20_000;
const GROUP_BYTES = 8 * 1024 * 1024;

const SOURCE_NAME = ',"_source":';
/** Columns without equal values: no dictionary is tried, and nobody asks for the least source. */
const UNIQUE: Readonly<Record<string, Partial<ColumnSource>>> = {
  _id: { encoding: "PLAIN" },
  _source: { encoding: "PLAIN", statistics: false },
};

type ColumnKind = "INT64" | "DOUBLE" | "BOOLEAN" | "STRING";

interface Column {
  readonly name: string;
  readonly path: readonly string[];
  readonly kind: ColumnKind;
  values: unknown[];
}

/** Writes rows; values that did not fit their column are counted and are null there. */
export class ParquetExport {
  misfits = 0;
  private readonly file: number;
  private readonly bytes = new ByteWriter();
  private readonly writer: ParquetWriter;
  private readonly columns: readonly Column[];
  private rows = 0;
  private sourceBytes = 0;
  private rest = Buffer.alloc(0);

  constructor(path: string, fields: readonly ExportField[]) {
    this.file = openSync(path, "w");
    const names = ["_index", "_id", "_routing", ...fields.map(({ name }) => name), "_source"];
    const kinds = new Map(fields.map(({ name, type }) => [name, kindOf(type)]));
    this.columns = names.map((name) => ({
      name,
      path: kinds.has(name) ? name.split(".") : [],
      kind: kinds.get(name) ?? "STRING",
      values: [],
    }));
    const schema = [
      { name: "root", num_children: this.columns.length },
      ...this.columns.map(schemaElement),
    ];
    this.writer = new ParquetWriter({ writer: this.bytes, schema: schema as never });
  }

  /** Takes lines of NDJSON; the last one may be cut. */
  add(piece: Uint8Array): void {
    const { buffer, byteOffset, length } = piece;
    const whole = Buffer.from(buffer, byteOffset, length);
    const bytes = this.rest.length === 0 ? whole : Buffer.concat([this.rest, whole]);
    let start = 0;
    for (let end = bytes.indexOf(10); end !== -1; end = bytes.indexOf(10, start)) {
      this.addRow(bytes.subarray(start, end));
      start = end + 1;
    }
    this.rest = Buffer.from(bytes.subarray(start));
  }

  private addRow(line: Buffer): void {
    const row = decodeJson(line) as Record<string, XContentValue>;
    const source = row["_source"] ?? null;
    for (const column of this.columns) {
      const value =
        column.name === "_source" ? sourceOf(line, source) : this.valueOf(column, row, source);
      column.values.push(value);
    }
    this.rows++;
    this.sourceBytes += line.length;
    if (this.rows >= GROUP_ROWS || this.sourceBytes >= GROUP_BYTES) this.writeGroup();
  }

  private valueOf(
    { name, path, kind }: Column,
    row: Record<string, XContentValue>,
    source: XContentValue,
  ): unknown {
    if (path.length === 0) return row[name] ?? null;
    const value = valueAt(source, path, 0) ?? null;
    if (value === null) return null;
    if (kind === "STRING") return typeof value === "string" ? value : encodeJson(value);
    const fitting = convert(value, kind);
    if (fitting === undefined) this.misfits++;
    return fitting ?? null;
  }

  private writeGroup(): void {
    if (this.rows === 0) return;
    const columnData = this.columns.map(
      ({ name, values }): ColumnSource => ({ name, data: values, ...UNIQUE[name] }),
    );
    this.writer.write({ columnData, rowGroupSize: this.rows });
    for (const column of this.columns) column.values = [];
    this.rows = 0;
    this.sourceBytes = 0;
    this.flush();
  }

  private flush(): void {
    const chunk = new Uint8Array(this.bytes.buffer, 0, this.bytes.index);
    for (let at = 0; at < chunk.length; ) at += writeSync(this.file, chunk, at);
    this.bytes.index = 0;
  }

  /** Writes the rest and the footer. */
  finish(): void {
    this.writeGroup();
    this.writer.finish();
    this.flush();
    fsyncSync(this.file);
    closeSync(this.file);
  }

  /** Gives up. */
  stop(): void {
    closeSync(this.file);
  }
}

/** The source's bytes as they stand in the line: no string before this name holds a bare quote. */
function sourceOf(line: Buffer, source: XContentValue): Uint8Array | null {
  if (source === null) return null;
  return line.subarray(line.indexOf(SOURCE_NAME) + SOURCE_NAME.length, line.length - 1);
}

function kindOf(type: string): ColumnKind {
  if (INTEGERS.has(type)) return "INT64";
  if (DECIMALS.has(type)) return "DOUBLE";
  return type === "boolean" ? "BOOLEAN" : "STRING";
}

function schemaElement({ name, kind }: Column) {
  const element = { name, repetition_type: "OPTIONAL" };
  if (kind !== "STRING") return { ...element, type: kind };
  return { ...element, type: "BYTE_ARRAY", converted_type: "UTF8" };
}

/** Numbers and booleans may stand in texts, as in a mapping that coerces. */
function convert(value: XContentValue, kind: ColumnKind): unknown {
  const text = typeof value === "string" || typeof value === "number" ? String(value).trim() : "";
  if (kind === "BOOLEAN") {
    if (typeof value === "boolean") return value;
    return text === "true" ? true : text === "false" ? false : undefined;
  }
  if (typeof value === "bigint") return kind === "INT64" ? value : Number(value);
  if (kind === "INT64")
    return /^-?\d{1,19}$/.test(text) ? BigInt.asIntN(64, BigInt(text)) : undefined;
  const number = Number(text);
  return text === "" || Number.isNaN(number) ? undefined : number;
}
