// Writes src/lucene/analysis/word-break-data.ts: the character classes and the automaton of the
// standard tokenizer.
//   npm pack @unicode/unicode-12.1.0 && tar xzf unicode-unicode-12.1.0-*.tgz
//   npx tsx tools/generate-word-break.ts package > src/lucene/analysis/word-break-data.ts
//
// The grammar is UAX #29 (revision for Unicode 12.1) as StandardTokenizer applies it: words,
// numbers and emoji sequences are tokens, everything between them is not; East Asian scripts
// without spaces are cut into ideographs, hiragana, katakana runs and runs of complex context.
// A rule is a regular expression over classes; the longest match wins, then the first rule.

import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";

const folder = resolve(process.argv[2] ?? "package");

async function property(path: string): Promise<Set<number>> {
  const file = pathToFileURL(join(folder, path, "code-points.mjs")).href;
  return new Set(((await import(file)) as { default: number[] }).default);
}

const wordBreak = (name: string) => property(`Word_Break/${name}`);
const only = (...codes: number[]) => new Set(codes);
const union = (...sets: Set<number>[]) => new Set(sets.flatMap((set) => [...set]));

function intersection(a: Set<number>, b: Set<number>): Set<number> {
  return new Set([...a].filter((code) => b.has(code)));
}

const singleQuote = await wordBreak("Single_Quote");
const midNumberLetter = await wordBreak("MidNumLet");
const zeroWidthJoiner = await wordBreak("ZWJ");
const halfAndFullForms = await property("Block/Halfwidth_And_Fullwidth_Forms");
const decimalDigits = await property("General_Category/Decimal_Number");

/** Every set that a rule names. */
const SETS: Readonly<Record<string, Set<number>>> = {
  letter: await wordBreak("ALetter"),
  hebrew: await wordBreak("Hebrew_Letter"),
  numeric: union(await wordBreak("Numeric"), intersection(halfAndFullForms, decimalDigits)),
  katakana: await wordBreak("Katakana"),
  midLetter: union(await wordBreak("MidLetter"), midNumberLetter, singleQuote),
  midNumber: union(await wordBreak("MidNum"), midNumberLetter, singleQuote),
  joiner: await wordBreak("ExtendNumLet"),
  singleQuote,
  doubleQuote: await wordBreak("Double_Quote"),
  hangul: intersection(await property("Script/Hangul"), await wordBreak("ALetter")),
  han: await property("Script/Han"),
  hiragana: await property("Script/Hiragana"),
  complex: await property("Line_Break/Complex_Context"),
  extend: union(await wordBreak("Extend"), await wordBreak("Format"), zeroWidthJoiner),
  zwj: zeroWidthJoiner,
  regional: await property("Binary_Property/Regional_Indicator"),
  pictographic: await property("Binary_Property/Extended_Pictographic"),
  modifier: await property("Binary_Property/Emoji_Modifier"),
  keycapBase: new Set([..."0123456789#*"].map((char) => char.charCodeAt(0))),
  keycap: only(0x20e3),
  textStyle: only(0xfe0e),
  emojiStyle: only(0xfe0f),
  tag: new Set(Array.from({ length: 0x5f }, (_, i) => 0xe0020 + i)),
  cancelTag: only(0xe007f),
};
const names = Object.keys(SETS);

/** Splits all code points into classes of the same sets. Class 0 is in no set. */
function partition(): { classOf: Uint8Array; members: Map<string, number[]>; count: number } {
  const masks = new Int32Array(0x110000);
  names.forEach((name, bit) => {
    for (const code of SETS[name]!) masks[code]! |= 1 << bit;
  });
  const ids = new Map<number, number>([[0, 0]]);
  const classOf = new Uint8Array(masks.length);
  for (let code = 0; code < masks.length; code++) {
    const mask = masks[code]!;
    if (!ids.has(mask)) ids.set(mask, ids.size);
    classOf[code] = ids.get(mask)!;
  }
  const members = new Map(
    names.map((name, bit) => [name, [...ids].filter(([m]) => m & (1 << bit)).map(([, id]) => id)]),
  );
  return { classOf, members, count: ids.size };
}

const { classOf, members, count } = partition();

/** A rule before compilation: an operator and its parts. */
type Rule =
  | { kind: "class"; classes: readonly number[] }
  | { kind: "sequence" | "choice"; parts: readonly Rule[] }
  | { kind: "repeat"; part: Rule; atLeast: number; atMost: number };

function set(name: string, ...without: string[]): Rule {
  const removed = new Set(without.flatMap((other) => members.get(other)!));
  return { kind: "class", classes: members.get(name)!.filter((id) => !removed.has(id)) };
}
const sequence = (...parts: Rule[]): Rule => ({ kind: "sequence", parts });
const choice = (...parts: Rule[]): Rule => ({ kind: "choice", parts });
const many = (part: Rule): Rule => ({ kind: "repeat", part, atLeast: 0, atMost: Infinity });
const some = (part: Rule): Rule => ({ kind: "repeat", part, atLeast: 1, atMost: Infinity });
const maybe = (part: Rule): Rule => ({ kind: "repeat", part, atLeast: 0, atMost: 1 });

/** WB4: X (Extend | Format | ZWJ)* is X. */
const extended = (name: string) => sequence(set(name), many(set("extend")));
/** Inside emoji the variation selectors have a meaning of their own. */
const emojiExtend = many(set("extend", "textStyle", "emojiStyle"));
const joiners = many(extended("joiner"));

const pictographic = sequence(set("pictographic"), emojiExtend);
const joinedEmoji = choice(
  sequence(some(set("zwj")), pictographic, maybe(set("emojiStyle"))),
  sequence(set("zwj"), set("modifier"), emojiExtend),
);
const emoji = choice(
  sequence(
    choice(
      sequence(many(set("zwj")), pictographic, maybe(set("emojiStyle"))),
      sequence(set("modifier"), emojiExtend),
    ),
    many(joinedEmoji),
  ),
  sequence(many(set("zwj")), pictographic, set("emojiStyle"), some(set("tag")), set("cancelTag")),
  sequence(set("keycapBase"), emojiExtend, maybe(set("emojiStyle")), set("keycap"), emojiExtend),
  sequence(extended("regional"), extended("regional")),
);

const numbers = sequence(
  extended("numeric"),
  many(sequence(choice(joiners, extended("midNumber")), extended("numeric"))),
);
const anyLetter = choice(extended("hebrew"), extended("letter"));
const letters = sequence(
  anyLetter,
  many(sequence(choice(joiners, extended("midLetter")), anyLetter)),
);
const hebrewQuoted = sequence(
  extended("hebrew"),
  choice(extended("singleQuote"), sequence(extended("doubleQuote"), extended("hebrew"))),
);
const wordPart = choice(
  sequence(extended("katakana"), many(sequence(joiners, extended("katakana")))),
  some(choice(hebrewQuoted, numbers, letters)),
);
const word = sequence(
  joiners,
  wordPart,
  many(sequence(some(extended("joiner")), wordPart)),
  joiners,
);

/** Type (its place in StandardTokenizer.TOKEN_TYPES) and rule; an earlier one wins a tie. */
const RULES: readonly (readonly [number, Rule])[] = [
  [7, emoji],
  [1, sequence(joiners, numbers, joiners)],
  [6, some(extended("hangul"))],
  [5, some(extended("katakana"))],
  [0, word],
  [2, some(extended("complex"))],
  [3, extended("han")],
  [4, extended("hiragana")],
];

// A nondeterministic automaton: per state its edges (class list, target) and its empty edges.
interface State {
  readonly edges: { classes: readonly number[]; target: number }[];
  readonly empty: number[];
  rule: number;
}
const states: State[] = [];

function newState(): number {
  states.push({ edges: [], empty: [], rule: -1 });
  return states.length - 1;
}

/** Adds the states of `rule` after `from`; answers the last one. */
function compile(rule: Rule, from: number): number {
  switch (rule.kind) {
    case "class": {
      const target = newState();
      states[from]!.edges.push({ classes: rule.classes, target });
      return target;
    }
    case "sequence":
      return rule.parts.reduce((state, part) => compile(part, state), from);
    case "choice": {
      const target = newState();
      for (const part of rule.parts) {
        const start = newState();
        states[from]!.empty.push(start);
        states[compile(part, start)]!.empty.push(target);
      }
      return target;
    }
    case "repeat": {
      const start = newState();
      states[from]!.empty.push(start);
      const last = compile(rule.part, start);
      const target = newState();
      states[last]!.empty.push(target);
      if (rule.atLeast === 0) states[from]!.empty.push(target);
      if (rule.atMost > 1) states[last]!.empty.push(start);
      return target;
    }
  }
}

function closure(list: readonly number[]): number[] {
  const seen = new Set<number>();
  const open = [...list];
  while (open.length > 0) {
    const state = open.pop()!;
    if (seen.has(state)) continue;
    seen.add(state);
    open.push(...states[state]!.empty);
  }
  return [...seen].sort((a, b) => a - b);
}

interface Automaton {
  /** Per state and class the next state, -1 for none. */
  rows: number[][];
  /** Per state the token type, -1 for none. */
  types: number[];
}

function determinize(start: number): Automaton {
  const ids = new Map<string, number>();
  const open: number[][] = [];
  const idOf = (list: number[]) => {
    const key = list.join();
    let id = ids.get(key);
    if (id === undefined) {
      id = ids.size;
      ids.set(key, id);
      open.push(list);
    }
    return id;
  };
  idOf(closure([start]));
  const rows: number[][] = [];
  const types: number[] = [];
  for (let i = 0; i < open.length; i++) {
    const list = open[i]!;
    const rules = list.map((state) => states[state]!.rule).filter((rule) => rule >= 0);
    types.push(rules.length === 0 ? -1 : RULES[Math.min(...rules)]![0]);
    const row: number[] = [];
    for (let id = 0; id < count; id++) {
      const targets = list.flatMap((state) =>
        states[state]!.edges.filter((e) => e.classes.includes(id)).map((e) => e.target),
      );
      row.push(targets.length === 0 ? -1 : idOf(closure(targets)));
    }
    rows.push(row);
  }
  return { rows, types };
}

/** Merges states that no text can tell apart (Moore), keeps state 0 first. */
function minimize({ rows, types }: Automaton): Automaton {
  let group = types.map((type) => type);
  for (let groups = 0; ; ) {
    const ids = new Map<string, number>();
    const next = rows.map((row, state) => {
      const key = `${group[state]}:${row.map((t) => (t < 0 ? -9 : group[t])).join()}`;
      if (!ids.has(key)) ids.set(key, ids.size);
      return ids.get(key)!;
    });
    group = next;
    if (ids.size === groups) break;
    groups = ids.size;
  }
  const result: Automaton = { rows: [], types: [] };
  rows.forEach((row, state) => {
    const id = group[state]!;
    if (id !== result.rows.length) return;
    result.rows.push(row.map((target) => (target < 0 ? -1 : group[target]!)));
    result.types.push(types[state]!);
  });
  return result;
}

const DIGITS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+/";

/** Runs of equal classes: a letter or sign for the class, the length in base 36 when above 1. */
function encodeRuns(): string {
  const classSigns = "ABCDEFGHIJKLMNOPQRSTUVWXYZ@#$%&";
  const runs: string[] = [];
  for (let start = 0, i = 1; i <= classOf.length; i++) {
    if (i < classOf.length && classOf[i] === classOf[start]) continue;
    const length = i - start;
    runs.push(classSigns[classOf[start]!]! + (length === 1 ? "" : length.toString(36)));
    start = i;
  }
  return runs.join("");
}

const start = newState();
RULES.forEach(([, rule], i) => {
  const first = newState();
  states[start]!.empty.push(first);
  states[compile(rule, first)]!.rule = i;
});
const automaton = minimize(determinize(start));
const types = automaton.types.map((type) => (type < 0 ? "." : String(type))).join("");
const rows = automaton.rows.map((row) => row.map((t) => (t < 0 ? "." : DIGITS[t])).join(""));
const runs = encodeRuns().match(/.{1,96}/g)!;
process.stdout.write(`// Written by tools/generate-word-break.ts from Unicode 12.1.0; do not edit.

/** Number of character classes. */
export const WORD_BREAK_CLASS_COUNT = ${count};

/** Token type of each state, "." where no rule ends. */
export const WORD_BREAK_TYPES =
  "${types}";

/** A row a state, a column a class: the next state as a base64 digit, "." for none. */
export const WORD_BREAK_ROWS: readonly string[] = [
${rows.map((row) => `  "${row}",`).join("\n")}
];

/** Classes of all code points as runs: A-Z@#$ for the class, its length in base 36 when above 1. */
export const WORD_BREAK_CLASS_RUNS =
${runs.map((line, i) => `  "${line}"${i === runs.length - 1 ? ";" : " +"}`).join("\n")}
`);
