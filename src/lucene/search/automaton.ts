// Finite automata over code points: an NFA as a list of transitions, and a DFA that determinizes
// itself while it runs. A code point maps to a class (a run of code points that no transition tells
// apart), so a DFA row has one entry per class.
// Upstream: org.apache.lucene.util.automaton.{Automaton,Operations,CharacterRunAutomaton}.

import { VarveError } from "../../base/index.ts";

/** The largest Unicode code point. */
export const MAX_CODE_POINT = 0x10ffff;
/** A state from which nothing is accepted. */
export const DEAD = -1;

/** An NFA with one start state (0) and any number of accepting ones. */
export class Nfa {
  /** Triples: low code point, high code point, target. */
  readonly transitions: number[][] = [];
  readonly epsilons: number[][] = [];
  readonly accepts = new Set<number>();

  constructor() {
    this.newState();
  }

  newState(): number {
    this.transitions.push([]);
    this.epsilons.push([]);
    return this.transitions.length - 1;
  }

  add(from: number, low: number, high: number, to: number): void {
    this.transitions[from]!.push(low, high, to);
  }

  epsilon(from: number, to: number): void {
    this.epsilons[from]!.push(to);
  }
}

/** Determinizes an NFA lazily; refuses to make more than `maxStates` states. */
export class Dfa {
  private readonly nfa: Nfa;
  private readonly maxStates: number;
  /** First code point of each class, ascending, starting with 0. */
  readonly classStarts: number[];
  private readonly asciiClass = new Uint16Array(128);
  private readonly ids = new Map<string, number>();
  private readonly sets: number[][] = [];
  private readonly accepting: boolean[] = [];
  /** -2 unknown, DEAD, or the next state. */
  private readonly rows: Int32Array[] = [];
  readonly start: number;
  private readonly alive: Uint8Array;

  constructor(nfa: Nfa, maxStates: number) {
    this.nfa = nfa;
    this.maxStates = maxStates;
    const starts = new Set<number>([0]);
    for (const list of nfa.transitions) {
      for (let i = 0; i < list.length; i += 3) {
        starts.add(list[i]!);
        if (list[i + 1]! < MAX_CODE_POINT) starts.add(list[i + 1]! + 1);
      }
    }
    this.classStarts = [...starts].sort((a, b) => a - b);
    for (let c = 0; c < 128; c++) this.asciiClass[c] = this.searchClass(c);
    this.alive = aliveStates(nfa);
    this.start = this.stateOf([0]);
  }

  private searchClass(codePoint: number): number {
    let low = 0;
    let high = this.classStarts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >>> 1;
      if (this.classStarts[middle]! <= codePoint) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  /** The class of a code point. */
  classOf(codePoint: number): number {
    return codePoint < 128 ? this.asciiClass[codePoint]! : this.searchClass(codePoint);
  }

  isAccept(state: number): boolean {
    return state !== DEAD && this.accepting[state]!;
  }

  /** The state after `codePoint`, or DEAD. */
  step(state: number, codePoint: number): number {
    return this.stepClass(state, this.classOf(codePoint));
  }

  /** The state after any code point of a class, or DEAD. */
  stepClass(state: number, codePointClass: number): number {
    const row = this.rows[state]!;
    const known = row[codePointClass]!;
    return known !== -2 ? known : (row[codePointClass] = this.expand(state, codePointClass));
  }

  private expand(state: number, codePointClass: number): number {
    const codePoint = this.classStarts[codePointClass]!;
    const targets: number[] = [];
    for (const from of this.sets[state]!) {
      const list = this.nfa.transitions[from]!;
      for (let i = 0; i < list.length; i += 3) {
        if (list[i]! <= codePoint && codePoint <= list[i + 1]!) targets.push(list[i + 2]!);
      }
    }
    return this.stateOf(targets);
  }

  private stateOf(seeds: readonly number[]): number {
    const closure = new Set<number>();
    const stack = [...seeds];
    while (stack.length > 0) {
      const state = stack.pop()!;
      if (closure.has(state) || this.alive[state] === 0) continue;
      closure.add(state);
      for (const next of this.nfa.epsilons[state]!) stack.push(next);
    }
    if (closure.size === 0) return DEAD;
    const sorted = [...closure].sort((a, b) => a - b);
    const key = sorted.join(",");
    const known = this.ids.get(key);
    if (known !== undefined) return known;
    if (this.sets.length >= this.maxStates) {
      throw new VarveError(
        "limit",
        `Determinizing automaton would require more than ${this.maxStates} effort.`,
        { type: "too_complex_to_determinize_exception" },
      );
    }
    const id = this.sets.length;
    this.ids.set(key, id);
    this.sets.push(sorted);
    this.accepting.push(sorted.some((state) => this.nfa.accepts.has(state)));
    this.rows.push(new Int32Array(this.classStarts.length).fill(-2));
    return id;
  }

  /** Does the automaton accept the whole text? */
  matches(text: string): boolean {
    let state = this.start;
    for (const character of text) {
      if (state === DEAD) return false;
      state = this.step(state, character.codePointAt(0)!);
    }
    return this.isAccept(state);
  }
}

/** Marks the states from which an accepting one can be reached. */
function aliveStates(nfa: Nfa): Uint8Array {
  const count = nfa.transitions.length;
  const backward: number[][] = Array.from({ length: count }, () => []);
  for (let from = 0; from < count; from++) {
    const list = nfa.transitions[from]!;
    for (let i = 2; i < list.length; i += 3) backward[list[i]!]!.push(from);
    for (const to of nfa.epsilons[from]!) backward[to]!.push(from);
  }
  const alive = new Uint8Array(count);
  const stack = [...nfa.accepts];
  while (stack.length > 0) {
    const state = stack.pop()!;
    if (alive[state] === 1) continue;
    alive[state] = 1;
    stack.push(...backward[state]!);
  }
  return alive;
}
