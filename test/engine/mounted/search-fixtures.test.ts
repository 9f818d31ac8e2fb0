// Every recorded search of the fixtures, run over the snapshot where it lies, must give the real
// server's response: once with pages read at once, as from a local folder, and once with every
// page fetched in rounds and the search evaluated again, over pages so small that evaluations break
// off at almost every block that they read.

import { afterAll, describe, expect, test } from "vitest";
import { seededRandom, systemClock, type VarveError } from "../../../src/base/index.ts";
import { FsBlobStore } from "../../../src/blobstore/index.ts";
import type { MountedIndices } from "../../../src/engine/mounted/mounted-index.ts";
import { openSnapshotIndices } from "../../../src/engine/mounted/open-snapshot-index.ts";
import {
  type BlobPagesOptions,
  openRepository,
  type Repository,
  type SnapshotInfo,
} from "../../../src/repository/index.ts";
import { encodeJson } from "../../../src/xcontent/index.ts";
import { fixtureExpected, fixtureNames, unpackFixture } from "../../support/fixtures.ts";
import { comparable, isComparable, type Recorded } from "../search/recorded-searches.ts";

const names = fixtureNames().filter(
  (name) =>
    /^(es|mixed|os\d\.)/.test(name) && !/-remote-/.test(name) && fixtureExpected(name).searches,
);

const MODES: [string, (name: string) => BlobPagesOptions][] = [
  ["with local reads", () => ({})],
  [
    "in rounds over small pages",
    // Every evaluation begins anew: a large index takes pages that are small beside it.
    (name) => ({
      localReads: false,
      pageBytes: name.includes("cities") ? 4096 : 512,
      gapBytesMax: 0,
    }),
  ],
];

/** Mounts an index, an alias or a data stream as the last snapshot that holds it has it. */
class MountedFixture {
  readonly expected: any;
  private readonly repository: Repository;
  private readonly mounts = new Map<string, Promise<MountedIndices | undefined>>();
  private readonly pages: BlobPagesOptions;
  private readonly cleanup: () => void;

  constructor(name: string, pages: BlobPagesOptions) {
    const fixture = unpackFixture(name);
    this.pages = pages;
    this.expected = fixtureExpected(name);
    this.cleanup = () => fixture.remove();
    this.repository = openRepository(new FsBlobStore(fixture.repository), {
      name: "fixture",
      clock: systemClock,
      random: seededRandom(1),
    });
  }

  mount(index: string): Promise<MountedIndices | undefined> {
    let mount = this.mounts.get(index);
    if (mount === undefined) this.mounts.set(index, (mount = this.open(index)));
    return mount;
  }

  private async open(index: string): Promise<MountedIndices | undefined> {
    const data = await this.repository.getRepositoryData();
    const infos = await this.repository.getSnapshotInfos([...data.snapshots.values()]);
    const readable = (infos.filter((info) => !(info instanceof Error)) as SnapshotInfo[]).filter(
      ({ snapshotId }) => this.expected.snapshots?.[snapshotId.name]?.clone_of === undefined,
    );
    readable.sort((a, b) => b.startTimeMillis - a.startTimeMillis);
    const options = { clock: systemClock, random: seededRandom(1), pages: this.pages };
    for (const { snapshotId } of readable) {
      try {
        return await openSnapshotIndices(this.repository, snapshotId.name, [index], options);
      } catch (error) {
        if ((error as VarveError).type !== "index_not_found_exception") throw error;
      }
    }
    return undefined;
  }

  async remove(): Promise<void> {
    for (const mount of this.mounts.values()) (await mount)?.close();
    this.cleanup();
  }
}

const cleanups: (() => Promise<void>)[] = [];
afterAll(async () => {
  for (const cleanup of cleanups) await cleanup();
});

describe.each(MODES)("a mounted snapshot read %s", (_mode, pages) => {
  describe.each(names)("answers as the server did in %s", (name) => {
    const fixture = new MountedFixture(name, pages(name));
    cleanups.push(() => fixture.remove());
    const isOld = !/^os3\.[2-9]\./.test(name);
    const searches = fixture.expected.searches as Recorded[];
    test.for(searches.map((search) => [`${search.index}: ${search.name}`, search] as const))(
      "%s",
      async ([_title, search], context) => {
        const params = Object.fromEntries(new URLSearchParams(search.params ?? ""));
        const mounted = await fixture.mount(search.index);
        if (mounted === undefined) throw new Error("no snapshot has the index");
        const target = mounted.indices[0]!.targets()[0];
        if (target === undefined || !isComparable(search, target)) return context.skip();
        const request = { body: search.request, params };
        const response = await mounted.search(request);
        expect(comparable(JSON.parse(encodeJson(response)), search, isOld)).toEqual(
          comparable(search.response, search, isOld),
        );
      },
    );
  });
});
