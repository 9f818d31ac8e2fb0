// Wildcard patterns and prefixes as automata. Upstream: WildcardQuery.toAutomaton,
// org.opensearch.common.lucene.search.AutomatonQueries.

import { MAX_CODE_POINT, Nfa } from "./automaton.ts";

/** Adds the transitions for one character, in both cases when asked for. */
export function addCharacter(
  nfa: Nfa,
  from: number,
  codePoint: number,
  to: number,
  caseInsensitive: boolean,
): void {
  nfa.add(from, codePoint, codePoint, to);
  if (!caseInsensitive) return;
  const text = String.fromCodePoint(codePoint);
  for (const other of [text.toLowerCase(), text.toUpperCase()]) {
    const otherPoint = other.codePointAt(0)!;
    const single = other.length === (otherPoint > 0xffff ? 2 : 1);
    if (single && otherPoint !== codePoint) nfa.add(from, otherPoint, otherPoint, to);
  }
}

/** `?` one character, `*` any, `\` takes the next character literally. */
export function wildcardNfa(pattern: string, caseInsensitive: boolean): Nfa {
  const nfa = new Nfa();
  let state = 0;
  const points = Array.from(pattern, (character) => character.codePointAt(0)!);
  for (let i = 0; i < points.length; i++) {
    let point = points[i]!;
    if (point === 0x2a) {
      nfa.add(state, 0, MAX_CODE_POINT, state);
      const next = nfa.newState();
      nfa.epsilon(state, next);
      state = next;
      continue;
    }
    const next = nfa.newState();
    if (point === 0x3f) {
      nfa.add(state, 0, MAX_CODE_POINT, next);
    } else {
      if (point === 0x5c && i + 1 < points.length) point = points[++i]!;
      addCharacter(nfa, state, point, next, caseInsensitive);
    }
    state = next;
  }
  nfa.accepts.add(state);
  return nfa;
}

/** Anything that starts with `prefix`. */
export function prefixNfa(prefix: string, caseInsensitive: boolean): Nfa {
  const nfa = new Nfa();
  let state = 0;
  for (const character of prefix) {
    const next = nfa.newState();
    addCharacter(nfa, state, character.codePointAt(0)!, next, caseInsensitive);
    state = next;
  }
  nfa.add(state, 0, MAX_CODE_POINT, state);
  nfa.accepts.add(state);
  return nfa;
}
