// Which snapshots of one repository another one lacks. Pure: two catalogs in, a list out.

import type { RepositoryData } from "../format/repository-data.ts";
import type { SnapshotInfo } from "../format/snapshot-info.ts";

/** What a copy does with a snapshot of the source. */
export interface CopyDecision {
  name: string;
  uuid: string;
  /** present: the target has it. skip: it cannot be copied. */
  action: "copy" | "present" | "skip";
  reason?: string;
}

/** Decides over the snapshots of `infos`, the oldest first; one that cannot be read is an error. */
export function planCopy(
  infos: readonly (SnapshotInfo | { name: string; uuid: string; error: Error })[],
  target: RepositoryData,
): CopyDecision[] {
  const names = new Map([...target.snapshots.values()].map((item) => [item.name, item.uuid]));
  const started = (item: (typeof infos)[number]) => ("error" in item ? 0 : item.startTimeMillis);
  const ordered = [...infos].sort((a, b) => started(a) - started(b));
  return ordered.map((item): CopyDecision => {
    const { name, uuid } = "error" in item ? item : item.snapshotId;
    const skip = (reason: string): CopyDecision => ({ name, uuid, action: "skip", reason });
    if (target.snapshots.has(uuid)) return { name, uuid, action: "present" };
    if (names.has(name)) return skip("the target has another snapshot of this name");
    if ("error" in item) return skip(item.error.message);
    if (item.remoteStoreIndexShallowCopy === true) return skip("its data is in a remote store");
    if (item.state === "IN_PROGRESS") return skip("it is still running");
    return { name, uuid, action: "copy" };
  });
}
