// Which files of the folder are in use: every commit that stays, the segments in memory of the
// writer, readers and running merges each hold references by name; a file whose last reference goes
// is deleted. At open, files that nobody names (leftovers of a crash) are deleted.
// Upstream: IndexFileDeleter (9.1.0).

import { assert } from "../../base/index.ts";
import type { Directory } from "../store/index.ts";
import type { IndexCommit, IndexDeletionPolicy } from "./index-deletion-policy.ts";
import { type SegmentInfos, segmentsFileName } from "./segment-info.ts";
import { commitFiles, readCommit } from "./segment-infos.ts";

/** What Lucene's IndexFileNames.CODEC_FILE_PATTERN matches, and commits. */
const INDEX_FILE = /^(?:_[a-z0-9]+(?:_.*)?\..*|(?:pending_)?segments_[0-9a-z]+)$/;

/** Names a commit and its files. */
export function indexCommit(infos: SegmentInfos): IndexCommit {
  return {
    generation: infos.generation,
    segmentsFileName: segmentsFileName(infos.generation),
    fileNames: commitFiles(infos),
    userData: new Map(infos.userData),
    segmentCount: infos.segments.length,
  };
}

/** Counts references to the files of one index. */
export class IndexFileDeleter {
  private readonly directory: Directory;
  private readonly policy: IndexDeletionPolicy;
  private readonly references = new Map<string, number>();
  /** Commits on disk, oldest first. */
  private commits: IndexCommit[] = [];
  /** Generation → how many snapshots hold it. */
  private readonly held = new Map<number, number>();
  /** Files of the writer's current segments. */
  private current: readonly string[] = [];
  private closed = false;

  constructor(directory: Directory, policy: IndexDeletionPolicy) {
    this.directory = directory;
    this.policy = policy;
  }

  /** Learns the commits of the folder, lets the policy choose, and deletes what nobody names. */
  open(current: SegmentInfos | undefined): void {
    const names = this.directory.listAll();
    const generations = names
      .map((name) => /^segments_([0-9a-z]+)$/.exec(name)?.[1])
      .filter((text) => text !== undefined)
      .map((text) => Number.parseInt(text, 36))
      .sort((a, b) => a - b);
    for (const generation of generations) {
      const infos =
        generation === current?.generation ? current : readCommit(this.directory, generation);
      this.addCommit(indexCommit(infos));
    }
    this.applyPolicy();
    for (const name of names) {
      if (INDEX_FILE.test(name) && !this.references.has(name)) this.deleteNow(name);
    }
  }

  private addCommit(commit: IndexCommit): void {
    this.commits.push(commit);
    this.incRef(commit.fileNames);
  }

  /** A new commit is on disk. */
  onCommit(commit: IndexCommit): void {
    this.addCommit(commit);
    this.applyPolicy();
  }

  /** Asks the policy again: for policies whose answer changed since the last commit. */
  applyPolicy(): void {
    const last = this.commits.at(-1);
    const going = new Set(this.policy.deletable(this.commits).map((commit) => commit.generation));
    for (const commit of [...this.commits]) {
      if (commit === last || !going.has(commit.generation) || this.held.has(commit.generation)) {
        continue;
      }
      this.commits.splice(this.commits.indexOf(commit), 1);
      this.decRef(commit.fileNames);
    }
  }

  listCommits(): readonly IndexCommit[] {
    return this.commits;
  }

  /** Keeps the files of the newest commit (or of `generation`) until as many releases. */
  hold(generation = this.commits.at(-1)?.generation): IndexCommit | undefined {
    const commit = this.commits.find((one) => one.generation === generation);
    if (commit !== undefined) {
      this.held.set(commit.generation, (this.held.get(commit.generation) ?? 0) + 1);
    }
    return commit;
  }

  /** Undoes one `hold`. */
  release(commit: IndexCommit): void {
    const count = this.held.get(commit.generation) ?? 0;
    assert(count > 0, "a released commit is held");
    if (count > 1) this.held.set(commit.generation, count - 1);
    else this.held.delete(commit.generation);
    this.applyPolicy();
  }

  /** The writer's segments have changed. */
  checkpoint(files: readonly string[]): void {
    this.incRef(files);
    const before = this.current;
    this.current = files;
    this.decRef(before);
  }

  incRef(names: Iterable<string>): void {
    for (const name of names) this.references.set(name, (this.references.get(name) ?? 0) + 1);
  }

  decRef(names: Iterable<string>): void {
    for (const name of names) {
      const count = this.references.get(name) ?? 0;
      assert(count > 0, `file [${name}] is referenced`);
      if (count > 1) {
        this.references.set(name, count - 1);
      } else {
        this.references.delete(name);
        this.deleteNow(name);
      }
    }
  }

  /** Deletes files that were never referenced: the leftovers of a failed flush or merge. */
  deleteNewFiles(names: Iterable<string>): void {
    for (const name of names) if (!this.references.has(name)) this.deleteNow(name);
  }

  /** The writer is gone: another may use the names again, so that no reader deletes from now on. */
  close(): void {
    this.checkpoint([]);
    this.closed = true;
  }

  private deleteNow(name: string): void {
    if (this.closed) return;
    try {
      this.directory.deleteFile(name);
    } catch {
      // Gone already, or held by something outside (a scanner on Windows): the next open retries.
    }
  }
}
