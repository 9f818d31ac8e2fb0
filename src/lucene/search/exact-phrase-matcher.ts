// Counts the occurrences of a phrase in the current doc. Upstream: ExactPhraseMatcher.

import type { PhrasePlace, PositionsEnum } from "./phrase-positions.ts";

/** Counts phrase occurrences; the places' postings must stand on one doc. */
export interface PhraseMatcher {
  /** The frequency to score with, 0 when the phrase does not occur; `onlyFirst` stops at one. */
  frequency(onlyFirst: boolean): number;
}

interface Cursor {
  readonly postings: PositionsEnum;
  readonly offset: number;
  left: number;
  position: number;
}

/** Terms exactly at their places. */
export class ExactPhraseMatcher implements PhraseMatcher {
  private readonly cursors: Cursor[];

  constructor(places: readonly PhrasePlace[]) {
    this.cursors = [...places]
      .sort((a, b) => a.position - b.position)
      .map(({ postings, position }) => ({ postings, offset: position, left: 0, position: -1 }));
  }

  frequency(onlyFirst: boolean): number {
    const cursors = this.cursors;
    for (const cursor of cursors) {
      cursor.left = cursor.postings.freq();
      cursor.position = -1;
    }
    const lead = cursors[0]!;
    let count = 0;
    if (!next(lead)) return 0;
    search: for (;;) {
      const phraseStart = lead.position - lead.offset;
      for (let i = 1; i < cursors.length; i++) {
        const cursor = cursors[i]!;
        const expected = phraseStart + cursor.offset;
        if (!advanceTo(cursor, expected)) return count;
        if (cursor.position !== expected) {
          const target = cursor.position - cursor.offset + lead.offset;
          if (!advanceTo(lead, target)) return count;
          continue search;
        }
      }
      count++;
      if (onlyFirst || !next(lead)) return count;
    }
  }
}

function next(cursor: Cursor): boolean {
  if (cursor.left === 0) return false;
  cursor.left--;
  cursor.position = cursor.postings.nextPosition();
  return true;
}

function advanceTo(cursor: Cursor, target: number): boolean {
  while (cursor.position < target) if (!next(cursor)) return false;
  return true;
}
