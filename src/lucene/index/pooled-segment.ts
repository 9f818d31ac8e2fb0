// One segment of a writer: its place in the commit, its reader, and the deletes since it was
// written. Upstream: ReadersAndUpdates with PendingSoftDeletes (9.1.0).
//
// Two sets of bits: `hardLive` (a .liv file) and `live`, which lacks soft-deleted documents too
// (their marker is a doc-values update: `_N_<gen>_Lucene90_0.dvd/.dvm` and a new `_N_<gen>.fnm`).
// Invariants: live ⊆ hardLive; delCount = documents not in hardLive; softDelCount = hardLive −
// live. Bits that a view was given are never changed again: the next delete works on a copy.

import { assert, type Random } from "../../base/index.ts";
import { codecForName } from "../codecs/registry.ts";
import type { Directory } from "../store/index.ts";
import { DocValuesType, type FieldInfo, FieldInfos, newFieldInfo } from "./field-info.ts";
import { FixedBits } from "./fixed-bits.ts";
import { softDeletesView } from "./flush-segment.ts";
import { NO_MORE_DOCS, type PostingsEnum, PostingsFlags } from "./leaf-reader.ts";
import { NrtLeafReader } from "./nrt-leaf-reader.ts";
import { writeDocValues } from "./per-field-writers.ts";
import type { SegmentCommitInfo } from "./segment-info.ts";
import type { SegmentReader } from "./segment-reader.ts";
import { TrackingDirectory } from "./tracking-directory.ts";

/** The soft-deletes field, and its number where a segment has that number free. */
export interface SoftDeletesMarker {
  readonly name: string;
  readonly number: number;
}

/** A segment with its pending deletes. */
export class PooledSegment {
  /** What the next commit says; moves when pending deletes are written. */
  readonly commit: SegmentCommitInfo;
  readonly reader: SegmentReader;
  readonly maxDoc: number;
  /** Undefined: every document is live. */
  hardLive: FixedBits | undefined;
  live: FixedBits | undefined;
  hardDeleted: number;
  softDeleted: number;
  /** Counts deletes of both kinds, to see whether any came. */
  deletes = 0;
  private hardPending = false;
  private softPending = false;
  private shared = false;
  private view: NrtLeafReader | undefined;

  /** Takes over a reference of `reader`, which knows the soft-deletes field. */
  constructor(commit: SegmentCommitInfo, reader: SegmentReader) {
    this.commit = commit;
    this.reader = reader;
    this.maxDoc = reader.maxDoc;
    const { hardLiveDocs, liveDocs } = reader;
    this.hardLive =
      hardLiveDocs === undefined ? undefined : FixedBits.copyOf(hardLiveDocs, this.maxDoc);
    this.live = liveDocs === undefined ? undefined : FixedBits.copyOf(liveDocs, this.maxDoc);
    this.hardDeleted = this.maxDoc - (this.hardLive?.cardinality() ?? this.maxDoc);
    this.softDeleted = this.maxDoc - this.hardDeleted - (this.live?.cardinality() ?? this.maxDoc);
  }

  get name(): string {
    return this.commit.info.name;
  }

  get numDocs(): number {
    return this.maxDoc - this.hardDeleted - this.softDeleted;
  }

  /** Bits to change: made on the first delete, copied when a view holds them. */
  private unshare(): void {
    if (this.live === undefined || this.shared) {
      this.live = FixedBits.copyOf(this.live, this.maxDoc);
      if (this.hardLive !== undefined) this.hardLive = FixedBits.copyOf(this.hardLive, this.maxDoc);
    }
    this.shared = false;
    this.view = undefined;
    this.deletes++;
  }

  /** Deletes for good; answers whether the document was still there. */
  deleteHard(doc: number): boolean {
    if (this.hardLive !== undefined && !this.hardLive.get(doc)) return false;
    this.unshare();
    this.hardLive ??= FixedBits.ones(this.maxDoc);
    this.hardLive.clear(doc);
    this.hardDeleted++;
    if (this.live!.get(doc)) this.live!.clear(doc);
    else this.softDeleted--;
    this.hardPending = true;
    return true;
  }

  /** Marks as soft-deleted; answers whether the document was live. */
  deleteSoft(doc: number): boolean {
    if (this.live !== undefined && !this.live.get(doc)) return false;
    this.unshare();
    this.live!.clear(doc);
    this.softDeleted++;
    this.softPending = true;
    return true;
  }

  /**
   * The documents of a flush that its own updates deleted: soft ones are in its doc values already.
   */
  adoptFlushDeletes(hard: FixedBits | undefined): void {
    if (hard === undefined) return;
    for (let doc = 0; doc < this.maxDoc; doc++) if (hard.get(doc)) this.deleteHard(doc);
  }

  /** Deletes the documents of each term (sorted by bytes) of one field. */
  applyTerms(field: string, terms: readonly Uint8Array[], soft: boolean): number {
    const dictionary = this.reader.terms(field);
    if (dictionary === undefined) return 0;
    const termsEnum = dictionary.iterator();
    let postings: PostingsEnum | undefined;
    let count = 0;
    for (let i = 0; i < terms.length; i++) {
      if (!termsEnum.seekExact(terms[i]!)) continue;
      postings = termsEnum.postings(postings, PostingsFlags.NONE);
      for (let doc = postings.nextDoc(); doc !== NO_MORE_DOCS; doc = postings.nextDoc()) {
        if (soft ? this.deleteSoft(doc) : this.deleteHard(doc)) count++;
      }
    }
    return count;
  }

  /**
   * The segment as it is now; the same object until a delete comes. The pool keeps the reader open.
   */
  currentView(): NrtLeafReader {
    this.shared = true;
    this.view ??= new NrtLeafReader(this.reader, this.live, this.hardLive, this.numDocs);
    return this.view;
  }

  get hasPending(): boolean {
    return this.hardPending || this.softPending;
  }

  /**
   * Writes pending deletes as new generations and moves the commit to them. What could not be
   * written stays pending; its files are deleted.
   */
  writePending(directory: Directory, marker: SoftDeletesMarker, random: Random): boolean {
    if (!this.hasPending) return false;
    if (this.softPending) {
      writeWhole(directory, (tracking) => this.writeSoftDeletes(tracking, marker));
      this.commit.softDelCount = this.softDeleted;
      this.commit.id = random.bytes(16);
      this.softPending = false;
    }
    if (this.hardPending) {
      writeWhole(directory, (tracking) => this.writeHardDeletes(tracking));
      // A soft-deleted document that is deleted for good leaves the soft count.
      this.commit.softDelCount = this.softDeleted;
      this.commit.id = random.bytes(16);
      this.hardPending = false;
    }
    return true;
  }

  private writeHardDeletes(directory: TrackingDirectory): void {
    const { commit } = this;
    const format = codecForName(commit.info.codec).liveDocsFormat;
    assert(format.writeLiveDocs !== undefined, "live docs can be written for every codec");
    const newDeletes = this.hardDeleted - commit.delCount;
    format.writeLiveDocs(directory, commit, this.hardLive!, newDeletes);
    commit.delGen = nextGeneration(commit.delGen);
    commit.delCount = this.hardDeleted;
  }

  private writeSoftDeletes(directory: TrackingDirectory, marker: SoftDeletesMarker): void {
    const { commit } = this;
    const codec = codecForName(commit.info.codec);
    const generation = nextGeneration(commit.docValuesGen);
    const fieldInfos = copyFieldInfos(this.reader.fieldInfos, marker);
    const field = fieldInfos.fieldInfo(marker.name)!;
    const state = {
      directory,
      segmentInfo: commit.info,
      fieldInfos: new FieldInfos([field]),
      segmentSuffix: generation.toString(36),
    };
    // Every marked document again, those that are hard-deleted meanwhile aside.
    const marked = new FixedBits(this.maxDoc);
    for (let doc = 0; doc < this.maxDoc; doc++) {
      if (!this.live!.get(doc) && (this.hardLive?.get(doc) ?? true)) marked.set(doc);
    }
    field.docValuesGen = generation;
    writeDocValues(codec, state, [field], (consumer) => {
      consumer.addNumeric(field, softDeletesView(marked, { bytes: 0 }));
    });
    const valueFiles = new Set(directory.created);
    const infosGeneration = nextGeneration(commit.fieldInfosGen);
    assert(
      codec.fieldInfosFormat.write !== undefined,
      `field infos of [${codec.name}] are writable`,
    );
    codec.fieldInfosFormat.write(directory, commit.info, infosGeneration.toString(36), fieldInfos);
    const infosFiles = [...directory.created].filter((file) => !valueFiles.has(file));
    commit.docValuesGen = generation;
    commit.fieldInfosGen = infosGeneration;
    commit.fieldInfosFiles = new Set(infosFiles);
    commit.docValuesUpdatesFiles = new Map(commit.docValuesUpdatesFiles).set(
      field.number,
      valueFiles,
    );
  }
}

/** All files that `write` makes, or none. */
function writeWhole(directory: Directory, write: (tracking: TrackingDirectory) => void): void {
  const tracking = new TrackingDirectory(directory);
  try {
    write(tracking);
  } catch (error) {
    tracking.deleteCreated();
    throw error;
  }
}

/** SegmentCommitInfo.getNext…Gen: the first generation is 1. */
function nextGeneration(generation: number): number {
  return generation === -1 ? 1 : generation + 1;
}

/** Copies to change, with the marker field added where the segment lacks it. */
function copyFieldInfos(infos: FieldInfos, marker: SoftDeletesMarker): FieldInfos {
  const copies: FieldInfo[] = [];
  let numberMax = -1;
  for (const info of infos) {
    copies.push({ ...info, attributes: new Map(info.attributes) });
    numberMax = Math.max(numberMax, info.number);
  }
  let field = copies.find((info) => info.name === marker.name);
  if (field === undefined) {
    const taken = infos.byNumber(marker.number) !== undefined;
    field = newFieldInfo(marker.name, taken ? numberMax + 1 : marker.number);
    copies.push(field);
  }
  field.docValuesType = DocValuesType.NUMERIC;
  field.softDeletesField = true;
  return new FieldInfos(copies);
}
