// The envelope of every metadata blob but index-N: a Lucene codec header, one SMILE document
// (perhaps compressed), a Lucene codec footer.
//
//   OFFSET  SIZE  TYPE    FIELD     MEANING
//     0      4    be-u32  magic     0x3fd76c17
//     4      1+n  string  codec     vInt length (always one byte), ASCII
//     5+n    4    be-u32  version   1
//     9+n    …    bytes   body      SMILE, or "DFL\0" and raw DEFLATE of it, or "ZSTD\0" and zstd
//    -16     4    be-u32  magic     0xc02893e8
//    -12     4    be-u32  algorithm 0
//     -8     8    be-u64  checksum  CRC-32 of every byte before this field
//
//   CODEC           BLOB
//   snapshot        snap-<uuid>.dat of the repository and of each shard, shallow-snap-<uuid>.dat
//   snapshots       index-<generation> of a shard
//   metadata        meta-<uuid>.dat of the repository
//   index-metadata  indices/<id>/meta-<uuid>.dat
// Invariants: the checksum holds before anything else is looked at; the version is 1.
// Spec: docs/format/checksummed-blob.md. Upstream: ChecksumBlobStoreFormat, DeflateCompressor.

import * as zlib from "node:zlib";
import { crc32, decompressZstd, METADATA_BLOB_BYTES_MAX, VarveError } from "../../base/index.ts";
import { decodeSmile, encodeSmile, readObject, type XContentObject } from "../../xcontent/index.ts";

/** The codec names in use. */
export type BlobCodec = "snapshot" | "snapshots" | "metadata" | "index-metadata";

const HEADER_MAGIC = 0x3fd76c17;
const FOOTER_MAGIC = 0xc02893e8;
const FOOTER_BYTES = 16;
const VERSION = 1;
const DEFLATE_HEADER = Buffer.from("DFL\0", "latin1");
const ZSTD_HEADER = Buffer.from("ZSTD\0", "latin1");
/** The level that DeflateCompressor uses. */
const DEFLATE_LEVEL = 3;

/** Encodes a document, and decodes it again to be sure that a reader finds what was put in. */
export function encodeChecksummedBlob(
  codec: BlobCodec,
  tree: XContentObject,
  compress: boolean,
): Uint8Array {
  const smile = encodeSmile(tree);
  const body = compress
    ? [DEFLATE_HEADER, zlib.deflateRawSync(smile, { level: DEFLATE_LEVEL })]
    : [smile];
  const header = Buffer.alloc(9 + codec.length);
  header.writeUInt32BE(HEADER_MAGIC, 0);
  header[4] = codec.length;
  header.write(codec, 5, "latin1");
  header.writeUInt32BE(VERSION, 5 + codec.length);
  const footer = Buffer.alloc(FOOTER_BYTES);
  footer.writeUInt32BE(FOOTER_MAGIC, 0);
  const bytes = Buffer.concat([header, ...body, footer]);
  bytes.writeUInt32BE(crc32(bytes.subarray(0, bytes.length - 8)), bytes.length - 4);
  const again = decodeChecksummedBlob(codec, "the blob just encoded", bytes);
  if (Buffer.compare(encodeSmile(again), smile) !== 0) {
    throw new VarveError("internal", "A metadata blob does not hold what was put into it");
  }
  return bytes;
}

/** Decodes a blob. Damage is `corrupt` with the type that the server gives it. */
export function decodeChecksummedBlob(
  codec: BlobCodec,
  blob: string,
  bytes: Uint8Array,
): XContentObject {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  checkFooter(buffer, blob);
  const bodyStart = checkHeader(buffer, codec, blob);
  const body = buffer.subarray(bodyStart, buffer.length - FOOTER_BYTES);
  try {
    return readObject(decodeSmile(inflate(body)), blob);
  } catch (cause) {
    // The checksum holds, so the writer wrote this: it is no damage of the storage.
    throw corruptState(blob, `cannot be decoded: ${(cause as Error).message}`, cause);
  }
}

function checkFooter(buffer: Buffer, blob: string): void {
  if (buffer.length < FOOTER_BYTES) {
    const message = `misplaced codec footer (file truncated?): length=${buffer.length}`;
    throw corruptState(blob, `${message} but footerLength==${FOOTER_BYTES}`);
  }
  const footer = buffer.length - FOOTER_BYTES;
  const magic = buffer.readUInt32BE(footer);
  if (magic !== FOOTER_MAGIC) {
    const found = `actual footer=${magic | 0} vs expected footer=${FOOTER_MAGIC | 0}`;
    throw corruptState(blob, `codec footer mismatch (file truncated?): ${found}`);
  }
  const algorithm = buffer.readUInt32BE(footer + 4);
  if (algorithm !== 0) {
    throw corruptState(blob, `codec footer mismatch: unknown algorithmID: ${algorithm}`);
  }
  const actual = crc32(buffer.subarray(0, buffer.length - 8));
  const expected = buffer.readBigUInt64BE(footer + 8);
  if (expected !== BigInt(actual)) {
    const sums = `expected=${expected.toString(16)} actual=${actual.toString(16)}`;
    throw corruptState(blob, `checksum failed (hardware problem?) : ${sums}`);
  }
}

function checkHeader(buffer: Buffer, codec: BlobCodec, blob: string): number {
  const length = buffer[4]!;
  const bodyStart = 9 + length;
  const whole =
    bodyStart + FOOTER_BYTES <= buffer.length && buffer.readUInt32BE(0) === HEADER_MAGIC;
  if (!whole) throw corruptState(blob, "codec header mismatch");
  const actual = buffer.toString("latin1", 5, 5 + length);
  if (actual !== codec) {
    throw corruptState(blob, `codec mismatch: actual codec=${actual} vs expected codec=${codec}`);
  }
  const version = buffer.readUInt32BE(5 + length);
  if (version === VERSION) return bodyStart;
  const range = `(needs to be between ${VERSION} and ${VERSION})`;
  throw corruptState(blob, `Format version is not supported: ${version} ${range}`);
}

function inflate(body: Buffer): Uint8Array {
  if (body.subarray(0, DEFLATE_HEADER.length).equals(DEFLATE_HEADER)) {
    const options = { maxOutputLength: METADATA_BLOB_BYTES_MAX };
    return zlib.inflateRawSync(body.subarray(DEFLATE_HEADER.length), options);
  }
  if (!body.subarray(0, ZSTD_HEADER.length).equals(ZSTD_HEADER)) return body;
  return decompressZstd(body.subarray(ZSTD_HEADER.length), METADATA_BLOB_BYTES_MAX);
}

/** The error of a metadata blob that cannot be trusted. */
export function corruptState(blob: string, message: string, cause?: unknown): VarveError {
  const resource = `(resource=ChecksumBlobStoreFormat.readBlob(blob="${blob}"))`;
  return new VarveError("corrupt", `${message} ${resource}`, {
    type: "corrupt_state_exception",
    ...(cause === undefined ? {} : { cause }),
  });
}
