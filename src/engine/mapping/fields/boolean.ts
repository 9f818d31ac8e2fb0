// `boolean`: the terms T and F, doc values 1 and 0.
// Upstream: org.opensearch.index.mapper.BooleanFieldMapper.

import { illegalArgument } from "../../../base/index.ts";
import type { IndexableFieldType } from "../../../lucene/index/index.ts";
import { DocValuesType, IndexOptions } from "../../../lucene/index/index.ts";
import type { Query } from "../../../lucene/search/index.ts";
import {
  MatchNoDocsQuery,
  SortedNumericDocValuesRangeQuery,
} from "../../../lucene/search/index.ts";
import type { DocValueFormat } from "../doc-value-format.ts";
import { BOOLEAN_FORMAT } from "../doc-value-format.ts";
import type { DocumentContext } from "../document-context.ts";
import type { FieldMapperParts, FieldTypeSpec } from "../field-mapper.ts";
import { FieldMapper } from "../field-mapper.ts";
import { LuceneField, luceneFieldType } from "../lucene-field.ts";
import type { FieldFacts, ValuesKind } from "../mapped-field-type.ts";
import { factsOf } from "../mapped-field-type.ts";
import { jsonError } from "../mapper-errors.ts";
import { nodeBoolean } from "../node-values.ts";
import { BOOST, DOC_VALUES, INDEX, META, STORE } from "../parameters.ts";
import type { FieldQueryContext, RangeArguments } from "../query-arguments.ts";
import type { SourceValue } from "../source-parser.ts";
import { JsonNumber } from "../source-parser.ts";
import { queryText, TermFieldType } from "../string-field-type.ts";

/** The type of a boolean field. */
export class BooleanFieldType extends TermFieldType {
  readonly typeName = "boolean";
  override readonly valuesKind: ValuesKind = "boolean";
  readonly nullValue: boolean | undefined;

  constructor(facts: FieldFacts, nullValue: boolean | undefined) {
    super(facts);
    this.nullValue = nullValue;
  }

  override indexedValueForSearch(value: unknown): Uint8Array {
    if (value === null || value === undefined) return FALSE;
    if (typeof value === "boolean") return value ? TRUE : FALSE;
    const text = queryText(value);
    if (text === "true") return TRUE;
    if (text === "false") return FALSE;
    throw illegalArgument(`Can't parse boolean value [${text}], expected [true] or [false]`);
  }

  override termQuery(value: unknown, context: FieldQueryContext): Query {
    this.failIfNotIndexedAndNoDocValues();
    if (this.isIndexed) return super.termQuery(value, context);
    const long = this.indexedValueForSearch(value) === TRUE ? 1n : 0n;
    return new SortedNumericDocValuesRangeQuery(this.name, long, long);
  }

  override termsQuery(values: readonly unknown[], context: FieldQueryContext): Query {
    this.failIfNotIndexedAndNoDocValues();
    const wanted = new Set(values.map((value) => this.indexedValueForSearch(value)));
    if (wanted.size === 2) return this.existsQuery(context);
    for (const term of wanted) return this.termQuery(term === TRUE, context);
    return new MatchNoDocsQuery("Values did not contain True or False");
  }

  override rangeQuery(range: RangeArguments, context: FieldQueryContext): Query {
    this.failIfDisjoint(range);
    this.failIfNotIndexedAndNoDocValues();
    const isOpen = (value: unknown) => value === null || value === undefined;
    const includeLower = isOpen(range.from) || range.includeLower;
    const includeUpper = isOpen(range.to) || range.includeUpper;
    const lower = this.indexedValueForSearch(isOpen(range.from) ? false : range.from);
    const upper = this.indexedValueForSearch(isOpen(range.to) ? true : range.to);
    if (lower === upper) {
      return includeLower && includeUpper
        ? this.termQuery(lower === TRUE, context)
        : new MatchNoDocsQuery();
    }
    if (lower === TRUE || (!includeLower && !includeUpper)) return new MatchNoDocsQuery();
    if (!includeLower) return this.termQuery(true, context);
    if (!includeUpper) return this.termQuery(false, context);
    return this.existsQuery(context);
  }

  override docValueFormat(format?: string | null, timeZone?: string | null): DocValueFormat {
    super.docValueFormat(format, timeZone);
    return BOOLEAN_FORMAT;
  }

  override fetchValue(value: unknown, format?: string): unknown {
    const fetched = super.fetchValue(value, format);
    return typeof fetched === "boolean" ? fetched : nodeBoolean(fetched === "" ? false : fetched);
  }
}

const TRUE = Buffer.from("T");
const FALSE = Buffer.from("F");

class BooleanFieldMapper extends FieldMapper {
  readonly fieldType: BooleanFieldType;
  private readonly luceneType: IndexableFieldType;
  private readonly isEmpty: boolean;

  constructor(parts: FieldMapperParts) {
    super(parts);
    const facts = factsOf(parts.path, parts.values);
    const nullValue = parts.values.get("null_value");
    this.isEmpty = !facts.isIndexed && !facts.hasDocValues && !facts.isStored;
    this.fieldType = new BooleanFieldType(
      facts,
      typeof nullValue === "boolean" ? nullValue : undefined,
    );
    this.luceneType = luceneFieldType({
      indexOptions: facts.isIndexed ? IndexOptions.DOCS : IndexOptions.NONE,
      omitNorms: facts.isIndexed,
      stored: facts.isStored,
      docValuesType: facts.hasDocValues ? DocValuesType.SORTED_NUMERIC : DocValuesType.NONE,
    });
  }

  parseCreateField(context: DocumentContext, value: SourceValue): void {
    if (this.isEmpty) return;
    const parsed = typeof value === "boolean" ? value : this.convert(context, value);
    if (parsed === undefined) return;
    const { luceneType } = this;
    const field = new LuceneField(this.path, luceneType);
    const term = parsed ? "T" : "F";
    if (luceneType.indexOptions !== IndexOptions.NONE) field.term = term;
    if (luceneType.stored) field.storedValue = term;
    if (luceneType.docValuesType !== DocValuesType.NONE) field.numericValue = parsed ? 1 : 0;
    else context.addFieldNames(this.fieldNames);
    context.add(field);
  }

  private convert(context: DocumentContext, value: SourceValue): boolean | undefined {
    if (value === null) return this.fieldType.nullValue;
    if (typeof value === "string") {
      // An empty string is false, as in Booleans.parseBoolean with its default.
      if (value === "") return false;
      if (value === "true" || value === "false") return value === "true";
      throw illegalArgument(
        `Failed to parse value [${value}] as only [true] or [false] are allowed.`,
      );
    }
    const { line, endLine, endColumn } = context.tokenLocation();
    const token =
      value instanceof JsonNumber || typeof value === "number"
        ? (value instanceof JsonNumber ? value.isFloat : !Number.isInteger(value))
          ? "VALUE_NUMBER_FLOAT"
          : "VALUE_NUMBER_INT"
        : Array.isArray(value)
          ? "START_ARRAY"
          : "START_OBJECT";
    throw jsonError(
      "json_parse_exception",
      `Current token (${token}) not of boolean type`,
      endLine ?? line,
      endColumn,
    );
  }
}

/** The `boolean` type. */
export const BOOLEAN: FieldTypeSpec = {
  typeName: "boolean",
  parameters: [
    META,
    BOOST,
    DOC_VALUES,
    INDEX,
    {
      name: "null_value",
      updateable: false,
      acceptsNull: true,
      defaultValue: () => null,
      parse: (node) => (node === null ? null : nodeBoolean(node)),
    },
    STORE,
  ],
  build: (parts) => new BooleanFieldMapper(parts),
};
