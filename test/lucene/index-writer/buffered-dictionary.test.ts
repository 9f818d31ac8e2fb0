// The dictionary of buffered terms: ids, UTF-8 order, damaged text.

import fc from "fast-check";
import { expect, test } from "vitest";
import { BufferedDictionary } from "../../../src/lucene/index/buffered-dictionary.ts";
import { fieldLengthNorm } from "../../../src/lucene/index/field-norm.ts";

const textDictionary = () => new BufferedDictionary("f", "text", { bytes: 0 });
const sortedTerms = (dictionary: BufferedDictionary) =>
  [...dictionary.sortedIds(() => true)].map((id) => Buffer.from(dictionary.bytesOf(id)).toString());

test("BufferedDictionary sorts by code points, not by UTF-16 units", () => {
  const dictionary = textDictionary();
  // U+FF5E is a greater UTF-16 unit than a surrogate and a smaller code point than U+1F600.
  for (const term of ["😀", "～", "z", "", "ab", "a", "é"]) dictionary.add(term);
  expect(sortedTerms(dictionary)).toEqual(["", "a", "ab", "z", "é", "～", "😀"]);
});

test("BufferedDictionary sorts and finds any set of strings", () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: "binary", maxLength: 20 })), (terms) => {
      const dictionary = textDictionary();
      const ids = terms.map((term) => dictionary.add(term));
      terms.forEach((term, i) => {
        expect(dictionary.add(term)).toBe(ids[i]);
      });
      const expected = [...new Set(terms)].map((term) => Buffer.from(term)).sort(Buffer.compare);
      expect(sortedTerms(dictionary)).toEqual(expected.map(String));
    }),
  );
});

test("BufferedDictionary sorts terms that share thousands of bytes without a deep stack", () => {
  const dictionary = textDictionary();
  const prefix = "x".repeat(30_000);
  const terms = Array.from({ length: 200 }, (_value, i) => prefix + ((i * 7) % 200));
  for (const term of terms) dictionary.add(term);
  expect(sortedTerms(dictionary)).toEqual([...terms].sort());
});

test("BufferedDictionary makes lone surrogates one replacement character, as Lucene does", () => {
  const dictionary = textDictionary();
  const first = dictionary.add("a\ud800");
  expect(dictionary.add("a\udc00")).toBe(first);
  expect(dictionary.add("a\ufffd")).toBe(first);
  expect(dictionary.size).toBe(1);
});

test("BufferedDictionary keeps binary terms byte for byte", () => {
  const dictionary = new BufferedDictionary("f", "binary", { bytes: 0 });
  const terms = [Uint8Array.of(0xff, 0, 0x80), Uint8Array.of(), Uint8Array.of(0xfe)];
  const ids = terms.map((term) => dictionary.addBytes(term));
  ids.forEach((id, i) => {
    expect([...dictionary.bytesOf(id)]).toEqual([...terms[i]!]);
  });
  expect([...dictionary.sortedIds(() => true)]).toEqual([ids[1], ids[2], ids[0]]);
});

test("BufferedDictionary rejects a term over 32766 bytes and stays usable", () => {
  const dictionary = textDictionary();
  expect(() => dictionary.add("é".repeat(16384))).toThrow(/immense term.*got 32768/s);
  expect(dictionary.add("é".repeat(16383))).toBe(0);
});

test("fieldLengthNorm follows SmallFloat.intToByte4", () => {
  // As Lucene 9.12.3 answers: exact up to 40, then four significant bits; a signed byte.
  const cases: [number, number][] = [
    [0, 0],
    [1, 1],
    [39, 39],
    [40, 40],
    [41, 40],
    [42, 41],
    [100, 57],
    [1000, 87],
    [123456, -113],
    [2147483647, -1],
  ];
  for (const [length, norm] of cases) expect(fieldLengthNorm(length)).toBe(norm);
});
