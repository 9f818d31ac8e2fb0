// Segments that Lucene 6 to 8 wrote, read by us: every document, doc value, norm and point must hash
// to what Lucene itself answered.

import { describe, expect, it } from "vitest";
import { openDirectoryReader } from "../../../src/lucene/index/directory-reader.ts";
import { dumpIndex } from "./dump.ts";
import { expectedOf, indicesOf, oldIndex, VERSIONS } from "./old-indices.ts";

describe.each(VERSIONS)("an index of %s", (version) => {
  const expected = expectedOf(version);

  it.each(indicesOf(version))("is what Lucene reads when it is that of %s", (index) => {
    const reader = openDirectoryReader(oldIndex(version, index));
    const actual = dumpIndex(index, reader);
    const wanted = Object.fromEntries(
      Object.entries(expected).filter(([key]) => key.startsWith(`${index}/`)),
    );
    expect(actual).toEqual(wanted);
    reader.close();
  });

  it.runIf(indicesOf(version).includes("sorted"))("tells its sort when it is sorted", () => {
    const reader = openDirectoryReader(oldIndex(version, "sorted"));
    for (const { reader: leaf } of reader.leaves) {
      expect(leaf.segmentInfo.indexSort).toEqual([
        { field: "n", type: "long", reverse: true },
        {
          field: "sn",
          type: "long",
          reverse: false,
          selector: "max",
          missing: 9223372036854775807n,
        },
        { field: "s", type: "string", reverse: false, missing: "last" },
      ]);
    }
    reader.close();
  });

  it("hides soft-deleted documents when their field is named", () => {
    const options = { softDeletesField: "__soft_deletes" };
    const plain = openDirectoryReader(oldIndex(version, "documents"));
    const soft = openDirectoryReader(oldIndex(version, "documents"), options);
    const counted = soft.segmentInfos.segments.reduce(
      (sum, { softDelCount }) => sum + softDelCount,
      0,
    );
    expect(plain.numDocs - soft.numDocs).toBe(counted);
    if (!version.startsWith("lucene-6")) expect(counted).toBeGreaterThan(5);
    plain.close();
    soft.close();
  });
});
