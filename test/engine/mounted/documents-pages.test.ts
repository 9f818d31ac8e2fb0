// Documents of a shard whose pages come in rounds: a step that misses a page moves nothing, and is
// made again once the page is there. Goal: the same documents as from local reads, in any generation.

import { describe, expect, it } from "vitest";
import { seededRandom, systemClock } from "../../../src/base/index.ts";
import { FsBlobStore } from "../../../src/blobstore/index.ts";
import { openSnapshotIndices } from "../../../src/engine/mounted/open-snapshot-index.ts";
import {
  type RootDocument,
  RootDocumentCursor,
  rootDocuments,
} from "../../../src/engine/mounted/shard-documents.ts";
import { withPages } from "../../../src/lucene/store/index.ts";
import { openRepository } from "../../../src/repository/index.ts";
import { unpackFixture } from "../../support/fixtures.ts";

const CASES = [
  ["es5.6.16-types", "vo-routed"],
  ["es6.8.23-types", "vm-types"],
  ["os1.3.0-types", "vb-types"],
  ["os2.19.6-segments", "vs-deleted"],
] as const;

/** A document whose source is its own: others are borrowed until the next. */
function told({ source, ...rest }: RootDocument): object {
  return { ...rest, source: source === undefined ? null : Buffer.from(source).toString("utf8") };
}

async function mount(repositoryFolder: string, index: string, localReads: boolean) {
  const options = { name: "fixture", clock: systemClock, random: seededRandom(1) };
  const repository = openRepository(new FsBlobStore(repositoryFolder), options);
  const [snapshot] = (await repository.getRepositoryData()).snapshots.values();
  const pages = localReads ? {} : { localReads: false, pageBytes: 512, gapBytesMax: 0 };
  return openSnapshotIndices(repository, snapshot!.name, [index], {
    clock: systemClock,
    random: seededRandom(1),
    pages,
  });
}

describe.each(CASES)("RootDocumentCursor over %s", (name, index) => {
  it("gives the same documents when pages come in rounds", async () => {
    const fixture = unpackFixture(name);
    const local = await mount(fixture.repository, index, true);
    const far = await mount(fixture.repository, index, false);
    try {
      let compared = 0;
      for (const [at, shard] of local.indices[0]!.shards.entries()) {
        const wanted = Array.from(rootDocuments(shard!.reader, { withVersions: true }), told);
        const { reader } = far.indices[0]!.shards[at]!;
        const cursor = new RootDocumentCursor(reader, { withVersions: true });
        const found: object[] = [];
        for (;;) {
          const document = await withPages(() => {
            const next = cursor.next();
            return next === undefined ? undefined : told(next);
          });
          if (document === undefined) break;
          found.push(document);
        }
        expect(found).toEqual(wanted);
        compared += found.length;
      }
      expect(compared).toBeGreaterThan(10);
    } finally {
      local.close();
      far.close();
      fixture.remove();
    }
  });

  it("goes on after a position, and gives only the chosen documents", async () => {
    const fixture = unpackFixture(name);
    const local = await mount(fixture.repository, index, true);
    try {
      for (const shard of local.indices[0]!.shards) {
        const all = Array.from(rootDocuments(shard!.reader), told) as RootDocument[];
        const half = all.length >>> 1;
        if (half === 0) continue;
        const after = all[half - 1]!.position;
        expect(Array.from(rootDocuments(shard!.reader, { after }), told)).toEqual(all.slice(half));
        const chosen = all.filter((_, i) => i % 3 === 0);
        const docsOf = (leaf: number) =>
          chosen
            .filter(({ position }) => position.leaf === leaf)
            .map(({ position }) => position.doc);
        expect(Array.from(rootDocuments(shard!.reader, { docsOf }), told)).toEqual(chosen);
        const [first] = rootDocuments(shard!.reader, { withoutSource: true });
        expect(first?.source).toBeUndefined();
      }
    } finally {
      local.close();
      fixture.remove();
    }
  });
});
