import { describe, expect, it } from "vitest";
import { VarveError } from "../../../src/base/index.ts";
import { lucene91Codec } from "../../../src/lucene/codecs/registry.ts";
import { openDirectoryReader } from "../../../src/lucene/index/directory-reader.ts";
import {
  DocValuesType,
  FieldInfos,
  IndexOptions,
  newFieldInfo,
} from "../../../src/lucene/index/field-info.ts";
import { FixedBits } from "../../../src/lucene/index/fixed-bits.ts";
import type { LeafReader } from "../../../src/lucene/index/leaf-reader.ts";
import { nextGeneration } from "../../../src/lucene/index/segment-info.ts";
import { MemoryDirectory } from "../../../src/lucene/store/index.ts";
import {
  commit,
  newCommitInfo,
  newSegmentInfo,
  newSegmentInfos,
  type StoredDocument,
  writeStored,
  writeStoredSegment,
} from "./stored-segment.ts";

const SOFT_DELETES = "__soft_deletes";

/** Counts open inputs: whoever opens one closes it. */
class CountingDirectory extends MemoryDirectory {
  open = 0;

  override openInput(name: string) {
    const input = super.openInput(name);
    this.open++;
    const { source } = input;
    const close = source.close.bind(source);
    source.close = () => {
      this.open--;
      close();
    };
    return input;
  }
}

function documents(count: number): StoredDocument[] {
  return Array.from({ length: count }, (_, i) => [{ field: "n", type: "int", value: i }]);
}

function numbers(leaf: LeafReader): number[] {
  const found: number[] = [];
  for (let doc = 0; doc < leaf.maxDoc; doc++) {
    if (leaf.liveDocs?.get(doc) === false) continue;
    leaf.storedFields().document(doc, {
      needsField: () => "yes",
      field: (_, value) => found.push(value as number),
    });
  }
  return found;
}

function index(compound = false) {
  const directory = new CountingDirectory();
  const segments = ["_0", "_1"].map((name) =>
    newCommitInfo(writeStoredSegment(directory, name, documents(5), { compound })),
  );
  const infos = newSegmentInfos(segments);
  commit(directory, infos);
  return { directory, infos };
}

describe("openDirectoryReader", () => {
  it("numbers documents of all segments when there are several", () => {
    const { directory } = index();
    const reader = openDirectoryReader(directory);
    expect([reader.maxDoc, reader.numDocs]).toEqual([10, 10]);
    expect(reader.leaves.map(({ ord, docBase }) => [ord, docBase])).toEqual([
      [0, 0],
      [1, 5],
    ]);
    reader.close();
  });

  it.each([false, true])(
    "closes every file when its last reference goes (compound: %s)",
    (compound) => {
      const { directory } = index(compound);
      const reader = openDirectoryReader(directory);
      expect(directory.open).toBeGreaterThan(0);
      reader.incRef();
      reader.decRef();
      expect(numbers(reader.leaves[1]!.reader)).toEqual([0, 1, 2, 3, 4]);
      reader.close();
      expect(directory.open).toBe(0);
    },
  );

  it.each(["_1.fdt", "_1.fdm", "_1.fdx", "_1.fnm", "_1.si"])(
    "closes what it opened when %s is damaged",
    (name) => {
      const { directory } = index();
      directory.files.set(name, directory.files.get(name)!.subarray(0, 20));
      expect(() => openDirectoryReader(directory)).toThrow(VarveError);
      expect(directory.open).toBe(0);
    },
  );

  it("shares unchanged segments and the files of changed ones when it is reopened", () => {
    const { directory, infos } = index();
    const first = openDirectoryReader(directory);
    const segment = infos.segments[1]!;
    const bits = FixedBits.ones(5);
    bits.clear(3);
    lucene91Codec.liveDocsFormat.writeLiveDocs!(directory, segment, bits, 1);
    segment.delGen = nextGeneration(segment.delGen);
    segment.delCount = 1;
    commit(directory, infos);
    const open = directory.open;
    const second = openDirectoryReader(directory, { previous: first });
    expect(directory.open).toBe(open);
    expect(second.leaves[0]!.reader).toBe(first.leaves[0]!.reader);
    expect(second.leaves[1]!.reader).not.toBe(first.leaves[1]!.reader);
    expect(second.leaves[1]!.reader.core).toBe(first.leaves[1]!.reader.core);
    first.close();
    expect([second.numDocs, second.maxDoc]).toEqual([9, 10]);
    expect(numbers(second.leaves[1]!.reader)).toEqual([0, 1, 2, 4]);
    second.close();
    expect(directory.open).toBe(0);
  });

  it("shares nothing when another segment took the name", () => {
    const [a, b] = [index(), index()];
    const first = openDirectoryReader(a.directory);
    const second = openDirectoryReader(b.directory, { previous: first });
    expect(second.leaves[0]!.reader.core).not.toBe(first.leaves[0]!.reader.core);
    first.close();
    second.close();
    expect([a.directory.open, b.directory.open]).toEqual([0, 0]);
  });

  it("takes deletes from memory when a writer has not written them", () => {
    const { directory, infos } = index();
    const bits = FixedBits.ones(5);
    bits.clear(0);
    const hardLiveDocsOf = ({ info }: { info: { name: string } }) =>
      info.name === "_0" ? bits : undefined;
    const reader = openDirectoryReader(directory, { segmentInfos: infos, hardLiveDocsOf });
    expect(numbers(reader.leaves[0]!.reader)).toEqual([1, 2, 3, 4]);
    const again = openDirectoryReader(directory, {
      segmentInfos: infos,
      hardLiveDocsOf,
      previous: reader,
    });
    expect(again.leaves[0]!.reader).toBe(reader.leaves[0]!.reader);
    reader.close();
    again.close();
    expect(directory.open).toBe(0);
  });
});

/** A numeric column with the value 1 in `docs`. */
function ones(docs: readonly number[]) {
  let i = -1;
  const docID = () => (i < 0 ? -1 : (docs[i] ?? 2147483647));
  const nextDoc = () => {
    i++;
    return docID();
  };
  return {
    docID,
    nextDoc,
    advance(target: number) {
      while (nextDoc() < target);
      return docID();
    },
    advanceExact: (target: number) => {
      while (docID() < target) nextDoc();
      return docID() === target;
    },
    cost: () => docs.length,
    longValue: () => 1,
    longHigh: () => 0,
    longLow: () => 1,
    bigValue: () => 1n,
  };
}

/** A segment whose column __soft_deletes was written with it, or later as an update. */
function softDeleted(written: readonly number[], updated: readonly number[] | undefined) {
  const directory = new CountingDirectory();
  const info = newSegmentInfo("_0", 6);
  const n = newFieldInfo("n", 0);
  const soft = newFieldInfo(SOFT_DELETES, 1);
  soft.docValuesType = DocValuesType.NUMERIC;
  soft.softDeletesField = true;
  soft.attributes.set("PerFieldDocValuesFormat.format", "Lucene90");
  soft.attributes.set("PerFieldDocValuesFormat.suffix", "0");
  const fieldInfos = new FieldInfos([n, soft]);
  writeStored(directory, info, fieldInfos, documents(6), "BEST_SPEED");
  const write = (infos: FieldInfos, segmentSuffix: string, docs: readonly number[]) => {
    const consumer = lucene91Codec.defaultDocValuesFormat.fieldsConsumer!({
      directory,
      segmentInfo: info,
      fieldInfos: infos,
      segmentSuffix,
    });
    consumer.addNumeric(infos.fieldInfo(SOFT_DELETES)!, () => ones(docs));
    consumer.close();
  };
  write(fieldInfos, "Lucene90_0", written);
  lucene91Codec.fieldInfosFormat.write!(directory, info, "", fieldInfos);
  info.files = new Set(directory.listAll());
  lucene91Codec.segmentInfoFormat.write!(directory, info);
  const segment = newCommitInfo(info);
  if (updated !== undefined) {
    const newer = { ...soft, docValuesGen: 1, attributes: new Map(soft.attributes) };
    write(new FieldInfos([newer]), "1_Lucene90_0", updated);
    lucene91Codec.fieldInfosFormat.write!(directory, info, "1", new FieldInfos([n, newer]));
    segment.fieldInfosGen = 1;
    segment.docValuesGen = 1;
    segment.fieldInfosFiles = new Set(["_0_1.fnm"]);
    segment.docValuesUpdatesFiles.set(1, new Set(["_0_1_Lucene90_0.dvd", "_0_1_Lucene90_0.dvm"]));
  }
  const infos = newSegmentInfos([segment]);
  commit(directory, infos);
  return { directory, infos };
}

describe("SegmentReader", () => {
  it("hides soft-deleted documents when their column was written with the segment", () => {
    const { directory } = softDeleted([1, 4], undefined);
    const reader = openDirectoryReader(directory, { softDeletesField: SOFT_DELETES });
    const leaf = reader.leaves[0]!.reader;
    expect([numbers(leaf), leaf.numDocs]).toEqual([[0, 2, 3, 5], 4]);
    expect(leaf.hardLiveDocs).toBeUndefined();
    leaf.checkIntegrity();
    reader.close();
    expect(directory.open).toBe(0);
  });

  it("reads the newest update when the column was updated", () => {
    const { directory, infos } = softDeleted([1], [1, 2, 5]);
    const first = openDirectoryReader(directory, { softDeletesField: SOFT_DELETES });
    const leaf = first.leaves[0]!.reader;
    expect(numbers(leaf)).toEqual([0, 3, 4]);
    const bits = FixedBits.ones(6);
    bits.clear(0);
    const second = openDirectoryReader(directory, {
      softDeletesField: SOFT_DELETES,
      previous: first,
      segmentInfos: infos,
      hardLiveDocsOf: () => bits,
    });
    expect(numbers(second.leaves[0]!.reader)).toEqual([3, 4]);
    expect(second.leaves[0]!.reader.hardLiveDocs).toBe(bits);
    first.close();
    const values = second.leaves[0]!.reader.numericDocValues(SOFT_DELETES)!;
    expect([values.nextDoc(), values.nextDoc(), values.nextDoc()]).toEqual([1, 2, 5]);
    second.close();
    expect(directory.open).toBe(0);
  });

  it("shows every document when no soft-deletes field is named", () => {
    const { directory } = softDeleted([1, 4], undefined);
    const reader = openDirectoryReader(directory);
    expect(reader.numDocs).toBe(6);
    reader.close();
  });

  it("answers undefined when a field has nothing of the kind", () => {
    const { directory } = softDeleted([1], undefined);
    const reader = openDirectoryReader(directory);
    const leaf = reader.leaves[0]!.reader;
    for (const field of ["n", "unknown"]) {
      expect(leaf.terms(field)).toBeUndefined();
      expect(leaf.pointValues(field)).toBeUndefined();
      expect(leaf.normValues(field)).toBeUndefined();
      expect(leaf.numericDocValues(field)).toBeUndefined();
    }
    expect(leaf.sortedDocValues(SOFT_DELETES)).toBeUndefined();
    reader.close();
  });

  it("rejects only the field when its postings format is not supported", () => {
    const directory = new MemoryDirectory();
    const info = newSegmentInfo("_0", 1);
    const n = newFieldInfo("n", 0);
    const suggest = newFieldInfo("suggest", 1);
    suggest.indexOptions = IndexOptions.DOCS;
    suggest.omitNorms = true;
    suggest.attributes.set("PerFieldPostingsFormat.format", "Completion50");
    suggest.attributes.set("PerFieldPostingsFormat.suffix", "0");
    const fieldInfos = new FieldInfos([n, suggest]);
    writeStored(directory, info, fieldInfos, documents(1), "BEST_SPEED");
    lucene91Codec.fieldInfosFormat.write!(directory, info, "", fieldInfos);
    info.files = new Set(directory.listAll());
    lucene91Codec.segmentInfoFormat.write!(directory, info);
    commit(directory, newSegmentInfos([newCommitInfo(info)]));
    const reader = openDirectoryReader(directory);
    const leaf = reader.leaves[0]!.reader;
    expect(() => leaf.terms("suggest")).toThrow("Postings format [Completion50] is not supported");
    expect(numbers(leaf)).toEqual([0]);
    reader.close();
  });
});
