// The index of stored fields: for each chunk its first document and its place in .fdt.
//
//   In .fdm, after the chunk size            In .fdx, between header and footer
//    4  i32  maxDoc                            packed rests of the documents' blocks
//    4  i32  blockShift                        packed rests of the pointers' blocks
//    4  i32  chunks + 1
//    8  i64  start of the documents in .fdx
//    n  meta blocks of the documents
//    8  i64  end of the documents = start of the pointers
//    n  meta blocks of the pointers
//    8  i64  end of the pointers
//    8  i64  end of the last chunk in .fdt
//   Meta blocks and packed rests: util/packed/direct-monotonic-writer.ts.
// Both sequences carry one value more than there are chunks: maxDoc, and the end of the last chunk.
// They are decoded at open: a chunk holds 80 KB or more, so this is small.
// Upstream: org.apache.lucene.codecs.lucene90.compressing.{FieldsIndexReader,FieldsIndexWriter}
// (9.12.3).

import { corrupt } from "../../../base/index.ts";
import { type SegmentInfo, segmentFileName } from "../../index/segment-info.ts";
import {
  checkIndexHeader,
  checksumEntireFile,
  type Directory,
  FOOTER_BYTES,
  type IndexInput,
  type IndexOutput,
  retrieveChecksum,
  writeFooter,
  writeIndexHeader,
} from "../../store/index.ts";
import {
  type DirectMonotonicMeta,
  DirectMonotonicReader,
  readDirectMonotonicMeta,
} from "../../util/packed/direct-monotonic-reader.ts";
import { DirectMonotonicWriter } from "../../util/packed/direct-monotonic-writer.ts";

/** Codec name of the index of chunks. */
export const FIELDS_INDEX_CODEC = "Lucene90FieldsIndex";
const CODEC = `${FIELDS_INDEX_CODEC}Idx`;
const VERSION = 0;
const BLOCK_SHIFT = 10;

/** Chunks in document order; each array has one more value than there are chunks. */
export interface FieldsIndex {
  readonly chunkCount: number;
  /** First document of each chunk, then maxDoc. */
  readonly docs: Float64Array;
  /** Position in .fdt of each chunk, then the end of the last. */
  readonly pointers: Float64Array;
  /** End of the last chunk. */
  readonly maxPointer: number;
}

/** What of the index differs between generations. */
export interface FieldsIndexLayout {
  /** Codec name of .fdx. */
  readonly codec: string;
  /** Most bytes of .fdt between its last chunk and its footer. */
  readonly trailerBytesMax: number;
}

const LAYOUT: FieldsIndexLayout = { codec: CODEC, trailerBytesMax: 0 };

/** Reads the index: `meta` stands after the chunk size; `fields` is .fdt. */
export function readFieldsIndex(
  directory: Directory,
  info: SegmentInfo,
  meta: IndexInput,
  fields: IndexInput,
  layout: FieldsIndexLayout = LAYOUT,
): FieldsIndex {
  const maxDoc = meta.readInt();
  const blockShift = meta.readInt();
  const count = meta.readInt();
  // A chunk is at least 2 bytes of header.
  if (maxDoc !== info.maxDoc || count < 1 || count - 1 > Math.min(maxDoc, fields.length / 2)) {
    throw corrupt("Invalid index of stored fields", { file: meta.name, maxDoc, count });
  }
  const docsStart = meta.readLongNumber();
  const docsMeta = readDirectMonotonicMeta(meta, count, blockShift);
  const docsEnd = meta.readLongNumber();
  const pointersMeta = readDirectMonotonicMeta(meta, count, blockShift);
  const pointersEnd = meta.readLongNumber();
  const maxPointer = meta.readLongNumber();
  const trailerBytes = fields.length - FOOTER_BYTES - maxPointer;
  if (trailerBytes < 0 || trailerBytes > layout.trailerBytesMax) {
    throw corrupt("Stored fields end elsewhere than their index says", {
      file: fields.name,
      expected: maxPointer,
      actual: fields.length - FOOTER_BYTES,
    });
  }
  const input = directory.openInput(segmentFileName(info.name, "", "fdx"));
  try {
    checkIndexHeader(input, layout.codec, VERSION, VERSION, info.id, "");
    retrieveChecksum(input);
    const docs = decode(input, docsStart, docsEnd, docsMeta);
    const pointers = decode(input, docsEnd, pointersEnd, pointersMeta);
    return fieldsIndex(docs, pointers, maxDoc, maxPointer, input.name);
  } finally {
    input.close();
  }
}

/** Both sequences, checked: they ascend from 0 to `maxDoc` and to `maxPointer`. */
export function fieldsIndex(
  docs: Float64Array,
  pointers: Float64Array,
  maxDoc: number,
  maxPointer: number,
  file: string,
): FieldsIndex {
  checkAscending(docs, 0, maxDoc, file);
  checkAscending(pointers, 0, maxPointer, file);
  return { chunkCount: docs.length - 1, docs, pointers, maxPointer };
}

/** Reads the whole .fdx and compares its checksum. */
export function checkFieldsIndexIntegrity(directory: Directory, info: SegmentInfo): void {
  const input = directory.openInput(segmentFileName(info.name, "", "fdx"));
  try {
    checksumEntireFile(input);
  } finally {
    input.close();
  }
}

/** The chunk that holds `doc`. */
export function chunkOfDoc(index: FieldsIndex, doc: number): number {
  let low = 0;
  let high = index.chunkCount - 1;
  while (low < high) {
    const middle = (low + high + 1) >>> 1;
    if (index.docs[middle]! <= doc) low = middle;
    else high = middle - 1;
  }
  return low;
}

function checkAscending(values: Float64Array, min: number, last: number, file: string): void {
  let previous = min - 1;
  for (const value of values) {
    if (value <= previous)
      throw corrupt("Index of stored fields is not ascending", { file, value });
    previous = value;
  }
  if (previous !== last) {
    throw corrupt("Index of stored fields ends elsewhere", { file, expected: last, previous });
  }
}

function decode(
  input: IndexInput,
  start: number,
  end: number,
  meta: DirectMonotonicMeta,
): Float64Array {
  const reader = new DirectMonotonicReader(meta, input.randomAccess(start, end - start));
  const values = new Float64Array(meta.count);
  for (let i = 0; i < meta.count; i++) values[i] = reader.get(i);
  return values;
}

/** Collects chunks while .fdt is written, then writes .fdx and its share of .fdm. */
export class FieldsIndexWriter {
  private readonly docs: number[] = [];
  private readonly pointers: number[] = [];
  private totalDocs = 0;

  /** A chunk of `docCount` documents begins at `pointer`. */
  writeIndex(docCount: number, pointer: number): void {
    this.docs.push(this.totalDocs);
    this.pointers.push(pointer);
    this.totalDocs += docCount;
  }

  finish(directory: Directory, info: SegmentInfo, maxPointer: number, meta: IndexOutput): void {
    this.docs.push(this.totalDocs);
    this.pointers.push(maxPointer);
    const output = directory.createOutput(segmentFileName(info.name, "", "fdx"));
    try {
      writeIndexHeader(output, CODEC, VERSION, info.id, "");
      meta.writeInt(this.totalDocs);
      meta.writeInt(BLOCK_SHIFT);
      meta.writeInt(this.docs.length);
      meta.writeLong(output.filePointer);
      writeMonotonic(this.docs, meta, output);
      meta.writeLong(output.filePointer);
      writeMonotonic(this.pointers, meta, output);
      meta.writeLong(output.filePointer);
      meta.writeLong(maxPointer);
      writeFooter(output);
    } finally {
      output.close();
    }
  }
}

function writeMonotonic(values: readonly number[], meta: IndexOutput, output: IndexOutput): void {
  const writer = new DirectMonotonicWriter(meta, output, values.length, BLOCK_SHIFT);
  for (const value of values) writer.add(value);
  writer.finish();
}
