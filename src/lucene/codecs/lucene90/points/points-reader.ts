// Opens .kdd, .kdi and .kdm; points-format.ts has the byte table.
// Upstream: org.apache.lucene.codecs.lucene90.Lucene90PointsReader (10.4.0).

import { corrupt } from "../../../../base/index.ts";
import type { PointsReader, PointValues } from "../../../index/leaf-reader.ts";
import { type SegmentReadState, segmentFileName } from "../../../index/segment-info.ts";
import {
  checkIndexHeader,
  checksumEntireFile,
  type IndexInput,
  readChecksumFile,
  retrieveChecksum,
} from "../../../store/index.ts";
import { BkdReader } from "../../../util/bkd/bkd-reader.ts";
import {
  POINTS_DATA_CODEC,
  POINTS_DATA_EXTENSION,
  POINTS_INDEX_CODEC,
  POINTS_INDEX_EXTENSION,
  POINTS_META_CODEC,
  POINTS_META_EXTENSION,
  POINTS_VERSION_MAX,
  POINTS_VERSION_START,
} from "./points-format.ts";

/** The points of one segment. */
export class Lucene90PointsReader implements PointsReader {
  private readonly inputs: IndexInput[] = [];
  private readonly fields: Map<string, PointValues>;

  constructor(state: SegmentReadState) {
    const { directory, segmentInfo, segmentSuffix } = state;
    const metaName = segmentFileName(segmentInfo.name, segmentSuffix, POINTS_META_EXTENSION);
    try {
      const index = this.open(state, POINTS_INDEX_CODEC, POINTS_INDEX_EXTENSION);
      const data = this.open(state, POINTS_DATA_CODEC, POINTS_DATA_EXTENSION);
      this.fields = readChecksumFile(directory, metaName, (meta) => {
        checkHeader(meta, state, POINTS_META_CODEC);
        return readFields(meta, index, data, state);
      });
    } catch (error) {
      this.close();
      throw error;
    }
  }

  private open(state: SegmentReadState, codec: string, extension: string): IndexInput {
    const { directory, segmentInfo, segmentSuffix } = state;
    const input = directory.openInput(segmentFileName(segmentInfo.name, segmentSuffix, extension));
    this.inputs.push(input);
    checkHeader(input, state, codec);
    retrieveChecksum(input);
    return input;
  }

  values(field: string): PointValues | undefined {
    return this.fields.get(field);
  }

  checkIntegrity(): void {
    for (const input of this.inputs) checksumEntireFile(input);
  }

  close(): void {
    for (const input of this.inputs) input.close();
  }
}

function checkHeader(input: IndexInput, state: SegmentReadState, codec: string): void {
  const { segmentInfo, segmentSuffix } = state;
  const { id } = segmentInfo;
  checkIndexHeader(input, codec, POINTS_VERSION_START, POINTS_VERSION_MAX, id, segmentSuffix);
}

function readFields(
  meta: IndexInput,
  index: IndexInput,
  data: IndexInput,
  state: SegmentReadState,
): Map<string, PointValues> {
  const fields = new Map<string, PointValues>();
  for (let number = meta.readInt(); number !== -1; number = meta.readInt()) {
    const info = state.fieldInfos.byNumber(number);
    if (info === undefined) throw corrupt("Invalid field number", { file: meta.name, number });
    fields.set(info.name, new BkdReader(meta, index, data, state.segmentInfo.maxDoc));
  }
  const indexLength = meta.readLongNumber();
  const dataLength = meta.readLongNumber();
  if (indexLength !== index.length || dataLength !== data.length) {
    throw corrupt("Length of a points file differs from its metadata", {
      file: meta.name,
      indexLength,
      indexActual: index.length,
      dataLength,
      dataActual: data.length,
    });
  }
  return fields;
}
