import { expect, test } from "vitest";
import { murmur3Routing, murmur3x86 } from "../../src/base/index.ts";

// Values from OpenSearch's own Murmur3HashFunctionTests and from the reference implementation.
test("murmur3Routing equals OpenSearch's hash when given its known values", () => {
  const known: [string, number][] = [
    ["hell", 0x5a0cb7c3],
    ["hello", 0xd7c31989],
    ["hello w", 0x22ab2984],
    ["hello wo", 0xdf0ca123],
    ["hello wor", 0xe7744d61],
    ["The quick brown fox jumps over the lazy dog", 0xe07db09c],
    ["The quick brown fox jumps over the lazy cog", 0x4e63d2ad],
  ];
  for (const [text, hash] of known) expect(murmur3Routing(text) >>> 0, text).toBe(hash);
});

test("murmur3x86 equals the reference when given bytes of every tail length", () => {
  const bytes = new TextEncoder().encode("aaaa");
  expect(murmur3x86(bytes.subarray(0, 0), 1) >>> 0).toBe(0x514e28b7);
  expect(murmur3x86(bytes, 0x9747b28c) >>> 0).toBe(0x5a97808a);
  expect(murmur3x86(bytes.subarray(0, 3), 0x9747b28c) >>> 0).toBe(0x283e0130);
  expect(murmur3x86(bytes.subarray(0, 2), 0x9747b28c) >>> 0).toBe(0x5d211726);
  expect(murmur3x86(bytes.subarray(0, 1), 0x9747b28c) >>> 0).toBe(0x7fa09ea6);
});

test("murmur3Routing hashes UTF-16 code units when a text has surrogates", () => {
  const text = "Zürich 🏔 x";
  expect(murmur3Routing(text)).toBe(murmur3x86(Buffer.from(text, "utf16le")));
});
