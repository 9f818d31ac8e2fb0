// Blocks of all 32 widths in both formats. The encoder here is plain; what it makes hashes to what
// Lucene's own encoders make (PackedInts.getEncoder of 7.7.3), so its bytes are Lucene's.

import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { corrupt } from "../../../src/base/index.ts";
import {
  decodePacked,
  type PackedFormats,
  readPackedFormats,
  skipPacked,
} from "../../../src/lucene/codecs/lucene50/postings/packed-block.ts";
import { IndexInput, memorySource } from "../../../src/lucene/store/index.ts";

// Per number of bits: bytes, and the first 5 bytes of the SHA-1 of the block.
const BIT_STRING = `16:292dae4087 32:464b72aaf8 48:114880557d 64:219eb0c3a9 80:2a8280a1e0
96:65600228f7 112:b26a588359 128:8cecf7c55a 144:741306c1af 160:0397e508ee 176:f97a10805e
192:9907a4a571 208:c796fcf87b 224:8e9b8e0f3f 240:a8ca7d2c85 256:d0494bf0cb 272:66a78549d6
288:86ef95b0e4 304:59a9eaba9f 320:6ab6032017 336:fbf533faa5 352:8f008c68e6 368:d809017617
384:d1f6b99b31 400:3726ba855b 416:d5443c59c1 432:5ca39f2deb 448:8aa46c1c62 464:82b230c12c
480:c72f7f36ba 496:9e2f442414 512:4ed7205d35`.split(/\s/);
const WHOLE_VALUES = `16:f5495757d6 32:174b96ca29 56:ac0a055eac 64:b62078c98b 88:2782991a7f
104:540a8afa9f 120:a446aa96cd 128:e18c494e65 152:57a66fc77e 176:a1169e0293 - 208:74796fc62f - - -
256:112115b2fe - - - - 344:8a09a7dd29 - - - - - - - - - - 512:9a01c5114c`.split(/\s/);

function valuesOf(bits: number): number[] {
  const mask = bits === 32 ? -1 : 2 ** bits - 1;
  return Array.from({ length: 128 }, (_, i) => (Math.imul(i, -1640531535) >>> 1) & mask);
}

function encodeBitString(values: readonly number[], bits: number): Uint8Array {
  const text = values.map((value) => (value >>> 0).toString(2).padStart(bits, "0")).join("");
  return Uint8Array.from({ length: bits * 16 }, (_, i) =>
    Number.parseInt(text.slice(i * 8, i * 8 + 8), 2),
  );
}

function encodeWholeValues(values: readonly number[], bits: number): Uint8Array {
  const perWord = Math.floor(64 / bits);
  const words = Math.ceil(128 / perWord);
  const bytes = Buffer.alloc(words * 8);
  for (let word = 0; word < words; word++) {
    let sum = 0n;
    for (let j = perWord - 1; j >= 0; j--) {
      sum = (sum << BigInt(bits)) | BigInt((values[word * perWord + j] ?? 0) >>> 0);
    }
    bytes.writeBigUInt64BE(sum, word * 8);
  }
  return bytes;
}

function formatsOf(format: number, bitsUsed: (bits: number) => number): PackedFormats {
  const table = [2];
  for (let bits = 1; bits <= 32; bits++) table.push((format << 5) | (bitsUsed(bits) - 1));
  return readPackedFormats(input(Uint8Array.from(table)));
}

function input(bytes: Uint8Array): IndexInput {
  return new IndexInput(memorySource("blocks", bytes));
}

const FORMATS = [
  { name: "bit strings", format: 0, hashes: BIT_STRING, encode: encodeBitString },
  { name: "whole values", format: 1, hashes: WHOLE_VALUES, encode: encodeWholeValues },
];

describe.each(FORMATS)("blocks of $name", ({ format, hashes, encode }) => {
  test("decodePacked answers what Lucene packed when a block has 1 to 32 bits", () => {
    const formats = formatsOf(format, (bits) => bits);
    for (let bits = 1; bits <= 32; bits++) {
      if (hashes[bits - 1] === "-") continue;
      const values = valuesOf(bits);
      const block = encode(values, bits);
      const hash = createHash("sha1").update(block).digest("hex").slice(0, 10);
      expect(`${block.length}:${hash}`).toBe(hashes[bits - 1]);
      const target = new Int32Array(129);
      const source = input(Uint8Array.of(bits, ...block, 99));
      decodePacked(formats, source, target);
      expect([...target.subarray(0, 128)]).toEqual(values);
      expect(source.readByte()).toBe(99);
      const skipped = input(Uint8Array.of(bits, ...block, 99));
      skipPacked(formats, skipped);
      expect(skipped.readByte()).toBe(99);
    }
  });

  test("decodePacked uses the wider blocks that .doc names", () => {
    const formats = formatsOf(format, (bits) => (bits <= 8 ? 8 : bits <= 16 ? 16 : 32));
    const target = new Int32Array(128);
    decodePacked(formats, input(Uint8Array.of(5, ...encode(valuesOf(5), 8))), target);
    expect([...target]).toEqual(valuesOf(5));
  });
});

test("decodePacked fills a block of equal values", () => {
  const target = new Int32Array(128);
  decodePacked(
    formatsOf(0, (bits) => bits),
    input(Uint8Array.of(0, 0x81, 0x02)),
    target,
  );
  expect(new Set(target)).toEqual(new Set([257]));
});

describe("rejects", () => {
  test("more than 32 bits", () => {
    const formats = formatsOf(0, (bits) => bits);
    const bytes = new Uint8Array(1024).fill(33);
    expect(() => decodePacked(formats, input(bytes), new Int32Array(128))).toThrow(
      corrupt("Bits per value are out of bounds", { file: "blocks", bits: 33 }).message,
    );
    expect(() => skipPacked(formats, input(bytes))).toThrow("out of bounds");
  });

  test.each([
    ["an unknown format", (table: number[]) => (table[3] = (2 << 5) | 2)],
    ["fewer bits than asked for", (table: number[]) => (table[9] = 1)],
    ["an unknown version", (table: number[]) => (table[0] = 3)],
  ])("%s in .doc", (_, damage) => {
    const table = [2, ...Array.from({ length: 32 }, (_, i) => i)];
    damage(table);
    expect(() => readPackedFormats(input(Uint8Array.from(table)))).toThrow("unknown");
  });
});
