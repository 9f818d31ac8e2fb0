// Stored fields of a segment that will be sorted: kept in memory as records until the new order is
// known. (Unsorted segments stream theirs.) Upstream: SortingStoredFieldsConsumer (9.1.0).

import type { StoredFieldsWriter } from "../codecs/codec.ts";
import type { RamCounter } from "./buffered-dictionary.ts";
import type { FieldInfo } from "./field-info.ts";
import type { StoredValue } from "./leaf-reader.ts";

type StoredType = "string" | "binary" | "int" | "long" | "float" | "double";

interface StoredRecord {
  readonly field: FieldInfo;
  readonly value: StoredValue;
  readonly type: StoredType;
}

/** Holds documents and replays them in another order. */
export class BufferedStoredFields {
  private readonly documents: StoredRecord[][] = [];
  private current: StoredRecord[] = [];
  private readonly ram: RamCounter;

  constructor(ram: RamCounter) {
    this.ram = ram;
  }

  startDocument(): void {
    this.current = [];
  }

  writeField(field: FieldInfo, value: StoredValue, type: StoredType): void {
    const kept = value instanceof Uint8Array ? value.slice() : value;
    this.ram.bytes +=
      64 + (typeof kept === "string" || kept instanceof Uint8Array ? kept.length : 8);
    this.current.push({ field, value: kept, type });
  }

  finishDocument(): void {
    this.documents.push(this.current);
  }

  /** Writes all documents: new document `i` is old document `newToOld[i]`. */
  replay(writer: StoredFieldsWriter, newToOld: Int32Array | undefined): void {
    for (let doc = 0; doc < this.documents.length; doc++) {
      const records = this.documents[newToOld === undefined ? doc : newToOld[doc]!]!;
      writer.startDocument();
      for (const record of records) writer.writeField(record.field, record.value, record.type);
      writer.finishDocument();
    }
  }
}
