// Which terms may be buckets: a regular expression, a list of values, or one of n partitions.
// Upstream: org.opensearch.search.aggregations.bucket.terms.IncludeExclude.

import { illegalArgument, VarveError } from "../../../base/index.ts";
import { type Dfa, RegexpQuery } from "../../../lucene/search/index.ts";
import {
  isXContentObject,
  type XContentObject,
  type XContentValue,
} from "../../../xcontent/index.ts";
import { type DocValueFormat, doubleToSortableLong } from "../../mapping/index.ts";
import { textOf, toInteger } from "../object-reader.ts";
import type { AggregationBody } from "./aggregation-body.ts";
import { mix64, murmurhash3x86 } from "./bit-mixer.ts";
import type { LongValue } from "./numeric-values.ts";

/** The seed of the partitions' hash. */
const HASH_PARTITIONING_SEED = 31;

/** What one of the two clauses says. */
interface Clause {
  readonly pattern?: string;
  readonly values?: readonly string[];
}

/** The parsed clauses. */
export class IncludeExclude {
  private readonly include: Clause;
  private readonly exclude: Clause;
  private readonly partition: { readonly index: number; readonly count: number } | undefined;

  constructor(include: Clause, exclude: Clause, partition: IncludeExclude["partition"]) {
    this.include = include;
    this.exclude = exclude;
    this.partition = partition;
  }

  get isRegexBased(): boolean {
    return this.include.pattern !== undefined || this.exclude.pattern !== undefined;
  }

  /** The filter of terms. `maxRegexLength` is the index's limit. */
  termFilter(format: DocValueFormat, maxRegexLength: number): (term: Uint8Array) => boolean {
    const { partition } = this;
    if (partition !== undefined) {
      return (term) =>
        floorMod(murmurhash3x86(term, HASH_PARTITIONING_SEED), partition.count) === partition.index;
    }
    const include = clauseFilter(this.include, format, maxRegexLength);
    const exclude = clauseFilter(this.exclude, format, maxRegexLength);
    return (term) => {
      const bytes = Buffer.from(term.buffer, term.byteOffset, term.length);
      return (
        (include === undefined || include(bytes)) && (exclude === undefined || !exclude(bytes))
      );
    };
  }

  /** The filter of longs. */
  longFilter(format: DocValueFormat): (value: LongValue) => boolean {
    return this.numberFilter(
      (text) => String(format.parseLong(text)),
      String,
      (value) => BigInt(value),
    );
  }

  /** The filter of doubles. */
  doubleFilter(): (value: LongValue) => boolean {
    return this.numberFilter(
      (text) => String(Number(text)),
      String,
      (value) => doubleToSortableLong(Number(value)),
    );
  }

  private numberFilter(
    read: (text: string) => string,
    show: (value: LongValue) => string,
    bits: (value: LongValue) => bigint,
  ): (value: LongValue) => boolean {
    const { partition } = this;
    if (partition !== undefined) {
      const count = BigInt(partition.count);
      return (value) => {
        const hash = BigInt.asIntN(64, mix64(bits(value)));
        return Number(((hash % count) + count) % count) === partition.index;
      };
    }
    const include = this.include.values && new Set(this.include.values.map(read));
    const exclude = this.exclude.values && new Set(this.exclude.values.map(read));
    return (value) =>
      (include === undefined || include.has(show(value))) &&
      (exclude === undefined || !exclude.has(show(value)));
  }
}

function floorMod(value: number, count: number): number {
  return ((value % count) + count) % count;
}

function clauseFilter(
  clause: Clause,
  format: DocValueFormat,
  maxRegexLength: number,
): ((term: Buffer) => boolean) | undefined {
  const { pattern, values } = clause;
  if (pattern !== undefined) {
    if (maxRegexLength > 0 && pattern.length > maxRegexLength) {
      throw illegalArgument(
        `The length of regex [${pattern.length}] used in the request has ` +
          `exceeded the allowed maximum of [${maxRegexLength}]. This maximum can be set by ` +
          "changing the [index.max_regex_length] index level setting.",
      );
    }
    const dfa: Dfa = new RegexpQuery("", pattern).automaton();
    return (term) => dfa.matches(term.toString("utf8"));
  }
  if (values === undefined) return undefined;
  const wanted = new Set(
    values.map((value) => Buffer.from(format.parseBytes(value)).toString("latin1")),
  );
  return (term) => wanted.has(term.toString("latin1"));
}

/** Takes `include` and `exclude`; undefined where neither is there. */
export function takeIncludeExclude(body: AggregationBody): IncludeExclude | undefined {
  let partition: { index: number; count: number } | undefined;
  const include = body.take(
    "include",
    ["START_OBJECT", "START_ARRAY", "VALUE_STRING"],
    (value): Clause => {
      if (!isXContentObject(value)) return parseClause(value);
      partition = parsePartition(value);
      return {};
    },
  );
  const exclude = body.take("exclude", ["START_ARRAY", "VALUE_STRING"], (value) => {
    const clause = parseClause(value);
    if (include?.pattern !== undefined && clause.values !== undefined) {
      throw illegalArgument("Cannot mix a regex-based include with a set-based method");
    }
    if (include?.values !== undefined && clause.pattern !== undefined) {
      throw illegalArgument("Cannot mix a set-based include with a regex-based method");
    }
    return clause;
  });
  if (include === undefined && exclude === undefined) return undefined;
  if (partition !== undefined && exclude !== undefined) {
    throw illegalArgument("Cannot specify any excludes when using a partition-based include");
  }
  return new IncludeExclude(include ?? {}, exclude ?? {}, partition);
}

function parseClause(value: XContentValue): Clause {
  if (!Array.isArray(value)) return { pattern: textOf(value) };
  for (const item of value) {
    if (typeof item === "object") {
      throw parseException("Array elements in include/exclude clauses should be string values");
    }
  }
  return { values: value.map(textOf) };
}

function parsePartition(object: XContentObject): { index: number; count: number } {
  let index: number | undefined;
  let count: number | undefined;
  for (const [key, value] of Object.entries(object)) {
    if (key === "partition") index = toInteger(value);
    else if (key === "num_partitions") count = toInteger(value);
    else {
      throw parseException(`Unknown parameter in Include/Exclude clause: ${key}`);
    }
  }
  const missing = index === undefined ? "partition" : count === undefined ? "num_partitions" : "";
  if (missing !== "") {
    throw illegalArgument(`Missing [${missing}] parameter for partition-based include`);
  }
  if (index! < 0 || index! >= count!) {
    throw illegalArgument(`Partition must be >=0 and < numPartition which is ${count}`);
  }
  return { index: index!, count: count! };
}

function parseException(message: string): VarveError {
  return new VarveError("invalid", message, { type: "parse_exception" });
}
