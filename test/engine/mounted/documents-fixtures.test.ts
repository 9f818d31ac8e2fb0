// The documents of every shard of every snapshot that a real server wrote, against the golden
// answers: ids, routing and source of all of them (documents_sha256), and the versions, sequence
// numbers and primary terms that the server told.

import { createHash } from "node:crypto";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { seededRandom, systemClock } from "../../../src/base/index.ts";
import { FsBlobStore, joinRemoteStore } from "../../../src/blobstore/index.ts";
import { type RootDocument, rootDocuments } from "../../../src/engine/mounted/shard-documents.ts";
import { openDirectoryReader } from "../../../src/lucene/index/index.ts";
import { MemoryDirectory } from "../../../src/lucene/store/index.ts";
import {
  directorySink,
  type IndexId,
  numberOfShards,
  openRepository,
  type Repository,
  type SnapshotId,
} from "../../../src/repository/index.ts";
import {
  fixtureExpected,
  fixtureNames,
  type UnpackedFixture,
  unpackFixture,
} from "../../support/fixtures.ts";

/** Data that lies in a remote store beside the repository. */
const isRemote = (name: string) => name.includes("-remote-");
const hasZstd = "zstdDecompressSync" in (await import("node:zlib"));
const readable = fixtureNames().filter((name) => hasZstd || name !== "os2.19.6-zstd-metadata");

/** The repository of an unpacked fixture, with its remote store where it has one. */
function openFixture({ name, folder, repository }: UnpackedFixture): Repository {
  const options = { name: "fixture", clock: systemClock, random: seededRandom(1) };
  const store = new FsBlobStore(repository);
  if (!isRemote(name)) return openRepository(store, options);
  const joined = joinRemoteStore(store, new FsBlobStore(join(folder, "remote")));
  return openRepository(joined, { ...options, remoteStore: { basePath: "" } });
}

interface Row extends Omit<RootDocument, "source" | "position"> {
  readonly source: string | undefined;
}

async function rowsOfShard(
  repository: Repository,
  snapshot: SnapshotId,
  index: IndexId,
  shard: number,
): Promise<Row[]> {
  const directory = new MemoryDirectory();
  const plan = await repository.planShardRestore(snapshot, index, shard);
  await repository.runShardRestore(plan, directorySink(directory));
  const reader = openDirectoryReader(directory, { softDeletesField: "__soft_deletes" });
  const rows: Row[] = [];
  for (const { position, source, ...rest } of rootDocuments(reader, { withVersions: true })) {
    expect(position.doc).toBeGreaterThanOrEqual(0);
    rows.push({ ...rest, source: source && Buffer.from(source).toString("utf8") });
  }
  reader.close();
  return rows;
}

async function rowsOfIndex(
  repository: Repository,
  snapshot: SnapshotId,
  index: IndexId,
): Promise<Row[]> {
  const rows: Row[] = [];
  const shards = numberOfShards(await repository.getIndexMetadata(snapshot, index));
  const { shardFailures } = await repository.getSnapshotInfo(snapshot);
  for (let shard = 0; shard < shards; shard++) {
    if (shardFailures.some((f) => f.index === index.name && f.shardId === shard)) continue;
    rows.push(...(await rowsOfShard(repository, snapshot, index, shard)));
  }
  return rows.sort((a, b) => Buffer.compare(Buffer.from(a.id), Buffer.from(b.id)));
}

function sha256(rows: readonly Row[]): string {
  const hash = createHash("sha256");
  for (const { id, routing, source } of rows) {
    hash.update(`${id}\t${routing ?? ""}\t${source ?? ""}\n`);
  }
  return hash.digest("hex");
}

/** What the golden file tells of a document, in its own names: long sources by their sum. */
function shown(row: Row, golden: object): Record<string, unknown> {
  const source = row.source === undefined ? undefined : Buffer.from(row.source);
  const all: Record<string, unknown> = {
    _id: row.id,
    _type: row.type,
    _routing: row.routing,
    _version: row.version,
    _seq_no: row.seqNo,
    _primary_term: row.primaryTerm,
    _source: row.source ?? null,
    _source_bytes: source?.length,
    _source_sha256: source && createHash("sha256").update(source).digest("hex"),
  };
  return Object.fromEntries(Object.keys(golden).map((key) => [key, all[key]]));
}

describe.each(readable)("rootDocuments over %s", (name) => {
  const expected = fixtureExpected(name);

  it("gives what the server gave when documents are nested, deleted or routed", async () => {
    const fixture = unpackFixture(name);
    try {
      const repository = openFixture(fixture);
      let compared = 0;
      for (const snapshot of (await repository.getRepositoryData()).snapshots.values()) {
        const own = expected.snapshots[snapshot.name];
        const golden = (expected.snapshots[own?.clone_of] ?? own)?.indices ?? {};
        for (const index of await repository.getSnapshotIndices(snapshot)) {
          if (golden[index.name]?.documents_sha256 === undefined) continue;
          const rows = await rowsOfIndex(repository, snapshot, index);
          compare([name, snapshot.name, index.name], rows, golden[index.name]);
          compared++;
        }
      }
      expect(compared).toBeGreaterThan(0);
    } finally {
      fixture.remove();
    }
  }, 120_000);
});

function compare(where: string[], rows: readonly Row[], golden: any): void {
  expect.soft([...where, rows.length]).toEqual([...where, golden.docs_count]);
  expect.soft([...where, sha256(rows)]).toEqual([...where, golden.documents_sha256]);
  const byId = new Map(rows.map((row) => [`${row.type ?? ""}#${row.id}`, row]));
  for (const document of golden.documents ?? []) {
    const row = byId.get(`${document._type ?? ""}#${document._id}`) ?? byId.get(`#${document._id}`);
    expect.soft(row, `${where.join("/")}: ${document._id}`).toBeDefined();
    if (row !== undefined) expect.soft(shown(row, document)).toEqual(document);
  }
}
