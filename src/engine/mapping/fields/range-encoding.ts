// Binary doc values of range fields: a variable-length count, then the two ends of each range.
//   integer, long, date   1 byte header: sign (1 bit), additional bytes (4 bits, 15 minus that when
//                         negative), 3 bits of the value; then the additional bytes, big-endian
//   float, double, ip     4, 8 or 16 sortable bytes
// Upstream: org.opensearch.index.mapper.BinaryRangeUtil.

/** A variable-length int: seven bits a byte, low bits first. */
export function writeVInt(value: number): Uint8Array {
  const out: number[] = [];
  let rest = value >>> 0;
  while (rest > 0x7f) {
    out.push((rest & 0x7f) | 0x80);
    rest >>>= 7;
  }
  out.push(rest);
  return Uint8Array.from(out);
}

/** An end of an integer, long or date range. */
export function encodeRangeLong(value: bigint): Uint8Array {
  const isNegative = value < 0n;
  const size = isNegative ? -1n - value : value;
  const bits = size === 0n ? 0 : size.toString(2).length;
  const additional = (bits + 7 - 3) >> 3;
  const out = new Uint8Array(1 + additional);
  let rest = size;
  for (let i = additional; i >= 0; i--) {
    out[i] = Number(rest & 0xffn);
    rest >>= 8n;
  }
  if (isNegative) {
    for (let i = 0; i < out.length; i++) out[i] = ~out[i]! & 0xff;
    out[0]! &= 0x07;
  }
  out[0]! |= isNegative ? (15 - additional) << 3 : 0x80 | (additional << 3);
  return out;
}

/** The value of bytes that encodeRangeLong wrote. */
export function decodeRangeLong(bytes: Uint8Array, offset: number, length: number): bigint {
  const isNegative = (bytes[offset]! & 0x80) === 0;
  let value = isNegative ? BigInt((bytes[offset]! & 0x07) - 8) : BigInt(bytes[offset]! & 0x07);
  for (let i = 1; i < length; i++) value = value * 256n + BigInt(bytes[offset + i]!);
  return value;
}

/** Length of an encoded long that starts with `header`. */
export function rangeLongLength(header: number): number {
  const count = (header >>> 3) & 0x0f;
  return 1 + ((header & 0x80) === 0 ? 15 - count : count);
}

/** A whole field: the count and the encoded ends of all ranges. */
export function encodeRanges(ends: readonly (readonly [Uint8Array, Uint8Array])[]): Uint8Array {
  const parts: Uint8Array[] = [writeVInt(ends.length)];
  for (const [from, to] of ends) parts.push(from, to);
  return Buffer.concat(parts);
}
