// Doc values of Lucene 7: as lucene80/doc-values/doc-values-format.ts version 0, under the codec
// names `Lucene70DocValuesMetadata` and `Lucene70DocValuesData`, version 0, but a set of documents
// has neither jump table nor ranks (i64 offset and length only), and a column in blocks has no
// table of their starts: each block says how long it is, and the starts are found by walking them.
// Upstream: org.apache.lucene.codecs.lucene70.{Lucene70DocValuesFormat,Lucene70DocValuesProducer}
// (7.7.3).

import { corrupt } from "../../../../base/index.ts";
import type { FieldInfos } from "../../../index/field-info.ts";
import type { IndexInput } from "../../../store/index.ts";
import type { IndexedDisiEntry } from "../../../util/indexed-disi/indexed-disi.ts";
import type { DocValuesFormat } from "../../codec.ts";
import {
  type BigEndianDocValues,
  BigEndianDocValuesProducer,
} from "../../lucene80/doc-values/doc-values-producer.ts";
import { Lucene80EntryReader } from "../../lucene80/doc-values/entries.ts";
import type { EntryLimits, NumericEntry } from "../../lucene90/doc-values/doc-values-entries.ts";
import { readPlainSet } from "../plain-set.ts";

class Lucene70EntryReader extends Lucene80EntryReader {
  private readonly data: IndexInput;

  constructor(meta: IndexInput, infos: FieldInfos, limits: EntryLimits, data: IndexInput) {
    super(meta, infos, limits);
    this.data = data;
  }

  protected override readDocs(): IndexedDisiEntry {
    return readPlainSet(this.meta, this.limits.dataLength);
  }

  protected override readValueJumpTable(): number {
    return -1;
  }

  protected override readNumeric(): NumericEntry {
    const entry = super.readNumeric();
    if (entry.blockShift === -1 || entry.bitsPerValue === 0) return entry;
    return { ...entry, blockStarts: walkBlocks(this.data, entry) };
  }

  protected override checkBlocks(): void {
    // Walking them checks them.
  }
}

function walkBlocks(data: IndexInput, entry: NumericEntry): Float64Array {
  const end = entry.valuesOffset + entry.valuesLength;
  const count = Math.ceil(entry.numValues / 2 ** entry.blockShift);
  // A block is a width and a least value, or more.
  if (count * 9 > entry.valuesLength) {
    throw corrupt("Blocks of values are out of bounds", { file: data.name, count });
  }
  const starts = new Float64Array(count);
  const input = data.clone();
  input.seek(entry.valuesOffset);
  for (let i = 0; i < count; i++) {
    starts[i] = input.filePointer;
    const bitsPerValue = input.readByte();
    input.skip(8);
    if (bitsPerValue !== 0) {
      const length = input.readInt();
      if (length < 0 || length > end - input.filePointer) {
        throw corrupt("Block of values is out of bounds", { file: data.name, block: i, length });
      }
      input.skip(length);
    }
  }
  return starts;
}

const FORMAT: BigEndianDocValues = {
  metaCodec: "Lucene70DocValuesMetadata",
  dataCodec: "Lucene70DocValuesData",
  versionMax: 0,
  entryReader: (meta, infos, limits, data) => new Lucene70EntryReader(meta, infos, limits, data),
};

/** The doc values format of Lucene 7.0 to 7.7; per-field name `Lucene70`. */
export const lucene70DocValuesFormat: DocValuesFormat = {
  name: "Lucene70",
  fieldsProducer: (state) => new BigEndianDocValuesProducer(state, FORMAT),
};
