import { readdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { describe, expect, test } from "vitest";
import { seededRandom, TemporaryFile } from "../../src/base/index.ts";

const folders = () => readdirSync(tmpdir()).filter((name) => name.startsWith("varve-"));

describe("TemporaryFile", () => {
  test("gives back every block, in any order", () => {
    const random = seededRandom(1);
    const file = new TemporaryFile();
    const blocks = Array.from({ length: 50 }, (_, at) => random.bytes(1 + ((at * 977) % 5000)));
    const places = blocks.map((bytes) => file.write(bytes));
    for (const at of [49, 0, 17, 3, 48]) {
      expect(Buffer.from(file.read(places[at]!)).equals(blocks[at]!)).toBe(true);
    }
    file.close();
  });

  test("leaves no name in the temporary folder while it is open, nor after", () => {
    const before = new Set(folders());
    const file = new TemporaryFile();
    file.write(new Uint8Array(10));
    // Other tests make folders of their own meanwhile; none of them holds this file's.
    const names = folders().filter((name) => !before.has(name));
    const holding = names.filter((name) => {
      try {
        return readdirSync(`${tmpdir()}/${name}`).includes("blocks");
      } catch {
        return false;
      }
    });
    expect(holding).toEqual([]);
    file.close();
    file.close();
  });
});
