// The types of metadata fields, as queries see them.
// Upstream: IdFieldMapper, IndexFieldMapper, RoutingFieldMapper, SeqNoFieldMapper,
// IgnoredFieldMapper, …

import { illegalArgument, VarveError } from "../../base/index.ts";
import type { Query } from "../../lucene/search/index.ts";
import {
  FieldExistsQuery,
  MatchAllDocsQuery,
  MatchNoDocsQuery,
  PointInSetQuery,
  PointRangeQuery,
  TermInSetQuery,
  TermQuery,
  TermRangeQuery,
} from "../../lucene/search/index.ts";
import type { ValuesKind } from "./mapped-field-type.ts";
import { MappedFieldType } from "./mapped-field-type.ts";
import { parseJavaDouble, simpleMatch } from "./node-values.ts";
import { anyLongPoint } from "./number-encoding.ts";
import type { MappingContext } from "./parameters.ts";
import type { FieldQueryContext, RangeArguments } from "./query-arguments.ts";
import { queryText, StringFieldType } from "./string-field-type.ts";
import { encodeUid, legacyUids } from "./uid.ts";

/** `_id`: terms encoded by Uid. */
class IdFieldType extends StringFieldType {
  readonly typeName = "_id";

  private readonly uidTypes: readonly string[];

  constructor(uidTypes: readonly string[]) {
    super({ name: "_id", isIndexed: true, hasDocValues: false, isStored: true });
    this.uidTypes = uidTypes;
  }

  /** By uninverting its terms, unless the cluster forbids it. */
  override get isAggregatable(): boolean {
    return true;
  }

  override indexedValueForSearch(value: unknown): Uint8Array {
    return encodeUid(queryText(value));
  }

  override termQuery(value: unknown): Query {
    return this.termsQuery([value]);
  }

  override termsQuery(values: readonly unknown[]): Query {
    const { uidTypes } = this;
    if (uidTypes.length > 0) return new TermInSetQuery("_uid", legacyUids(uidTypes, values));
    const terms = values.map((value) => this.indexedValueForSearch(value));
    return new TermInSetQuery("_id", terms);
  }

  override existsQuery(): Query {
    return new MatchAllDocsQuery();
  }

  override rangeQuery(): Query {
    throw illegalArgument("Field [_id] of type [_id] does not support range queries");
  }

  override prefixQuery(
    _value: string,
    _caseInsensitive: boolean,
    context: FieldQueryContext,
  ): never {
    throw this.refused("prefix", context);
  }

  override wildcardQuery(
    _value: string,
    _caseInsensitive: boolean,
    context: FieldQueryContext,
  ): never {
    throw this.refused("wildcard", context);
  }

  private refused(query: string, context: FieldQueryContext): VarveError {
    return this.shardError(
      context,
      `Can only use ${query} queries on keyword and text fields - not on [_id] which is of type ` +
        "[_id]",
    );
  }
}

/** `_index`: one value for all documents of the index. */
class IndexFieldType extends MappedFieldType {
  readonly typeName = "_index";
  override readonly valuesKind: ValuesKind = "bytes";
  private readonly indexName: string;

  constructor(indexName: string) {
    super({ name: "_index", isIndexed: true, hasDocValues: true, isStored: false });
    this.indexName = indexName;
  }

  override termQuery(value: unknown): Query {
    return this.matching(queryText(value));
  }

  override termsQuery(values: readonly unknown[]): Query {
    return values.some((value) => simpleMatch(queryText(value), this.indexName))
      ? new MatchAllDocsQuery()
      : new MatchNoDocsQuery("The index does not match the terms");
  }

  override prefixQuery(value: string, caseInsensitive: boolean): Query {
    return this.matching(`${value}*`, caseInsensitive);
  }

  override wildcardQuery(value: string, caseInsensitive: boolean): Query {
    return this.matching(value, caseInsensitive);
  }

  override existsQuery(): Query {
    return new MatchAllDocsQuery();
  }

  private matching(pattern: string, caseInsensitive = false): Query {
    const fold = (text: string) => (caseInsensitive ? text.toLowerCase() : text);
    return simpleMatch(fold(pattern), fold(this.indexName))
      ? new MatchAllDocsQuery()
      : new MatchNoDocsQuery(
          `The index [${this.indexName}] doesn't match the provided pattern ` + `[${pattern}].`,
        );
  }
}

/** `_routing`, `_ignored`, `_field_names`, `_nested_path`: plain terms. */
class MetadataTermFieldType extends StringFieldType {
  readonly typeName: string;

  constructor(name: string, isStored: boolean) {
    super({ name, isIndexed: true, hasDocValues: false, isStored });
    this.typeName = name;
  }

  /** Documents of a type score 1, as all of an index of one type did. */
  override termQuery(value: unknown, context: FieldQueryContext): Query {
    return this.name === "_type"
      ? this.termsQuery([value], context)
      : super.termQuery(value, context);
  }

  override existsQuery(context: FieldQueryContext): Query {
    if (this.name === "_type") return new MatchAllDocsQuery();
    if (this.name === "_routing") return new TermQuery("_field_names", Buffer.from("_routing"));
    if (this.name === "_ignored") {
      return new TermRangeQuery("_ignored", undefined, undefined, true, true);
    }
    if (this.name === "_field_names") throw unsupported("Cannot run exists query on _field_names");
    throw (
      context.exception?.("Cannot run exists() query against the nested field path") ??
      unsupported("Cannot run exists() query against the nested field path")
    );
  }
}

function unsupported(message: string): VarveError {
  return new VarveError("invalid", message, { type: "unsupported_operation_exception" });
}

/** `_seq_no`: a long point with doc values. */
class SeqNoFieldType extends MappedFieldType {
  readonly typeName = "_seq_no";
  override readonly valuesKind: ValuesKind = "long";

  constructor() {
    super({ name: "_seq_no", isIndexed: true, hasDocValues: true, isStored: false });
  }

  override termQuery(value: unknown): Query {
    const point = anyLongPoint(toLong(value));
    return new PointRangeQuery("_seq_no", point, point, 1);
  }

  override termsQuery(values: readonly unknown[]): Query {
    return new PointInSetQuery(
      "_seq_no",
      values.map((value) => anyLongPoint(toLong(value))),
      8,
    );
  }

  override rangeQuery(range: RangeArguments): Query {
    this.failIfDisjoint(range);
    const isOpen = (value: unknown) => value === null || value === undefined;
    let lower = isOpen(range.from) ? LONG_MIN : BigInt(toLong(range.from));
    let upper = isOpen(range.to) ? LONG_MAX : BigInt(toLong(range.to));
    if (!isOpen(range.from) && !range.includeLower) {
      if (lower++ === LONG_MAX) return new MatchNoDocsQuery();
    }
    if (!isOpen(range.to) && !range.includeUpper) {
      if (upper-- === LONG_MIN) return new MatchNoDocsQuery();
    }
    return new PointRangeQuery("_seq_no", anyLongPoint(lower), anyLongPoint(upper), 1);
  }
}

const LONG_MAX = 0x7fffffffffffffffn;
const LONG_MIN = -0x8000000000000000n;

function toLong(value: unknown): number | bigint {
  if (typeof value === "bigint") return value;
  if (typeof value === "string" && /^-?\d+$/.test(value)) return BigInt(value);
  const number = typeof value === "number" ? value : parseJavaDouble(queryText(value));
  if (!(number >= -(2 ** 63) && number <= 2 ** 63)) {
    throw illegalArgument(`Value [${queryText(value)}] is out of range for a long`);
  }
  if (number % 1 !== 0) throw illegalArgument(`Value [${queryText(value)}] has a decimal part`);
  return number;
}

/** Fields that are there to be read, not searched. */
class UnsearchableFieldType extends MappedFieldType {
  readonly typeName: string;
  override readonly valuesKind: ValuesKind;

  constructor(name: string, hasDocValues: boolean, isStored: boolean) {
    super({ name, isIndexed: false, hasDocValues, isStored });
    this.typeName = name;
    this.valuesKind = hasDocValues ? "long" : "none";
  }

  override get isAggregatable(): boolean {
    return false;
  }

  override get familyTypeName(): string {
    return this.name === "_doc_count" ? "long" : this.typeName;
  }

  override termQuery(_value: unknown, context: FieldQueryContext): Query {
    throw this.shardError(
      context,
      this.name === "_doc_count"
        ? "Field [_doc_count] of type [_doc_count] is not searchable"
        : `The ${this.name} field is not searchable`,
    );
  }

  override existsQuery(context: FieldQueryContext): Query {
    return this.hasDocValues ? new FieldExistsQuery(this.name) : this.termQuery(null, context);
  }
}

/** The metadata field types of an index. */
export function metadataFieldTypes(
  { indexName, uidTypes }: Pick<MappingContext, "indexName" | "uidTypes">,
  nestedPathField: string,
): ReadonlyMap<string, MappedFieldType> {
  const types: MappedFieldType[] = [
    new IdFieldType(uidTypes),
    new MetadataTermFieldType("_routing", true),
    new IndexFieldType(indexName),
    new UnsearchableFieldType("_source", false, true),
    new UnsearchableFieldType("_version", true, false),
    new SeqNoFieldType(),
    new MetadataTermFieldType("_ignored", true),
    new MetadataTermFieldType("_field_names", false),
    new MetadataTermFieldType(nestedPathField, false),
    new UnsearchableFieldType("_doc_count", true, false),
    new UnsearchableFieldType("_data_stream_timestamp", false, false),
  ];
  return new Map(types.map((type) => [type.name, type]));
}
