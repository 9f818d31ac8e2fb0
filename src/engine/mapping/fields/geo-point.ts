// `geo_point`: a point of two dimensions and one long of doc values.
// Upstream: org.opensearch.index.mapper.GeoPointFieldMapper and its abstract parents.

import type { IndexableFieldType } from "../../../lucene/index/index.ts";
import { DocValuesType } from "../../../lucene/index/index.ts";
import type { Query } from "../../../lucene/search/index.ts";
import type { DocumentContext } from "../document-context.ts";
import { NEEDS_EXACT_SOURCE } from "../document-context.ts";
import type { FieldMapperParts, FieldTypeSpec } from "../field-mapper.ts";
import { FieldMapper } from "../field-mapper.ts";
import type { GeoPoint } from "../geo-point.ts";
import {
  checkZ,
  decodeLatLon,
  geohashOf,
  isGeoError,
  latLonDocValue,
  latLonPoint,
  normalizeGeoPoint,
  parseGeoPoint,
  validateGeoPoint,
} from "../geo-point.ts";
import { LuceneField, luceneFieldType, storedField } from "../lucene-field.ts";
import type { FieldFacts, ValuesKind } from "../mapped-field-type.ts";
import { factsOf, MappedFieldType } from "../mapped-field-type.ts";
import { mapperParsing, parseException } from "../mapper-errors.ts";
import type { JsonObject, JsonValue } from "../node-values.ts";
import { isJsonObject, javaDouble, nodeBoolean } from "../node-values.ts";
import type { Parameter } from "../parameters.ts";
import { BOOST, booleanParameter, DOC_VALUES, META, STORE } from "../parameters.ts";
import type { FieldQueryContext } from "../query-arguments.ts";
import type { SourceValue } from "../source-parser.ts";
import { JsonNumber } from "../source-parser.ts";

/** The type of a point field. */
export class GeoPointFieldType extends MappedFieldType {
  readonly typeName = "geo_point";
  override readonly valuesKind: ValuesKind = "geo_point";
  private readonly ignoreZValue: boolean;

  constructor(facts: FieldFacts, ignoreZValue: boolean) {
    super(facts);
    this.ignoreZValue = ignoreZValue;
  }

  override termQuery(_value: unknown, context: FieldQueryContext): Query {
    throw this.shardError(
      context,
      "Geometry fields do not support exact searching, use dedicated geometry queries instead: " +
        `[${this.name}]`,
    );
  }

  /** A doc value as a point. */
  toPoint(docValue: bigint): GeoPoint {
    return decodeLatLon(docValue);
  }

  /** GeoJSON, or WKT when the format says so. Takes the whole value, arrays included. */
  override fetchValue(value: unknown, format?: string): unknown {
    if (format !== undefined && format !== "geojson" && format !== "wkt") {
      throw parseException(`Unrecognized geometry format [${format}].`);
    }
    const points = pointsOf(value as SourceValue, this.ignoreZValue);
    return points.map(({ lat, lon }) =>
      format === "wkt"
        ? `POINT (${javaDouble(lon)} ${javaDouble(lat)})`
        : { coordinates: [lon, lat], type: "Point" },
    );
  }
}

/** One point or many: an array of numbers is one point, any other array is many. */
export function pointsOf(value: SourceValue, ignoreZValue: boolean): GeoPoint[] {
  if (!Array.isArray(value)) return [parseGeoPoint(value, ignoreZValue)];
  const isNumber = (item: SourceValue | undefined) =>
    typeof item === "number" || item instanceof JsonNumber;
  if (!isNumber(value[0])) return value.map((item) => parseGeoPoint(item, ignoreZValue));
  const numbers = value.map((item) => (item instanceof JsonNumber ? item.value : item));
  if (isNumber(value[2])) checkZ(ignoreZValue, numbers[2] as number);
  else if (value.length > 2) throw parseException("field type does not accept > 3 dimensions");
  if (value.length > 3) throw parseException("geo_point expected");
  return [{ lon: Number(numbers[0]), lat: Number(numbers[1]) }];
}

class GeoPointFieldMapper extends FieldMapper {
  readonly fieldType: GeoPointFieldType;
  override readonly parsesArrayValue = true;
  private readonly luceneType: IndexableFieldType;
  private readonly ignoreMalformed: boolean;
  private readonly ignoreZValue: boolean;
  private readonly nullValue: GeoPoint | undefined;

  constructor(parts: FieldMapperParts) {
    super(parts);
    const { values } = parts;
    const facts = factsOf(parts.path, values);
    const nullValue = values.get("null_value");
    this.ignoreMalformed = values.boolean("ignore_malformed");
    this.ignoreZValue = values.boolean("ignore_z_value");
    this.nullValue = isJsonObject(nullValue)
      ? { lat: nullValue["lat"] as number, lon: nullValue["lon"] as number }
      : undefined;
    this.fieldType = new GeoPointFieldType(facts, this.ignoreZValue);
    this.luceneType = luceneFieldType({
      docValuesType: facts.hasDocValues ? DocValuesType.SORTED_NUMERIC : DocValuesType.NONE,
      pointDimensionCount: facts.isIndexed ? 2 : 0,
      pointNumBytes: facts.isIndexed ? 4 : 0,
    });
  }

  override parse(context: DocumentContext, value: SourceValue): void {
    try {
      this.parseCreateField(context, value);
    } catch (error) {
      if (error === NEEDS_EXACT_SOURCE || !isGeoError(error)) throw error;
      if (!this.ignoreMalformed) {
        throw mapperParsing(`failed to parse field [${this.path}] of type [geo_point]`, error);
      }
      context.addIgnoredField(this.path);
    }
  }

  parseCreateField(context: DocumentContext, value: SourceValue): void {
    const points =
      value === null
        ? this.nullValue === undefined
          ? []
          : [this.nullValue]
        : pointsOf(value, this.ignoreZValue).map((point) => this.check(point));
    for (const point of points) this.addPoint(context, point);
    if (points.length === 0) return;
    if (this.multiFields.length === 0) return;
    const hashes = points.map((point) => geohashOf(point)).join(",");
    const text = points.length > 1 ? `[${hashes}]` : hashes;
    for (const field of this.multiFields) field.parse(context, text);
  }

  private check(point: GeoPoint): GeoPoint {
    if (this.ignoreMalformed) return normalizeGeoPoint(point);
    validateGeoPoint(point, this.path);
    return point;
  }

  private addPoint(context: DocumentContext, { lat, lon }: GeoPoint): void {
    const { isIndexed, hasDocValues, isStored } = this.fieldType;
    if (isStored) {
      context.add(storedField(this.path, `${javaDouble(lat)}, ${javaDouble(lon)}`));
    }
    if (isIndexed || hasDocValues) {
      const field = new LuceneField(this.path, this.luceneType);
      if (isIndexed) field.point = latLonPoint(lat, lon);
      if (hasDocValues) field.numericValue = latLonDocValue(lat, lon);
      context.add(field);
    }
    if (!hasDocValues && (isIndexed || isStored)) context.addFieldNames(this.fieldNames);
  }
}

function flag(name: string, setting: string | undefined, fallback: boolean): Parameter {
  return {
    name,
    updateable: true,
    explicit: true,
    keepsUnlessExplicit: true,
    defaultValue: (context) =>
      setting === undefined ? fallback : context.settings.getBoolean(setting, fallback),
    parse: (node, _context, field) => nodeBoolean(node, `${field}.${name}`),
  };
}

function parseNullValue(node: JsonValue): JsonObject | null {
  if (node === null) return null;
  const point = parseGeoPoint(node, true);
  validateGeoPoint(point);
  return { lat: point.lat, lon: point.lon };
}

/** Upstream reads `index` of a point field and drops it: points are always indexed. */
const IGNORED_INDEX: Parameter = {
  ...booleanParameter("index", true, true),
  parse: (node, _context, field) => {
    nodeBoolean(node, `${field}.index`);
    return true;
  },
};

/** The `geo_point` type. */
export const GEO_POINT: FieldTypeSpec = {
  typeName: "geo_point",
  isUnparametrized: true,
  parameters: [
    BOOST,
    IGNORED_INDEX,
    DOC_VALUES,
    STORE,
    META,
    flag("ignore_malformed", "index.mapping.ignore_malformed", false),
    flag("ignore_z_value", undefined, true),
    {
      name: "null_value",
      updateable: true,
      acceptsNull: true,
      defaultValue: () => null,
      parse: parseNullValue,
    },
  ],
  build: (parts) => new GeoPointFieldMapper(parts),
  show: (mapper, out, shared) => {
    mapper.values.showInto(out, ["boost", "index", "doc_values", "store"]);
    shared.multiFields();
    shared.copyTo();
    mapper.values.showInto(out, ["meta", "ignore_malformed", "ignore_z_value", "null_value"]);
  },
};
