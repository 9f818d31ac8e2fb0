// Tables of the cat API: columns with aliases, `h`, `s`, `v`, `help`, `format`, `bytes`, `time`.
// Upstream: RestTable, Table (3.6.0).

import { VarveError } from "../base/index.ts";
import { BYTE_UNITS, TIME_UNITS_MS } from "../engine/index.ts";
import { xContentTypeOf } from "../xcontent/index.ts";
import type { RestRequest } from "./rest-request.ts";
import type { RestResponse } from "./route.ts";

/** A value that is written in a unit. */
export type CatValue = string | number | boolean | null | undefined | ByteValue | TimeValue;

/** Bytes, written in the unit that is asked for. */
export interface ByteValue {
  readonly bytes: number;
}
/** Milliseconds, written in the unit that is asked for. */
export interface TimeValue {
  readonly ms: number;
}

/** A column: its names, what it says, how it is shown. */
export interface CatColumn {
  readonly name: string;
  /** Comma list of short names. */
  readonly alias?: string;
  readonly description: string;
  readonly right?: boolean;
  /** Shown without `h`. Default true. */
  readonly shown?: boolean;
}

/** A table before it is cut, sorted and written. */
export interface CatTable {
  readonly columns: readonly CatColumn[];
  readonly rows: readonly (readonly CatValue[])[];
}

/** Query parameters that every cat call knows. */
export const CAT_PARAMS: readonly string[] = [
  "h",
  "s",
  "v",
  "help",
  "bytes",
  "time",
  "ts",
  "size",
  "local",
  "cluster_manager_timeout",
  "master_timeout",
  "timeout",
];

/** `1.2kb` as OpenSearch writes sizes: one decimal, cut and not rounded. */
export function formatBytes(bytes: number): string {
  const units = ["b", "kb", "mb", "gb", "tb", "pb"];
  let value = bytes;
  let unit = 0;
  while (Math.abs(value) >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit++;
  }
  return `${oneDecimal(value)}${units[unit]}`;
}

function oneDecimal(value: number): string {
  const text = String(value);
  const dot = text.indexOf(".");
  if (dot < 0) return text;
  const decimal = text[dot + 1];
  return decimal === "0" ? text.slice(0, dot) : text.slice(0, dot + 2);
}

/** `1.2s` as OpenSearch's TimeValue prints. */
export function formatTime(ms: number): string {
  const steps: [number, string][] = [
    [86_400_000, "d"],
    [3_600_000, "h"],
    [60_000, "m"],
    [1000, "s"],
  ];
  for (const [size, unit] of steps) {
    if (ms >= size) return `${oneDecimal(Math.round((ms / size) * 10) / 10)}${unit}`;
  }
  return `${Math.round(ms)}ms`;
}

function cellText(value: CatValue, request: RestRequest): string | null {
  if (value === null || value === undefined) return null;
  if (typeof value !== "object") return String(value);
  if ("bytes" in value) {
    const unit = request.param("bytes");
    if (unit === undefined) return formatBytes(value.bytes);
    const size = BYTE_UNITS[unit];
    if (size === undefined) return formatBytes(value.bytes);
    return String(Math.floor(value.bytes / size));
  }
  const unit = request.param("time");
  if (unit === undefined) return formatTime(value.ms);
  const size = TIME_UNITS_MS[unit];
  if (size === undefined) return formatTime(value.ms);
  return String(Math.floor(value.ms / size));
}

function columnIndex(table: CatTable, name: string): number {
  return table.columns.findIndex(
    (column) => column.name === name || (column.alias?.split(",").includes(name) ?? false),
  );
}

/** Columns by `h` (names, aliases, wildcards), in the order asked; otherwise the default ones. */
function chosenColumns(table: CatTable, request: RestRequest): { index: number; title: string }[] {
  const asked = request.param("h");
  if (asked === undefined || asked === "") {
    return table.columns.flatMap((column, index) =>
      column.shown === false ? [] : [{ index, title: column.name }],
    );
  }
  return asked.split(",").flatMap((part) => {
    const name = part.trim();
    if (name.includes("*")) {
      const matcher = new RegExp(
        `^${name.replace(/[.+?^${}()|[\]\\]/g, "\\$&").replaceAll("*", ".*")}$`,
      );
      return table.columns.flatMap((column, index) =>
        matcher.test(column.name) ? [{ index, title: column.name }] : [],
      );
    }
    const index = columnIndex(table, name);
    return index < 0 ? [] : [{ index, title: name }];
  });
}

function sortKey(value: CatValue): string | number {
  if (value === null || value === undefined) return "";
  if (typeof value === "object") return "bytes" in value ? value.bytes : value.ms;
  return typeof value === "boolean" ? String(value) : value;
}

function compareCells(a: CatValue, b: CatValue): number {
  const [left, right] = [sortKey(a), sortKey(b)];
  if (typeof left === "number" && typeof right === "number") return left - right;
  const [x, y] = [String(left), String(right)];
  if (/^\d+$/.test(x) && /^\d+$/.test(y)) return Number(x) - Number(y);
  return x < y ? -1 : x > y ? 1 : 0;
}

function sortedRows(table: CatTable, request: RestRequest): CatTable["rows"] {
  const order = request.param("s");
  if (order === undefined || order === "") return table.rows;
  const keys = order.split(",").map((part) => {
    const [name, direction] = part.split(":");
    const index = columnIndex(table, name!.trim());
    if (index < 0) {
      throw new VarveError("invalid", `Unable to sort by unknown sort key \`${name}\``, {
        type: "unsupported_operation_exception",
      });
    }
    return { index, sign: direction === "desc" ? -1 : 1 };
  });
  return [...table.rows].sort((a, b) => {
    for (const { index, sign } of keys) {
      const result = compareCells(a[index], b[index]) * sign;
      if (result !== 0) return result;
    }
    return 0;
  });
}

/** The answer: text, or objects when another format is asked. */
export function catResponse(table: CatTable, request: RestRequest): RestResponse {
  if (request.paramBoolean("help", false)) return { body: helpText(table) };
  const columns = chosenColumns(table, request);
  const rows = sortedRows(table, request);
  const asked = request.param("format");
  const format = asked === undefined ? acceptFormat(request) : xContentTypeOf(asked);
  if (format !== undefined) {
    return {
      body: rows.map((row) =>
        Object.fromEntries(
          columns.map(({ index, title }) => [title, cellText(row[index], request)]),
        ),
      ),
    };
  }
  const cells = rows.map((row) => columns.map(({ index }) => cellText(row[index], request) ?? ""));
  if (request.paramBoolean("v", false)) cells.unshift(columns.map(({ title }) => title));
  const right = columns.map(({ index }) => table.columns[index]!.right === true);
  return { body: alignText(cells, right) };
}

function acceptFormat(request: RestRequest): string | undefined {
  const accept = request.headers["accept"];
  const text = Array.isArray(accept) ? accept[0] : accept;
  if (text === undefined || text.includes("*/*") || text.includes("text/plain")) return undefined;
  return /json|yaml|cbor|smile/.exec(text)?.[0];
}

function alignText(cells: readonly (readonly string[])[], right: readonly boolean[]): string {
  const widths = right.map((_, column) => Math.max(0, ...cells.map((row) => row[column]!.length)));
  return cells
    .map(
      (row) =>
        `${row
          .map((cell, column) => {
            const width = widths[column]!;
            if (right[column]) return cell.padStart(width);
            return column === row.length - 1 ? cell : cell.padEnd(width);
          })
          .join(" ")}\n`,
    )
    .join("");
}

function helpText(table: CatTable): string {
  const cells = table.columns.map((column) => [
    column.name,
    column.alias ?? "",
    column.description,
  ]);
  const widths = [0, 1, 2].map((part) => Math.max(...cells.map((cell) => cell[part]!.length)));
  return cells
    .map(
      ([name, alias, text]) =>
        `${name!.padEnd(widths[0]!)} | ${alias!.padEnd(widths[1]!)} | ${text!.padEnd(widths[2]!)}\n`,
    )
    .join("");
}
