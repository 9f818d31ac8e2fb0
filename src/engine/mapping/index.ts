export * from "./doc-value-format.ts";
export type { SourceToParse } from "./document-context.ts";
export { extractFieldNames } from "./document-context.ts";
export * from "./field-caps.ts";
export { BinaryFieldType } from "./fields/binary.ts";
export { BooleanFieldType } from "./fields/boolean.ts";
export { ConstantKeywordFieldType } from "./fields/constant-keyword.ts";
export { DateFieldType, DEFAULT_DATE_FORMAT } from "./fields/date.ts";
export { GeoPointFieldType } from "./fields/geo-point.ts";
export { IpFieldType } from "./fields/ip.ts";
export { JoinFieldType, JoinRelation } from "./fields/join.ts";
export { KeywordFieldType } from "./fields/keyword.ts";
export { MatchOnlyTextFieldType } from "./fields/match-only-text.ts";
export { NumberFieldType } from "./fields/number.ts";
export type { NumberKind } from "./fields/number-kinds.ts";
export { OpaqueFieldType } from "./fields/opaque.ts";
export { RangeFieldType } from "./fields/range.ts";
export { decodeRangeLong, rangeLongLength } from "./fields/range-encoding.ts";
export {
  FEATURE_FIELD,
  RankFeatureFieldType,
  RankFeaturesFieldType,
} from "./fields/rank-feature.ts";
export {
  PrefixedFieldType,
  SearchAsYouTypeFieldType,
  ShingleFieldType,
} from "./fields/search-as-you-type.ts";
export { TextFieldType } from "./fields/text.ts";
export * from "./geo-point.ts";
export { formatAddress, parseAddress, parseCidr } from "./ip-address.ts";
export * from "./lucene-field.ts";
export type { ValuesKind } from "./mapped-field-type.ts";
export { MappedFieldType } from "./mapped-field-type.ts";
export * from "./mapper-service.ts";
export { Mapping } from "./mapping.ts";
export type { JsonObject, JsonValue } from "./node-values.ts";
export { isJsonObject, javaDouble, javaFloat, simpleMatch, simplePattern } from "./node-values.ts";
export * from "./number-encoding.ts";
export type { NestedOptions, ObjectMapper } from "./object-mapper.ts";
export * from "./parsed-document.ts";
export type {
  FieldQueryContext,
  FuzzyArguments,
  LeafSourceValues,
  RangeArguments,
  RegexpArguments,
} from "./query-arguments.ts";
export { sourceFilter } from "./source-filter.ts";
export { StringFieldType, TermFieldType } from "./string-field-type.ts";
export * from "./uid.ts";
