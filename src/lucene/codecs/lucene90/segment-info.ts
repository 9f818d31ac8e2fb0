// Segment info (.si) of Lucene 9.0 to 9.8, read and written.
//   SIZE  TYPE    FIELD          MEANING
//    n    header  codec          index header `Lucene90SegmentInfo`, version 0
//   12    3×i32   version        of the Lucene that wrote the segment
//    1    u8      hasMinVersion  1: three more i32 follow, the oldest version of its documents
//    4    i32     maxDoc         documents, deleted ones included
//    1    i8      compound       1 = .cfs/.cfe, -1 = single files
//    1    i8      hasBlocks      only since 9.9 (lucene99/segment-info.ts), under the same header:
//                                the codec's name in segments_N tells the two apart
//    n    map     diagnostics
//    n    set     files          names, .si included
//    n    map     attributes     e.g. the mode of the stored fields
//    n    sort    indexSort      sort-fields.ts
//   16    footer
// Upstream: org.apache.lucene.codecs.lucene90.Lucene90SegmentInfoFormat (9.1.0).

import { corrupt, DOCS_MAX } from "../../../base/index.ts";
import {
  type LuceneVersion,
  type SegmentInfo,
  type SortField,
  segmentFileName,
} from "../../index/segment-info.ts";
import {
  checkIndexHeader,
  type Directory,
  type IndexInput,
  type IndexOutput,
  readChecksumFile,
  writeFooter,
  writeIndexHeader,
} from "../../store/index.ts";
import type { SegmentInfoFormat } from "../codec.ts";
import { readIndexSort, writeIndexSort } from "./sort-fields.ts";

const CODEC_NAME = "Lucene90SegmentInfo";
const VERSION = 0;
const YES = 1;
const NO = 255;

/** What of `.si` differs between generations. */
export interface SegmentInfoLayout {
  readonly codec: string;
  readonly versionMax: number;
  readonly hasMinVersion: boolean;
  readonly hasBlocks: boolean;
  readIndexSort(input: IndexInput): SortField[];
}

/** `.si` of Lucene 9.0 to 9.8. */
export const LUCENE90_SEGMENT_INFO: SegmentInfoLayout = {
  codec: CODEC_NAME,
  versionMax: VERSION,
  hasMinVersion: true,
  hasBlocks: false,
  readIndexSort,
};

/** `.si` of the written generation. `codec` of what is read is the caller's to fill in. */
export const lucene90SegmentInfoFormat: SegmentInfoFormat = {
  read: (directory, segment, id) => readSegmentInfo(directory, segment, id, LUCENE90_SEGMENT_INFO),

  write(directory, info) {
    const name = segmentFileName(info.name, "", "si");
    const output = directory.createOutput(name);
    try {
      info.files.add(name);
      writeIndexHeader(output, CODEC_NAME, VERSION, info.id, "");
      writeBody(output, info);
      writeFooter(output);
    } finally {
      output.close();
    }
  },
};

/** Reads `.si`. The codec's name is not in the file: it answers "". */
export function readSegmentInfo(
  directory: Directory,
  segment: string,
  id: Uint8Array | undefined,
  layout: SegmentInfoLayout,
): SegmentInfo {
  return readChecksumFile(directory, segmentFileName(segment, "", "si"), (input) => {
    checkIndexHeader(input, layout.codec, 0, layout.versionMax, id, "");
    return readBody(input, segment, id ?? idOfHeader(input), layout);
  });
}

// Sits 17 bytes before the body: the id, then an empty suffix.
function idOfHeader(input: IndexInput): Uint8Array {
  const position = input.filePointer;
  input.seek(position - 17);
  const id = input.bytesCopy(16);
  input.seek(position);
  return id;
}

function readBody(
  input: IndexInput,
  name: string,
  id: Uint8Array,
  layout: SegmentInfoLayout,
): SegmentInfo {
  const version = readVersion(input);
  const hasMinVersion = layout.hasMinVersion ? input.readByte() : 0;
  if (hasMinVersion > 1) throw corrupt("Illegal boolean value", { file: input.name });
  const minVersion = hasMinVersion === 1 ? readVersion(input) : undefined;
  const maxDoc = input.readInt();
  if (maxDoc < 0 || maxDoc > DOCS_MAX) {
    throw corrupt("Invalid document count", { file: input.name, maxDoc });
  }
  const isCompoundFile = input.readByte() === YES;
  const hasBlocks = layout.hasBlocks && input.readByte() === YES;
  const diagnostics = input.readMapOfStrings();
  const files = input.readSetOfStrings();
  for (const file of files) {
    if (segmentNameOf(file) !== name) {
      throw corrupt(`File [${file}] does not belong to segment [${name}]`, { file: input.name });
    }
  }
  const attributes = input.readMapOfStrings();
  const indexSort = layout.readIndexSort(input);
  return {
    name,
    id,
    maxDoc,
    isCompoundFile,
    codec: "",
    version,
    minVersion,
    hasBlocks,
    diagnostics,
    attributes,
    indexSort,
    files,
  };
}

/** `_3` of `_3_Lucene90_0.doc`, `_3.si`: Lucene's IndexFileNames.parseSegmentName. */
export function segmentNameOf(file: string): string {
  const underscore = file.indexOf("_", 1);
  if (underscore !== -1) return file.slice(0, underscore);
  const dot = file.indexOf(".");
  return dot === -1 ? file : file.slice(0, dot);
}

function readVersion(input: IndexInput): LuceneVersion {
  const version = { major: input.readInt(), minor: input.readInt(), bugfix: input.readInt() };
  for (const part of [version.major, version.minor, version.bugfix]) {
    if (part < 0 || part > 255) throw corrupt("Illegal Lucene version", { file: input.name, part });
  }
  return version;
}

function writeVersion(output: IndexOutput, version: LuceneVersion): void {
  output.writeInt(version.major);
  output.writeInt(version.minor);
  output.writeInt(version.bugfix);
}

function writeBody(output: IndexOutput, info: SegmentInfo): void {
  writeVersion(output, info.version);
  output.writeByte(info.minVersion === undefined ? 0 : 1);
  if (info.minVersion !== undefined) writeVersion(output, info.minVersion);
  output.writeInt(info.maxDoc);
  output.writeByte(info.isCompoundFile ? YES : NO);
  output.writeMapOfStrings(info.diagnostics);
  output.writeSetOfStrings(info.files);
  output.writeMapOfStrings(info.attributes);
  writeIndexSort(output, info.indexSort);
}
