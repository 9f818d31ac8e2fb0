import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  Lz4HashTable,
  lz4BytesMax,
  lz4CompressWithDictionary,
  lz4Decompress,
  lz4DecompressBytes,
  VarveError,
} from "../../src/base/index.ts";

const table = new Lz4HashTable();

function compress(dictionary: Uint8Array, bytes: Uint8Array): Uint8Array {
  const joined = Buffer.concat([dictionary, bytes]);
  const out = new Uint8Array(lz4BytesMax(bytes.length));
  const end = lz4CompressWithDictionary(joined, 0, dictionary.length, bytes.length, out, 0, table);
  return out.slice(0, end);
}

function decompress(dictionary: Uint8Array, compressed: Uint8Array, length: number): Uint8Array {
  const target = new Uint8Array(dictionary.length + length);
  target.set(dictionary);
  const end = lz4DecompressBytes(
    compressed,
    0,
    compressed.length,
    target,
    dictionary.length,
    length,
  );
  expect(end).toBe(compressed.length);
  return target.slice(dictionary.length);
}

/** Repetitive and random runs of up to a few kilobytes. */
const data = fc
  .array(
    fc.tuple(fc.uint8Array({ minLength: 1, maxLength: 40 }), fc.integer({ min: 1, max: 30 })),
    {
      maxLength: 30,
    },
  )
  .map((runs) => Buffer.concat(runs.flatMap(([bytes, times]) => Array(times).fill(bytes))));

describe("lz4CompressWithDictionary", () => {
  it("gives what lz4DecompressBytes turns back when a dictionary precedes", () => {
    fc.assert(
      fc.property(data, data, (dictionary, bytes) => {
        const dict = dictionary.subarray(0, 65535);
        const compressed = compress(dict, bytes);
        expect(compressed.length).toBeLessThanOrEqual(lz4BytesMax(bytes.length));
        const target = decompress(dict, compressed, bytes.length);
        expect(Buffer.compare(target, bytes)).toBe(0);
      }),
    );
  });

  it("writes the bytes that the block format prescribes when a run repeats", () => {
    // 1 literal, then a match of 19 + 0 = 4 + 15 at distance 1, then the last five as literals.
    const compressed = compress(new Uint8Array(0), new Uint8Array(25).fill(7));
    expect([...compressed]).toEqual([0x1f, 7, 1, 0, 0, 0x50, 7, 7, 7, 7, 7]);
  });

  it("finds matches in the dictionary when the data repeats it", () => {
    const dictionary = Buffer.from(
      "the quick brown fox jumps over the lazy dog, twice and once more",
    );
    const compressed = compress(dictionary, dictionary);
    expect(compressed.length).toBeLessThan(15);
  });

  it("is right when matches lie beyond 64 KB", () => {
    const random = Buffer.from(Array.from({ length: 70_000 }, (_, i) => (i * i * 31 + i) >> 3));
    const bytes = Buffer.concat([random, random, Buffer.alloc(300_000, 1)]);
    const compressed = compress(new Uint8Array(0), bytes);
    const target = decompress(new Uint8Array(0), compressed, bytes.length);
    expect(Buffer.compare(target, bytes)).toBe(0);
  });
});

describe("lz4Decompress", () => {
  it("reads the same as lz4DecompressBytes when the input is a stream", () => {
    fc.assert(
      fc.property(data, (bytes) => {
        const compressed = compress(new Uint8Array(0), bytes);
        let position = 0;
        const target = new Uint8Array(bytes.length);
        const input = {
          readByte: () => compressed[position++]!,
          readBytes(into: Uint8Array, offset: number, length: number) {
            into.set(compressed.subarray(position, position + length), offset);
            position += length;
          },
        };
        lz4Decompress(input, target, 0, bytes.length);
        expect(Buffer.compare(target, bytes)).toBe(0);
        expect(position).toBe(compressed.length);
      }),
    );
  });
});

describe("lz4DecompressBytes", () => {
  const target = new Uint8Array(64);

  it.each([
    ["a match before the buffer", [0x10, 1, 2, 0]],
    ["a distance of 0", [0x10, 1, 0, 0]],
    ["a literal run past the end", [0xf0, 255, 255, 0]],
    ["a match past the end", [0x1f, 1, 1, 0, 255, 0]],
    ["nothing", []],
    ["an endless run", [0xff, 255, 255]],
  ])("rejects %s", (_, bytes) => {
    expect(() =>
      lz4DecompressBytes(Uint8Array.from(bytes), 0, bytes.length, target, 0, 64),
    ).toThrow(VarveError);
  });

  it("throws only VarveError when the input is random", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        try {
          lz4DecompressBytes(bytes, 0, bytes.length, target, 0, 64);
        } catch (error) {
          expect(error).toBeInstanceOf(VarveError);
        }
      }),
    );
  });
});
