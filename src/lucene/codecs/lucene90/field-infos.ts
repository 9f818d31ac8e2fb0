// Field infos (.fnm) of Lucene 9.0 to 9.3, read and written.
//   SIZE  TYPE    FIELD            MEANING
//    n    header  codec            index header `Lucene90FieldInfos`, version 0
//    n    vInt    count            of the fields that follow
//   per field
//    n    string  name
//    n    vInt    number           may have holes, never twice
//    1    u8      bits             1 term vectors, 2 omits norms, 4 payloads, 8 soft deletes
//    1    u8      indexOptions     0 none … 4 docs, freqs, positions, offsets
//    1    u8      docValuesType    0 none 1 numeric 2 binary 3 sorted 4 sorted set 5 sorted numeric
//    8    i64     docValuesGen     -1 = as in the segment's own files
//    n    map     attributes       names and suffixes of the per-field formats
//    n    vInt    pointDimensions  0 = no points; otherwise two more vInts follow:
//                                  indexed dimensions, bytes per dimension
//    n    vInt    vectorDimension  0 = none
//    1    u8      vectorSimilarity
//   16    footer
// Mind that types 4 and 5 are swapped against the ordinals of DocValuesType.
// Upstream: org.apache.lucene.codecs.lucene90.Lucene90FieldInfosFormat (9.1.0).

import { corrupt, FIELDS_MAX } from "../../../base/index.ts";
import { DocValuesType, type FieldInfo, FieldInfos, IndexOptions } from "../../index/field-info.ts";
import { type SegmentInfo, segmentFileName } from "../../index/segment-info.ts";
import {
  checkIndexHeader,
  type IndexInput,
  type IndexOutput,
  readChecksumFile,
  writeFooter,
  writeIndexHeader,
} from "../../store/index.ts";
import type { FieldInfosFormat } from "../codec.ts";

const CODEC_NAME = "Lucene90FieldInfos";
const VERSION = 0;

/** Flags of the bits byte; the last two since 9.10 and 10.0. */
export const FieldBits = {
  STORE_TERM_VECTOR: 0x01,
  OMIT_NORMS: 0x02,
  STORE_PAYLOADS: 0x04,
  SOFT_DELETES_FIELD: 0x08,
  PARENT_FIELD: 0x10,
} as const;

const DOC_VALUES_TYPE_OF_BYTE: readonly DocValuesType[] = [
  DocValuesType.NONE,
  DocValuesType.NUMERIC,
  DocValuesType.BINARY,
  DocValuesType.SORTED,
  DocValuesType.SORTED_SET,
  DocValuesType.SORTED_NUMERIC,
];

/** `.fnm` of the written generation. */
export const lucene90FieldInfosFormat: FieldInfosFormat = {
  read(directory, info, suffix) {
    const name = segmentFileName(info.name, suffix, "fnm");
    return readChecksumFile(directory, name, (input) => {
      checkIndexHeader(input, CODEC_NAME, VERSION, VERSION, info.id, suffix);
      return readFieldInfos(input, readField);
    });
  },

  write(directory, info, suffix, infos) {
    const output = directory.createOutput(segmentFileName(info.name, suffix, "fnm"));
    writeFieldInfos(output, CODEC_NAME, VERSION, { info, suffix, infos }, writeField);
  },
};

/** What a `.fnm` is written for. */
export interface FieldInfosToWrite {
  readonly info: SegmentInfo;
  readonly suffix: string;
  readonly infos: FieldInfos;
}

/** Writes the file and closes it; other generations pass their own `writeOne`. */
export function writeFieldInfos(
  output: IndexOutput,
  codec: string,
  version: number,
  { info, suffix, infos }: FieldInfosToWrite,
  writeOne: (output: IndexOutput, field: FieldInfo) => void,
): void {
  try {
    writeIndexHeader(output, codec, version, info.id, suffix);
    output.writeVInt(infos.size);
    for (const field of infos) writeOne(output, field);
    writeFooter(output);
  } finally {
    output.close();
  }
}

/** The count and the fields; later generations pass their own `readOne`. */
export function readFieldInfos(
  input: IndexInput,
  readOne: (input: IndexInput, head: FieldHead) => FieldInfo,
): FieldInfos {
  const count = input.readCount("fields", 17);
  if (count > FIELDS_MAX) {
    throw corrupt("Too many fields", { file: input.name, count, max: FIELDS_MAX });
  }
  const infos: FieldInfo[] = [];
  for (let i = 0; i < count; i++) {
    const field = readOne(input, readFieldHead(input));
    checkConsistency(field, input);
    infos.push(field);
  }
  return new FieldInfos(infos);
}

/** The part of a field that all generations begin with. */
export interface FieldHead {
  readonly name: string;
  readonly number: number;
  readonly bits: number;
  readonly indexOptions: IndexOptions;
  readonly docValuesType: DocValuesType;
}

function readFieldHead(input: IndexInput): FieldHead {
  const name = input.readString();
  const number = input.readVInt();
  if (number < 0) throw invalid(input, name, "number", number);
  const bits = input.readByte();
  const indexOptions = input.readByte();
  if (indexOptions > 4) throw invalid(input, name, "index options", indexOptions);
  const typeByte = input.readByte();
  const docValuesType = DOC_VALUES_TYPE_OF_BYTE[typeByte];
  if (docValuesType === undefined) throw invalid(input, name, "doc values type", typeByte);
  return { name, number, bits, indexOptions: indexOptions as IndexOptions, docValuesType };
}

function readField(input: IndexInput, head: FieldHead): FieldInfo {
  if ((head.bits & 0xf0) !== 0) throw invalid(input, head.name, "bits", head.bits);
  const docValuesGen = input.readLongNumber();
  const attributes = input.readMapOfStrings();
  const points = readPointCounts(input, head.name);
  const vectorDimension = input.readVInt();
  const vectorSimilarity = input.readByte();
  if (vectorSimilarity > 2) {
    throw invalid(input, head.name, "vector similarity", vectorSimilarity);
  }
  return {
    ...fieldOfHead(head),
    docValuesGen,
    attributes,
    ...points,
    vectorDimension,
    vectorSimilarity,
    // FLOAT32: the only encoding before 9.4.
    vectorEncoding: 1,
    isParentField: false,
    docValuesSkipIndex: 0,
  };
}

/** The head, spread into the names of FieldInfo. */
export function fieldOfHead(head: FieldHead) {
  return {
    name: head.name,
    number: head.number,
    indexOptions: head.indexOptions,
    docValuesType: head.docValuesType,
    storeTermVectors: (head.bits & FieldBits.STORE_TERM_VECTOR) !== 0,
    omitNorms: (head.bits & FieldBits.OMIT_NORMS) !== 0,
    storePayloads: (head.bits & FieldBits.STORE_PAYLOADS) !== 0,
    softDeletesField: (head.bits & FieldBits.SOFT_DELETES_FIELD) !== 0,
  };
}

/** One vInt, or three where the field has points; two where all dimensions are indexed. */
export function readPointCounts(input: IndexInput, field: string, hasIndexCount = true) {
  const pointDimensionCount = input.readVInt();
  if (pointDimensionCount < 0 || pointDimensionCount > 16) {
    throw invalid(input, field, "point dimensions", pointDimensionCount);
  }
  if (pointDimensionCount === 0) {
    return { pointDimensionCount, pointIndexDimensionCount: 0, pointNumBytes: 0 };
  }
  const pointIndexDimensionCount = hasIndexCount ? input.readVInt() : pointDimensionCount;
  if (pointIndexDimensionCount < 1 || pointIndexDimensionCount > Math.min(8, pointDimensionCount)) {
    throw invalid(input, field, "indexed point dimensions", pointIndexDimensionCount);
  }
  const pointNumBytes = input.readVInt();
  if (pointNumBytes < 1 || pointNumBytes > 16) {
    throw invalid(input, field, "point bytes", pointNumBytes);
  }
  return { pointDimensionCount, pointIndexDimensionCount, pointNumBytes };
}

/** `corrupt`, with the field and the value that no writer makes. */
export function invalid(input: IndexInput, field: string, what: string, value: number): Error {
  return corrupt(`Invalid ${what} of field [${field}]: ${value}`, {
    file: input.name,
    offset: input.filePointer,
  });
}

// Lucene's FieldInfo.checkConsistency.
function checkConsistency(field: FieldInfo, input: IndexInput): void {
  const indexed = field.indexOptions !== IndexOptions.NONE;
  if (!indexed && (field.omitNorms || field.storePayloads || field.storeTermVectors)) {
    throw invalid(input, field.name, "postings flags without postings", field.indexOptions);
  }
  const positions = field.indexOptions >= IndexOptions.DOCS_AND_FREQS_AND_POSITIONS;
  if (field.storePayloads && !positions) {
    throw invalid(input, field.name, "payloads without positions", field.indexOptions);
  }
  if (field.docValuesGen < -1) {
    throw invalid(input, field.name, "doc values generation", field.docValuesGen);
  }
  if (field.docValuesGen !== -1 && field.docValuesType === DocValuesType.NONE) {
    throw invalid(input, field.name, "generation without doc values", field.docValuesGen);
  }
  if (field.vectorDimension < 0) {
    throw invalid(input, field.name, "vector dimension", field.vectorDimension);
  }
}

function writeField(output: IndexOutput, field: FieldInfo): void {
  writeFieldHead(output, field, 0);
  writeFieldMiddle(output, field);
  output.writeVInt(field.vectorDimension);
  output.writeByte(field.vectorSimilarity);
}

/** Name to docValuesType; `moreBits` are flags that only later generations have. */
export function writeFieldHead(output: IndexOutput, field: FieldInfo, moreBits: number): void {
  output.writeString(field.name);
  output.writeVInt(field.number);
  let bits = moreBits;
  if (field.storeTermVectors) bits |= FieldBits.STORE_TERM_VECTOR;
  if (field.omitNorms) bits |= FieldBits.OMIT_NORMS;
  if (field.storePayloads) bits |= FieldBits.STORE_PAYLOADS;
  if (field.softDeletesField) bits |= FieldBits.SOFT_DELETES_FIELD;
  output.writeByte(bits);
  output.writeByte(field.indexOptions);
  output.writeByte(DOC_VALUES_TYPE_OF_BYTE.indexOf(field.docValuesType));
}

/** docValuesGen to the point counts. */
export function writeFieldMiddle(output: IndexOutput, field: FieldInfo): void {
  output.writeLong(field.docValuesGen);
  writeFieldAttributes(output, field);
}

/** Attributes and point counts. */
export function writeFieldAttributes(output: IndexOutput, field: FieldInfo): void {
  output.writeMapOfStrings(field.attributes);
  output.writeVInt(field.pointDimensionCount);
  if (field.pointDimensionCount !== 0) {
    output.writeVInt(field.pointIndexDimensionCount);
    output.writeVInt(field.pointNumBytes);
  }
}
