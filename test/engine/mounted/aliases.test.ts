// Aliases of a snapshot's indices, as names and by patterns.

import { afterAll, describe, expect, test } from "vitest";
import { seededRandom, systemClock } from "../../../src/base/index.ts";
import { FsBlobStore } from "../../../src/blobstore/index.ts";
import { openSnapshotIndices } from "../../../src/engine/mounted/open-snapshot-index.ts";
import { openRepository } from "../../../src/repository/index.ts";
import { fixtureExpected, unpackFixture } from "../../support/fixtures.ts";

describe("openSnapshotIndices resolves", () => {
  const fixture = unpackFixture("os2.19.6-types");
  const expected: any = fixtureExpected("os2.19.6-types");
  afterAll(() => fixture.remove());
  const search = async (...names: string[]): Promise<{ indices: string[]; total: number }> => {
    const repository = openRepository(new FsBlobStore(fixture.repository), {
      name: "fixture",
      clock: systemClock,
      random: seededRandom(1),
    });
    const snapshot = Object.keys(expected.snapshots).at(-1)!;
    const options = { clock: systemClock, random: seededRandom(1) };
    const mounted = await openSnapshotIndices(repository, snapshot, names, options);
    try {
      const response: any = await mounted.search({ body: { size: 0 }, params: {} });
      const indices = mounted.indices.map((index) => index.name);
      return { indices, total: response.hits.total.value };
    } finally {
      mounted.close();
    }
  };
  const recorded = expected.searches.find(({ name }: any) => name === "alias filter").response;

  test("an alias to its index and filter", async () => {
    const found = await search("va-filtered");
    expect(found).toEqual({ indices: ["va-types"], total: recorded.hits.total.value });
  });

  test("a pattern that only aliases match", async () => {
    const found = await search("va-filt*");
    expect(found).toEqual({ indices: ["va-types"], total: recorded.hits.total.value });
  });

  test("a pattern of an index and its alias to the index, unfiltered", async () => {
    const all = await search("va-types");
    expect(await search("va-ty*", "va-filt*")).toEqual(all);
    expect(all.total).toBeGreaterThan(recorded.hits.total.value);
  });

  test("rejects a name that is none", async () => {
    await expect(search("va-nothing")).rejects.toThrow("no such index [va-nothing]");
  });
});
