// The distinct terms of one field of the segment in memory: string → dense id, with the term's
// bytes in one pool. Text terms are UTF-8; binary terms are keyed by their latin1 string (one char
// a byte). A field uses one of the two kinds. Upstream: org.apache.lucene.util.BytesRefHash
// (9.1.0).
//
// Sorting is by unsigned bytes, which for UTF-8 is code point order (not UTF-16's): a three-way
// radix quicksort over ids that looks only at the bytes that tell terms apart.

import { illegalArgument, TERM_BYTES_MAX } from "../../base/index.ts";

/** Bytes that a flush will free: what the buffers of one segment hold. */
export interface RamCounter {
  bytes: number;
}

/** `text`: terms are strings, stored as UTF-8. `binary`: terms are bytes, one latin1 char each. */
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
/** What a Map entry and its string key cost, beside the characters. */
const ENTRY_BYTES = 56;

/** Terms of one field with dense ids in order of arrival. */
export class BufferedDictionary {
  readonly kind: TermKind;
  readonly ids = new Map<string, number>();
  /** Bytes of all terms, in order of id. */
  pool = Buffer.allocUnsafe(256);
  /** Term `id` is `pool[starts[id], starts[id + 1])`. */
  starts: Int32Array = NO_INTS;
  size = 0;
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
    this.starts[0] = 0;
  }

  /** The id of a term, new or known. `invalid` for a term over 32,766 bytes. */
  add(term: string): number {
    if (term === this.lastTerm && this.lastId >= 0) return this.lastId;
    const id = this.ids.get(term) ?? this.insert(term);
    this.lastTerm = term;
    this.lastId = id;
    return id;
  }

  /** The id of bytes. */
  addBytes(term: Uint8Array): number {
    return this.add(latin1Key(term));
  }

  /** The id of a known term, or -1. */
  find(term: string | Uint8Array): number {
    const key = typeof term === "string" ? term : latin1Key(term);
    return this.ids.get(key) ?? -1;
  }

  private insert(term: string): number {
    const start = this.starts[this.size]!;
    const bytesMax = term.length * 3;
    if (start + bytesMax > this.pool.length) this.growPool(start + bytesMax);
    const pool = this.pool;
    let at = start;
    let ascii = true;
    for (let i = 0; i < term.length; i++) {
      const code = term.charCodeAt(i);
      if (code > 127) {
        ascii = false;
        break;
      }
      pool[at++] = code;
    }
    let key = term;
    if (ascii) {
      // A fresh flat string: a token is often a slice that would keep its whole text alive.
      if (term.length > 12) key = pool.toString("latin1", start, at);
    } else if (this.kind === "binary") {
      at = start + pool.write(term, start, "latin1");
    } else {
      at = start + pool.write(term, start, "utf8");
      key = pool.toString("utf8", start, at);
      if (key !== term) {
        // Lone surrogates became U+FFFD, as in Lucene: that term may be here already.
        const known = this.ids.get(key);
        if (known !== undefined) return known;
      }
    }
    if (at - start > TERM_BYTES_MAX) throw this.immense(start, at);
    const id = this.size++;
    this.starts = growInt32(this.starts, id + 1, this.ram);
    this.starts[id + 1] = at;
    this.ids.set(key, id);
    this.ram.bytes += ENTRY_BYTES + key.length;
    return id;
  }

  private growPool(bytesMin: number): void {
    const grown = Buffer.allocUnsafe(Math.max(bytesMin, this.pool.length * 2));
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

/** The map key of a binary term. */
export function latin1Key(bytes: Uint8Array): string {
  const buffer =
    bytes instanceof Buffer ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  return buffer.toString("latin1");
}

/** The map key of a term's bytes in a dictionary of `kind`. */
export function termKey(bytes: Uint8Array, kind: TermKind): string {
  return kind === "binary" ? latin1Key(bytes) : Buffer.from(bytes).toString("utf8");
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
