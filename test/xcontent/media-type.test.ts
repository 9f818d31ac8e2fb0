import { describe, expect, test } from "vitest";
import {
  decodeXContent,
  detectXContentType,
  encodeXContent,
  type XContentType,
  xContentTypeOf,
} from "../../src/xcontent/index.ts";

describe("encodeXContent", () => {
  const tree = { a: 1, big: 9223372036854775807n, b: [true, null, 1.5], c: { d: "ü: yes" } };
  const types: XContentType[] = ["json", "smile", "cbor", "yaml"];

  test.each(types)("round-trips %s and is detected", (type) => {
    const bytes = encodeXContent(tree, type);
    expect(detectXContentType(bytes)).toBe(type);
    expect(decodeXContent(bytes)).toEqual(tree);
    expect(decodeXContent(bytes, type)).toEqual(tree);
  });
});

describe("xContentTypeOf", () => {
  test("reads media types with parameters, and format names", () => {
    expect(xContentTypeOf("application/json; charset=UTF-8")).toBe("json");
    expect(xContentTypeOf("cbor")).toBe("cbor");
    expect(xContentTypeOf("text/plain")).toBeUndefined();
  });
});

describe("decodeXContent", () => {
  test("rejects a body that shows no content type", () => {
    expect(() => decodeXContent(Buffer.from("hello"))).toThrow("Compressor detection can only");
  });

  test.each(["cbor", "yaml"] as const)("rejects broken %s as invalid", (type) => {
    const broken = type === "cbor" ? new Uint8Array([0xbf, 0x61]) : Buffer.from("---\n[a");
    expect(() => decodeXContent(broken, type)).toThrow();
  });
});
