// What is in a shard's segments, by Lucene's own invariants (lucene/check). Snapshots share
// segments, so each is looked at once a shard, and a finding names all snapshots that hold it.
// Segments are read where they lie; what comes from afar is kept in a temporary file meanwhile.

import { checkCommit, checkSegment, type StructureProblem } from "../../lucene/check/index.ts";
import { type SegmentCommitInfo, segmentCommitFiles } from "../../lucene/index/index.ts";
import { withPages } from "../../lucene/store/index.ts";
import { BlobDirectory } from "../directory/blob-directory.ts";
import { BlobPages } from "../directory/blob-pages.ts";
import type { ShardSnapshot } from "../format/shard-snapshot.ts";
import type { RepositoryContext } from "../repository-context.ts";
import { type Finding, newFinding } from "./finding.ts";

/** A shard's snapshots whose blobs are all there. */
interface ReadableCommits {
  readonly folder: string;
  readonly commits: readonly { readonly snapshot: string; readonly commit: ShardSnapshot }[];
}

/** A segment, or a commit, of one or several snapshots. */
interface CheckedUnit {
  readonly snapshots: string[];
  readonly blobOf: (file: string) => string | undefined;
  readonly problems: StructureProblem[];
}

/** Checks a shard; `damaged` are blobs whose bytes are known to be wrong. */
export async function verifyStructure(
  context: RepositoryContext,
  place: { readonly index: string; readonly shard: number },
  shard: ReadableCommits,
  damaged: ReadonlySet<string>,
  findings: Finding[],
  signal?: AbortSignal,
): Promise<void> {
  const pages = new BlobPages(context.store, { signal });
  const units = new Map<string, CheckedUnit>();
  try {
    for (const { snapshot, commit } of shard.commits) {
      signal?.throwIfAborted();
      const { files } = commit;
      const blobs = new Map(files.map((file) => [file.physicalName, file.name]));
      const isDamaged = files.some((file) => damaged.has(`${shard.folder}/${file.name}`));
      if (isDamaged) continue;
      const directory = new BlobDirectory(pages, shard.folder, commit, { snapshot, ...place });
      const keyOf = (names: readonly string[]) => names.map((name) => blobs.get(name)).join(" ");
      const blobOf = (file: string) => {
        const name = blobs.get(file);
        return name === undefined || name.startsWith("v__") ? undefined : `${shard.folder}/${name}`;
      };
      const unitOf = (key: string): CheckedUnit | undefined => {
        const known = units.get(key);
        known?.snapshots.push(snapshot);
        return known;
      };
      const problems: StructureProblem[] = [];
      const infos = await withPages(() => {
        problems.length = 0;
        return checkCommit(directory, problems);
      });
      const commitKey = keyOf([...blobs.keys()].filter((name) => name.startsWith("segments_")));
      if (unitOf(commitKey) === undefined) {
        units.set(commitKey, { snapshots: [snapshot], blobOf, problems });
      }
      const broken = new Set(problems.map(({ segment }) => segment));
      for (const segment of infos?.segments ?? []) {
        if (broken.has(segment.info.name)) continue;
        const key = keyOf(segmentCommitFiles(segment));
        if (unitOf(key) !== undefined) continue;
        // Local pages never wait: Ctrl-C would not be heard before the last segment.
        await new Promise((resolve) => setImmediate(resolve));
        signal?.throwIfAborted();
        const found = await checkOne(directory, pages, segment);
        units.set(key, { snapshots: [snapshot], blobOf, problems: found });
      }
    }
  } finally {
    pages.close();
  }
  for (const unit of units.values()) report(unit, place, findings);
}

async function checkOne(
  directory: BlobDirectory,
  pages: BlobPages,
  segment: SegmentCommitInfo,
): Promise<StructureProblem[]> {
  const problems: StructureProblem[] = [];
  // A file at a time, so that what was fetched can go to the temporary file.
  for (const name of pages.isLocal ? [] : segmentCommitFiles(segment)) {
    directory.prefetch(name);
    await pages.load();
  }
  return withPages(() => {
    problems.length = 0;
    checkSegment(directory, segment, problems);
    return problems;
  });
}

function report(
  unit: CheckedUnit,
  place: { readonly index: string; readonly shard: number },
  findings: Finding[],
): void {
  for (const { part, segment, field, file, message, notChecked } of unit.problems) {
    const kind = notChecked ? "structure-not-checked" : "invalid-structure";
    const where = segment === undefined ? "" : ` of segment [${segment}]`;
    const ofField = field === undefined ? "" : `, field [${field}]`;
    const text = `${part}${where}${ofField}: ${message}`;
    const position = { ...place, snapshots: unit.snapshots, file };
    findings.push(newFinding(kind, unit.blobOf(file), text, position));
  }
}
