// Where in a file one damaged byte is, from its checksum alone. A CRC is linear: the checksum of
// damaged bytes differs from the right one by the checksum of the damage, and a single byte d at
// k bytes from the end leaves the difference T[d] moved on by k zero bytes. Moving it back a byte
// at a time shows where it is a single byte: once a file of n bytes, by chance n / 2^24 times.
//
//   forth  r' = T[r & 0xff] ^ (r >>> 8)
//   back   i = the index whose T[i] has the top byte of r';  r = ((r' ^ T[i]) << 8) | i

import { crc32 } from "../../base/index.ts";

/** Longer files are not searched: chance would find as many places as there are. */
const SEARCHED_BYTES_MAX = 16 * 1024 * 1024;

let tables: { crc: Uint32Array; indexOfTop: Uint8Array } | undefined;

function crcTables(): { crc: Uint32Array; indexOfTop: Uint8Array } {
  if (tables !== undefined) return tables;
  const crc = new Uint32Array(256);
  const indexOfTop = new Uint8Array(256);
  const byte = new Uint8Array(1);
  // crc32 inverts its register before and after: the difference to a zero byte is T.
  byte[0] = 0;
  const zero = crc32(byte);
  for (let value = 0; value < 256; value++) {
    byte[0] = value;
    crc[value] = (crc32(byte) ^ zero) >>> 0;
    indexOfTop[crc[value]! >>> 24] = value;
  }
  tables = { crc, indexOfTop };
  return tables;
}

/** A byte that is wrong: its offset, and the bits that differ. */
export interface DamagedByte {
  readonly offset: number;
  readonly bits: number;
}

/**
 * The single bytes whose damage turns a CRC-32 of `length` bytes from `expected` into `actual`.
 * None where more than one byte is damaged (chance aside), or the file is too long to search.
 */
export function locateDamage(expected: number, actual: number, length: number): DamagedByte[] {
  const found: DamagedByte[] = [];
  if (length > SEARCHED_BYTES_MAX) return found;
  const { crc, indexOfTop } = crcTables();
  let register = (expected ^ actual) >>> 0;
  for (let offset = length - 1; offset >= 0 && register !== 0; offset--) {
    const index = indexOfTop[register >>> 24]!;
    register = (((register ^ crc[index]!) << 8) | index) >>> 0;
    if (register < 256) found.push({ offset, bits: register });
  }
  return found;
}
