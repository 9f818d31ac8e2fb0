// What all readers of one segment share, whatever was deleted or updated since: its own files.
// Stored fields are opened at once; terms, norms, points and doc values on first use.
// Upstream: org.apache.lucene.index.{SegmentCoreReaders,SegmentDocValues} (9.12.3).

import { assert } from "../../base/index.ts";
import type { Codec } from "../codecs/codec.ts";
import { codecForName } from "../codecs/registry.ts";
import type { Directory } from "../store/index.ts";
import { type FieldInfo, FieldInfos } from "./field-info.ts";
import type {
  DocValuesProducer,
  FieldsProducer,
  NormsProducer,
  PointsReader,
  StoredFieldsReader,
} from "./leaf-reader.ts";
import {
  type PerFieldProducers,
  perFieldDocValues,
  perFieldPostings,
} from "./per-field-producers.ts";
import type { SegmentInfo, SegmentReadState } from "./segment-info.ts";

interface UpdateGeneration {
  readonly producers: PerFieldProducers<DocValuesProducer>;
  references: number;
}

/** A segment's own files, reference-counted. */
export class SegmentCore {
  readonly info: SegmentInfo;
  readonly codec: Codec;
  /** As the segment was written; updates of doc values make newer ones. */
  readonly fieldInfos: FieldInfos;
  readonly storedFields: StoredFieldsReader;
  private readonly outer: Directory;
  /** Sees through the compound file. */
  private readonly directory: Directory;
  private readonly postings: PerFieldProducers<FieldsProducer>;
  private readonly docValues: PerFieldProducers<DocValuesProducer>;
  private readonly updates = new Map<number, UpdateGeneration>();
  private normsProducer: NormsProducer | undefined;
  private pointsProducer: PointsReader | undefined;
  private references = 1;

  constructor(directory: Directory, info: SegmentInfo) {
    this.info = info;
    this.outer = directory;
    this.codec = codecForName(info.codec);
    this.directory = info.isCompoundFile
      ? this.codec.compoundFormat.compoundReader(directory, info)
      : directory;
    try {
      this.fieldInfos = this.codec.fieldInfosFormat.read(this.directory, info, "");
      this.storedFields = this.codec.storedFieldsFormat.fieldsReader(
        this.directory,
        info,
        this.fieldInfos,
      );
    } catch (error) {
      this.closeCompound();
      throw error;
    }
    const state = this.state();
    this.postings = perFieldPostings(state);
    this.docValues = perFieldDocValues(state);
  }

  private state(): SegmentReadState {
    return {
      directory: this.directory,
      segmentInfo: this.info,
      fieldInfos: this.fieldInfos,
      segmentSuffix: "",
    };
  }

  postingsOf(field: FieldInfo): FieldsProducer | undefined {
    return this.postings.producerOf(field);
  }

  norms(): NormsProducer {
    this.normsProducer ??= this.codec.normsFormat.normsProducer(this.state());
    return this.normsProducer;
  }

  points(): PointsReader {
    this.pointsProducer ??= this.codec.pointsFormat.fieldsReader(this.state());
    return this.pointsProducer;
  }

  /** Doc values that the segment was written with. */
  docValuesOf(field: FieldInfo): DocValuesProducer | undefined {
    // The attributes of the field as it was written: an update may have brought newer ones.
    const written = this.fieldInfos.fieldInfo(field.name);
    return written === undefined ? undefined : this.docValues.producerOf(written);
  }

  /** Doc values of an update, which lie beside the compound file. Give them back by `release`. */
  acquireUpdate(field: FieldInfo): PerFieldProducers<DocValuesProducer> {
    const generation = field.docValuesGen;
    let update = this.updates.get(generation);
    if (update === undefined) {
      const producers = perFieldDocValues({
        directory: this.outer,
        segmentInfo: this.info,
        fieldInfos: new FieldInfos([field]),
        segmentSuffix: generation.toString(36),
      });
      update = { producers, references: 0 };
      this.updates.set(generation, update);
    }
    update.references++;
    return update.producers;
  }

  releaseUpdate(generation: number): void {
    const update = this.updates.get(generation);
    assert(update !== undefined, "an acquired update is released once");
    if (--update.references > 0) return;
    this.updates.delete(generation);
    update.producers.close();
  }

  incRef(): void {
    assert(this.references > 0, "a closed segment is not opened again");
    this.references++;
  }

  decRef(): void {
    assert(this.references > 0, "a segment is closed once per reference");
    if (--this.references > 0) return;
    this.storedFields.close();
    this.postings.close();
    this.docValues.close();
    this.normsProducer?.close();
    this.pointsProducer?.close();
    this.closeCompound();
  }

  private closeCompound(): void {
    if (this.directory !== this.outer) this.directory.close();
  }
}
