// Field infos (.fnm) of Lucene 6.0 to 8.11: as lucene90/field-infos.ts, big-endian, without
// vectors, under the codec name `Lucene60FieldInfos`.
//   bits             8 soft deletes (version ≥ 1)
//   pointDimensions  0 = no points; otherwise follow, in versions 0 and 1 only:
//                    bytes per dimension; since version 2: indexed dimensions, bytes per dimension
// Versions: 0 = 6.0, 1 = 7.4 (soft deletes), 2 = 7.6 (indexed dimensions).
// Upstream: org.apache.lucene.codecs.lucene60.Lucene60FieldInfosFormat (6.6.1, 8.10.1).

import type { FieldInfo } from "../../index/field-info.ts";
import { segmentFileName } from "../../index/segment-info.ts";
import {
  BigEndianDirectory,
  checkIndexHeader,
  type IndexInput,
  readChecksumFile,
} from "../../store/index.ts";
import type { FieldInfosFormat } from "../codec.ts";
import {
  type FieldHead,
  fieldOfHead,
  invalid,
  readFieldInfos,
  readPointCounts,
  writeFieldAttributes,
  writeFieldHead,
  writeFieldInfos,
} from "../lucene90/field-infos.ts";

const CODEC_NAME = "Lucene60FieldInfos";
const VERSION_SOFT_DELETES = 1;
const VERSION_SELECTIVE_INDEXING = 2;

/** `.fnm` of Lucene 6.0 to 8.11. */
export const lucene60FieldInfosFormat: FieldInfosFormat = {
  read(directory, info, suffix) {
    const name = segmentFileName(info.name, suffix, "fnm");
    return readChecksumFile(new BigEndianDirectory(directory), name, (input) => {
      const newest = VERSION_SELECTIVE_INDEXING;
      const version = checkIndexHeader(input, CODEC_NAME, 0, newest, info.id, suffix);
      return readFieldInfos(input, (from, head) => readField(from, head, version));
    });
  },

  /** For updates of doc values in an old segment: its infos stay of its codec. */
  write(directory, info, suffix, infos) {
    const output = directory.createOutput(segmentFileName(info.name, suffix, "fnm"));
    const version = VERSION_SELECTIVE_INDEXING;
    writeFieldInfos(output, CODEC_NAME, version, { info, suffix, infos }, (to, field) => {
      writeFieldHead(to, field, 0);
      to.writeBigEndianLong(BigInt(field.docValuesGen));
      writeFieldAttributes(to, field);
    });
  },
};

function readField(input: IndexInput, head: FieldHead, version: number): FieldInfo {
  const unused = version < VERSION_SOFT_DELETES ? 0xf8 : 0xf0;
  if ((head.bits & unused) !== 0) throw invalid(input, head.name, "bits", head.bits);
  const docValuesGen = input.readLongNumber();
  const attributes = input.readMapOfStrings();
  return {
    ...fieldOfHead(head),
    docValuesGen,
    attributes,
    ...readPointCounts(input, head.name, version >= VERSION_SELECTIVE_INDEXING),
    vectorDimension: 0,
    vectorEncoding: 1,
    vectorSimilarity: 0,
    isParentField: false,
    docValuesSkipIndex: 0,
  };
}
