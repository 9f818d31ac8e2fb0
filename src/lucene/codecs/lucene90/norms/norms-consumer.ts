// Writes .nvd and .nvm; norms-format.ts has the byte table.
// Upstream: org.apache.lucene.codecs.lucene90.Lucene90NormsConsumer (9.1.0).

import type { FieldInfo } from "../../../index/field-info.ts";
import { NO_MORE_DOCS, type NumericDocValues } from "../../../index/leaf-reader.ts";
import { type SegmentWriteState, segmentFileName } from "../../../index/segment-info.ts";
import { type IndexOutput, writeFooter, writeIndexHeader } from "../../../store/index.ts";
import { writeDocsWithField } from "../../../util/indexed-disi/docs-with-field.ts";
import { LongColumn } from "../../../util/packed/long-column.ts";
import type { NormsConsumer } from "../../codec.ts";
import {
  NORMS_DATA_CODEC,
  NORMS_DATA_EXTENSION,
  NORMS_META_CODEC,
  NORMS_META_EXTENSION,
  NORMS_VERSION,
} from "./norms-format.ts";

/** Writes the norms of one segment, field by field. */
export class Lucene90NormsConsumer implements NormsConsumer {
  private readonly meta: IndexOutput;
  private readonly data: IndexOutput;
  private readonly maxDoc: number;

  constructor(state: SegmentWriteState) {
    this.data = createOutput(state, NORMS_DATA_CODEC, NORMS_DATA_EXTENSION);
    this.meta = createOutput(state, NORMS_META_CODEC, NORMS_META_EXTENSION);
    this.maxDoc = state.segmentInfo.maxDoc;
  }

  addNorms(field: FieldInfo, values: () => NumericDocValues): void {
    const column = new LongColumn();
    const norms = values();
    for (let doc = norms.nextDoc(); doc !== NO_MORE_DOCS; doc = norms.nextDoc()) {
      column.startDoc(doc);
      column.add(norms.longValue(), norms);
    }
    const { meta, data } = this;
    meta.writeInt(field.number);
    writeDocsWithField(column.docs, column.docCount, this.maxDoc, meta, data);
    meta.writeInt(column.docCount);
    const { min, max } = column.range();
    const bytesPerNorm = column.count === 0 || min === max ? 0 : normBytes(min, max);
    meta.writeByte(bytesPerNorm);
    if (bytesPerNorm === 0) {
      meta.writeLong(column.count === 0 ? 0x7fffffffffffffffn : min);
      return;
    }
    meta.writeLong(data.filePointer);
    for (let i = 0; i < column.count; i++) writeNorm(column, i, bytesPerNorm, data);
  }

  close(): void {
    this.meta.writeInt(-1);
    writeFooter(this.meta);
    writeFooter(this.data);
    this.meta.close();
    this.data.close();
  }
}

function createOutput(state: SegmentWriteState, codec: string, extension: string): IndexOutput {
  const { directory, segmentInfo, segmentSuffix } = state;
  const out = directory.createOutput(segmentFileName(segmentInfo.name, segmentSuffix, extension));
  writeIndexHeader(out, codec, NORMS_VERSION, segmentInfo.id, segmentSuffix);
  return out;
}

/** Bytes that hold min…max, signed. */
function normBytes(min: bigint, max: bigint): number {
  if (min >= -128n && max <= 127n) return 1;
  if (min >= -32768n && max <= 32767n) return 2;
  if (min >= -2147483648n && max <= 2147483647n) return 4;
  return 8;
}

function writeNorm(column: LongColumn, index: number, bytes: number, out: IndexOutput): void {
  const low = column.low(index);
  if (bytes === 1) out.writeByte(low);
  else if (bytes === 2) out.writeShort(low);
  else out.writeInt(low);
  if (bytes === 8) out.writeInt(column.high(index));
}
