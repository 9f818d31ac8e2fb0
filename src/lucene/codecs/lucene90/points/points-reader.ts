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
import { readBkd } from "../../../util/bkd/bkd-reader.ts";
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

/** Codec names of the three files, and the newest version. */
export interface PointsCodecs {
  readonly data: string;
  readonly index: string;
  readonly meta: string;
  readonly versionMax: number;
}

const CODECS: PointsCodecs = {
  data: POINTS_DATA_CODEC,
  index: POINTS_INDEX_CODEC,
  meta: POINTS_META_CODEC,
  versionMax: POINTS_VERSION_MAX,
};

/** The points of one segment since Lucene 8.6. */
export class ThreeFilePointsReader implements PointsReader {
  private readonly inputs: IndexInput[] = [];
  private readonly codecs: PointsCodecs;
  private readonly fields: Map<string, PointValues>;

  constructor(state: SegmentReadState, codecs = CODECS) {
    const { directory, segmentInfo, segmentSuffix } = state;
    this.codecs = codecs;
    const metaName = segmentFileName(segmentInfo.name, segmentSuffix, POINTS_META_EXTENSION);
    try {
      const index = this.open(state, codecs.index, POINTS_INDEX_EXTENSION);
      const data = this.open(state, codecs.data, POINTS_DATA_EXTENSION);
      this.fields = readChecksumFile(directory, metaName, (meta) => {
        this.checkHeader(meta, state, codecs.meta);
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
    this.checkHeader(input, state, codec);
    retrieveChecksum(input);
    return input;
  }

  private checkHeader(input: IndexInput, state: SegmentReadState, codec: string): void {
    const { segmentInfo, segmentSuffix } = state;
    const newest = this.codecs.versionMax;
    checkIndexHeader(input, codec, POINTS_VERSION_START, newest, segmentInfo.id, segmentSuffix);
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
    fields.set(info.name, readBkd(meta, index, data, state.segmentInfo.maxDoc));
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
