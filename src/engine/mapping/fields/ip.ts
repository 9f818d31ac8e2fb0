// `ip`: sixteen bytes, as a point and as sorted-set doc values.
// Upstream: org.opensearch.index.mapper.IpFieldMapper.

import type { IndexableFieldType } from "../../../lucene/index/index.ts";
import { DocValuesType } from "../../../lucene/index/index.ts";
import type { Query } from "../../../lucene/search/index.ts";
import {
  BooleanQuery,
  ConstantScoreQuery,
  IndexOrDocValuesQuery,
  MatchNoDocsQuery,
  PointInSetQuery,
  PointRangeQuery,
  SortedSetDocValuesRangeQuery,
  SortedSetDocValuesSetQuery,
} from "../../../lucene/search/index.ts";
import type { DocValueFormat } from "../doc-value-format.ts";
import { IP_FORMAT } from "../doc-value-format.ts";
import type { DocumentContext } from "../document-context.ts";
import type { FieldMapperParts, FieldTypeSpec } from "../field-mapper.ts";
import { FieldMapper, sourceText } from "../field-mapper.ts";
import {
  formatAddress,
  nextAddress,
  parseAddress,
  parseCidr,
  previousAddress,
} from "../ip-address.ts";
import { LuceneField, luceneFieldType } from "../lucene-field.ts";
import type { FieldFacts, ValuesKind } from "../mapped-field-type.ts";
import { factsOf, MappedFieldType } from "../mapped-field-type.ts";
import {
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

const FIRST = new Uint8Array(16);
const LAST = new Uint8Array(16).fill(0xff);

/** The type of an address field. */
export class IpFieldType extends MappedFieldType {
  readonly typeName = "ip";
  override readonly valuesKind: ValuesKind = "ip";
  readonly nullValue: Uint8Array | undefined;

  constructor(facts: FieldFacts, nullValue: Uint8Array | undefined) {
    super(facts);
    this.nullValue = nullValue;
  }

  override termQuery(value: unknown, _context: FieldQueryContext): Query {
    this.failIfNotIndexedAndNoDocValues();
    const text = queryText(value);
    if (!text.includes("/")) {
      const address = parseAddress(text);
      return this.between(address, address);
    }
    const { from, to } = parseCidr(text);
    return this.between(from, to);
  }

  override termsQuery(values: readonly unknown[], context: FieldQueryContext): Query {
    this.failIfNotIndexedAndNoDocValues();
    const texts = values.map(queryText);
    const addresses = texts.filter((text) => !text.includes("/")).map(parseAddress);
    const queries = texts
      .filter((text) => text.includes("/"))
      .map((mask) => this.termQuery(mask, context));
    if (addresses.length > 0) queries.unshift(this.anyOf(addresses));
    if (queries.length === 1) return queries[0]!;
    const clauses = queries.map((query) => ({ query, occur: "should" as const }));
    return new ConstantScoreQuery(new BooleanQuery(clauses));
  }

  override rangeQuery(range: RangeArguments, _context: FieldQueryContext): Query {
    this.failIfDisjoint(range);
    this.failIfNotIndexedAndNoDocValues();
    const isOpen = (value: unknown) => value === null || value === undefined;
    let lower: Uint8Array | undefined = FIRST;
    let upper: Uint8Array | undefined = LAST;
    if (!isOpen(range.from)) {
      lower = parseAddress(queryText(range.from));
      if (!range.includeLower) lower = nextAddress(lower);
    }
    if (!isOpen(range.to)) {
      upper = parseAddress(queryText(range.to));
      if (!range.includeUpper) upper = previousAddress(upper);
    }
    if (lower === undefined || upper === undefined) return new MatchNoDocsQuery();
    return this.between(lower, upper);
  }

  override docValueFormat(format?: string | null, timeZone?: string | null): DocValueFormat {
    super.docValueFormat(format, timeZone);
    return IP_FORMAT;
  }

  override fetchValue(value: unknown, format?: string): unknown {
    return formatAddress(parseAddress(queryText(super.fetchValue(value, format))));
  }

  private between(lower: Uint8Array, upper: Uint8Array): Query {
    const values = this.hasDocValues
      ? new SortedSetDocValuesRangeQuery(this.name, lower, upper, true, true)
      : undefined;
    if (!this.isIndexed) return values!;
    const points = new PointRangeQuery(this.name, lower, upper, 1);
    return values === undefined ? points : new IndexOrDocValuesQuery(points, values);
  }

  private anyOf(addresses: readonly Uint8Array[]): Query {
    if (addresses.length === 1) return this.between(addresses[0]!, addresses[0]!);
    const values = this.hasDocValues
      ? new SortedSetDocValuesSetQuery(this.name, addresses)
      : undefined;
    if (!this.isIndexed) return values!;
    const points = new PointInSetQuery(this.name, addresses, 16);
    return values === undefined ? points : new IndexOrDocValuesQuery(points, values);
  }
}

class IpFieldMapper extends FieldMapper {
  readonly fieldType: IpFieldType;
  private readonly luceneType: IndexableFieldType;
  private readonly ignoreMalformed: boolean;

  constructor(parts: FieldMapperParts) {
    super(parts);
    const facts = factsOf(parts.path, parts.values);
    this.ignoreMalformed = parts.values.boolean("ignore_malformed");
    this.fieldType = new IpFieldType(facts, nullAddress(parts.values.optionalString("null_value")));
    this.luceneType = luceneFieldType({
      docValuesType: facts.hasDocValues ? DocValuesType.SORTED_SET : DocValuesType.NONE,
      pointDimensionCount: facts.isIndexed ? 1 : 0,
      pointNumBytes: facts.isIndexed ? 16 : 0,
      stored: facts.isStored,
    });
  }

  parseCreateField(context: DocumentContext, value: SourceValue): void {
    const text = typeof value === "string" ? value : sourceText(context, value);
    let address = this.fieldType.nullValue;
    if (text !== null) {
      try {
        address = parseAddress(text);
      } catch (error) {
        if (!this.ignoreMalformed || !isMalformed(error, value)) throw error;
        context.addIgnoredField(this.path);
        return;
      }
    }
    if (address === undefined) return;
    const { isIndexed, hasDocValues, isStored } = this.fieldType;
    if (!isIndexed && !hasDocValues && !isStored) return;
    const field = new LuceneField(this.path, this.luceneType);
    if (isIndexed) field.point = address;
    if (hasDocValues) field.bytesValue = address;
    else context.addFieldNames(this.fieldNames);
    if (isStored) field.storedValue = address;
    context.add(field);
  }
}

// A null value that is not an address is ignored, with a deprecation warning upstream.
function nullAddress(text: string | undefined): Uint8Array | undefined {
  if (text === undefined) return undefined;
  try {
    return parseAddress(text);
  } catch {
    return undefined;
  }
}

/** The `ip` type. */
export const IP: FieldTypeSpec = {
  typeName: "ip",
  parameters: [
    INDEX,
    DOC_VALUES,
    STORE,
    settingBooleanParameter("ignore_malformed", "index.mapping.ignore_malformed", false, false),
    stringParameter("null_value", false, null, { acceptsNull: true }),
    META,
  ],
  build: (parts) => new IpFieldMapper(parts),
};
