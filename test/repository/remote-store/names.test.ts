// Names and paths in a remote store, against what real servers made.

import { expect, test } from "vitest";
import { fnv1a } from "../../../src/repository/layout/shard-path.ts";
import {
  commitPrefix,
  invertLong,
  lockedMetadataFile,
  metadataFileAt,
} from "../../../src/repository/remote-store/metadata-file-name.ts";
import {
  remotePathTypeOfCodes,
  remotePathTypeOfIndex,
  remoteShardPath,
} from "../../../src/repository/remote-store/remote-path.ts";

function nameOf(generation: number, time: number, node = "1190261361", counter = 1): string {
  const numbers = [invertLong(1), invertLong(generation), invertLong(2), invertLong(counter)];
  return ["metadata", ...numbers, node, invertLong(time), "2"].join("__");
}

test("invertLong pads to 19 digits when the number is large", () => {
  expect(invertLong(1)).toBe("9223372036854775806");
  expect(invertLong(1795225250322)).toBe("9223370241629525485");
  expect(invertLong(Number.MAX_SAFE_INTEGER)).toHaveLength(19);
  expect(commitPrefix(1, 5)).toBe("metadata__9223372036854775806__9223372036854775802__");
});

test("metadataFileAt takes the newest at or before the timestamp", () => {
  const names = [nameOf(3, 100), nameOf(4, 200), nameOf(5, 300)];
  expect(metadataFileAt(names, 99)).toBeUndefined();
  expect(metadataFileAt(names, 100)).toBe(names[0]);
  expect(metadataFileAt(names, 299)).toBe(names[1]);
  expect(metadataFileAt([...names].reverse(), 1000)).toBe(names[2]);
  expect(metadataFileAt([...names, "metadata__x", "other"], 1000)).toBe(names[2]);
});

test("metadataFileAt prefers the higher generation when a clock ran behind", () => {
  const names = [nameOf(3, 100), nameOf(4, 250), nameOf(5, 200)];
  // The second was written before the third, whatever its clock said.
  expect(metadataFileAt(names, 260)).toBe(names[2]);
  expect(metadataFileAt(names, 199)).toBe(names[0]);
});

test("rejects two nodes that wrote one generation", () => {
  const names = [nameOf(3, 100), nameOf(3, 110, "77", 2)];
  expect(() => metadataFileAt(names, 200)).toThrow(/Two nodes wrote metadata files/);
});

test("lockedMetadataFile finds the snapshot's lock when it is of either format", () => {
  const name = nameOf(3, 100);
  const locks = [`${name}...other.v2_lock`, `${name}...aKnMtCTpReKEhxEZOWaCBw.v2_lock`];
  expect(lockedMetadataFile(locks, "aKnMtCTpReKEhxEZOWaCBw")).toBe(name);
  expect(lockedMetadataFile([`${name}___abc.lock`], "abc")).toBe(name);
  expect(lockedMetadataFile(locks, "CBw")).toBeUndefined();
});

test("remoteShardPath gives the folders of a real 3.6.0 when paths are hashed", () => {
  const custom = { path_type: "HASHED_PREFIX", path_hash_algorithm: "FNV_1A_COMPOSITE_1" };
  const pathType = remotePathTypeOfIndex({ remote_store: custom });
  const place = { indexUuid: "cHJSBZBxS_m57FPFlxysXg", shard: 0, pathType };
  const data = "cHJSBZBxS_m57FPFlxysXg/0/segments/data";
  expect(remoteShardPath("", place, "data")).toBe(`Q10011001111011/${data}`);
  expect(remoteShardPath("a/b", place, "data")).toBe(`Q10011001111011/a/b/${data}`);
  expect(remoteShardPath("", { ...place, shard: 1 }, "metadata")).toBe(
    "k11110100101111/cHJSBZBxS_m57FPFlxysXg/1/segments/metadata",
  );
  const infix = { ...place, pathType: remotePathTypeOfCodes(2, 1) };
  expect(remoteShardPath("a/b", infix, "data")).toBe(`a/b/Q10011001111011/${data}`);
  const fixed = { ...place, pathType: remotePathTypeOfIndex({}) };
  expect(remoteShardPath("a/b", fixed, "data")).toBe(`a/b/${data}`);
});

test("remoteShardPath writes all bits of the hash in base64 when the algorithm says so", () => {
  // A real 3.6.0 has the metadata of index UTgahajHQoKZsMk3LMwTeg in folder quffSd5vRhI.
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(fnv1a("UTgahajHQoKZsMk3LMwTeg"));
  expect(bytes.toString("base64url")).toBe("quffSd5vRhI");
  const pathType = remotePathTypeOfCodes(1, 0);
  const place = { indexUuid: "cHJSBZBxS_m57FPFlxysXg", shard: 0, pathType };
  bytes.writeBigUInt64BE(fnv1a("cHJSBZBxS_m57FPFlxysXg0segmentsdata"));
  const [hash] = remoteShardPath("", place, "data").split("/");
  expect(hash).toBe(bytes.toString("base64url"));
});

test("rejects a path type that nobody has defined", () => {
  expect(() => remotePathTypeOfCodes(3, 1)).toThrow(/Unknown path_type \[3\]/);
  expect(() => remotePathTypeOfCodes(1, 2)).toThrow(/Unknown path_hash_algorithm \[2\]/);
  const custom = { path_type: "HASHED_SUFFIX" };
  expect(() => remotePathTypeOfIndex({ remote_store: custom })).toThrow(/Unknown path_type/);
});
