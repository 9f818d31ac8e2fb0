// The search primitives: queries, the searcher, collectors.

export { Dfa } from "./automaton.ts";
export {
  AutomatonQuery,
  CaseInsensitiveTermQuery,
  MAX_DETERMINIZED_STATES,
  PrefixQuery,
  RegexpQuery,
  WildcardQuery,
} from "./automaton-query.ts";
export { acceptsText } from "./automaton-text.ts";
export { BinaryDocValuesRangeQuery, type RangeLengthType } from "./binary-range-query.ts";
export * from "./bit-set.ts";
export { type BlockJoinScoreMode, ToParentBlockJoinQuery } from "./block-join-query.ts";
export { type Bm25Before8Options, Bm25Before8Similarity } from "./bm25-before-8.ts";
export {
  Bm25Similarity,
  BooleanSimilarity,
  byte4ToInt,
  idfOf,
  LENGTHS_BYTE4,
  LENGTHS_BYTE315,
} from "./bm25-similarity.ts";
export { type BooleanClause, BooleanQuery, type Occur } from "./boolean-query.ts";
export { BoostingQuery } from "./boosting-query.ts";
export { compareBytes, copyBytes, startsWithBytes } from "./bytes.ts";
export {
  BoostQuery,
  ConstantScoreQuery,
  MatchAllDocsQuery,
  MatchNoDocsQuery,
} from "./constant-score-query.ts";
export { DisjunctionMaxQuery } from "./disjunction-max-query.ts";
export {
  FieldExistsQuery,
  IndexOrDocValuesQuery,
  numericValues,
  ordValues,
  SortedNumericDocValuesRangeQuery,
  SortedNumericDocValuesSetQuery,
  SortedSetDocValuesRangeQuery,
  SortedSetDocValuesSetQuery,
} from "./doc-values-query.ts";
export { DocValuesTermsQuery } from "./doc-values-terms-query.ts";
export { type Explanation, explained, floatText } from "./explanation.ts";
export {
  decodeFeatureValue,
  encodeFeatureValue,
  type FeatureFunction,
  FeatureQuery,
} from "./feature-query.ts";
export { FuzzyQuery } from "./fuzzy-query.ts";
export * from "./geo-encoding.ts";
export { boxGeometry, type GeoGeometry, type XY } from "./geo-geometry.ts";
export {
  type GlobalStatistics,
  IndexSearcher,
  type IndexSearcherOptions,
} from "./index-searcher.ts";
export { JOIN_MAX, JoinQuery } from "./join-query.ts";
export {
  LatLonDocValuesQuery,
  LatLonPointDistanceQuery,
  LatLonPointInBoxQuery,
} from "./lat-lon.ts";
export { LatLonShapeQuery, type ShapeRelation } from "./lat-lon-shape.ts";
export { MemoryIndex } from "./memory-index.ts";
export {
  type MatchingTerms,
  MultiTermQuery,
  TermInSetQuery,
  TermRangeQuery,
} from "./multi-term-query.ts";
export { FieldMaskingPhraseQuery, MultiPhraseQuery, PhraseQuery } from "./phrase-query.ts";
export {
  PointInSetQuery,
  PointQuery,
  PointRangeQuery,
  RangeFieldQuery,
  type RangeRelation,
} from "./point-query.ts";
export * from "./query.ts";
export { haversinMeters, haversinSortKey, sortKeyToMeters } from "./sloppy-math.ts";
export * from "./sort-field.ts";
export { SynonymQuery } from "./synonym-query.ts";
export { TermQuery, termText } from "./term-query.ts";
export {
  compareFieldDocs,
  compareValues,
  type FieldDoc,
  TopFieldCollector,
} from "./top-field-docs.ts";
export { type ScoreDoc, TopScoreDocCollector } from "./top-score-docs.ts";
export { type LeafVerifier, VerifiedQuery } from "./verified-query.ts";
