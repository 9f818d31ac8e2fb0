// Queries whose accepted terms a finite automaton describes: wildcard, regexp and prefixes without
// regard to case. Upstream: org.apache.lucene.search.{AutomatonQuery,WildcardQuery,RegexpQuery}.

import { Dfa, type Nfa } from "./automaton.ts";
import { automatonTerms } from "./automaton-terms.ts";
import {
  type MatchingTerms,
  MultiTermQuery,
  prefixTerms,
  type TermSource,
} from "./multi-term-query.ts";
import { parseRegexp } from "./regexp.ts";
import { termText } from "./term-query.ts";
import { prefixNfa, wildcardNfa } from "./wildcard.ts";

/** Lucene's Operations.DEFAULT_DETERMINIZE_WORK_LIMIT. */
export const MAX_DETERMINIZED_STATES = 10_000;

/** Accepts the terms that an automaton accepts. */
export abstract class AutomatonQuery extends MultiTermQuery {
  private dfa: Dfa | undefined;

  protected abstract nfa(): Nfa;
  protected maxStates(): number {
    return MAX_DETERMINIZED_STATES;
  }

  /** The automaton, made once. */
  automaton(): Dfa {
    return (this.dfa ??= new Dfa(this.nfa(), this.maxStates()));
  }

  matchingTerms(terms: TermSource): MatchingTerms {
    return automatonTerms(terms.iterator(), this.automaton());
  }
}

/** `?` is one character, `*` any number, `\` escapes. */
export class WildcardQuery extends AutomatonQuery {
  readonly pattern: string;
  readonly caseInsensitive: boolean;

  constructor(field: string, pattern: string, caseInsensitive = false) {
    super(field);
    this.pattern = pattern;
    this.caseInsensitive = caseInsensitive;
  }

  protected nfa(): Nfa {
    return wildcardNfa(this.pattern, this.caseInsensitive);
  }

  toString(): string {
    return `${this.field}:${this.pattern}${this.caseInsensitive ? " (ci)" : ""}`;
  }
}

/** Lucene's regular expressions; `flags` are RegExp's syntax flags. */
export class RegexpQuery extends AutomatonQuery {
  readonly pattern: string;
  readonly flags: number;
  readonly caseInsensitive: boolean;
  readonly maxDeterminizedStates: number;

  constructor(
    field: string,
    pattern: string,
    flags = 0xff,
    caseInsensitive = false,
    maxDeterminizedStates = MAX_DETERMINIZED_STATES,
  ) {
    super(field);
    this.pattern = pattern;
    this.flags = flags;
    this.caseInsensitive = caseInsensitive;
    this.maxDeterminizedStates = maxDeterminizedStates;
    this.automaton();
  }

  protected nfa(): Nfa {
    return parseRegexp(this.pattern, this.flags, this.caseInsensitive, this.maxStates());
  }

  protected override maxStates(): number {
    return this.maxDeterminizedStates;
  }

  toString(): string {
    return `${this.field}:/${this.pattern}/${this.caseInsensitive ? "i" : ""}`;
  }
}

/** Accepts the terms that start with `prefix`, in any case if asked for. */
export class PrefixQuery extends MultiTermQuery {
  readonly prefix: Uint8Array;
  readonly caseInsensitive: boolean;

  constructor(field: string, prefix: Uint8Array, caseInsensitive = false) {
    super(field);
    this.prefix = prefix;
    this.caseInsensitive = caseInsensitive;
  }

  matchingTerms(terms: TermSource): MatchingTerms {
    if (!this.caseInsensitive) return prefixTerms(terms.iterator(), this.prefix);
    const nfa = prefixNfa(new TextDecoder().decode(this.prefix), true);
    return automatonTerms(terms.iterator(), new Dfa(nfa, MAX_DETERMINIZED_STATES));
  }

  toString(): string {
    return `${this.field}:${termText(this.prefix)}*${this.caseInsensitive ? " (ci)" : ""}`;
  }
}

/** Accepts the one term in any case. Upstream: AutomatonQueries.caseInsensitiveTermQuery. */
export class CaseInsensitiveTermQuery extends AutomatonQuery {
  readonly text: string;

  constructor(field: string, text: string) {
    super(field);
    this.text = text;
  }

  protected nfa(): Nfa {
    return wildcardNfa(this.text.replace(/[\\*?]/g, "\\$&"), true);
  }

  toString(): string {
    return `${this.field}:${this.text} (ci)`;
  }
}
