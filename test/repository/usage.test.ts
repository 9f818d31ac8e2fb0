// What `du` says against what happens: the bytes of all add up to those on disk, and a deletion
// frees to the byte what was said that it would.

import { cpSync, readdirSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { seededRandom, systemClock } from "../../src/base/index.ts";
import { FsBlobStore, meter } from "../../src/blobstore/index.ts";
import {
  measureDeletion,
  measureUsage,
  openRepository,
  type Repository,
} from "../../src/repository/index.ts";
import {
  applyDamage,
  fixtureNames,
  type UnpackedFixture,
  unpackFixture,
} from "../support/fixtures.ts";

let fixture: UnpackedFixture | undefined;
afterEach(() => {
  fixture?.remove();
  fixture = undefined;
});

function unpack(name: string): string {
  fixture = unpackFixture(name);
  return fixture.repository;
}

function open(folder: string): Repository {
  const options = { name: "fixture", clock: systemClock, random: seededRandom(1) };
  return openRepository(new FsBlobStore(folder), options);
}

/** Blobs and bytes on disk. */
function onDisk(folder: string): { blobs: number; bytes: number } {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  const sizes = files.map((entry) => statSync(join(entry.parentPath, entry.name)).size);
  return { blobs: files.length, bytes: sizes.reduce((sum, size) => sum + size, 0) };
}

/** Deletions as users make them: one, several, all but one. */
function selections(names: readonly string[]): string[][] {
  const several = names.filter((_, at) => at % 2 === 0);
  return [...names.map((name) => [name]), several, names.slice(1), [...names]];
}

describe("measureUsage", () => {
  test.each(fixtureNames())("adds up to the bytes on disk in %s", async (name) => {
    const folder = unpack(name);
    const repository = open(folder);
    const data = await repository.getRepositoryData();
    const usage = await measureUsage(repository.context, data);
    const { blobs, bytes } = onDisk(folder);
    expect({ blobs: usage.blobs, bytes: usage.bytes }).toEqual({ blobs, bytes });
    for (const row of usage.snapshots) expect(row.ownBytes + row.sharedBytes).toBe(row.bytes);
    const sum = (rows: readonly { bytes: number }[]) =>
      rows.reduce((total, row) => total + row.bytes, 0);
    expect(sum(usage.shards)).toBeLessThanOrEqual(sum(usage.indices));
    const old = name.startsWith("es");
    if (!old) expect(usage.unreferencedBytes).toBe(0);
    const roots = usage.snapshots.flatMap(({ snapshot }) => {
      const found = [...data.snapshots.values()].find((item) => item.name === snapshot)!;
      return [`snap-${found.uuid}.dat`, `meta-${found.uuid}.dat`];
    });
    const rootBytes = roots.reduce((total, blob) => total + statSync(join(folder, blob)).size, 0);
    const rest = usage.catalogBytes + usage.unreferencedBytes + rootBytes;
    expect(sum(usage.indices) + rest).toBe(usage.bytes);
  });

  test("counts what nothing needs", async () => {
    const folder = unpack("os2.19.6-series");
    applyDamage("v8-orphans", fixture!.folder);
    const repository = open(folder);
    const usage = await measureUsage(repository.context, await repository.getRepositoryData());
    const before = onDisk(folder);
    expect(usage.bytes).toBe(before.bytes);
    expect(usage.unreferencedBlobs).toBe(4);
    await repository.cleanup();
    expect(onDisk(folder).bytes).toBe(before.bytes - usage.unreferencedBytes);
  });

  test("calls own what goes with a snapshot", async () => {
    const source = unpack("os2.19.6-series");
    const folder = join(fixture!.folder, "copy");
    const repository = open(source);
    const usage = await measureUsage(repository.context, await repository.getRepositoryData());
    for (const row of usage.snapshots.slice(0, 5)) {
      rmSync(folder, { recursive: true, force: true });
      cpSync(source, folder, { recursive: true });
      const blobsOf = (path: string) =>
        new Set((readdirSync(path, { recursive: true }) as string[]).map(String));
      await open(folder).deleteSnapshots([row.snapshot]);
      const left = blobsOf(folder);
      const gone = [...blobsOf(source)].filter(
        (blob) =>
          !left.has(blob) && statSync(join(source, blob)).isFile() && !/\bindex-/.test(blob),
      );
      const bytes = gone.reduce((sum, blob) => sum + statSync(join(source, blob)).size, 0);
      const ownIndexes = row.ownBytes - bytes;
      // Indices of shards that were this snapshot's alone.
      expect(ownIndexes).toBeGreaterThanOrEqual(0);
      expect(ownIndexes).toBeLessThan(4000);
    }
  });

  test("asks for one listing and one index a shard, whatever the snapshots", async () => {
    const folder = unpack("os2.19.6-series");
    const { store, metrics } = meter(new FsBlobStore(folder), systemClock);
    const options = { name: "fixture", clock: systemClock, random: seededRandom(1) };
    const repository = openRepository(store, options);
    const usage = await measureUsage(repository.context, await repository.getRepositoryData());
    expect(metrics.get.calls).toBe(usage.shards.length + 1);
    expect(metrics.list.calls).toBeLessThan(2 * usage.shards.length + 2 * usage.indices.length);
  });
});

const WRITTEN = fixtureNames().filter((name) =>
  /^os2.19.6-(series|global|chunked|hashed)|^os3.6.0-hashed|^mixed/.test(name),
);

describe("measureDeletion", () => {
  test.each(WRITTEN)("says to the byte what a deletion frees in %s", async (name) => {
    const source = unpack(name);
    const before = onDisk(source);
    const data = await open(source).getRepositoryData();
    const names = [...data.snapshots.values()].map((snapshot) => snapshot.name);
    const folder = join(fixture!.folder, "copy");
    for (const selected of selections(names)) {
      if (selected.length === 0) continue;
      rmSync(folder, { recursive: true, force: true });
      cpSync(source, folder, { recursive: true });
      const repository = open(folder);
      const plan = await repository.planDelete(selected);
      const said = await measureDeletion(repository.context, plan);
      await open(folder).deleteSnapshots(selected);
      const after = onDisk(folder);
      expect([selected, said.freedBytes]).toEqual([selected, before.bytes - after.bytes]);
    }
  });
});
