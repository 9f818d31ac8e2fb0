// Terms dictionary of Lucene 6 to 8: .tim, .tip and, since 8.6, .tmd. Blocks (.tim) and the index
// (.tip) are those of Lucene 9 (lucene90/blocktree) but for what the table says.
//
//   VERSION  SINCE  CHANGE
//   2        5.3    behind the header of .tim a u8: 1 with auto-prefix terms (refused)
//   3        6.2    no auto-prefix terms, no such byte
//   4        8.5    a field's metadata has no vInt "longs" before its first term
//   5        8.5    suffixes apart from their lengths, compressed; runs in the statistics (blocks
//                   of earlier versions: interleaved-block-frame.ts)
//   6        8.6    metadata in a file of its own, .tmd, as in Lucene 9
//   BEFORE .tmd
//   .tim  header, the postings' header, the blocks, vInt fields, the fields, be-i64 where the
//         fields begin, footer
//   .tip  header, an FST per field (inline-fst.ts), per field vLong where its FST begins, be-i64
//         where these begin, footer
//   FIELD  as in .tmd of Lucene 9 (lucene90/blocktree/terms-writer.ts) without pointer and FST
// The lengths at the end of .tmd are big-endian, as all of Lucene 8.
// Invariants: every term takes at least one byte of .tim, so the number of terms is bounded.
// Upstream: org.apache.lucene.codecs.blocktree.BlockTreeTermsReader (6.6.1, 7.7.3, 8.10.1), in 9.x
// org.apache.lucene.backward_codecs.lucene40.blocktree.Lucene40BlockTreeTermsReader.

import { corrupt } from "../../../../base/index.ts";
import type { FieldInfo } from "../../../index/field-info.ts";
import type { FieldsProducer, Terms } from "../../../index/leaf-reader.ts";
import { type SegmentReadState, segmentFileName } from "../../../index/segment-info.ts";
import {
  bigEndianInput,
  checkIndexHeader,
  checksumEntireFile,
  FOOTER_BYTES,
  type IndexInput,
  retrieveChecksum,
} from "../../../store/index.ts";
import { type Fst, readFst } from "../../../util/fst/fst.ts";
import {
  BlockTreeTerms,
  indexedField,
  readBytesRef,
  readStatistics,
  readTermCount,
} from "../../lucene90/blocktree/block-tree-terms.ts";
import {
  ROOT_OUTPUT_BYTES_MAX,
  TERMS_DICT_CODEC,
  TERMS_INDEX_CODEC,
  TERMS_META_CODEC,
} from "../../lucene90/blocktree/blocktree-constants.ts";
import { FstTermsIndex } from "../../lucene90/blocktree/fst-terms-index.ts";
import type { PostingsReaderBase } from "../../lucene90/blocktree/postings-reader-base.ts";
import { TermBlockFrame } from "../../lucene90/blocktree/term-block-frame.ts";
import { checkLength } from "../../lucene90/blocktree/terms-reader.ts";
import { readInlineFst } from "./inline-fst.ts";
import { InterleavedBlockFrame } from "./interleaved-block-frame.ts";

const VERSION_AUTO_PREFIX_TERMS_COND = 2;
const VERSION_AUTO_PREFIX_TERMS_REMOVED = 3;
const VERSION_META_LONGS_REMOVED = 4;
const VERSION_COMPRESSED_SUFFIXES = 5;
const VERSION_META_FILE = 6;

/** Where the metadata of fields comes from: .tmd, or the ends of .tim and .tip. */
interface FieldsSource {
  readonly fieldsIn: IndexInput;
  /** Reads where a field's FST is; fields come in order. */
  nextFst(): Fst;
}

/** Terms of all fields of one postings format instance. Owns and closes the postings reader. */
export class Lucene40BlockTreeTermsReader implements FieldsProducer {
  private readonly termsIn: IndexInput;
  private readonly indexIn: IndexInput;
  private readonly metaIn: IndexInput | undefined;
  private readonly version: number;
  private readonly postingsReader: PostingsReaderBase;
  private readonly fields = new Map<string, BlockTreeTerms>();

  constructor(postingsReader: PostingsReaderBase, state: SegmentReadState) {
    const { directory, segmentInfo, segmentSuffix: suffix } = state;
    let versionMin = VERSION_AUTO_PREFIX_TERMS_COND;
    let versionMax = VERSION_META_FILE;
    const open = (extension: string, codec: string): IndexInput => {
      const input = directory.openInput(segmentFileName(segmentInfo.name, suffix, extension));
      versionMin = checkIndexHeader(input, codec, versionMin, versionMax, segmentInfo.id, suffix);
      versionMax = versionMin;
      return input;
    };
    this.postingsReader = postingsReader;
    this.termsIn = open("tim", TERMS_DICT_CODEC);
    this.indexIn = open("tip", TERMS_INDEX_CODEC);
    this.version = versionMax;
    if (this.version >= VERSION_META_FILE) {
      this.metaIn = open("tmd", TERMS_META_CODEC);
      this.readMetaFile(this.metaIn, state);
    } else {
      this.metaIn = undefined;
      this.readTrailers(state);
    }
  }

  private readMetaFile(metaIn: IndexInput, state: SegmentReadState): void {
    checksumEntireFile(metaIn);
    this.postingsReader.init(metaIn, state);
    const nextFst = (): Fst => readFst(metaIn, this.indexIn, metaIn.readVLong());
    this.readFields({ fieldsIn: metaIn, nextFst }, state);
    const lengthsIn = bigEndianInput(metaIn);
    checkLength(this.indexIn, lengthsIn.readLongNumber());
    checkLength(this.termsIn, lengthsIn.readLongNumber());
  }

  private readTrailers(state: SegmentReadState): void {
    const { termsIn, indexIn } = this;
    if (this.version < VERSION_AUTO_PREFIX_TERMS_REMOVED && termsIn.readByte() !== 0) {
      throw corrupt("Terms dictionary has auto-prefix terms", { file: termsIn.name });
    }
    this.postingsReader.init(termsIn, state);
    const fieldsIn = trailerOf(termsIn);
    const pointersIn = trailerOf(indexIn);
    const nextFst = (): Fst => readInlineFst(indexIn, pointersIn.readVLong());
    this.readFields({ fieldsIn, nextFst }, state);
  }

  private readFields({ fieldsIn, nextFst }: FieldsSource, state: SegmentReadState): void {
    const { version, termsIn } = this;
    const hasLongs = version < VERSION_META_LONGS_REMOVED;
    const newFrame =
      version < VERSION_COMPRESSED_SUFFIXES
        ? () => new InterleavedBlockFrame()
        : () => new TermBlockFrame();
    for (let left = fieldsIn.readCount("fields", 8); left > 0; left--) {
      const info = indexedField(state.fieldInfos, fieldsIn);
      const size = readTermCount(fieldsIn);
      this.checkNewField(info, size, fieldsIn);
      const rootOutput = readBytesRef(fieldsIn, ROOT_OUTPUT_BYTES_MAX);
      const { maxDoc } = state.segmentInfo;
      const skipLongs = hasLongs ? (input: IndexInput) => void input.readVInt() : undefined;
      const statistics = readStatistics(fieldsIn, size, info, maxDoc, skipLongs);
      const index = new FstTermsIndex(nextFst(), this.indexIn, rootOutput, false);
      this.fields.set(
        info.name,
        new BlockTreeTerms(info, statistics, index, termsIn, this.postingsReader, newFrame),
      );
    }
  }

  private checkNewField(info: FieldInfo, size: number, fieldsIn: IndexInput): void {
    const where = { file: fieldsIn.name, field: info.name };
    if (this.fields.has(info.name)) throw corrupt("Field has its terms twice", where);
    const { length } = this.termsIn;
    if (size > length) throw corrupt("Field has more terms than .tim bytes", { ...where, size });
  }

  terms(field: string): Terms | undefined {
    return this.fields.get(field);
  }

  checkIntegrity(): void {
    for (const input of [this.metaIn, this.indexIn, this.termsIn]) {
      if (input !== undefined) checksumEntireFile(input);
    }
    this.postingsReader.checkIntegrity();
  }

  close(): void {
    for (const input of [this.metaIn, this.indexIn, this.termsIn]) input?.close();
    this.postingsReader.close();
  }
}

/** An input at the part that the last eight bytes before the footer point at. */
function trailerOf(input: IndexInput): IndexInput {
  retrieveChecksum(input);
  const trailer = bigEndianInput(input);
  trailer.seek(input.length - FOOTER_BYTES - 8);
  trailer.seek(trailer.readLongNumber());
  return trailer;
}
