// Field infos (.fnm) since Lucene 9.4: as Lucene90FieldInfos, and
//   bits             16 parent field (version ≥ 1)
//   docValuesSkip    u8 after docValuesType (version ≥ 2, Lucene 10): 0 none, 1 range
//   vectorEncoding   u8 before vectorSimilarity: 0 bytes, 1 floats
// Versions: 0 = 9.4, 1 = 9.10 (parent field), 2 = 10.0 (doc values skip index).
// Written only as an update of a segment that a real server wrote (a soft delete adds a generation
// of
// .fnm in the segment's own codec), in the lowest version that holds its fields: an older line
// reads it. Upstream: org.apache.lucene.codecs.lucene94.Lucene94FieldInfosFormat (10.4.0).

import type { FieldInfo, FieldInfos } from "../../index/field-info.ts";
import { segmentFileName } from "../../index/segment-info.ts";
import {
  checkIndexHeader,
  type IndexInput,
  type IndexOutput,
  readChecksumFile,
  writeFooter,
  writeIndexHeader,
} from "../../store/index.ts";
import type { FieldInfosFormat } from "../codec.ts";
import {
  FieldBits,
  type FieldHead,
  fieldOfHead,
  invalid,
  readFieldInfos,
  readPointCounts,
  writeFieldHead,
  writeFieldMiddle,
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

  write(directory, info, suffix, infos) {
    const version = lowestVersion(infos);
    const output = directory.createOutput(segmentFileName(info.name, suffix, "fnm"));
    try {
      writeIndexHeader(output, CODEC_NAME, version, info.id, suffix);
      output.writeVInt(infos.size);
      for (const field of infos) writeField(output, field, version);
      writeFooter(output);
    } finally {
      output.close();
    }
  },
};

function lowestVersion(infos: FieldInfos): number {
  let version = VERSION_START;
  for (const field of infos) {
    if (field.docValuesSkipIndex !== 0) return VERSION_DOC_VALUES_SKIP_INDEX;
    if (field.isParentField) version = VERSION_PARENT_FIELD;
  }
  return version;
}

function writeField(output: IndexOutput, field: FieldInfo, version: number): void {
  writeFieldHead(output, field, field.isParentField ? FieldBits.PARENT_FIELD : 0);
  if (version >= VERSION_DOC_VALUES_SKIP_INDEX) output.writeByte(field.docValuesSkipIndex);
  writeFieldMiddle(output, field);
  output.writeVInt(field.vectorDimension);
  output.writeByte(field.vectorEncoding);
  output.writeByte(field.vectorSimilarity);
}

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
