// Inline skip data of one posting list: the headers before its blocks.
//
// A list of at least 32 full blocks has a level-1 header before every 32 of them; every full block
// has a level-0 header; the documents of the last, partial block have none.
//   LEVEL 1  TYPE   MEANING
//   docDelta vInt   last document of the run, minus that of the run before (-1 at first)
//   length   vLong  bytes from here to the end of the run
//   skip     i16    with frequencies: bytes from here to the first level-0 header
//   impacts  i16    with frequencies: their bytes, then the impacts (competitive-impacts.ts)
//   pos      vLong  with positions: .pos pointer at the end of the run, minus the one before; u8
//                   positions of that block already used; with offsets or payloads vLong the
//                   same for .pay, vInt payload bytes already used
//   LEVEL 0  TYPE   MEANING
//   skip     vLong  bytes from here to the packed documents
//   docDelta vInt15 last document of the block, minus that of the block before
//   length   vLong15 bytes from here to the end of the block
//   impacts  vInt   with frequencies: their bytes, then the impacts
//   pos             as on level 1, for the end of the block
// vInt15 and vLong15: i16; if negative, its low 15 bits and a vInt or vLong of the bits above.
// Upstream: org.apache.lucene.codecs.lucene912.Lucene912PostingsWriter.flushDocBlock (9.12.3).

import { corrupt } from "../../../base/index.ts";
import { NO_MORE_DOCS } from "../../index/leaf-reader.ts";
import type { IndexInput } from "../../store/index.ts";
import type { BlockTermState, PostingsFeatures } from "../lucene90/postings/block-term-state.ts";
import { LEVEL1_BLOCKS } from "./postings-codec.ts";

/** A place in .pos and .pay. */
interface PositionPointer {
  posFp: number;
  payFp: number;
  /** Positions of the block at posFp that belong to earlier documents. */
  upto: number;
}

/** Walks the headers of one posting list. Reads through the enum's own input, which it moves. */
export class SkipState {
  private readonly input: IndexInput;
  private readonly features: PostingsFeatures;
  private readonly blockSize: number;
  private readonly level1Docs: number;
  private readonly maxDoc: number;
  private readonly keepsImpacts: boolean;
  private docFreq = 0;
  /** Documents before the current block. */
  docsBefore = 0;
  /** Documents in the current block; 0 before the first and after the last. */
  blockDocs = 0;
  /** Last document before the current block. */
  base = -1;
  /** Last document of the current block; NO_MORE_DOCS where it has no header. */
  blockLastDoc = -1;
  /** Where the current block's packed documents are. */
  docsFp = 0;
  private blockEndFp = 0;
  /** Where the positions of the current block begin. */
  readonly start: PositionPointer = { posFp: 0, payFp: 0, upto: 0 };
  private readonly end: PositionPointer = { posFp: 0, payFp: 0, upto: 0 };
  private readonly runEnd: PositionPointer = { posFp: 0, payFp: 0, upto: 0 };
  private runLastDoc = -1;
  private runEndFp = 0;
  /** Documents to the end of the current run of 32 blocks. */
  private runDocs = 0;
  /** Impacts of the current block, undecoded. */
  impactBytes = new Uint8Array(0);
  impactLength = 0;

  constructor(
    input: IndexInput,
    features: PostingsFeatures,
    blockSize: number,
    maxDoc: number,
    keepsImpacts: boolean,
  ) {
    this.input = input;
    this.features = features;
    this.blockSize = blockSize;
    this.level1Docs = blockSize * LEVEL1_BLOCKS;
    this.maxDoc = maxDoc;
    this.keepsImpacts = keepsImpacts;
  }

  /** Before the first block of a term. */
  reset(state: BlockTermState): void {
    this.docFreq = state.docFreq;
    this.docsBefore = 0;
    this.blockDocs = 0;
    this.base = -1;
    this.blockLastDoc = -1;
    this.blockEndFp = state.docStartFP;
    this.runEndFp = state.docStartFP;
    this.runDocs = 0;
    this.runLastDoc = state.docFreq < this.level1Docs ? NO_MORE_DOCS : -1;
    this.impactLength = 0;
    for (const pointer of [this.end, this.runEnd]) {
      pointer.posFp = state.posStartFP;
      pointer.payFp = state.payStartFP;
      pointer.upto = 0;
    }
  }

  /** Moves on to the block that holds the first document ≥ `target`, which lies behind this one. */
  moveTo(target: number): void {
    if (target > this.runLastDoc) this.moveToRun(target);
    else this.leaveBlock();
    while (!this.readBlockHeader(target)) this.leaveBlock();
  }

  private leaveBlock(): void {
    this.docsBefore += this.blockDocs;
    this.blockDocs = 0;
    if (this.docFreq > 1) this.input.seek(this.blockEndFp);
  }

  private moveToRun(target: number): void {
    const input = this.input;
    do {
      this.blockLastDoc = this.runLastDoc;
      this.docsBefore = this.runDocs;
      this.blockDocs = 0;
      copyPointer(this.runEnd, this.end);
      input.seek(this.runEndFp);
      this.runDocs += this.level1Docs;
      if (this.docFreq - this.docsBefore < this.level1Docs) {
        this.runLastDoc = NO_MORE_DOCS;
        return;
      }
      this.runLastDoc = this.checkedLast(this.runLastDoc, input.readVInt());
      const length = input.readVLong();
      this.runEndFp = input.filePointer + length;
      if (this.features.hasFreqs) this.readRunSkip();
    } while (this.runLastDoc < target);
  }

  private readRunSkip(): void {
    const input = this.input;
    const length = input.readShort();
    const endFp = input.filePointer + length;
    const impactLength = input.readShort();
    if (impactLength < 0 || length < 2 + impactLength) {
      throw corrupt("Skip data of a run is damaged", {
        file: input.name,
        offset: input.filePointer,
      });
    }
    input.skip(impactLength);
    if (this.features.hasPositions) this.readPointer(this.runEnd);
    input.seek(endFp);
  }

  private readPointer(pointer: PositionPointer): void {
    const input = this.input;
    pointer.posFp += input.readVLong();
    pointer.upto = input.readByte();
    if (!this.features.hasOffsets && !this.features.hasPayloads) return;
    pointer.payFp += input.readVLong();
    input.readVInt(); // payload bytes already used follow from the lengths in the block
  }

  /** Makes the block ahead current; false if `target` lies behind it. */
  private readBlockHeader(target: number): boolean {
    const input = this.input;
    this.base = this.blockLastDoc;
    copyPointer(this.end, this.start);
    const left = this.docFreq - this.docsBefore;
    if (left < this.blockSize) {
      this.blockDocs = left;
      this.blockLastDoc = NO_MORE_DOCS;
      this.impactLength = 0;
      this.docsFp = input.filePointer;
      return true;
    }
    const headerLength = input.readVLong();
    this.docsFp = input.filePointer + headerLength;
    this.blockDocs = this.blockSize;
    this.blockLastDoc = this.checkedLast(this.base, readVLong15(input));
    const length = readVLong15(input);
    this.blockEndFp = input.filePointer + length;
    const found = target <= this.blockLastDoc;
    if (this.features.hasFreqs && (this.features.hasPositions || (found && this.keepsImpacts))) {
      this.readBlockSkip(found);
    }
    return found;
  }

  private readBlockSkip(found: boolean): void {
    const input = this.input;
    const length = input.readCount("impact bytes", 1);
    if (found && this.keepsImpacts) {
      if (this.impactBytes.length < length) this.impactBytes = new Uint8Array(length * 2);
      input.readBytes(this.impactBytes, 0, length);
      this.impactLength = length;
    } else {
      input.skip(length);
    }
    if (this.features.hasPositions) this.readPointer(this.end);
  }

  private checkedLast(previous: number, delta: number): number {
    const last = previous + delta;
    if (delta < 1 || last >= this.maxDoc) {
      throw corrupt("Skip data has a document out of bounds", {
        file: this.input.name,
        offset: this.input.filePointer,
        doc: last,
        maxDoc: this.maxDoc,
      });
    }
    return last;
  }
}

function copyPointer(source: PositionPointer, target: PositionPointer): void {
  target.posFp = source.posFp;
  target.payFp = source.payFp;
  target.upto = source.upto;
}

/** vInt15 and vLong15. */
function readVLong15(input: IndexInput): number {
  const low = input.readShort();
  return low >= 0 ? low : (low & 0x7fff) + input.readVLong() * 32768;
}
