// One segment in memory: doc ids, the indexing chain, the stored-fields file that it streams to,
// and what was deleted or soft-deleted among its documents.
// Upstream: DocumentsWriterPerThread (9.1.0). One thread writes here, so there is one of these.

import { DOCS_MAX, illegalArgument } from "../../base/index.ts";
import type { Codec, StoredFieldsMode, StoredFieldsWriter } from "../codecs/codec.ts";
import type { Directory } from "../store/index.ts";
import type { RamCounter } from "./buffered-dictionary.ts";
import { BufferedStoredFields } from "./buffered-stored-fields.ts";
import type { BufferedTerms, BufferedUpdates } from "./buffered-updates.ts";
import type { FieldNumbers } from "./field-numbers.ts";
import { FixedBits } from "./fixed-bits.ts";
import type { IndexableDocument } from "./indexable-field.ts";
import { IndexingChain } from "./indexing-chain.ts";
import { PartDirectory } from "./part-directory.ts";
import type { LuceneVersion, SegmentInfo, SortField } from "./segment-info.ts";
import { TrackingDirectory } from "./tracking-directory.ts";

/** What a new segment is made of. */
export interface NewSegment {
  readonly directory: Directory;
  readonly codec: Codec;
  readonly name: string;
  readonly id: Uint8Array;
  readonly version: LuceneVersion;
  readonly storedFieldsMode: StoredFieldsMode;
  readonly indexSort: readonly SortField[];
  readonly softDeletesField: string;
  /** Its parts will be packed: until then they stay in memory. */
  readonly isCompoundFile: boolean;
}

/** A SegmentInfo of a segment that is being written. */
export function newSegmentInfo(
  segment: NewSegment,
  maxDoc: number,
  hasBlocks: boolean,
): SegmentInfo {
  return {
    name: segment.name,
    id: segment.id,
    maxDoc,
    isCompoundFile: false,
    codec: segment.codec.name,
    version: segment.version,
    minVersion: segment.version,
    hasBlocks,
    diagnostics: new Map(),
    attributes: new Map(),
    indexSort: segment.indexSort,
    files: new Set(),
  };
}

/** The segment in memory. */
export class DocumentsWriter {
  readonly segment: NewSegment;
  readonly directory: TrackingDirectory;
  readonly chain: IndexingChain;
  readonly ram: RamCounter = { bytes: 0 };
  numDocs = 0;
  hasBlocks = false;
  /** The info that the stored-fields writer may put attributes into. */
  readonly info: SegmentInfo;
  readonly storedWriter: StoredFieldsWriter;
  /** Holds stored fields of a segment that will be sorted. */
  readonly storedBuffer: BufferedStoredFields | undefined;
  /** Documents that failed, with their whole block. */
  private readonly failed: number[] = [];

  constructor(segment: NewSegment, fieldNumbers: FieldNumbers) {
    this.segment = segment;
    this.directory = segment.isCompoundFile
      ? new PartDirectory(segment.directory, this.ram)
      : new TrackingDirectory(segment.directory);
    this.info = newSegmentInfo(segment, 0, false);
    const format = segment.codec.storedFieldsFormat;
    this.storedWriter = format.fieldsWriter!(this.directory, this.info, segment.storedFieldsMode);
    const sorted = segment.indexSort.length > 0;
    this.storedBuffer = sorted ? new BufferedStoredFields(this.ram) : undefined;
    this.chain = new IndexingChain(fieldNumbers, this.storedBuffer ?? this.storedWriter, this.ram);
  }

  /** Adds a block of documents, all or none: after an error the whole block is deleted. */
  addDocuments(documents: readonly IndexableDocument[]): void {
    const first = this.numDocs;
    if (documents.length > 1 && this.segment.indexSort.length > 0) {
      throw illegalArgument("cannot have nested fields when index sort is activated");
    }
    if (first + documents.length > DOCS_MAX) {
      throw illegalArgument(
        `number of documents in the index cannot exceed ${DOCS_MAX} (current document count is ` +
          `${first}; added numDocs is ${documents.length})`,
      );
    }
    try {
      for (let i = 0; i < documents.length; i++) {
        this.chain.addDocument(this.numDocs++, documents[i]!);
      }
    } catch (error) {
      for (let doc = first; doc < this.numDocs; doc++) this.failed.push(doc);
      throw error;
    }
    if (documents.length > 1) this.hasBlocks = true;
  }

  /** Docs to write as hard-deleted, by their old ids; undefined: none. */
  hardDeletes(updates: BufferedUpdates): FixedBits | undefined {
    const deleted = new FixedBits(this.numDocs);
    for (const doc of this.failed) deleted.set(doc);
    const any = this.markDocs(updates.deletes, deleted) || this.failed.length > 0;
    return any ? deleted : undefined;
  }

  /** Docs that are soft-deleted: by updates, or as tombstones by their own field. */
  softDeletes(updates: BufferedUpdates): FixedBits | undefined {
    const deleted = new FixedBits(this.numDocs);
    let any = this.markDocs(updates.softUpdates, deleted);
    const own = this.chain.fields.get(this.segment.softDeletesField)?.numeric?.docs;
    if (own !== undefined) {
      for (let i = 0; i < own.count; i++) deleted.set(own.docs[i]!);
      any ||= own.count > 0;
    }
    return any ? deleted : undefined;
  }

  private markDocs(terms: BufferedTerms, deleted: FixedBits): boolean {
    let any = false;
    for (const field of terms.fields.keys()) {
      const postings = this.chain.fields.get(field)?.postings;
      if (postings === undefined) continue;
      const docUpto = new Int32Array(postings.dictionary.size);
      let found = false;
      terms.forEachKey(field, postings.dictionary.kind, (key, upto) => {
        const id = postings.dictionary.find(key);
        if (id < 0 || upto === 0) return;
        docUpto[id] = Math.max(docUpto[id]!, upto);
        found = true;
      });
      if (!found) continue;
      postings.forEachDocBefore(docUpto, (doc) => {
        deleted.set(doc);
        any = true;
      });
    }
    return any;
  }

  /** Closes and deletes the files after a failure. */
  abort(): void {
    try {
      this.storedWriter.close();
    } catch {
      // It may be closed already; the failure that led here is the one to report.
    }
    this.directory.deleteCreated();
  }
}
