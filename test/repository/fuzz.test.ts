// Each decoder against mutated blobs of a real server: cut, flipped, and flipped with the checksum made
// right again, so that the damage gets past the envelope. The answer is a value or `corrupt`, never
// another error, and never slow.

import { constants, deflateRawSync } from "node:zlib";
import fc from "fast-check";
import { afterAll, describe, expect, test } from "vitest";
import { crc32, systemClock, VarveError } from "../../src/base/index.ts";
import { FsBlobStore } from "../../src/blobstore/index.ts";
import {
  type BlobCodec,
  clusterMetadataFromTree,
  decodeChecksummedBlob,
  decodeRepositoryData,
  encodeChecksummedBlob,
  indexMapping,
  indexMetadataFromTree,
  indexMetadataIdentifier,
  shardIndexFromTree,
  shardSnapshotFromTree,
  snapshotInfoFromTree,
} from "../../src/repository/index.ts";
import { parseShardPathsName } from "../../src/repository/layout/shard-path.ts";
import { decodeSmile, type XContentObject } from "../../src/xcontent/index.ts";
import { unpackFixture } from "../support/fixtures.ts";

const fixture = unpackFixture("os2.19.6-series");
afterAll(() => fixture.remove());
const store = new FsBlobStore(fixture.repository);

async function firstBlob(folder: string, prefix: string): Promise<Uint8Array> {
  const [name] = (await store.list(folder, prefix)).keys();
  return store.get(folder === "" ? name! : `${folder}/${name}`);
}

const [indexId] = await store.listFolders("indices");
const shard = `indices/${indexId}/0`;
const readIndexMetadata = (tree: XContentObject) => {
  const metadata = indexMetadataFromTree(tree);
  indexMapping(metadata);
  return indexMetadataIdentifier(metadata);
};
const kinds: [string, BlobCodec, Uint8Array, (tree: XContentObject) => unknown][] = [
  ["snapshot info", "snapshot", await firstBlob("", "snap-"), snapshotInfoFromTree],
  ["cluster metadata", "metadata", await firstBlob("", "meta-"), clusterMetadataFromTree],
  [
    "index metadata",
    "index-metadata",
    await firstBlob(`indices/${indexId}`, "meta-"),
    readIndexMetadata,
  ],
  ["shard snapshot", "snapshot", await firstBlob(shard, "snap-"), shardSnapshotFromTree],
  ["shard index", "snapshots", await firstBlob(shard, "index-"), shardIndexFromTree],
];

function expectCorrupt(decode: () => unknown): void {
  const start = systemClock.monotonic();
  try {
    decode();
  } catch (error) {
    expect(error).toBeInstanceOf(VarveError);
    expect((error as VarveError).kind).toBe("corrupt");
  }
  expect(systemClock.monotonic() - start).toBeLessThan(1000);
}

function seal(bytes: Uint8Array): Uint8Array {
  const buffer = Buffer.from(bytes);
  buffer.writeUInt32BE(crc32(buffer.subarray(0, buffer.length - 8)), buffer.length - 4);
  return buffer;
}

const edits = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 6 });

describe.each(kinds)("%s", (_, codec, blob, convert) => {
  const decode = (bytes: Uint8Array) => convert(decodeChecksummedBlob(codec, "blob", bytes));

  test("is read when it is whole", () => {
    expect(decode(blob)).toBeDefined();
  });

  test("rejects every cut and every flipped byte as corrupt", () => {
    for (let i = 0; i < blob.length; i += 1 + (blob.length >> 9)) {
      expect(() => decode(blob.subarray(0, i))).toThrow(VarveError);
      const flipped = Uint8Array.from(blob);
      flipped[i]! ^= 1 << (i % 8);
      expect(() => decode(flipped)).toThrow(VarveError);
    }
  });

  test("answers a value or corrupt when the damage has a right checksum", () => {
    fc.assert(
      fc.property(edits, (changes) => {
        const bytes = Uint8Array.from(blob);
        for (const [at, value] of changes) bytes[at % (bytes.length - 16)] = value;
        expectCorrupt(() => decode(seal(bytes)));
      }),
      { numRuns: 400 },
    );
  });

  test("reads what it wrote, compressed and not", () => {
    const tree = decodeChecksummedBlob(codec, "blob", blob);
    for (const compress of [false, true]) {
      const again = encodeChecksummedBlob(codec, tree, compress);
      expect(decodeChecksummedBlob(codec, "blob", again)).toEqual(tree);
    }
  });
});

test("a compressed blob that unfolds without end is corrupt", () => {
  // A flushed, unfinished piece may be repeated: 75 times 8 MiB of zeros.
  const finishFlush = constants.Z_SYNC_FLUSH;
  const piece = deflateRawSync(Buffer.alloc(8 * 1024 * 1024), { level: 9, finishFlush });
  const bomb = Buffer.concat(Array.from({ length: 75 }, () => piece));
  const header = encodeChecksummedBlob("snapshot", {}, false).subarray(0, 17);
  const body = Buffer.concat([header, Buffer.from("DFL\0"), bomb, Buffer.alloc(16)]);
  body.writeUInt32BE(0xc02893e8, body.length - 16);
  expect(() => decodeChecksummedBlob("snapshot", "bomb", seal(body))).toThrow("cannot be decoded");
});

test("decodeRepositoryData answers a value or corrupt for mutated JSON", async () => {
  const blob = await firstBlob("", "index-1");
  fc.assert(
    fc.property(edits, fc.boolean(), fc.nat(), (changes, cut, end) => {
      let bytes = Uint8Array.from(blob);
      for (const [at, value] of changes) bytes[at % bytes.length] = value;
      if (cut) bytes = bytes.subarray(0, end % bytes.length);
      expectCorrupt(() => decodeRepositoryData(bytes, 1));
    }),
    { numRuns: 500 },
  );
});

test("decodeSmile takes no more memory than its input allows", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (tail) => {
      const bytes = Uint8Array.from([0x3a, 0x29, 0x0a, 0x07, ...tail]);
      expectCorrupt(() => decodeSmile(bytes));
    }),
    { numRuns: 3000 },
  );
});

test("parseShardPathsName rejects what is no such name, and reads names with dots", () => {
  expect(parseShardPathsName("snapshot_path_id.my.index.3.1.1")).toEqual({
    index: { name: "my.index", id: "id", shardPathType: 1 },
    shardCount: 3,
  });
  for (const bad of ["", "x", "snapshot_path_id.name.3.7.1", "a.b.c.d.e"]) {
    expect(parseShardPathsName(bad)).toBeUndefined();
  }
});
