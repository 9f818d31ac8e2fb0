// UAX #29 word segmentation as StandardTokenizer has it, over UTF-16.
//
// The scanner is the automaton of word-break-data.ts: from each place the longest match, then on
// from its end; a code point that starts no token is skipped. It sees at most `maxTokenLength`
// code units from the start of a token, so a longer run is cut there.
//
// Upstream's scanner reads through a buffer of `maxTokenLength` code units, and two of its edges
// show in the tokens: a surrogate pair is never split by the end of the buffer, and a text that
// ends with a lone high surrogate can end the scan early. `fill` does both.
// Upstream: org.apache.lucene.analysis.standard.{StandardTokenizer,StandardTokenizerImpl} (9.12,
// 10.4: the same tables).

import { type OffsetCorrection, Tokenizer } from "./tokenizer.ts";
import {
  WORD_BREAK_CLASS_COUNT,
  WORD_BREAK_CLASS_RUNS,
  WORD_BREAK_ROWS,
  WORD_BREAK_TYPES,
} from "./word-break-data.ts";

/** StandardAnalyzer.DEFAULT_MAX_TOKEN_LENGTH. */
export const MAX_TOKEN_LENGTH_DEFAULT = 255;
/** StandardTokenizer.MAX_TOKEN_LENGTH_LIMIT. */
export const MAX_TOKEN_LENGTH_LIMIT = 1024 * 1024;

/** StandardTokenizer.TOKEN_TYPES. */
const TOKEN_TYPES: readonly string[] = [
  "<ALPHANUM>",
  "<NUM>",
  "<SOUTHEAST_ASIAN>",
  "<IDEOGRAPHIC>",
  "<HIRAGANA>",
  "<KATAKANA>",
  "<HANGUL>",
  "<EMOJI>",
];
const NUM = 1;
const ALPHANUM = 0;

const ROW_SHIFT = 5;
const NO_STATE = 255;
const NO_TYPE = 255;

/** Class of each code point. */
const CLASSES = decodeClasses();
/** Next state at `state << ROW_SHIFT | class`. */
const NEXT = decodeRows();
/** Type that a state accepts. */
const TYPES = Uint8Array.from(WORD_BREAK_TYPES, (sign) => (sign === "." ? NO_TYPE : Number(sign)));

/** ASCII: what the fast path does with a character. */
const ASCII_OTHER = 0;
const ASCII_LETTER = 1;
const ASCII_DIGIT = 2;
/** May continue or start a token with what stands beside it: left to the automaton. */
const ASCII_JOINING = 3;
const ASCII = asciiKinds();

function decodeClasses(): Uint8Array {
  const signs = "ABCDEFGHIJKLMNOPQRSTUVWXYZ@#$%&";
  const classes = new Uint8Array(0x110000);
  let code = 0;
  for (const run of WORD_BREAK_CLASS_RUNS.matchAll(/([A-Z@#$%&])([0-9a-z]*)/g)) {
    const id = signs.indexOf(run[1]!);
    const length = run[2] === "" ? 1 : Number.parseInt(run[2]!, 36);
    // Class 0 needs no writing, so its pages stay untouched.
    if (id !== 0) classes.fill(id, code, code + length);
    code += length;
  }
  return classes;
}

function decodeRows(): Uint8Array {
  const digits = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+/";
  const next = new Uint8Array(WORD_BREAK_ROWS.length << ROW_SHIFT).fill(NO_STATE);
  WORD_BREAK_ROWS.forEach((row, state) => {
    for (let id = 0; id < WORD_BREAK_CLASS_COUNT; id++) {
      if (row[id] !== ".") next[(state << ROW_SHIFT) | id] = digits.indexOf(row[id]!);
    }
  });
  return next;
}

function asciiKinds(): Uint8Array {
  const kinds = new Uint8Array(128);
  for (let code = 0; code < 128; code++) {
    const char = String.fromCharCode(code);
    if (/[A-Za-z]/.test(char)) kinds[code] = ASCII_LETTER;
    else if (/[0-9]/.test(char)) kinds[code] = ASCII_DIGIT;
    else if (/["'#*,.:;_]/.test(char)) kinds[code] = ASCII_JOINING;
  }
  return kinds;
}

/** StandardTokenizer. */
export class StandardTokenizer extends Tokenizer {
  private readonly maxTokenLength: number;
  private position = 0;
  /** False for a text that ends with a lone high surrogate: every code unit passes `fill`. */
  private fast = true;
  /** Where the buffer starts and how far it is filled; `held` is a high surrogate after that. */
  private bufferStart = 0;
  private bufferEnd = 0;
  private held = 0;
  /** Where the scan is: a consumer that stops early ends there. */
  private stop = 0;
  private matchEnd = 0;
  private matchType = NO_TYPE;

  constructor(maxTokenLength = MAX_TOKEN_LENGTH_DEFAULT) {
    super();
    this.maxTokenLength = maxTokenLength;
  }

  override setText(text: string, correction?: OffsetCorrection): void {
    super.setText(text, correction);
    const last = text.charCodeAt(text.length - 1);
    this.fast = !(last >= 0xd800 && last < 0xdc00);
  }

  override reset(): void {
    this.position = 0;
    this.stop = 0;
    this.bufferStart = 0;
    this.bufferEnd = 0;
    this.held = 0;
  }

  override incrementToken(): boolean {
    const { text, fast, maxTokenLength } = this;
    const length = text.length;
    let position = this.position;
    while (position < length) {
      const code = text.charCodeAt(position);
      const kind = code < 128 && fast ? ASCII[code]! : ASCII_JOINING;
      if (kind === ASCII_OTHER) {
        position++;
        continue;
      }
      if (kind !== ASCII_JOINING) {
        const end = asciiWordEnd(text, position, length, maxTokenLength);
        if (end > 0) {
          const number = kind === ASCII_DIGIT && isAllDigits(text, position, end);
          return this.found(position, end, number ? NUM : ALPHANUM);
        }
      }
      if (!this.scan(position)) {
        this.position = length;
        this.stop = position;
        return false;
      }
      if (this.matchType !== NO_TYPE) {
        return this.found(position, this.matchEnd, this.matchType);
      }
      position = this.matchEnd;
    }
    this.position = length;
    this.stop = length;
    return false;
  }

  override end(): void {
    super.end();
    this.startOffset = this.correctOffset(this.stop);
    this.endOffset = this.startOffset;
  }

  private found(start: number, end: number, type: number): boolean {
    this.position = end;
    this.stop = end;
    this.emit(start, end);
    this.type = TOKEN_TYPES[type]!;
    return true;
  }

  /** Longest match from `start` into `matchEnd` and `matchType`; false where upstream stops. */
  private scan(start: number): boolean {
    const { text } = this;
    let state = 0;
    let position = start;
    this.matchType = NO_TYPE;
    this.matchEnd = -1;
    for (;;) {
      if (position >= this.bufferEnd && !this.fill(start, position)) break;
      const unit = text.charCodeAt(position);
      let code = unit;
      let width = 1;
      if (unit >= 0xd800 && unit < 0xdc00 && position + 1 < this.bufferEnd) {
        const low = text.charCodeAt(position + 1);
        if (low >= 0xdc00 && low < 0xe000) {
          code = 0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00);
          width = 2;
        }
      }
      state = NEXT[(state << ROW_SHIFT) | CLASSES[code]!]!;
      // A first code point that starts nothing is skipped.
      if (this.matchEnd < 0) this.matchEnd = position + width;
      if (state === NO_STATE) break;
      position += width;
      if (TYPES[state] !== NO_TYPE) {
        this.matchType = TYPES[state]!;
        this.matchEnd = position;
      }
    }
    return this.matchEnd >= 0;
  }

  /** Brings the buffer to start at `start` and reads on; false at its end or the text's. */
  private fill(start: number, position: number): boolean {
    if (start >= this.bufferEnd + this.held) {
      // All of the buffer is used up, or the fast path ran ahead of it.
      this.bufferEnd = start;
      this.held = 0;
      this.bufferStart = start;
    } else if (start > this.bufferStart) {
      this.bufferEnd += this.held;
      this.held = 0;
      this.bufferStart = start;
    }
    const requested = this.maxTokenLength - (this.bufferEnd - this.bufferStart) - this.held;
    if (requested === 0) return false;
    const count = Math.min(requested, this.text.length - this.bufferEnd);
    if (count <= 0) return false;
    this.bufferEnd += count;
    const last = this.text.charCodeAt(this.bufferEnd - 1);
    if (last < 0xd800 || last >= 0xdc00) return position < this.bufferEnd;
    if (count < requested) return false;
    this.bufferEnd--;
    this.held = 1;
    return count > 1;
  }
}

/**
 * End of a run of at most `lengthMax` ASCII letters and digits that nothing after it can lengthen,
 * or -1.
 */
function asciiWordEnd(text: string, start: number, length: number, lengthMax: number): number {
  const limit = Math.min(length, start + lengthMax);
  let i = start + 1;
  let kind = ASCII_LETTER;
  for (; i < limit; i++) {
    const code = text.charCodeAt(i);
    if (code >= 128) return -1;
    kind = ASCII[code]!;
    if (kind !== ASCII_LETTER && kind !== ASCII_DIGIT) break;
  }
  if (i === length || (i < limit && kind === ASCII_OTHER)) return i;
  // Cut at `lengthMax`, or `_`, which is part of the word.
  if (i === limit || text.charCodeAt(i) === 0x5f) return -1;
  // Another mark joins only what stands on both sides of it.
  if (i + 1 === length) return i;
  const after = text.charCodeAt(i + 1);
  return after < 128 && ASCII[after] === ASCII_OTHER ? i : -1;
}

function isAllDigits(text: string, start: number, end: number): boolean {
  for (let i = start + 1; i < end; i++) {
    if (ASCII[text.charCodeAt(i)] === ASCII_LETTER) return false;
  }
  return true;
}
