import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { formatPage, PAGES } from "../../tools/format-docs.ts";

describe("docs/format", () => {
  for (const name of Object.keys(PAGES)) {
    it(`${name}.md is what the codecs' headers say`, () => {
      expect(readFileSync(`docs/format/${name}.md`, "utf8")).toBe(formatPage(name));
    });
  }
});
