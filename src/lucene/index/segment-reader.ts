// One segment of a commit, open for reading: the segment's own files (shared between readers), and
// on top what the commit says of it: hard deletes, doc-values updates, soft deletes.
// Upstream: org.apache.lucene.index.{SegmentReader,SegmentDocValuesProducer,
// SoftDeletesDirectoryReaderWrapper} (9.12.3).

import { assert } from "../../base/index.ts";
import { checksumEntireFile, type Directory } from "../store/index.ts";
import {
  DocValuesType,
  type FieldInfo,
  type FieldInfos,
  hasNorms,
  IndexOptions,
} from "./field-info.ts";
import { FixedBits } from "./fixed-bits.ts";
import {
  type BinaryDocValues,
  type Bits,
  type DocIdSetIterator,
  type DocValuesProducer,
  type LeafReader,
  NO_MORE_DOCS,
  type NumericDocValues,
  type PointValues,
  type SortedDocValues,
  type SortedNumericDocValues,
  type SortedSetDocValues,
  type StoredFieldsReader,
  type Terms,
} from "./leaf-reader.ts";
import { SegmentCore } from "./segment-core.ts";
import type { SegmentCommitInfo, SegmentInfo } from "./segment-info.ts";
import { segmentCommitFiles } from "./segment-infos.ts";

/** How a segment is opened. */
export interface SegmentReaderOptions {
  /** Documents with a value of this doc-values field are soft-deleted. */
  readonly softDeletesField?: string;
  /** An open reader of the same segment, at any generation: its files are shared. */
  readonly previous?: SegmentReader;
  /** Hard deletes that are not on disk yet; they replace what the commit says. */
  readonly hardLiveDocs?: Bits;
}

/** Opens one segment. The caller closes it by `decRef`. */
export function openSegmentReader(
  directory: Directory,
  commit: SegmentCommitInfo,
  options: SegmentReaderOptions = {},
): SegmentReader {
  const core = options.previous?.shareCore(commit) ?? new SegmentCore(directory, commit.info);
  try {
    return new SegmentReader(directory, commit, core, options);
  } catch (error) {
    core.decRef();
    throw error;
  }
}

/** A LeafReader over one segment; `decRef` (first count 1) closes it. */
export class SegmentReader implements LeafReader {
  readonly segmentInfo: SegmentInfo;
  readonly fieldInfos: FieldInfos;
  readonly maxDoc: number;
  readonly numDocs: number;
  readonly liveDocs: Bits | undefined;
  readonly hardLiveDocs: Bits | undefined;
  /** What the reader was opened at: a copy, since a writer moves its own. */
  readonly commitInfo: SegmentCommitInfo;
  readonly core: SegmentCore;
  private readonly directory: Directory;
  private readonly givenLiveDocs: Bits | undefined;
  /** Generation → doc values of that update. */
  private readonly updates = new Map<number, DocValuesProducer | undefined>();
  private references = 1;

  /** Takes one reference of `core` over, unless it throws. */
  constructor(
    directory: Directory,
    commit: SegmentCommitInfo,
    core: SegmentCore,
    options: SegmentReaderOptions,
  ) {
    this.directory = directory;
    this.core = core;
    this.commitInfo = { ...commit };
    this.segmentInfo = core.info;
    this.maxDoc = core.info.maxDoc;
    this.givenLiveDocs = options.hardLiveDocs;
    this.fieldInfos =
      commit.fieldInfosGen === -1
        ? core.fieldInfos
        : core.codec.fieldInfosFormat.read(directory, core.info, commit.fieldInfosGen.toString(36));
    this.hardLiveDocs = options.hardLiveDocs ?? this.readLiveDocs();
    try {
      const soft = options.softDeletesField;
      const live = soft === undefined ? undefined : this.withoutSoftDeleted(soft);
      this.liveDocs = live ?? this.hardLiveDocs;
    } catch (error) {
      this.releaseUpdates();
      throw error;
    }
    this.numDocs = this.liveDocs === undefined ? this.maxDoc : countBits(this.liveDocs);
  }

  private readLiveDocs(): Bits | undefined {
    if (this.commitInfo.delGen === -1) return undefined;
    return this.core.codec.liveDocsFormat.readLiveDocs(this.directory, this.commitInfo);
  }

  /** The hard live docs without those that have a value; undefined where there is none. */
  private withoutSoftDeleted(name: string): Bits | undefined {
    const values = this.anyDocValues(name);
    if (values === undefined) return undefined;
    let doc = values.nextDoc();
    if (doc === NO_MORE_DOCS) return undefined;
    const live = FixedBits.copyOf(this.hardLiveDocs, this.maxDoc);
    for (; doc !== NO_MORE_DOCS; doc = values.nextDoc()) live.clear(doc);
    return live;
  }

  private anyDocValues(name: string): DocIdSetIterator | undefined {
    const field = this.fieldInfos.fieldInfo(name);
    const producer = field === undefined ? undefined : this.docValuesOf(field);
    if (field === undefined || producer === undefined) return undefined;
    switch (field.docValuesType) {
      case DocValuesType.NUMERIC:
        return producer.numeric(field);
      case DocValuesType.BINARY:
        return producer.binary(field);
      case DocValuesType.SORTED:
        return producer.sorted(field);
      case DocValuesType.SORTED_NUMERIC:
        return producer.sortedNumeric(field);
      case DocValuesType.SORTED_SET:
        return producer.sortedSet(field);
      default:
        return undefined;
    }
  }

  /** The same segment at the same generations, with the same deletes. */
  isAt(commit: SegmentCommitInfo, hardLiveDocs: Bits | undefined): boolean {
    const own = this.commitInfo;
    return (
      this.isOf(commit) &&
      own.delGen === commit.delGen &&
      own.docValuesGen === commit.docValuesGen &&
      own.fieldInfosGen === commit.fieldInfosGen &&
      this.givenLiveDocs === hardLiveDocs
    );
  }

  private isOf(commit: SegmentCommitInfo): boolean {
    const { name, id } = commit.info;
    return this.segmentInfo.name === name && Buffer.compare(this.segmentInfo.id, id) === 0;
  }

  /** The shared files with one more reference, if `commit` speaks of the same segment. */
  shareCore(commit: SegmentCommitInfo): SegmentCore | undefined {
    if (!this.isOf(commit)) return undefined;
    this.core.incRef();
    return this.core;
  }

  terms(field: string): Terms | undefined {
    const info = this.fieldInfos.fieldInfo(field);
    if (info === undefined || info.indexOptions === IndexOptions.NONE) return undefined;
    return this.core.postingsOf(info)?.terms(field);
  }

  private docValuesOf(field: FieldInfo): DocValuesProducer | undefined {
    const generation = field.docValuesGen;
    if (generation === -1) return this.core.docValuesOf(field);
    if (!this.updates.has(generation)) {
      const producers = this.core.acquireUpdate(field);
      try {
        this.updates.set(generation, producers.producerOf(field));
      } catch (error) {
        this.core.releaseUpdate(generation);
        throw error;
      }
    }
    return this.updates.get(generation);
  }

  private typed(
    name: string,
    type: DocValuesType,
  ): { field: FieldInfo; producer: DocValuesProducer } | undefined {
    const field = this.fieldInfos.fieldInfo(name);
    if (field === undefined || field.docValuesType !== type) return undefined;
    const producer = this.docValuesOf(field);
    return producer === undefined ? undefined : { field, producer };
  }

  numericDocValues(name: string): NumericDocValues | undefined {
    const found = this.typed(name, DocValuesType.NUMERIC);
    return found?.producer.numeric(found.field);
  }

  binaryDocValues(name: string): BinaryDocValues | undefined {
    const found = this.typed(name, DocValuesType.BINARY);
    return found?.producer.binary(found.field);
  }

  sortedDocValues(name: string): SortedDocValues | undefined {
    const found = this.typed(name, DocValuesType.SORTED);
    return found?.producer.sorted(found.field);
  }

  sortedNumericDocValues(name: string): SortedNumericDocValues | undefined {
    const found = this.typed(name, DocValuesType.SORTED_NUMERIC);
    return found?.producer.sortedNumeric(found.field);
  }

  sortedSetDocValues(name: string): SortedSetDocValues | undefined {
    const found = this.typed(name, DocValuesType.SORTED_SET);
    return found?.producer.sortedSet(found.field);
  }

  normValues(name: string): NumericDocValues | undefined {
    const field = this.fieldInfos.fieldInfo(name);
    return field === undefined || !hasNorms(field) ? undefined : this.core.norms().norms(field);
  }

  pointValues(name: string): PointValues | undefined {
    const field = this.fieldInfos.fieldInfo(name);
    if (field === undefined || field.pointDimensionCount === 0) return undefined;
    return this.core.points().values(name);
  }

  /** One reader for all callers: it keeps the last chunk, so documents in order cost little. */
  storedFields(): StoredFieldsReader {
    return this.core.storedFields;
  }

  checkIntegrity(): void {
    for (const name of segmentCommitFiles(this.commitInfo)) {
      const input = this.directory.openInput(name);
      try {
        checksumEntireFile(input);
      } finally {
        input.close();
      }
    }
  }

  incRef(): void {
    assert(this.references > 0, "a closed segment reader is not opened again");
    this.references++;
  }

  decRef(): void {
    assert(this.references > 0, "a segment reader is closed once per reference");
    if (--this.references > 0) return;
    this.releaseUpdates();
    this.core.decRef();
  }

  private releaseUpdates(): void {
    for (const generation of this.updates.keys()) this.core.releaseUpdate(generation);
    this.updates.clear();
  }
}

function countBits(bits: Bits): number {
  if (bits instanceof FixedBits) return bits.cardinality();
  let count = 0;
  for (let i = 0; i < bits.length; i++) if (bits.get(i)) count++;
  return count;
}
