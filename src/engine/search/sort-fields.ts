// Sort criteria made ready for a shard: which doc values, how several become one, what stands for a
// missing one. Upstream: FieldSortBuilder.build, IndexNumericFieldData.sortField, MultiValueMode.

import { illegalArgument } from "../../base/index.ts";
import type { LeafContext, SortedNumericDocValues } from "../../lucene/index/index.ts";
import {
  BytesSortField,
  DocSortField,
  DoubleSortField,
  type LongReader,
  LongSortField,
  ordValues,
  ScoreSortField,
  type SortField,
  type SortValue,
} from "../../lucene/search/index.ts";
import type { XContentValue } from "../../xcontent/index.ts";
import { isText } from "./field-kinds.ts";
import {
  doubleDecoder,
  doubleToJson,
  floatToJson,
  leafNumbers,
  type NumericKind,
  numericKind,
} from "./field-values.ts";
import { NestedDocs } from "./nested-docs.ts";
import { nestedOrdValues } from "./nested-ord-values.ts";
import { textOf, toNumber } from "./object-reader.ts";
import type { QueryBuilder } from "./query-builder.ts";
import type { QueryShardContext } from "./query-shard-context.ts";
import type { SearchFieldType } from "./search-field-type.ts";

/** The nested object whose values sort. */
export interface NestedSort {
  readonly path: string;
  readonly filter: QueryBuilder | undefined;
  readonly inner: NestedSort | undefined;
}

/** How several values of a doc become one. */
export type SortMode = "min" | "max" | "sum" | "avg" | "median";

/** A criterion of one shard. */
export interface ShardSort {
  readonly field: SortField;
  /** A value as the response shows it. */
  format(value: SortValue): unknown;
  /** A value of search_after. */
  parse(value: XContentValue): SortValue;
  readonly isScore?: boolean;
  /** The field's name, for errors. */
  readonly name?: string;
}

/** A parsed criterion. */
export interface SortBuilder {
  build(context: QueryShardContext): ShardSort;
}

/** `_score`. */
export class ScoreSortBuilder implements SortBuilder {
  readonly order: "asc" | "desc";

  constructor(order: "asc" | "desc") {
    this.order = order;
  }

  build(): ShardSort {
    return {
      field: new ScoreSortField(this.order === "desc"),
      format: (value) => floatToJson(value as number),
      parse: (value) => toNumber(value),
      isScore: true,
    };
  }
}

/** `_doc`. */
export class DocSortBuilder implements SortBuilder {
  private readonly order: "asc" | "desc";

  constructor(order: "asc" | "desc") {
    this.order = order;
  }

  build(): ShardSort {
    return {
      field: new DocSortField(this.order === "desc"),
      format: (value) => value,
      parse: (value) => toNumber(value),
    };
  }
}

/** Options of a field sort. */
export interface FieldSortOptions {
  readonly order: "asc" | "desc";
  readonly missing?: XContentValue | undefined;
  readonly mode?: SortMode | undefined;
  readonly nested?: NestedSort | undefined;
  readonly unmappedType?: string | undefined;
  readonly numericType?: string | undefined;
}

/** By the doc values of a field. */
export class FieldSortBuilder implements SortBuilder {
  readonly field: string;
  readonly options: FieldSortOptions;

  constructor(field: string, options: FieldSortOptions) {
    this.field = field;
    this.options = options;
  }

  build(context: QueryShardContext): ShardSort {
    const type = context.fieldType(this.field);
    if (type === undefined) return this.buildUnmapped(context);
    if (isText(type)) {
      throw illegalArgument(
        "Text fields are not optimised for operations that require " +
          "per-document field data like aggregations and sorting, so these operations are " +
          "disabled by default. Please use a keyword field instead. Alternatively, set " +
          `fielddata=true on [${type.name}] in order to load field data by uninverting the ` +
          "inverted index. Note that this can use significant memory.",
      );
    }
    if (!type.hasDocValues && type.name !== "_seq_no") {
      throw illegalArgument(
        `Can't load fielddata on [${type.name}] because fielddata is ` +
          `unsupported on fields of type [${type.typeName}]. Use doc values instead.`,
      );
    }
    const kind = numericKind(type);
    if (kind === undefined) return this.buildBytes(context, type);
    const target = this.targetKind(kind);
    return target === "float" || target === "double"
      ? this.buildDouble(context, type, target)
      : this.buildLong(context, type, target);
  }

  private targetKind(kind: NumericKind): NumericKind {
    const { numericType } = this.options;
    if (numericType === undefined) return kind;
    if (!["long", "double", "date", "date_nanos"].includes(numericType)) {
      throw illegalArgument(
        `invalid value for [numeric_type], must be [long, double, date, ` +
          `date_nanos], got ${numericType}`,
      );
    }
    return numericType === "double" ? "double" : "long";
  }

  private get reverse(): boolean {
    return this.options.order === "desc";
  }

  private get mode(): SortMode {
    return this.options.mode ?? (this.reverse ? "max" : "min");
  }

  private buildUnmapped(context: QueryShardContext): ShardSort {
    const { unmappedType } = this.options;
    if (unmappedType === undefined) {
      throw context.exception(`No mapping found for [${this.field}] in order to sort on`);
    }
    const unmapped = { typeName: unmappedType, name: this.field, valuesKind: "none" };
    const type = unmapped as unknown as SearchFieldType;
    const kind = numericKind(type);
    if (kind === undefined) return this.buildBytes(context, type);
    return kind === "float" || kind === "double"
      ? this.buildDouble(context, type, kind)
      : this.buildLong(context, type, kind);
  }

  private buildBytes(context: QueryShardContext, type: SearchFieldType): ShardSort {
    const { missing, nested } = this.options;
    const mode = this.mode;
    if (mode === "sum" || mode === "avg" || mode === "median") {
      throw context.exception("we only support AVG, MEDIAN and SUM on number based fields");
    }
    const format = bytesFormat(type);
    const substitute =
      missing === undefined || missing === "_last"
        ? "last"
        : missing === "_first"
          ? "first"
          : format.parse(textOf(missing));
    const docs = nestedOf(context, nested);
    const source = (leaf: LeafContext) => {
      const values = ordValues(leaf.reader, type.name);
      return docs === undefined || values === undefined
        ? values
        : nestedOrdValues(values, docs(leaf), mode);
    };
    return {
      field: new BytesSortField(source, this.reverse, mode, substitute),
      name: this.field,
      format: (value) => (value === null ? null : format.show(value as Uint8Array)),
      parse: (value) => (value === null ? null : format.parse(textOf(value))),
    };
  }

  private buildDouble(
    context: QueryShardContext,
    type: SearchFieldType,
    kind: "float" | "double",
  ): ShardSort {
    const missing = this.missingDouble();
    const decode = doubleDecoder(type);
    const docs = nestedOf(context, this.options.nested);
    const mode = this.mode;
    const source = (leaf: LeafContext) => {
      const values = leafNumbers(leaf, type.name);
      if (values === undefined) return () => missing;
      if (docs !== undefined) return nestedDouble(values, decode, docs(leaf), mode, missing);
      return (doc: number) => {
        if (!values.advanceExact(doc)) return missing;
        const count = values.docValueCount();
        if (count === 1 || mode === "min") {
          values.nextValue();
          return decode(values);
        }
        return pickDouble(allDoubles(values, decode, count), mode);
      };
    };
    const toJson = kind === "float" ? floatToJson : doubleToJson;
    return {
      field: new DoubleSortField(source, this.reverse),
      name: this.field,
      format: (value) => toJson(value as number),
      parse: (value) =>
        value === "Infinity" || value === "-Infinity" ? Number(value) : toNumber(value),
    };
  }

  private missingDouble(): number {
    const { missing } = this.options;
    if (missing === undefined || missing === "_last") return this.reverse ? -Infinity : Infinity;
    if (missing === "_first") return this.reverse ? Infinity : -Infinity;
    return toNumber(missing);
  }

  private missingLong(kind: NumericKind): bigint {
    const { missing } = this.options;
    if (missing !== undefined && missing !== "_last" && missing !== "_first") {
      return BigInt(textOf(missing));
    }
    const high = (missing === "_first") === this.reverse;
    if (kind === "unsigned_long") return high ? 2n ** 64n - 1n : 0n;
    const bits = kind === "int" ? 31n : 63n;
    return high ? 2n ** bits - 1n : -(2n ** bits);
  }

  /** The field whose points order docs as this sort does, missing ones last. */
  private pointsField(type: SearchFieldType, kind: NumericKind): string | undefined {
    const { missing, nested, numericType } = this.options;
    if (kind !== "long" && kind !== "int") return undefined;
    if (nested !== undefined || numericType !== undefined) return undefined;
    if (missing !== undefined && missing !== "_last") return undefined;
    return this.mode === (this.reverse ? "max" : "min") ? type.name : undefined;
  }

  private buildLong(
    context: QueryShardContext,
    type: SearchFieldType,
    kind: NumericKind,
  ): ShardSort {
    const missing = this.missingLong(kind);
    const missingHigh = Number(BigInt.asIntN(32, missing >> 32n));
    const missingLow = Number(missing & 0xffffffffn);
    const docs = nestedOf(context, this.options.nested);
    const mode = this.mode;
    const source = (leaf: LeafContext): LongReader => {
      const values = leafNumbers(leaf, type.name);
      const isMissing: LongReader = (_doc, into) => {
        into.high = missingHigh;
        into.low = missingLow;
      };
      if (values === undefined) return isMissing;
      if (docs !== undefined) return nestedLong(values, docs(leaf), mode, isMissing);
      return (doc, into) => {
        if (!values.advanceExact(doc)) return isMissing(doc, into);
        const count = values.docValueCount();
        if (count > 1 && mode !== "min" && mode !== "max") {
          return setLong(into, pickLong(allLongs(values, count), mode));
        }
        const steps = mode === "max" ? count : 1;
        for (let i = 0; i < steps; i++) values.nextValue();
        into.high = values.longHigh();
        into.low = values.longLow() >>> 0;
      };
    };
    return {
      field: new LongSortField(
        source,
        this.reverse,
        kind === "unsigned_long",
        this.pointsField(type, kind),
      ),
      format: (value) => value,
      parse: (value) => parseLong(type, value),
      name: this.field,
    };
  }
}

function parseLong(type: SearchFieldType, value: XContentValue): SortValue {
  if (typeof value === "number" || typeof value === "bigint") return value;
  const text = textOf(value);
  if (/^-?\d+$/.test(text)) return BigInt(text);
  return type.docValueFormat().parseLong(text);
}

interface BytesFormat {
  show(value: Uint8Array): unknown;
  parse(text: string): Uint8Array;
}

function bytesFormat(type: SearchFieldType): BytesFormat {
  // An unmapped field has no format of its own.
  const format = type.docValueFormat?.();
  return {
    show: (value) => format?.formatBytes(value) ?? new TextDecoder().decode(value),
    parse: (text) => format?.parseBytes(text) ?? new TextEncoder().encode(text),
  };
}

/** Makes the nested docs of leaves, where the sort is nested. */
export function nestedOf(
  context: QueryShardContext,
  nested: NestedSort | undefined,
): ((leaf: LeafContext) => NestedDocs) | undefined {
  if (nested === undefined) return undefined;
  let innermost = nested;
  while (innermost.inner !== undefined) innermost = innermost.inner;
  const scope = context.nestedSortFilters(nested.path, innermost.path, innermost.filter);
  return (leaf) => new NestedDocs(context.searcher!, leaf, scope.parents, scope.children);
}

function allDoubles(
  values: SortedNumericDocValues,
  decode: (values: SortedNumericDocValues) => number,
  count: number,
): number[] {
  const all: number[] = [];
  for (let i = 0; i < count; i++) {
    values.nextValue();
    all.push(decode(values));
  }
  return all;
}

function allLongs(values: SortedNumericDocValues, count: number): bigint[] {
  const all: bigint[] = [];
  for (let i = 0; i < count; i++) {
    values.nextValue();
    all.push(values.bigValue());
  }
  return all;
}

/** One double of several, ascending ones. */
export function pickDouble(all: readonly number[], mode: SortMode): number {
  const sum = () => all.reduce((total, value) => total + value, 0);
  switch (mode) {
    case "min":
      return all[0]!;
    case "max":
      return all[all.length - 1]!;
    case "sum":
      return sum();
    case "avg":
      return sum() / all.length;
    default: {
      const middle = all.length >>> 1;
      return all.length % 2 === 1 ? all[middle]! : (all[middle - 1]! + all[middle]!) / 2;
    }
  }
}

function pickLong(all: readonly bigint[], mode: SortMode): bigint {
  const sum = () => all.reduce((total, value) => BigInt.asIntN(64, total + value), 0n);
  switch (mode) {
    case "min":
      return all[0]!;
    case "max":
      return all[all.length - 1]!;
    case "sum":
      return sum();
    case "avg":
      return roundHalfUp(Number(sum()) / all.length);
    default: {
      const middle = all.length >>> 1;
      return all.length % 2 === 1
        ? all[middle]!
        : roundHalfUp((Number(all[middle - 1]!) + Number(all[middle]!)) / 2);
    }
  }
}

function roundHalfUp(value: number): bigint {
  return BigInt(Math.floor(value + 0.5));
}

function setLong(into: { high: number; low: number }, value: bigint): void {
  into.high = Number(value >> 32n);
  into.low = Number(value & 0xffffffffn);
}

function nestedDouble(
  values: SortedNumericDocValues,
  decode: (values: SortedNumericDocValues) => number,
  docs: NestedDocs,
  mode: SortMode,
  missing: number,
): (doc: number) => number {
  return (doc) => {
    const all: number[] = [];
    docs.forEachChild(doc, (child) => {
      if (values.advanceExact(child))
        all.push(...allDoubles(values, decode, values.docValueCount()));
    });
    return all.length === 0
      ? missing
      : pickDouble(
          all.sort((a, b) => a - b),
          mode,
        );
  };
}

function nestedLong(
  values: SortedNumericDocValues,
  docs: NestedDocs,
  mode: SortMode,
  isMissing: LongReader,
): LongReader {
  return (doc, into) => {
    const all: bigint[] = [];
    docs.forEachChild(doc, (child) => {
      if (values.advanceExact(child)) all.push(...allLongs(values, values.docValueCount()));
    });
    if (all.length === 0) return isMissing(doc, into);
    setLong(
      into,
      pickLong(
        all.sort((a, b) => (a < b ? -1 : a > b ? 1 : 0)),
        mode,
      ),
    );
  };
}
