// `docvalue_fields`: doc values shown as the field's type formats them.
// Upstream: org.opensearch.search.fetch.subphase.FetchDocValuesPhase, DocValueFormat.

import { illegalArgument } from "../../base/index.ts";
import type { LeafContext } from "../../lucene/index/index.ts";
import { decodeLatitude, decodeLongitude, ordValues } from "../../lucene/search/index.ts";
import { isText } from "./field-kinds.ts";
import { doubleDecoder, doubleToJson, leafNumbers, numericKind } from "./field-values.ts";
import type { QueryShardContext } from "./query-shard-context.ts";
import type { SearchFieldType } from "./search-field-type.ts";

/** Reads one field of one leaf. Docs come in ascending order. */
export interface DocValueReader {
  readonly name: string;
  read(doc: number): unknown[];
}

/** The reader of a field; undefined where it is not mapped. */
export function docValueReader(
  context: QueryShardContext,
  leaf: LeafContext,
  field: string,
  format: string | undefined,
): DocValueReader | undefined {
  const type = context.fieldType(field);
  if (type === undefined) return undefined;
  if (isText(type)) {
    throw illegalArgument(
      "Text fields are not optimised for operations that require per-document " +
        "field data like aggregations and sorting, so these operations are disabled by default. " +
        `Please use a keyword field instead. Alternatively, set fielddata=true on [${type.name}] in ` +
        "order to load field data by uninverting the inverted index. Note that this can use " +
        "significant memory.",
    );
  }
  if (!type.hasDocValues) {
    throw illegalArgument(
      `Can't load fielddata on [${field}] because fielddata is unsupported on ` +
        `fields of type [${type.typeName}]. Use doc values instead.`,
    );
  }
  const read =
    type.typeName === "geo_point"
      ? geoPoints(leaf, type.name)
      : numericKind(type) === undefined
        ? terms(leaf, type, format)
        : numbers(leaf, type, format);
  return { name: field, read };
}

function numbers(
  leaf: LeafContext,
  type: SearchFieldType,
  format: string | undefined,
): (doc: number) => unknown[] {
  const values = leafNumbers(leaf, type.name);
  if (values === undefined) return () => [];
  const show = type.docValueFormat(format);
  const kind = numericKind(type);
  const isDouble = kind === "float" || kind === "double";
  const decode = doubleDecoder(type);
  const one = (): unknown => {
    if (isDouble) {
      const value = decode(values);
      if (format !== undefined) return show.formatDouble(value);
      return doubleToJson(value);
    }
    if (!show.isRaw) return show.formatLong(values.bigValue());
    const value = values.longValue();
    return Number.isSafeInteger(value) ? value : values.bigValue();
  };
  return (doc) => {
    if (!values.advanceExact(doc)) return [];
    const all: unknown[] = [];
    for (let left = values.docValueCount(); left > 0; left--) {
      values.nextValue();
      all.push(one());
    }
    return all;
  };
}

function terms(
  leaf: LeafContext,
  type: SearchFieldType,
  format: string | undefined,
): (doc: number) => unknown[] {
  const values = ordValues(leaf.reader, type.name);
  if (values === undefined) return binary(leaf, type);
  const show = type.docValueFormat(format);
  return (doc) => {
    if (!values.advanceExact(doc)) return [];
    const all: unknown[] = [];
    for (let left = values.docValueCount(); left > 0; left--) {
      const term = values.lookupOrd(values.nextOrd());
      all.push(show.formatBytes(term));
    }
    return all;
  };
}

function binary(leaf: LeafContext, type: SearchFieldType): (doc: number) => unknown[] {
  const values = leaf.reader.binaryDocValues(type.name);
  if (values === undefined) return () => [];
  return (doc) =>
    values.advanceExact(doc) ? [Buffer.from(values.binaryValue()).toString("base64")] : [];
}

function geoPoints(leaf: LeafContext, name: string): (doc: number) => unknown[] {
  const values = leafNumbers(leaf, name);
  if (values === undefined) return () => [];
  return (doc) => {
    if (!values.advanceExact(doc)) return [];
    const all: unknown[] = [];
    for (let left = values.docValueCount(); left > 0; left--) {
      values.nextValue();
      all.push(`${decodeLatitude(values.longHigh())}, ${decodeLongitude(values.longLow() | 0)}`);
    }
    return all;
  };
}
