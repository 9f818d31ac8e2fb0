// Byte strings compared as Lucene's BytesRef: unsigned, a prefix first.

/** Negative, zero or positive. */
export function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const order = a[i]! - b[i]!;
    if (order !== 0) return order;
  }
  return a.length - b.length;
}

/** Compares `length` bytes from two offsets. */
export function compareBytesAt(
  a: Uint8Array,
  aFrom: number,
  b: Uint8Array,
  bFrom: number,
  length: number,
): number {
  for (let i = 0; i < length; i++) {
    const order = a[aFrom + i]! - b[bFrom + i]!;
    if (order !== 0) return order;
  }
  return 0;
}

/** Does `bytes` start with `prefix`? */
export function startsWithBytes(bytes: Uint8Array, prefix: Uint8Array): boolean {
  if (bytes.length < prefix.length) return false;
  for (let i = 0; i < prefix.length; i++) if (bytes[i] !== prefix[i]) return false;
  return true;
}

/** A copy that shares nothing; a Buffer's own `slice` would. */
export function copyBytes(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(bytes);
}
