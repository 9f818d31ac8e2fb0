import fc from "fast-check";
import { parse as parseSmile } from "smile-js";
import { describe, expect, test } from "vitest";
import { VarveError } from "../../src/base/index.ts";
import { decodeSmile, encodeSmile, type XContentObject } from "../../src/xcontent/index.ts";

const leaf = fc.oneof(
  fc.string({ unit: "grapheme", maxLength: 90 }),
  fc.integer(),
  fc.maxSafeInteger(),
  fc.bigInt({ min: -(2n ** 70n), max: 2n ** 70n }),
  fc.double({ noNaN: true }),
  fc.boolean(),
  fc.constant(null),
  fc.uint8Array({ maxLength: 40 }),
);
const name = fc.string({ unit: "grapheme", maxLength: 80 });
const tree = fc.object({ key: name, values: [leaf], maxDepth: 4 }) as fc.Arbitrary<XContentObject>;

/** Bigints that fit into a double come back as numbers. */
function narrow(value: unknown): unknown {
  if (typeof value === "bigint") {
    return value >= -(2n ** 53n) + 1n && value <= 2n ** 53n - 1n ? Number(value) : value;
  }
  if (Array.isArray(value)) return value.map(narrow);
  if (typeof value !== "object" || value === null || value instanceof Uint8Array) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, narrow(item)]));
}

describe("encodeSmile", () => {
  test("writes what decodeSmile reads", () => {
    fc.assert(
      fc.property(tree, (root) => {
        expect(decodeSmile(encodeSmile(root))).toEqual(narrow(root));
      }),
      { numRuns: 300 },
    );
  });

  test("is read by another implementation", () => {
    const root = {
      empty: "",
      short: "abc",
      text: "ü".repeat(20),
      long: "x".repeat(100),
      deep: [{ a: 1, b: -17 }],
      again: { a: 2147483647, b: -2147483648 },
      time: 1755072022670,
      half: 1.5,
      yes: true,
      no: null,
    };
    const names = Object.fromEntries(Array.from({ length: 900 }, (_, i) => [`name-${i}`, i]));
    const bytes = encodeSmile({ ...root, names, twice: names });
    expect(parseSmile(bytes)).toEqual({ ...root, names, twice: names });
  });

  test("starts the table of names again at 1024", () => {
    const many = Object.fromEntries(Array.from({ length: 3000 }, (_, i) => [`n${i}`, { a: i }]));
    expect(decodeSmile(encodeSmile({ many, again: many }))).toEqual({ many, again: many });
  });
});

describe("decodeSmile", () => {
  test("reads shared strings, 7-bit binary and 32-bit floats", () => {
    const bytes = [0x3a, 0x29, 0x0a, 0x03, 0xfa];
    bytes.push(0x80, 0x61, 0xf8, 0x42, 0x78, 0x79, 0x7a, 0x01, 0xf9); // a: ["xyz", reference 0]
    bytes.push(0x80, 0x62, 0xe8, 0x82, 0x00, 0x40, 0x02); // b: 2 bytes 01 02
    bytes.push(0x80, 0x63, 0x28, 0x03, 0x7c, 0x00, 0x00, 0x00, 0xfb); // c: 1.0
    expect(decodeSmile(Uint8Array.from(bytes))).toEqual({
      a: ["xyz", "xyz"],
      b: new Uint8Array([1, 2]),
      c: 1,
    });
  });

  test("rejects damaged bytes with corrupt only", () => {
    fc.assert(
      fc.property(tree, fc.nat(), fc.nat(255), fc.boolean(), (root, at, byte, cut) => {
        let bytes = Uint8Array.from(encodeSmile(root));
        const position = at % bytes.length;
        if (cut) bytes = bytes.subarray(0, position);
        else bytes[position] = byte;
        try {
          decodeSmile(bytes);
        } catch (error) {
          expect(error).toBeInstanceOf(VarveError);
          expect((error as VarveError).kind).toBe("corrupt");
        }
      }),
      { numRuns: 1000 },
    );
  });

  test("rejects a binary whose length is beyond the content, without taking the memory", () => {
    const bytes = [0x3a, 0x29, 0x0a, 0x05, 0xfa, 0x80, 0x61, 0xfd, 0x07, 0x7f, 0x7f, 0x7f, 0xbf];
    expect(() => decodeSmile(Uint8Array.from(bytes))).toThrow("SMILE content ends early");
  });
});
