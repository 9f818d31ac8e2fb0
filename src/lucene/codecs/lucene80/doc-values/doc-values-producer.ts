// Opens .dvm and .dvd of Lucene 7 and 8; doc-values-format.ts has the byte table.
// Upstream: org.apache.lucene.codecs.lucene80.Lucene80DocValuesProducer (8.10.1).

import { corrupt } from "../../../../base/index.ts";
import type { FieldInfo, FieldInfos } from "../../../index/field-info.ts";
import type { BinaryDocValues } from "../../../index/leaf-reader.ts";
import { type SegmentReadState, segmentFileName } from "../../../index/segment-info.ts";
import {
  BigEndianDirectory,
  checkIndexHeader,
  type IndexInput,
  readChecksumFile,
  retrieveChecksum,
} from "../../../store/index.ts";
import {
  ColumnsProducer,
  type DocValuesFiles,
} from "../../lucene90/doc-values/columns-producer.ts";
import type {
  DocValuesEntryReader,
  EntryLimits,
} from "../../lucene90/doc-values/doc-values-entries.ts";
import { CompressedBinaryDocValues } from "./compressed-binary.ts";

/** What the two big-endian generations of columns differ in. */
export interface BigEndianDocValues {
  readonly metaCodec: string;
  readonly dataCodec: string;
  readonly versionMax: number;
  entryReader(
    meta: IndexInput,
    infos: FieldInfos,
    limits: EntryLimits,
    data: IndexInput,
  ): DocValuesEntryReader;
}

/** The doc values of one segment and one per-field format instance (or one update). */
export class BigEndianDocValuesProducer extends ColumnsProducer {
  constructor(state: SegmentReadState, format: BigEndianDocValues) {
    const directory = new BigEndianDirectory(state.directory);
    super(openFiles({ ...state, directory }, format), state.segmentInfo.maxDoc);
  }

  override binary(field: FieldInfo): BinaryDocValues {
    const entry = this.entry(this.entries.binaries, field, "binary");
    const { addresses, compressed } = entry;
    if (addresses === undefined || compressed === undefined) return super.binary(field);
    return new CompressedBinaryDocValues(this.data, entry, addresses, compressed, this.maxDoc);
  }
}

function openFiles(state: SegmentReadState, format: BigEndianDocValues): DocValuesFiles {
  const { directory, segmentInfo, segmentSuffix, fieldInfos } = state;
  const { name, id, maxDoc } = segmentInfo;
  const data = directory.openInput(segmentFileName(name, segmentSuffix, "dvd"));
  try {
    const newest = format.versionMax;
    const version = checkIndexHeader(data, format.dataCodec, 0, newest, id, segmentSuffix);
    retrieveChecksum(data);
    const limits = { version, maxDoc, dataLength: data.length, skipLength: 0 };
    const metaName = segmentFileName(name, segmentSuffix, "dvm");
    const entries = readChecksumFile(directory, metaName, (meta) => {
      const actual = checkIndexHeader(meta, format.metaCodec, 0, newest, id, segmentSuffix);
      if (actual !== version) {
        throw corrupt("Format versions of doc values files differ", {
          file: meta.name,
          version,
          actual,
        });
      }
      return format.entryReader(meta, fieldInfos, limits, data).readEntries();
    });
    return { data, entries };
  } catch (error) {
    data.close();
    throw error;
  }
}
