// Addresses as sixteen bytes: IPv6, and IPv4 mapped into it (::ffff:a.b.c.d).
// Upstream: org.opensearch.common.network.InetAddresses,
// org.apache.lucene.document.InetAddressPoint.

import { illegalArgument } from "../../base/index.ts";

/** Sixteen bytes of an address literal. */
export function parseAddress(text: string): Uint8Array {
  const bytes = addressOf(text);
  if (bytes === undefined) throw illegalArgument(`'${text}' is not an IP string literal.`);
  return bytes;
}

function addressOf(text: string): Uint8Array | undefined {
  if (!text.includes(":")) {
    const four = ipv4(text);
    return four === undefined ? undefined : mapped(four);
  }
  return ipv6(text);
}

function mapped(four: Uint8Array): Uint8Array {
  const out = new Uint8Array(16);
  out[10] = 0xff;
  out[11] = 0xff;
  out.set(four, 12);
  return out;
}

function ipv4(text: string): Uint8Array | undefined {
  const parts = text.split(".");
  if (parts.length !== 4) return undefined;
  const out = new Uint8Array(4);
  for (let i = 0; i < 4; i++) {
    const part = parts[i]!;
    if (!/^\d{1,3}$/.test(part) || Number(part) > 255) return undefined;
    if (part.length > 1 && part.startsWith("0")) return undefined;
    out[i] = Number(part);
  }
  return out;
}

function ipv6(input: string): Uint8Array | undefined {
  let text = input;
  const dot = text.lastIndexOf(":");
  if (text.includes(".")) {
    const four = ipv4(text.slice(dot + 1));
    if (four === undefined) return undefined;
    const pair = (at: number) => ((four[at]! << 8) | four[at + 1]!).toString(16);
    text = `${text.slice(0, dot + 1)}${pair(0)}:${pair(2)}`;
  }
  const halves = text.split("::");
  if (halves.length > 2) return undefined;
  const head = halves[0] === "" ? [] : halves[0]!.split(":");
  const tail = halves.length === 1 || halves[1] === "" ? [] : halves[1]!.split(":");
  const missing = 8 - head.length - tail.length;
  if (halves.length === 1 ? missing !== 0 : missing < 1) return undefined;
  const groups = [
    ...head,
    ...new Array<string>(halves.length === 1 ? 0 : missing).fill("0"),
    ...tail,
  ];
  const out = new Uint8Array(16);
  for (let i = 0; i < 8; i++) {
    if (!/^[0-9a-fA-F]{1,4}$/.test(groups[i]!)) return undefined;
    const value = Number.parseInt(groups[i]!, 16);
    out[2 * i] = value >>> 8;
    out[2 * i + 1] = value & 0xff;
  }
  return out;
}

/** The literal of an address: IPv4 in dots, IPv6 compressed as RFC 5952 says. */
export function formatAddress(bytes: Uint8Array): string {
  const isMapped =
    bytes.length === 16 &&
    bytes[10] === 0xff &&
    bytes[11] === 0xff &&
    bytes.subarray(0, 10).every((byte) => byte === 0);
  if (isMapped || bytes.length === 4) return Array.from(bytes.subarray(-4)).join(".");
  const groups = Array.from({ length: 8 }, (_, i) => (bytes[2 * i]! << 8) | bytes[2 * i + 1]!);
  let best = -1;
  let bestLength = 1;
  for (let i = 0; i < 8; i++) {
    let length = 0;
    while (i + length < 8 && groups[i + length] === 0) length++;
    if (length > bestLength) {
      best = i;
      bestLength = length;
    }
  }
  const hex = (list: readonly number[]) => list.map((group) => group.toString(16)).join(":");
  if (best < 0) return hex(groups);
  return `${hex(groups.slice(0, best))}::${hex(groups.slice(best + bestLength))}`;
}

/** The first and last address of `address/length`. Both 16 bytes. */
export function parseCidr(text: string): { from: Uint8Array; to: Uint8Array } {
  const slash = text.indexOf("/");
  const fields = text.split("/");
  if (fields.length !== 2) {
    throw illegalArgument(`Expected [ip/prefix] but was [${text}]`);
  }
  const address = parseAddress(text.slice(0, slash));
  const prefixText = fields[1]!;
  const isV4 = !fields[0]!.includes(":");
  const width = isV4 ? 32 : 128;
  if (!/^-?\d+$/.test(prefixText)) throw illegalArgument(`For input string: "${prefixText}"`);
  const prefix = Number(prefixText);
  if (prefix < 0 || prefix > width) {
    throw illegalArgument(
      `Illegal prefix length [${prefix}] in [${text}]. Must be 0-32 for IPv4 ` +
        "ranges, 0-128 for IPv6 ranges",
    );
  }
  const from = address.slice();
  const to = address.slice();
  const start = isV4 ? 96 + prefix : prefix;
  for (let bit = start; bit < 128; bit++) {
    const mask = 0x80 >>> (bit & 7);
    from[bit >> 3]! &= ~mask;
    to[bit >> 3]! |= mask;
  }
  return { from, to };
}

/** The next address, or undefined after the last. */
export function nextAddress(bytes: Uint8Array): Uint8Array | undefined {
  const out = bytes.slice();
  for (let i = out.length - 1; i >= 0; i--) {
    out[i] = (out[i]! + 1) & 0xff;
    if (out[i] !== 0) return out;
  }
  return undefined;
}

/** The previous address, or undefined before the first. */
export function previousAddress(bytes: Uint8Array): Uint8Array | undefined {
  const out = bytes.slice();
  for (let i = out.length - 1; i >= 0; i--) {
    if (out[i] !== 0) {
      out[i] = out[i]! - 1;
      return out;
    }
    out[i] = 0xff;
  }
  return undefined;
}
