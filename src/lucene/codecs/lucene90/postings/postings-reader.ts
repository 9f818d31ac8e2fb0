// Lucene 9.0–9.11 postings, the reader (layout: postings-writer.ts; what 9.9 packs in another way:
// lucene99/postings; older ones: lucene50/postings and lucene84/postings).
// Upstream: org.apache.lucene.codecs.lucene90.Lucene90PostingsReader (9.1.0).

import { corrupt } from "../../../../base/index.ts";
import { type ImpactsEnum, type PostingsEnum, PostingsFlags } from "../../../index/leaf-reader.ts";
import { type SegmentReadState, segmentFileName } from "../../../index/segment-info.ts";
import {
  checkIndexHeader,
  checksumEntireFile,
  type IndexInput,
  retrieveChecksum,
} from "../../../store/index.ts";
import type { ByteCursor } from "../blocktree/byte-cursor.ts";
import type { PostingsReaderBase } from "../blocktree/postings-reader-base.ts";
import { type BlockTermState, type PostingsFeatures, segmentFeatures } from "./block-term-state.ts";
import { BLOCK_SIZE } from "./for-util.ts";
import { PositionCursor } from "./position-cursor.ts";
import { Lucene90PostingsEnum } from "./postings-enum.ts";
import type { SkipListCodec, SkipListGeneration } from "./skip-list-codec.ts";

/** Opens .doc, .pos and .pay; makes enums. */
export class Lucene90PostingsReader implements PostingsReaderBase {
  private readonly generation: SkipListGeneration;
  private readonly codec: SkipListCodec;
  private readonly docIn: IndexInput;
  private readonly posIn: IndexInput | undefined;
  private readonly payIn: IndexInput | undefined;
  private readonly maxDoc: number;

  constructor(generation: SkipListGeneration, state: SegmentReadState) {
    this.generation = generation;
    const { directory, segmentInfo, segmentSuffix: suffix } = state;
    let versionMin = 0;
    let versionMax = generation.versionMax;
    const open = (extension: string, name: string): IndexInput => {
      const input = directory.openInput(segmentFileName(segmentInfo.name, suffix, extension));
      versionMin = checkIndexHeader(input, name, versionMin, versionMax, segmentInfo.id, suffix);
      versionMax = versionMin;
      retrieveChecksum(input);
      return input;
    };
    const features = segmentFeatures(state.fieldInfos);
    const hasPay = features.hasPositions && (features.hasOffsets || features.hasPayloads);
    this.maxDoc = segmentInfo.maxDoc;
    this.docIn = open("doc", generation.docCodec);
    this.codec = generation.open(versionMax, this.docIn);
    this.posIn = features.hasPositions ? open("pos", generation.posCodec) : undefined;
    this.payIn = hasPay ? open("pay", generation.payCodec) : undefined;
  }

  init(metaIn: IndexInput, state: SegmentReadState): void {
    const { termsCodec, versionMax } = this.generation;
    const { segmentInfo, segmentSuffix } = state;
    checkIndexHeader(metaIn, termsCodec, 0, versionMax, segmentInfo.id, segmentSuffix);
    const blockSize = metaIn.readVInt();
    if (blockSize !== BLOCK_SIZE) {
      throw corrupt("Postings have another block size", { file: metaIn.name, blockSize });
    }
  }

  decodeTerm(
    cursor: ByteCursor,
    features: PostingsFeatures,
    state: BlockTermState,
    absolute: boolean,
  ): void {
    this.codec.decodeTerm(cursor, features, state, absolute, BLOCK_SIZE);
    state.skipOffset = state.docFreq > BLOCK_SIZE ? cursor.readVLong() : -1;
  }

  postings(
    features: PostingsFeatures,
    state: BlockTermState,
    reuse: PostingsEnum | undefined,
    flags: number,
  ): PostingsEnum {
    const wantsPositions =
      features.hasPositions && (flags & PostingsFlags.POSITIONS) === PostingsFlags.POSITIONS;
    const reusable =
      reuse instanceof Lucene90PostingsEnum &&
      reuse.source === this.docIn &&
      reuse.features === features &&
      reuse.hasPositions === wantsPositions;
    const postings = reusable ? reuse : this.newEnum(features, wantsPositions);
    return postings.reset(state, flags);
  }

  private newEnum(features: PostingsFeatures, wantsPositions: boolean): Lucene90PostingsEnum {
    if (wantsPositions && this.posIn === undefined) {
      throw corrupt("Segment has no .pos file", { file: this.docIn.name });
    }
    const positions = wantsPositions
      ? new PositionCursor(this.codec, this.posIn!, this.payIn, features)
      : undefined;
    return new Lucene90PostingsEnum(this.codec, this.docIn, features, this.maxDoc, positions);
  }

  impacts(
    features: PostingsFeatures,
    state: BlockTermState,
    flags: number,
  ): ImpactsEnum | undefined {
    if (!this.codec.hasImpacts) return undefined;
    return this.postings(features, state, undefined, flags) as Lucene90PostingsEnum;
  }

  checkIntegrity(): void {
    for (const input of [this.docIn, this.posIn, this.payIn]) {
      if (input !== undefined) checksumEntireFile(input);
    }
  }

  close(): void {
    for (const input of [this.docIn, this.posIn, this.payIn]) input?.close();
  }
}
