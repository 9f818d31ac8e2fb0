// Which commits of an index stay. Upstream: IndexDeletionPolicy, KeepOnlyLastCommitDeletionPolicy,
// SnapshotDeletionPolicy (9.1.0); OpenSearch's CombinedDeletionPolicy plugs in here.

/** One commit on disk. */
export interface IndexCommit {
  readonly generation: number;
  readonly segmentsFileName: string;
  /** Every file of the commit, its segments_N included. */
  readonly fileNames: readonly string[];
  readonly userData: ReadonlyMap<string, string>;
  readonly segmentCount: number;
}

/** Answers the commits that may go; those held by snapshotCommit stay until released. */
export interface IndexDeletionPolicy {
  /** `commits` are all undeleted ones, oldest first; called at open and after every commit. */
  deletable(commits: readonly IndexCommit[]): readonly IndexCommit[];
}

/** Lucene's default. */
export const keepOnlyLastCommit: IndexDeletionPolicy = {
  deletable: (commits) => commits.slice(0, -1),
};
