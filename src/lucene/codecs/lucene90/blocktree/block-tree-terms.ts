// Terms of one field of a block-tree terms dictionary, and the statistics that its metadata holds.
// Upstream: org.apache.lucene.codecs.lucene90.blocktree.FieldReader (9.12.3).

import { corrupt, TERM_BYTES_MAX } from "../../../../base/index.ts";
import { type FieldInfo, type FieldInfos, IndexOptions } from "../../../index/field-info.ts";
import type { Terms, TermsEnum } from "../../../index/leaf-reader.ts";
import type { IndexInput } from "../../../store/index.ts";
import { type PostingsFeatures, postingsFeatures } from "../postings/block-term-state.ts";
import type { PostingsReaderBase } from "./postings-reader-base.ts";
import { type SegmentTerms, SegmentTermsEnum } from "./segment-terms-enum.ts";
import { TermBlockFrame } from "./term-block-frame.ts";
import type { TermsIndex } from "./terms-index.ts";

/** Counts of one field in .tmd. */
export interface FieldTermsStatistics {
  readonly size: number;
  readonly sumTotalTermFreq: number;
  readonly sumDocFreq: number;
  readonly docCount: number;
  readonly minTerm: Uint8Array;
  readonly maxTerm: Uint8Array;
}

/** A vInt length and that many bytes. */
export function readBytesRef(input: IndexInput, max: number): Uint8Array {
  const length = input.readVInt();
  if (length < 0 || length > max) {
    throw corrupt("Length of bytes is out of bounds", { file: input.name, length, max });
  }
  return input.bytesCopy(length);
}

/** The field that a number in .tmd means; it must be indexed. */
export function indexedField(infos: FieldInfos, metaIn: IndexInput): FieldInfo {
  const number = metaIn.readVInt();
  const info = infos.byNumber(number);
  if (info === undefined || info.indexOptions === IndexOptions.NONE) {
    throw corrupt("Field number of the terms is unknown", { file: metaIn.name, number });
  }
  return info;
}

/** Number of terms: at least one. */
export function readTermCount(metaIn: IndexInput): number {
  const count = metaIn.readVLong();
  if (count <= 0) throw corrupt("Field has no terms", { file: metaIn.name, count });
  return count;
}

/**
 * What follows the number of terms (and a root, where a generation has one). `skipMiddle` steps
 * over what old generations have before the first term.
 */
export function readStatistics(
  metaIn: IndexInput,
  size: number,
  info: FieldInfo,
  maxDoc: number,
  skipMiddle?: (metaIn: IndexInput) => void,
): FieldTermsStatistics {
  const sumTotalTermFreq = metaIn.readVLong();
  // Without frequencies only one of the two sums is written, as they are equal.
  const sumDocFreq =
    info.indexOptions === IndexOptions.DOCS ? sumTotalTermFreq : metaIn.readVLong();
  const docCount = metaIn.readVInt();
  skipMiddle?.(metaIn);
  const minTerm = readBytesRef(metaIn, TERM_BYTES_MAX);
  const maxTerm = readBytesRef(metaIn, TERM_BYTES_MAX);
  if (docCount < 0 || docCount > maxDoc || sumDocFreq < docCount || sumTotalTermFreq < sumDocFreq) {
    throw corrupt("Statistics of the terms contradict each other", {
      file: metaIn.name,
      field: info.name,
      docCount,
      maxDoc,
      sumDocFreq,
      sumTotalTermFreq,
    });
  }
  return { size, sumTotalTermFreq, sumDocFreq, docCount, minTerm, maxTerm };
}

/** Terms of one field. */
export class BlockTreeTerms implements Terms, SegmentTerms {
  readonly size: number;
  readonly sumTotalTermFreq: number;
  readonly sumDocFreq: number;
  readonly docCount: number;
  readonly minTerm: Uint8Array;
  readonly maxTerm: Uint8Array;
  readonly features: PostingsFeatures;
  readonly index: TermsIndex;
  /** The whole .tim; enums clone it. */
  readonly termsIn: IndexInput;
  readonly postingsReader: PostingsReaderBase;
  /** Another one where blocks are laid out in another way. */
  readonly newFrame: () => TermBlockFrame;

  constructor(
    info: FieldInfo,
    statistics: FieldTermsStatistics,
    index: TermsIndex,
    termsIn: IndexInput,
    postingsReader: PostingsReaderBase,
    newFrame: () => TermBlockFrame = () => new TermBlockFrame(),
  ) {
    this.size = statistics.size;
    this.sumTotalTermFreq = statistics.sumTotalTermFreq;
    this.sumDocFreq = statistics.sumDocFreq;
    this.docCount = statistics.docCount;
    this.minTerm = statistics.minTerm;
    this.maxTerm = statistics.maxTerm;
    this.features = postingsFeatures(info);
    this.index = index;
    this.termsIn = termsIn;
    this.postingsReader = postingsReader;
    this.newFrame = newFrame;
  }

  get hasFreqs(): boolean {
    return this.features.hasFreqs;
  }

  get hasPositions(): boolean {
    return this.features.hasPositions;
  }

  get hasOffsets(): boolean {
    return this.features.hasOffsets;
  }

  get hasPayloads(): boolean {
    return this.features.hasPayloads;
  }

  iterator(): TermsEnum {
    return new SegmentTermsEnum(this);
  }
}
