// Segments that real servers wrote, against their golden answers: every live document's stored _id,
// _routing and _source. `documents_sha256` covers all documents of an index, sorted by id.
// The postings of the older lines are another matter; nothing here asks for terms.

import { createHash } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openDirectoryReader } from "../../../src/lucene/index/directory-reader.ts";
import type { LeafReader } from "../../../src/lucene/index/leaf-reader.ts";
import { fixtureExpected, type UnpackedFixture, unpackFixture } from "../../support/fixtures.ts";
import { fixtureIndices, fixtureShards } from "./fixture-shards.ts";

interface Row {
  readonly id: Buffer;
  readonly routing: string;
  readonly source: string;
}

const ID_BYTES_NUMERIC = 0xfe;
const ID_BYTES_UTF8 = 0xff;

/** The text of a stored _id (OpenSearch's Uid): UTF-8, digits as nibbles, or base64. */
function idText(bytes: Uint8Array): string {
  if (bytes[0] === ID_BYTES_UTF8) return Buffer.from(bytes.subarray(1)).toString("utf8");
  if (bytes[0] === ID_BYTES_NUMERIC) {
    const digits = [...bytes.subarray(1)].flatMap((byte) => [byte >> 4, byte & 15]);
    return digits.filter((digit) => digit !== 15).join("");
  }
  const encoded = bytes[0] === 0xfd ? bytes.subarray(1) : bytes;
  return Buffer.from(encoded).toString("base64url");
}

function rowsOf(leaf: LeafReader): Row[] {
  const rows: Row[] = [];
  const stored = leaf.storedFields();
  for (let doc = 0; doc < leaf.maxDoc; doc++) {
    if (leaf.liveDocs?.get(doc) === false) continue;
    let id = "";
    let routing = "";
    let source = "";
    stored.document(doc, {
      needsField: ({ name }) => (["_id", "_routing", "_source"].includes(name) ? "yes" : "no"),
      field: ({ name }, value) => {
        if (name === "_id") id = idText(value as Uint8Array);
        else if (name === "_routing") routing = value as string;
        else source = Buffer.from(value as Uint8Array).toString("utf8");
      },
    });
    // Nested documents come before their root and store no source; an index may keep none at all.
    rows.push({ id: Buffer.from(id), routing, source });
  }
  return rows;
}

const ARCHIVES = [
  "es6.8.23-types",
  "os1.3.0-types",
  "os2.11.0-segments",
  "os2.19.6-segments",
  "os2.19.6-types",
  "os3.1.0-types",
  "os3.6.0-types",
  "os3.8.0-segments",
  "os3.8.0-types",
];

describe.each(ARCHIVES)("openDirectoryReader over %s", (archive) => {
  let fixture: UnpackedFixture;
  beforeAll(() => {
    fixture = unpackFixture(archive);
  });
  afterAll(() => fixture.remove());

  it("reads every live document when deletes are hard or soft", () => {
    const expected = Object.values<any>(fixtureExpected(archive).snapshots)[0].indices;
    let compared = 0;
    for (const { name, id } of fixtureIndices(fixture.repository)) {
      if (expected[name]?.documents_sha256 === undefined) continue;
      const rows: Row[] = [];
      for (const directory of fixtureShards(fixture.repository, id)) {
        const reader = openDirectoryReader(directory, { softDeletesField: "__soft_deletes" });
        for (const { reader: leaf } of reader.leaves) {
          leaf.checkIntegrity();
          rows.push(...rowsOf(leaf));
        }
        reader.close();
      }
      const roots = rows.filter((row) => row.source !== "" || name.endsWith("-nosource"));
      roots.sort((a, b) => Buffer.compare(a.id, b.id));
      const hash = createHash("sha256");
      for (const row of roots) hash.update(row.id).update(`\t${row.routing}\t${row.source}\n`);
      expect.soft([name, roots.length]).toEqual([name, expected[name].docs_count]);
      expect.soft([name, hash.digest("hex")]).toEqual([name, expected[name].documents_sha256]);
      compared++;
    }
    expect(compared).toBeGreaterThan(8);
  });
});
