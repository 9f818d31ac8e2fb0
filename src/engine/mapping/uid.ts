// The term of a document's `_id`, or before Elasticsearch 6 of its `_uid`: `type#id`.
//   first byte   meaning
//   0xfe         decimal digits, two per byte; a low nibble of 0xf in the last byte ends an odd
//                   count
//   0xff         UTF-8
//   0xfd         URL-safe base64 whose first byte would be 0xfd or more
//   other        URL-safe base64 without padding, decoded
// Upstream: org.opensearch.index.mapper.Uid.

import { corrupt, illegalArgument } from "../../base/index.ts";

const LAST_OF_TWO = /[AQgw]$/;
const LAST_OF_THREE = /[AEIMQUYcgkosw048]$/;

/** The bytes of an id. */
export function encodeUid(id: string): Uint8Array {
  if (id === "") throw illegalArgument("Ids can't be empty");
  if (isNumeric(id)) return encodeNumeric(id);
  if (isBase64(id)) return encodeBase64(id);
  const utf8 = Buffer.from(id, "utf8");
  const out = new Uint8Array(utf8.length + 1);
  out[0] = 0xff;
  out.set(utf8, 1);
  return out;
}

/** The id of its bytes. */
export function decodeUid(bytes: Uint8Array): string {
  if (bytes.length === 0) throw corrupt("An _id term is empty");
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  if (bytes[0] === 0xff) return buffer.toString("utf8", 1);
  if (bytes[0] === 0xfe) return decodeNumeric(bytes);
  return buffer.toString("base64url", bytes[0] === 0xfd ? 1 : 0);
}

/** The terms of ids in an index made before Elasticsearch 6, where every type has its own. */
export function legacyUids(types: readonly string[], ids: readonly unknown[]): Uint8Array[] {
  return ids.flatMap((id) => types.map((type) => Buffer.from(`${type}#${String(id)}`)));
}

/** The id of a stored `_uid`: types have no `#`. */
export function legacyUidToId(uid: string): string {
  return uid.slice(uid.indexOf("#") + 1);
}

function isNumeric(id: string): boolean {
  for (let i = 0; i < id.length; i++) {
    const code = id.charCodeAt(i);
    if (code < 0x30 || code > 0x39) return false;
  }
  return true;
}

function isBase64(id: string): boolean {
  const rest = id.length & 3;
  if (rest === 1) return false;
  if (rest === 2 && !LAST_OF_TWO.test(id)) return false;
  if (rest === 3 && !LAST_OF_THREE.test(id)) return false;
  for (let i = 0; i < id.length; i++) {
    const c = id.charCodeAt(i);
    const allowed =
      (c >= 0x30 && c <= 0x39) ||
      (c >= 0x41 && c <= 0x5a) ||
      (c >= 0x61 && c <= 0x7a) ||
      c === 0x2d ||
      c === 0x5f;
    if (!allowed) return false;
  }
  return true;
}

function encodeNumeric(id: string): Uint8Array {
  const out = new Uint8Array(1 + ((id.length + 1) >> 1));
  out[0] = 0xfe;
  for (let i = 0; i < id.length; i += 2) {
    const high = id.charCodeAt(i) - 0x30;
    const low = i + 1 === id.length ? 0x0f : id.charCodeAt(i + 1) - 0x30;
    out[1 + (i >> 1)] = (high << 4) | low;
  }
  return out;
}

function decodeNumeric(bytes: Uint8Array): string {
  let out = "";
  for (let i = 1; i < bytes.length; i++) {
    out += String.fromCharCode(0x30 + (bytes[i]! >>> 4));
    const low = bytes[i]! & 0x0f;
    if (low !== 0x0f) out += String.fromCharCode(0x30 + low);
  }
  return out;
}

function encodeBase64(id: string): Uint8Array {
  const bytes = Buffer.from(id, "base64url");
  if (bytes[0]! < 0xfd) return new Uint8Array(bytes);
  const out = new Uint8Array(bytes.length + 1);
  out[0] = 0xfd;
  out.set(bytes, 1);
  return out;
}
