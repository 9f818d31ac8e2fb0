// Where an aggregation's values come from: parsed once, resolved against each shard's mapping.
// Upstream: org.opensearch.search.aggregations.support.{ValuesSourceConfig,
// ValuesSourceAggregationBuilder,CoreValuesSourceType}.

import { illegalArgument, VarveError } from "../../../base/index.ts";
import type { LeafContext } from "../../../lucene/index/index.ts";
import {
  DateFieldType,
  DateTimeFormat,
  DEFAULT_DATE_FORMAT,
  DecimalDocValueFormat,
  type DocValueFormat,
  type MappedFieldType,
  RAW_FORMAT,
  UNSIGNED_LONG_FORMAT,
} from "../../mapping/index.ts";
import { DateFormatter, zoneRules } from "../../time/index.ts";
import { doubleDecoder, leafNumbers, numericKind } from "../field-values.ts";
import type { AggregationBody } from "./aggregation-body.ts";
import type { AggregationContext } from "./aggregator.ts";
import {
  DoubleValues,
  LongValues,
  MissingNumericValues,
  NanosecondValues,
  NO_NUMBERS,
  type NumericValues,
  UnsignedLongValues,
} from "./numeric-values.ts";
import {
  constantOrdinals,
  type GlobalOrdinals,
  globalOrdinals,
  withMissingTerm,
} from "./ordinal-values.ts";

/** What kind of values a field gives. */
export type ValuesSourceKind =
  | "numeric"
  | "date"
  | "boolean"
  | "bytes"
  | "ip"
  | "geo_point"
  | "range"
  | "binary";

/** The members that every values-source aggregation has. */
export interface ValuesSourceOptions {
  readonly field: string;
  readonly missing: string | number | boolean | bigint | undefined;
  readonly format: string | undefined;
  readonly timeZone: string | undefined;
  readonly valueType: ValuesSourceKind | undefined;
}

/** What a type of aggregation declares. */
export interface ValuesSourceDeclaration {
  readonly formattable?: boolean;
  readonly timeZoneAware?: boolean;
  readonly scriptable?: boolean;
}

const VALUE_TYPES: Readonly<Record<string, ValuesSourceKind>> = {
  string: "bytes",
  byte: "numeric",
  short: "numeric",
  integer: "numeric",
  long: "numeric",
  double: "numeric",
  float: "numeric",
  number: "numeric",
  numeric: "numeric",
  date: "date",
  ip: "ip",
  boolean: "boolean",
  geo_point: "geo_point",
  range: "range",
  unsigned_long: "numeric",
};

/** Takes `field`, `missing`, `value_type`, `format`, `time_zone`; refuses scripts by name. */
export function parseValuesSource(
  body: AggregationBody,
  declaration: ValuesSourceDeclaration = {},
): ValuesSourceOptions {
  const field = body.takeString("field");
  const missing = body.takeScalar("missing");
  const valueType = body.take("value_type", ["VALUE_STRING"], (value) => {
    const kind = VALUE_TYPES[String(value).toLowerCase()];
    if (kind === undefined) throw illegalArgument(`Unknown value type [${String(value)}]`);
    return kind;
  });
  const format = declaration.formattable === false ? undefined : body.takeString("format");
  const timeZone = declaration.timeZoneAware === true ? takeTimeZone(body) : undefined;
  if (declaration.scriptable !== false && Object.hasOwn(body.object, "script")) {
    throw illegalArgument(`[${body.type}] with a [script] is not supported`);
  }
  if (field === undefined) {
    const list = declaration.scriptable === false ? "[field]" : "[field, script]";
    throw illegalArgument(`Required one of fields ${list}, but none were specified. `);
  }
  return { field, missing, format, timeZone, valueType };
}

/** Takes `time_zone`: a zone's name, or whole hours. */
export function takeTimeZone(body: AggregationBody): string | undefined {
  return body.take("time_zone", ["VALUE_STRING", "VALUE_NUMBER"], (value) => {
    if (typeof value === "number") {
      return `${value < 0 ? "-" : "+"}${String(Math.abs(value)).padStart(2, "0")}:00`;
    }
    return checkedZone(String(value));
  });
}

function checkedZone(zone: string): string {
  try {
    zoneRules(zone);
    return zone;
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new VarveError("invalid", message, { type: "zone_rules_exception" });
  }
}

/** Kinds by a field's values. */
function kindOf(type: MappedFieldType): ValuesSourceKind {
  switch (type.valuesKind) {
    case "boolean":
      return "boolean";
    case "date":
    case "date_nanos":
      return "date";
    case "ip":
      return "ip";
    case "geo_point":
      return "geo_point";
    case "range":
      return "range";
    case "long":
    case "double":
    case "unsigned_long":
      return "numeric";
    case "bytes":
      return type.typeName === "binary" ? "binary" : "bytes";
    default:
      return numericKind(type as never) === undefined ? "bytes" : "numeric";
  }
}

/** Values of a shard. */
export class ValuesSource {
  readonly kind: ValuesSourceKind;
  readonly format: DocValueFormat;
  /** Undefined where the field is not mapped. */
  readonly fieldType: MappedFieldType | undefined;
  /** Can any doc have a value? Not for an unmapped field without `missing`. */
  readonly hasValues: boolean;
  readonly isFloatingPoint: boolean;
  readonly isBigInteger: boolean;
  /** As the request has it. */
  readonly missing: ValuesSourceOptions["missing"];
  private readonly context: AggregationContext;
  private readonly missingNumber: number | undefined;

  constructor(
    context: AggregationContext,
    options: ValuesSourceOptions,
    defaultKind: ValuesSourceKind,
  ) {
    this.context = context;
    const type = context.shard.mapper.fieldType(options.field);
    type?.failIfNoDocValues();
    this.fieldType = type;
    this.missing = options.missing;
    this.kind = options.valueType ?? (type === undefined ? defaultKind : kindOf(type));
    this.format = formatOf(type, this.kind, options);
    this.hasValues = type !== undefined || options.missing !== undefined;
    this.missingNumber =
      this.isNumeric && options.missing !== undefined
        ? this.parseNumber(options.missing)
        : undefined;
    const numeric = type === undefined ? undefined : numericKind(type as never);
    this.isFloatingPoint =
      numeric === "float" ||
      numeric === "double" ||
      (this.missingNumber !== undefined && this.missingNumber % 1 !== 0);
    this.isBigInteger = numeric === "unsigned_long";
  }

  get isNumeric(): boolean {
    return this.kind === "numeric" || this.kind === "date" || this.kind === "boolean";
  }

  /** Refuses kinds that an aggregation cannot read. */
  expect(aggregation: string, kinds: readonly ValuesSourceKind[]): void {
    if (kinds.includes(this.kind) || this.fieldType === undefined) return;
    throw illegalArgument(
      `Field [${this.fieldType.name}] of type [${this.fieldType.typeName}] is ` +
        `not supported for aggregation [${aggregation}]`,
    );
  }

  /** A text or number of the request as a double. */
  parseNumber(value: string | number | boolean | bigint, roundUp = false): number {
    if (typeof value === "number") return value;
    return this.format.parseDouble(String(value), roundUp, () => this.context.shard.nowMillis);
  }

  /** The numbers of a leaf. */
  numbers(leaf: LeafContext): NumericValues {
    const values = this.storedNumbers(leaf);
    return this.missingNumber === undefined
      ? values
      : new MissingNumericValues(values, this.missingNumber);
  }

  private storedNumbers(leaf: LeafContext): NumericValues {
    const type = this.fieldType;
    if (type === undefined) return NO_NUMBERS;
    const values = leafNumbers(leaf, type.name);
    if (values === undefined) return NO_NUMBERS;
    switch (numericKind(type as never)) {
      case "float":
      case "double":
        return new DoubleValues(values, doubleDecoder(type as never));
      case "unsigned_long":
        return new UnsignedLongValues(values);
      default:
        return type.valuesKind === "date_nanos"
          ? new NanosecondValues(values)
          : new LongValues(values);
    }
  }

  /** The terms of the shard. */
  ordinals(): GlobalOrdinals {
    const { shard, searcher } = this.context;
    const type = this.fieldType;
    let source: GlobalOrdinals;
    if (type === undefined) {
      source = { valueCount: 0, isSorted: true, lookupOrd: noTerm, leafValues: () => undefined };
    } else if (type.typeName === "_index") {
      source = constantOrdinals(Buffer.from(shard.indexName));
    } else {
      source = globalOrdinals(searcher.reader, type.name, type.isText);
    }
    if (this.missing === undefined) return source;
    return withMissingTerm(source, this.format.parseBytes(String(this.missing)));
  }
}

/** Upstream's format of unsigned longs is not its raw one, so that metrics show texts as well. */
const UNSIGNED_LONG: DocValueFormat = {
  ...UNSIGNED_LONG_FORMAT,
  isRaw: false,
};

function noTerm(): Uint8Array {
  return new Uint8Array(0);
}

function formatOf(
  type: MappedFieldType | undefined,
  kind: ValuesSourceKind,
  options: ValuesSourceOptions,
): DocValueFormat {
  const { format, timeZone } = options;
  if (type instanceof DateFieldType) {
    // Nanoseconds are aggregated as milliseconds, and shown as such.
    const formatter =
      format === undefined
        ? type.formatter
        : DateFormatter.forPattern(format).withLocale(type.formatter.locale);
    return new DateTimeFormat(formatter, timeZone ?? "UTC", "date");
  }
  if (type?.valuesKind === "unsigned_long" && format === undefined) return UNSIGNED_LONG;
  if (type !== undefined) return type.docValueFormat(format, timeZone);
  if (kind === "date") {
    const formatter = DateFormatter.forPattern(format ?? DEFAULT_DATE_FORMAT);
    return new DateTimeFormat(formatter, timeZone ?? "UTC", "date");
  }
  if (kind === "numeric" && format !== undefined) return new DecimalDocValueFormat(format);
  return RAW_FORMAT;
}
