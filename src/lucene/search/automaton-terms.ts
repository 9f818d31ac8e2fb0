// Walks a terms dictionary along an automaton, seeking past runs of terms that cannot match.
// UTF-8 bytes sort like code points, so the walk thinks in code points.
// Upstream: org.apache.lucene.index.AutomatonTermsEnum.

import type { TermsEnum } from "../index/leaf-reader.ts";
import { DEAD, type Dfa } from "./automaton.ts";
import type { MatchingTerms } from "./multi-term-query.ts";

/** Terms of one dead run that are stepped over before a seek is tried. */
const STEPS_BEFORE_SEEK = 10;

/** Marks an offset inside of a character. */
const NO_BOUNDARY = -3;

/** The terms of `termsEnum` that `dfa` accepts, in order. */
export function automatonTerms(termsEnum: TermsEnum, dfa: Dfa): MatchingTerms {
  return new AutomatonTerms(termsEnum, dfa);
}

class AutomatonTerms implements MatchingTerms {
  readonly terms: TermsEnum;
  private readonly dfa: Dfa;
  private started = false;
  /** Length in bytes of the prefix on which the last term died, or -1. */
  private deadLength = -1;
  /** The bytes of the last term that were walked, and the state before each. */
  private previous = new Uint8Array(64);
  private states = new Int32Array(64);
  private walked = 0;

  constructor(terms: TermsEnum, dfa: Dfa) {
    this.terms = terms;
    this.dfa = dfa;
    this.states[0] = dfa.start;
  }

  next(): boolean {
    let term = this.started ? this.terms.next() : this.first();
    this.started = true;
    let steps = 0;
    while (term !== undefined) {
      const state = this.run(term);
      if (this.dfa.isAccept(state)) return true;
      if (state === DEAD && ++steps >= STEPS_BEFORE_SEEK) {
        steps = 0;
        const target = this.nextPossible(term);
        if (target === undefined) return false;
        term = this.terms.seekCeil(target) === "end" ? undefined : this.terms.term();
      } else {
        term = this.terms.next();
      }
    }
    return false;
  }

  private first(): Uint8Array | undefined {
    if (this.dfa.start === DEAD) return undefined;
    const prefix = commonPrefix(this.dfa);
    if (prefix.length === 0) return this.terms.next();
    return this.terms.seekCeil(prefix) === "end" ? undefined : this.terms.term();
  }

  /**
   * The state after the whole term, or DEAD. Neighbouring terms share long prefixes: the states of
   * the term before are kept by byte offset, and the walk goes on where the terms part.
   */
  private run(term: Uint8Array): number {
    if (term.length >= this.previous.length) this.grow(term.length);
    const { dfa, previous, states } = this;
    const limit = Math.min(term.length, this.walked);
    let at = 0;
    while (at < limit && previous[at] === term[at]) at++;
    if (this.deadLength >= 0 && at >= this.deadLength) return DEAD;
    while (states[at] === NO_BOUNDARY) at--;
    this.deadLength = -1;
    let state = states[at]!;
    while (at < term.length) {
      const byte = (previous[at] = term[at]!);
      let point = byte;
      let width = 1;
      if (byte >= 0x80) {
        width = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2;
        point = decodePoint(term, at, width);
        for (let i = 1; i < width; i++) {
          previous[at + i] = term[at + i] ?? 0;
          states[at + i] = NO_BOUNDARY;
        }
      }
      state = dfa.step(state, point);
      at += width;
      states[at] = state;
      if (state === DEAD) {
        this.deadLength = at;
        break;
      }
    }
    this.walked = at;
    return state;
  }

  private grow(length: number): void {
    const previous = new Uint8Array(2 * length + 8);
    previous.set(this.previous);
    this.previous = previous;
    const states = new Int32Array(2 * length + 8);
    states.set(this.states);
    this.states = states;
  }

  /** The smallest string above the dead prefix of `term` that may lead to a match. */
  private nextPossible(term: Uint8Array): Uint8Array | undefined {
    const points: number[] = [];
    for (let at = 0; at < this.deadLength; ) {
      const byte = term[at]!;
      const width = byte < 0x80 ? 1 : byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2;
      points.push(width === 1 ? byte : decodePoint(term, at, width));
      at += width;
    }
    const dfa = this.dfa;
    const states = [dfa.start];
    for (let i = 0; i + 1 < points.length; i++) states.push(dfa.step(states[i]!, points[i]!));
    for (let i = points.length - 1; i >= 0; i--) {
      const next = nextLabel(dfa, states[i]!, points[i]! + 1);
      if (next !== undefined) {
        const text = String.fromCodePoint(...points.slice(0, i), next);
        return new TextEncoder().encode(text);
      }
    }
    return undefined;
  }
}

/** The smallest code point ≥ `from` that `state` has a live transition for. */
function nextLabel(dfa: Dfa, state: number, from: number): number | undefined {
  if (from > 0x10ffff) return undefined;
  const starts = dfa.classStarts;
  for (let c = dfa.classOf(from); c < starts.length; c++) {
    if (dfa.stepClass(state, c) === DEAD) continue;
    const point = Math.max(from, starts[c]!);
    return point >= 0xd800 && point <= 0xdfff ? 0xe000 : point;
  }
  return undefined;
}

/** The bytes that every accepted term starts with. */
function commonPrefix(dfa: Dfa): Uint8Array {
  const points: number[] = [];
  let state = dfa.start;
  while (points.length < 1000 && !dfa.isAccept(state)) {
    const point = onlyLabel(dfa, state);
    if (point === undefined) break;
    points.push(point);
    state = dfa.step(state, point);
  }
  return new TextEncoder().encode(String.fromCodePoint(...points));
}

function onlyLabel(dfa: Dfa, state: number): number | undefined {
  let found: number | undefined;
  const starts = dfa.classStarts;
  for (let c = 0; c < starts.length; c++) {
    if (dfa.stepClass(state, c) === DEAD) continue;
    const end = c + 1 < starts.length ? starts[c + 1]! : 0x110000;
    if (found !== undefined || end - starts[c]! !== 1) return undefined;
    found = starts[c]!;
  }
  return found;
}

function decodePoint(bytes: Uint8Array, at: number, width: number): number {
  let point = bytes[at]! & (width === 2 ? 0x1f : width === 3 ? 0x0f : 0x07);
  for (let i = 1; i < width; i++) point = (point << 6) | ((bytes[at + i] ?? 0) & 0x3f);
  return Math.min(point, 0x10ffff);
}
