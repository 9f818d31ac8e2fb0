// Lucene's regular expressions as automata.

import { Nfa } from "./automaton.ts";

/** Parses `pattern`; `flags` switch the optional operators on. */
export function parseRegexp(
  _pattern: string, _flags: number, _caseInsensitive: boolean, _maxStates: number,
): Nfa {
  return new Nfa();
}
