// What a query looks for in one field: terms, terms by pattern, and phrases; and where those are
// among the tokens of a text.
// Upstream: org.apache.lucene.search.uhighlight.{UnifiedHighlighter,PhraseHelper,
// MultiTermHighlighting,MemoryIndexOffsetStrategy}.

import type { TermsEnum } from "../../../lucene/index/index.ts";
import {
  compareBytes,
  FuzzyQuery,
  MultiPhraseQuery,
  MultiTermQuery,
  PhraseQuery,
  PrefixQuery,
  type Query,
  SynonymQuery,
  TermQuery,
} from "../../../lucene/search/index.ts";
import { BlendedTermQuery } from "../blended-term-query.ts";
import { MultiPhrasePrefixQuery } from "../multi-phrase-prefix-query.ts";

/** A token of the text. */
export interface TextToken {
  readonly term: string;
  readonly position: number;
  readonly start: number;
  readonly end: number;
}

/** A token that matches, with what counts as its term and how often that stands in the text. */
export interface TermMatch {
  readonly start: number;
  readonly end: number;
  readonly label: string;
  readonly freq: number;
}

/** Terms of a text that something accepts. */
type Acceptor = (terms: readonly string[]) => ReadonlySet<string>;

interface Phrase {
  /** What may stand at each place. */
  readonly places: readonly { readonly accept: Acceptor; readonly offset: number }[];
  readonly slop: number;
}

const DECODER = new TextDecoder();

/** What is looked for. */
export class HighlightTerms {
  private readonly terms = new Set<string>();
  private readonly patterns: { readonly label: string; readonly accept: Acceptor }[] = [];
  private readonly phrases: Phrase[] = [];

  constructor(query: Query, matchesField: (field: string) => boolean) {
    query.visit((one) => this.add(one, matchesField));
  }

  get isEmpty(): boolean {
    return this.terms.size + this.patterns.length + this.phrases.length === 0;
  }

  private add(query: Query, matchesField: (field: string) => boolean): void {
    if (query instanceof BlendedTermQuery) {
      for (const { field, term } of query.terms) {
        if (matchesField(field)) this.terms.add(DECODER.decode(term));
      }
      return;
    }
    if (!("field" in query) || !matchesField(query.field as string)) return;
    if (query instanceof TermQuery) this.terms.add(DECODER.decode(query.term));
    else if (query instanceof SynonymQuery) {
      for (const term of query.terms) this.terms.add(DECODER.decode(term));
    } else if (query instanceof PhraseQuery) {
      const arrays = query.terms.map((term) => acceptOneOf([term]));
      this.addPhrase(arrays, query.positions, query.slop);
    } else if (query instanceof MultiPhraseQuery) {
      this.addPhrase(query.termArrays.map(acceptOneOf), query.positions, query.slop);
    } else if (query instanceof MultiPhrasePrefixQuery) {
      const last = query.termArrays.length - 1;
      const accepts = query.termArrays.map((terms, at) =>
        at === last ? acceptPrefixes(terms) : acceptOneOf(terms),
      );
      this.addPhrase(accepts, query.positions, query.options.slop);
    } else if (query instanceof MultiTermQuery || query instanceof FuzzyQuery) {
      this.patterns.push({ label: query.toString(), accept: (terms) => accepted(query, terms) });
    }
  }

  private addPhrase(accepts: Acceptor[], positions: readonly number[], slop: number): void {
    const first = positions[0] ?? 0;
    const places = accepts.map((accept, at) => ({ accept, offset: positions[at]! - first }));
    if (places.length === 1) {
      const label = `phrase ${this.patterns.length}`;
      this.patterns.push({ label, accept: places[0]!.accept });
    } else if (places.length > 1) this.phrases.push({ places, slop });
  }

  /** The matches among a text's tokens, in the order of their offsets. */
  matchesIn(tokens: readonly TextToken[]): TermMatch[] {
    const distinct = [...new Set(tokens.map(({ term }) => term))];
    const matches: TermMatch[] = [];
    const addAll = (found: readonly TextToken[], label?: string): void => {
      const counts = new Map<string, number>();
      for (const { term } of found) counts.set(term, (counts.get(term) ?? 0) + 1);
      for (const { term, start, end } of found) {
        const freq = label === undefined ? counts.get(term)! : found.length;
        matches.push({ start, end, label: label ?? term, freq });
      }
    };
    addAll(tokens.filter(({ term }) => this.terms.has(term)));
    for (const { label, accept } of this.patterns) {
      const terms = accept(distinct);
      addAll(
        tokens.filter(({ term }) => terms.has(term)),
        label,
      );
    }
    // Words that are looked for by themselves count there already.
    const inPhrases = new Set(this.phrases.flatMap((phrase) => phraseTokens(phrase, tokens)));
    addAll(tokens.filter((token) => inPhrases.has(token) && !this.terms.has(token.term)));
    return matches.sort((a, b) => a.start - b.start || a.end - b.end);
  }
}

function acceptOneOf(terms: readonly Uint8Array[]): Acceptor {
  const wanted = new Set(terms.map((term) => DECODER.decode(term)));
  return () => wanted;
}

function acceptPrefixes(prefixes: readonly Uint8Array[]): Acceptor {
  const queries = prefixes.map((prefix) => new PrefixQuery("", prefix));
  return (terms) => new Set(queries.flatMap((query) => [...accepted(query, terms)]));
}

/** The terms that a query accepts of a text's. */
function accepted(
  query: MultiTermQuery | FuzzyQuery,
  terms: readonly string[],
): ReadonlySet<string> {
  const sorted = terms.map((term) => new TextEncoder().encode(term)).sort(compareBytes);
  const source = { iterator: () => termsEnumOf(sorted) };
  const matching =
    query instanceof FuzzyQuery ? query.termsWithin(source) : query.matchingTerms(source);
  const found = new Set<string>();
  while (matching.next()) found.add(DECODER.decode(matching.terms.term()));
  return found;
}

/** Terms without postings. */
function termsEnumOf(terms: readonly Uint8Array[]): TermsEnum {
  let at = -1;
  const unasked = (): never => {
    throw new Error("a text's terms have no postings");
  };
  const seekCeil = (wanted: Uint8Array): "found" | "not-found" | "end" => {
    at = terms.findIndex((term) => compareBytes(term, wanted) >= 0);
    if (at < 0) {
      at = terms.length;
      return "end";
    }
    return compareBytes(terms[at]!, wanted) === 0 ? "found" : "not-found";
  };
  return {
    next: () => terms[at < terms.length ? ++at : at],
    seekExact: (term) => seekCeil(term) === "found",
    seekCeil,
    term: () => terms[at]!,
    docFreq: () => 1,
    totalTermFreq: () => 1,
    postings: unasked,
    impacts: () => undefined,
    termState: () => at,
    seekToState: (_term, state) => {
      at = state as number;
    },
  };
}

/** The tokens that take part in a phrase. */
function phraseTokens({ places, slop }: Phrase, tokens: readonly TextToken[]): TextToken[] {
  const distinct = [...new Set(tokens.map(({ term }) => term))];
  const candidates = places.map(({ accept }) => {
    const terms = accept(distinct);
    return tokens.filter(({ term }) => terms.has(term));
  });
  const found = new Set<TextToken>();
  for (const first of candidates.flat()) {
    const rows = candidates.map((row, place) =>
      row.filter(({ position }) =>
        slop === 0
          ? position === first.position - places[0]!.offset + places[place]!.offset
          : position >= first.position &&
            position <= first.position + places[places.length - 1]!.offset + slop,
      ),
    );
    if (slop === 0 && !candidates[0]!.includes(first)) continue;
    if (rows.some((row) => row.length === 0)) continue;
    const positions = new Set(rows.flat().map(({ position }) => position));
    if (positions.size < places.length) continue;
    for (const row of rows) found.add(row[0]!);
  }
  return [...found];
}
