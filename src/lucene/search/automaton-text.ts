// Runs an automaton over one text.
// Upstream: org.apache.lucene.util.automaton.CharacterRunAutomaton.

import { DEAD, type Dfa } from "./automaton.ts";

/** Does the automaton accept the text? */
export function acceptsText(dfa: Dfa, text: string): boolean {
  let state = dfa.start;
  for (let i = 0; i < text.length && state !== DEAD; i++) {
    const codePoint = text.codePointAt(i)!;
    if (codePoint > 0xffff) i++;
    state = dfa.step(state, codePoint);
  }
  return dfa.isAccept(state);
}
