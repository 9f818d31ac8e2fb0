// The index of stored fields (.fdx) of Lucene 6.x to 8.4: first document and place of each chunk,
// 1024 chunks to a block, as differences from an even spacing.
//   SIZE  TYPE    FIELD         MEANING
//    n    header  codec         index header `Lucene50StoredFields{Fast,High}Index`, version 0, 1
//    n    vInt    packedVersion of the packed integers: 2
//   per block
//    n    vInt    chunks        0 ends the list
//    n    vInt    docBase       first document of the block
//    n    vInt    avgChunkDocs
//    n    vInt    width, then per chunk a zigzag difference (util/packed/packed-ints.ts)
//    n    vLong   startPointer  of the block in .fdt
//    n    vLong   avgChunkBytes
//    n    vInt    width, then per chunk a zigzag difference
//    n    vLong   maxPointer    end of the last chunk in .fdt; after the last block
//   16    footer
//   chunk i of a block begins at docBase + avgChunkDocs · i + difference i, and so its place.
// Upstream: org.apache.lucene.codecs.compressing.{CompressingStoredFieldsIndexReader (7.7.3),
// LegacyFieldsIndexReader (8.10.1)}.

import { corrupt } from "../../../base/index.ts";
import { type SegmentInfo, segmentFileName } from "../../index/segment-info.ts";
import {
  checkIndexHeader,
  type Directory,
  type IndexInput,
  readChecksumFile,
} from "../../store/index.ts";
import { readPackedInts } from "../../util/packed/packed-ints.ts";
import { type FieldsIndex, fieldsIndex } from "../lucene90/compressing-fields-index.ts";

const BLOCK_CHUNKS_MAX = 1024;

/** Reads the whole index: it is small. `version` is that of .fdt. */
export function readLegacyFieldsIndex(
  directory: Directory,
  info: SegmentInfo,
  codec: string,
  version: number,
): FieldsIndex {
  return readChecksumFile(directory, segmentFileName(info.name, "", "fdx"), (input) => {
    checkIndexHeader(input, codec, version, version, info.id, "");
    checkPackedVersion(input);
    const docs: number[] = [];
    const pointers: number[] = [];
    for (let chunks = input.readVInt(); chunks !== 0; chunks = input.readVInt()) {
      if (chunks < 0 || chunks > BLOCK_CHUNKS_MAX) {
        throw corrupt("Invalid count of chunks", { file: input.name, chunks });
      }
      appendEvenlySpaced(input, input.readVInt(), input.readVInt(), chunks, docs);
      appendEvenlySpaced(input, input.readVLong(), input.readVLong(), chunks, pointers);
    }
    const maxPointer = input.readVLong();
    docs.push(info.maxDoc);
    pointers.push(maxPointer);
    return fieldsIndex(
      Float64Array.from(docs),
      Float64Array.from(pointers),
      info.maxDoc,
      maxPointer,
      input.name,
    );
  });
}

/** Since Lucene 5 packed integers end at a byte, which is version 1 and 2. */
export function checkPackedVersion(input: IndexInput): void {
  const version = input.readVInt();
  if (version < 1 || version > 2) {
    throw corrupt("Unsupported version of packed integers", { file: input.name, version });
  }
}

function appendEvenlySpaced(
  input: IndexInput,
  first: number,
  average: number,
  count: number,
  values: number[],
): void {
  const differences = new Float64Array(count);
  readPackedInts(input, count, input.readVInt(), differences, 0);
  for (let i = 0; i < count; i++) {
    const zigzag = differences[i]!;
    const difference = zigzag % 2 === 0 ? zigzag / 2 : -(zigzag + 1) / 2;
    values.push(first + average * i + difference);
  }
}
