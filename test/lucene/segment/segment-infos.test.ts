import { describe, expect, it } from "vitest";
import { seededRandom, VarveError } from "../../../src/base/index.ts";
import {
  docValuesFormatForName,
  postingsFormatForName,
} from "../../../src/lucene/codecs/registry.ts";
import {
  commitFiles,
  finishCommit,
  lastCommitGeneration,
  prepareCommit,
  readCommit,
  readLatestCommit,
  rollbackCommit,
} from "../../../src/lucene/index/segment-infos.ts";
import { MemoryDirectory, writeFooter, writeIndexHeader } from "../../../src/lucene/store/index.ts";
import {
  commit,
  newCommitInfo,
  newSegmentInfos,
  type StoredDocument,
  storedIndex,
  writeStoredSegment,
} from "./stored-segment.ts";

const random = seededRandom(5);
const docs: StoredDocument[] = [[{ field: "a", type: "int", value: 1 }]];

/** The refusal of an action. */
function refusal(action: () => unknown): VarveError {
  try {
    action();
  } catch (error) {
    expect(error).toBeInstanceOf(VarveError);
    return error as VarveError;
  }
  throw new Error("nothing was refused");
}

describe("readCommit", () => {
  it("reads back what was committed when every part is set", () => {
    const directory = new MemoryDirectory();
    const info = writeStoredSegment(directory, "_3z", docs, {
      indexSort: [
        { field: "t", type: "long", reverse: true, selector: "max", missing: -(2n ** 63n) },
        { field: "k", type: "string", reverse: false, selector: "middle_min", missing: "first" },
        { field: "d", type: "double", reverse: false, selector: "min", missing: -1.5 },
        { field: "f", type: "float", reverse: false, missing: Number.POSITIVE_INFINITY },
        { field: "i", type: "int", reverse: true, missing: 7 },
        { field: "s", type: "string", reverse: true, missing: "last" },
        { field: "plain", type: "string", reverse: false, selector: "max" },
      ],
    });
    const segment = {
      ...newCommitInfo(info),
      softDelCount: 1,
      fieldInfosGen: 2,
      docValuesGen: 37,
      fieldInfosFiles: new Set(["_3z_2.fnm"]),
      docValuesUpdatesFiles: new Map([[4, new Set(["_3z_11_Lucene90_0.dvd"])]]),
    };
    const infos = newSegmentInfos([segment]);
    infos.userData = new Map([
      ["translog_uuid", "x"],
      ["max_seq_no", "12"],
    ]);
    infos.counter = 145;
    commit(directory, infos);
    const read = readLatestCommit(directory);
    expect(read).toEqual({ ...infos, minSegmentVersion: info.version });
    expect(read.generation).toBe(1);
    expect(new Set(commitFiles(read))).toEqual(
      new Set([
        "segments_1",
        "_3z.fdt",
        "_3z.fdx",
        "_3z.fdm",
        "_3z.fnm",
        "_3z.si",
        "_3z_2.fnm",
        "_3z_11_Lucene90_0.dvd",
      ]),
    );
  });

  it("reads a commit without segments", () => {
    const directory = new MemoryDirectory();
    commit(directory, newSegmentInfos([]));
    expect(readLatestCommit(directory).segments).toEqual([]);
    expect(readLatestCommit(directory).minSegmentVersion).toBeUndefined();
  });

  it("reads version 9 when an older line wrote the commit", () => {
    const directory = new MemoryDirectory();
    const output = directory.createOutput("segments_2");
    writeIndexHeader(output, "segments", 9, random.bytes(16), "2");
    for (const part of [8, 5, 0, 8]) output.writeVInt(part);
    output.writeBigEndianLong(3n);
    output.writeVLong(9);
    output.writeBigEndianInt(0);
    output.writeMapOfStrings(new Map());
    writeFooter(output);
    output.close();
    const infos = readCommit(directory, 2);
    expect([infos.version, infos.counter, infos.indexCreatedVersionMajor]).toEqual([3, 9, 8]);
  });

  it.each([
    ["Lucene54", "too-old"],
    ["Lucene50", "too-old"],
    ["Lucene105", "too-new"],
    ["Lucene110", "too-new"],
    ["Composite912Codec", "unsupported"],
    ["QATLZ499", "unsupported"],
    ["Lucene912x", "unsupported"],
  ])("rejects a segment of codec %s by name", (codec, kind) => {
    const { directory, infos } = storedIndex(docs);
    const other = { ...infos.segments[0]!, info: { ...infos.segments[0]!.info, codec } };
    commit(directory, { ...infos, segments: [other] });
    const error = refusal(() => readLatestCommit(directory));
    expect(error.kind).toBe(kind);
    expect(error.message).toContain(`[${codec}]`);
  });

  it("rejects a commit when a segment's file is missing", () => {
    const { directory } = storedIndex(docs);
    directory.deleteFile("_0.si");
    const error = refusal(() => readLatestCommit(directory));
    expect(error.kind).toBe("corrupt");
    expect(error.cause).toMatchObject({ message: "No such file [_0.si]" });
  });

  it("rejects a segment when its files belong to another one of the same name", () => {
    const { directory } = storedIndex(docs);
    const other = storedIndex(docs);
    directory.files.set("_0.si", other.directory.files.get("_0.si")!);
    expect(refusal(() => readLatestCommit(directory)).message).toContain("Segment id mismatch");
  });

  it("rejects a segment when it is older than the index", () => {
    const { directory, infos } = storedIndex(docs);
    const newer = {
      ...infos,
      indexCreatedVersionMajor: 10,
      luceneVersion: { major: 10, minor: 4, bugfix: 0 },
    };
    commit(directory, newer);
    expect(refusal(() => readLatestCommit(directory)).message).toContain("older than its index");
  });

  it("rejects a folder without a commit", () => {
    const error = refusal(() => readLatestCommit(new MemoryDirectory()));
    expect([error.kind, error.type]).toEqual(["missing", "index_not_found_exception"]);
  });
});

describe("lastCommitGeneration", () => {
  it("is the greatest number in base 36 and ignores pending commits", () => {
    const names = ["segments_z", "segments_10", "pending_segments_11", "segments.gen", "_0.si"];
    expect(lastCommitGeneration(names)).toBe(36);
    expect(lastCommitGeneration(["_0.si"])).toBe(-1);
  });
});

describe("prepareCommit", () => {
  it("leaves the older commit in force until finishCommit", () => {
    const { directory, infos } = storedIndex(docs);
    infos.userData = new Map([["a", "2"]]);
    const pending = prepareCommit(directory, infos, random);
    expect(directory.listAll()).toContain("pending_segments_2");
    expect(readLatestCommit(directory).generation).toBe(1);
    finishCommit(directory, infos, pending);
    expect(directory.listAll()).not.toContain("pending_segments_2");
    const read = readLatestCommit(directory);
    expect([read.generation, read.userData.get("a")]).toEqual([2, "2"]);
    expect([infos.generation, infos.id]).toEqual([2, read.id]);
  });

  it("starts anew when an earlier attempt left its file", () => {
    const { directory, infos } = storedIndex(docs);
    prepareCommit(directory, infos, random);
    const pending = prepareCommit(directory, infos, random);
    finishCommit(directory, infos, pending);
    expect(readLatestCommit(directory).generation).toBe(2);
  });

  it("leaves nothing behind when it is rolled back", () => {
    const { directory, infos } = storedIndex(docs);
    const before = directory.listAll();
    rollbackCommit(directory, prepareCommit(directory, infos, random));
    expect(directory.listAll()).toEqual(before);
    expect(infos.generation).toBe(1);
  });

  it("leaves the older commit in force when the names cannot be synced", () => {
    const { directory, infos } = storedIndex(docs);
    const pending = prepareCommit(directory, infos, random);
    directory.syncMetadata = () => {
      throw new Error("disk is gone");
    };
    expect(() => finishCommit(directory, infos, pending)).toThrow("disk is gone");
    rollbackCommit(directory, pending);
    expect(readLatestCommit(directory).generation).toBe(1);
    expect(infos.generation).toBe(1);
  });

  it("syncs the pending file before it is renamed, and the names after", () => {
    const calls: string[] = [];
    class Recorded extends MemoryDirectory {
      override sync(...[names]: unknown[]): void {
        calls.push(`sync ${String(names)}`);
      }
      override syncMetadata(): void {
        calls.push("syncMetadata");
      }
      override rename(source: string, target: string): void {
        calls.push(`rename ${source} ${target}`);
        super.rename(source, target);
      }
    }
    commit(new Recorded(), newSegmentInfos([]));
    expect(calls).toEqual([
      "syncMetadata",
      "sync pending_segments_1",
      "rename pending_segments_1 segments_1",
      "syncMetadata",
    ]);
  });
});

describe("postingsFormatForName", () => {
  it("rejects an unknown format by name", () => {
    expect(refusal(() => postingsFormatForName("Completion912")).message).toContain(
      "[Completion912]",
    );
    expect(refusal(() => docValuesFormatForName("Composite912")).message).toContain(
      "[Composite912]",
    );
  });
});
