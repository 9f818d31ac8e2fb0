// `rank_feature` and `rank_features`: positive numbers that documents are scored by. A number is
// the frequency of a term: the field's path in `_feature`, or the feature's name in the field.
// Upstream: org.opensearch.index.mapper.{RankFeatureFieldMapper,RankFeaturesFieldMapper},
// org.apache.lucene.document.FeatureField.

import { illegalArgument } from "../../../base/index.ts";
import { IndexOptions } from "../../../lucene/index/index.ts";
import type { Query } from "../../../lucene/search/index.ts";
import { encodeFeatureValue, TermQuery } from "../../../lucene/search/index.ts";
import type { DocumentContext } from "../document-context.ts";
import type { FieldMapperParts, FieldTypeSpec } from "../field-mapper.ts";
import { FieldMapper, sourceText } from "../field-mapper.ts";
import { LuceneField, luceneFieldType } from "../lucene-field.ts";
import type { FieldFacts } from "../mapped-field-type.ts";
import { MappedFieldType } from "../mapped-field-type.ts";
import { javaDouble, parseJavaDouble } from "../node-values.ts";
import { booleanParameter, META } from "../parameters.ts";
import type { SourceValue } from "../source-parser.ts";
import { JsonNumber } from "../source-parser.ts";

/** The field that holds the features of all `rank_feature` fields. */
export const FEATURE_FIELD = "_feature";
const FLOAT_MIN_NORMAL = 2 ** -126;

/** Where a `rank_feature` query finds its term. */
export interface FeaturePlace {
  readonly field: string;
  readonly feature: string;
  readonly hasPositiveImpact: boolean;
}

function factsOfFeature({ path, values }: FieldMapperParts): FieldFacts {
  const meta = values.get("meta") as Record<string, string>;
  return { name: path, isIndexed: true, hasDocValues: false, isStored: false, meta };
}

/** The type of a `rank_feature` field. */
export class RankFeatureFieldType extends MappedFieldType {
  readonly typeName = "rank_feature";
  readonly hasPositiveImpact: boolean;

  constructor(facts: FieldFacts, hasPositiveImpact: boolean) {
    super(facts);
    this.hasPositiveImpact = hasPositiveImpact;
  }

  override termQuery(): Query {
    throw illegalArgument("Queries on [rank_feature] fields are not supported");
  }

  override existsQuery(): Query {
    return new TermQuery(FEATURE_FIELD, Buffer.from(this.name));
  }

  override failIfNoDocValues(): void {
    throw illegalArgument("[rank_feature] fields do not support sorting, scripting or aggregating");
  }

  override fetchValue(value: unknown, format?: string): unknown {
    return Math.fround(Number(super.fetchValue(value, format)));
  }
}

/** The type of a `rank_features` field. */
export class RankFeaturesFieldType extends MappedFieldType {
  readonly typeName = "rank_features";

  override termQuery(): Query {
    throw illegalArgument("Queries on [rank_features] fields are not supported");
  }

  override existsQuery(): Query {
    throw illegalArgument("[rank_features] fields do not support [exists] queries");
  }

  override failIfNoDocValues(): void {
    throw illegalArgument(
      "[rank_features] fields do not support sorting, scripting or aggregating",
    );
  }
}

const LUCENE_TYPE = luceneFieldType({ indexOptions: IndexOptions.DOCS_AND_FREQS, omitNorms: true });

/** Adds one feature; `key` is the name under which a document may have it once. */
function addFeature(
  context: DocumentContext,
  field: string,
  feature: string,
  value: number,
  repeated: string,
): void {
  const float = Math.fround(value);
  if (!Number.isFinite(float)) {
    throw illegalArgument(
      `featureValue must be finite, got: ${float} for feature ${feature} on field ${field}`,
    );
  }
  if (float < FLOAT_MIN_NORMAL) {
    throw illegalArgument(
      `featureValue must be a positive normal float, got: ${javaDouble(float)} for feature ` +
        `${feature} on field ${field} which is less than the minimum positive normal float: ` +
        "1.17549435E-38",
    );
  }
  const { fields } = context.document;
  if (fields.some((other) => other.name === field && other.term === feature)) {
    throw illegalArgument(repeated);
  }
  const lucene = new LuceneField(field, LUCENE_TYPE);
  lucene.term = feature;
  lucene.termFrequency = encodeFeatureValue(float);
  context.add(lucene);
}

class RankFeatureFieldMapper extends FieldMapper {
  readonly fieldType: RankFeatureFieldType;

  constructor(parts: FieldMapperParts) {
    super(parts);
    const hasPositiveImpact = parts.values.boolean("positive_score_impact");
    this.fieldType = new RankFeatureFieldType(factsOfFeature(parts), hasPositiveImpact);
  }

  parseCreateField(context: DocumentContext, value: SourceValue): void {
    const text = sourceText(context, value);
    if (text === null) return;
    const number = parseJavaDouble(text);
    addFeature(
      context,
      FEATURE_FIELD,
      this.path,
      this.fieldType.hasPositiveImpact ? number : Math.fround(1 / Math.fround(number)),
      "[rank_feature] fields do not support indexing multiple values for the same field " +
        `[${this.path}] in the same document`,
    );
  }
}

class RankFeaturesFieldMapper extends FieldMapper {
  readonly fieldType: RankFeaturesFieldType;

  constructor(parts: FieldMapperParts) {
    super(parts);
    this.fieldType = new RankFeaturesFieldType(factsOfFeature(parts));
  }

  parseCreateField(context: DocumentContext, value: SourceValue): void {
    if (typeof value !== "object" || value === null || value instanceof JsonNumber) {
      throw illegalArgument(
        "[rank_features] fields must be json objects, expected a START_OBJECT but got: " +
          tokenOf(value),
      );
    }
    for (const [feature, inner] of Object.entries(value) as [string, SourceValue][]) {
      if (inner === null) continue;
      if (typeof inner === "boolean" || Array.isArray(inner) || isObject(inner)) {
        throw illegalArgument(
          "[rank_features] fields take hashes that map a feature to a strictly positive float, " +
            `but got unexpected token ${tokenOf(inner)}`,
        );
      }
      addFeature(
        context,
        this.path,
        feature,
        parseJavaDouble(sourceText(context, inner)!),
        "[rank_features] fields do not support indexing multiple values for the same rank " +
          `feature [${this.path}.${feature}] in the same document`,
      );
    }
  }
}

function isObject(value: SourceValue): boolean {
  return typeof value === "object" && value !== null && !(value instanceof JsonNumber);
}

function tokenOf(value: SourceValue): string {
  if (value === null) return "VALUE_NULL";
  if (typeof value === "boolean") return "VALUE_BOOLEAN";
  if (typeof value === "string") return "VALUE_STRING";
  if (Array.isArray(value)) return "START_ARRAY";
  return isObject(value) ? "START_OBJECT" : "VALUE_NUMBER";
}

/** The `rank_feature` type. */
export const RANK_FEATURE: FieldTypeSpec = {
  typeName: "rank_feature",
  parameters: [booleanParameter("positive_score_impact", false, true), META],
  build: (parts) => new RankFeatureFieldMapper(parts),
};

/** The `rank_features` type. */
export const RANK_FEATURES: FieldTypeSpec = {
  typeName: "rank_features",
  parameters: [META],
  build: (parts) => new RankFeaturesFieldMapper(parts),
};
