// Phrases: terms at given positions relative to each other.
// Upstream: org.apache.lucene.search.{PhraseQuery,MultiPhraseQuery,PhraseWeight,PhraseScorer}.

import { illegalArgument } from "../../base/index.ts";
import {
  type DocIdSetIterator,
  type LeafContext,
  type NumericDocValues,
  PostingsFlags,
  type Terms,
  type TermsEnum,
} from "../index/leaf-reader.ts";
import { BooleanQuery } from "./boolean-query.ts";
import { ConjunctionIterator } from "./conjunction.ts";
import { MatchNoDocsQuery } from "./constant-score-query.ts";
import { ExactPhraseMatcher, type PhraseMatcher } from "./exact-phrase-matcher.ts";
import { type Explanation, explainFrequency } from "./explanation.ts";
import { type PhrasePlace, UnionPostingsEnum } from "./phrase-positions.ts";
import {
  Query,
  type ScoreMode,
  Scorer,
  type ScorerSupplier,
  type Searcher,
  type SimScorer,
  supplierOf,
  type TermStatistics,
  type TwoPhaseIterator,
  Weight,
} from "./query.ts";
import { SloppyPhraseMatcher } from "./sloppy-phrase-matcher.ts";
import { TermQuery, termText } from "./term-query.ts";
import { TwoPhaseAsIterator } from "./two-phase.ts";

/** Terms at given positions relative to each other, moved at most `slop` places in sum. */
export class PhraseQuery extends Query {
  readonly field: string;
  readonly terms: readonly Uint8Array[];
  readonly positions: readonly number[];
  readonly slop: number;

  constructor(field: string, terms: readonly Uint8Array[], positions: readonly number[], slop = 0) {
    super();
    this.field = field;
    this.terms = terms;
    this.positions = positions;
    this.slop = slop;
  }

  override rewrite(_searcher: Searcher): Query {
    if (this.terms.length === 0) return new MatchNoDocsQuery("empty PhraseQuery");
    if (this.terms.length === 1) return new TermQuery(this.field, this.terms[0]!);
    return this;
  }

  createWeight(searcher: Searcher, scoreMode: ScoreMode, boost: number): Weight {
    const arrays = this.terms.map((term) => [term]);
    return new PhraseWeight(this, this.field, arrays, this.positions, this.slop, {
      searcher,
      scoreMode,
      boost,
    });
  }

  toString(): string {
    return phraseText(
      this.field,
      this.terms.map((term) => [term]),
      this.positions,
      this.slop,
    );
  }
}

/** As PhraseQuery, with several terms that may stand at each position. */
export class MultiPhraseQuery extends Query {
  readonly field: string;
  readonly termArrays: readonly (readonly Uint8Array[])[];
  readonly positions: readonly number[];
  readonly slop: number;

  constructor(
    field: string,
    termArrays: readonly (readonly Uint8Array[])[],
    positions: readonly number[],
    slop = 0,
  ) {
    super();
    this.field = field;
    this.termArrays = termArrays;
    this.positions = positions;
    this.slop = slop;
  }

  override rewrite(_searcher: Searcher): Query {
    if (this.termArrays.length === 0) return new MatchNoDocsQuery("empty MultiPhraseQuery");
    if (this.termArrays.length > 1) return this;
    return new BooleanQuery(
      this.termArrays[0]!.map((term) => ({
        query: new TermQuery(this.field, term),
        occur: "should" as const,
      })),
    );
  }

  createWeight(searcher: Searcher, scoreMode: ScoreMode, boost: number): Weight {
    return new PhraseWeight(this, this.field, this.termArrays, this.positions, this.slop, {
      searcher,
      scoreMode,
      boost,
    });
  }

  toString(): string {
    return phraseText(this.field, this.termArrays, this.positions, this.slop);
  }
}

/**
 * A phrase whose last words are terms of another field, with this field's positions; it scores as
 * if they were this one's. Upstream: SpanNearQuery over a FieldMaskingSpanQuery.
 */
export class FieldMaskingPhraseQuery extends Query {
  readonly field: string;
  readonly termArrays: readonly (readonly Uint8Array[])[];
  readonly positions: readonly number[];
  readonly lastField: string;

  constructor(
    field: string,
    termArrays: readonly (readonly Uint8Array[])[],
    positions: readonly number[],
    lastField: string,
  ) {
    super();
    this.field = field;
    this.termArrays = termArrays;
    this.positions = positions;
    this.lastField = lastField;
  }

  createWeight(searcher: Searcher, scoreMode: ScoreMode, boost: number): Weight {
    const input = { searcher, scoreMode, boost, lastField: this.lastField };
    return new PhraseWeight(this, this.field, this.termArrays, this.positions, 0, input);
  }

  toString(): string {
    const text = phraseText(this.field, this.termArrays, this.positions, 0);
    return `${text} (last of ${this.lastField})`;
  }
}

function phraseText(
  field: string,
  arrays: readonly (readonly Uint8Array[])[],
  positions: readonly number[],
  slop: number,
): string {
  const words: string[] = [];
  arrays.forEach((terms, i) => {
    const at = positions[i]! - positions[0]!;
    const text = terms.length === 1 ? termText(terms[0]!) : `(${terms.map(termText).join(" ")})`;
    while (words.length < at) words.push("?");
    if (words.length === at) words.push(text);
    else words[at] = words[at] === "?" ? text : `${words[at]}|${text}`;
  });
  return `${field}:"${words.join(" ")}"${slop === 0 ? "" : `~${slop}`}`;
}

interface WeightInput {
  readonly searcher: Searcher;
  readonly scoreMode: ScoreMode;
  readonly boost: number;
  /** The field of the last words, where it is another. */
  readonly lastField?: string;
}

interface LeafPlace {
  readonly termsEnums: readonly { readonly terms: TermsEnum; readonly key: string }[];
  readonly position: number;
}

/** The weight of a phrase of one or several terms at each position. */
export class PhraseWeight extends Weight {
  private readonly field: string;
  private readonly arrays: readonly (readonly Uint8Array[])[];
  private readonly positions: readonly number[];
  private readonly slop: number;
  private readonly lastField: string;
  private readonly needsScores: boolean;
  private readonly simScorer: SimScorer | undefined;

  constructor(
    query: Query,
    field: string,
    arrays: readonly (readonly Uint8Array[])[],
    positions: readonly number[],
    slop: number,
    input: WeightInput,
  ) {
    super(query);
    this.field = field;
    this.lastField = input.lastField ?? field;
    this.arrays = arrays;
    const first = positions[0] ?? 0;
    this.positions = positions.map((position) => position - first);
    this.slop = slop;
    this.needsScores = input.scoreMode !== "complete-no-scores";
    this.simScorer = this.needsScores ? this.makeSimScorer(input) : undefined;
  }

  private makeSimScorer({ searcher, boost }: WeightInput): SimScorer | undefined {
    const collection = searcher.collectionStatistics(this.field);
    if (collection === undefined) return undefined;
    const statistics: TermStatistics[] = [];
    const words = this.arrays.flatMap((terms, i) => {
      return terms.map((term) => ({ term, field: this.fieldAt(i) }));
    });
    for (const { term, field } of words) {
      let docFreq = 0;
      let ttf = 0;
      for (const leaf of searcher.leaves) {
        const terms = leaf.reader.terms(field)?.iterator();
        if (terms === undefined || !terms.seekExact(term)) continue;
        docFreq += terms.docFreq();
        ttf += Math.max(terms.totalTermFreq(), terms.docFreq());
      }
      const one = searcher.termStatistics(field, term, docFreq, ttf);
      if (one.docFreq > 0) statistics.push(one);
    }
    if (statistics.length === 0) return undefined;
    return searcher.similarity(this.field).scorer(boost, collection, statistics);
  }

  private fieldAt(index: number): string {
    return index === this.arrays.length - 1 ? this.lastField : this.field;
  }

  private termsOf(context: LeafContext, field: string): Terms | undefined {
    const terms = context.reader.terms(field);
    if (terms?.hasPositions === false) {
      throw illegalArgument(
        `field "${field}" was indexed without position data; cannot run ` +
          `${this.query.constructor.name} (phrase=${this.query.toString()})`,
      );
    }
    return terms;
  }

  private places(context: LeafContext): LeafPlace[] | undefined {
    const places: LeafPlace[] = [];
    for (let i = 0; i < this.arrays.length; i++) {
      const terms = this.termsOf(context, this.fieldAt(i));
      if (terms === undefined) return undefined;
      const found = [];
      for (const term of this.arrays[i]!) {
        const termsEnum = terms.iterator();
        if (termsEnum.seekExact(term)) {
          found.push({ terms: termsEnum, key: Buffer.from(term).toString("latin1") });
        }
      }
      if (found.length === 0) return undefined;
      places.push({ termsEnums: found, position: this.positions[i]! });
    }
    return places;
  }

  scorerSupplier(context: LeafContext): ScorerSupplier | undefined {
    const leafPlaces = this.places(context);
    if (leafPlaces === undefined) return undefined;
    const places: PhrasePlace[] = leafPlaces.map(({ termsEnums, position }) => {
      const postings = termsEnums.map(({ terms }) =>
        terms.postings(undefined, PostingsFlags.POSITIONS),
      );
      return {
        postings: postings.length === 1 ? postings[0]! : new UnionPostingsEnum(postings),
        position,
        terms: termsEnums.map(({ key }) => key),
      };
    });
    const matcher =
      this.slop === 0 ? new ExactPhraseMatcher(places) : new SloppyPhraseMatcher(places, this.slop);
    const approximation = new ConjunctionIterator(places.map(({ postings }) => postings));
    const norms = this.simScorer === undefined ? undefined : context.reader.normValues(this.field);
    return supplierOf(new PhraseScorer(approximation, matcher, this.simScorer, norms));
  }

  override explain(context: LeafContext, doc: number): Explanation {
    const { field, simScorer } = this;
    return explainFrequency(this, context, doc, { of: "phrase", field, simScorer });
  }
}

class PhraseScorer extends Scorer {
  private readonly twoPhase: TwoPhaseIterator;
  private readonly approximation: DocIdSetIterator;
  private readonly docs: DocIdSetIterator;
  private readonly simScorer: SimScorer | undefined;
  private readonly norms: NumericDocValues | undefined;
  private frequency = 0;

  constructor(
    approximation: DocIdSetIterator,
    matcher: PhraseMatcher,
    simScorer: SimScorer | undefined,
    norms: NumericDocValues | undefined,
  ) {
    super();
    this.approximation = approximation;
    this.simScorer = simScorer;
    this.norms = norms;
    const onlyFirst = simScorer === undefined;
    this.twoPhase = {
      approximation,
      matchCost: 100,
      matches: () => (this.frequency = matcher.frequency(onlyFirst)) > 0,
    };
    this.docs = new TwoPhaseAsIterator(this.twoPhase);
  }

  iterator(): DocIdSetIterator {
    return this.docs;
  }

  override docID(): number {
    return this.approximation.docID();
  }

  override twoPhaseIterator(): TwoPhaseIterator {
    return this.twoPhase;
  }

  override freq(): number {
    return this.frequency;
  }

  score(): number {
    if (this.simScorer === undefined) return 0;
    const norms = this.norms;
    const norm = norms?.advanceExact(this.approximation.docID()) ? norms.longValue() & 0xff : 1;
    return this.simScorer.score(this.frequency, norm);
  }
}
