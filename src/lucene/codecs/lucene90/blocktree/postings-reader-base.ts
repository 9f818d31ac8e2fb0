// What the terms dictionary needs of a generation's postings reader.
// Upstream: org.apache.lucene.codecs.PostingsReaderBase.

import type { ImpactsEnum, PostingsEnum } from "../../../index/leaf-reader.ts";
import type { SegmentReadState } from "../../../index/segment-info.ts";
import type { IndexInput } from "../../../store/index.ts";
import type { BlockTermState, PostingsFeatures } from "../postings/block-term-state.ts";
import type { ByteCursor } from "./byte-cursor.ts";

/** Upstream: PostingsReaderBase. */
export interface PostingsReaderBase {
  /** Checks the postings' header in the terms metadata. */
  init(metaIn: IndexInput, state: SegmentReadState): void;
  /**
   * Reads the metadata of one term into `state`, which holds the term before it (unless `absolute`)
   * and already docFreq and totalTermFreq.
   */
  decodeTerm(
    cursor: ByteCursor,
    features: PostingsFeatures,
    state: BlockTermState,
    absolute: boolean,
  ): void;
  postings(
    features: PostingsFeatures,
    state: BlockTermState,
    reuse: PostingsEnum | undefined,
    flags: number,
  ): PostingsEnum;
  /** Undefined where the generation does not store impacts. */
  impacts(
    features: PostingsFeatures,
    state: BlockTermState,
    flags: number,
  ): ImpactsEnum | undefined;
  checkIntegrity(): void;
  close(): void;
}
