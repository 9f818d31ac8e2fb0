// The structure check on real segments: sound ones pass, and bytes that were changed under a right
// checksum are told, or do no harm. Nothing but a problem may come of them.

import { afterAll, describe, expect, test } from "vitest";
import { crc32, seededRandom, systemClock } from "../../../src/base/index.ts";
import { FsBlobStore } from "../../../src/blobstore/index.ts";
import {
  checkCommit,
  checkSegment,
  type StructureProblem,
} from "../../../src/lucene/check/index.ts";
import { type Directory, MemoryDirectory } from "../../../src/lucene/store/index.ts";
import { directorySink, numberOfShards, openRepository } from "../../../src/repository/index.ts";
import { unpackFixture } from "../../support/fixtures.ts";

const cleanups: (() => void)[] = [];
afterAll(() => {
  for (const cleanup of cleanups) cleanup();
});

/** Every shard of a fixture's last snapshot, in memory. */
async function shardsOf(name: string): Promise<Map<string, MemoryDirectory>> {
  const fixture = unpackFixture(name);
  cleanups.push(() => fixture.remove());
  const options = { name: "fixture", clock: systemClock, random: seededRandom(1) };
  const repository = openRepository(new FsBlobStore(fixture.repository), options);
  const data = await repository.getRepositoryData();
  const snapshot = [...data.snapshots.values()][0]!;
  const shards = new Map<string, MemoryDirectory>();
  for (const index of await repository.getSnapshotIndices(snapshot)) {
    const count = numberOfShards(await repository.getIndexMetadata(snapshot, index));
    for (let shard = 0; shard < count; shard++) {
      const directory = new MemoryDirectory();
      const plan = await repository.planShardRestore(snapshot, index, shard);
      await repository.runShardRestore(plan, directorySink(directory));
      shards.set(`${index.name}/${shard}`, directory);
    }
  }
  return shards;
}

function check(directory: Directory): StructureProblem[] {
  const problems: StructureProblem[] = [];
  const infos = checkCommit(directory, problems);
  const broken = new Set(problems.map(({ segment }) => segment));
  for (const segment of infos?.segments ?? []) {
    if (!broken.has(segment.info.name)) checkSegment(directory, segment, problems);
  }
  return problems;
}

function bytesOf(directory: Directory, name: string): Buffer {
  const input = directory.openInput(name);
  return Buffer.from(input.bytesCopy(input.length));
}

/** A directory with one file replaced; its checksum is right again. */
function withFile(source: Directory, name: string, bytes: Buffer): MemoryDirectory {
  const copy = new MemoryDirectory();
  for (const file of source.listAll()) {
    const out = copy.createOutput(file);
    const content = file === name ? bytes : bytesOf(source, file);
    if (file === name) {
      content.writeUInt32BE(crc32(content.subarray(0, content.length - 8)), content.length - 4);
    }
    out.writeBytes(content);
    out.close();
  }
  return copy;
}

const SOUND = ["os2.19.6-segments", "os3.8.0-segments", "es6.8.23-types", "es5.6.16-types"];

describe("checkSegment", () => {
  test.each(SOUND)("finds nothing wrong in %s", async (name) => {
    let segments = 0;
    for (const [shard, directory] of await shardsOf(name)) {
      const wrong = check(directory).filter(({ notChecked }) => !notChecked);
      expect([shard, wrong]).toEqual([shard, []]);
      segments += directory.listAll().filter((file) => file.endsWith(".si")).length;
    }
    expect(segments).toBeGreaterThan(10);
  });

  test("names what it does not read, and goes on", async () => {
    const shards = await shardsOf("os2.19.6-types");
    const problems = [...shards.values()].flatMap(check);
    expect(problems.length).toBeGreaterThan(0);
    for (const problem of problems) {
      expect(problem).toMatchObject({ part: "postings", field: "sug", notChecked: true });
    }
  });

  test.each(["os2.19.6-segments", "os3.8.0-segments"])(
    "tells bytes of %s that were changed under a right checksum",
    { timeout: 60_000 },
    async (name) => {
      const shards = await shardsOf(name);
      const [, directory] = [...shards].find(([shard]) => shard.includes("-merged"))!;
      const told = new Map<string, number>();
      const random = seededRandom(11);
      const extensions = ["fdt", "tim", "doc", "pos", "dvd", "kdd", "nvd", "fnm", "si"];
      const rounds = 12;
      for (const extension of extensions) {
        const file = directory.listAll().find((item) => item.endsWith(`.${extension}`));
        if (file === undefined) continue;
        for (let round = 0; round < rounds; round++) {
          const bytes = bytesOf(directory, file);
          const at = 60 + Math.floor(random.next() * Math.max(1, bytes.length - 60 - 16));
          bytes[Math.min(at, bytes.length - 17)]! ^= 1 << Math.floor(random.next() * 8);
          const problems = check(withFile(directory, file, bytes));
          for (const { message } of problems)
            expect(message).not.toMatch(/undefined|Invalid array/);
          if (problems.length > 0) told.set(extension, (told.get(extension) ?? 0) + 1);
        }
      }
      // A changed text or number is another text or number; what has a structure is told.
      for (const extension of ["tim", "doc", "fnm"]) {
        expect([extension, (told.get(extension) ?? 0) >= rounds / 3]).toEqual([extension, true]);
      }
    },
  );

  test("tells a count of deletions that is not right", async () => {
    const shards = await shardsOf("es6.8.23-types");
    const directory = shards.get("vm-types/0")!;
    const problems: StructureProblem[] = [];
    const infos = checkCommit(directory, problems)!;
    const segment = infos.segments.find(({ delCount }) => delCount > 0)!;
    checkSegment(directory, { ...segment, delCount: segment.delCount - 1 }, problems);
    checkSegment(directory, { ...segment, softDelCount: segment.softDelCount + 1 }, problems);
    // The reader of live documents may be the one to tell.
    const told = problems.filter(({ notChecked }) => !notChecked).map(({ part }) => part);
    expect(told).toHaveLength(2);
    expect(["segment", "live-docs"]).toContain(told[0]);
    expect(told[1]).toBe("live-docs");
    const deleted = (await shardsOf("os2.19.6-segments")).get("vs-deleted/0")!;
    const soft = checkCommit(deleted, [])!.segments.find(({ softDelCount }) => softDelCount > 0)!;
    const found: StructureProblem[] = [];
    checkSegment(deleted, { ...soft, softDelCount: soft.softDelCount + 1 }, found);
    expect(found.map(({ part }) => part)).toEqual(["live-docs"]);
  });

  test("tells a file of the commit that is not there", async () => {
    const shards = await shardsOf("os2.19.6-segments");
    const [, directory] = [...shards].find(([shard]) => shard.includes("-merged"))!;
    const copy = new MemoryDirectory();
    const absent = directory.listAll().find((file) => file.endsWith(".kdd"))!;
    for (const file of directory.listAll()) {
      if (file === absent) continue;
      const out = copy.createOutput(file);
      out.writeBytes(bytesOf(directory, file));
      out.close();
    }
    const [problem, ...rest] = check(copy);
    expect(rest).toEqual([]);
    expect(problem).toMatchObject({ part: "commit", notChecked: false });
    expect(problem!.message).toContain(absent);
  });

  test("tells a segment that is not in the order of its index sort", async () => {
    const shards = await shardsOf("os2.19.6-segments");
    const [, directory] = [...shards].find(([shard]) => shard.includes("-sorted/"))!;
    const problems: StructureProblem[] = [];
    const infos = checkCommit(directory, problems)!;
    for (const segment of infos.segments) {
      const { indexSort } = segment.info;
      expect(indexSort.length).toBeGreaterThan(0);
      const reversed = indexSort.map((field) => ({ ...field, reverse: !field.reverse }));
      const other = { ...segment, info: { ...segment.info, indexSort: reversed } };
      if (segment.info.maxDoc > 5) checkSegment(directory, other, problems);
    }
    expect(problems.length).toBeGreaterThan(0);
    for (const { part } of problems) expect(part).toBe("index-sort");
  });
});
