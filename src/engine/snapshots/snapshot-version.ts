// The version a snapshot is stamped with: the oldest OpenSearch that can hold what is in it.
// Older servers refuse a snapshot of a newer version, so the stamp is the floor unless an index was
// made by a newer server, or holds segments of a Lucene that came later.

import type { IndexMetadata } from "../cluster/metadata.ts";
import type { IndicesService } from "../indices/indices-service.ts";
import { versionId, versionOfId } from "../version.ts";

/** Lucene line → the first OpenSearch that reads it. */
const FIRST_READER: readonly (readonly [major: number, minor: number, opensearch: string])[] = [
  [9, 1, "2.0.0"],
  [9, 3, "2.3.0"],
  [9, 4, "2.4.0"],
  [9, 5, "2.7.0"],
  [9, 6, "2.8.0"],
  [9, 7, "2.9.0"],
  [9, 8, "2.12.0"],
  [9, 10, "2.14.0"],
  [9, 11, "2.16.0"],
  [9, 12, "2.18.0"],
  [10, 1, "3.0.0"],
  [10, 2, "3.1.0"],
  [10, 3, "3.3.0"],
  [10, 4, "3.6.0"],
  [10, 5, "3.8.0"],
];

function readerOfLucene(text: string): string {
  const [major = 0, minor = 0] = text.split(".").map(Number);
  for (const [knownMajor, knownMinor, opensearch] of FIRST_READER) {
    if (major < knownMajor || (major === knownMajor && minor <= knownMinor)) return opensearch;
  }
  return FIRST_READER.at(-1)![2];
}

function newest(a: string, b: string): string {
  return versionId(a) >= versionId(b) ? a : b;
}

/** The id to stamp on a snapshot of these indices. */
export function snapshotVersionId(
  indices: IndicesService,
  chosen: readonly IndexMetadata[],
): number {
  let version = versionOfId(indices.versionCreated());
  for (const index of chosen) {
    const created = index.settings.getInt("index.version.created", 0);
    if (isOpenSearch(created)) version = newest(version, versionOfId(created));
    for (const shard of indices.service(index.name)?.openShards() ?? []) {
      for (const segment of shard.segments()) {
        version = newest(version, readerOfLucene(segment.version));
      }
    }
  }
  return versionId(version);
}

/** Elasticsearch's ids lack the mask and are older than any OpenSearch. */
function isOpenSearch(id: number): boolean {
  return (id & 0x08000000) !== 0;
}
