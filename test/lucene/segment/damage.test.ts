// Every file of this folder's formats, damaged: test/conformance/format.ts says how.

import { seededRandom } from "../../../src/base/index.ts";
import { lucene91Codec } from "../../../src/lucene/codecs/registry.ts";
import { openDirectoryReader } from "../../../src/lucene/index/directory-reader.ts";
import { FixedBits } from "../../../src/lucene/index/fixed-bits.ts";
import type { LeafReader } from "../../../src/lucene/index/leaf-reader.ts";
import { commitFiles } from "../../../src/lucene/index/segment-infos.ts";
import {
  checksumEntireFile,
  type Directory,
  type MemoryDirectory,
} from "../../../src/lucene/store/index.ts";
import { describeFormat } from "../../conformance/format.ts";
import { unpackFixture } from "../../support/fixtures.ts";
import { fixtureIndices, fixtureShards } from "./fixture-shards.ts";
import {
  commit,
  type StoredDocument,
  type StoredSegmentOptions,
  storedIndex,
} from "./stored-segment.ts";

const random = seededRandom(3);
const number = (below: number) => Math.floor(random.next() * below);

function documents(count: number, bytes: number): StoredDocument[] {
  return Array.from({ length: count }, (_, i) => [
    { field: "_id", type: "binary", value: Buffer.from(`id-${i}`) },
    { field: "n", type: "long", value: i * 86_400_000 },
    { field: "d", type: "double", value: i / 3 },
    { field: "f", type: "float", value: Math.fround(i / 7) },
    { field: "i", type: "int", value: i - 5 },
    {
      field: "_source",
      type: "string",
      value: Array.from({ length: number(bytes) / 8 }, () => `word${number(50)}`).join(" "),
    },
  ]);
}

function readAll(directory: MemoryDirectory): void {
  const reader = openDirectoryReader(directory);
  try {
    for (const { reader: leaf } of reader.leaves) readStored(leaf);
  } finally {
    reader.close();
  }
}

function readStored(leaf: LeafReader): void {
  const visitor = { needsField: () => "yes" as const, field() {} };
  for (let doc = 0; doc < leaf.maxDoc; doc++) leaf.storedFields().document(doc, visitor);
  leaf.liveDocs?.get(0);
}

function checkAll(directory: Directory): void {
  const reader = openDirectoryReader(directory);
  try {
    for (const { reader: leaf } of reader.leaves) leaf.checkIntegrity();
    for (const name of commitFiles(reader.segmentInfos)) {
      const input = directory.openInput(name);
      checksumEntireFile(input);
      input.close();
    }
  } finally {
    reader.close();
  }
}

function index(docs: readonly StoredDocument[], options: StoredSegmentOptions) {
  const { directory, infos } = storedIndex(docs, options);
  const segment = infos.segments[0]!;
  const bits = FixedBits.ones(docs.length);
  bits.clear(1);
  lucene91Codec.liveDocsFormat.writeLiveDocs!(directory, segment, bits, 1);
  segment.delGen = 1;
  segment.delCount = 1;
  directory.deleteFile("segments_1");
  commit(directory, infos);
  return directory.files;
}

describeFormat({
  name: "A segment in single files",
  files: () =>
    index(documents(60, 4000), {
      mode: "BEST_SPEED",
      indexSort: [
        { field: "n", type: "long", reverse: true, selector: "max", missing: 2n ** 63n - 1n },
        { field: "s", type: "string", reverse: false, selector: "min", missing: "last" },
      ],
    }),
  read: readAll,
  check: checkAll,
});

describeFormat({
  name: "A compressed segment",
  files: () => index(documents(60, 4000), { mode: "BEST_COMPRESSION" }),
  damages: (name) => /\.fd[tmx]$/.test(name),
  read: readAll,
  check: checkAll,
});

describeFormat({
  name: "A segment with documents longer than a chunk",
  files: () => index(documents(8, 400_000), { mode: "BEST_SPEED" }),
  damages: (name) => name.endsWith(".fdt"),
  read: readAll,
});

describeFormat({
  name: "A compound segment",
  files: () => index(documents(20, 400), { compound: true }),
  read: readAll,
  check: checkAll,
});

// Lucene94 field infos, Lucene99 segment infos, live docs and updates of a real server's segments.
describeFormat({
  name: "A segment of Lucene 9.12",
  files: () => {
    const fixture = unpackFixture("os2.19.6-segments");
    try {
      const { id } = fixtureIndices(fixture.repository).find(({ name }) => name === "vs-nocfs")!;
      return fixtureShards(fixture.repository, id)[0]!.files;
    } finally {
      fixture.remove();
    }
  },
  damages: (name) => /^segments_|^_0\.(si|fnm|fd.)$/.test(name),
  read: readAll,
  check: checkAll,
});
