// Files of the generations with inline skip data (Lucene 9.12 and later), whatever their packing.
//
//   FILE  HOLDS
//   .psm  header; i32 impacts at most and i32 their bytes on level 0, the same on level 1; i64
//         length of .doc, with positions of .pos, with offsets or payloads of .pay; footer
//   .doc  documents, frequencies, skip data (block-postings-enum.ts, skip-state.ts)
//   .pos, .pay  as since Lucene 9.0 (lucene90/postings/position-cursor.ts)
// Upstream: org.apache.lucene.codecs.lucene912.Lucene912PostingsReader (9.12.3).

import { corrupt } from "../../../base/index.ts";
import { type ImpactsEnum, type PostingsEnum, PostingsFlags } from "../../index/leaf-reader.ts";
import { type SegmentReadState, segmentFileName } from "../../index/segment-info.ts";
import { checkIndexHeader, checksumEntireFile, type IndexInput } from "../../store/index.ts";
import type { ByteCursor } from "../lucene90/blocktree/byte-cursor.ts";
import type { PostingsReaderBase } from "../lucene90/blocktree/postings-reader-base.ts";
import { checkLength } from "../lucene90/blocktree/terms-reader.ts";
import {
  type BlockTermState,
  type PostingsFeatures,
  segmentFeatures,
} from "../lucene90/postings/block-term-state.ts";
import { PositionCursor } from "../lucene90/postings/position-cursor.ts";
import { decodeTermState } from "../lucene90/postings/term-metadata.ts";
import { BlockPostingsEnum } from "./block-postings-enum.ts";
import type { PostingsCodec } from "./postings-codec.ts";

/** Reads .psm, opens the others. Upstream: Lucene912PostingsReader and its successors. */
export class BlockPostingsReader implements PostingsReaderBase {
  private readonly codec: PostingsCodec;
  private readonly metaIn: IndexInput;
  private readonly docIn: IndexInput;
  private readonly posIn: IndexInput | undefined;
  private readonly payIn: IndexInput | undefined;
  private readonly maxDoc: number;

  constructor(codec: PostingsCodec, state: SegmentReadState) {
    const { directory, segmentInfo, segmentSuffix: suffix } = state;
    this.codec = codec;
    this.maxDoc = segmentInfo.maxDoc;
    const open = (extension: string): IndexInput =>
      directory.openInput(segmentFileName(segmentInfo.name, suffix, extension));
    this.metaIn = open("psm");
    checksumEntireFile(this.metaIn);
    const version = checkIndexHeader(
      this.metaIn,
      `${codec.prefix}Meta`,
      0,
      codec.versionMax,
      segmentInfo.id,
      suffix,
    );
    for (let i = 0; i < 4; i++) this.metaIn.readInt(); // sizes for impact buffers; ours grow
    const openChecked = (extension: string, kind: string): IndexInput => {
      const input = open(extension);
      checkIndexHeader(input, `${codec.prefix}${kind}`, version, version, segmentInfo.id, suffix);
      checkLength(input, this.metaIn.readLongNumber());
      return input;
    };
    const features = segmentFeatures(state.fieldInfos);
    const hasPay = features.hasPositions && (features.hasOffsets || features.hasPayloads);
    this.docIn = openChecked("doc", "Doc");
    this.posIn = features.hasPositions ? openChecked("pos", "Pos") : undefined;
    this.payIn = hasPay ? openChecked("pay", "Pay") : undefined;
  }

  init(metaIn: IndexInput, state: SegmentReadState): void {
    const { codec } = this;
    const id = state.segmentInfo.id;
    checkIndexHeader(metaIn, codec.termsCodec, 0, codec.versionMax, id, state.segmentSuffix);
    const blockSize = metaIn.readVInt();
    if (blockSize !== codec.blockSize) {
      throw corrupt("Postings have another block size", { file: metaIn.name, blockSize });
    }
  }

  decodeTerm(
    cursor: ByteCursor,
    features: PostingsFeatures,
    state: BlockTermState,
    absolute: boolean,
  ): void {
    decodeTermState(cursor, features, state, absolute, this.codec.blockSize);
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
      reuse instanceof BlockPostingsEnum &&
      reuse.source === this.docIn &&
      reuse.features === features &&
      reuse.hasPositions === wantsPositions;
    const postings = reusable ? reuse : this.newEnum(features, wantsPositions, false);
    return postings.reset(state, flags);
  }

  private newEnum(
    features: PostingsFeatures,
    wantsPositions: boolean,
    keepsImpacts: boolean,
  ): BlockPostingsEnum {
    const { codec, docIn, maxDoc } = this;
    if (wantsPositions && this.posIn === undefined) {
      throw corrupt("Segment has no .pos file", { file: docIn.name });
    }
    const positions = wantsPositions
      ? new PositionCursor(codec, this.posIn!, this.payIn, features)
      : undefined;
    return new BlockPostingsEnum(codec, docIn, features, maxDoc, positions, keepsImpacts);
  }

  impacts(features: PostingsFeatures, state: BlockTermState, flags: number): ImpactsEnum {
    const wantsPositions =
      features.hasPositions && (flags & PostingsFlags.POSITIONS) === PostingsFlags.POSITIONS;
    return this.newEnum(features, wantsPositions, true).reset(state, flags);
  }

  checkIntegrity(): void {
    for (const input of [this.metaIn, this.docIn, this.posIn, this.payIn]) {
      if (input !== undefined) checksumEntireFile(input);
    }
  }

  close(): void {
    for (const input of [this.metaIn, this.docIn, this.posIn, this.payIn]) input?.close();
  }
}
