// The search primitives: queries, the searcher, collectors.

export * from "./query.ts";
export { Bm25Similarity, BooleanSimilarity, byte4ToInt, idfOf } from "./bm25-similarity.ts";
export * from "./bit-set.ts";
export { compareBytes, copyBytes, startsWithBytes } from "./bytes.ts";
export {
  BoostQuery, ConstantScoreQuery, MatchAllDocsQuery, MatchNoDocsQuery, floatText,
} from "./constant-score-query.ts";
export { TermQuery, termText } from "./term-query.ts";
export {
  MultiTermQuery, TermInSetQuery, TermRangeQuery, type MatchingTerms,
} from "./multi-term-query.ts";
export {
  CaseInsensitiveTermQuery, MAX_DETERMINIZED_STATES, PrefixQuery, RegexpQuery, WildcardQuery,
} from "./automaton-query.ts";
export { Dfa } from "./automaton.ts";
export { FuzzyQuery } from "./fuzzy-query.ts";
export { MultiPhraseQuery, PhraseQuery } from "./phrase-query.ts";
export { BooleanQuery, type BooleanClause, type Occur } from "./boolean-query.ts";
export { DisjunctionMaxQuery } from "./disjunction-max-query.ts";
export { BoostingQuery } from "./boosting-query.ts";
export { ToParentBlockJoinQuery, type BlockJoinScoreMode } from "./block-join-query.ts";
export {
  PointInSetQuery, PointQuery, PointRangeQuery, RangeFieldQuery, type RangeRelation,
} from "./point-query.ts";
export {
  FieldExistsQuery, IndexOrDocValuesQuery, SortedNumericDocValuesRangeQuery,
  SortedNumericDocValuesSetQuery, SortedSetDocValuesRangeQuery, SortedSetDocValuesSetQuery,
  numericValues, ordValues,
} from "./doc-values-query.ts";
export { BinaryDocValuesRangeQuery, type RangeLengthType } from "./binary-range-query.ts";
export {
  LatLonDocValuesQuery, LatLonPointDistanceQuery, LatLonPointInBoxQuery,
} from "./lat-lon.ts";
export * from "./geo-encoding.ts";
export { haversinMeters, haversinSortKey, sortKeyToMeters } from "./sloppy-math.ts";
export { IndexSearcher, type GlobalStatistics, type IndexSearcherOptions } from "./index-searcher.ts";
export { TopScoreDocCollector, type ScoreDoc } from "./top-score-docs.ts";
export { SynonymQuery } from "./synonym-query.ts";
export * from "./sort-field.ts";
export {
  TopFieldCollector, compareFieldDocs, compareValues, type FieldDoc,
} from "./top-field-docs.ts";
