// Points of Lucene 6.0 to 8.5: a BKD tree per field, in two files.
//
//   .dii  index header "Lucene60PointsFormatMeta", version 0
//         vInt count, then per field: vInt field number, vLong place of its tree in .dim; footer
//   .dim  index header "Lucene60PointsFormatData", version 0
//         leaves, and at each place the tree's metadata with the packed index at its end
//         (util/bkd/bkd-format.ts, versions 4 to 7, big-endian); footer
// Lucene 6.0 to 6.3 wrote trees without a packed index (versions below 4): these are too old.
// Upstream: org.apache.lucene.codecs.lucene60.{Lucene60PointsFormat,Lucene60PointsReader} (8.4.1),
// org.apache.lucene.util.bkd.BKDReader (8.4.1, 6.6.1). Spec: docs/format/points.md.

import { corrupt } from "../../../../base/index.ts";
import type { PointsReader, PointValues } from "../../../index/leaf-reader.ts";
import { type SegmentReadState, segmentFileName } from "../../../index/segment-info.ts";
import {
  BigEndianDirectory,
  checkHeader,
  checkIndexHeader,
  checksumEntireFile,
  type IndexInput,
  readChecksumFile,
  retrieveChecksum,
} from "../../../store/index.ts";
import {
  BKD_CODEC,
  BKD_VERSION_LOW_CARDINALITY_LEAVES,
  BKD_VERSION_PACKED_INDEX,
} from "../../../util/bkd/bkd-format.ts";
import { BkdReader, readBkdHead } from "../../../util/bkd/bkd-reader.ts";
import type { PointsFormat } from "../../codec.ts";

const DATA_CODEC = "Lucene60PointsFormatData";
const META_CODEC = "Lucene60PointsFormatMeta";
const VERSION = 0;

/** The points format of Lucene 6.0 to 8.5. */
export const lucene60PointsFormat: PointsFormat = {
  fieldsReader: (state) =>
    new Lucene60PointsReader({ ...state, directory: new BigEndianDirectory(state.directory) }),
};

/** The points of one segment; a tree is opened when it is first asked for. */
class Lucene60PointsReader implements PointsReader {
  private readonly data: IndexInput;
  private readonly maxDoc: number;
  private readonly places: Map<string, number>;
  private readonly trees = new Map<string, BkdReader>();

  constructor(state: SegmentReadState) {
    const { directory, segmentInfo, segmentSuffix } = state;
    const { name, id } = segmentInfo;
    this.maxDoc = segmentInfo.maxDoc;
    this.places = readPlaces(state);
    this.data = directory.openInput(segmentFileName(name, segmentSuffix, "dim"));
    try {
      checkIndexHeader(this.data, DATA_CODEC, VERSION, VERSION, id, segmentSuffix);
      retrieveChecksum(this.data);
    } catch (error) {
      this.data.close();
      throw error;
    }
  }

  values(field: string): PointValues | undefined {
    const place = this.places.get(field);
    if (place === undefined) return undefined;
    let tree = this.trees.get(field);
    if (tree === undefined) {
      tree = readInlineBkd(this.data, place, this.maxDoc);
      this.trees.set(field, tree);
    }
    return tree;
  }

  checkIntegrity(): void {
    checksumEntireFile(this.data);
  }

  close(): void {
    this.data.close();
  }
}

function readPlaces(state: SegmentReadState): Map<string, number> {
  const { directory, segmentInfo, segmentSuffix, fieldInfos } = state;
  const name = segmentFileName(segmentInfo.name, segmentSuffix, "dii");
  return readChecksumFile(directory, name, (input) => {
    checkIndexHeader(input, META_CODEC, VERSION, VERSION, segmentInfo.id, segmentSuffix);
    const places = new Map<string, number>();
    const count = input.readCount("fields with points", 2);
    for (let i = 0; i < count; i++) {
      const number = input.readVInt();
      const field = fieldInfos.byNumber(number);
      if (field === undefined) throw corrupt("Invalid field number", { file: name, number });
      places.set(field.name, input.readVLong());
    }
    return places;
  });
}

function readInlineBkd(data: IndexInput, place: number, maxDoc: number): BkdReader {
  const input = data.clone();
  input.seek(place);
  const newest = BKD_VERSION_LOW_CARDINALITY_LEAVES;
  const version = checkHeader(input, BKD_CODEC, BKD_VERSION_PACKED_INDEX, newest);
  const head = readBkdHead(input, version);
  const indexBytes = input.readVInt();
  const indexOffset = input.filePointer;
  const files = { indexIn: data, dataIn: data, indexOffset, indexBytes };
  return new BkdReader({ ...head, ...files, version, maxDoc }, head.docCount, data.name);
}
