// Multi-level skip data of one posting list with more than 128 documents.
//
// Level 0 has an entry after every 128 documents, level n after every 128 * 8^n. The highest level
// comes first, each but level 0 behind its length in bytes (vLong). One entry:
//   TYPE   FIELD         MEANING
//   vInt   docDelta      last doc of the block, minus that of the level's previous entry
//   vLong  docFpDelta    where the next block begins in .doc
//   vLong  posFpDelta    with positions: where the current position block begins in .pos
//   vInt   posUpto       with positions: positions of that block that are already used
//   vLong  payFpDelta    with offsets: the same for .pay
//   vInt   length        of the impacts
//   bytes  impacts       see competitive-impacts.ts
//   vLong  childPointer  above level 0: offset within the level below, behind the same document
// (A field with payloads would add a vInt payload offset before payFpDelta; we write none.)
// Upstream: org.apache.lucene.codecs.lucene90.Lucene90SkipWriter and
// org.apache.lucene.codecs.MultiLevelSkipListWriter (9.1.0).

import { DataOutput } from "../../../store/index.ts";
import { CompetitiveImpacts } from "./competitive-impacts.ts";
import { BLOCK_SIZE } from "./for-util.ts";

/** Levels at most. */
export const SKIP_LEVELS_MAX = 10;
/** Every level has an eighth of the entries below it. */
export const SKIP_MULTIPLIER = 8;

/** Levels for a list of `docCount` documents: 1 + floor(log8(docCount / 128)), at most ten. */
export function skipLevels(docCount: number): number {
  if (docCount <= BLOCK_SIZE) return 1;
  let levels = 1;
  for (let rest = Math.floor(docCount / BLOCK_SIZE); rest >= SKIP_MULTIPLIER; levels++) {
    rest = Math.floor(rest / SKIP_MULTIPLIER);
  }
  return Math.min(levels, SKIP_LEVELS_MAX);
}

interface Level {
  readonly out: DataOutput;
  readonly impacts: CompetitiveImpacts;
  doc: number;
  docFp: number;
  posFp: number;
  payFp: number;
}

/** Collects skip entries of the current term, then writes them. */
export class Lucene90SkipWriter {
  private readonly levels: Level[] = [];
  private readonly impactBytes = new DataOutput(64);
  private hasPositions = false;
  private hasOffsets = false;
  private empty = true;

  /** `maxDoc` of the segment bounds the number of levels. */
  constructor(maxDoc: number) {
    for (let count = skipLevels(maxDoc); count > 0; count--) {
      this.levels.push({
        out: new DataOutput(64),
        impacts: new CompetitiveImpacts(),
        doc: 0,
        docFp: 0,
        posFp: 0,
        payFp: 0,
      });
    }
  }

  setField(hasPositions: boolean, hasOffsets: boolean): void {
    this.hasPositions = hasPositions;
    this.hasOffsets = hasOffsets;
  }

  /** Begins a term whose postings start at these file pointers; entries are relative to them. */
  startTerm(docFp: number, posFp: number, payFp: number): void {
    for (const level of this.levels) {
      level.doc = 0;
      level.docFp = docFp;
      level.posFp = posFp;
      level.payFp = payFp;
      if (this.empty) continue;
      level.out.reset();
      level.impacts.clear();
    }
    this.empty = true;
  }

  /** One entry behind `docCount` documents (a multiple of 128). */
  bufferSkip(
    doc: number,
    impacts: CompetitiveImpacts,
    docCount: number,
    docFp: number,
    posFp: number,
    payFp: number,
    posUpto: number,
  ): void {
    this.empty = false;
    this.levels[0]!.impacts.addAll(impacts);
    let childPointer = 0;
    let rest = docCount / BLOCK_SIZE;
    for (let at = 0; at < this.levels.length; at++) {
      const level = this.levels[at]!;
      this.writeEntry(level, doc, docFp, posFp, payFp, posUpto);
      this.levels[at + 1]?.impacts.addAll(level.impacts);
      level.impacts.clear();
      const pointer = level.out.filePointer;
      if (at > 0) level.out.writeVLong(childPointer);
      childPointer = pointer;
      if (rest % SKIP_MULTIPLIER !== 0) break;
      rest /= SKIP_MULTIPLIER;
    }
  }

  private writeEntry(
    level: Level,
    doc: number,
    docFp: number,
    posFp: number,
    payFp: number,
    posUpto: number,
  ): void {
    const out = level.out;
    out.writeVInt(doc - level.doc);
    out.writeVLong(docFp - level.docFp);
    level.doc = doc;
    level.docFp = docFp;
    if (this.hasPositions) {
      out.writeVLong(posFp - level.posFp);
      out.writeVInt(posUpto);
      level.posFp = posFp;
      if (this.hasOffsets) {
        out.writeVLong(payFp - level.payFp);
        level.payFp = payFp;
      }
    }
    this.impactBytes.reset();
    level.impacts.write(this.impactBytes);
    out.writeVInt(this.impactBytes.filePointer);
    out.writeBytes(this.impactBytes.bytesBorrow());
  }

  /** Writes all levels, the highest first. */
  writeSkip(out: DataOutput): void {
    for (let at = this.levels.length - 1; at >= 0; at--) {
      const bytes = this.levels[at]!.out.bytesBorrow();
      if (at > 0) {
        if (bytes.length === 0) continue;
        out.writeVLong(bytes.length);
      }
      out.writeBytes(bytes);
    }
  }
}
