// Turns one flipped bit back. A CRC-32 says which single bit of up to a mebibyte is wrong, with a
// chance of 0.2% at most that another place explains it as well; where it does, nothing is done.
// What is written has the checksum that the metadata or the footer asks for.

import { crc32 } from "../../base/index.ts";
import { locateDamage } from "../verify/locate-damage.ts";

/** Longer contents are not corrected: chance would find a bit too often. */
export const CORRECTED_BYTES_MAX = 1024 * 1024;
const CHECKSUM_BYTES = 8;

/** A bit to turn. */
export interface FlippedBit {
  readonly offset: number;
  readonly bits: number;
}

/**
 * The flipped bit of contents that end with their own checksum (a Lucene footer), or whose
 * `expected` checksum is known; undefined where one bit does not explain the damage.
 */
export function findFlippedBit(bytes: Uint8Array, expected?: number): FlippedBit | undefined {
  const covered = bytes.length - CHECKSUM_BYTES;
  if (covered <= 0 || bytes.length > CORRECTED_BYTES_MAX) return undefined;
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const [high, stored] = [buffer.readUInt32BE(covered), buffer.readUInt32BE(covered + 4)];
  const actual = crc32(bytes.subarray(0, covered));
  if (actual === (expected ?? stored)) return findInFooter(high, stored, actual, covered);
  if (high !== 0 || (expected !== undefined && expected !== stored)) return undefined;
  if (isSingleBit(actual ^ stored)) return inWord(covered + 4, actual ^ stored);
  const places = locateDamage(stored, actual, covered).filter(({ bits }) => isSingleBit(bits));
  return places.length === 1 ? places[0] : undefined;
}

function findInFooter(
  high: number,
  stored: number,
  actual: number,
  covered: number,
): FlippedBit | undefined {
  if (isSingleBit(high) && stored === actual) return inWord(covered, high);
  return high === 0 && isSingleBit(stored ^ actual)
    ? inWord(covered + 4, stored ^ actual)
    : undefined;
}

function isSingleBit(value: number): boolean {
  return value !== 0 && (value & (value - 1)) === 0;
}

/** The byte of a big-endian word in which a bit is. */
function inWord(offset: number, bit: number): FlippedBit {
  const position = 31 - Math.clz32(bit);
  return { offset: offset + 3 - (position >> 3), bits: 1 << (position & 7) };
}
