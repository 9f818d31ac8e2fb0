// Stored fields that OpenSearch's plugin custom-codecs compressed with zstd, written by Lucene with
// the library that the plugin uses: every document must be what Lucene reads of its own codec.

import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { decompressZstdAfter, VarveError } from "../../../src/base/index.ts";
import { openDirectoryReader } from "../../../src/lucene/index/directory-reader.ts";
import { readLatestCommit } from "../../../src/lucene/index/segment-infos.ts";
import { seeded } from "../postings/random-fields.ts";
import { digestDocuments } from "./dump.ts";
import { unpackIndex } from "./old-indices.ts";

const DATA = join(import.meta.dirname, "written-with-zstd");
/** Of the same documents in codec Lucene912, read by Lucene 9.12.3. */
const DIGEST = "29ee9ea5505d75d4242c8408baa7ca1c4cfa840e";

const open = (name: string) => unpackIndex(join(DATA, `${name}.tar.gz`));

describe.each(["zstd", "zstd-level6", "zstd_no_dict"])("stored fields of %s", (name) => {
  it("are what Lucene reads of its own codec", () => {
    const directory = open(name);
    const reader = openDirectoryReader(directory);
    expect(reader.maxDoc).toBe(3000);
    expect(digestDocuments(reader)).toBe(DIGEST);
    const { codec } = readLatestCommit(directory).segments[0]!.info;
    expect(codec).toBe(name === "zstd_no_dict" ? "ZSTDNODICT912" : "ZSTD912");
    reader.close();
  });

  it("give documents in any order", () => {
    const random = seeded(5);
    const reader = openDirectoryReader(open(name));
    const ids = (doc: number) => {
      const found: unknown[] = [];
      const { reader: leaf, docBase } = reader.leaves.findLast((one) => one.docBase <= doc)!;
      leaf.storedFields().document(doc - docBase, {
        needsField: (field) => (field.name === "id" ? "yes" : "no"),
        field: (_field, value) => void found.push(value),
      });
      return found;
    };
    for (let i = 0; i < 200; i++) {
      const doc = Math.floor(random() * 3000);
      expect(ids(doc)).toEqual(doc % 17 === 0 ? [] : [`d${doc}`]);
    }
  });

  it("give documents or corrupt when a byte is damaged", () => {
    const random = seeded(6);
    for (let round = 0; round < 20; round++) {
      const directory = open(name);
      const bytes = directory.files.get("_0.fdt")!;
      bytes[60 + Math.floor(random() * (bytes.length - 80))]! ^= 1 << Math.floor(random() * 8);
      try {
        digestDocuments(openDirectoryReader(directory));
      } catch (error) {
        expect(error).toBeInstanceOf(VarveError);
      }
    }
  });
});

describe("decompressZstdAfter", () => {
  it("rejects a frame when it holds another number of bytes", () => {
    // A raw block of 3 bytes in a frame of a single segment.
    const frame = Uint8Array.from([0x28, 0xb5, 0x2f, 0xfd, 0x20, 3, 25, 0, 0, 1, 2, 3]);
    expect([...decompressZstdAfter(new Uint8Array(0), frame, 3)]).toEqual([1, 2, 3]);
    expect([...decompressZstdAfter(Uint8Array.from([9, 9]), frame, 3)]).toEqual([1, 2, 3]);
    expect(() => decompressZstdAfter(new Uint8Array(0), frame, 4)).toThrow(/another length/);
    expect(() => decompressZstdAfter(Uint8Array.from([9]), frame, 4)).toThrow(VarveError);
  });
});
