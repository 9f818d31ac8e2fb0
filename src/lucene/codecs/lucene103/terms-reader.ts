// Lucene 10.3 terms dictionary, the reader of .tmd, .tip and .tim. Blocks (.tim) are Lucene 9's;
// the index (.tip) is one trie per field (trie-terms-index.ts).
//   .tmd FIELD  vInt number, vLong terms, with frequencies vLong sumTotalTermFreq, vLong
//               sumDocFreq, vInt docCount, first and last term (vInt length, bytes), vLong start
//               of the trie in .tip, vLong root node, vLong end of the trie
//   .tmd FILE   header, the postings' header, vInt fields, the fields, i64 end of .tip, i64 end of
//               .tim
// Upstream: org.apache.lucene.codecs.lucene103.blocktree.Lucene103BlockTreeTermsReader (10.4.0).

import { corrupt } from "../../../base/index.ts";
import type { FieldsProducer, Terms } from "../../index/leaf-reader.ts";
import { type SegmentReadState, segmentFileName } from "../../index/segment-info.ts";
import { checkIndexHeader, checksumEntireFile, type IndexInput } from "../../store/index.ts";
import {
  BlockTreeTerms,
  indexedField,
  readStatistics,
  readTermCount,
} from "../lucene90/blocktree/block-tree-terms.ts";
import type { PostingsReaderBase } from "../lucene90/blocktree/postings-reader-base.ts";
import { checkLength } from "../lucene90/blocktree/terms-reader.ts";
import { TrieTermsIndex } from "./trie-terms-index.ts";

const TERMS_DICT_CODEC = "BlockTreeTermsDict";
const TERMS_INDEX_CODEC = "BlockTreeTermsIndex";
const TERMS_META_CODEC = "BlockTreeTermsMeta";
const VERSION_CURRENT = 0;

/** Terms of all fields of one postings format instance. Owns and closes the postings reader. */
export class TrieBlockTreeTermsReader implements FieldsProducer {
  private readonly termsIn: IndexInput;
  private readonly indexIn: IndexInput;
  private readonly metaIn: IndexInput;
  private readonly postingsReader: PostingsReaderBase;
  private readonly fields = new Map<string, BlockTreeTerms>();

  constructor(postingsReader: PostingsReaderBase, state: SegmentReadState) {
    const { directory, segmentInfo, segmentSuffix: suffix } = state;
    const open = (extension: string, codec: string): IndexInput => {
      const input = directory.openInput(segmentFileName(segmentInfo.name, suffix, extension));
      if (extension === "tmd") checksumEntireFile(input);
      checkIndexHeader(input, codec, 0, VERSION_CURRENT, segmentInfo.id, suffix);
      return input;
    };
    this.postingsReader = postingsReader;
    this.termsIn = open("tim", TERMS_DICT_CODEC);
    this.indexIn = open("tip", TERMS_INDEX_CODEC);
    this.metaIn = open("tmd", TERMS_META_CODEC);
    postingsReader.init(this.metaIn, state);
    for (let left = this.metaIn.readCount("fields", 8); left > 0; left--) this.readField(state);
    checkLength(this.indexIn, this.metaIn.readLongNumber());
    checkLength(this.termsIn, this.metaIn.readLongNumber());
  }

  private readField(state: SegmentReadState): void {
    const metaIn = this.metaIn;
    const info = indexedField(state.fieldInfos, metaIn);
    const size = readTermCount(metaIn);
    const statistics = readStatistics(metaIn, size, info, state.segmentInfo.maxDoc);
    const start = metaIn.readVLong();
    const root = metaIn.readVLong();
    const end = metaIn.readVLong();
    if (end > this.indexIn.length || start >= end || root >= end - start) {
      throw corrupt("Trie lies outside of its file", { file: metaIn.name, start, root, end });
    }
    if (this.fields.has(info.name)) {
      throw corrupt("Field has its terms twice", { file: metaIn.name, field: info.name });
    }
    const index = new TrieTermsIndex(this.indexIn, start, end - start, root);
    const terms = new BlockTreeTerms(info, statistics, index, this.termsIn, this.postingsReader);
    this.fields.set(info.name, terms);
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
