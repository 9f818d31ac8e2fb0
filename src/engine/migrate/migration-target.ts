// Which indices a version restores as they are, and which have to be written anew.
//
//   TARGET         RESTORES INDICES THAT WERE CREATED BY
//   OpenSearch 2   Elasticsearch 7.0 to 7.10, OpenSearch 1 and 2     (segments of Lucene 8 and 9)
//   OpenSearch 3   OpenSearch 2 and 3                               (segments of Lucene 9 and 10)
// Of a snapshot that a newer server took, the segments may be newer than the target's Lucene.
// Upstream: Version.minimumIndexCompatibilityVersion, MetadataIndexUpgradeService.

import { formatVersion, type ServerVersion, versionOfId } from "../../repository/index.ts";

/** The major version that is to restore the snapshot. */
export type TargetMajor = 2 | 3;

/** The last Elasticsearch that OpenSearch was made from. */
const LAST_COMMON_MINOR = 10;

/** Why an index has to be written anew; undefined where the target restores it as it is. */
export function whyRewritten(
  createdId: number,
  writerId: number,
  to: TargetMajor,
): string | undefined {
  const created = versionOfId(createdId);
  const writer = versionOfId(writerId);
  if (!isReadable(created, to)) {
    return `created by ${serverName(created)}, which OpenSearch ${to} does not restore`;
  }
  if (!writer.elasticsearch && writer.major > to) {
    return `its segments may be of ${serverName(writer)}, which OpenSearch ${to} does not read`;
  }
  return undefined;
}

function isReadable(created: ServerVersion, to: TargetMajor): boolean {
  if (!created.elasticsearch) return created.major >= to - 1 && created.major <= to;
  return to === 2 && created.major === 7 && created.minor <= LAST_COMMON_MINOR;
}

/** `Elasticsearch 6.8.23`, `OpenSearch 1.3.0`. */
export function serverName(version: ServerVersion): string {
  return `${version.elasticsearch ? "Elasticsearch" : "OpenSearch"} ${formatVersion(version)}`;
}
