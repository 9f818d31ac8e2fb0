// Field infos (.fnm) since Lucene 9.4, read only: as Lucene90FieldInfos, and
//   bits             16 parent field (version ≥ 1)
//   docValuesSkip    u8 after docValuesType (version ≥ 2, Lucene 10): 0 none, 1 range
//   vectorEncoding   u8 before vectorSimilarity: 0 bytes, 1 floats
// Versions: 0 = 9.4, 1 = 9.10 (parent field), 2 = 10.0 (doc values skip index).
// Upstream: org.apache.lucene.codecs.lucene94.Lucene94FieldInfosFormat (10.4.0).

import type { FieldInfo } from "../../index/field-info.ts";
import { segmentFileName } from "../../index/segment-info.ts";
import { checkIndexHeader, type IndexInput, readChecksumFile } from "../../store/index.ts";
import type { FieldInfosFormat } from "../codec.ts";
import {
  FieldBits,
  type FieldHead,
  fieldOfHead,
  invalid,
  readFieldInfos,
  readPointCounts,
} from "../lucene90/field-infos.ts";

const CODEC_NAME = "Lucene94FieldInfos";
const VERSION_START = 0;
const VERSION_PARENT_FIELD = 1;
const VERSION_DOC_VALUES_SKIP_INDEX = 2;
const VERSION_CURRENT = VERSION_DOC_VALUES_SKIP_INDEX;

/** `.fnm` of Lucene 9.4 to 10.4. */
export const lucene94FieldInfosFormat: FieldInfosFormat = {
  read(directory, info, suffix) {
    const name = segmentFileName(info.name, suffix, "fnm");
    return readChecksumFile(directory, name, (input) => {
      const version = checkIndexHeader(
        input,
        CODEC_NAME,
        VERSION_START,
        VERSION_CURRENT,
        info.id,
        suffix,
      );
      return readFieldInfos(input, (from, head) => readField(from, head, version));
    });
  },
};

function readField(input: IndexInput, head: FieldHead, version: number): FieldInfo {
  const unused = version >= VERSION_PARENT_FIELD ? 0xe0 : 0xf0;
  if ((head.bits & unused) !== 0) throw invalid(input, head.name, "bits", head.bits);
  const docValuesSkipIndex = version >= VERSION_DOC_VALUES_SKIP_INDEX ? input.readByte() : 0;
  if (docValuesSkipIndex > 1) {
    throw invalid(input, head.name, "doc values skip index", docValuesSkipIndex);
  }
  const docValuesGen = input.readLongNumber();
  const attributes = input.readMapOfStrings();
  const points = readPointCounts(input, head.name);
  const vectorDimension = input.readVInt();
  const vectorEncoding = input.readByte();
  if (vectorEncoding > 1) throw invalid(input, head.name, "vector encoding", vectorEncoding);
  const vectorSimilarity = input.readByte();
  if (vectorSimilarity > 3) {
    throw invalid(input, head.name, "vector similarity", vectorSimilarity);
  }
  return {
    ...fieldOfHead(head),
    docValuesGen,
    attributes,
    ...points,
    vectorDimension,
    vectorEncoding,
    vectorSimilarity,
    docValuesSkipIndex,
    isParentField: (head.bits & FieldBits.PARENT_FIELD) !== 0,
  };
}
