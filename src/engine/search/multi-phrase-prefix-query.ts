// A phrase whose last word is a prefix: expands to the first terms that start with it.
// Upstream: org.opensearch.common.lucene.search.MultiPhrasePrefixQuery.

import {
  BooleanQuery,
  copyBytes,
  MatchNoDocsQuery,
  MultiPhraseQuery,
  Query,
  type ScoreMode,
  type Searcher,
  startsWithBytes,
  termText,
  type Weight,
} from "../../lucene/search/index.ts";

/** Options of a phrase prefix. */
export interface PhrasePrefixOptions {
  readonly slop: number;
  readonly maxExpansions: number;
}

/** Words at positions; those at the last one are prefixes. */
export class MultiPhrasePrefixQuery extends Query {
  readonly field: string;
  readonly termArrays: readonly (readonly Uint8Array[])[];
  readonly positions: readonly number[];
  readonly options: PhrasePrefixOptions;

  constructor(
    field: string,
    termArrays: readonly (readonly Uint8Array[])[],
    positions: readonly number[],
    options: PhrasePrefixOptions,
  ) {
    super();
    this.field = field;
    this.termArrays = termArrays;
    this.positions = positions;
    this.options = options;
  }

  override rewrite(searcher: Searcher): Query {
    const last = this.termArrays.length - 1;
    if (last < 0) return new MatchNoDocsQuery("empty MultiPhrasePrefixQuery");
    const terms = this.expand(searcher, this.termArrays[last]!);
    if (terms.length === 0) {
      return last === 0
        ? new MatchNoDocsQuery("No terms supplied for MultiPhrasePrefixQuery")
        : new BooleanQuery([{ query: new MatchNoDocsQuery("No prefix terms"), occur: "must" }]);
    }
    const arrays = [...this.termArrays.slice(0, last), terms];
    return new MultiPhraseQuery(this.field, arrays, this.positions, this.options.slop);
  }

  private expand(searcher: Searcher, prefixes: readonly Uint8Array[]): Uint8Array[] {
    const found = new Map<string, Uint8Array>();
    for (const prefix of prefixes) {
      for (const { reader } of searcher.leaves) {
        const terms = reader.terms(this.field)?.iterator();
        if (terms === undefined || terms.seekCeil(prefix) === "end") continue;
        let term: Uint8Array | undefined = terms.term();
        while (term !== undefined && startsWithBytes(term, prefix)) {
          found.set(Buffer.from(term).toString("latin1"), copyBytes(term));
          if (found.size >= this.options.maxExpansions) return [...found.values()];
          term = terms.next();
        }
      }
      if (found.size > this.options.maxExpansions) break;
    }
    return [...found.values()];
  }

  createWeight(_searcher: Searcher, _scoreMode: ScoreMode, _boost: number): Weight {
    throw new Error("MultiPhrasePrefixQuery must be rewritten first");
  }

  toString(): string {
    const words = this.termArrays.map((terms) => terms.map(termText).join("|"));
    return `${this.field}:"${words.join(" ")}*"~${this.options.slop}`;
  }
}
