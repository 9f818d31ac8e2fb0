// Damaged files of Lucene 6 to 8, with checksums that hold or do not: what comes of them is the
// right values or `corrupt`, never another error.

import { describe, expect, it } from "vitest";
import { crc32, VarveError } from "../../../src/base/index.ts";
import { openDirectoryReader } from "../../../src/lucene/index/directory-reader.ts";
import { seeded } from "../postings/random-fields.ts";
import { dumpIndex } from "./dump.ts";
import { indicesOf, oldIndex, VERSIONS } from "./old-indices.ts";

const FOOTER_BYTES = 16;

/** Flips a bit of a file, and makes its checksum hold again where `sealed`. */
function damage(
  version: string,
  index: string,
  name: string,
  random: () => number,
  sealed: boolean,
): ReturnType<typeof oldIndex> {
  const directory = oldIndex(version, index);
  const bytes = directory.files.get(name)!;
  bytes[Math.floor(random() * (bytes.length - FOOTER_BYTES))]! ^= 1 << Math.floor(random() * 8);
  if (sealed) {
    const sum = crc32(bytes.subarray(0, bytes.length - 8), 0);
    new DataView(bytes.buffer, bytes.byteOffset).setUint32(bytes.length - 4, sum);
  }
  return directory;
}

describe.each(VERSIONS.filter((version) => indicesOf(version).includes("sorted")))(
  "a damaged index of %s",
  (version) => {
    const random = seeded(17);
    const files = [...oldIndex(version, "sorted").files.keys()].filter(
      // Field infos that name another type make a sound index of other fields.
      (name) => !/\.(tim|tip|tmd|doc|pos|pay|fnm)$/.test(name),
    );

    it.each(files)("gives values or corrupt when %s is damaged", (name) => {
      for (let round = 0; round < 6; round++) {
        const directory = damage(version, "sorted", name, random, round % 2 === 0);
        try {
          dumpIndex("sorted", openDirectoryReader(directory));
        } catch (error) {
          expect(error).toBeInstanceOf(VarveError);
          expect((error as VarveError).type).not.toBe("illegal_state_exception");
        }
      }
    });

    it("rejects a small file when its checksum does not hold", () => {
      const name = files.find((file) => file.endsWith(".si"))!;
      const directory = damage(version, "sorted", name, random, false);
      expect(() => openDirectoryReader(directory)).toThrow(/Checksum failed/);
    });
  },
);
