// Java's view of characters: what Character.isLetter and its kin answer on the JDK of OpenSearch
// 3.x (Unicode 16), whatever Unicode this Node has.
//
// Case is the simple mapping of one code point to one: no final sigma, no growing of İ or ß.

import { CATEGORY_RUNS } from "./character-data.ts";

const SIGNS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ$@#%";
const UPPERCASE = 1;
const LOWERCASE = 2;
const TITLECASE = 3;
const OTHER_LETTER = 5;
const DIGIT = 9;
const OTHER_NUMBER = 11;
const SURROGATE = SIGNS.indexOf("S");
const SPACE_FIRST = 12;
const SPACE_LAST = 14;
const PUNCTUATION: readonly number[] = [..."TUVWX#%"].map((sign) => SIGNS.indexOf(sign));
const SYMBOLS: readonly number[] = [..."YZ$@"].map((sign) => SIGNS.indexOf(sign));

let categories: Uint8Array | undefined;

function categoryOf(code: number): number {
  categories ??= decodeCategories();
  return categories[code]!;
}

function decodeCategories(): Uint8Array {
  const table = new Uint8Array(0x110000);
  let code = 0;
  for (const run of CATEGORY_RUNS.matchAll(/([A-Z$@#%])([0-9a-z]*)/g)) {
    const category = SIGNS.indexOf(run[1]!);
    const length = run[2] === "" ? 1 : Number.parseInt(run[2]!, 36);
    if (category !== 0) table.fill(category, code, code + length);
    code += length;
  }
  return table;
}

/** Character.isLetter. */
export function isLetter(code: number): boolean {
  if (code < 128) return (code >= 97 && code <= 122) || (code >= 65 && code <= 90);
  const category = categoryOf(code);
  return category >= UPPERCASE && category <= OTHER_LETTER;
}

/** Character.isDigit. */
export function isDigit(code: number): boolean {
  return code < 128 ? code >= 48 && code <= 57 : categoryOf(code) === DIGIT;
}

/** Character.isLetterOrDigit. */
export function isLetterOrDigit(code: number): boolean {
  return isLetter(code) || isDigit(code);
}

/** Category Lu; unlike Character.isUpperCase without Other_Uppercase. */
export function isUppercaseLetter(code: number): boolean {
  return categoryOf(code) === UPPERCASE;
}

/** Category Ll. */
export function isLowercaseLetter(code: number): boolean {
  return categoryOf(code) === LOWERCASE;
}

/** Category Lt. */
export function isTitlecaseLetter(code: number): boolean {
  return categoryOf(code) === TITLECASE;
}

/** Character.isWhitespace: separators but the no-break ones, and the ASCII controls. */
export function isWhitespace(code: number): boolean {
  if (code < 128) return code === 32 || (code >= 9 && code <= 13) || (code >= 28 && code <= 31);
  if (code === 0xa0 || code === 0x2007 || code === 0x202f) return false;
  const category = categoryOf(code);
  return category >= SPACE_FIRST && category <= SPACE_LAST;
}

/** Categories Pc, Pd, Ps, Pe, Pi, Pf, Po. */
export function isPunctuation(code: number): boolean {
  return PUNCTUATION.includes(categoryOf(code));
}

/** Categories Sm, Sc, Sk, So. */
export function isSymbol(code: number): boolean {
  return SYMBOLS.includes(categoryOf(code));
}

/** WordDelimiterIterator's type of a code unit: 1 small, 2 capital, 4 digit, 8 delimiter. */
export function wordDelimiterCategory(unit: number): number {
  if (unit < 256) {
    // Ordinal indicators count as small letters, superscript digits as nothing.
    if (unit === 0xaa || unit === 0xba) return 1;
    const latin = categoryOf(unit);
    return latin === UPPERCASE ? 2 : latin === LOWERCASE ? 1 : latin === DIGIT ? 4 : 8;
  }
  const category = categoryOf(unit);
  if (category === UPPERCASE) return 2;
  if (category === LOWERCASE) return 1;
  if (category >= TITLECASE && category < DIGIT) return 3;
  if (category >= DIGIT && category <= OTHER_NUMBER) return 4;
  return category === SURROGATE ? 7 : 8;
}

/** Small letters that a Node before Unicode 16 does not know, by their capitals. */
const LATE_LOWER = latePairs();
const LATE_UPPER = new Map([...LATE_LOWER].map(([upper, lower]) => [lower, upper]));

function latePairs(): Map<number, number> {
  const pairs = new Map([
    [0x1c89, 0x1c8a],
    [0xa7cb, 0x0264],
    [0xa7cc, 0xa7cd],
    [0xa7da, 0xa7db],
    [0xa7dc, 0x019b],
  ]);
  for (let code = 0x10d50; code <= 0x10d65; code++) pairs.set(code, code + 0x20);
  return pairs;
}

/** Character.toLowerCase(int). */
export function lowerCaseOf(code: number): number {
  if (code < 128) return code >= 65 && code <= 90 ? code + 32 : code;
  if (code === 0x130) return 0x69;
  const late = LATE_LOWER.get(code);
  if (late !== undefined) return late;
  if (categoryOf(code) === 0) return code;
  const char = String.fromCodePoint(code);
  const lower = char.toLowerCase();
  return lower === char ? code : lower.codePointAt(0)!;
}

/** Character.toUpperCase(int): a letter whose capital is several letters stays as it is. */
export function upperCaseOf(code: number): number {
  if (code < 128) return code >= 97 && code <= 122 ? code - 32 : code;
  const late = LATE_UPPER.get(code);
  if (late !== undefined) return late;
  if (categoryOf(code) === 0) return code;
  const char = String.fromCodePoint(code);
  const upper = char.toUpperCase();
  const first = upper.codePointAt(0)!;
  if (upper.length > (first > 0xffff ? 2 : 1)) return manyLetterCapital(code);
  return categoryOf(first) === 0 ? code : first;
}

/** Greek letters with iota have a simple title case that Java gives as their capital. */
function manyLetterCapital(code: number): number {
  const block = code & ~0xf;
  if (block === 0x1f80 || block === 0x1f90 || block === 0x1fa0) return code | 8;
  if (code === 0x1fb3 || code === 0x1fc3 || code === 0x1ff3) return code + 9;
  return code;
}

/** Whether a mapping of the whole string could differ from one of its code points. */
function needsCare(unit: number): boolean {
  return (
    unit === 0x3a3 ||
    unit === 0x130 ||
    unit === 0x1c89 ||
    (unit >= 0xa7cb && unit <= 0xa7dc) ||
    (unit >= 0xd800 && unit < 0xe000)
  );
}

/** Java's Character.toLowerCase(int) over a string; the same string when nothing changes. */
export function lowerCase(text: string): string {
  let i = 0;
  const { length } = text;
  let unit = 0;
  for (; i < length; i++) {
    unit = text.charCodeAt(i);
    if (unit > 127 || (unit >= 65 && unit <= 90)) break;
  }
  if (i === length) return text;
  for (; i < length; i++) {
    unit = text.charCodeAt(i);
    if (unit > 127 && needsCare(unit)) return lowerCaseByCodePoint(text);
  }
  return text.toLowerCase();
}

function lowerCaseByCodePoint(text: string): string {
  let out = "";
  for (const char of text) {
    const code = char.codePointAt(0)!;
    const lower = lowerCaseOf(code);
    out += lower === code ? char : String.fromCodePoint(lower);
  }
  return out;
}

/** Java's Character.toUpperCase(int) over a string. */
export function upperCase(text: string): string {
  let out = "";
  for (const char of text) {
    const code = char.codePointAt(0)!;
    const upper = upperCaseOf(code);
    out += upper === code ? char : String.fromCodePoint(upper);
  }
  return out;
}
