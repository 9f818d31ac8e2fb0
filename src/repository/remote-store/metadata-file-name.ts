// Which of a shard's metadata files a snapshot means. Numbers in their names are inverted (2^63 - 1
// minus the number, 19 digits), so that the newest comes first in a listing by name.
// Upstream: RemoteSegmentStoreDirectory.MetadataFilenameUtils, RemoteStoreUtils
// .getPinnedTimestampLockedFiles, RemoteStoreMetadataLockManager, FileLockInfo (2.19.6).

import { corrupt } from "../../base/index.ts";

const LONG_MAX = 0x7fffffffffffffffn;
const LONG_DIGITS = 19;
const SEPARATOR = "__";
/** First part of every name. */
export const METADATA_FILE_PREFIX = "metadata";
/** Parts of a name that says which node wrote it (2.11 and later). */
const PARTS_WITH_NODE = 8;
/** How locks are named, and how they were before 2.11. */
const LOCK_NAMES = [
  { separator: "...", suffix: ".v2_lock" },
  { separator: "___", suffix: ".lock" },
] as const;

/** `2^63 - 1 - value`, of 19 digits. Upstream: RemoteStoreUtils.invertLong. */
export function invertLong(value: number): string {
  return String(LONG_MAX - BigInt(value)).padStart(LONG_DIGITS, "0");
}

/** How the names of all metadata files of a commit begin. */
export function commitPrefix(primaryTerm: number, generation: number): string {
  const numbers = [invertLong(primaryTerm), invertLong(generation)];
  return [METADATA_FILE_PREFIX, ...numbers, ""].join(SEPARATOR);
}

/** The time in a name, still inverted; undefined for what is no metadata file. */
function invertedTime(name: string): string | undefined {
  const time = name.split(SEPARATOR).at(-2);
  return time !== undefined && /^\d{19}$/.test(time) ? time : undefined;
}

/**
 * The newest metadata file that was written at or before a pinned timestamp. A file with a higher
 * primary term or generation is preferred, also where a clock ran behind. Undefined where there is
 * none. Error: `corrupt` where two nodes wrote the same generation.
 */
export function metadataFileAt(names: Iterable<string>, timestamp: number): string | undefined {
  const found = [...names].filter((name) => invertedTime(name) !== undefined).sort();
  refuseTwoWriters(found);
  const pinned = invertLong(timestamp);
  let previous = "";
  for (const name of found) {
    // Of inverted numbers the larger is the earlier.
    const time = invertedTime(name)!;
    if (time < previous) continue;
    if (time >= pinned) return name;
    previous = time;
  }
  return undefined;
}

/** Two primaries at once: nobody knows which of them is right. The server fails here too. */
function refuseTwoWriters(names: readonly string[]): void {
  const nodes = new Map<string, string>();
  for (const name of names) {
    const parts = name.split(SEPARATOR);
    if (parts.length < PARTS_WITH_NODE) continue;
    const generation = parts.slice(1, 4).join(SEPARATOR);
    const node = parts[5]!;
    const known = nodes.get(generation) ?? node;
    if (known !== node) {
      throw corrupt("Two nodes wrote metadata files of one primary term and generation", {
        file: name,
      });
    }
    nodes.set(generation, node);
  }
}

/** The metadata file that a lock of `acquirer` (a snapshot's uuid) holds; undefined without one. */
export function lockedMetadataFile(
  lockFiles: Iterable<string>,
  acquirer: string,
): string | undefined {
  for (const name of lockFiles) {
    for (const { separator, suffix } of LOCK_NAMES) {
      const end = `${separator}${acquirer}${suffix}`;
      if (name.endsWith(end)) return name.slice(0, -end.length);
    }
  }
  return undefined;
}
