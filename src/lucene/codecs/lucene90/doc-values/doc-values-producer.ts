// Opens .dvm and .dvd; doc-values-format.ts has the byte table.
// Upstream: org.apache.lucene.codecs.lucene90.Lucene90DocValuesProducer (10.4.0).

import { corrupt } from "../../../../base/index.ts";
import type { FieldInfo } from "../../../index/field-info.ts";
import { type SegmentReadState, segmentFileName } from "../../../index/segment-info.ts";
import {
  checkIndexHeader,
  checksumEntireFile,
  type IndexInput,
  readChecksumFile,
  retrieveChecksum,
} from "../../../store/index.ts";
import { ColumnsProducer, type DocValuesFiles } from "./columns-producer.ts";
import { DocValuesEntryReader, type SkipperEntry } from "./doc-values-entries.ts";
import {
  DATA_CODEC,
  DATA_EXTENSION,
  DOC_VALUES_VERSION,
  DOC_VALUES_VERSION_MAX,
  META_CODEC,
  META_EXTENSION,
  SKIP_CODEC,
  SKIP_EXTENSION,
  VERSION_SKIPPER_SEPARATE_FILE,
} from "./doc-values-format.ts";

interface Files extends DocValuesFiles {
  readonly skip: IndexInput | undefined;
}

/** The doc values of one segment and one per-field format instance (or one update). */
export class Lucene90DocValuesProducer extends ColumnsProducer {
  private readonly skip: IndexInput | undefined;

  constructor(state: SegmentReadState) {
    const files = openFiles(state);
    super(files, state.segmentInfo.maxDoc);
    this.skip = files.skip;
  }

  /** Least and greatest value of a field with a skip index (Lucene 10); undefined without one. */
  skipper(field: FieldInfo): SkipperEntry | undefined {
    return this.entries.skippers.get(field.number);
  }

  override checkIntegrity(): void {
    super.checkIntegrity();
    if (this.skip !== undefined) checksumEntireFile(this.skip);
  }

  override close(): void {
    super.close();
    this.skip?.close();
  }
}

function openFiles(state: SegmentReadState): Files {
  const data = openInput(state, DATA_EXTENSION);
  let skip: IndexInput | undefined;
  try {
    const version = checkHeader(data, state, DATA_CODEC);
    retrieveChecksum(data);
    if (version >= VERSION_SKIPPER_SEPARATE_FILE) skip = openSkipIndex(state, version);
    const limits = {
      version,
      maxDoc: state.segmentInfo.maxDoc,
      dataLength: data.length,
      skipLength: (skip ?? data).length,
    };
    const { name } = state.segmentInfo;
    const metaName = segmentFileName(name, state.segmentSuffix, META_EXTENSION);
    const entries = readChecksumFile(state.directory, metaName, (meta) => {
      checkSameVersion(meta, version, checkHeader(meta, state, META_CODEC));
      return new DocValuesEntryReader(meta, state.fieldInfos, limits).readEntries();
    });
    return { data, skip, entries };
  } catch (error) {
    data.close();
    skip?.close();
    throw error;
  }
}

function openInput(state: SegmentReadState, extension: string): IndexInput {
  const { directory, segmentInfo, segmentSuffix } = state;
  return directory.openInput(segmentFileName(segmentInfo.name, segmentSuffix, extension));
}

function checkHeader(input: IndexInput, state: SegmentReadState, codec: string): number {
  const { id } = state.segmentInfo;
  const newest = DOC_VALUES_VERSION_MAX;
  return checkIndexHeader(input, codec, DOC_VALUES_VERSION, newest, id, state.segmentSuffix);
}

function checkSameVersion(input: IndexInput, version: number, actual: number): void {
  if (actual === version) return;
  throw corrupt("Format versions of doc values files differ", {
    file: input.name,
    version,
    actual,
  });
}

function openSkipIndex(state: SegmentReadState, version: number): IndexInput {
  const input = openInput(state, SKIP_EXTENSION);
  try {
    checkSameVersion(input, version, checkHeader(input, state, SKIP_CODEC));
    retrieveChecksum(input);
    return input;
  } catch (error) {
    input.close();
    throw error;
  }
}
