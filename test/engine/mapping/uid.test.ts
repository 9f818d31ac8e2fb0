// Ids as terms.

import fc from "fast-check";
import { expect, test } from "vitest";
import { decodeUid, encodeUid } from "../../../src/engine/mapping/index.ts";

const hex = (id: string) => Buffer.from(encodeUid(id)).toString("hex");

test("encodeUid chooses digits, base64 or UTF-8 as upstream's Uid does", () => {
  expect(hex("1")).toBe("fe1f");
  expect(hex("12")).toBe("fe12");
  expect(hex("123")).toBe("fe123f");
  expect(hex("Zm9v")).toBe("666f6f");
  expect(hex("-_-_")).toBe("fbffbf");
  expect(hex("_f-_")).toBe("fdfdffbf");
  expect(hex("a")).toBe("ff61");
  expect(hex("ab")).toBe("ff6162");
  expect(hex("aQ")).toBe("69");
  expect(hex("é")).toBe("ffc3a9");
});

test("decodeUid gives back any id that encodeUid took", () => {
  const id = fc.oneof(
    fc.string({ minLength: 1, unit: "binary" }),
    fc.string({ minLength: 1, unit: fc.constantFrom(..."0123456789") }),
    fc.base64String({ minLength: 4 }).map((text) => text.replace(/[+/=]/g, "_")),
  );
  fc.assert(
    fc.property(id, (text) => {
      expect(decodeUid(encodeUid(text))).toBe(text);
    }),
  );
});

test("encodeUid rejects an empty id", () => {
  expect(() => encodeUid("")).toThrow("Ids can't be empty");
});
