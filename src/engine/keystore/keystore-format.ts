// The keystore's file: secrets by the names of their settings, encrypted with a password that may
// be empty.
//
//   SIZE  TYPE    FIELD       MEANING
//    4    be-u32  magic       0x3fd76c17
//   1+n   string  codec       vInt length, "opensearch.keystore" ("elasticsearch.keystore" is read)
//    4    be-u32  version     3 or 4
//    1    u8      password    1 = it is not empty
//    4    be-u32  length      of all that follows up to the footer
//   4+n   bytes   salt        length first; 64 bytes
//   4+n   bytes   iv          length first; 12 bytes
//   4+n   bytes   data        length first; AES-128-GCM of the entries, with its tag of 16 bytes
//    4    be-u32  magic       0xc02893e8
//    4    be-u32  algorithm   0
//    8    be-u64  checksum    CRC-32 of every byte before this field
//
//   THE ENTRIES, DECRYPTED
//    4    be-u32  count
//   then each:
//   2+n   utf     name        length first
//   2+n   utf     type        "STRING" or "FILE"; version 3 only
//   4+n   bytes   value       length first; a text is UTF-8
//
// The key is PBKDF2 with HMAC-SHA-512, 10,000 rounds, over the password and the salt; the salt is
// also authenticated beside the data.
// Invariants: nothing is behind the last entry, nor between data and footer; a wrong password and
// damaged data cannot be told apart by GCM, but the checksum is looked at first, so what fails
// after it is the password. Versions 1 and 2 (before 6.3) are PKCS#12, and refused.
// Upstream: KeyStoreWrapper (3.6.0).

import { createCipheriv, createDecipheriv, pbkdf2Sync } from "node:crypto";
import { corrupt, crc32, type Random, VarveError } from "../../base/index.ts";

const HEADER_MAGIC = 0x3fd76c17;
const FOOTER_MAGIC = 0xc02893e8;
const FOOTER_BYTES = 16;
const CODECS: readonly string[] = ["opensearch.keystore", "elasticsearch.keystore"];
const VERSION_OLDEST = 3;
/** The version that is written. */
export const KEYSTORE_VERSION = 4;
const SALT_BYTES = 64;
const IV_BYTES = 12;
const TAG_BYTES = 16;
const KEY_BYTES = 16;
const KEY_ROUNDS = 10_000;
const CIPHER = "aes-128-gcm";

/** A keystore as it lies on disk. */
export interface SealedKeystore {
  readonly version: number;
  readonly hasPassword: boolean;
  readonly salt: Uint8Array;
  readonly iv: Uint8Array;
  readonly data: Uint8Array;
}

/** Secrets by name. */
export type KeystoreEntries = ReadonlyMap<string, Uint8Array>;

/** Bytes from the front, each length checked against what is left. */
class Cursor {
  private readonly bytes: Buffer;
  private readonly file: string;
  private at = 0;

  constructor(bytes: Buffer, file: string) {
    this.bytes = bytes;
    this.file = file;
  }

  get left(): number {
    return this.bytes.length - this.at;
  }

  take(length: number): Buffer {
    if (length > this.left) {
      throw corrupt(`Keystore is truncated: ${length} bytes are announced, ${this.left} are left`, {
        file: this.file,
        offset: this.at,
      });
    }
    this.at += length;
    return this.bytes.subarray(this.at - length, this.at);
  }

  u8(): number {
    return this.take(1)[0]!;
  }

  u32(): number {
    return this.take(4).readUInt32BE();
  }

  block(): Buffer {
    return this.take(this.u32());
  }

  utf(): string {
    return this.take(this.take(2).readUInt16BE()).toString("utf8");
  }

  end(): void {
    if (this.left > 0) {
      throw corrupt("Keystore has been corrupted or tampered with: bytes follow its end", {
        file: this.file,
        offset: this.at,
      });
    }
  }
}

/** Reads the file's envelope. Errors: `corrupt`, `too-old`, `too-new`. */
export function readSealedKeystore(bytes: Uint8Array, file: string): SealedKeystore {
  const all = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  checkFooter(all, file);
  const cursor = new Cursor(all.subarray(0, all.length - FOOTER_BYTES), file);
  if (cursor.u32() !== HEADER_MAGIC) throw corrupt("This is no keystore", { file, offset: 0 });
  const codec = cursor.take(cursor.u8()).toString("latin1");
  if (!CODECS.includes(codec)) throw corrupt(`[${codec}] is no keystore`, { file, offset: 4 });
  const version = cursor.u32();
  checkVersion(version, file);
  const flag = cursor.u8();
  if (flag > 1) throw corrupt(`hasPassword boolean is corrupt: ${hex(flag)}`, { file });
  const body = new Cursor(cursor.block(), file);
  cursor.end();
  const [salt, iv, data] = [body.block(), body.block(), body.block()];
  body.end();
  if (iv.length === 0 || data.length < TAG_BYTES) {
    throw corrupt("Keystore has been corrupted or tampered with: no room for its data", { file });
  }
  return { version, hasPassword: flag === 1, salt, iv, data };
}

function checkFooter(bytes: Buffer, file: string): void {
  if (bytes.length < FOOTER_BYTES) {
    throw corrupt("Keystore is truncated: shorter than its footer", { file, length: bytes.length });
  }
  const footer = bytes.length - FOOTER_BYTES;
  const actual = crc32(bytes.subarray(0, bytes.length - 8));
  const holds =
    bytes.readUInt32BE(footer) === FOOTER_MAGIC &&
    bytes.readUInt32BE(footer + 4) === 0 &&
    bytes.readUInt32BE(footer + 8) === 0 &&
    bytes.readUInt32BE(footer + 12) === actual;
  if (!holds) throw corrupt("Checksum failed: the keystore is damaged", { file, offset: footer });
}

function checkVersion(version: number, file: string): void {
  if (version >= VERSION_OLDEST && version <= KEYSTORE_VERSION) return;
  const isOld = version < VERSION_OLDEST;
  const advice = isOld
    ? "You should delete and recreate it in order to upgrade."
    : "Are you trying to downgrade? You should delete and recreate it in order to downgrade.";
  const age = isOld ? "old" : "new";
  throw new VarveError(
    isOld ? "too-old" : "too-new",
    `The OpenSearch keystore [${file}] format is too ${age} (${version}). ${advice}`,
    { type: "illegal_state_exception" },
  );
}

function hex(byte: number): string {
  return byte.toString(16).padStart(2, "0");
}

function keyOf(password: string, salt: Uint8Array): Buffer {
  return pbkdf2Sync(password, salt, KEY_ROUNDS, KEY_BYTES, "sha512");
}

/** Decrypts the entries. Error: security_exception of a wrong password. */
export function unsealKeystore(
  sealed: SealedKeystore,
  password: string,
  file: string,
): Map<string, Uint8Array> {
  const plain = decrypt(sealed, password);
  const cursor = new Cursor(plain, file);
  const entries = new Map<string, Uint8Array>();
  for (let left = cursor.u32(); left > 0; left--) {
    const name = cursor.utf();
    if (sealed.version === 3) cursor.utf();
    entries.set(name, new Uint8Array(cursor.block()));
  }
  cursor.end();
  return entries;
}

function decrypt({ salt, iv, data }: SealedKeystore, password: string): Buffer {
  const decipher = createDecipheriv(CIPHER, keyOf(password, salt), iv);
  const end = data.length - TAG_BYTES;
  decipher.setAuthTag(data.subarray(end));
  decipher.setAAD(salt);
  const plain = decipher.update(data.subarray(0, end));
  try {
    return Buffer.concat([plain, decipher.final()]);
  } catch {
    throw wrongPassword();
  }
}

/** With the causes that the real server shows. */
function wrongPassword(): VarveError {
  const invalid = (type: string, message: string, cause?: VarveError) =>
    new VarveError("invalid", message, { type, ...(cause === undefined ? {} : { cause }) });
  const tag = invalid("a_e_a_d_bad_tag_exception", "Tag mismatch");
  const io = invalid("i_o_exception", "javax.crypto.AEADBadTagException: Tag mismatch", tag);
  return invalid("security_exception", "Provided keystore password was incorrect", io);
}

/** Encrypts entries; the file as it is written. It is read again before it is answered. */
export function sealKeystore(entries: KeystoreEntries, password: string, random: Random): Buffer {
  const salt = random.bytes(SALT_BYTES);
  const iv = random.bytes(IV_BYTES);
  const cipher = createCipheriv(CIPHER, keyOf(password, salt), iv);
  cipher.setAAD(salt);
  const data = Buffer.concat([
    cipher.update(encodeEntries(entries)),
    cipher.final(),
    cipher.getAuthTag(),
  ]);
  const codec = Buffer.from(CODECS[0]!, "latin1");
  const body = Buffer.concat([salt, iv, data].flatMap((block) => [u32(block.length), block]));
  const file = Buffer.concat([
    u32(HEADER_MAGIC),
    Uint8Array.of(codec.length),
    codec,
    u32(KEYSTORE_VERSION),
    Uint8Array.of(password === "" ? 0 : 1),
    u32(body.length),
    body,
    u32(FOOTER_MAGIC),
    u32(0),
  ]);
  const sealed = Buffer.concat([file, u32(0), u32(crc32(file))]);
  const again = unsealKeystore(readSealedKeystore(sealed, "the keystore"), password, "");
  const isWhole =
    again.size === entries.size &&
    [...entries].every(([name, value]) => Buffer.compare(again.get(name) ?? EMPTY, value) === 0);
  if (isWhole) return sealed;
  throw new VarveError("internal", "A keystore does not hold what was put into it");
}

const EMPTY = new Uint8Array(0);

function encodeEntries(entries: KeystoreEntries): Buffer {
  const parts: Uint8Array[] = [u32(entries.size)];
  for (const [name, value] of entries) {
    const bytes = Buffer.from(name, "utf8");
    const length = Buffer.alloc(2);
    length.writeUInt16BE(bytes.length);
    parts.push(length, bytes, u32(value.length), value);
  }
  return Buffer.concat(parts);
}

function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}
