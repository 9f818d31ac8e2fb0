// The structure check beside Lucene's CheckIndex: of segments whose bytes were changed under a
// right checksum, everything that CheckIndex tells is told.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { crc32, seededRandom, systemClock } from "../../src/base/index.ts";
import { FsBlobStore } from "../../src/blobstore/index.ts";
import { checkCommit, checkSegment, type StructureProblem } from "../../src/lucene/check/index.ts";
import { MemoryDirectory } from "../../src/lucene/store/index.ts";
import { directorySink, openRepository } from "../../src/repository/index.ts";
import { type UnpackedFixture, unpackFixture } from "../support/fixtures.ts";
import { checkIndex } from "../support/judge.ts";
import { skipInterop } from "../support/real-server.ts";

const EXTENSIONS = ["tim", "tmd", "tip", "doc", "pos", "dvd", "dvm", "kdd", "kdm", "nvd", "fdt"];

describe.skipIf(skipInterop())("the structure check", () => {
  let fixture: UnpackedFixture;
  const files = new Map<string, Buffer>();
  let folder: string;

  beforeAll(async () => {
    fixture = unpackFixture("os2.19.6-segments");
    folder = mkdtempSync(join(tmpdir(), "varve-structure-"));
    const options = { name: "fixture", clock: systemClock, random: seededRandom(1) };
    const repository = openRepository(new FsBlobStore(fixture.repository), options);
    const snapshot = await repository.findSnapshot("segs");
    const indices = await repository.getSnapshotIndices(snapshot);
    const index = indices.find(({ name }) => name.endsWith("-merged"))!;
    const directory = new MemoryDirectory();
    const plan = await repository.planShardRestore(snapshot, index, 0);
    await repository.runShardRestore(plan, directorySink(directory));
    for (const name of directory.listAll()) {
      const input = directory.openInput(name);
      files.set(name, Buffer.from(input.bytesCopy(input.length)));
    }
  });
  afterAll(() => {
    fixture.remove();
    rmSync(folder, { recursive: true, force: true });
  });

  function ours(contents: ReadonlyMap<string, Buffer>): StructureProblem[] {
    const directory = new MemoryDirectory();
    for (const [name, bytes] of contents) {
      const out = directory.createOutput(name);
      out.writeBytes(bytes);
      out.close();
    }
    const problems: StructureProblem[] = [];
    const infos = checkCommit(directory, problems);
    for (const segment of infos?.segments ?? []) checkSegment(directory, segment, problems);
    return problems;
  }

  async function theirs(contents: ReadonlyMap<string, Buffer>): Promise<string> {
    for (const [name, bytes] of contents) writeFileSync(join(folder, name), bytes);
    try {
      await checkIndex(folder, 9);
      return "";
    } catch (error) {
      return (error as Error).message;
    }
  }

  test("finds nothing where CheckIndex finds nothing", async () => {
    expect(await theirs(files)).toBe("");
    expect(ours(files)).toEqual([]);
  });

  test.each(EXTENSIONS)("tells what CheckIndex tells of a changed .%s", async (extension) => {
    const name = [...files.keys()].find((file) => file.endsWith(`.${extension}`))!;
    const random = seededRandom(extension.length * 31 + extension.charCodeAt(0));
    const changed = Buffer.from(files.get(name)!);
    const at = 50 + Math.floor(random.next() * (changed.length - 66));
    changed[at]! ^= 1 << Math.floor(random.next() * 8);
    changed.writeUInt32BE(crc32(changed.subarray(0, changed.length - 8)), changed.length - 4);
    const contents = new Map(files).set(name, changed);
    const judged = await theirs(contents);
    // A changed version is a newer one: it is told as something that is not read.
    const found = ours(contents);
    if (judged !== "") expect(found.length, judged.slice(0, 500)).toBeGreaterThan(0);
  });
});
