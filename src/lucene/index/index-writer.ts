// IndexWriter: documents in, segments and commits out, with Lucene's semantics as OpenSearch's
// InternalEngine uses them.
//
// One thread writes. Documents gather in one segment in memory; deletes and soft updates by term
// wait beside it and reach every document that was there before them: those in memory at flush,
// those of older segments at the same moment. So every segment on disk is older than every update
// that waits. A flush, a reader, a merge and a commit each begin by flushing. What a crash leaves
// is whatever the last commit names; the rest is deleted at the next open.
// Upstream: IndexWriter (9.1.0).

import { illegalArgument, VarveError } from "../../base/index.ts";
import { lucene91Codec } from "../codecs/registry.ts";
import type { Directory } from "../store/index.ts";
import { BufferedUpdates, type Term } from "./buffered-updates.ts";
import { DocumentsWriter } from "./documents-writer.ts";
import { FieldNumbers } from "./field-numbers.ts";
import { flushSegment, newCommitInfo } from "./flush-segment.ts";
import { type IndexCommit, keepOnlyLastCommit } from "./index-deletion-policy.ts";
import { IndexFileDeleter, indexCommit } from "./index-file-deleter.ts";
import {
  type IndexWriterSettings,
  RAM_BUFFER_BYTES_DEFAULT,
  SOFT_DELETES_FIELD,
} from "./index-writer-config.ts";
import { openInfos, VERSION_FLOOR, versionFor } from "./index-writer-open.ts";
import type { IndexableDocument } from "./indexable-field.ts";
import {
  MERGE_POLICY_DEFAULTS,
  type MergePolicySettings,
  type MergeTrigger,
} from "./merge-policy.ts";
import { MergeRegister } from "./merge-register.ts";
import { type MergeDescription, type MergeResult, runMerge } from "./merge-segments.ts";
import { NrtDirectoryReader } from "./nrt-directory-reader.ts";
import { PooledSegment } from "./pooled-segment.ts";
import {
  compareVersions,
  type LuceneVersion,
  type SegmentCommitInfo,
  type SegmentInfo,
  type SegmentInfos,
  versionText,
} from "./segment-info.ts";
import { commitFiles, finishCommit, prepareCommit, segmentCommitFiles } from "./segment-infos.ts";
import { openSegmentReader } from "./segment-reader.ts";

/** One segment as `_segments` and `_cat/segments` show it. */
export interface SegmentStatus {
  readonly name: string;
  readonly numDocs: number;
  readonly deletedDocs: number;
  readonly sizeBytes: number;
  readonly committed: boolean;
  readonly info: SegmentInfo;
}

/** Writes one index. Every failure while writing a segment closes it: see `tragedy`. */
export class IndexWriter {
  readonly directory: Directory;
  readonly softDeletesField: string;
  mergePolicy: MergePolicySettings;
  ramBufferBytes: number;
  /** Why the writer closed itself: buffered documents are lost, the last commit is not. */
  tragedy: unknown;
  private readonly settings: IndexWriterSettings;
  private readonly version: LuceneVersion;
  private readonly infos: SegmentInfos;
  private readonly pool: PooledSegment[] = [];
  private readonly deleter: IndexFileDeleter;
  private readonly fieldNumbers = new FieldNumbers();
  private readonly updates = new BufferedUpdates();
  private readonly synced = new Set<string>();
  private readonly merges: MergeRegister;
  private committedNames = new Set<string>();
  private buffer: DocumentsWriter | undefined;
  private current: NrtDirectoryReader | undefined;
  private changes = 0;
  private committedChanges = 0;
  private closed = false;

  /** Opens the newest commit of the directory, or starts a new index. */
  constructor(directory: Directory, settings: IndexWriterSettings) {
    this.directory = directory;
    this.settings = settings;
    this.softDeletesField = settings.softDeletesField ?? SOFT_DELETES_FIELD;
    this.ramBufferBytes = settings.ramBufferBytes ?? RAM_BUFFER_BYTES_DEFAULT;
    this.mergePolicy = { ...MERGE_POLICY_DEFAULTS, ...settings.mergePolicy };
    const opened = openInfos(directory, settings);
    this.infos = opened.infos;
    this.version = versionFor(settings.luceneVersion ?? VERSION_FLOOR, this.infos);
    if (compareVersions(this.infos.luceneVersion, this.version) < 0) {
      this.infos.luceneVersion = this.version;
    }
    this.deleter = new IndexFileDeleter(directory, settings.deletionPolicy ?? keepOnlyLastCommit);
    for (const commit of this.infos.segments) this.pool.push(this.openPooled(commit));
    for (const name of commitFiles(this.infos)) this.synced.add(name);
    this.deleter.checkpoint(this.files());
    this.deleter.open(opened.isNewest ? this.infos : undefined);
    if (opened.isNewest) this.committedNames = new Set(this.pool.map(({ name }) => name));
    else this.changed();
    this.merges = new MergeRegister(this.pool);
  }

  private openPooled(commit: SegmentCommitInfo): PooledSegment {
    const reader = openSegmentReader(this.directory, commit, {
      softDeletesField: this.softDeletesField,
    });
    this.fieldNumbers.addAll(reader.fieldInfos);
    return new PooledSegment(commit, reader);
  }

  private ensureOpen(): void {
    if (!this.closed) return;
    throw new VarveError("unavailable", "this IndexWriter is closed", {
      type: "already_closed_exception",
      ...(this.tragedy === undefined ? {} : { cause: this.tragedy }),
    });
  }

  /** Whoever holds the current reader keeps it; the next one is made anew. */
  private changed(): void {
    this.changes++;
    this.infos.version++;
    this.current?.decRef();
    this.current = undefined;
  }

  // ---- documents

  /** Adds a block of documents, children before their parent: all of them or none. */
  addDocuments(documents: readonly IndexableDocument[]): void {
    this.bufferDocuments(documents);
    this.flushIfFull();
  }

  /** Soft-deletes every older document that has the term, and adds the block. */
  softUpdateDocuments(term: Term, documents: readonly IndexableDocument[]): void {
    const docUpto = this.bufferDocuments(documents);
    this.updates.softUpdates.add(term, docUpto);
    this.flushIfFull();
  }

  /** Deletes every older document that has the term, and adds the block. */
  updateDocuments(term: Term, documents: readonly IndexableDocument[]): void {
    const docUpto = this.bufferDocuments(documents);
    this.updates.deletes.add(term, docUpto);
    this.flushIfFull();
  }

  /** Deletes every older document that has the term, for good. */
  deleteDocuments(term: Term): void {
    this.ensureOpen();
    this.updates.deletes.add(term, this.buffer?.numDocs ?? 0);
    this.changes++;
    this.flushIfFull();
  }

  /** Answers how many documents were buffered before; an update reaches only those. */
  private bufferDocuments(documents: readonly IndexableDocument[]): number {
    this.fieldNumbers.checkWritable(documents);
    this.ensureOpen();
    this.changes++;
    const docUpto = this.buffer?.numDocs ?? 0;
    if (documents.length === 0) return docUpto;
    const buffer = this.bufferForDocuments();
    try {
      buffer.addDocuments(documents);
    } catch (error) {
      if (buffer.chain.aborted) this.fail(error);
      throw error;
    }
    return docUpto;
  }

  private flushIfFull(): void {
    if (this.ramBytesUsed >= this.ramBufferBytes) this.flush();
  }

  /**
   * Soft-deletes documents of a reader of this writer by segment and doc id. Answers false when the
   * segment was merged away meanwhile: the caller then uses a term (Lucene's tryUpdateDocValue).
   */
  trySoftDelete(segment: string, docs: Iterable<number>): boolean {
    this.ensureOpen();
    const pooled = this.pool.find(({ name }) => name === segment);
    if (pooled === undefined) return false;
    for (const doc of docs) if (pooled.deleteSoft(doc)) this.changed();
    return true;
  }

  private bufferForDocuments(): DocumentsWriter {
    this.buffer ??= new DocumentsWriter(
      {
        directory: this.directory,
        codec: lucene91Codec,
        name: this.newSegmentName(),
        id: this.settings.random.bytes(16),
        version: this.version,
        storedFieldsMode: this.settings.storedFieldsMode ?? "BEST_SPEED",
        indexSort: this.settings.indexSort ?? [],
        softDeletesField: this.softDeletesField,
        isCompoundFile: this.settings.useCompoundFile ?? true,
      },
      this.fieldNumbers,
    );
    return this.buffer;
  }

  private newSegmentName(): string {
    return `_${(this.infos.counter++).toString(36)}`;
  }

  /** A failure that lost documents: nothing more may be written. */
  private fail(error: unknown): void {
    this.tragedy ??= error;
    this.rollback();
  }

  // ---- flush

  /**
   * Makes the buffered documents a segment and applies all updates. Answers whether anything
   * changed.
   */
  flush(): boolean {
    this.ensureOpen();
    if (this.buffer === undefined && this.updates.isEmpty) return false;
    try {
      const applied = this.applyUpdates();
      const flushed = this.flushBuffer();
      this.updates.clear();
      const dropped = this.dropFullyDeleted();
      if (flushed || dropped) this.checkpoint();
      if (applied || flushed || dropped) this.changed();
      return applied || flushed || dropped;
    } catch (error) {
      this.fail(error);
      throw error;
    }
  }

  /** Deletes in the segments that are older than the updates: all of them. */
  private applyUpdates(): boolean {
    let count = 0;
    for (const [terms, soft] of [
      [this.updates.deletes, false],
      [this.updates.softUpdates, true],
    ] as const) {
      for (const field of terms.sortedTerms()) {
        for (const pooled of this.pool) count += pooled.applyTerms(field.field, field.terms, soft);
      }
    }
    return count > 0;
  }

  private flushBuffer(): boolean {
    const buffer = this.buffer;
    if (buffer === undefined) return false;
    this.buffer = undefined;
    if (buffer.numDocs === 0) {
      buffer.abort();
      return false;
    }
    const diagnostics = this.diagnostics("flush");
    const { info, hardDeleted, softDeleted } = flushSegment(buffer, this.updates, diagnostics);
    const commit = newCommitInfo(info, this.settings.random);
    commit.softDelCount = softDeleted?.cardinality() ?? 0;
    const pooled = this.openPooled(commit);
    pooled.adoptFlushDeletes(hardDeleted);
    this.infos.segments.push(commit);
    this.pool.push(pooled);
    return true;
  }

  private diagnostics(source: string): Map<string, string> {
    return new Map([
      ["source", source],
      ["lucene.version", versionText(this.version)],
      ["timestamp", String(this.settings.clock.now())],
    ]);
  }

  /** Segments without any document that a merge would keep go at once. */
  private dropFullyDeleted(): boolean {
    const going = this.pool.filter(
      (pooled) =>
        pooled.numDocs === 0 && !this.merges.isMerging(pooled) && this.keptDocs(pooled) === 0,
    );
    if (going.length === 0) return false;
    // Once counted, so that the files of a segment that is new go with it.
    this.checkpoint();
    for (const pooled of going) this.removeSegment(pooled);
    return true;
  }

  private removeSegment(pooled: PooledSegment): void {
    this.infos.segments.splice(this.infos.segments.indexOf(pooled.commit), 1);
    this.pool.splice(this.pool.indexOf(pooled), 1);
    pooled.reader.decRef();
  }

  /** How many documents a merge of this segment would keep. */
  private keptDocs(pooled: PooledSegment): number {
    if (pooled.softDeleted === 0) return pooled.numDocs;
    const retained = this.settings.retainSoftDeletes?.(pooled.currentView());
    if (retained === undefined) return pooled.numDocs;
    let kept = pooled.numDocs;
    for (let doc = 0; doc < pooled.maxDoc; doc++) {
      const soft = !pooled.live!.get(doc) && (pooled.hardLive?.get(doc) ?? true);
      if (soft && retained.get(doc)) kept++;
    }
    return kept;
  }

  private files(): string[] {
    return this.infos.segments.flatMap(segmentCommitFiles);
  }

  private checkpoint(): void {
    this.deleter.checkpoint(this.files());
  }

  // ---- readers and commits

  /** A reader over everything that was added and deleted so far. The caller closes it. */
  getReader(): NrtDirectoryReader {
    this.ensureOpen();
    this.flush();
    if (this.current === undefined) {
      const files = this.files();
      this.deleter.incRef(files);
      this.current = new NrtDirectoryReader(
        this.pool.map((pooled) => pooled.currentView()),
        this.infos.version,
        () => this.deleter.decRef(files),
      );
    }
    this.current.incRef();
    return this.current;
  }

  /** Would `getReader` show something that `reader` does not? */
  isCurrent(reader: NrtDirectoryReader): boolean {
    return (
      this.buffer === undefined && this.updates.isEmpty && reader.version === this.infos.version
    );
  }

  get hasUncommittedChanges(): boolean {
    return this.changes !== this.committedChanges;
  }

  /** What the last commit carries. */
  get userData(): ReadonlyMap<string, string> {
    return this.infos.userData;
  }

  /**
   * Makes everything durable as segments_N. Answers the commit, or undefined if nothing changed.
   */
  commit(userData?: ReadonlyMap<string, string>): IndexCommit | undefined {
    this.ensureOpen();
    this.flush();
    const isFirst = this.infos.generation === -1;
    if (!isFirst && !this.hasUncommittedChanges && userData === undefined) return undefined;
    this.writePending(this.pool);
    if (userData !== undefined) this.infos.userData = new Map(userData);
    this.changed();
    const changes = this.changes;
    const files = this.files().filter((name) => !this.synced.has(name));
    this.directory.sync(files);
    for (const name of files) this.synced.add(name);
    const pending = prepareCommit(this.directory, this.infos, this.settings.random);
    try {
      finishCommit(this.directory, this.infos, pending);
    } catch (error) {
      // The commit may be visible or not: only opening the folder again can tell.
      this.fail(error);
      throw error;
    }
    const commit = indexCommit(this.infos);
    this.deleter.onCommit(commit);
    this.committedChanges = changes;
    this.committedNames = new Set(this.pool.map(({ name }) => name));
    return commit;
  }

  /** Writes deletes of these segments that are only in memory. */
  private writePending(segments: readonly PooledSegment[]): void {
    let any = false;
    for (const pooled of segments) {
      if (!pooled.hasPending) continue;
      const name = this.softDeletesField;
      const marker = { name, number: this.fieldNumbers.numberOf(name) };
      if (pooled.writePending(this.directory, marker, this.settings.random)) any = true;
    }
    if (any) this.checkpoint();
  }

  /** Holds the files of the newest commit until `releaseCommit`; undefined before the first one. */
  snapshotCommit(): IndexCommit | undefined {
    this.ensureOpen();
    return this.deleter.hold();
  }

  releaseCommit(commit: IndexCommit): void {
    this.deleter.release(commit);
  }

  /** Commits on disk, oldest first. */
  listCommits(): readonly IndexCommit[] {
    return this.deleter.listCommits();
  }

  /** Asks the deletion policy again (Lucene's deleteUnusedFiles). */
  deleteUnusedFiles(): void {
    this.deleter.applyPolicy();
  }

  // ---- merges

  /**
   * Chooses merges and freezes what they need. Each is run, then given to commitMerge or
   * abortMerge.
   */
  planMerges(trigger: MergeTrigger = { kind: "natural" }): MergeDescription[] {
    this.ensureOpen();
    if (trigger.kind !== "natural") this.flush();
    const sizes = this.pool.map((pooled) => ({
      bytes: this.bytesOf(pooled),
      deletedDocs: pooled.maxDoc - this.keptDocs(pooled),
    }));
    const groups = this.merges.find(trigger, sizes, this.mergePolicy);
    const indexBytes = sizes.reduce((sum, { bytes }) => sum + bytes, 0);
    const plans: MergeDescription[] = [];
    try {
      for (const group of groups) plans.push(this.describeMerge(group, indexBytes));
    } catch (error) {
      for (const plan of plans) this.abortMerge(plan);
      throw error;
    }
    return plans;
  }

  private bytesOf(pooled: PooledSegment): number {
    return segmentCommitFiles(pooled.commit).reduce(
      (sum, name) => sum + this.directory.fileLength(name),
      0,
    );
  }

  private describeMerge(group: readonly PooledSegment[], indexBytes: number): MergeDescription {
    this.writePending(group);
    const retain = this.settings.retainSoftDeletes;
    const segments = this.merges.freeze(group, (pooled) => retain?.(pooled.currentView()));
    const diagnostics = this.diagnostics("merge");
    diagnostics.set("mergeFactor", String(group.length));
    const description: MergeDescription = {
      name: this.newSegmentName(),
      id: this.settings.random.bytes(16),
      codec: lucene91Codec.name,
      version: this.version,
      indexSort: this.settings.indexSort ?? [],
      storedFieldsMode: this.settings.storedFieldsMode ?? "BEST_SPEED",
      fieldNumbers: new Map(this.fieldNumbers.entries()),
      segments,
      diagnostics,
      indexBytes,
      policy: this.mergePolicy,
    };
    const files = segments.flatMap(({ commit }) => segmentCommitFiles(commit));
    this.deleter.incRef(files);
    this.merges.start(description.name, group, files);
    return description;
  }

  /** Replaces the merged segments, and carries over the deletes that came while the merge ran. */
  commitMerge(description: MergeDescription, result: MergeResult): void {
    this.ensureOpen();
    const running = this.merges.finish(description.name);
    const { info } = result;
    if (info.maxDoc > 0) {
      const commit = newCommitInfo(info, this.settings.random);
      const merged = this.openPooled(commit);
      commit.softDelCount = merged.softDeleted;
      this.merges.carryDeletes(running, result.docMaps, merged);
      const at = Math.min(...running.segments.map((pooled) => this.pool.indexOf(pooled)));
      this.infos.segments.splice(at, 0, commit);
      this.pool.splice(at, 0, merged);
    }
    for (const pooled of running.segments) this.removeSegment(pooled);
    this.dropFullyDeleted();
    this.changed();
    this.checkpoint();
    this.deleter.decRef(running.files);
  }

  /** Gives a planned merge up. Files of a `result` go; if `runMerge` failed it deleted its own. */
  abortMerge(description: MergeDescription, result?: MergeResult): void {
    if (this.closed) return;
    if (result !== undefined) this.deleter.deleteNewFiles(result.info.files);
    this.deleter.decRef(this.merges.finish(description.name).files);
  }

  /** Plans, runs and commits merges on this thread until none is due. Answers how many ran. */
  merge(trigger: MergeTrigger = { kind: "natural" }): number {
    let count = 0;
    for (;;) {
      const plans = this.planMerges(trigger);
      if (plans.length === 0) return count;
      try {
        for (const plan of plans) {
          this.commitMerge(plan, runMerge(plan, this.directory));
          count++;
        }
      } catch (error) {
        for (const plan of plans) if (this.merges.isRunning(plan.name)) this.abortMerge(plan);
        throw error;
      }
      // One round of a forced merge reaches its goal; asking again would rewrite what it made.
      if (trigger.kind === "expunge-deletes") return count;
    }
  }

  /** At most `maxSegments` segments, without deleted documents. */
  forceMerge(maxSegments: number): number {
    if (maxSegments < 1) throw illegalArgument(`max_num_segments must be >= 1, got ${maxSegments}`);
    return this.merge({ kind: "force", maxSegments });
  }

  /** Rewrites the segments with many deletes. */
  forceMergeDeletes(): number {
    return this.merge({ kind: "expunge-deletes" });
  }

  // ---- counts

  get ramBytesUsed(): number {
    return (this.buffer?.ram.bytes ?? 0) + this.updates.bytes;
  }

  /** Buffered documents that no reader shows yet. */
  get bufferedDocs(): number {
    return this.buffer?.numDocs ?? 0;
  }

  /** Live documents of the flushed segments. */
  get numDocs(): number {
    return this.pool.reduce((sum, pooled) => sum + pooled.numDocs, 0);
  }

  /** Hard- and soft-deleted documents that still take room in the flushed segments. */
  get deletedDocs(): number {
    return this.pool.reduce(
      (sum, { hardDeleted, softDeleted }) => sum + hardDeleted + softDeleted,
      0,
    );
  }

  segments(): SegmentStatus[] {
    return this.pool.map((pooled) => ({
      name: pooled.name,
      numDocs: pooled.numDocs,
      deletedDocs: pooled.maxDoc - pooled.numDocs,
      sizeBytes: this.bytesOf(pooled),
      committed: this.committedNames.has(pooled.name),
      info: pooled.commit.info,
    }));
  }

  // ---- closing

  /** Closes without committing: what is not committed is lost. Open readers stay usable. */
  rollback(): void {
    if (this.closed) return;
    this.closed = true;
    this.buffer?.abort();
    this.buffer = undefined;
    this.updates.clear();
    this.current?.decRef();
    this.current = undefined;
    this.merges.forEachRunning((running) => this.deleter.decRef(running.files));
    for (const pooled of this.pool) pooled.reader.decRef();
    this.deleter.close();
  }

  /** Commits what is uncommitted (unless told otherwise) and closes. */
  close(options: { readonly commit?: boolean } = {}): void {
    if (this.closed) return;
    if (options.commit !== false && this.hasUncommittedChanges) this.commit();
    this.rollback();
  }
}
