// Snapshots and restores of 6 × the cities, and snapshots of 600 small shards.

import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { indexCities } from "./cities.ts";
import { type Figure, median } from "./figures.ts";
import { call, type Pair, type Peer, secondsOf } from "./peer.ts";

const COPIES = 6;
const SMALL_INDICES = 120;
const SMALL_SHARDS = 5;
const UNLIMITED = { max_snapshot_bytes_per_sec: "0", max_restore_bytes_per_sec: "0" };

async function register(peer: Peer, name: string): Promise<string> {
  const location = join(peer.repositories, name);
  await call(peer, "PUT", `/_snapshot/${name}`, {
    type: "fs",
    settings: { location, ...UNLIMITED },
  });
  return location;
}

function snapshotSeconds(
  peer: Peer,
  repository: string,
  snapshot: string,
  indices: string,
): Promise<number> {
  return secondsOf(async () => {
    const path = `/_snapshot/${repository}/${snapshot}?wait_for_completion=true`;
    const answer = await call(peer, "PUT", path, { indices, include_global_state: false });
    if (answer.snapshot.state !== "SUCCESS")
      throw new Error(`Snapshot is ${answer.snapshot.state}`);
  });
}

interface SnapshotTimes {
  readonly first: number;
  readonly again: number;
  readonly restore: number;
  /** `cp -r` of the repository after the first snapshot. */
  readonly copy: number;
}

async function snapshotTimes(peer: Peer, runs: number): Promise<SnapshotTimes> {
  await call(peer, "PUT", "/_cluster/settings", {
    transient: { "indices.recovery.max_bytes_per_sec": "0" },
  });
  for (let copy = 0; copy < COPIES; copy++) {
    await indexCities(peer, `big-${copy}`);
    await call(peer, "POST", `/big-${copy}/_flush`);
  }
  const times: Record<keyof SnapshotTimes, number[]> = {
    first: [],
    again: [],
    restore: [],
    copy: [],
  };
  for (let run = -1; run < runs; run++) {
    const repository = `bench-${run + 1}`;
    const location = await register(peer, repository);
    const first = await snapshotSeconds(peer, repository, "first", "big-*");
    const copy = copySeconds(location);
    const again = await snapshotSeconds(peer, repository, "again", "big-*");
    const restore = await restoreSeconds(peer, repository);
    if (run >= 0) {
      times.first.push(first);
      times.again.push(again);
      times.restore.push(restore);
      times.copy.push(copy);
    }
    await call(peer, "DELETE", `/_snapshot/${repository}/first,again`);
  }
  for (let copy = 0; copy < COPIES; copy++) await call(peer, "DELETE", `/big-${copy}`);
  return {
    first: median(times.first),
    again: median(times.again),
    restore: median(times.restore),
    copy: median(times.copy),
  };
}

function copySeconds(location: string): number {
  const target = mkdtempSync(join(tmpdir(), "varve-copy-"));
  const start = performance.now();
  execFileSync("cp", ["-r", location, join(target, "copy")]);
  const seconds = (performance.now() - start) / 1000;
  rmSync(target, { recursive: true, force: true });
  return seconds;
}

async function restoreSeconds(peer: Peer, repository: string): Promise<number> {
  const seconds = await secondsOf(async () => {
    const answer = await call(
      peer,
      "POST",
      `/_snapshot/${repository}/first/_restore?wait_for_completion=true`,
      {
        rename_pattern: "big-(.+)",
        rename_replacement: "restored-$1",
      },
    );
    if (answer.snapshot.shards.failed > 0) throw new Error("A shard was not restored");
  });
  for (let copy = 0; copy < COPIES; copy++) await call(peer, "DELETE", `/restored-${copy}`);
  return seconds;
}

/** About 100 MB: first, again, restore. */
export async function measureSnapshots({ varve, real }: Pair, runs: number): Promise<Figure[]> {
  const ours = await snapshotTimes(varve, runs);
  const theirs = await snapshotTimes(real, runs);
  return [
    {
      work: "first snapshot of 6 × cities",
      unit: "s",
      varve: ours.first,
      real: theirs.first,
      goal: "≤ 0.5 ×",
    },
    {
      work: "the same beside `cp -r`",
      unit: "s",
      varve: ours.first,
      real: ours.copy,
      goal: "≤ 2 ×",
    },
    {
      work: "the same again, nothing changed",
      unit: "s",
      varve: ours.again,
      real: theirs.again,
      goal: "≤ 0.2 ×",
    },
    {
      work: "restore of 6 × cities",
      unit: "s",
      varve: ours.restore,
      real: theirs.restore,
      goal: "≤ 0.2 ×",
    },
  ];
}

async function smallShardTimes(peer: Peer): Promise<{ first: number; again: number }> {
  for (let i = 0; i < SMALL_INDICES; i++) {
    await call(peer, "PUT", `/small-${i}`, {
      settings: { number_of_shards: SMALL_SHARDS, number_of_replicas: 0 },
    });
  }
  const lines = Array.from(
    { length: SMALL_INDICES * 20 },
    (_, i) =>
      `{"index":{"_index":"small-${i % SMALL_INDICES}","_id":"${i}"}}\n{"n":${i},"text":"small document ${i}"}\n`,
  );
  await call(peer, "POST", "/_bulk?refresh=true", lines.join(""));
  await call(peer, "POST", "/small-*/_flush");
  await register(peer, "bench-small");
  const first = await snapshotSeconds(peer, "bench-small", "first", "small-*");
  const agains: number[] = [];
  for (let run = 0; run < 3; run++)
    agains.push(await snapshotSeconds(peer, "bench-small", `again-${run}`, "small-*"));
  return { first, again: median(agains) };
}

/** 120 indices of 5 shards. */
export async function measureSmallShards({ varve, real }: Pair): Promise<Figure[]> {
  const ours = await smallShardTimes(varve);
  const theirs = await smallShardTimes(real);
  return [
    {
      work: "first snapshot of 600 small shards",
      unit: "s",
      varve: ours.first,
      real: theirs.first,
      goal: "≤ 0.4 ×",
    },
    {
      work: "the same again, nothing changed",
      unit: "s",
      varve: ours.again,
      real: theirs.again,
      goal: "≤ 0.15 ×",
    },
  ];
}
