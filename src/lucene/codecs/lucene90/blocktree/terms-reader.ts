// Lucene 9 terms dictionary, the reader of .tmd, .tip and .tim (layout: terms-writer.ts).
//
//   VERSION  SINCE  CHANGE
//   0        9.0
//   1        9.2    index outputs begin with a vLong whose high bits come first
//   2        9.10   FST version 9
// Upstream: org.apache.lucene.codecs.lucene90.blocktree.Lucene90BlockTreeTermsReader (9.12.3).

import { corrupt } from "../../../../base/index.ts";
import type { FieldsProducer, Terms } from "../../../index/leaf-reader.ts";
import { type SegmentReadState, segmentFileName } from "../../../index/segment-info.ts";
import {
  checkIndexHeader,
  checksumEntireFile,
  type IndexInput,
  retrieveChecksum,
} from "../../../store/index.ts";
import { readFst } from "../../../util/fst/fst.ts";
import {
  BlockTreeTerms,
  indexedField,
  readBytesRef,
  readStatistics,
  readTermCount,
} from "./block-tree-terms.ts";
import {
  ROOT_OUTPUT_BYTES_MAX,
  TERMS_DICT_CODEC,
  TERMS_INDEX_CODEC,
  TERMS_META_CODEC,
  VERSION_CURRENT,
  VERSION_MSB_VLONG_OUTPUT,
  VERSION_START,
} from "./blocktree-constants.ts";
import { FstTermsIndex } from "./fst-terms-index.ts";
import type { PostingsReaderBase } from "./postings-reader-base.ts";

/** Terms of all fields of one postings format instance. Owns and closes the postings reader. */
export class BlockTreeTermsReader implements FieldsProducer {
  private readonly termsIn: IndexInput;
  private readonly indexIn: IndexInput;
  private readonly metaIn: IndexInput;
  private readonly postingsReader: PostingsReaderBase;
  private readonly fields = new Map<string, BlockTreeTerms>();

  constructor(postingsReader: PostingsReaderBase, state: SegmentReadState) {
    const { directory, segmentInfo, segmentSuffix: suffix } = state;
    const open = (extension: string): IndexInput =>
      directory.openInput(segmentFileName(segmentInfo.name, suffix, extension));
    this.postingsReader = postingsReader;
    this.termsIn = open("tim");
    this.indexIn = open("tip");
    this.metaIn = open("tmd");
    const id = segmentInfo.id;
    const version = checkIndexHeader(
      this.termsIn,
      TERMS_DICT_CODEC,
      VERSION_START,
      VERSION_CURRENT,
      id,
      suffix,
    );
    checkIndexHeader(this.indexIn, TERMS_INDEX_CODEC, version, version, id, suffix);
    checksumEntireFile(this.metaIn);
    checkIndexHeader(this.metaIn, TERMS_META_CODEC, version, version, id, suffix);
    this.postingsReader.init(this.metaIn, state);
    this.readFields(state, version);
    checkLength(this.indexIn, this.metaIn.readLongNumber());
    checkLength(this.termsIn, this.metaIn.readLongNumber());
  }

  private readFields(state: SegmentReadState, version: number): void {
    const metaIn = this.metaIn;
    const hasMsbOutput = version >= VERSION_MSB_VLONG_OUTPUT;
    for (let left = metaIn.readCount("fields", 8); left > 0; left--) {
      const info = indexedField(state.fieldInfos, metaIn);
      const size = readTermCount(metaIn);
      const rootOutput = readBytesRef(metaIn, ROOT_OUTPUT_BYTES_MAX);
      const statistics = readStatistics(metaIn, size, info, state.segmentInfo.maxDoc);
      const indexStart = metaIn.readVLong();
      const fst = readFst(metaIn, this.indexIn, indexStart);
      const index = new FstTermsIndex(fst, this.indexIn, rootOutput, hasMsbOutput);
      if (this.fields.has(info.name)) {
        throw corrupt("Field has its terms twice", { file: metaIn.name, field: info.name });
      }
      const terms = new BlockTreeTerms(info, statistics, index, this.termsIn, this.postingsReader);
      this.fields.set(info.name, terms);
    }
  }

  terms(field: string): Terms | undefined {
    return this.fields.get(field);
  }

  checkIntegrity(): void {
    for (const input of [this.metaIn, this.indexIn, this.termsIn]) checksumEntireFile(input);
    this.postingsReader.checkIntegrity();
  }

  close(): void {
    for (const input of [this.metaIn, this.indexIn, this.termsIn]) input.close();
    this.postingsReader.close();
  }
}

/** Compares a file with the length that .tmd keeps of it, and checks that it has a footer. */
export function checkLength(input: IndexInput, expected: number): void {
  if (input.length !== expected) {
    throw corrupt("File has another length than its metadata says", {
      file: input.name,
      expected,
      actual: input.length,
    });
  }
  retrieveChecksum(input);
}
