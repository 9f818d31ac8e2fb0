// Live documents (.liv): one bit per document, 1 = not hard-deleted.
//   SIZE  TYPE     FIELD   MEANING
//    n    header   codec   index header `Lucene90LiveDocs`, version 0; suffix: base36 generation
//   8·n   le-i64   words   ceil(maxDoc / 64); bits beyond maxDoc are 0
//   16    footer
// The name is `_0_<base36 generation>.liv`. The file lies beside a compound file, never inside.
// Invariant: zeros among the first maxDoc bits = delCount of the commit.
// Upstream: org.apache.lucene.codecs.lucene90.Lucene90LiveDocsFormat (9.12.3).

import { corrupt } from "../../../base/index.ts";
import { FixedBits } from "../../index/fixed-bits.ts";
import type { Bits } from "../../index/leaf-reader.ts";
import {
  fileNameFromGeneration,
  nextGeneration,
  type SegmentCommitInfo,
} from "../../index/segment-info.ts";
import {
  checkIndexHeader,
  type Directory,
  FOOTER_BYTES,
  readChecksumFile,
  writeFooter,
  writeIndexHeader,
} from "../../store/index.ts";
import type { LiveDocsFormat } from "../codec.ts";

const CODEC_NAME = "Lucene90LiveDocs";
const VERSION = 0;

/** Name of generation `gen`; a segment without deletes (-1) has none. */
export function liveDocsFileName(segment: string, gen: number): string | undefined {
  return fileNameFromGeneration(segment, "liv", gen);
}

/** Reads the bits of a commit's `.liv`; `toWords` puts what is on disk low byte first. */
export function readLiveDocs(
  directory: Directory,
  commit: SegmentCommitInfo,
  codec: string,
  toWords: (bytes: Uint8Array) => Uint8Array = (bytes) => bytes,
): FixedBits {
  const { info, delGen, delCount } = commit;
  const name = liveDocsFileName(info.name, delGen);
  if (name === undefined) throw corrupt("Segment has no deletes", { segment: info.name });
  return readChecksumFile(directory, name, (input) => {
    checkIndexHeader(input, codec, VERSION, VERSION, info.id, delGen.toString(36));
    const byteCount = Math.ceil(info.maxDoc / 64) * 8;
    const bytesLeft = input.length - FOOTER_BYTES - input.filePointer;
    if (byteCount !== bytesLeft) {
      throw corrupt("Live docs have another length than the segment", {
        file: name,
        expected: byteCount,
        actual: bytesLeft,
      });
    }
    const bits = new FixedBits(info.maxDoc, toWords(input.bytesCopy(byteCount)));
    const deleted = info.maxDoc - bits.cardinality();
    if (deleted !== delCount) {
      throw corrupt("Live docs disagree with the commit", { file: name, deleted, delCount });
    }
    return bits;
  });
}

/** `.liv` of all generations since Lucene 9.0. */
export const lucene90LiveDocsFormat: LiveDocsFormat = {
  readLiveDocs: (directory, commit) => readLiveDocs(directory, commit, CODEC_NAME),

  writeLiveDocs(directory, commit, bits, newDelCount) {
    const words = checkedWords(commit, bits, newDelCount);
    return writeLiveDocs(directory, commit, CODEC_NAME, words);
  },
};

/** The bits as bytes, low byte of a word first; their deletes must be those that are counted. */
export function checkedWords(
  { info, delCount }: SegmentCommitInfo,
  bits: Bits,
  newDelCount: number,
): Uint8Array {
  const words = toFixedBits(bits);
  const deleted = info.maxDoc - words.cardinality();
  if (deleted !== delCount + newDelCount) {
    const segment = info.name;
    const where = { segment, deleted, delCount, newDelCount };
    throw corrupt("Live docs disagree with their count of deletes", where);
  }
  return words.bytes;
}

/** Writes `words` as they are to lie on disk, as the next generation; answers the file's name. */
export function writeLiveDocs(
  directory: Directory,
  { info, delGen }: SegmentCommitInfo,
  codec: string,
  words: Uint8Array,
): string {
  const gen = nextGeneration(delGen);
  const name = liveDocsFileName(info.name, gen)!;
  const output = directory.createOutput(name);
  try {
    writeIndexHeader(output, codec, VERSION, info.id, gen.toString(36));
    output.writeBytes(words);
    writeFooter(output);
  } finally {
    output.close();
  }
  return name;
}

function toFixedBits(bits: Bits): FixedBits {
  return bits instanceof FixedBits ? bits : FixedBits.copyOf(bits, bits.length);
}
