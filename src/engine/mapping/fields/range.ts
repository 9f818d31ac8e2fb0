// Range fields: a point of two dimensions (from, to) and binary doc values of all ranges.
// Upstream: org.opensearch.index.mapper.RangeFieldMapper.

import { illegalArgument, VarveError } from "../../../base/index.ts";
import { DocValuesType } from "../../../lucene/index/index.ts";
import type { Query } from "../../../lucene/search/index.ts";
import {
  BinaryDocValuesRangeQuery,
  IndexOrDocValuesQuery,
  MatchNoDocsQuery,
  RangeFieldQuery,
} from "../../../lucene/search/index.ts";
import { DateFormatter } from "../../time/index.ts";
import type { DocValueFormat } from "../doc-value-format.ts";
import { DateTimeFormat } from "../doc-value-format.ts";
import type { DocumentContext } from "../document-context.ts";
import type { FieldMapperParts, FieldTypeSpec } from "../field-mapper.ts";
import { FieldMapper } from "../field-mapper.ts";
import { parseCidr } from "../ip-address.ts";
import { LuceneField, luceneFieldType, storedField } from "../lucene-field.ts";
import type { FieldFacts, ValuesKind } from "../mapped-field-type.ts";
import { factsOf, MappedFieldType } from "../mapped-field-type.ts";
import { mapperParsing } from "../mapper-errors.ts";
import { isJsonObject, javaString } from "../node-values.ts";
import type { Parameter } from "../parameters.ts";
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
import { JsonNumber } from "../source-parser.ts";
import { DEFAULT_DATE_FORMAT } from "./date.ts";
import { isMalformed } from "./number.ts";
import { encodeRanges } from "./range-encoding.ts";
import type { RangeEnd, RangeKind, RangeTypeName } from "./range-kinds.ts";
import {
  compareEnds,
  DOUBLE_RANGE,
  dateRangeKind,
  FLOAT_RANGE,
  INTEGER_RANGE,
  IP_RANGE,
  LONG_RANGE,
} from "./range-kinds.ts";

const DOC_VALUES_TYPE = luceneFieldType({ docValuesType: DocValuesType.BINARY });

/** A range: both ends included. */
interface Range {
  readonly from: RangeEnd;
  readonly to: RangeEnd;
  readonly includeFrom: boolean;
  readonly includeTo: boolean;
}

/** The type of a range field. */
export class RangeFieldType extends MappedFieldType {
  readonly typeName: RangeTypeName;
  override readonly valuesKind: ValuesKind = "range";
  readonly kind: RangeKind;
  readonly formatter: DateFormatter;

  constructor(facts: FieldFacts, kind: RangeKind, formatter: DateFormatter) {
    super(facts);
    this.typeName = kind.typeName;
    this.kind = kind;
    this.formatter = formatter;
  }

  override termQuery(value: unknown, context: FieldQueryContext): Query {
    const range = { from: value, to: value, includeLower: true, includeUpper: true };
    return this.boosted(this.rangeQuery(range, context));
  }

  override rangeQuery(range: RangeArguments, context: FieldQueryContext): Query {
    this.failIfNotIndexed();
    const { kind } = this;
    const formatter =
      range.format === undefined
        ? this.formatter
        : DateFormatter.forPattern(range.format).withLocale(this.formatter.locale);
    const options = { formatter, now: context.nowMillis, timeZone: range.timeZone ?? "UTC" };
    const isOpen = (value: unknown) => value === null || value === undefined;
    const from = isOpen(range.from)
      ? kind.min
      : kind.fromQuery(range.from, options, !range.includeLower);
    const to = isOpen(range.to) ? kind.max : kind.fromQuery(range.to, options, range.includeUpper);
    if (compareEnds(from, to) > 0) {
      throw illegalArgument(
        `Range query \`from\` value (${kind.show(from)}) is greater than \`to\` ` +
          `value (${kind.show(to)})`,
      );
    }
    const lower = range.includeLower ? from : kind.next(from);
    const upper = range.includeUpper ? to : kind.previous(to);
    if (compareEnds(lower, upper) > 0) {
      return new MatchNoDocsQuery("range didn't intersect anything");
    }
    return this.relationQuery(lower, upper, range.relation ?? "intersects");
  }

  override docValueFormat(format?: string | null, timeZone?: string | null): DocValueFormat {
    if (this.typeName !== "date_range") return super.docValueFormat(format, timeZone);
    const formatter =
      typeof format === "string"
        ? DateFormatter.forPattern(format).withLocale(this.formatter.locale)
        : this.formatter;
    return new DateTimeFormat(formatter, timeZone ?? "UTC", "date");
  }

  override fetchValue(value: unknown, format?: string): unknown {
    if (!isJsonObject(value) || this.typeName !== "date_range") return value;
    const formatter =
      format === undefined
        ? this.formatter
        : DateFormatter.forPattern(format).withLocale(this.formatter.locale);
    return Object.fromEntries(
      Object.entries(value).map(([key, end]) => [
        key,
        formatter.format(this.formatter.parseMillis(javaString(end))),
      ]),
    );
  }

  private relationQuery(
    lower: RangeEnd,
    upper: RangeEnd,
    relation: NonNullable<RangeArguments["relation"]>,
  ): Query {
    const { kind, name } = this;
    const asked = relation === "disjoint" ? "intersects" : relation;
    const packed = Buffer.concat([kind.point(lower), kind.point(upper)]);
    const index = new RangeFieldQuery(name, packed, 1, kind.pointBytes, asked);
    if (!this.hasDocValues) return index;
    const values = new BinaryDocValuesRangeQuery(
      name,
      asked,
      kind.lengthType,
      kind.docValue(lower),
      kind.docValue(upper),
    );
    return new IndexOrDocValuesQuery(index, values);
  }
}

class RangeFieldMapper extends FieldMapper {
  readonly fieldType: RangeFieldType;
  private readonly pointType;
  private readonly rangeKind: RangeKind;
  private readonly coerce: boolean;
  private readonly ignoreMalformed: boolean;

  constructor(parts: FieldMapperParts, kind: RangeKind, formatter: DateFormatter) {
    super(parts);
    this.rangeKind = kind;
    this.coerce = parts.values.boolean("coerce");
    this.ignoreMalformed = parts.values.boolean("ignore_malformed");
    this.fieldType = new RangeFieldType(factsOf(parts.path, parts.values), kind, formatter);
    this.pointType = luceneFieldType({ pointDimensionCount: 2, pointNumBytes: kind.pointBytes });
  }

  parseCreateField(context: DocumentContext, value: SourceValue): void {
    if (value === null) return;
    const range = this.parseRange(context, value);
    if (range === undefined) {
      context.addIgnoredField(this.path);
      return;
    }
    const { isIndexed, hasDocValues, isStored } = this.fieldType;
    context.failedValue = null;
    if (isIndexed) context.add(this.pointField(range));
    context.failedValue = undefined;
    if (hasDocValues) this.addDocValue(context, range);
    if (isStored) context.add(storedField(this.path, this.show(range)));
    if (!hasDocValues && (isIndexed || isStored)) context.addFieldNames(this.fieldNames);
  }

  private parseRange(context: DocumentContext, value: SourceValue): Range | undefined {
    if (typeof value === "object" && !(value instanceof JsonNumber) && !Array.isArray(value)) {
      return this.parseObject(context, value!);
    }
    if (this.rangeKind.typeName === "ip_range" && typeof value === "string") {
      try {
        return { ...parseCidr(value), includeFrom: true, includeTo: true };
      } catch (error) {
        if (this.ignoreMalformed && isMalformed(error, value)) return undefined;
        throw error;
      }
    }
    const shown =
      context.key === "" || typeof context.key === "number" ? this.simpleName : context.key;
    throw mapperParsing(`error parsing field [${this.path}], expected an object but got ${shown}`);
  }

  private parseObject(
    context: DocumentContext,
    object: { [key: string]: SourceValue },
  ): Range | undefined {
    const { rangeKind: kind, coerce } = this;
    let { min: from, max: to } = kind;
    let includeFrom = true;
    let includeTo = true;
    let isMalformedRange = false;
    for (const key of Object.keys(object)) {
      const value = object[key]!;
      try {
        if (key === "gt" || key === "gte") {
          includeFrom = key === "gte";
          if (value !== null) {
            const end = kind.parse(context, value, coerce);
            from = includeFrom ? end : kind.next(end);
          }
        } else if (key === "lt" || key === "lte") {
          includeTo = key === "lte";
          if (value !== null) {
            const end = kind.parse(context, value, coerce);
            to = includeTo ? end : kind.previous(end);
          }
        } else {
          throw mapperParsing(
            `error parsing field [${this.path}], with unknown parameter [${key}]`,
          );
        }
      } catch (error) {
        const ignorable =
          error instanceof VarveError &&
          ["illegal_argument_exception", "number_format_exception"].includes(error.type ?? "");
        if (!this.ignoreMalformed || !ignorable) {
          context.failedValue = value;
          throw error;
        }
        isMalformedRange = true;
      }
    }
    return isMalformedRange ? undefined : { from, to, includeFrom, includeTo };
  }

  private pointField(range: Range): LuceneField {
    const { rangeKind: kind } = this;
    const from = kind.point(range.from);
    const to = kind.point(range.to);
    if (Buffer.compare(from, to) > 0) {
      throw illegalArgument(
        `min value (${kind.show(range.from)}) is greater than max value ` +
          `(${kind.show(range.to)})`,
      );
    }
    const field = new LuceneField(this.path, this.pointType);
    field.point = Buffer.concat([from, to]);
    return field;
  }

  private addDocValue(context: DocumentContext, range: Range): void {
    const { document } = context;
    document.keyed ??= new Map();
    let entry = document.keyed.get(this.path);
    if (entry === undefined) {
      entry = { field: new LuceneField(this.path, DOC_VALUES_TYPE), values: [] as Range[] };
      document.keyed.set(this.path, entry);
      document.fields.push(entry.field);
    }
    const ranges = entry.values as Range[];
    const isKnown = ranges.some(
      (known) =>
        compareEnds(known.from, range.from) === 0 &&
        compareEnds(known.to, range.to) === 0 &&
        known.includeFrom === range.includeFrom &&
        known.includeTo === range.includeTo,
    );
    if (!isKnown) ranges.push(range);
    const { rangeKind: kind } = this;
    // Upstream sorts all kinds but addresses.
    if (kind.typeName !== "ip_range") {
      ranges.sort((a, b) => compareEnds(a.from, b.from) || compareEnds(a.to, b.to));
    }
    entry.field.bytesValue = encodeRanges(
      ranges.map(({ from, to }) => [kind.docValue(from), kind.docValue(to)] as const),
    );
  }

  private show(range: Range): string {
    const { rangeKind: kind } = this;
    const from =
      range.includeFrom || compareEnds(range.from, kind.min) === 0
        ? range.from
        : kind.previous(range.from);
    const to =
      range.includeTo || compareEnds(range.to, kind.max) === 0 ? range.to : kind.next(range.to);
    return (
      `${range.includeFrom ? "[" : "("}${kind.show(from)} : ${kind.show(to)}` +
      `${range.includeTo ? "]" : ")"}`
    );
  }
}

const never = () => false;

function rangeSpec(typeName: RangeTypeName, fixedKind: RangeKind | undefined): FieldTypeSpec {
  const isDate = fixedKind === undefined;
  const hidden: Partial<Parameter> = isDate ? {} : { shown: never };
  return {
    typeName,
    parameters: [
      INDEX,
      DOC_VALUES,
      STORE,
      settingBooleanParameter("coerce", "index.mapping.coerce", true, true),
      { ...stringParameter("format", false, DEFAULT_DATE_FORMAT), ...hidden },
      {
        name: "locale",
        updateable: false,
        defaultValue: () => "",
        parse: (node) => (javaString(node) === "ROOT" ? "" : javaString(node)),
        ...hidden,
      },
      BOOST,
      META,
      settingBooleanParameter("ignore_malformed", "index.mapping.ignore_malformed", false, false),
    ],
    build: (parts) => {
      const pattern = parts.values.string("format");
      if (!isDate && pattern !== DEFAULT_DATE_FORMAT) {
        throw illegalArgument(
          `field [${parts.simpleName}] of type [range] should not define a ` +
            "dateTimeFormatter unless it is a DATE type",
        );
      }
      const formatter = DateFormatter.forPattern(pattern).withLocale(parts.values.string("locale"));
      return new RangeFieldMapper(parts, fixedKind ?? dateRangeKind(formatter), formatter);
    },
  };
}

/** The range types. */
export const RANGES: readonly FieldTypeSpec[] = [
  rangeSpec("integer_range", INTEGER_RANGE),
  rangeSpec("long_range", LONG_RANGE),
  rangeSpec("float_range", FLOAT_RANGE),
  rangeSpec("double_range", DOUBLE_RANGE),
  rangeSpec("date_range", undefined),
  rangeSpec("ip_range", IP_RANGE),
];
