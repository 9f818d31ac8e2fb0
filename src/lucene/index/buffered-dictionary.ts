// The distinct terms of one field of the segment in memory: term → dense id, with the bytes of all
// terms in one pool and an open-addressed table of ids over them. No string is kept, so that the
// collector has nothing to copy. Text terms are UTF-8. A field uses one of the two kinds.
// Upstream: org.apache.lucene.util.BytesRefHash (9.1.0).
//
// A lookup writes its term to the end of the pool first, hashing on the way (FNV-1a over bytes,
// then h ^= h >>> 15); a new term stays there, a known one is overwritten by the next lookup.
//
// Sorting is by unsigned bytes, which for UTF-8 is code point order (not UTF-16's): a three-way
// radix quicksort over ids that looks only at the bytes that tell terms apart.

import { illegalArgument, TERM_BYTES_MAX } from "../../base/index.ts";

/** Bytes that a flush will free: what the buffers of one segment hold. */
export interface RamCounter {
  bytes: number;
}

/** `text`: terms are strings, stored as UTF-8. `binary`: terms are bytes; keys are their latin1. */
export type TermKind = "text" | "binary";

/** Doubles `array` until `index` fits. */
export function growInt32(array: Int32Array, index: number, ram: RamCounter): Int32Array {
  if (index < array.length) return array;
  const grown = new Int32Array(Math.max(index + 1, array.length * 2, 16));
  grown.set(array);
  ram.bytes += (grown.length - array.length) * 4;
  return grown;
}

const NO_INTS = new Int32Array(0);
const FNV_OFFSET = 0x811c9dc5 | 0;
const FNV_PRIME = 0x01000193;

/** Terms of one field with dense ids in order of arrival. */
export class BufferedDictionary {
  readonly kind: TermKind;
  /** Bytes of all terms, in order of id. */
  pool = Buffer.allocUnsafe(256);
  /** Term `id` is `pool[starts[id], starts[id + 1])`. */
  starts: Int32Array = NO_INTS;
  size = 0;
  private hashes: Int32Array = NO_INTS;
  /** Ids plus one by hash; a power of two, at most half full. */
  private table: Int32Array = NO_INTS;
  /** The term that was asked for last: a keyword asks for its term and its doc value in turn. */
  private lastTerm = "";
  private lastId = -1;
  private sorted: Int32Array | undefined;
  private readonly field: string;
  private readonly ram: RamCounter;

  constructor(field: string, kind: TermKind, ram: RamCounter) {
    this.field = field;
    this.kind = kind;
    this.ram = ram;
    this.starts = growInt32(NO_INTS, 15, ram);
    this.hashes = growInt32(NO_INTS, 15, ram);
    this.table = growInt32(NO_INTS, 31, ram);
  }

  /** The id of a text term, new or known. `invalid` for a term over 32,766 bytes. */
  add(term: string): number {
    if (term === this.lastTerm && this.lastId >= 0) return this.lastId;
    const id = this.intern(this.write(term));
    this.lastTerm = term;
    this.lastId = id;
    return id;
  }

  /** The id of a binary term. */
  addBytes(term: Uint8Array): number {
    return this.intern(this.writeBytes(term));
  }

  /** The id of a known term, or -1; a binary term is given by its latin1 key. */
  find(key: string): number {
    const end = this.write(key);
    const start = this.starts[this.size]!;
    return this.table[this.slotOf(hashBytes(this.pool, start, end), start, end)]! - 1;
  }

  /** Writes a term to the end of the pool; answers where it ends. */
  private write(term: string): number {
    const start = this.starts[this.size]!;
    const { length } = term;
    if (start + length * 3 > this.pool.length) this.growPool(start + length * 3);
    const pool = this.pool;
    for (let i = 0; i < length; i++) {
      const code = term.charCodeAt(i);
      // Lone surrogates become U+FFFD, as in Lucene.
      if (code > 127) {
        return start + pool.write(term, start, this.kind === "text" ? "utf8" : "latin1");
      }
      pool[start + i] = code;
    }
    return start + length;
  }

  private writeBytes(term: Uint8Array): number {
    const start = this.starts[this.size]!;
    const { length } = term;
    if (start + length > this.pool.length) this.growPool(start + length);
    const pool = this.pool;
    for (let i = 0; i < length; i++) pool[start + i] = term[i]!;
    return start + length;
  }

  /** The id of the term that was written up to `end`. */
  private intern(end: number): number {
    const start = this.starts[this.size]!;
    const hash = hashBytes(this.pool, start, end);
    const slot = this.slotOf(hash, start, end);
    const known = this.table[slot]!;
    if (known !== 0) return known - 1;
    if (end - start > TERM_BYTES_MAX) throw this.immense(start, end);
    const id = this.size++;
    if (id + 1 >= this.starts.length) {
      this.starts = growInt32(this.starts, id + 1, this.ram);
      this.hashes = growInt32(this.hashes, id + 1, this.ram);
    }
    this.starts[id + 1] = end;
    this.hashes[id] = hash;
    this.table[slot] = id + 1;
    if (this.size * 2 > this.table.length) this.growTable();
    return id;
  }

  /** Where the bytes are in the table, or would be. */
  private slotOf(hash: number, start: number, end: number): number {
    const { table, hashes, starts, pool } = this;
    const mask = table.length - 1;
    let slot = hash & mask;
    for (let id = table[slot]! - 1; id >= 0; id = table[slot]! - 1) {
      if (hashes[id] === hash && isSame(pool, starts[id]!, starts[id + 1]!, start, end)) break;
      slot = (slot + 1) & mask;
    }
    return slot;
  }

  private growTable(): void {
    const table = new Int32Array(this.table.length * 2);
    this.ram.bytes += this.table.length * 4;
    const mask = table.length - 1;
    for (let id = 0; id < this.size; id++) {
      let slot = this.hashes[id]! & mask;
      while (table[slot] !== 0) slot = (slot + 1) & mask;
      table[slot] = id + 1;
    }
    this.table = table;
  }

  private growPool(bytesMin: number): void {
    const grown = Buffer.allocUnsafeSlow(Math.max(bytesMin, this.pool.length * 2));
    grown.set(this.pool);
    this.ram.bytes += grown.length - this.pool.length;
    this.pool = grown;
  }

  private immense(start: number, end: number): Error {
    const prefix = [...this.pool.subarray(start, start + 30)].map((byte) => (byte << 24) >> 24);
    return illegalArgument(
      `Document contains at least one immense term in field="${this.field}" (whose UTF8 encoding is ` +
        `longer than the max length ${TERM_BYTES_MAX}), all of which were skipped. Please correct ` +
        "the analyzer to not produce such terms. The prefix of the first immense term is: " +
        `'[${prefix.join(", ")}]...', original message: bytes can be at most ${TERM_BYTES_MAX} ` +
        `in length; got ${end - start}`,
    );
  }

  /** The term's bytes, borrowed. */
  bytesOf(id: number): Uint8Array {
    return this.pool.subarray(this.starts[id]!, this.starts[id + 1]!);
  }

  /** Ids in byte order of their terms; `isUsed` leaves the others out. */
  sortedIds(isUsed: (id: number) => boolean): Int32Array {
    if (this.sorted?.length !== this.size) {
      this.sorted = new Int32Array(this.size);
      for (let i = 0; i < this.size; i++) this.sorted[i] = i;
      sortRange(this.sorted, 0, this.size, 0, this.pool, this.starts);
    }
    return this.sorted.filter((id) => isUsed(id));
  }
}

function hashBytes(bytes: Uint8Array, start: number, end: number): number {
  let hash = FNV_OFFSET;
  for (let i = start; i < end; i++) hash = Math.imul(hash ^ bytes[i]!, FNV_PRIME);
  return hash ^ (hash >>> 15);
}

function isSame(
  pool: Uint8Array,
  start: number,
  end: number,
  otherStart: number,
  otherEnd: number,
): boolean {
  if (end - start !== otherEnd - otherStart) return false;
  while (start < end) if (pool[start++] !== pool[otherStart++]) return false;
  return true;
}

/** The key of a term's bytes in a dictionary of `kind`. */
export function termKey(bytes: Uint8Array, kind: TermKind): string {
  return Buffer.from(bytes).toString(kind === "binary" ? "latin1" : "utf8");
}

/** Byte `depth` of term `id`, or -1 past its end. */
function byteAt(pool: Uint8Array, starts: Int32Array, id: number, depth: number): number {
  const at = starts[id]! + depth;
  return at < starts[id + 1]! ? pool[at]! : -1;
}

/** Three-way radix quicksort (Bentley, Sedgewick) of `ids[low, high)`, equal in `depth` bytes. */
function sortRange(
  ids: Int32Array,
  low: number,
  high: number,
  depth: number,
  pool: Uint8Array,
  starts: Int32Array,
): void {
  while (high - low > 1) {
    if (high - low <= 12) {
      insertionSort(ids, low, high, depth, pool, starts);
      return;
    }
    const pivot = medianByte(ids, low, high, depth, pool, starts);
    let less = low;
    let greater = high;
    let i = low;
    while (i < greater) {
      const id = ids[i]!;
      const byte = byteAt(pool, starts, id, depth);
      if (byte < pivot) {
        ids[i++] = ids[less]!;
        ids[less++] = id;
      } else if (byte > pivot) {
        ids[i] = ids[--greater]!;
        ids[greater] = id;
      } else {
        i++;
      }
    }
    // Recurse into the two smaller parts and loop on the largest: the stack stays logarithmic even
    // where terms share thousands of bytes. Equal terms (pivot -1) are one term: nothing to sort.
    const equal = pivot < 0 ? 0 : greater - less;
    if (equal >= less - low && equal >= high - greater) {
      sortRange(ids, low, less, depth, pool, starts);
      sortRange(ids, greater, high, depth, pool, starts);
      low = less;
      high = greater;
      depth++;
    } else {
      if (equal > 1) sortRange(ids, less, greater, depth + 1, pool, starts);
      if (less - low < high - greater) {
        sortRange(ids, low, less, depth, pool, starts);
        low = greater;
      } else {
        sortRange(ids, greater, high, depth, pool, starts);
        high = less;
      }
    }
  }
}

function medianByte(
  ids: Int32Array,
  low: number,
  high: number,
  depth: number,
  pool: Uint8Array,
  starts: Int32Array,
): number {
  const a = byteAt(pool, starts, ids[low]!, depth);
  const b = byteAt(pool, starts, ids[(low + high) >>> 1]!, depth);
  const c = byteAt(pool, starts, ids[high - 1]!, depth);
  return Math.max(Math.min(a, b), Math.min(Math.max(a, b), c));
}

function insertionSort(
  ids: Int32Array,
  low: number,
  high: number,
  depth: number,
  pool: Uint8Array,
  starts: Int32Array,
): void {
  for (let i = low + 1; i < high; i++) {
    const id = ids[i]!;
    let j = i - 1;
    while (j >= low && compareTerms(pool, starts, ids[j]!, id, depth) > 0) {
      ids[j + 1] = ids[j]!;
      j--;
    }
    ids[j + 1] = id;
  }
}

function compareTerms(
  pool: Uint8Array,
  starts: Int32Array,
  a: number,
  b: number,
  depth: number,
): number {
  let i = starts[a]! + depth;
  let j = starts[b]! + depth;
  const endA = starts[a + 1]!;
  const endB = starts[b + 1]!;
  while (i < endA && j < endB) {
    const difference = pool[i++]! - pool[j++]!;
    if (difference !== 0) return difference;
  }
  return endA - i - (endB - j);
}
