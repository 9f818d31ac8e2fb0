// `keyword`: one untokenized term per value and sorted-set doc values.
// Upstream: org.opensearch.index.mapper.KeywordFieldMapper.

import type { Analyzer } from "../../../lucene/analysis/index.ts";
import type { IndexableFieldType } from "../../../lucene/index/index.ts";
import { DocValuesType, IndexOptions } from "../../../lucene/index/index.ts";
import type { FuzzyQuery, MultiTermQuery, Query } from "../../../lucene/search/index.ts";
import {
  CaseInsensitiveTermQuery,
  ConstantScoreQuery,
  DocValuesTermsQuery,
  IndexOrDocValuesQuery,
  SortedSetDocValuesRangeQuery,
  SortedSetDocValuesSetQuery,
} from "../../../lucene/search/index.ts";
import { KEYWORD_ANALYZER, WHITESPACE_ANALYZER } from "../../analysis/index-analyzers.ts";
import type { DocumentContext } from "../document-context.ts";
import type { FieldMapperParts, FieldTypeSpec } from "../field-mapper.ts";
import { FieldMapper, sourceText } from "../field-mapper.ts";
import { LuceneField, luceneFieldType } from "../lucene-field.ts";
import type { FieldFacts, ValuesKind } from "../mapped-field-type.ts";
import { factsOf } from "../mapped-field-type.ts";
import { mapperParsing } from "../mapper-errors.ts";
import {
  BOOST,
  booleanParameter,
  DOC_VALUES,
  INDEX,
  integerParameter,
  META,
  restrictedStringParameter,
  STORE,
  stringParameter,
} from "../parameters.ts";
import type { FieldQueryContext, RangeArguments } from "../query-arguments.ts";
import type { SourceValue } from "../source-parser.ts";
import { queryText, StringFieldType } from "../string-field-type.ts";
import { SIMILARITY } from "./text-parameters.ts";

const INTEGER_MAX = 2147483647;

/** The type of a keyword field. */
export class KeywordFieldType extends StringFieldType {
  readonly typeName: string = "keyword";
  override readonly valuesKind: ValuesKind = "bytes";
  readonly ignoreAbove: number;
  readonly nullValue: string | undefined;
  readonly normalizer: Analyzer;
  override readonly hasNorms: boolean;
  private readonly search: Analyzer;

  constructor(
    facts: FieldFacts,
    parts: {
      ignoreAbove: number;
      nullValue: string | undefined;
      normalizer: Analyzer;
      search: Analyzer;
      hasNorms: boolean;
    },
  ) {
    super(facts);
    this.ignoreAbove = parts.ignoreAbove;
    this.nullValue = parts.nullValue;
    this.normalizer = parts.normalizer;
    this.search = parts.search;
    this.hasNorms = parts.hasNorms;
  }

  override get searchAnalyzer(): Analyzer {
    return this.search;
  }

  protected override get normalizesWildcards(): boolean {
    return true;
  }

  override indexedValueForSearch(value: unknown): Uint8Array {
    if (this.search === KEYWORD_ANALYZER) return super.indexedValueForSearch(value);
    return Buffer.from(this.search.normalize(this.name, queryText(value)));
  }

  protected override failIfNotSearchable(): void {
    this.failIfNotIndexedAndNoDocValues();
  }

  /** Terms that are not indexed stand in the doc values. */
  protected override overTerms(query: MultiTermQuery | FuzzyQuery): Query {
    return this.isIndexed ? query : new DocValuesTermsQuery(query);
  }

  override termQueryCaseInsensitive(value: unknown, context: FieldQueryContext): Query {
    if (this.isIndexed) return super.termQueryCaseInsensitive(value, context);
    this.failIfNotSearchable();
    const text = Buffer.from(this.indexedValueForSearch(value)).toString("utf8");
    return this.boosted(this.overTerms(new CaseInsensitiveTermQuery(this.name, text)));
  }

  override termQuery(value: unknown, context: FieldQueryContext): Query {
    this.failIfNotIndexedAndNoDocValues();
    if (this.isIndexed) {
      const query = super.termQuery(value, context);
      // As of 3.1 a term's rarity does not count; `use_similarity` is false by default.
      return this.boosted(context.scoresKeywords ? query : new ConstantScoreQuery(query));
    }
    const term = this.indexedValueForSearch(value);
    return this.boosted(new SortedSetDocValuesRangeQuery(this.name, term, term, true, true));
  }

  override termsQuery(values: readonly unknown[], context: FieldQueryContext): Query {
    this.failIfNotIndexedAndNoDocValues();
    if (this.isIndexed) return super.termsQuery(values, context);
    const terms = values.map((value) => this.indexedValueForSearch(value));
    return new SortedSetDocValuesSetQuery(this.name, terms);
  }

  override rangeQuery(range: RangeArguments, context: FieldQueryContext): Query {
    this.failIfNotIndexedAndNoDocValues();
    const index = this.isIndexed ? super.rangeQuery(range, context) : undefined;
    if (!this.hasDocValues) return index!;
    this.failIfDisjoint(range);
    const bound = (value: unknown) =>
      value === null || value === undefined ? undefined : this.indexedValueForSearch(value);
    const values = new SortedSetDocValuesRangeQuery(
      this.name,
      bound(range.from),
      bound(range.to),
      range.includeLower,
      range.includeUpper,
    );
    return index === undefined ? values : new IndexOrDocValuesQuery(index, values);
  }

  override fetchValue(value: unknown, format?: string): unknown {
    const text = queryText(super.fetchValue(value, format));
    if (text.length > this.ignoreAbove) return undefined;
    return this.normalizer.normalize(this.name, text);
  }
}

class KeywordFieldMapper extends FieldMapper {
  readonly fieldType: KeywordFieldType;
  private readonly luceneType: IndexableFieldType;
  private readonly ignoreAbove: number;
  private readonly nullValue: string | null;
  private readonly normalizer: Analyzer | undefined;
  private readonly isTerm: boolean;
  private readonly needsFieldNames: boolean;

  constructor(parts: FieldMapperParts) {
    super(parts);
    const { values } = parts;
    const { normalizer, search } = analyzersOf(parts);
    const indexed = values.boolean("index");
    const omitNorms = !values.boolean("norms");
    const options = !indexed
      ? IndexOptions.NONE
      : values.string("index_options") === "freqs"
        ? IndexOptions.DOCS_AND_FREQS
        : IndexOptions.DOCS;
    const facts = factsOf(parts.path, values);
    this.ignoreAbove = values.number("ignore_above");
    this.nullValue = values.optionalString("null_value") ?? null;
    this.normalizer = normalizer === KEYWORD_ANALYZER ? undefined : normalizer;
    this.isTerm = indexed || facts.isStored;
    this.needsFieldNames = this.isTerm && !facts.hasDocValues && omitNorms;
    this.luceneType = luceneFieldType({
      indexOptions: options,
      omitNorms: indexed && omitNorms,
      stored: facts.isStored,
      docValuesType: facts.hasDocValues ? DocValuesType.SORTED_SET : DocValuesType.NONE,
    });
    this.fieldType = new KeywordFieldType(facts, {
      ignoreAbove: this.ignoreAbove,
      nullValue: this.nullValue ?? undefined,
      normalizer,
      search,
      hasNorms: indexed && !omitNorms,
    });
  }

  parseCreateField(context: DocumentContext, value: SourceValue): void {
    let text =
      value === null
        ? this.nullValue
        : typeof value === "string"
          ? value
          : sourceText(context, value);
    if (text === null || text.length > this.ignoreAbove) return;
    if (this.normalizer !== undefined) text = this.normalizer.normalize(this.path, text);
    const { luceneType } = this;
    const field = new LuceneField(this.path, luceneType);
    if (luceneType.indexOptions !== IndexOptions.NONE) field.term = text;
    if (luceneType.stored) field.storedValue = Buffer.from(text);
    if (luceneType.docValuesType !== DocValuesType.NONE) field.bytesValue = text;
    else if (!this.isTerm) return;
    context.add(field);
    if (this.needsFieldNames) context.addFieldNames(this.fieldNames);
  }
}

function analyzersOf(parts: FieldMapperParts): { normalizer: Analyzer; search: Analyzer } {
  const { values } = parts;
  const name = values.string("normalizer");
  const split = values.boolean("split_queries_on_whitespace");
  if (name === "default" || name === null) {
    return { normalizer: KEYWORD_ANALYZER, search: split ? WHITESPACE_ANALYZER : KEYWORD_ANALYZER };
  }
  const { analyzers, restored } = values.context;
  const normalizer = analyzers.normalizer(name);
  if (normalizer === undefined) {
    if (restored) return { normalizer: KEYWORD_ANALYZER, search: KEYWORD_ANALYZER };
    throw mapperParsing(`normalizer [${name}] not found for field [${parts.simpleName}]`);
  }
  return { normalizer, search: (split && analyzers.whitespaceNormalizer(name)) || normalizer };
}

/** The `keyword` type. */
export const KEYWORD: FieldTypeSpec = {
  typeName: "keyword",
  parameters: [
    INDEX,
    DOC_VALUES,
    STORE,
    stringParameter("null_value", false, null, { acceptsNull: true }),
    booleanParameter("eager_global_ordinals", true, false),
    integerParameter("ignore_above", true, INTEGER_MAX),
    restrictedStringParameter("index_options", false, ["docs", "freqs"]),
    booleanParameter("norms", true, false, { canMerge: normsCanMerge }),
    SIMILARITY,
    stringParameter("normalizer", false, "default"),
    booleanParameter("split_queries_on_whitespace", true, false),
    BOOST,
    META,
  ],
  build: (parts) => new KeywordFieldMapper(parts),
};

// Norms may be switched off, never on.
function normsCanMerge(before: unknown, after: unknown): boolean {
  return before === after || (before === true && after === false);
}
