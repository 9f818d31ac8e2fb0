import { describe, expect, it } from "vitest";
import { seededRandom } from "../../../src/base/index.ts";
import type { StoredFieldsMode } from "../../../src/lucene/codecs/codec.ts";
import type { Lucene90StoredFieldsReader } from "../../../src/lucene/codecs/lucene90/index.ts";
import { lucene91Codec } from "../../../src/lucene/codecs/registry.ts";
import type { StoredFieldVisitor, StoredValue } from "../../../src/lucene/index/leaf-reader.ts";
import type { SegmentInfo } from "../../../src/lucene/index/segment-info.ts";
import { IndexInput, MemoryDirectory, memorySource } from "../../../src/lucene/store/index.ts";
import {
  fieldInfosOf,
  newSegmentInfo,
  type StoredDocument,
  type StoredEntry,
  writeStored,
} from "./stored-segment.ts";

const random = seededRandom(11);
const number = (below: number) => Math.floor(random.next() * below);
const MODES: StoredFieldsMode[] = ["BEST_SPEED", "BEST_COMPRESSION"];

function words(bytes: number): string {
  let text = "";
  while (text.length < bytes) text += `w${number(1000)}é `;
  return text;
}

function document(i: number, bytes: number): StoredDocument {
  return [
    { field: "_id", type: "binary", value: Buffer.from(`id-${i}`) },
    { field: "_source", type: "string", value: words(number(bytes)) },
  ];
}

function written(docs: readonly StoredDocument[], mode: StoredFieldsMode) {
  const directory = new MemoryDirectory();
  const info = newSegmentInfo("_0", docs.length);
  const fieldInfos = fieldInfosOf(docs);
  writeStored(directory, info, fieldInfos, docs, mode);
  const open = () =>
    lucene91Codec.storedFieldsFormat.fieldsReader(
      directory,
      info,
      fieldInfos,
    ) as Lucene90StoredFieldsReader;
  return { directory, info, fieldInfos, open };
}

function read(reader: Lucene90StoredFieldsReader, doc: number, only?: string): StoredEntry[] {
  const entries: StoredEntry[] = [];
  const visitor: StoredFieldVisitor = {
    needsField: ({ name }) => (only === undefined || only === name ? "yes" : "no"),
    field: ({ name }, value, type) => {
      const copy: StoredValue = value instanceof Uint8Array ? Buffer.from(value) : value;
      entries.push({ field: name, type, value: copy });
    },
  };
  reader.document(doc, visitor);
  return entries;
}

describe.each(MODES)("Lucene90StoredFieldsReader in mode %s", (mode) => {
  it.each([
    ["small", 3000, 300],
    ["empty", 2500, 0],
    ["longer than a chunk", 12, 700_000],
  ])("reads what was written when documents are %s", (name, count, bytes) => {
    const docs = Array.from({ length: count }, (_, i) =>
      name === "empty" ? [] : document(i, bytes),
    );
    const reader = written(docs, mode).open();
    for (let doc = 0; doc < count; doc++) expect(read(reader, doc)).toEqual(docs[doc]);
    for (let i = 0; i < 50; i++) {
      const doc = number(count);
      const sources = docs[doc]!.filter(({ field }) => field === "_source");
      expect(read(reader, doc, "_source")).toEqual(sources);
    }
    reader.checkIntegrity();
  });

  it("keeps every number when it is stored in its shortest form", () => {
    const values: StoredEntry[] = [];
    for (const value of [0, 1, -1, 2 ** 31 - 1, -(2 ** 31)]) {
      values.push({ field: "i", type: "int", value });
    }
    const day = 86_400_000;
    const longs = [0, -1, 999, 1000, 3_600_000 * 7, day * 19_000, day * -3, 2 ** 53 - 1];
    for (const value of [...longs, 2n ** 63n - 1n, -(2n ** 63n), (2n ** 53n + 1n) * 1000n]) {
      values.push({ field: "l", type: "long", value });
    }
    const doubles = [-0, 0, -1, 124, 125, 126, -2, 1.5, 0.1, -0.1, Number.NaN, 5e-324, 1e308];
    for (const value of [...doubles, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
      values.push({ field: "d", type: "double", value });
      values.push({ field: "f", type: "float", value: Math.fround(value) });
    }
    const reader = written([values], mode).open();
    expect(read(reader, 0)).toEqual(values);
  });

  it("keeps a byte order mark when a stored text begins with one", () => {
    const docs: StoredDocument[] = [[{ field: "s", type: "string", value: "\ufefftext" }]];
    expect(read(written(docs, mode).open(), 0)).toEqual(docs[0]);
  });

  it("rejects a segment when its mode is not named", () => {
    const { info, open } = written([document(0, 10)], mode);
    info.attributes.clear();
    expect(open).toThrow(/has no mode of stored fields/);
  });
});

/** Counts the bytes that a reader takes from .fdt. */
function counted(directory: MemoryDirectory): { bytes: number } {
  const count = { bytes: 0 };
  const original = directory.openInput.bind(directory);
  directory.openInput = (name) => {
    if (!name.endsWith(".fdt")) return original(name);
    const bytes = directory.files.get(name)!;
    const source = memorySource(name, bytes);
    const pageBytes = 512;
    return new IndexInput({
      ...source,
      pageBytes,
      page(index) {
        count.bytes += pageBytes;
        return bytes.subarray(index * pageBytes, (index + 1) * pageBytes);
      },
      readInto(target, offset, position, length) {
        count.bytes += length;
        source.readInto(target, offset, position, length);
      },
    });
  };
  return count;
}

describe("Lucene90StoredFieldsReader", () => {
  const docs = Array.from({ length: 2000 }, (_, i) => document(i, 300));

  it("reads a fraction of a chunk when one document is asked for", () => {
    const { directory, open } = written(docs, "BEST_SPEED");
    const count = counted(directory);
    const reader = open();
    const chunk = reader.meta.index.pointers[1]! - reader.meta.index.pointers[0]!;
    count.bytes = 0;
    read(reader, 5);
    // The header, the dictionary (1/20 of the chunk) and one or two blocks of ten.
    expect(count.bytes).toBeLessThan(chunk * 0.4);
  });

  it("reads each chunk once when documents come in order", () => {
    const { directory, open } = written(docs, "BEST_SPEED");
    const count = counted(directory);
    const reader = open();
    count.bytes = 0;
    for (let doc = 0; doc < docs.length; doc++) read(reader, doc);
    // Pages at the borders of blocks are taken twice.
    expect(count.bytes).toBeLessThan(directory.fileLength("_0.fdt") * 1.5);
  });

  it("is not disturbed when a clone reads elsewhere", () => {
    const reader = written(docs, "BEST_SPEED").open();
    const clone = reader.clone();
    for (let i = 0; i < 20; i++) {
      expect(read(reader, i)).toEqual(docs[i]);
      expect(read(clone, 1999 - i)).toEqual(docs[1999 - i]);
    }
    clone.close();
    expect(read(reader, 7)).toEqual(docs[7]);
  });
});

describe("Lucene90StoredFieldsWriter.copyDocuments", () => {
  function merged(
    sources: readonly { reader: Lucene90StoredFieldsReader; docs: number[] }[],
    mode: StoredFieldsMode,
    info: SegmentInfo,
    directory: MemoryDirectory,
  ): void {
    const writer = lucene91Codec.storedFieldsFormat.fieldsWriter!(directory, info, mode);
    for (const { reader, docs } of sources) {
      expect(writer.copyDocuments!(reader, docs)).toBe(true);
    }
    writer.finish(info.maxDoc);
    writer.close();
  }

  const all = (count: number) => Array.from({ length: count }, (_, i) => i);

  it.each(MODES)("copies chunks when no document is deleted in mode %s", (mode) => {
    const first = Array.from({ length: 3000 }, (_, i) => document(i, 1200));
    const second = Array.from({ length: 100 }, (_, i) => document(i + 3000, 1200));
    const [a, b] = [written(first, mode), written(second, mode)];
    const directory = new MemoryDirectory();
    const info = newSegmentInfo("_1", 3100);
    const [readerA, readerB] = [a.open(), b.open()];
    merged(
      [
        { reader: readerA, docs: all(3000) },
        { reader: readerB, docs: all(100) },
      ],
      mode,
      info,
      directory,
    );
    const reader = lucene91Codec.storedFieldsFormat.fieldsReader(
      directory,
      info,
      a.fieldInfos,
    ) as Lucene90StoredFieldsReader;
    const docs = [...first, ...second];
    for (const [i, doc] of docs.entries()) expect(read(reader, i)).toEqual(doc);
    // Chunks are the same ones: the last of each source was closed before it was full.
    const { meta } = reader;
    expect(meta.chunkCount).toBe(readerA.meta.chunkCount + readerB.meta.chunkCount);
    expect(meta.dirtyChunkCount).toBe(2);
    expect(meta.dirtyDocCount).toBe(readerA.meta.dirtyDocCount + readerB.meta.dirtyDocCount);
  });

  it("compresses anew when documents are deleted", () => {
    const docs = Array.from({ length: 2000 }, (_, i) => document(i, 900));
    const source = written(docs, "BEST_SPEED");
    const kept = all(2000).filter((doc) => doc % 3 !== 0);
    const directory = new MemoryDirectory();
    const info = newSegmentInfo("_1", kept.length);
    merged([{ reader: source.open(), docs: kept }], "BEST_SPEED", info, directory);
    const reader = lucene91Codec.storedFieldsFormat.fieldsReader(
      directory,
      info,
      source.fieldInfos,
    ) as Lucene90StoredFieldsReader;
    for (const [i, doc] of kept.entries()) expect(read(reader, i)).toEqual(docs[doc]);
    expect(reader.meta.dirtyChunkCount).toBe(1);
  });

  it("compresses anew when the source is in the other mode", () => {
    const docs = Array.from({ length: 500 }, (_, i) => document(i, 900));
    const source = written(docs, "BEST_COMPRESSION");
    const directory = new MemoryDirectory();
    const info = newSegmentInfo("_1", 500);
    merged([{ reader: source.open(), docs: all(500) }], "BEST_SPEED", info, directory);
    const reader = lucene91Codec.storedFieldsFormat.fieldsReader(
      directory,
      info,
      source.fieldInfos,
    ) as Lucene90StoredFieldsReader;
    for (const [i, doc] of docs.entries()) expect(read(reader, i)).toEqual(doc);
  });

  it("compresses anew when too many chunks of the source are dirty", () => {
    // 30 segments of 40 documents: every chunk of their merge is dirty, more documents than a chunk
    // may hold, so that the next merge makes full chunks again.
    const parts = Array.from({ length: 30 }, (_, part) =>
      Array.from({ length: 40 }, (_, i) => document(part * 40 + i, 100)),
    );
    const directory = new MemoryDirectory();
    const info = newSegmentInfo("_1", 1200);
    const sources = parts.map((docs) => written(docs, "BEST_SPEED"));
    merged(
      sources.map(({ open }) => ({ reader: open(), docs: all(40) })),
      "BEST_SPEED",
      info,
      directory,
    );
    const open = (of: SegmentInfo) =>
      lucene91Codec.storedFieldsFormat.fieldsReader(
        directory,
        of,
        sources[0]!.fieldInfos,
      ) as Lucene90StoredFieldsReader;
    const dirty = open(info);
    expect(dirty.meta.dirtyChunkCount).toBe(30);
    expect(dirty.meta.dirtyDocCount).toBe(1200);
    const next = newSegmentInfo("_2", 1200);
    merged([{ reader: dirty, docs: all(1200) }], "BEST_SPEED", next, directory);
    const clean = open(next);
    expect(clean.meta.dirtyChunkCount).toBe(1);
    for (let doc = 0; doc < 1200; doc++) expect(read(clean, doc)).toEqual(parts.flat()[doc]);
  });
});
