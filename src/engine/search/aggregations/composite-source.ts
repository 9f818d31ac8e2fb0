// The sources of a composite aggregation: terms, histogram, date_histogram. A source turns the
// values of a doc into components of keys; terms are global ordinals until the results are built.
// Upstream: org.opensearch.search.aggregations.bucket.composite.{CompositeValuesSourceBuilder,
// SingleDimensionValuesSource} and their forms.

import { illegalArgument, type VarveError } from "../../../base/index.ts";
import type { LeafContext } from "../../../lucene/index/index.ts";
import { isXContentObject, type XContentValue } from "../../../xcontent/index.ts";
import { type DocValueFormat, RAW_FORMAT } from "../../mapping/index.ts";
import type { Rounding } from "../../time/index.ts";
import { textOf } from "../object-reader.ts";
import { parsingException } from "../source-location.ts";
import type { AggregationBody } from "./aggregation-body.ts";
import type { AggregationContext } from "./aggregator.ts";
import {
  type DateInterval,
  roundingOf,
  takeDateInterval,
  takeDateOffset,
} from "./date-interval.ts";
import type { TermKey } from "./internal-terms.ts";
import type { LongValue } from "./numeric-values.ts";
import type { GlobalOrdinals } from "./ordinal-values.ts";
import { parseValuesSource, ValuesSource, type ValuesSourceOptions } from "./values-source.ts";

type SourceType = "terms" | "histogram" | "date_histogram";

/** A parsed source. */
export interface CompositeSource {
  readonly name: string;
  readonly type: SourceType;
  readonly values: ValuesSourceOptions;
  readonly descending: boolean;
  readonly missingBucket: boolean;
  readonly missingOrder: "first" | "last" | "default";
  readonly interval: number | undefined;
  readonly dateInterval: DateInterval | undefined;
  readonly offsetMs: number;
}

/** Parses `{"NAME": {"TYPE": {…}}}`. */
export function parseSource(body: AggregationBody, item: XContentValue): CompositeSource {
  const [name, definition] = isXContentObject(item) ? (Object.entries(item)[0] ?? []) : [];
  if (name === undefined || !isXContentObject(definition)) {
    throw illegalArgument("Composite source cannot be null");
  }
  const [type, object] = Object.entries(definition)[0] ?? [];
  if (type === undefined || !isXContentObject(object)) {
    throw illegalArgument("Composite source cannot be null");
  }
  if (type !== "terms" && type !== "histogram" && type !== "date_histogram") {
    throw parsingException(
      `invalid source type: ${type}`,
      body.parser.source.locate(definition, type, "value"),
    );
  }
  const inner = body.inner(object, type);
  const order = inner.takeString("order")?.toLowerCase() ?? "asc";
  if (order !== "asc" && order !== "desc") {
    throw illegalArgument(`Unknown SortOrder [${order}]`);
  }
  const missingOrder = inner.takeString("missing_order")?.toLowerCase() ?? "default";
  if (missingOrder !== "first" && missingOrder !== "last" && missingOrder !== "default") {
    throw illegalArgument(`No enum constant MissingOrder.${missingOrder.toUpperCase()}`);
  }
  const source: CompositeSource = {
    name,
    type,
    descending: order === "desc",
    missingOrder,
    missingBucket: inner.takeBoolean("missing_bucket") ?? false,
    interval: type === "histogram" ? takeInterval(inner) : undefined,
    dateInterval: type === "date_histogram" ? takeDateInterval(inner) : undefined,
    offsetMs: type === "date_histogram" ? takeDateOffset(inner) : 0,
    values: parseValuesSource(inner, { timeZoneAware: type === "date_histogram" }),
  };
  inner.finish();
  return source;
}

function takeInterval(inner: AggregationBody): number {
  const interval = inner.takeDouble("interval");
  if (interval === undefined) throw illegalArgument("Required [interval]");
  if (interval > 0) return interval;
  throw inner.error(
    "[histogram] failed to parse field [interval]",
    "interval",
    illegalArgument("[interval] must be greater than 0 for [histogram] source"),
  );
}

/** A component: an ordinal or a number; null: missing. */
export type Component = LongValue | null;

/** A source on a shard. */
export class ShardSource {
  readonly source: CompositeSource;
  readonly format: DocValueFormat;
  private readonly values: ValuesSource;
  private readonly ordinals: GlobalOrdinals | undefined;
  private readonly rounding: Rounding | undefined;
  private readonly isDouble: boolean;

  constructor(context: AggregationContext, source: CompositeSource) {
    this.source = source;
    const values = new ValuesSource(
      context,
      source.values,
      source.type === "terms" ? "bytes" : source.type === "histogram" ? "numeric" : "date",
    );
    values.expect(
      `composite.${source.type}`,
      source.type === "terms"
        ? ["bytes", "ip", "numeric", "date", "boolean"]
        : ["numeric", "date", "boolean"],
    );
    this.values = values;
    this.ordinals = source.type === "terms" && !values.isNumeric ? values.ordinals() : undefined;
    this.rounding =
      source.type === "date_histogram"
        ? roundingOf(source.dateInterval, source.values.timeZone, source.offsetMs)
        : undefined;
    this.isDouble = source.type === "histogram" || values.isFloatingPoint;
    // Dates are numbers unless a format is asked for.
    const isPlainDate =
      source.values.format === undefined &&
      (values.kind === "date" || source.type === "date_histogram");
    this.format = isPlainDate ? RAW_FORMAT : values.format;
  }

  /** The components of a doc of a leaf, in the order of its values. */
  leafComponents(leaf: LeafContext): (doc: number, into: Component[]) => void {
    const read = this.leafReader(leaf);
    const { missingBucket } = this.source;
    return (doc, into) => {
      into.length = 0;
      read?.(doc, into);
      if (into.length === 0 && missingBucket) into.push(null);
    };
  }

  private leafReader(leaf: LeafContext): ((doc: number, into: Component[]) => void) | undefined {
    if (!this.values.hasValues) return undefined;
    if (this.ordinals !== undefined) {
      const ords = this.ordinals.leafValues(leaf);
      return ords === undefined
        ? undefined
        : (doc, into) => {
            for (let left = ords.advance(doc); left > 0; left--) into.push(ords.nextOrd());
          };
    }
    const numbers = this.values.numbers(leaf);
    const { isDouble, rounding } = this;
    const interval = this.source.interval;
    return (doc, into) => {
      for (let left = numbers.advance(doc); left > 0; left--) {
        if (interval !== undefined) {
          into.push(Math.floor(numbers.nextDouble() / interval) * interval);
        } else if (rounding !== undefined) {
          into.push(rounding.round(Number(numbers.nextLong())));
        } else {
          into.push(isDouble ? numbers.nextDouble() : numbers.nextLong());
        }
      }
    };
  }

  /** The component of a value of `after`; between two ordinals where no doc has the term. */
  parseAfter(value: XContentValue): Component {
    if (value === null) return null;
    const { ordinals, format, isDouble } = this;
    if (ordinals !== undefined) {
      if (typeof value !== "string") {
        throw illegalArgument(`invalid value, expected string, got ${javaClass(value)}`);
      }
      return ordinalOf(ordinals, format.parseBytes(value));
    }
    if (typeof value === "number" || typeof value === "bigint") return value;
    const noNow = (): never => {
      throw illegalArgument("now() is not supported in [after] key");
    };
    if (isDouble) return format.parseDouble(textOf(value), false, noNow);
    const parsed =
      this.source.type === "terms" || this.source.values.format !== undefined
        ? this.values.format.parseLong(textOf(value), false, noNow)
        : format.parseLong(textOf(value), false, noNow);
    const number = Number(parsed);
    return Number.isSafeInteger(number) ? number : parsed;
  }

  /** The value that a component stands for. */
  keyOf(component: Component): TermKey | null {
    if (component === null || this.ordinals === undefined) return component;
    return this.ordinals.lookupOrd(Number(component)).slice();
  }
}

function javaClass(value: XContentValue): string {
  if (typeof value === "boolean") return "Boolean";
  if (typeof value === "bigint") return "Long";
  return typeof value === "number" && Number.isInteger(value) ? "Integer" : "Double";
}

/** The ordinal of a term, or half a step before the one that would follow it. */
function ordinalOf(ordinals: GlobalOrdinals, term: Uint8Array): number {
  let low = 0;
  let high = ordinals.valueCount - 1;
  while (low <= high) {
    const middle = (low + high) >>> 1;
    const order = Buffer.compare(ordinals.lookupOrd(middle), term);
    if (order === 0) return middle;
    if (order < 0) low = middle + 1;
    else high = middle - 1;
  }
  return low - 0.5;
}

/** Compares two values of a source; a missing one where the source wants it. */
export function compareComponents(
  source: CompositeSource,
  a: TermKey | null,
  b: TermKey | null,
): number {
  const reverse = source.descending ? -1 : 1;
  if (a === null || b === null) {
    if (a === b) return 0;
    const first =
      source.missingOrder === "default" ? reverse : source.missingOrder === "first" ? 1 : -1;
    return a === null ? -first : first;
  }
  if (a instanceof Uint8Array) return reverse * Buffer.compare(a, b as Uint8Array);
  const other = b as LongValue;
  return a < other ? -reverse : a > other ? reverse : 0;
}

/** A key's value in a response. */
export function showComponent(format: DocValueFormat, key: TermKey | null): XContentValue {
  if (key === null) return null;
  if (key instanceof Uint8Array) return format.formatBytes(key) as XContentValue;
  if (format.name === "raw") return key;
  const isWhole = typeof key === "bigint" || Number.isInteger(key);
  return (isWhole ? format.formatLong(key) : format.formatDouble(key)) as XContentValue;
}

/** A composite aggregation stands below something it cannot. */
export function unsafeParent(type: string): VarveError {
  const name = type
    .split("_")
    .map((part) => part[0]!.toUpperCase() + part.slice(1))
    .join("");
  return illegalArgument(
    "[composite] aggregation cannot be used with a parent aggregation of " +
      `type: [${name}AggregatorFactory]`,
  );
}
