// Chooses the encoding of a numeric column and writes it; doc-values-format.ts has the byte table.
// The rules are Lucene's: a table if it needs fewer bits, blocks of 16384 values if they save 10 %,
// otherwise (value - min) / gcd.
//
// Arithmetic. Values are taken relative to the first one. If all these differences are safe
// integers (also for nanosecond timestamps), numbers do everything. Otherwise 32-bit halves do, and
// the gcd is then looked for among powers of two only (whole numbers encoded as doubles have them).
// Upstream: Lucene90DocValuesConsumer.writeValues (9.1.0).

import type { DataOutput } from "../../../store/index.ts";
import { writeDocsWithField } from "../../../util/indexed-disi/docs-with-field.ts";
import {
  DirectWriter,
  directBitsRequired,
  directBytes,
} from "../../../util/packed/direct-writer.ts";
import type { LongColumn } from "../../../util/packed/long-column.ts";
import {
  NUMERIC_BLOCK_SHIFT,
  NUMERIC_BLOCK_VALUES,
  TABLE_VALUES_MAX,
} from "./doc-values-format.ts";
import { type RelativeColumn, relativeTo, WideColumn } from "./relative-column.ts";

/** Writes the NUMERIC entry of a column. `ords` (positions in a dictionary) get no table. */
export function writeNumeric(
  column: LongColumn,
  ords: boolean,
  maxDoc: number,
  meta: DataOutput,
  data: DataOutput,
): void {
  writeDocsWithField(column.docs, column.docCount, maxDoc, meta, data);
  meta.writeLong(column.count);
  const relative = relativeTo(column) ?? new WideColumn(column);
  const { min, max, gcd } = relative;
  if (column.count === 0 || min === max) {
    // Lucene's extremes where there is no value at all.
    meta.writeInt(-1);
    writeTail(meta, 0, column.count === 0 ? 0x7fffffffffffffffn : min, 0n, data.filePointer, 0, -1);
    return;
  }
  const table = ords ? undefined : relative.distinct(TABLE_VALUES_MAX);
  if (table !== undefined && directBitsRequired(table.length - 1) < relative.bits) {
    writeTable(relative, table, meta, data);
    return;
  }
  if (savesInBlocks(relative)) {
    writeBlocks(relative, meta, data);
    return;
  }
  meta.writeInt(-1);
  const start = data.filePointer;
  const base = withoutDelta(min, max, gcd) ? 0n : min;
  const writer = new DirectWriter(data, column.count, relative.bits);
  relative.pack(writer, 0, column.count, base, gcd);
  writer.finish();
  writeTail(meta, relative.bits, base, gcd, start, data.filePointer - start, -1);
}

function writeTail(
  meta: DataOutput,
  bits: number,
  min: bigint,
  gcd: bigint,
  offset: number,
  length: number,
  jumpTable: number,
): void {
  meta.writeByte(bits);
  meta.writeLong(min);
  meta.writeLong(gcd);
  meta.writeLong(offset);
  meta.writeLong(length);
  meta.writeLong(jumpTable);
}

/** Would the plain values need no more bits than their differences from the least? */
function withoutDelta(min: bigint, max: bigint, gcd: bigint): boolean {
  if (gcd !== 1n || min <= 0n || max > 9007199254740991n) return false;
  return directBitsRequired(Number(max)) === directBitsRequired(Number(max - min));
}

function writeTable(
  relative: RelativeColumn,
  table: readonly bigint[],
  meta: DataOutput,
  data: DataOutput,
): void {
  const start = data.filePointer;
  const bits = directBitsRequired(table.length - 1);
  const writer = new DirectWriter(data, relative.count, bits);
  relative.packTable(writer, table);
  writer.finish();
  meta.writeInt(table.length);
  for (const value of table) meta.writeLong(value);
  writeTail(meta, bits, 0n, 1n, start, data.filePointer - start, -1);
}

/** Do blocks of their own widths save 10 % or more? */
function savesInBlocks(relative: RelativeColumn): boolean {
  const { count } = relative;
  const whole = relative.rangeBits(0, count) * count;
  let blocks = 0;
  for (let from = 0; from < count; from += NUMERIC_BLOCK_VALUES) {
    const to = Math.min(count, from + NUMERIC_BLOCK_VALUES);
    blocks += relative.rangeBits(from, to) * (to - from);
  }
  return whole > 0 && blocks / whole <= 0.9;
}

function writeBlocks(relative: RelativeColumn, meta: DataOutput, data: DataOutput): void {
  const { count, gcd } = relative;
  const start = data.filePointer;
  const offsets: number[] = [];
  for (let from = 0; from < count; from += NUMERIC_BLOCK_VALUES) {
    const to = Math.min(count, from + NUMERIC_BLOCK_VALUES);
    const { min, bits } = relative.blockShape(from, to);
    offsets.push(data.filePointer);
    data.writeByte(bits);
    data.writeLong(min);
    if (bits === 0) continue;
    data.writeInt(directBytes(to - from, bits));
    const writer = new DirectWriter(data, to - from, bits);
    relative.pack(writer, from, to, min, gcd);
    writer.finish();
  }
  const jumpTable = data.filePointer;
  for (const offset of offsets) data.writeLong(offset);
  data.writeLong(jumpTable);
  meta.writeInt(-2 - NUMERIC_BLOCK_SHIFT);
  writeTail(meta, 0xff, relative.min, gcd, start, data.filePointer - start, jumpTable);
}
