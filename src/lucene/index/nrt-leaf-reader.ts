// A segment as the writer sees it now: its reader, with the deletes that are not on disk yet laid
// over. Upstream: ReadersAndUpdates.getReadOnlyClone (9.1.0).

import type { FieldInfos } from "./field-info.ts";
import type {
  BinaryDocValues,
  Bits,
  LeafReader,
  NumericDocValues,
  PointValues,
  SortedDocValues,
  SortedNumericDocValues,
  SortedSetDocValues,
  StoredFieldsReader,
  Terms,
} from "./leaf-reader.ts";
import type { SegmentInfo } from "./segment-info.ts";
import type { SegmentReader } from "./segment-reader.ts";

/**
 * A SegmentReader with other live docs. Holds one reference of `reader` per reference of its own.
 */
export class NrtLeafReader implements LeafReader {
  readonly reader: SegmentReader;
  readonly segmentInfo: SegmentInfo;
  readonly fieldInfos: FieldInfos;
  readonly maxDoc: number;
  readonly numDocs: number;
  readonly liveDocs: Bits | undefined;
  readonly hardLiveDocs: Bits | undefined;

  /** The caller owns a reference of `reader` already. */
  constructor(
    reader: SegmentReader,
    liveDocs: Bits | undefined,
    hardLiveDocs: Bits | undefined,
    numDocs: number,
  ) {
    this.reader = reader;
    this.segmentInfo = reader.segmentInfo;
    this.fieldInfos = reader.fieldInfos;
    this.maxDoc = reader.maxDoc;
    this.liveDocs = liveDocs;
    this.hardLiveDocs = hardLiveDocs;
    this.numDocs = numDocs;
  }

  terms(field: string): Terms | undefined {
    return this.reader.terms(field);
  }

  numericDocValues(field: string): NumericDocValues | undefined {
    return this.reader.numericDocValues(field);
  }

  binaryDocValues(field: string): BinaryDocValues | undefined {
    return this.reader.binaryDocValues(field);
  }

  sortedDocValues(field: string): SortedDocValues | undefined {
    return this.reader.sortedDocValues(field);
  }

  sortedNumericDocValues(field: string): SortedNumericDocValues | undefined {
    return this.reader.sortedNumericDocValues(field);
  }

  sortedSetDocValues(field: string): SortedSetDocValues | undefined {
    return this.reader.sortedSetDocValues(field);
  }

  normValues(field: string): NumericDocValues | undefined {
    return this.reader.normValues(field);
  }

  pointValues(field: string): PointValues | undefined {
    return this.reader.pointValues(field);
  }

  storedFields(): StoredFieldsReader {
    return this.reader.storedFields();
  }

  checkIntegrity(): void {
    this.reader.checkIntegrity();
  }
}
