// JSON's bytes as text. A decoder of UTF-8 puts U+FFFD in the place of what it cannot read; a
// document would then hold bytes that nobody sent, so they are refused as Jackson refuses them.
// Upstream: com.fasterxml.jackson.core.json.UTF8StreamJsonParser.

import { isUtf8 } from "node:buffer";
import { VarveError } from "../base/index.ts";

/** The text without a leading byte order mark. Errors: `invalid`, json_parse_exception. */
export function decodeUtf8(bytes: Uint8Array): string {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("utf8");
  if (text.includes("\ufffd") && !isUtf8(bytes)) {
    throw new VarveError("invalid", invalidUtf8(bytes), { type: "json_parse_exception" });
  }
  return text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
}

function invalidUtf8(bytes: Uint8Array): string {
  for (let i = 0; i < bytes.length; ) {
    const first = bytes[i]!;
    const size = sequenceSize(first);
    if (size === 0) return `Invalid UTF-8 start byte 0x${first.toString(16)}`;
    for (let k = 1; k < size; k++) {
      const byte = bytes[i + k] ?? 0;
      if ((byte & 0xc0) !== 0x80) return `Invalid UTF-8 middle byte 0x${byte.toString(16)}`;
    }
    i += size;
  }
  return "Invalid UTF-8: illegal surrogate character or overlong sequence";
}

/** Bytes of the sequence that starts so; 0 if none does. */
function sequenceSize(first: number): number {
  if (first < 0x80) return 1;
  if (first >= 0xc0 && first < 0xe0) return 2;
  if (first >= 0xe0 && first < 0xf0) return 3;
  return first >= 0xf0 && first < 0xf8 ? 4 : 0;
}
