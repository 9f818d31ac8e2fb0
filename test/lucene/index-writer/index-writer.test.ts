// IndexWriter against Lucene's own CheckIndex, after every kind of operation, and against a model.

import { copyFileSync, existsSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { FsDirectory } from "../../../src/engine/store/fs-directory.ts";
import { FixedBits } from "../../../src/lucene/index/fixed-bits.ts";
import { runMerge } from "../../../src/lucene/index/merge-segments.ts";
import { readLatestCommit } from "../../../src/lucene/index/segment-infos.ts";
import { type IndexOutput, MemoryDirectory } from "../../../src/lucene/store/index.ts";
import { documentOf, idTerm, tombstoneOf, types } from "./documents.ts";
import {
  byId,
  documentsOf,
  judge,
  liveDocuments,
  openFolderWriter,
  openWriter,
  withFolder,
} from "./writer-support.ts";

describe("IndexWriter", () => {
  test("writes segments that CheckIndex accepts, compound and not", () =>
    withFolder(async (folder) => {
      const writer = openFolderWriter(folder);
      for (let i = 0; i < 700; i++) writer.addDocuments([documentOf(i)]);
      writer.flush();
      writer.close();
      const plain = openFolderWriter(folder, { useCompoundFile: false }, 2);
      for (let i = 700; i < 900; i++) plain.addDocuments([documentOf(i)]);
      plain.commit(new Map([["history_uuid", "x"]]));
      expect(documentsOf(plain).ids).toHaveLength(900);
      plain.close();
      const report = await judge(folder);
      if (report !== "") expect(report).toContain("history_uuid=x");
    }));

  test("soft-updates documents in the same buffer and in older segments", () =>
    withFolder(async (folder) => {
      const writer = openFolderWriter(folder);
      for (let i = 0; i < 300; i++) writer.addDocuments([documentOf(i)]);
      for (let i = 0; i < 300; i += 3) {
        writer.softUpdateDocuments(byId(String(i)), [documentOf(i + 1000, String(i))]);
      }
      writer.commit();
      await judge(folder);
      for (let i = 0; i < 300; i += 5)
        writer.softUpdateDocuments(byId(String(i)), [tombstoneOf(String(i))]);
      writer.commit();
      await judge(folder);
      writer.softUpdateDocuments(byId("1"), [documentOf(7, "1")]);
      writer.softUpdateDocuments(byId("1"), [documentOf(8, "1")]);
      const { sources, ids } = documentsOf(writer);
      expect(ids).toHaveLength(240);
      expect(sources.get("1")).toBe('{"i":8,"id":"1"}');
      expect(sources.get("3")).toBe('{"i":1003,"id":"3"}');
      expect(sources.has("5")).toBe(false);
      writer.commit();
      expect(readdirSync(folder).some((name) => /^_0_2_Lucene90_0\.dvd$/.test(name))).toBe(true);
      const commit = readLatestCommit(new FsDirectory(folder));
      // 100 replaced in the buffer, 60 deleted by a tombstone each, and the first version of 1.
      expect(commit.segments[0]!.softDelCount).toBe(161);
      await judge(folder);
      writer.close();
      const again = openFolderWriter(folder, {}, 3);
      expect(documentsOf(again).sources).toEqual(sources);
      again.close();
    }));

  test("deletes for good by term, and drops segments without documents", () =>
    withFolder(async (folder) => {
      const writer = openFolderWriter(folder);
      for (let i = 0; i < 100; i++) writer.addDocuments([documentOf(i)]);
      writer.flush();
      for (let i = 100; i < 150; i++) writer.addDocuments([documentOf(i)]);
      for (let i = 0; i < 150; i += 10) writer.deleteDocuments(byId(String(i)));
      writer.softUpdateDocuments(byId("11"), [documentOf(511, "11")]);
      writer.deleteDocuments(byId("11"));
      writer.commit();
      await judge(folder);
      expect(readdirSync(folder)).toContain("_0_1.liv");
      expect(writer.numDocs).toBe(134);
      writer.updateDocuments(byId("12"), [documentOf(12)]);
      writer.commit();
      expect(readdirSync(folder)).toContain("_0_2.liv");
      expect(readdirSync(folder)).not.toContain("_0_1.liv");
      await judge(folder);
      for (let i = 0; i < 100; i++) if (i !== 12) writer.deleteDocuments(byId(String(i)));
      writer.commit();
      expect(readdirSync(folder).some((name) => name.startsWith("_0"))).toBe(false);
      expect(documentsOf(writer).ids).toHaveLength(46);
      writer.close();
      await judge(folder);
    }));

  test("merges to one segment without deleted documents", () =>
    withFolder(async (folder) => {
      const writer = openFolderWriter(folder);
      for (let i = 0; i < 400; i++) {
        writer.addDocuments([documentOf(i)]);
        if (i % 90 === 89) writer.flush();
      }
      for (let i = 0; i < 400; i += 4) {
        writer.softUpdateDocuments(byId(String(i)), [documentOf(i + 5000, String(i))]);
      }
      for (let i = 1; i < 400; i += 8) writer.deleteDocuments(byId(String(i)));
      const before = documentsOf(writer);
      expect(before.ids).toHaveLength(350);
      writer.forceMerge(1);
      expect(writer.segments().map(({ numDocs, deletedDocs }) => [numDocs, deletedDocs])).toEqual([
        [350, 0],
      ]);
      expect(documentsOf(writer)).toEqual(before);
      expect(writer.forceMerge(1)).toBe(0);
      writer.close();
      const report = await judge(folder);
      if (report !== "") expect(report).toContain("numSegments=1");
    }));

  test("keeps the soft-deleted documents that are retained when it merges", () =>
    withFolder(async (folder) => {
      const writer = openFolderWriter(folder, {
        retainSoftDeletes: (reader) => {
          const bits = new FixedBits(reader.maxDoc);
          const versions = reader.numericDocValues("_version")!;
          for (let doc = 0; doc < reader.maxDoc; doc++) {
            if (versions.advanceExact(doc) && versions.longValue() > 50) bits.set(doc);
          }
          return bits;
        },
      });
      for (let i = 0; i < 100; i++) writer.addDocuments([documentOf(i)]);
      writer.flush();
      for (let i = 0; i < 100; i++) writer.softUpdateDocuments(byId(String(i)), [documentOf(i)]);
      const before = documentsOf(writer);
      writer.forceMerge(1);
      expect(writer.segments().map(({ numDocs, deletedDocs }) => [numDocs, deletedDocs])).toEqual([
        [100, 50],
      ]);
      expect(documentsOf(writer)).toEqual(before);
      writer.commit();
      expect(readLatestCommit(writer.directory).segments[0]!.softDelCount).toBe(50);
      await judge(folder);
      writer.close();
    }));

  test("carries deletes over that come while a merge runs", () =>
    withFolder(async (folder) => {
      const writer = openFolderWriter(folder);
      for (let i = 0; i < 200; i++) {
        writer.addDocuments([documentOf(i)]);
        if (i % 50 === 49) writer.flush();
      }
      writer.softUpdateDocuments(byId("3"), [documentOf(903, "3")]);
      const [plan] = writer.planMerges({ kind: "force", maxSegments: 1 });
      const description = structuredClone(plan!);
      const directory = writer.directory as FsDirectory;
      directory.materialize(directory.listAll());
      const elsewhere = new FsDirectory(folder);
      const result = structuredClone(runMerge(description, elsewhere));
      elsewhere.materialize(result.info.files);
      directory.adopt(result.info.files);
      writer.softUpdateDocuments(byId("7"), [documentOf(907, "7")]);
      writer.deleteDocuments(byId("8"));
      writer.flush();
      writer.softUpdateDocuments(byId("7"), [documentOf(908, "7")]);
      writer.softUpdateDocuments(byId("9"), [tombstoneOf("9")]);
      writer.commitMerge(plan!, result);
      const { sources, ids } = documentsOf(writer);
      expect(ids).toHaveLength(198);
      expect(sources.get("7")).toBe('{"i":908,"id":"7"}');
      expect(sources.get("3")).toBe('{"i":903,"id":"3"}');
      expect(sources.has("8")).toBe(false);
      expect(sources.has("9")).toBe(false);
      writer.commit();
      await judge(folder);
      writer.forceMerge(1);
      expect(documentsOf(writer).sources).toEqual(sources);
      writer.close();
      await judge(folder);
    }));

  test("merges naturally when a tier is full", () =>
    withFolder(async (folder) => {
      const writer = openFolderWriter(folder);
      for (let i = 0; i < 260; i++) {
        writer.addDocuments([documentOf(i)]);
        if (i % 20 === 19) writer.flush();
      }
      expect(writer.segments()).toHaveLength(13);
      expect(writer.merge()).toBeGreaterThan(0);
      expect(writer.segments().length).toBeLessThanOrEqual(10);
      expect(documentsOf(writer).ids).toHaveLength(260);
      writer.close();
      await judge(folder);
    }));

  test("keeps blocks together: children, then their parent", () =>
    withFolder(async (folder) => {
      const writer = openFolderWriter(folder);
      for (let i = 0; i < 60; i++) {
        const children = [0, 1].map((child) => [
          { name: "_id", type: { ...types.id, stored: false }, term: idTerm(String(i)) },
          { name: "child", type: types.keyword, term: `c${child}`, bytesValue: `c${child}` },
        ]);
        writer.addDocuments([...children, documentOf(i)]);
      }
      writer.flush();
      for (let i = 0; i < 60; i += 2) writer.softUpdateDocuments(byId(String(i)), [documentOf(i)]);
      writer.flush();
      expect(writer.numDocs).toBe(30 * 3 + 30);
      writer.forceMerge(1);
      expect(writer.numDocs).toBe(120);
      writer.close();
      await judge(folder);
    }));

  test("deletes the whole block of a document that fails", () =>
    withFolder(async (folder) => {
      const writer = openFolderWriter(folder);
      writer.addDocuments([documentOf(1)]);
      const bad = [{ name: "tag", type: types.keyword, term: "x".repeat(32767) }];
      expect(() => writer.addDocuments([documentOf(2), bad])).toThrow(
        /immense term in field="tag"/,
      );
      writer.addDocuments([documentOf(3)]);
      expect(() => writer.softUpdateDocuments(byId("3"), [bad])).toThrow(/immense term/);
      expect(documentsOf(writer).ids).toEqual(["1", "3"]);
      writer.close();
      await judge(folder);
    }));

  test("deletes what a crash left and keeps the last commit", () =>
    withFolder(async (folder) => {
      const writer = openFolderWriter(folder);
      for (let i = 0; i < 50; i++) writer.addDocuments([documentOf(i)]);
      writer.commit();
      const committed = readdirSync(folder).sort();
      for (let i = 50; i < 90; i++) writer.addDocuments([documentOf(i)]);
      writer.flush();
      writer.softUpdateDocuments(byId("1"), [documentOf(1)]);
      // As kill -9 leaves it: no close, half a file, half a commit, and somebody else's file.
      writeFileSync(join(folder, "_9.fdt"), "half");
      writeFileSync(join(folder, "pending_segments_2"), "half");
      writeFileSync(join(folder, "write.lock"), "");
      const again = openFolderWriter(folder, {}, 2);
      expect(readdirSync(folder).sort()).toEqual([...committed, "write.lock"].sort());
      expect(documentsOf(again).ids).toHaveLength(50);
      again.addDocuments([documentOf(50)]);
      again.close();
      await judge(folder);
    }));

  test("keeps the files of held commits and of open readers", () =>
    withFolder(async (folder) => {
      const writer = openFolderWriter(folder);
      for (let i = 0; i < 50; i++) writer.addDocuments([documentOf(i)]);
      writer.commit();
      const held = writer.snapshotCommit()!;
      for (let i = 0; i < 40; i++) {
        writer.softUpdateDocuments(byId(String(i)), [documentOf(i + 100, String(i))]);
      }
      writer.commit();
      const reader = writer.getReader();
      writer.forceMerge(1);
      writer.commit();
      for (const name of held.fileNames) expect(existsSync(join(folder, name))).toBe(true);
      expect(writer.listCommits().map(({ generation }) => generation)).toEqual([1, 3]);
      expect(liveDocuments(reader).sources.get("7")).toBe('{"i":107,"id":"7"}');
      reader.close();
      await withFolder(async (copy) => {
        for (const name of held.fileNames) copyFileSync(join(folder, name), join(copy, name));
        await judge(copy);
      });
      writer.releaseCommit(held);
      expect(existsSync(join(folder, held.segmentsFileName))).toBe(false);
      expect(new Set(readdirSync(folder))).toEqual(new Set(writer.listCommits()[0]!.fileNames));
      writer.close();
      await judge(folder);
    }));

  test("commits nothing when nothing changed, and user data when only that did", () =>
    withFolder((folder) => {
      const writer = openFolderWriter(folder);
      expect(writer.commit()?.generation).toBe(1);
      expect(writer.commit()).toBeUndefined();
      expect(writer.commit(new Map([["a", "1"]]))?.userData.get("a")).toBe("1");
      expect(writer.hasUncommittedChanges).toBe(false);
      writer.addDocuments([documentOf(1)]);
      expect(writer.hasUncommittedChanges).toBe(true);
      writer.close({ commit: false });
      const again = openFolderWriter(folder);
      expect(again.numDocs).toBe(0);
      expect(again.userData.get("a")).toBe("1");
      again.close();
    }));

  test("opens an older commit and starts anew over an old index", () =>
    withFolder(async (folder) => {
      const keepAll = { deletable: () => [] };
      const writer = openFolderWriter(folder, { deletionPolicy: keepAll });
      for (let i = 0; i < 30; i++) {
        writer.addDocuments([documentOf(i)]);
        if (i % 10 === 9) writer.commit(new Map([["upto", String(i)]]));
      }
      writer.close();
      const older = openFolderWriter(folder, { deletionPolicy: keepAll, commitGeneration: 2 }, 2);
      expect(older.userData.get("upto")).toBe("19");
      expect(documentsOf(older).ids).toHaveLength(20);
      older.addDocuments([documentOf(77)]);
      expect(older.commit()?.generation).toBe(4);
      expect(older.listCommits()).toHaveLength(4);
      older.close();
      await judge(folder);
      const fresh = openFolderWriter(folder, { create: true }, 3);
      fresh.addDocuments([documentOf(1)]);
      fresh.close();
      expect(documentsOf(openFolderWriter(folder, {}, 4)).ids).toEqual(["1"]);
      expect(readdirSync(folder).filter((name) => name.startsWith("segments"))).toEqual([
        "segments_5",
      ]);
      await judge(folder);
    }));

  test("leaves no file of segments that were dropped or of merges that were given up", () =>
    withFolder((folder) => {
      const writer = openFolderWriter(folder);
      writer.addDocuments([documentOf(1)]);
      writer.deleteDocuments(byId("1"));
      writer.flush();
      expect(readdirSync(folder)).toEqual([]);
      for (let i = 0; i < 20; i++) {
        writer.addDocuments([documentOf(i)]);
        if (i % 10 === 9) writer.flush();
      }
      const before = readdirSync(folder).sort();
      const [plan] = writer.planMerges({ kind: "force", maxSegments: 1 });
      writer.abortMerge(plan!, runMerge(plan!, writer.directory));
      expect(readdirSync(folder).sort()).toEqual(before);
      const [again] = writer.planMerges({ kind: "force", maxSegments: 1 });
      const result = runMerge(again!, writer.directory);
      for (let i = 0; i < 20; i++) writer.deleteDocuments(byId(String(i)));
      writer.flush();
      writer.commitMerge(again!, result);
      expect(writer.segments()).toEqual([]);
      expect(readdirSync(folder)).toEqual([]);
      writer.close();
    }));

  test("flushes by itself when the buffer is full", () =>
    withFolder((folder) => {
      const writer = openFolderWriter(folder, { ramBufferBytes: 100_000 });
      for (let i = 0; i < 1000; i++) writer.addDocuments([documentOf(i)]);
      expect(writer.segments().length).toBeGreaterThan(1);
      expect(writer.ramBytesUsed).toBeLessThan(100_000);
      writer.close();
    }));

  test("answers the same reader until something changes", () =>
    withFolder((folder) => {
      const writer = openFolderWriter(folder);
      writer.addDocuments([documentOf(1)]);
      const first = writer.getReader();
      const second = writer.getReader();
      expect(second).toBe(first);
      expect(writer.isCurrent(first)).toBe(true);
      writer.softUpdateDocuments(byId("1"), [documentOf(2, "1")]);
      expect(writer.isCurrent(first)).toBe(false);
      const third = writer.getReader();
      expect([first.numDocs, third.numDocs, third.leaves.length]).toEqual([1, 1, 1]);
      for (const reader of [first, second, third]) reader.close();
      writer.close();
    }));

  test("stamps an index that Lucene 10 created with a version that it admits", () =>
    withFolder(async (folder) => {
      const writer = openFolderWriter(folder, { indexCreatedVersionMajor: 10 });
      for (let i = 0; i < 20; i++) writer.addDocuments([documentOf(i)]);
      writer.softUpdateDocuments(byId("1"), [documentOf(1)]);
      writer.commit();
      expect(readLatestCommit(writer.directory).segments[0]!.info.version.major).toBe(10);
      writer.close();
      const { checkIndex, judgeUnavailable } = await import("../../support/judge.ts");
      if (judgeUnavailable() === undefined) await checkIndex(folder, 10);
    }));

  test("rejects documents after a failure to write closed it", () => {
    const directory = new FailingDirectory();
    const writer = openWriter(directory);
    writer.addDocuments([documentOf(1)]);
    directory.failing = true;
    expect(() => writer.flush()).toThrow("disk full");
    expect(() => writer.addDocuments([documentOf(2)])).toThrow(/IndexWriter is closed/);
  });

  test.each(["_0_1.liv", "_0_1.fnm", "_0_1_Lucene90_0.dvm", "pending_segments_2"])(
    "commits after a failure to write %s what it could not before",
    (name) => {
      const directory = new FailingDirectory();
      const writer = openWriter(directory);
      for (let i = 0; i < 20; i++) writer.addDocuments([documentOf(i)]);
      writer.commit();
      writer.softUpdateDocuments(byId("1"), [documentOf(100, "1")]);
      writer.softUpdateDocuments(byId("2"), [documentOf(102, "2")]);
      writer.deleteDocuments(byId("3"));
      directory.failingName = name;
      expect(() => writer.commit()).toThrow("disk full");
      if (name.startsWith("_0")) expect(() => writer.forceMerge(1)).toThrow("disk full");
      directory.failingName = undefined;
      const expected = documentsOf(writer).sources;
      expect(expected.size).toBe(19);
      writer.commit();
      expect(directory.listAll().sort()).toEqual([...writer.listCommits()[0]!.fileNames].sort());
      writer.close();
      const again = openWriter(directory, {}, 2);
      expect(documentsOf(again).sources).toEqual(expected);
      again.close();
    },
  );
});

class FailingDirectory extends MemoryDirectory {
  failing = false;
  failingName: string | undefined;

  override createOutput(name: string): IndexOutput {
    if (this.failing || name === this.failingName) throw new Error("disk full");
    return super.createOutput(name);
  }
}
