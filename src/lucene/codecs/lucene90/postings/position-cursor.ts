// Positions, offsets and payloads of one term, over .pos and .pay: the same bytes in all
// generations since Lucene 9.0, but for the size of a block.
//
// Full blocks: .pos has the position deltas; .pay has, with payloads, their lengths, vInt bytes,
// the bytes, and with offsets, start deltas and lengths. The last block of a term is only in .pos,
// as vInts:
//   vInt   position delta, with payloads << 1 | payloadLengthChanged, then vInt the new length
//   bytes  payload
//   vInt   with offsets: start delta << 1 | lengthChanged, then vInt the new length
// Upstream: org.apache.lucene.codecs.lucene90.Lucene90PostingsReader.EverythingEnum (9.1.0).

import { corrupt } from "../../../../base/index.ts";
import { PostingsFlags } from "../../../index/leaf-reader.ts";
import type { IndexInput } from "../../../store/index.ts";
import type { BlockTermState, PostingsFeatures } from "./block-term-state.ts";

/** How a generation stores a block of ints. */
export interface BlockCodec {
  readonly blockSize: number;
  decode(input: IndexInput, target: Int32Array): void;
  skip(input: IndexInput): void;
}

const NO_BYTES = new Uint8Array(0);
const NO_POINTER = -1;

/** Walks the positions of one term at a time. Its owner counts documents and frequencies. */
export class PositionCursor {
  private readonly codec: BlockCodec;
  private readonly blockSize: number;
  private readonly posIn: IndexInput;
  private readonly payIn: IndexInput | undefined;
  private readonly hasOffsets: boolean;
  private readonly hasPayloads: boolean;
  private readonly deltas: Int32Array;
  private readonly startDeltas: Int32Array;
  private readonly lengths: Int32Array;
  private readonly payloadLengths: Int32Array;
  private payloadBytes: Uint8Array = NO_BYTES;
  private payloadUpto = 0;
  private needsOffsets = false;
  private needsPayloads = false;
  /** Positions of the current block that are used; `blockSize`: the next block must be read. */
  private upto = 0;
  /** Where to continue in .pos and .pay, or -1: where the inputs are. */
  private posPointer = NO_POINTER;
  private payPointer = 0;
  /** Where the block in the buffers begins in .pos, while the inputs are right behind it; or -1. */
  private blockFp = NO_POINTER;
  private lastBlockFp = 0;
  private tailCount = 0;
  private position = 0;
  private payloadLength = 0;
  /** Of the last position; -1 where offsets are not indexed. */
  startOffset = -1;
  endOffset = -1;

  constructor(
    codec: BlockCodec,
    posIn: IndexInput,
    payIn: IndexInput | undefined,
    features: PostingsFeatures,
  ) {
    this.codec = codec;
    this.blockSize = codec.blockSize;
    this.posIn = posIn.clone();
    this.hasOffsets = features.hasOffsets;
    this.hasPayloads = features.hasPayloads;
    const hasPay = features.hasOffsets || features.hasPayloads;
    if (hasPay && payIn === undefined)
      throw corrupt("Segment has no .pay file", { file: posIn.name });
    this.payIn = hasPay ? payIn!.clone() : undefined;
    const size = codec.blockSize;
    this.deltas = new Int32Array(size);
    this.startDeltas = new Int32Array(features.hasOffsets ? size : 0);
    this.lengths = new Int32Array(features.hasOffsets ? size : 0);
    this.payloadLengths = new Int32Array(features.hasPayloads ? size : 0);
  }

  /** Goes to the first position of a term. */
  reset(state: BlockTermState, flags: number): void {
    const { blockSize } = this;
    const total = state.totalTermFreq;
    this.needsOffsets =
      this.hasOffsets && (flags & PostingsFlags.OFFSETS) === PostingsFlags.OFFSETS;
    this.needsPayloads =
      this.hasPayloads && (flags & PostingsFlags.PAYLOADS) === PostingsFlags.PAYLOADS;
    this.tailCount = total % blockSize;
    if (total < blockSize) this.lastBlockFp = state.posStartFP;
    else if (total === blockSize) this.lastBlockFp = -1;
    else this.lastBlockFp = state.posStartFP + state.lastPosBlockOffset;
    this.startOffset = -1;
    this.endOffset = -1;
    this.blockFp = NO_POINTER;
    this.seek(state.posStartFP, state.payStartFP);
  }

  /** Goes to the start of a block; the inputs move when the next position is asked for. */
  seek(posFp: number, payFp: number): void {
    if (posFp === this.blockFp) {
      this.upto = 0;
      this.payloadUpto = 0;
      return;
    }
    this.posPointer = posFp;
    this.payPointer = payFp;
    this.upto = this.blockSize;
  }

  /** Begins a document: its deltas start at 0. */
  startDoc(): void {
    this.position = 0;
    this.payloadLength = 0;
    if (this.hasOffsets) this.startOffset = 0;
  }

  private applySeek(): void {
    this.posIn.seek(this.posPointer);
    if (this.needsPay) this.payIn!.seek(this.payPointer);
    this.posPointer = NO_POINTER;
    this.blockFp = NO_POINTER;
  }

  private get needsPay(): boolean {
    return this.needsOffsets || this.needsPayloads;
  }

  /** Steps over `count` positions. */
  skip(count: number): void {
    if (count === 0) return;
    if (count < 0) throw this.exhausted();
    if (this.posPointer !== NO_POINTER) this.applySeek();
    const { blockSize } = this;
    let left = count - (blockSize - this.upto);
    if (left < 0) {
      this.skipInBlock(count);
      return;
    }
    for (; left >= blockSize; left -= blockSize) this.skipBlock();
    this.upto = blockSize;
    if (left === 0) return;
    this.refill();
    this.skipInBlock(left);
  }

  private skipInBlock(count: number): void {
    const end = this.upto + count;
    if (this.needsPayloads) {
      for (let i = this.upto; i < end; i++) this.payloadUpto += this.payloadLengths[i]!;
    }
    this.upto = end;
  }

  private skipBlock(): void {
    if (this.posIn.filePointer === this.lastBlockFp) throw this.exhausted();
    this.blockFp = NO_POINTER;
    this.codec.skip(this.posIn);
    if (!this.needsPay) return;
    const payIn = this.payIn!;
    if (this.hasPayloads) {
      this.codec.skip(payIn);
      payIn.skip(payIn.readCount("payload bytes", 1));
    }
    if (this.hasOffsets) {
      this.codec.skip(payIn);
      this.codec.skip(payIn);
    }
  }

  private refill(): void {
    this.upto = 0;
    this.payloadUpto = 0;
    this.blockFp = this.posIn.filePointer;
    if (this.blockFp === this.lastBlockFp) {
      this.refillTail();
      return;
    }
    this.codec.decode(this.posIn, this.deltas);
    if (!this.needsPay) return;
    const payIn = this.payIn!;
    if (this.hasPayloads) {
      this.codec.decode(payIn, this.payloadLengths);
      this.payloadBytes = payIn.bytesBorrow(payIn.readCount("payload bytes", 1));
    }
    if (this.hasOffsets) {
      this.codec.decode(payIn, this.startDeltas);
      this.codec.decode(payIn, this.lengths);
    }
  }

  private refillTail(): void {
    const { posIn, tailCount } = this;
    const payloads: Uint8Array[] = [];
    let payloadLength = 0;
    let offsetLength = 0;
    for (let i = 0; i < tailCount; i++) {
      let code = posIn.readVInt();
      if (this.hasPayloads) {
        if ((code & 1) !== 0) payloadLength = posIn.readCount("payload bytes", 1);
        this.payloadLengths[i] = payloadLength;
        if (payloadLength > 0) payloads.push(posIn.bytesBorrow(this.checkLeft(payloadLength)));
        code >>>= 1;
      }
      this.deltas[i] = code;
      if (!this.hasOffsets) continue;
      const offsetCode = posIn.readVInt();
      if ((offsetCode & 1) !== 0) offsetLength = posIn.readVInt();
      this.startDeltas[i] = offsetCode >>> 1;
      this.lengths[i] = offsetLength;
    }
    if (payloads.length > 0) this.payloadBytes = Buffer.concat(payloads);
  }

  private checkLeft(length: number): number {
    if (length > this.posIn.length - this.posIn.filePointer) throw this.exhausted();
    return length;
  }

  private exhausted(): Error {
    return corrupt("Positions end before their term does", {
      file: this.posIn.name,
      offset: this.posIn.filePointer,
    });
  }

  /** The next position. The caller knows that there is one. */
  next(): number {
    if (this.upto === this.blockSize) {
      if (this.posPointer !== NO_POINTER) this.applySeek();
      this.refill();
    }
    const at = this.upto++;
    this.position += this.deltas[at]!;
    if (this.needsPayloads) {
      this.payloadUpto += this.payloadLength = this.payloadLengths[at]!;
    }
    if (this.needsOffsets) {
      this.startOffset += this.startDeltas[at]!;
      this.endOffset = this.startOffset + this.lengths[at]!;
    }
    return this.position;
  }

  /** Payload of the last position, borrowed; undefined if it has none or it was not asked for. */
  payload(): Uint8Array | undefined {
    if (!this.needsPayloads || this.payloadLength === 0) return undefined;
    const end = this.payloadUpto;
    if (end > this.payloadBytes.length) throw this.exhausted();
    return this.payloadBytes.subarray(end - this.payloadLength, end);
  }
}
