// Lucene's regular expressions as automata. Precedence from loose to tight: union `|`, intersection
// `&`, concatenation, repetition `? * + {n,m}`, complement `~`, character classes, simple ones:
// `.` any character, `#` nothing, `@` any string, `"literal"`, `(…)`, `<n-m>` numbers, `\d \w \s`.
// Upstream: org.apache.lucene.util.automaton.RegExp (9.12.3 and 10.4.0).

import { illegalArgument } from "../../base/index.ts";
import { DEAD, Dfa, MAX_CODE_POINT, Nfa } from "./automaton.ts";
import { addCharacter } from "./wildcard.ts";

/** Syntax flags. */
const INTERSECTION = 0x01;
/** Not part of ALL as of Lucene 10: `~` is a character unless it is asked for. */
const COMPLEMENT = 0x10000;
const EMPTY = 0x04;
const ANYSTRING = 0x08;
const INTERVAL = 0x20;

/** Longest repetition that is unrolled. */
const REPEAT_MAX = 1000;

/** Adds an expression between two states. It never leads back to `from`. */
type Node = (nfa: Nfa, from: number, to: number) => void;

/** Parses `pattern`; `flags` switch the optional operators on. */
export function parseRegexp(
  pattern: string,
  flags: number,
  caseInsensitive: boolean,
  maxStates: number,
): Nfa {
  const node = new RegexpParser(pattern, flags, caseInsensitive, maxStates).parse();
  return standalone(node);
}

function standalone(node: Node): Nfa {
  const nfa = new Nfa();
  const end = nfa.newState();
  node(nfa, 0, end);
  nfa.accepts.add(end);
  return nfa;
}

const emptyString: Node = (nfa, from, to) => nfa.epsilon(from, to);
const anyCharacter: Node = (nfa, from, to) => nfa.add(from, 0, MAX_CODE_POINT, to);

function concat(a: Node, b: Node): Node {
  return (nfa, from, to) => {
    const middle = nfa.newState();
    a(nfa, from, middle);
    b(nfa, middle, to);
  };
}

function union(a: Node, b: Node): Node {
  return (nfa, from, to) => {
    a(nfa, from, to);
    b(nfa, from, to);
  };
}

function star(a: Node): Node {
  return (nfa, from, to) => {
    const start = nfa.newState();
    const end = nfa.newState();
    nfa.epsilon(from, start);
    a(nfa, start, end);
    nfa.epsilon(end, start);
    nfa.epsilon(start, to);
  };
}

function repeat(a: Node, min: number, max: number | undefined): Node {
  if (min > REPEAT_MAX || (max ?? 0) > REPEAT_MAX) {
    throw illegalArgument(`repetition is larger than ${REPEAT_MAX}`);
  }
  let node: Node = emptyString;
  for (let i = 0; i < min; i++) node = concat(node, a);
  if (max === undefined) return concat(node, star(a));
  let tail: Node = emptyString;
  for (let i = min; i < max; i++) tail = union(emptyString, concat(a, tail));
  return concat(node, tail);
}

type Ranges = (readonly [number, number])[];

function rangesNode(ranges: Ranges): Node {
  return (nfa, from, to) => {
    for (const [low, high] of ranges) nfa.add(from, low, high, to);
  };
}

function invert(ranges: Ranges): Ranges {
  const sorted = [...ranges].sort((a, b) => a[0] - b[0]);
  const inverted: Ranges = [];
  let next = 0;
  for (const [low, high] of sorted) {
    if (low > next) inverted.push([next, low - 1]);
    next = Math.max(next, high + 1);
  }
  if (next <= MAX_CODE_POINT) inverted.push([next, MAX_CODE_POINT]);
  return inverted;
}

/** Adds the reachable part of a product of DFAs; `accept` decides by their states. */
function productNode(
  dfas: readonly Dfa[],
  accept: (states: readonly number[]) => boolean,
  isDead: (states: readonly number[]) => boolean,
): Node {
  return (nfa, from, to) => {
    const starts = [...new Set(dfas.flatMap((dfa) => dfa.classStarts))].sort((a, b) => a - b);
    const known = new Map<string, number>();
    const pending: number[][] = [];
    const stateOf = (states: number[]): number => {
      const key = states.join(",");
      let state = known.get(key);
      if (state === undefined) {
        known.set(key, (state = nfa.newState()));
        if (accept(states)) nfa.epsilon(state, to);
        pending.push(states);
      }
      return state;
    };
    nfa.epsilon(from, stateOf(dfas.map((dfa) => dfa.start)));
    for (let states = pending.pop(); states !== undefined; states = pending.pop()) {
      const source = known.get(states.join(","))!;
      starts.forEach((start, i) => {
        const end = (starts[i + 1] ?? MAX_CODE_POINT + 1) - 1;
        const next = dfas.map((dfa, d) =>
          states![d] === DEAD ? DEAD : dfa.step(states![d]!, start),
        );
        if (!isDead(next)) nfa.add(source, start, end, stateOf(next));
      });
    }
  };
}

const PREDEFINED: Readonly<Record<string, Ranges>> = {
  d: [[0x30, 0x39]],
  s: [
    [0x09, 0x0a],
    [0x0d, 0x0d],
    [0x20, 0x20],
  ],
  w: [
    [0x30, 0x39],
    [0x41, 0x5a],
    [0x5f, 0x5f],
    [0x61, 0x7a],
  ],
};

class RegexpParser {
  private readonly points: readonly string[];
  private readonly flags: number;
  private readonly caseInsensitive: boolean;
  private readonly maxStates: number;
  private at = 0;

  constructor(pattern: string, flags: number, caseInsensitive: boolean, maxStates: number) {
    this.points = Array.from(pattern);
    this.flags = flags;
    this.caseInsensitive = caseInsensitive;
    this.maxStates = maxStates;
  }

  parse(): Node {
    if (this.points.length === 0) return emptyString;
    const node = this.parseUnion();
    if (this.at < this.points.length) {
      throw illegalArgument(`end-of-string expected at position ${this.position()}`);
    }
    return node;
  }

  /** In UTF-16 units, as Java counts. */
  private position(): number {
    return this.points.slice(0, this.at).join("").length;
  }

  private check(flag: number): boolean {
    return (this.flags & flag) !== 0;
  }

  private peek(characters: string): boolean {
    const next = this.points[this.at];
    return next !== undefined && characters.includes(next);
  }

  private match(character: string): boolean {
    if (this.points[this.at] !== character) return false;
    this.at++;
    return true;
  }

  private next(): string {
    const next = this.points[this.at];
    if (next === undefined) throw illegalArgument("unexpected end-of-string");
    this.at++;
    return next;
  }

  private parseUnion(): Node {
    let node = this.parseIntersection();
    while (this.match("|")) node = union(node, this.parseIntersection());
    return node;
  }

  private parseIntersection(): Node {
    let node = this.parseConcat();
    while (this.check(INTERSECTION) && this.match("&")) {
      const dfas = [node, this.parseConcat()].map(
        (one) => new Dfa(standalone(one), this.maxStates),
      );
      node = productNode(
        dfas,
        (states) => states.every((state, i) => dfas[i]!.isAccept(state)),
        (states) => states.includes(DEAD),
      );
    }
    return node;
  }

  private parseConcat(): Node {
    let node = this.parseRepeat();
    while (
      this.at < this.points.length &&
      !this.peek(")|") &&
      !(this.check(INTERSECTION) && this.peek("&"))
    ) {
      node = concat(node, this.parseRepeat());
    }
    return node;
  }

  private parseRepeat(): Node {
    let node = this.parseComplement();
    while (this.peek("?*+{")) {
      const operator = this.next();
      if (operator === "?") node = union(emptyString, node);
      else if (operator === "*") node = star(node);
      else if (operator === "+") node = concat(node, star(node));
      else node = this.parseBounds(node);
    }
    return node;
  }

  private parseBounds(node: Node): Node {
    const min = this.parseInteger();
    if (min === undefined) {
      throw illegalArgument(`integer expected at position ${this.position()}`);
    }
    const max = this.match(",") ? this.parseInteger() : min;
    if (!this.match("}")) throw illegalArgument(`expected '}' at position ${this.position()}`);
    if (max !== undefined && min > max) {
      throw illegalArgument(`invalid repetition range(out of order): ${min}..${max}`);
    }
    return repeat(node, min, max);
  }

  private parseInteger(): number | undefined {
    let digits = "";
    while (this.peek("0123456789")) digits += this.next();
    return digits === "" ? undefined : Number(digits);
  }

  private parseComplement(): Node {
    if (!this.check(COMPLEMENT) || !this.match("~")) return this.parseCharacterClass();
    const dfa = new Dfa(standalone(this.parseComplement()), this.maxStates);
    return productNode(
      [dfa],
      ([state]) => !dfa.isAccept(state!),
      () => false,
    );
  }

  private parseCharacterClass(): Node {
    if (!this.match("[")) return this.parseSimple();
    const negate = this.match("^");
    const ranges = this.parseRanges();
    if (!this.match("]")) throw illegalArgument(`expected ']' at position ${this.position()}`);
    return rangesNode(negate ? invert(ranges) : ranges);
  }

  private parseRanges(): Ranges {
    const ranges: Ranges = [];
    do {
      if (this.points[this.at] === "\\") {
        this.at++;
        const predefined = this.predefined();
        if (predefined !== undefined) ranges.push(...predefined);
        else ranges.push(...this.single(this.next()));
        continue;
      }
      const low = this.parseCharacter();
      if (this.match("-")) {
        ranges.push([low.codePointAt(0)!, this.parseCharacter().codePointAt(0)!]);
      } else {
        ranges.push(...this.single(low));
      }
    } while (this.at < this.points.length && !this.peek("]"));
    return ranges;
  }

  /** One character, in both cases where case does not matter. */
  private single(character: string): Ranges {
    const forms = this.caseInsensitive
      ? [character, character.toLowerCase(), character.toUpperCase()]
      : [character];
    return forms
      .filter((form) => Array.from(form).length === 1)
      .map((form) => [form.codePointAt(0)!, form.codePointAt(0)!] as const);
  }

  /** After a backslash: the class that a letter names, undefined where it is a plain escape. */
  private predefined(): Ranges | undefined {
    const letter = this.points[this.at];
    if (letter === undefined || !/[A-Za-z]/.test(letter)) return undefined;
    const ranges = PREDEFINED[letter.toLowerCase()];
    if (ranges === undefined)
      throw illegalArgument(`invalid character class \\${letter.charCodeAt(0)}`);
    this.at++;
    return letter === letter.toLowerCase() ? ranges : invert(ranges);
  }

  private parseSimple(): Node {
    if (this.match(".")) return anyCharacter;
    if (this.check(EMPTY) && this.match("#")) return () => {};
    if (this.check(ANYSTRING) && this.match("@")) return star(anyCharacter);
    if (this.match('"')) return this.parseLiteral();
    if (this.match("(")) {
      if (this.match(")")) return emptyString;
      const node = this.parseUnion();
      if (!this.match(")")) throw illegalArgument(`expected ')' at position ${this.position()}`);
      return node;
    }
    if (this.check(INTERVAL) && this.match("<")) return this.parseInterval();
    if (this.match("\\")) {
      const predefined = this.predefined();
      return predefined === undefined ? this.characterNode(this.next()) : rangesNode(predefined);
    }
    return this.characterNode(this.next());
  }

  private parseLiteral(): Node {
    let node: Node = emptyString;
    while (this.at < this.points.length && !this.peek('"')) {
      node = concat(node, this.characterNode(this.next()));
    }
    if (!this.match('"')) throw illegalArgument(`expected '"' at position ${this.position()}`);
    return node;
  }

  private parseInterval(): Node {
    let text = "";
    while (this.at < this.points.length && !this.peek(">")) text += this.next();
    if (!this.match(">")) throw illegalArgument(`expected '>' at position ${this.position()}`);
    const parts = /^(\d+)-(\d+)$/.exec(text);
    if (parts === null) {
      throw illegalArgument(`interval syntax error at position ${this.position() - 1}`);
    }
    const [low, high] = [parts[1]!, parts[2]!];
    const digits = low.length === high.length ? low.length : 0;
    const ordered = Number(low) <= Number(high) ? [low, high] : [high, low];
    return intervalNode(ordered[0]!, ordered[1]!, digits);
  }

  private characterNode(character: string): Node {
    const point = character.codePointAt(0)!;
    return (nfa, from, to) => addCharacter(nfa, from, point, to, this.caseInsensitive);
  }

  private parseCharacter(): string {
    this.match("\\");
    return this.next();
  }
}

/** Numbers from `low` to `high`: of exactly `digits` digits, or any leading zeros where it is 0. */
function intervalNode(low: string, high: string, digits: number): Node {
  if (digits > 0) return digitsBetween(low, high);
  const from = String(Number(low));
  const to = String(Number(high));
  let node: Node | undefined;
  for (let length = from.length; length <= to.length; length++) {
    const min = length === from.length ? from : `1${"0".repeat(length - 1)}`;
    const max = length === to.length ? to : "9".repeat(length);
    const part = digitsBetween(min, max);
    node = node === undefined ? part : union(node, part);
  }
  return concat(star(rangesNode([[0x30, 0x30]])), node!);
}

/** Digit strings of one length between two of that length. */
function digitsBetween(low: string, high: string): Node {
  if (low.length === 0) return emptyString;
  const digit = (from: number, to: number): Node => rangesNode([[0x30 + from, 0x30 + to]]);
  const [a, b] = [Number(low[0]), Number(high[0])];
  const rest = low.length - 1;
  if (a === b) return concat(digit(a, a), digitsBetween(low.slice(1), high.slice(1)));
  let node = union(
    concat(digit(a, a), digitsBetween(low.slice(1), "9".repeat(rest))),
    concat(digit(b, b), digitsBetween("0".repeat(rest), high.slice(1))),
  );
  if (b - a > 1) node = union(node, concat(digit(a + 1, b - 1), repeat(digit(0, 9), rest, rest)));
  return node;
}
