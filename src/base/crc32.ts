// CRC-32 (polynomial 0xEDB88320, as java.util.zip.CRC32): the checksum of Lucene footers and of
// OpenSearch's checksummed blobs.

import { crc32 as zlibCrc32 } from "node:zlib";

/** Continues `seed` (0 at the start) over `bytes`; unsigned 32 bits. */
export function crc32(bytes: Uint8Array, seed = 0): number {
  return zlibCrc32(bytes, seed) >>> 0;
}
