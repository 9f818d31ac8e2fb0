// MapperService indexes each field exactly as OpenSearch 2.19.6 does. Goal: a segment of ours could be one
// of theirs. Method: the documents of segment-cases.ts, parsed and written by us, give the same dump
// (field infos, terms, doc values, points, stored fields) as the server's segment in data/segment.json.

import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { seededRandom, systemClock } from "../../../src/base/index.ts";
import { buildIndexAnalyzers } from "../../../src/engine/analysis/index.ts";
import type { JsonObject } from "../../../src/engine/mapping/index.ts";
import { MapperService } from "../../../src/engine/mapping/index.ts";
import { Settings } from "../../../src/engine/settings.ts";
import { openDirectoryReader } from "../../../src/lucene/index/directory-reader.ts";
import { IndexWriter } from "../../../src/lucene/index/index-writer.ts";
import { MemoryDirectory } from "../../../src/lucene/store/index.ts";
import { dumpReader } from "./dump-segment.ts";
import { SEGMENT_DOCUMENTS, SEGMENT_MAPPING } from "./segment-cases.ts";

type Dump = { maxDoc: number; fields: Record<string, unknown>; stored: unknown[] };

function ownDump(): Dump {
  const service = new MapperService({
    indexName: "a",
    settings: Settings.EMPTY,
    clock: systemClock,
    analyzers: buildIndexAnalyzers(Settings.EMPTY),
  });
  service.merge(SEGMENT_MAPPING as unknown as JsonObject);
  const directory = new MemoryDirectory();
  const writer = new IndexWriter(directory, { clock: systemClock, random: seededRandom(1) });
  SEGMENT_DOCUMENTS.forEach(({ id, routing, source }, i) => {
    const parse = () =>
      service.parse({
        id,
        source: Buffer.from(JSON.stringify(source)),
        ...(routing === undefined ? {} : { routing }),
      });
    let parsed = parse();
    if (parsed.dynamicUpdate !== undefined) {
      service.merge(parsed.dynamicUpdate, { dynamic: true });
      parsed = parse();
    }
    parsed.updateSeqID(i, 1);
    parsed.version(1);
    writer.addDocuments(parsed.documents);
  });
  writer.commit();
  return JSON.parse(JSON.stringify(dumpReader(openDirectoryReader(directory))[0])) as Dump;
}

const [theirs] = JSON.parse(
  readFileSync(new URL("./data/segment.json", import.meta.url), "utf8"),
) as [Dump];

test("MapperService indexes every field as the server does when given all variants", () => {
  const ours = ownDump();
  expect(ours.maxDoc).toBe(theirs.maxDoc);
  expect(Object.keys(ours.fields)).toEqual(Object.keys(theirs.fields));
  for (const name of Object.keys(theirs.fields)) {
    expect({ [name]: ours.fields[name] }).toEqual({ [name]: theirs.fields[name] });
  }
  expect(ours.stored).toEqual(theirs.stored);
});
