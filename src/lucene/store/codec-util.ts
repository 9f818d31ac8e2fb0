// The one door into every Lucene file: header and footer.
//
//   HEADER  SIZE   TYPE    FIELD     MEANING
//            4     be-i32  magic     0x3fd76c17
//            n     string  codec     vInt length, then ASCII
//            4     be-i32  version   of that codec
//   INDEX HEADER adds
//           16     bytes   id        the segment's (or commit's) random id
//            1     u8      length    of the suffix
//            n     bytes   suffix    ASCII, often empty
//   FOOTER  (last 16 bytes)
//            4     be-i32  magic     0xc02893e8, the complement of the header magic
//            4     be-i32  algorithm 0 = CRC-32; nothing else is defined
//            8     be-i64  checksum  CRC-32 of every byte before this field; the high 32 bits are 0
// Big-endian, although the body of a Lucene 9 file is little-endian.
// Invariants: algorithm = 0; checksum >> 32 = 0; a file shorter than 16 bytes is truncated.
// Upstream: org.apache.lucene.codecs.CodecUtil (9.12.3). Spec: docs/format/codec-header-footer.md.

import { corrupt, crc32, VarveError } from "../../base/index.ts";
import { IndexInput, memorySource } from "./index-input.ts";
import type { DataOutput, IndexOutput } from "./index-output.ts";

/** First four bytes of every header. */
export const CODEC_MAGIC = 0x3fd76c17;
/** First four bytes of every footer. */
export const FOOTER_MAGIC = ~CODEC_MAGIC;
/** Bytes of a footer. */
export const FOOTER_BYTES = 16;
/** Bytes of a segment's or commit's id. */
export const ID_BYTES = 16;

/** Writes a plain header. */
export function writeHeader(out: DataOutput, codec: string, version: number): void {
  out.writeBigEndianInt(CODEC_MAGIC);
  out.writeString(codec);
  out.writeBigEndianInt(version);
}

/** Writes an index header. */
export function writeIndexHeader(
  out: IndexOutput,
  codec: string,
  version: number,
  id: Uint8Array,
  suffix: string,
): void {
  writeHeader(out, codec, version);
  out.writeBytes(id);
  const bytes = Buffer.from(suffix, "latin1");
  out.writeByte(bytes.length);
  out.writeBytes(bytes);
}

/** Bytes of a plain header. */
export function headerLength(codec: string): number {
  return 9 + codec.length;
}

/** Bytes of an index header. */
export function indexHeaderLength(codec: string, suffix: string): number {
  return headerLength(codec) + ID_BYTES + 1 + suffix.length;
}

/** Reads a plain header; answers the version. */
export function checkHeader(
  input: IndexInput,
  codec: string,
  minVersion: number,
  maxVersion: number,
): number {
  const magic = input.readBigEndianInt();
  if (magic !== CODEC_MAGIC) {
    throw corrupt("Codec header mismatch: not a Lucene file", {
      file: input.name,
      expected: CODEC_MAGIC,
      actual: magic,
    });
  }
  return checkHeaderNoMagic(input, codec, minVersion, maxVersion);
}

/** Reads a plain header after its magic; answers the version. */
export function checkHeaderNoMagic(
  input: IndexInput,
  codec: string,
  minVersion: number,
  maxVersion: number,
): number {
  const actual = input.readString(128);
  if (actual !== codec) {
    throw corrupt(`Codec mismatch: expected [${codec}], found [${actual}]`, { file: input.name });
  }
  const version = input.readBigEndianInt();
  if (version < minVersion) {
    throw new VarveError(
      "too-old",
      `Format version ${version} of [${codec}] is too old, oldest read is ${minVersion}`,
      {
        type: "index_format_too_old_exception",
        where: { file: input.name },
      },
    );
  }
  if (version > maxVersion) {
    throw new VarveError(
      "too-new",
      `Format version ${version} of [${codec}] is too new, newest read is ${maxVersion}`,
      {
        type: "index_format_too_new_exception",
        where: { file: input.name },
      },
    );
  }
  return version;
}

/**
 * Reads an index header and checks id and suffix; answers the version. `id` undefined skips its
 * check.
 */
export function checkIndexHeader(
  input: IndexInput,
  codec: string,
  minVersion: number,
  maxVersion: number,
  id: Uint8Array | undefined,
  suffix: string,
): number {
  const version = checkHeader(input, codec, minVersion, maxVersion);
  checkIndexHeaderId(input, id);
  const actual = Buffer.from(input.bytesCopy(input.readByte())).toString("latin1");
  if (actual !== suffix) {
    throw corrupt(`File suffix mismatch: expected [${suffix}], found [${actual}]`, {
      file: input.name,
    });
  }
  return version;
}

function checkIndexHeaderId(input: IndexInput, id: Uint8Array | undefined): Uint8Array {
  const actual = input.bytesCopy(ID_BYTES);
  if (id !== undefined && Buffer.compare(actual, id) !== 0) {
    throw corrupt("Segment id mismatch: the file belongs to another segment", {
      file: input.name,
      expected: Buffer.from(id).toString("hex"),
      actual: Buffer.from(actual).toString("hex"),
    });
  }
  return actual;
}

/** Writes the footer over all bytes so far. */
export function writeFooter(out: IndexOutput): void {
  out.writeBigEndianInt(FOOTER_MAGIC);
  out.writeBigEndianInt(0);
  out.writeBigEndianLong(BigInt(out.checksum()));
}

/** Checks the footer's structure without reading the body; answers the stored CRC-32. */
export function retrieveChecksum(input: IndexInput): number {
  if (input.length < FOOTER_BYTES) {
    throw corrupt("File is truncated: shorter than a codec footer", {
      file: input.name,
      length: input.length,
    });
  }
  const footer = footerOf(input);
  const magic = footer.readBigEndianInt();
  if (magic !== FOOTER_MAGIC) {
    throw corrupt("Codec footer mismatch: the file is truncated or damaged", {
      file: input.name,
      expected: FOOTER_MAGIC,
      actual: magic,
    });
  }
  const algorithm = footer.readBigEndianInt();
  if (algorithm !== 0) throw corrupt("Unknown checksum algorithm", { file: input.name, algorithm });
  const stored = footer.readBigEndianLong();
  if (stored >> 32n !== 0n) throw corrupt("Illegal CRC-32 checksum", { file: input.name });
  return Number(stored);
}

function footerOf(input: IndexInput): IndexInput {
  const { source } = input;
  const known = input.length === source.length ? source.footer : undefined;
  if (known !== undefined) return new IndexInput(memorySource(input.name, known));
  return input.slice(input.length - FOOTER_BYTES, FOOTER_BYTES, "footer");
}

/** Reads the whole file and compares its CRC-32 with the footer; answers the checksum. */
export function checksumEntireFile(input: IndexInput): number {
  const stored = retrieveChecksum(input);
  const copy = input.slice(0, input.length, "checksum");
  let rest = input.length - 8;
  let actual = 0;
  while (rest > 0) {
    const part = copy.bytesBorrow(Math.min(rest, 65536));
    actual = crc32(part, actual);
    rest -= part.length;
  }
  if (actual !== stored) {
    throw corrupt("Checksum failed: the file is damaged", {
      file: input.name,
      expected: stored.toString(16),
      actual: actual.toString(16),
    });
  }
  return actual;
}
