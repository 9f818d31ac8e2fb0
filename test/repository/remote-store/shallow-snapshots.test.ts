// Shallow snapshots that real servers took, read out of their remote stores by every command, and
// what is said when something is missing there. Their documents are compared with the golden ones
// in test/engine/mounted/documents-fixtures.test.ts, their restores by the REST API in
// test/server/snapshots-fixtures.test.ts, and CheckIndex judges restored folders in test/interop.

import { createHash } from "node:crypto";
import { readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { crc32, VarveError } from "../../../src/base/index.ts";
import { joinRemoteStore, MemoryBlobStore } from "../../../src/blobstore/index.ts";
import { readRemoteSegmentMetadata } from "../../../src/repository/remote-store/remote-segment-metadata.ts";
import { runVarve } from "../../support/cli.ts";
import { fixtureExpected, type UnpackedFixture, unpackFixture } from "../../support/fixtures.ts";

const FIXTURES = ["os2.19.6-remote-v1", "os2.19.6-remote-v2", "os3.6.0-remote-v2"];

let fixture: UnpackedFixture;
afterEach(() => fixture?.remove());

function unpack(name: string): { repo: string; remote: string; given: string[] } {
  fixture = unpackFixture(name);
  const remote = join(fixture.folder, "remote");
  return { repo: fixture.repository, remote, given: ["--remote-store", remote] };
}

/** Full paths of the remote store's files whose name in it matches. */
function filesOf(remote: string, pattern: RegExp): string[] {
  const names = readdirSync(remote, { recursive: true }) as string[];
  return names.filter((name) => pattern.test(name)).map((name) => join(remote, name));
}

/** The index with one shard that every snapshot of the fixture holds. */
const INDEX: Readonly<Record<string, string>> = {
  "os2.19.6-remote-v1": "ra-b",
  "os2.19.6-remote-v2": "rb-b",
  "os3.6.0-remote-v2": "rc-b",
};

describe.each(FIXTURES)("shallow snapshots of %s", (name) => {
  const { snapshots } = fixtureExpected(name);

  test.each(["r1", "r1c", "r3"])("exports the golden documents of %s", async (snapshot) => {
    const { repo, given } = unpack(name);
    const golden = snapshots[snapshots[snapshot].clone_of ?? snapshot].indices;
    for (const [index, expected] of Object.entries<any>(golden)) {
      const out = await runVarve(["export", repo, snapshot, index, "--quiet", ...given]);
      expect([out.code, out.stderr]).toEqual([0, ""]);
      const documents = out.stdout
        .trimEnd()
        .split("\n")
        .map((row) => JSON.parse(row));
      expect(documents.length).toBe(expected.docs_count);
      const wanted = new Map<string, string>(
        (expected.documents ?? []).map((one: any) => [one._id, one._source]),
      );
      for (const { _id, _source } of documents) {
        if (wanted.size > 0) expect(_source).toEqual(JSON.parse(wanted.get(_id)!));
      }
    }
  });

  test("exports the same in threads, which open both stores for themselves", async () => {
    const { repo, given } = unpack(name);
    const run = (...more: string[]) => runVarve(["export", repo, "r3", "*", ...given, ...more]);
    const [here, threaded] = [await run(), await run("--threads", "2")];
    expect([here.code, threaded.code]).toEqual([0, 0]);
    const sum = (text: string) => createHash("sha256").update(text).digest("hex");
    expect(sum(threaded.stdout)).toBe(sum(here.stdout));
  });

  test("ls, search and get read where the data lies", async () => {
    const { repo, given } = unpack(name);
    const index = INDEX[name]!;
    const listed = (await runVarve(["ls", repo, "r1", "--json", ...given])).json();
    const row = listed.indices.find((one: any) => one.name === index);
    expect(row.docs).toBe(30);
    expect(row.problem).toBeUndefined();
    expect(row.size_in_bytes).toBeGreaterThan(5000);
    const { _id, _source } = snapshots.r1.indices[index].documents[0];
    const got = (await runVarve(["get", repo, "r1", index, _id, ...given])).json();
    expect(got._source).toEqual(JSON.parse(_source));
    const { seq } = JSON.parse(_source);
    const query = ["search", repo, "r1", index, "-q", `seq:${seq}`, ...given];
    expect((await runVarve(query)).json().hits.hits.map((hit: any) => hit._id)).toEqual([_id]);
  });

  test("rejects reading when the remote store is not named, and says which it is", async () => {
    const { repo } = unpack(name);
    const got = await runVarve(["get", repo, "r1", INDEX[name]!, "d60"]);
    expect(got.code).toBe(3);
    expect(got.stderr).toMatch(/r1.* is a shallow copy: shard \[r.-b\]\[0\] .*\[rseg\]/);
    expect(got.stderr).toContain("--remote-store");
    const listed = await runVarve(["ls", repo, "--json"]);
    expect(listed.json().snapshots[0].remote_store_index_shallow_copy).toBe(true);
  });

  test("verify checks the remote store's files too when it is named", async () => {
    const { repo, given } = unpack(name);
    const without = (await runVarve(["verify", repo, "--json"])).json();
    expect(without).toMatchObject({ findings: [], shallow: ["r1", "r1c", "r3"] });
    const checked = (await runVarve(["verify", repo, "--structure", "--json", ...given])).json();
    expect(checked).toMatchObject({ findings: [], shallow: [] });
    expect(checked.bytes).toBeGreaterThan(without.bytes + 40_000);
  });
});

describe.each(FIXTURES)("a damaged remote store of %s", (name) => {
  const index = INDEX[name]!;
  const metadata =
    /(3zDD29rtSzCb41O9ozSlaA|T_96iZ2oRDePYfO1pu-Leg|UTgahajHQoKZsMk3LMwTeg)\/0\/segments\/metadata\/metadata/;
  const data =
    /(3zDD29rtSzCb41O9ozSlaA|T_96iZ2oRDePYfO1pu-Leg|UTgahajHQoKZsMk3LMwTeg)\/0\/segments\/data\/_0\.cfs/;

  async function exported(repo: string, given: string[]) {
    const out = await runVarve(["export", repo, "r1", index, ...given]);
    expect([out.code, out.stdout]).toEqual([3, ""]);
    expect(out.stderr).toContain("r1");
    expect(out.stderr).toContain(`[${index}][0]`);
    return out.stderr;
  }

  async function findings(repo: string, given: string[]) {
    const out = await runVarve(["verify", repo, "--json", ...given]);
    expect(out.code).toBe(1);
    return out.json().findings;
  }

  test("tells a missing metadata file", async () => {
    const { repo, remote, given } = unpack(name);
    for (const path of filesOf(remote, metadata)) rmSync(path);
    expect(await exported(repo, given)).toMatch(/in the remote store: .*metadata/);
    const found = await findings(repo, given);
    expect(new Set(found.map(({ kind }: any) => kind))).toEqual(
      new Set(["missing-remote-metadata"]),
    );
    expect(found.map((one: any) => [one.index, one.shard, ...one.snapshots])).toContainEqual([
      index,
      0,
      "r1",
    ]);
  });

  test("tells a truncated metadata file", async () => {
    const { repo, remote, given } = unpack(name);
    for (const path of filesOf(remote, metadata)) truncateSync(path, 300);
    expect(await exported(repo, given)).toMatch(/truncated or damaged .*metadata__/);
    const found = await findings(repo, given);
    for (const one of found) {
      expect(one).toMatchObject({ kind: "corrupt-remote-metadata", index, shard: 0 });
      expect(one.blob).toMatch(/^@remote-store\/.*\/segments\/metadata\/metadata__/);
    }
    expect(found.flatMap((one: any) => one.snapshots).sort()).toEqual(["r1", "r1c", "r3"]);
  });

  test("tells a missing file, and each snapshot that needs it", async () => {
    const { repo, remote, given } = unpack(name);
    for (const path of filesOf(remote, data)) rmSync(path);
    expect(await exported(repo, given)).toMatch(/missing .*_0\.cfs/);
    expect(await findings(repo, given)).toMatchObject([
      {
        kind: "missing-blob",
        index,
        shard: 0,
        file: "_0.cfs",
        snapshots: expect.arrayContaining(["r1", "r1c"]),
      },
    ]);
  });

  test("tells a changed byte", async () => {
    const { repo, remote, given } = unpack(name);
    const [path] = filesOf(remote, data);
    const bytes = readFileSync(path!);
    bytes[1000]! ^= 8;
    writeFileSync(path!, bytes);
    expect(await findings(repo, given)).toMatchObject([
      {
        kind: "checksum-mismatch",
        index,
        shard: 0,
        file: "_0.cfs",
        blob: expect.stringContaining("__"),
      },
    ]);
  });
});

test.each(FIXTURES)("rejects a clone of a shallow snapshot of %s by name", async (name) => {
  const { repo } = unpack(name);
  const out = await runVarve(["clone", repo, "r1", "r9"]);
  expect([out.code, out.stdout]).toEqual([3, ""]);
  expect(out.stderr).toMatch(/r1.* is a shallow copy: its data is in a remote store/);
});

test("reads a v1 snapshot whose lock is gone, and verify warns", async () => {
  const { repo, remote, given } = unpack("os2.19.6-remote-v1");
  for (const path of filesOf(remote, /\/lock_files\/.*aKnMtCTpReKEhxEZOWaCBw/)) rmSync(path);
  const out = await runVarve(["export", repo, "r1", "ra-a", "--quiet", ...given]);
  expect([out.code, out.stdout.trimEnd().split("\n").length]).toEqual([0, 60]);
  const { findings } = (await runVarve(["verify", repo, "--json", ...given])).json();
  expect(findings.map((one: any) => [one.severity, one.kind, ...one.snapshots])).toEqual(
    Array(3).fill(["warning", "missing-remote-lock", "r1"]),
  );
});

test.each(FIXTURES)("rejects a metadata file of %s that is cut or changed anywhere", (name) => {
  const { remote } = unpack(name);
  const [path] = filesOf(remote, /\/0\/segments\/metadata\/metadata/);
  const bytes = readFileSync(path!);
  expect(readRemoteSegmentMetadata("whole", bytes).files.length).toBeGreaterThan(2);
  for (let at = 0; at < bytes.length; at++) {
    const changed = Buffer.from(bytes);
    changed[at]! ^= 0x81;
    for (const bad of [bytes.subarray(0, at), changed]) {
      expect(() => readRemoteSegmentMetadata("bad", bad)).toThrow(VarveError);
    }
  }
});

test("rejects a metadata file that is wrong though its checksum holds", () => {
  const { remote } = unpack("os3.6.0-remote-v2");
  const [path] = filesOf(remote, /\/0\/segments\/metadata\/metadata/);
  const bytes = readFileSync(path!);
  let refused = 0;
  for (let at = 0; at < bytes.length - 16; at++) {
    for (const value of [0x00, 0x7f, 0xff]) {
      const changed = Buffer.from(bytes);
      changed[at] = value;
      changed.writeBigUInt64BE(BigInt(crc32(changed.subarray(0, -8))), changed.length - 8);
      try {
        readRemoteSegmentMetadata("changed", changed);
      } catch (error) {
        expect(error).toBeInstanceOf(VarveError);
        refused++;
      }
    }
  }
  expect(refused).toBeGreaterThan(300);
});

test("joinRemoteStore keeps the remote store out of listings and unchanged", async () => {
  const [own, other] = [new MemoryBlobStore(), new MemoryBlobStore()];
  await own.put("a/x", Buffer.from("own"));
  await other.put("a/x", Buffer.from("other"));
  const joined = joinRemoteStore(own, other);
  expect(Buffer.from(await joined.get("@remote-store/a/x")).toString()).toBe("other");
  expect(Buffer.from(await joined.get("a/x")).toString()).toBe("own");
  expect(await joined.listFolders("")).toEqual(["a"]);
  expect(await joined.list("@remote-store/a")).toEqual(new Map([["x", 5]]));
  expect(await joined.listFolders("@remote-store")).toEqual(["a"]);
  for (const change of [
    () => joined.put("@remote-store/a/y", Buffer.from("")),
    () => joined.delete(["a/x", "@remote-store/a/x"]),
    () => joined.deleteTree("@remote-store"),
  ]) {
    await expect(change()).rejects.toThrow(VarveError);
  }
  expect([...(await joined.list("a")).keys()]).toEqual(["x"]);
  await joined.deleteTree("");
  expect(await joined.list("@remote-store/a")).toEqual(new Map([["x", 5]]));
});
