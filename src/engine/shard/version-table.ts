// Ids with their versions in columns: no object for an entry, so that the collector has nothing to
// keep alive while a bulk runs. Entries are replaced, never removed; a table is dropped as a whole.

import { BufferedDictionary, type RamCounter } from "../../lucene/index/index.ts";
import type { VersionValue } from "./live-version-map.ts";

/** Numbers of an entry: version, seqNo, term, time of a delete, generation, position, length. */
const COLUMNS = 7;
/** The time column of an entry that is no delete. */
const NOT_DELETED = -1;

/** Versions by id. */
export class VersionTable {
  private readonly ram: RamCounter = { bytes: 0 };
  private readonly ids = new BufferedDictionary("_id", "text", this.ram);
  private rows = new Float64Array(0);

  get size(): number {
    return this.ids.size;
  }

  get ramBytes(): number {
    return this.size === 0 ? 0 : this.ram.bytes + this.ids.pool.length + this.rows.length * 8;
  }

  set(id: string, value: VersionValue): void {
    const start = this.ids.add(id) * COLUMNS;
    if (start >= this.rows.length) this.grow(start + COLUMNS);
    const { rows } = this;
    const { location } = value;
    rows[start] = value.version;
    rows[start + 1] = value.seqNo;
    rows[start + 2] = value.term;
    rows[start + 3] = value.isDelete ? value.timeMs : NOT_DELETED;
    rows[start + 4] = location === undefined ? -1 : location.generation;
    rows[start + 5] = location === undefined ? 0 : location.position;
    rows[start + 6] = location === undefined ? 0 : location.length;
  }

  get(id: string): VersionValue | undefined {
    if (this.ids.size === 0) return undefined;
    const row = this.ids.find(id);
    return row < 0 ? undefined : this.valueOf(row);
  }

  /** All entries in order of arrival. */
  *entries(): Generator<[string, VersionValue]> {
    for (let row = 0; row < this.ids.size; row++) {
      yield [Buffer.from(this.ids.bytesOf(row)).toString("utf8"), this.valueOf(row)];
    }
  }

  private valueOf(row: number): VersionValue {
    const { rows } = this;
    const start = row * COLUMNS;
    const timeMs = rows[start + 3]!;
    const generation = rows[start + 4]!;
    return {
      version: rows[start]!,
      seqNo: rows[start + 1]!,
      term: rows[start + 2]!,
      isDelete: timeMs !== NOT_DELETED,
      location:
        generation < 0
          ? undefined
          : { generation, position: rows[start + 5]!, length: rows[start + 6]! },
      timeMs: timeMs === NOT_DELETED ? 0 : timeMs,
    };
  }

  private grow(lengthMin: number): void {
    const grown = new Float64Array(Math.max(lengthMin, this.rows.length * 2, 16 * COLUMNS));
    grown.set(this.rows);
    this.rows = grown;
  }
}
