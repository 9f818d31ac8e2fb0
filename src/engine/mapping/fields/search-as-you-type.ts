// `search_as_you_type`: text with hidden fields for what is typed so far.
//   f                 the words
//   f._2gram …        runs of two to max_shingle_size words
//   f._index_prefix   the first 1 to 20 characters of the longest runs, and the runs
// Upstream: SearchAsYouTypeFieldMapper (mapper-extras).

import type { Analyzer } from "../../../lucene/analysis/index.ts";
import type { IndexableFieldType } from "../../../lucene/index/index.ts";
import { IndexOptions } from "../../../lucene/index/index.ts";
import type { Query } from "../../../lucene/search/index.ts";
import {
  BooleanQuery,
  ConstantScoreQuery,
  TermQuery,
  WildcardQuery,
} from "../../../lucene/search/index.ts";
import type { DocumentContext } from "../document-context.ts";
import type { FieldMapperParts, FieldTypeSpec } from "../field-mapper.ts";
import { FieldMapper, sourceText } from "../field-mapper.ts";
import { LuceneField, luceneFieldType } from "../lucene-field.ts";
import type { FieldFacts } from "../mapped-field-type.ts";
import { mapperParsing } from "../mapper-errors.ts";
import { booleanParameter, INDEX, integerParameter, META, STORE } from "../parameters.ts";
import type { FieldQueryContext } from "../query-arguments.ts";
import type { SourceValue } from "../source-parser.ts";
import { queryText, StringFieldType } from "../string-field-type.ts";
import { shingleAnalyzer } from "./shingles.ts";
import {
  ANALYZERS,
  analyzerNames,
  INDEX_OPTIONS,
  NORMS,
  SIMILARITY,
  TERM_VECTOR,
} from "./text-parameters.ts";
import { prefixAnalyzer } from "./text-sub-fields.ts";

const GRAM_MAX = 20;

interface TextFacts {
  readonly search: Analyzer;
  readonly searchQuote: Analyzer;
  readonly indexOptions: IndexOptions;
  readonly hasNorms: boolean;
  readonly similarity: string | undefined;
}

/** What the field and its hidden fields have in common. */
abstract class TypedFieldType extends StringFieldType {
  override readonly isText = true;
  override readonly hasNorms: boolean;
  readonly indexOptions: IndexOptions;
  readonly similarity: string | undefined;
  private readonly text: TextFacts;

  constructor(facts: FieldFacts, text: TextFacts) {
    super(facts);
    this.text = text;
    this.hasNorms = text.hasNorms;
    this.indexOptions = text.indexOptions;
    this.similarity = text.similarity;
  }

  override get searchAnalyzer(): Analyzer {
    return this.text.search;
  }

  override get searchQuoteAnalyzer(): Analyzer {
    return this.text.searchQuote;
  }

  override fetchValue(value: unknown, format?: string): unknown {
    return queryText(super.fetchValue(value, format));
  }
}

/** The type of the hidden field of prefixes. */
export class TypedPrefixFieldType extends TypedFieldType {
  readonly typeName = "prefix";
  private readonly parent: string;

  constructor(facts: FieldFacts, text: TextFacts, parent: string) {
    super(facts, text);
    this.parent = parent;
  }

  /** Are prefixes of that length indexed? */
  holds(length: number): boolean {
    return length <= GRAM_MAX;
  }

  override prefixQuery(value: string, ignoresCase: boolean, context: FieldQueryContext): Query {
    if (value.length > 0) {
      return ignoresCase
        ? this.termQueryCaseInsensitive(value, context)
        : this.termQuery(value, context);
    }
    return new BooleanQuery([
      { query: new WildcardQuery(this.name, "?"), occur: "should" },
      { query: new TermQuery(this.parent, new Uint8Array(0)), occur: "should" },
    ]);
  }
}

/** The type of a field with a hidden field of prefixes. */
export abstract class PrefixedFieldType extends TypedFieldType {
  readonly typeName = "search_as_you_type";
  readonly prefixField: TypedPrefixFieldType;

  constructor(facts: FieldFacts, text: TextFacts, prefixField: TypedPrefixFieldType) {
    super(facts, text);
    this.prefixField = prefixField;
  }

  /** As `query_string` asks: a prefix scores as the term that it is. */
  scoredPrefixQuery(value: string, context: FieldQueryContext): Query {
    return this.prefixField.holds(value.length)
      ? this.prefixField.prefixQuery(value, false, context)
      : super.prefixQuery(value, false, context);
  }

  override prefixQuery(value: string, ignoresCase: boolean, context: FieldQueryContext): Query {
    return this.prefixField.holds(value.length)
      ? new ConstantScoreQuery(this.prefixField.prefixQuery(value, ignoresCase, context))
      : super.prefixQuery(value, ignoresCase, context);
  }
}

/** The type of a hidden field of runs. */
export class ShingleFieldType extends PrefixedFieldType {
  readonly size: number;

  constructor(facts: FieldFacts, text: TextFacts, prefix: TypedPrefixFieldType, size: number) {
    super(facts, text, prefix);
    this.size = size;
  }
}

/** The type of the field itself. */
export class SearchAsYouTypeFieldType extends PrefixedFieldType {
  /** Runs of two words, of three, … */
  readonly shingleFields: readonly ShingleFieldType[];

  constructor(
    facts: FieldFacts,
    text: TextFacts,
    prefix: TypedPrefixFieldType,
    shingleFields: readonly ShingleFieldType[],
  ) {
    super(facts, text, prefix);
    this.shingleFields = shingleFields;
  }

  /** The longest runs that so many positions have. */
  shingleField(positions: number): ShingleFieldType {
    const { shingleFields } = this;
    return shingleFields[Math.min(Math.max(positions - 2, 0), shingleFields.length - 1)]!;
  }
}

interface Indexed {
  readonly name: string;
  readonly luceneType: IndexableFieldType;
  readonly analyzer: Analyzer;
}

const OPTIONS: Readonly<Record<string, IndexOptions>> = {
  docs: IndexOptions.DOCS,
  freqs: IndexOptions.DOCS_AND_FREQS,
  positions: IndexOptions.DOCS_AND_FREQS_AND_POSITIONS,
  offsets: IndexOptions.DOCS_AND_FREQS_AND_POSITIONS_AND_OFFSETS,
};

class SearchAsYouTypeFieldMapper extends FieldMapper {
  readonly fieldType: SearchAsYouTypeFieldType;
  private readonly indexed: readonly Indexed[];
  private readonly needsFieldNames: boolean;

  constructor(parts: FieldMapperParts) {
    super(parts);
    const { values, path } = parts;
    const isIndexed = values.boolean("index");
    const isStored = values.boolean("store");
    const hasNorms = values.boolean("norms");
    const indexOptions = isIndexed ? OPTIONS[values.string("index_options")]! : IndexOptions.NONE;
    const { index, search, searchQuote } = analyzersOf(parts);
    const similarity = values.optionalString("similarity");
    const text = { indexOptions, similarity, hasNorms: isIndexed && hasNorms };
    const sub = (name: string): FieldFacts => {
      return { name: `${path}.${name}`, isIndexed: true, hasDocValues: false, isStored: false };
    };
    const max = values.number("max_shingle_size");
    const wrapped = (size: number) => {
      const analyzer = shingleAnalyzer(search, { size, trailing: 0 });
      return { ...text, search: analyzer, searchQuote: analyzer };
    };
    const prefixField = new TypedPrefixFieldType(
      sub("_index_prefix"),
      { ...wrapped(max), searchQuote: search, hasNorms: false },
      path,
    );
    const sizes = Array.from({ length: max - 1 }, (_, i) => i + 2);
    const shingleFields = sizes.map(
      (size) => new ShingleFieldType(sub(`_${size}gram`), wrapped(size), prefixField, size),
    );
    const meta = values.get("meta") as Record<string, string>;
    this.fieldType = new SearchAsYouTypeFieldType(
      { name: path, isIndexed, hasDocValues: false, isStored, meta },
      { ...text, search, searchQuote },
      prefixField,
      shingleFields,
    );
    const luceneType = luceneFieldType({ indexOptions, omitNorms: isIndexed && !hasNorms });
    const runs = shingleAnalyzer(index, { size: max, trailing: max - 1 });
    this.needsFieldNames = !hasNorms;
    this.indexed = [
      { name: path, luceneType: { ...luceneType, stored: isStored }, analyzer: index },
      ...shingleFields.map(({ name, size }) => {
        return { name, luceneType, analyzer: shingleAnalyzer(index, { size, trailing: 0 }) };
      }),
      {
        name: prefixField.name,
        luceneType: { ...luceneType, omitNorms: isIndexed },
        analyzer: prefixAnalyzer(runs, { minChars: 1, maxChars: GRAM_MAX, keepsLonger: true }),
      },
    ];
  }

  override subFieldTypes(): readonly TypedFieldType[] {
    return [this.fieldType.prefixField, ...this.fieldType.shingleFields];
  }

  parseCreateField(context: DocumentContext, value: SourceValue): void {
    const text = sourceText(context, value);
    if (text === null) return;
    for (const { name, luceneType, analyzer } of this.indexed) {
      const isIndexed = luceneType.indexOptions !== IndexOptions.NONE;
      if (!isIndexed && !luceneType.stored) continue;
      const field = new LuceneField(name, luceneType);
      if (isIndexed) {
        field.text = text;
        field.analyzer = analyzer;
      }
      if (luceneType.stored) field.storedValue = text;
      context.add(field);
    }
    if (this.needsFieldNames) context.addFieldNames(this.fieldNames);
  }
}

function analyzersOf({ values }: FieldMapperParts) {
  const names = analyzerNames(values);
  const { analyzers } = values.context;
  const pick = (name: string) => analyzers.get(name) ?? analyzers.defaultIndex;
  return {
    index: pick(names.index),
    search: names.search === "default" ? analyzers.defaultSearch : pick(names.search),
    searchQuote:
      names.searchQuote === "default" ? analyzers.defaultSearchQuote : pick(names.searchQuote),
  };
}

/** The `search_as_you_type` type. */
export const SEARCH_AS_YOU_TYPE: FieldTypeSpec = {
  typeName: "search_as_you_type",
  parameters: [
    INDEX,
    STORE,
    booleanParameter("doc_values", false, false, {
      shown: "always",
      validate: (value) => {
        if (value !== true) return;
        throw mapperParsing("Cannot set [doc_values] on field of type [search_as_you_type]");
      },
    }),
    integerParameter("max_shingle_size", false, 3, {
      shown: "always",
      validate: (value) => {
        if (typeof value === "number" && value >= 2 && value <= 4) return;
        throw mapperParsing(
          `[max_shingle_size] must be at least [2] and at most [4], got [${value}]`,
        );
      },
    }),
    ...ANALYZERS,
    SIMILARITY,
    INDEX_OPTIONS,
    NORMS,
    TERM_VECTOR,
    booleanParameter("multivalued", true, false, { explicit: true }),
    META,
  ],
  build: (parts) => new SearchAsYouTypeFieldMapper(parts),
};
