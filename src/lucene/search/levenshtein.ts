// Strings within some edits of a term, as an automaton. State (i, e): i characters of the term are
// used up, e edits were made; a transposition passes through a state of its own.
// Upstream: org.apache.lucene.util.automaton.LevenshteinAutomata.

import { MAX_CODE_POINT, Nfa } from "./automaton.ts";

/** The automaton of `term` with `edits`; the first `prefixLength` characters must agree. */
export function levenshteinNfa(
  term: readonly number[],
  edits: number,
  prefixLength: number,
  transpositions: boolean,
): Nfa {
  const nfa = new Nfa();
  let start = 0;
  for (const point of term.slice(0, prefixLength)) {
    const next = nfa.newState();
    nfa.add(start, point, point, next);
    start = next;
  }
  const word = term.slice(prefixLength);
  const states: number[][] = [];
  for (let i = 0; i <= word.length; i++) {
    states.push(Array.from({ length: edits + 1 }, () => nfa.newState()));
  }
  nfa.epsilon(start, states[0]![0]!);
  for (let i = 0; i <= word.length; i++) {
    for (let e = 0; e <= edits; e++) addEdits(nfa, states, word, i, e, transpositions);
    nfa.accepts.add(states[word.length]![Math.min(i, edits)]!);
  }
  for (const state of states[word.length]!) nfa.accepts.add(state);
  return nfa;
}

function addEdits(
  nfa: Nfa,
  states: readonly number[][],
  word: readonly number[],
  i: number,
  e: number,
  transpositions: boolean,
): void {
  const here = states[i]![e]!;
  const used = i < word.length;
  if (used) nfa.add(here, word[i]!, word[i]!, states[i + 1]![e]!);
  if (e + 1 >= states[0]!.length) return;
  nfa.add(here, 0, MAX_CODE_POINT, states[i]![e + 1]!);
  if (!used) return;
  nfa.add(here, 0, MAX_CODE_POINT, states[i + 1]![e + 1]!);
  nfa.epsilon(here, states[i + 1]![e + 1]!);
  if (!transpositions || i + 1 >= word.length) return;
  const between = nfa.newState();
  nfa.add(here, word[i + 1]!, word[i + 1]!, between);
  nfa.add(between, word[i]!, word[i]!, states[i + 2]![e + 1]!);
}
