// Writes .kdd, .kdi and .kdm; points-format.ts has the byte table.
// Upstream: org.apache.lucene.codecs.lucene90.Lucene90PointsWriter (9.1.0).

import type { FieldInfo } from "../../../index/field-info.ts";
import { type SegmentWriteState, segmentFileName } from "../../../index/segment-info.ts";
import { type IndexOutput, writeFooter, writeIndexHeader } from "../../../store/index.ts";
import { POINTS_IN_LEAF_MAX } from "../../../util/bkd/bkd-format.ts";
import { writeBkd } from "../../../util/bkd/bkd-writer.ts";
import { PointBuffer } from "../../../util/bkd/point-buffer.ts";
import type { PointsSource, PointsWriter } from "../../codec.ts";
import {
  POINTS_DATA_CODEC,
  POINTS_DATA_EXTENSION,
  POINTS_INDEX_CODEC,
  POINTS_INDEX_EXTENSION,
  POINTS_META_CODEC,
  POINTS_META_EXTENSION,
  POINTS_VERSION_START,
} from "./points-format.ts";

/** Writes the points of one segment, field by field; a field is sorted in memory. */
export class Lucene90PointsWriter implements PointsWriter {
  private readonly meta: IndexOutput;
  private readonly index: IndexOutput;
  private readonly data: IndexOutput;
  private readonly maxDoc: number;

  constructor(state: SegmentWriteState) {
    this.data = createOutput(state, POINTS_DATA_CODEC, POINTS_DATA_EXTENSION);
    this.meta = createOutput(state, POINTS_META_CODEC, POINTS_META_EXTENSION);
    this.index = createOutput(state, POINTS_INDEX_CODEC, POINTS_INDEX_EXTENSION);
    this.maxDoc = state.segmentInfo.maxDoc;
  }

  writeField(field: FieldInfo, source: PointsSource): void {
    const config = {
      numDims: field.pointDimensionCount,
      numIndexDims: field.pointIndexDimensionCount,
      bytesPerDim: field.pointNumBytes,
      maxPointsInLeafNode: POINTS_IN_LEAF_MAX,
    };
    const points = new PointBuffer(config.numDims * config.bytesPerDim, source.size);
    source.forEach((doc, packedValue) => {
      points.add(doc, packedValue);
    });
    if (points.count === 0) return;
    this.meta.writeInt(field.number);
    writeBkd(config, points, this.maxDoc, this.meta, this.index, this.data);
  }

  finish(): void {
    this.meta.writeInt(-1);
    writeFooter(this.index);
    writeFooter(this.data);
    this.meta.writeLong(this.index.filePointer);
    this.meta.writeLong(this.data.filePointer);
    writeFooter(this.meta);
  }

  close(): void {
    this.meta.close();
    this.index.close();
    this.data.close();
  }
}

function createOutput(state: SegmentWriteState, codec: string, extension: string): IndexOutput {
  const { directory, segmentInfo, segmentSuffix } = state;
  const out = directory.createOutput(segmentFileName(segmentInfo.name, segmentSuffix, extension));
  writeIndexHeader(out, codec, POINTS_VERSION_START, segmentInfo.id, segmentSuffix);
  return out;
}
