// Number fields: byte, short, integer, long, unsigned_long, half_float, float, double,
// scaled_float. Points for searching, sorted-numeric doc values for the rest.
// Upstream: org.opensearch.index.mapper.{NumberFieldMapper,ScaledFloatFieldMapper}.

import { illegalArgument, VarveError } from "../../../base/index.ts";
import type { IndexableFieldType } from "../../../lucene/index/index.ts";
import { DocValuesType } from "../../../lucene/index/index.ts";
import type { Query } from "../../../lucene/search/index.ts";
import type { DocValueFormat } from "../doc-value-format.ts";
import { DecimalDocValueFormat, RAW_FORMAT, UNSIGNED_LONG_FORMAT } from "../doc-value-format.ts";
import type { DocumentContext } from "../document-context.ts";
import type { FieldMapperParts, FieldTypeSpec } from "../field-mapper.ts";
import { FieldMapper } from "../field-mapper.ts";
import { LuceneField, luceneFieldType } from "../lucene-field.ts";
import type { FieldFacts, ValuesKind } from "../mapped-field-type.ts";
import { factsOf, MappedFieldType } from "../mapped-field-type.ts";
import { errorType, mapperParsing } from "../mapper-errors.ts";
import type { JsonValue } from "../node-values.ts";
import { javaDouble, nodeDouble } from "../node-values.ts";
import type { Parameter, ParameterValue } from "../parameters.ts";
import { DOC_VALUES, INDEX, META, STORE, settingBooleanParameter } from "../parameters.ts";
import type { FieldQueryContext, RangeArguments } from "../query-arguments.ts";
import type { SourceValue } from "../source-parser.ts";
import { JsonNumber } from "../source-parser.ts";
import type { NumberKind, NumberTypeName } from "./number-kinds.ts";
import { NUMBER_KINDS, scaledKind } from "./number-kinds.ts";
import { numberRangeQuery, numberTermQuery, numberTermsQuery } from "./number-queries.ts";

/** The type of a number field. */
export class NumberFieldType extends MappedFieldType {
  readonly typeName: string;
  override readonly valuesKind: ValuesKind;
  readonly kind: NumberKind;
  readonly nullValue: number | bigint | undefined;
  readonly coerce: boolean;

  constructor(
    facts: FieldFacts,
    kind: NumberKind,
    nullValue: number | bigint | undefined,
    coerce: boolean,
  ) {
    super(facts);
    this.kind = kind;
    this.typeName = kind.typeName;
    this.valuesKind = kind.valuesKind;
    this.nullValue = nullValue;
    this.coerce = coerce;
  }

  /** A doc value as a double. */
  toDouble(docValue: number | bigint): number {
    return this.kind.toDouble(docValue);
  }

  override termQuery(value: unknown, _context: FieldQueryContext): Query {
    this.failIfNotIndexedAndNoDocValues();
    return this.boosted(numberTermQuery(this, value));
  }

  override termsQuery(values: readonly unknown[], _context: FieldQueryContext): Query {
    this.failIfNotIndexedAndNoDocValues();
    return this.boosted(numberTermsQuery(this, values));
  }

  override rangeQuery(range: RangeArguments, _context: FieldQueryContext): Query {
    this.failIfDisjoint(range);
    this.failIfNotIndexedAndNoDocValues();
    return this.boosted(numberRangeQuery(this, range));
  }

  override docValueFormat(format?: string | null, timeZone?: string | null): DocValueFormat {
    if (typeof timeZone === "string") {
      throw illegalArgument(
        `Field [${this.name}] of type [${this.typeName}] does not support custom time zones`,
      );
    }
    if (typeof format === "string") return new DecimalDocValueFormat(format);
    return this.valuesKind === "unsigned_long" ? UNSIGNED_LONG_FORMAT : RAW_FORMAT;
  }

  override fetchValue(value: unknown, format?: string): unknown {
    const fetched = super.fetchValue(value, format);
    if (fetched === "") return this.nullValue;
    return this.kind.fromSource(fetched as JsonValue, this.coerce);
  }
}

class NumberFieldMapper extends FieldMapper {
  readonly fieldType: NumberFieldType;
  private readonly numberKind: NumberKind;
  private readonly luceneType: IndexableFieldType;
  private readonly isIndexed: boolean;
  private readonly isStored: boolean;
  private readonly hasDocValues: boolean;
  private readonly isEmpty: boolean;
  private readonly coerce: boolean;
  private readonly ignoreMalformed: boolean;

  constructor(parts: FieldMapperParts, kind: NumberKind) {
    super(parts);
    const { values } = parts;
    const facts = factsOf(parts.path, values);
    const nullValue = values.get("null_value");
    const isNumber = typeof nullValue === "number" || typeof nullValue === "bigint";
    this.numberKind = kind;
    this.isIndexed = facts.isIndexed;
    this.isStored = facts.isStored;
    this.hasDocValues = facts.hasDocValues;
    this.isEmpty = !facts.isIndexed && !facts.isStored && !facts.hasDocValues;
    this.coerce = values.boolean("coerce");
    this.ignoreMalformed = values.boolean("ignore_malformed");
    this.fieldType = new NumberFieldType(
      facts,
      kind,
      isNumber ? nullValue : undefined,
      this.coerce,
    );
    this.luceneType = luceneFieldType({
      docValuesType: facts.hasDocValues ? DocValuesType.SORTED_NUMERIC : DocValuesType.NONE,
      pointDimensionCount: facts.isIndexed ? 1 : 0,
      pointNumBytes: facts.isIndexed ? kind.pointBytes : 0,
      stored: facts.isStored,
    });
  }

  parseCreateField(context: DocumentContext, value: SourceValue): void {
    let number: number | bigint | undefined;
    if (value === null || (value === "" && this.coerce)) {
      number = this.fieldType.nullValue;
    } else {
      try {
        number = this.numberKind.parse(context, value, this.coerce);
      } catch (error) {
        if (!this.ignoreMalformed || !isMalformed(error, value)) throw error;
        context.addIgnoredField(this.path);
        return;
      }
    }
    if (number === undefined || this.isEmpty) return;
    const kind = this.numberKind;
    const field = new LuceneField(this.path, this.luceneType);
    if (this.isIndexed) field.point = kind.point(number);
    if (this.hasDocValues) field.numericValue = kind.docValue(number);
    if (this.isStored) {
      field.storedValue = kind.storedValue(number);
      field.storedType = kind.storedType;
    }
    context.add(field);
    if (!this.hasDocValues) context.addFieldNames(this.fieldNames);
  }
}

const MALFORMED = new Set([
  "illegal_argument_exception",
  "number_format_exception",
  "input_coercion_exception",
  "json_parse_exception",
]);

/** May `ignore_malformed` swallow the error? Only for scalars. */
export function isMalformed(error: unknown, value: SourceValue): boolean {
  if (!(error instanceof VarveError)) return false;
  const isScalar = typeof value !== "object" || value === null || value instanceof JsonNumber;
  return isScalar && MALFORMED.has(errorType(error) ?? "");
}

function numberSpec(typeName: Exclude<NumberTypeName, "scaled_float">): FieldTypeSpec {
  const kind = NUMBER_KINDS[typeName];
  return {
    typeName,
    parameters: [
      INDEX,
      DOC_VALUES,
      STORE,
      settingBooleanParameter("ignore_malformed", "index.mapping.ignore_malformed", false, true),
      settingBooleanParameter("coerce", "index.mapping.coerce", true, true),
      {
        name: "null_value",
        updateable: false,
        acceptsNull: true,
        defaultValue: () => null,
        parse: (node) => (node === null ? null : kind.fromNode(node)),
        show: showNumber,
      },
      META,
    ],
    build: (parts) => new NumberFieldMapper(parts, kind),
  };
}

function showNumber(value: ParameterValue): number | string | null {
  if (typeof value === "bigint") {
    return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
  }
  return value as number | null;
}

/** The number types that need no further parameter. */
export const NUMBERS: readonly FieldTypeSpec[] = [
  numberSpec("byte"),
  numberSpec("short"),
  numberSpec("integer"),
  numberSpec("long"),
  numberSpec("unsigned_long"),
  numberSpec("half_float"),
  numberSpec("float"),
  numberSpec("double"),
];

const SCALING_FACTOR: Parameter = {
  name: "scaling_factor",
  updateable: false,
  defaultValue: () => null,
  parse: (node) => nodeDouble(node),
  validate: (value) => {
    if (value === null || value === undefined) {
      throw illegalArgument("Field [scaling_factor] is required");
    }
    if (typeof value !== "number" || !Number.isFinite(value) || value <= 0) {
      throw illegalArgument(
        `[scaling_factor] must be a positive number, got [${javaDouble(Number(value))}]`,
      );
    }
  },
};

/** The `scaled_float` type: a long, the value times a factor. */
export const SCALED_FLOAT: FieldTypeSpec = {
  typeName: "scaled_float",
  parameters: [
    INDEX,
    DOC_VALUES,
    STORE,
    settingBooleanParameter("ignore_malformed", "index.mapping.ignore_malformed", false, true),
    META,
    SCALING_FACTOR,
    settingBooleanParameter("coerce", "index.mapping.coerce", true, true),
    {
      name: "null_value",
      updateable: false,
      acceptsNull: true,
      defaultValue: () => null,
      parse: (node) => (node === null ? null : nodeDouble(node)),
    },
  ],
  build: (parts) => {
    const factor = parts.values.get("scaling_factor");
    if (typeof factor !== "number") {
      throw mapperParsing(`Field [${parts.simpleName}] misses required parameter [scaling_factor]`);
    }
    return new NumberFieldMapper(parts, scaledKind(factor));
  },
};
