// `date` and `date_nanos`: a long, milliseconds or nanoseconds since the epoch.
// Upstream: org.opensearch.index.mapper.DateFieldMapper.

import { illegalArgument } from "../../../base/index.ts";
import type { IndexableFieldType } from "../../../lucene/index/index.ts";
import { DocValuesType } from "../../../lucene/index/index.ts";
import type { Query } from "../../../lucene/search/index.ts";
import {
  IndexOrDocValuesQuery,
  PointRangeQuery,
  SortedNumericDocValuesRangeQuery,
} from "../../../lucene/search/index.ts";
import { DateFormatter, DateMathParser } from "../../time/index.ts";
import type { DocValueFormat } from "../doc-value-format.ts";
import { DateTimeFormat } from "../doc-value-format.ts";
import type { DocumentContext } from "../document-context.ts";
import type { FieldMapperParts, FieldTypeSpec } from "../field-mapper.ts";
import { FieldMapper, sourceText } from "../field-mapper.ts";
import { LuceneField, luceneFieldType } from "../lucene-field.ts";
import type { FieldFacts, ValuesKind } from "../mapped-field-type.ts";
import { factsOf, MappedFieldType } from "../mapped-field-type.ts";
import { errorMessage } from "../mapper-errors.ts";
import { javaString } from "../node-values.ts";
import { anyLongPoint, bigLongPoint, longPoint } from "../number-encoding.ts";
import type { FieldValues } from "../parameters.ts";
import {
  BOOST,
  DOC_VALUES,
  INDEX,
  META,
  STORE,
  settingBooleanParameter,
  stringParameter,
} from "../parameters.ts";
import type { FieldQueryContext, RangeArguments } from "../query-arguments.ts";
import type { SourceValue } from "../source-parser.ts";
import { queryText } from "../string-field-type.ts";
import { isMalformed } from "./number.ts";

/** The format of dates when the mapping names none. */
export const DEFAULT_DATE_FORMAT = "strict_date_optional_time||epoch_millis";

const DEFAULT_PRINT_FORMAT = "strict_date_optional_time";

/** The type of a date field. */
export class DateFieldType extends MappedFieldType {
  readonly typeName: "date" | "date_nanos";
  override readonly valuesKind: ValuesKind;
  readonly formatter: DateFormatter;
  readonly nullValue: string | undefined;

  constructor(
    facts: FieldFacts,
    typeName: "date" | "date_nanos",
    formatter: DateFormatter,
    nullValue: string | undefined,
  ) {
    super(facts);
    this.typeName = typeName;
    this.valuesKind = typeName;
    this.formatter = formatter;
    this.nullValue = nullValue;
  }

  /** Milliseconds, or nanoseconds for date_nanos. */
  parse(text: string): number | bigint {
    if (this.typeName === "date") return this.formatter.parseMillis(text);
    return toNanos(this.formatter.parseNanos(text));
  }

  /** A bound of a query, with date math. */
  parseBound(value: unknown, roundUp: boolean, now: number, zone?: string, format?: string) {
    const formatter =
      format === undefined
        ? this.formatter
        : DateFormatter.forPattern(format).withLocale(this.formatter.locale);
    const parser = new DateMathParser(formatter);
    const instant = parser.parseInstant(queryText(value), () => now, roundUp, zone);
    if (this.typeName === "date") return BigInt(instant.millis);
    return BigInt(toNanos(BigInt(instant.millis) * 1_000_000n + BigInt(instant.nanosOfMilli)));
  }

  override termQuery(value: unknown, context: FieldQueryContext): Query {
    const range = { from: value, to: value, includeLower: true, includeUpper: true };
    return this.boosted(this.rangeQuery(range, context));
  }

  override rangeQuery(range: RangeArguments, context: FieldQueryContext): Query {
    this.failIfNotIndexedAndNoDocValues();
    this.failIfDisjoint(range);
    const { includeLower, includeUpper, timeZone, format } = range;
    const now = context.nowMillis;
    let lower = LONG_MIN;
    if (range.from !== null && range.from !== undefined) {
      lower = this.parseBound(range.from, !includeLower, now, timeZone, format);
      if (!includeLower) lower++;
    }
    let upper = NANOS_MAX;
    if (range.to !== null && range.to !== undefined) {
      upper = this.parseBound(range.to, includeUpper, now, timeZone, format);
      if (!includeUpper) upper--;
    }
    const values = this.hasDocValues
      ? new SortedNumericDocValuesRangeQuery(this.name, lower, upper)
      : undefined;
    if (!this.isIndexed) return values!;
    const points = new PointRangeQuery(this.name, bigLongPoint(lower), bigLongPoint(upper), 1);
    return values === undefined ? points : new IndexOrDocValuesQuery(points, values);
  }

  override docValueFormat(format?: string | null, timeZone?: string | null): DocValueFormat {
    const formatter =
      typeof format === "string"
        ? DateFormatter.forPattern(format).withLocale(this.formatter.locale)
        : this.formatter;
    return new DateTimeFormat(formatter, timeZone ?? "UTC", this.typeName);
  }

  override fetchValue(value: unknown, format?: string): unknown {
    const { millis, nanosOfMilli } = this.formatter.parse(queryText(value));
    const formatter =
      format === undefined
        ? this.formatter
        : DateFormatter.forPattern(format).withLocale(this.formatter.locale);
    return formatter.format(millis, this.typeName === "date" ? 0 : nanosOfMilli);
  }
}

const LONG_MIN = -0x8000000000000000n;

const NANOS_MAX = 0x7fffffffffffffffn;

/** DateUtils.toLong: nanoseconds since the epoch, from 1970 to 2262. */
export function toNanos(nanos: bigint): number | bigint {
  if (nanos < 0n || nanos > NANOS_MAX) {
    const text = javaInstant(nanos);
    throw illegalArgument(
      nanos < 0n
        ? `date[${text}] is before the epoch in 1970 and cannot be stored in nanosecond resolution`
        : `date[${text}] is after 2262-04-11T23:47:16.854775807 and cannot be stored in nanosecond ` +
            "resolution",
    );
  }
  const number = Number(nanos);
  return Number.isSafeInteger(number) ? number : nanos;
}

// Instant.toString: no fraction, or three, six or nine digits.
function javaInstant(nanos: bigint): string {
  const seconds = nanos < 0n ? (nanos - 999_999_999n) / 1_000_000_000n : nanos / 1_000_000_000n;
  const whole = new Date(Number(seconds) * 1000).toISOString().slice(0, 19);
  const rest = String(nanos - seconds * 1_000_000_000n)
    .padStart(9, "0")
    .replace(/(?:000)+$/, "");
  return `${whole}${rest === "" ? "" : `.${rest}`}Z`;
}

class DateFieldMapper extends FieldMapper {
  readonly fieldType: DateFieldType;
  private readonly luceneType: IndexableFieldType;
  private readonly nullTimestamp: number | bigint | undefined;
  private readonly ignoreMalformed: boolean;
  private readonly isEmpty: boolean;
  private readonly isMillis: boolean;

  constructor(parts: FieldMapperParts, typeName: "date" | "date_nanos") {
    super(parts);
    const { values } = parts;
    const facts = factsOf(parts.path, values);
    const nullValue = values.optionalString("null_value");
    this.fieldType = new DateFieldType(
      facts,
      typeName,
      buildFormatter(parts.simpleName, values),
      nullValue,
    );
    this.ignoreMalformed = values.boolean("ignore_malformed");
    this.isEmpty = !facts.isIndexed && !facts.hasDocValues && !facts.isStored;
    this.isMillis = typeName === "date";
    this.nullTimestamp = this.parseNullValue(nullValue);
    this.luceneType = luceneFieldType({
      docValuesType: facts.hasDocValues ? DocValuesType.SORTED_NUMERIC : DocValuesType.NONE,
      pointDimensionCount: facts.isIndexed ? 1 : 0,
      pointNumBytes: facts.isIndexed ? 8 : 0,
      stored: facts.isStored,
    });
  }

  parseCreateField(context: DocumentContext, value: SourceValue): void {
    const { formatter } = this.fieldType;
    if (
      typeof value === "number" &&
      this.isMillis &&
      context.plainNumbers &&
      formatter.isPlainMillis(value)
    ) {
      if (!this.isEmpty) this.addTimestamp(context, value);
      return;
    }
    const text = typeof value === "string" ? value : sourceText(context, value);
    let timestamp: number | bigint | undefined;
    if (text === null) {
      timestamp = this.nullTimestamp;
    } else {
      try {
        timestamp = this.isMillis ? formatter.parseMillis(text) : this.fieldType.parse(text);
      } catch (error) {
        if (!this.ignoreMalformed || !isMalformed(error, value)) throw error;
        context.addIgnoredField(this.path);
        return;
      }
    }
    if (timestamp === undefined || this.isEmpty) return;
    this.addTimestamp(context, timestamp);
  }

  private addTimestamp(context: DocumentContext, timestamp: number | bigint): void {
    const { luceneType } = this;
    const field = new LuceneField(this.path, luceneType);
    if (luceneType.pointNumBytes !== 0) {
      field.point = typeof timestamp === "number" ? longPoint(timestamp) : anyLongPoint(timestamp);
    }
    if (luceneType.stored) {
      field.storedValue = timestamp;
      field.storedType = "long";
    }
    if (luceneType.docValuesType !== DocValuesType.NONE) field.numericValue = timestamp;
    else context.addFieldNames(this.fieldNames);
    context.add(field);
  }

  // A null value that does not parse is ignored, with a deprecation warning upstream.
  private parseNullValue(text: string | undefined): number | bigint | undefined {
    if (text === undefined) return undefined;
    try {
      return this.fieldType.parse(text);
    } catch {
      return undefined;
    }
  }
}

function buildFormatter(name: string, values: FieldValues): DateFormatter {
  try {
    const formatter = DateFormatter.forPattern(values.string("format")).withLocale(
      values.string("locale"),
    );
    const print = values.optionalString("print_format");
    const isDefault = print === undefined || print === DEFAULT_PRINT_FORMAT;
    return isDefault ? formatter : formatter.withPrintFormat(print);
  } catch (error) {
    throw illegalArgument(
      `Error parsing [format] on field [${name}]: ${errorMessage(error)}`,
      error,
    );
  }
}

function dateSpec(typeName: "date" | "date_nanos"): FieldTypeSpec {
  return {
    typeName,
    parameters: [
      INDEX,
      DOC_VALUES,
      STORE,
      {
        ...stringParameter("format", false, DEFAULT_DATE_FORMAT),
      },
      stringParameter("print_format", false, DEFAULT_PRINT_FORMAT, { acceptsNull: true }),
      {
        name: "locale",
        updateable: false,
        defaultValue: () => "",
        parse: (node) => (javaString(node) === "ROOT" ? "" : javaString(node)),
      },
      stringParameter("null_value", false, null, { acceptsNull: true }),
      settingBooleanParameter("ignore_malformed", "index.mapping.ignore_malformed", false, false),
      BOOST,
      META,
    ],
    build: (parts) => new DateFieldMapper(parts, typeName),
  };
}

/** The `date` type. */
export const DATE = dateSpec("date");
/** The `date_nanos` type. */
export const DATE_NANOS = dateSpec("date_nanos");
