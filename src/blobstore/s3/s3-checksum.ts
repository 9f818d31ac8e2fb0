// How bodies are protected on their way. S3-likes differ in what they take, so a store begins with
// the strongest way and goes on to the next when it is refused before any request has succeeded;
// what works is remembered for the store. Puts and batch deletions are separate: there are stores
// that ignore a CRC of a put and demand Content-MD5 of a deletion.
//
//   MODE    PUT, PART                 BATCH DELETION
//   crc32   x-amz-checksum-crc32      x-amz-checksum-crc32
//   md5     Content-MD5               Content-MD5
//   none    neither                   one DeleteObject a key
//
// `legacy_md5_checksum_calculation` begins at md5. Upstream: LegacyMd5Plugin.

import { createHash } from "node:crypto";
import { crc32 } from "../../base/index.ts";
import { isPassing, type S3Call, type S3Failure, s3Error, s3Failure } from "./s3-error.ts";

/** A way to protect bodies. */
export type ChecksumMode = "crc32" | "md5" | "none";

const MODES: readonly ChecksumMode[] = ["crc32", "md5", "none"];
// What stores say of headers that they do not know, of ones that they miss, and of signatures that
// they compute without them.
const REFUSALS = new Set([
  "NotImplemented",
  "InvalidArgument",
  "InvalidRequest",
  "MissingContentMD5",
  "BadDigest",
  "InvalidDigest",
  "XAmzContentSHA256Mismatch",
  "XAmzContentChecksumMismatch",
  "UnsupportedHeader",
  "SignatureDoesNotMatch",
  "MalformedXML",
  "MissingContentLength",
  "InvalidHeader",
  "BadRequest",
  "400",
  "501",
]);

/** Base64 of the big-endian CRC-32, as x-amz-checksum-crc32 has it. */
export function crc32Base64(bytes: Uint8Array): string {
  const buffer = Buffer.alloc(4);
  buffer.writeUInt32BE(crc32(bytes));
  return buffer.toString("base64");
}

/** Base64 of the MD5, as Content-MD5 has it. */
export function md5Base64(bytes: Uint8Array | string): string {
  return createHash("md5").update(bytes).digest("base64");
}

/** Is this what a store says that does not take a checksum's header? */
export function isChecksumRefusal(failure: S3Failure): boolean {
  if (isPassing(failure)) return false;
  if (REFUSALS.has(failure.code)) return true;
  return (failure.status === 400 || failure.status === 501) && failure.code === "UnknownError";
}

/** What a store takes, as far as it is known. */
export class ChecksumLadder {
  private index: number;
  private confirmed = false;

  constructor(first: ChecksumMode) {
    this.index = MODES.indexOf(first);
  }

  get mode(): ChecksumMode {
    return MODES[this.index]!;
  }

  /**
   * Runs a request in the known mode, or in one after the other until one is not refused. The error
   * of a refusal in every mode is the first one, and names the modes that were tried.
   */
  async run<T>(call: S3Call, request: (mode: ChecksumMode) => Promise<T>): Promise<T> {
    if (this.confirmed) return request(this.mode);
    const tried: ChecksumMode[] = [];
    let first: unknown;
    for (let index = this.index; index < MODES.length; index++) {
      const mode = MODES[index]!;
      tried.push(mode);
      try {
        const answer = await request(mode);
        this.index = index;
        this.confirmed = true;
        return answer;
      } catch (error) {
        if (!isChecksumRefusal(s3Failure(error))) throw error;
        first ??= error;
      }
    }
    throw s3Error(call, first, `; checksum modes tried: ${tried.join(", ")}`);
  }
}
