// Multi-level skip data of one posting list, the reader (layout: skip-writer.ts).
// Upstream: org.apache.lucene.codecs.lucene90.{Lucene90SkipReader,Lucene90ScoreSkipReader},
// org.apache.lucene.codecs.MultiLevelSkipListReader (9.1.0).

import { corrupt } from "../../../../base/index.ts";
import { NO_MORE_DOCS } from "../../../index/leaf-reader.ts";
import type { IndexInput } from "../../../store/index.ts";
import type { BlockTermState, PostingsFeatures } from "./block-term-state.ts";
import { ImpactList } from "./competitive-impacts.ts";
import { BLOCK_SIZE } from "./for-util.ts";
import { SKIP_LEVELS_MAX, SKIP_MULTIPLIER, skipLevels } from "./skip-writer.ts";

/** An entry of one level: the end of a run of blocks. */
interface SkipEntry {
  doc: number;
  docFp: number;
  posFp: number;
  payFp: number;
  posUpto: number;
  childPointer: number;
}

/** One level of skip data. */
export interface SkipLevel {
  input: IndexInput;
  /** Where the level's entries begin. */
  start: number;
  /** Documents up to the entry ahead. */
  docCount: number;
  /** Documents per entry. */
  readonly interval: number;
  readonly ahead: SkipEntry;
  /** Impacts of the entry ahead, undecoded; only kept on level 0. */
  impactBytes: Uint8Array;
  impactLength: number;
}

/** Walks the skip data of one term at a time; targets never go back. */
export class Lucene90SkipReader {
  private readonly docIn: IndexInput;
  private readonly features: PostingsFeatures;
  private readonly levels: SkipLevel[] = [];
  private levelCount = 0;
  private docFreq = 0;
  /** The entry before the target: where its block begins. */
  readonly last: SkipEntry = newEntry();
  private readonly impactList = new ImpactList();
  private impactsDecoded = false;

  constructor(docIn: IndexInput, features: PostingsFeatures) {
    this.docIn = docIn;
    this.features = features;
  }

  /** Begins a term; it has skip data. */
  reset(state: BlockTermState): void {
    // An exact multiple of the block size has no entry behind its last block.
    this.docFreq = state.docFreq % BLOCK_SIZE === 0 ? state.docFreq - 1 : state.docFreq;
    this.levelCount = Math.min(skipLevels(this.docFreq), SKIP_LEVELS_MAX);
    this.resetEntry(this.last, state);
    this.impactsDecoded = false;
    while (this.levels.length < this.levelCount)
      this.levels.push(this.newLevel(this.levels.length));
    const input = this.levels[0]!.input;
    input.seek(state.docStartFP + state.skipOffset);
    for (let at = this.levelCount - 1; at >= 0; at--) {
      const level = this.levels[at]!;
      const length = at > 0 ? input.readVLong() : 0;
      level.start = input.filePointer;
      level.docCount = 0;
      level.impactLength = 0;
      this.resetEntry(level.ahead, state);
      if (at === 0) break;
      level.input.seek(level.start);
      input.skip(length);
    }
  }

  private newLevel(at: number): SkipLevel {
    return {
      input: this.docIn.clone(),
      start: 0,
      docCount: 0,
      interval: BLOCK_SIZE * SKIP_MULTIPLIER ** at,
      ahead: newEntry(),
      impactBytes: new Uint8Array(at === 0 ? 64 : 0),
      impactLength: 0,
    };
  }

  private resetEntry(entry: SkipEntry, state: BlockTermState): void {
    entry.doc = 0;
    entry.docFp = state.docStartFP;
    entry.posFp = state.posStartFP;
    entry.payFp = state.payStartFP;
    entry.posUpto = 0;
    entry.childPointer = 0;
  }

  /** Last doc of the block that holds the target; NO_MORE_DOCS behind the last entry. */
  get blockLastDoc(): number {
    return this.levels[0]!.ahead.doc;
  }

  /** Finds the block of `target`; answers how many documents lie before it (`last` says where). */
  skipTo(target: number): number {
    const levels = this.levels;
    let at = 0;
    if (levels[0]!.docCount === 0) this.loadNext(0, levels[0]!);
    while (at < this.levelCount - 1 && target > levels[at + 1]!.ahead.doc) at++;
    while (at >= 0) {
      const level = levels[at]!;
      if (target > level.ahead.doc) {
        this.loadNext(at, level);
        continue;
      }
      if (at > 0 && this.last.childPointer > levels[at - 1]!.input.filePointer)
        this.seekChild(at - 1);
      at--;
    }
    return Math.max(0, levels[0]!.docCount - BLOCK_SIZE);
  }

  private loadNext(at: number, level: SkipLevel): void {
    copyEntry(level.ahead, this.last);
    level.docCount += level.interval;
    if (at === 0) this.impactsDecoded = false;
    if (level.docCount > this.docFreq) {
      level.ahead.doc = NO_MORE_DOCS;
      level.impactLength = 0;
      if (this.levelCount > at) this.levelCount = Math.max(1, at);
      return;
    }
    this.readEntry(at, level);
    if (at > 0) level.ahead.childPointer = level.input.readVLong() + this.levels[at - 1]!.start;
  }

  /** Moves the level below to where the last entry points. */
  private seekChild(at: number): void {
    const level = this.levels[at]!;
    const parent = this.levels[at + 1]!;
    level.input.seek(this.last.childPointer);
    level.docCount = parent.docCount - parent.interval;
    const childPointer = level.ahead.childPointer;
    copyEntry(this.last, level.ahead);
    level.ahead.childPointer =
      at > 0 ? level.input.readVLong() + this.levels[at - 1]!.start : childPointer;
  }

  private readEntry(at: number, level: SkipLevel): void {
    const { input, ahead } = level;
    const delta = input.readVInt();
    ahead.doc += delta;
    if (delta < 0 || ahead.doc >= NO_MORE_DOCS) {
      throw corrupt("Skip data goes backwards", { file: input.name, offset: input.filePointer });
    }
    ahead.docFp += input.readVLong();
    if (this.features.hasPositions) {
      ahead.posFp += input.readVLong();
      ahead.posUpto = input.readVInt();
      if (ahead.posUpto < 0 || ahead.posUpto >= BLOCK_SIZE) {
        throw corrupt("Skip data has a wrong position", { file: input.name, upto: ahead.posUpto });
      }
      if (this.features.hasPayloads) input.readVInt();
      if (this.features.hasOffsets || this.features.hasPayloads) ahead.payFp += input.readVLong();
    }
    this.readImpacts(at, level);
  }

  /** What ends an entry. */
  protected readImpacts(at: number, level: SkipLevel): void {
    const { input } = level;
    const length = input.readCount("impact bytes", 1);
    if (at > 0) {
      input.skip(length);
      return;
    }
    if (level.impactBytes.length < length) level.impactBytes = new Uint8Array(length * 2);
    input.readBytes(level.impactBytes, 0, length);
    level.impactLength = length;
  }

  /** Impacts of the block that holds the target. */
  impacts(): ImpactList {
    if (!this.impactsDecoded) {
      const level = this.levels[0]!;
      this.impactsDecoded = true;
      if (level.impactLength === 0) this.impactList.setUnbounded();
      else this.impactList.read(level.impactBytes, level.impactLength, level.input.name);
    }
    return this.impactList;
  }
}

function newEntry(): SkipEntry {
  return { doc: 0, docFp: 0, posFp: 0, payFp: 0, posUpto: 0, childPointer: 0 };
}

function copyEntry(source: SkipEntry, target: SkipEntry): void {
  target.doc = source.doc;
  target.docFp = source.docFp;
  target.posFp = source.posFp;
  target.payFp = source.payFp;
  target.posUpto = source.posUpto;
  target.childPointer = source.childPointer;
}
