// Opens .dvm and .dvd of Lucene 6; doc-values-format.ts has the byte table.
// Upstream: org.apache.lucene.codecs.lucene54.Lucene54DocValuesProducer (6.6.1).

import type { FieldInfo } from "../../../index/field-info.ts";
import type { SortedNumericDocValues, SortedSetDocValues } from "../../../index/leaf-reader.ts";
import { type SegmentReadState, segmentFileName } from "../../../index/segment-info.ts";
import {
  BigEndianDirectory,
  checkIndexHeader,
  type IndexInput,
  readChecksumFile,
  retrieveChecksum,
} from "../../../store/index.ts";
import { ColumnsProducer } from "../../lucene90/doc-values/columns-producer.ts";
import { DATA_CODEC, META_CODEC, VERSION } from "./doc-values-format.ts";
import { type Lucene54Entries, Lucene54EntryReader } from "./entries.ts";
import { TableSortedNumericDocValues, TableSortedSetDocValues } from "./table-iterators.ts";

interface Files {
  readonly data: IndexInput;
  readonly entries: Lucene54Entries;
}

/** The doc values of one segment and one per-field format instance (or one update). */
export class Lucene54DocValuesProducer extends ColumnsProducer {
  private readonly tables: Lucene54Entries;

  constructor(state: SegmentReadState) {
    const files = openFiles(state);
    super(files, state.segmentInfo.maxDoc);
    this.tables = files.entries;
  }

  override sortedNumeric(field: FieldInfo): SortedNumericDocValues {
    const table = this.tables.tableNumerics.get(field.number);
    if (table === undefined) return super.sortedNumeric(field);
    return new TableSortedNumericDocValues(this.data, table, this.maxDoc);
  }

  override sortedSet(field: FieldInfo): SortedSetDocValues {
    const table = this.tables.tableSets.get(field.number);
    if (table === undefined) return super.sortedSet(field);
    return new TableSortedSetDocValues(this.data, table, this.maxDoc);
  }
}

function openFiles(state: SegmentReadState): Files {
  const { segmentInfo, segmentSuffix, fieldInfos } = state;
  const { name, id, maxDoc } = segmentInfo;
  const directory = new BigEndianDirectory(state.directory);
  const data = directory.openInput(segmentFileName(name, segmentSuffix, "dvd"));
  try {
    checkIndexHeader(data, DATA_CODEC, VERSION, VERSION, id, segmentSuffix);
    retrieveChecksum(data);
    const metaName = segmentFileName(name, segmentSuffix, "dvm");
    const entries = readChecksumFile(directory, metaName, (meta) => {
      checkIndexHeader(meta, META_CODEC, VERSION, VERSION, id, segmentSuffix);
      return new Lucene54EntryReader(meta, fieldInfos, maxDoc, data.length).readEntries();
    });
    return { data, entries };
  } catch (error) {
    data.close();
    throw error;
  }
}
