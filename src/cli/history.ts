// The snapshots of a repository in the order in which they were taken.

import type { Repository, RepositorySnapshot } from "../repository/index.ts";

/** A snapshot and when it began; undefined where its blob cannot be read. */
export interface TimedSnapshot {
  readonly snapshot: RepositorySnapshot;
  readonly startTimeMillis: number | undefined;
}

/** Every snapshot, the oldest first; those whose time is not known come last. */
export async function byStartTime(
  repository: Repository,
  signal: AbortSignal,
): Promise<TimedSnapshot[]> {
  const { snapshots } = await repository.getRepositoryData(signal);
  const all = [...snapshots.values()];
  const infos = await repository.getSnapshotInfos(all, signal);
  const timed = all.map((snapshot, at) => {
    const info = infos[at]!;
    const startTimeMillis = info instanceof Error ? undefined : info.startTimeMillis;
    return { snapshot, startTimeMillis };
  });
  return timed.sort(
    (a, b) =>
      (a.startTimeMillis ?? Number.MAX_VALUE) - (b.startTimeMillis ?? Number.MAX_VALUE) ||
      (a.snapshot.name < b.snapshot.name ? -1 : 1),
  );
}
