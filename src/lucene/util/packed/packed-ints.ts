// Packed integers of Lucene up to 8.x in the PACKED format: values of one width (1 to 64 bits)
// back to back, each with its highest bit first; the last byte is filled with zeros.
//   value i = bits [i · width, (i + 1) · width) of the bytes, read as one big-endian bit string
// Widths of whole bytes are plain big-endian numbers. Lucene 9 kept the layout nowhere.
// Upstream: org.apache.lucene.util.packed.{PackedInts.Format.PACKED,BulkOperationPacked} (8.10.1).

import { corrupt } from "../../../base/index.ts";
import type { IndexInput } from "../../store/index.ts";

/** Bytes of `count` values. */
export function packedBytes(count: number, bits: number): number {
  return Math.ceil((count * bits) / 8);
}

/** The value of `bits` bits at a bit offset: exact up to 2^53, above the nearest double. */
export function bitsAt(bytes: Uint8Array, bitOffset: number, bits: number): number {
  let p = Math.floor(bitOffset / 8);
  const used = bitOffset % 8;
  let value = bytes[p]! & (0xff >>> used);
  let have = 8 - used;
  if (have >= bits) return value >>> (have - bits);
  while (have + 8 <= bits) {
    value = value * 256 + bytes[++p]!;
    have += 8;
  }
  const rest = bits - have;
  return rest === 0 ? value : value * (1 << rest) + (bytes[p + 1]! >>> (8 - rest));
}

/** Reads `count` values of `bits` bits from the input's position on; 0 bits: all are 0. */
export function readPackedInts(
  input: IndexInput,
  count: number,
  bits: number,
  target: Int32Array | Float64Array,
  offset: number,
): void {
  const bitsMax = target instanceof Int32Array ? 31 : 64;
  if (bits < 0 || bits > bitsMax) {
    throw corrupt("Unsupported number of bits per value", { file: input.name, bits });
  }
  if (bits === 0) {
    target.fill(0, offset, offset + count);
    return;
  }
  const length = packedBytes(count, bits);
  if (length > input.length - input.filePointer) {
    throw corrupt("Packed values are longer than their file", { file: input.name, count, bits });
  }
  const bytes = input.bytesBorrow(length);
  for (let i = 0; i < count; i++) target[offset + i] = bitsAt(bytes, i * bits, bits);
}
