// `text`: analyzed text with positions and norms; optionally indexed prefixes and phrases.
// Upstream: org.opensearch.index.mapper.TextFieldMapper.

import { illegalArgument } from "../../../base/index.ts";
import type { Analyzer } from "../../../lucene/analysis/index.ts";
import type { IndexableFieldType } from "../../../lucene/index/index.ts";
import { IndexOptions } from "../../../lucene/index/index.ts";
import { withPositionIncrementGap } from "../../analysis/index-analyzers.ts";
import type { DocumentContext } from "../document-context.ts";
import type { FieldMapperParts, FieldTypeSpec } from "../field-mapper.ts";
import { FieldMapper, sourceText } from "../field-mapper.ts";
import { LuceneField, luceneFieldType } from "../lucene-field.ts";
import type { FieldFacts } from "../mapped-field-type.ts";
import type { JsonObject } from "../node-values.ts";
import { isJsonObject, nodeDouble, nodeInteger } from "../node-values.ts";
import type { FieldValues, MappingContext, Parameter } from "../parameters.ts";
import { BOOST, booleanParameter, INDEX, integerParameter, META, STORE } from "../parameters.ts";
import type { SourceValue } from "../source-parser.ts";
import { queryText, StringFieldType } from "../string-field-type.ts";
import {
  ANALYZERS,
  analyzerNames,
  INDEX_OPTIONS,
  NORMS,
  SIMILARITY,
  TERM_VECTOR,
} from "./text-parameters.ts";
import { phraseAnalyzer, prefixAnalyzer, TextSubFieldType } from "./text-sub-fields.ts";

/** The type of a text field. */
export class TextFieldType extends StringFieldType {
  readonly typeName: string = "text";
  override readonly isText = true;
  readonly indexOptions: IndexOptions;
  override readonly hasNorms: boolean;
  readonly fielddata: boolean;
  readonly similarity: string | undefined;
  readonly indexAnalyzer: Analyzer;
  /** Lengths of the prefixes indexed in `<name>._index_prefix`. */
  readonly indexPrefixes: { readonly minChars: number; readonly maxChars: number } | undefined;
  /** Are word pairs indexed in `<name>._index_phrase`? */
  readonly indexPhrases: boolean;
  private readonly search: Analyzer;
  private readonly searchQuote: Analyzer;

  constructor(facts: FieldFacts, parts: TextParts) {
    super(facts);
    this.indexOptions = parts.indexOptions;
    this.hasNorms = parts.hasNorms;
    this.fielddata = parts.fielddata;
    this.similarity = parts.similarity;
    this.indexAnalyzer = parts.index;
    this.search = parts.search;
    this.searchQuote = parts.searchQuote;
    this.indexPrefixes = parts.indexPrefixes;
    this.indexPhrases = parts.indexPhrases;
  }

  override get isAggregatable(): boolean {
    return this.fielddata;
  }

  override get searchAnalyzer(): Analyzer {
    return this.search;
  }

  override get searchQuoteAnalyzer(): Analyzer {
    return this.searchQuote;
  }

  override failIfNoDocValues(): void {
    if (this.fielddata) return;
    throw illegalArgument(
      "Text fields are not optimised for operations that require per-document field data like " +
        "aggregations and sorting, so these operations are disabled by default. Please use a " +
        `keyword field instead. Alternatively, set fielddata=true on [${this.name}] in order to ` +
        "load field data by uninverting the inverted index. Note that this can use significant " +
        "memory.",
    );
  }

  override fetchValue(value: unknown, format?: string): unknown {
    return queryText(super.fetchValue(value, format));
  }
}

/** What a text field is, besides the common facts. */
export interface TextParts {
  readonly indexOptions: IndexOptions;
  readonly hasNorms: boolean;
  readonly fielddata: boolean;
  readonly similarity: string | undefined;
  readonly index: Analyzer;
  readonly search: Analyzer;
  readonly searchQuote: Analyzer;
  readonly indexPrefixes: { readonly minChars: number; readonly maxChars: number } | undefined;
  readonly indexPhrases: boolean;
}

const OPTIONS: Readonly<Record<string, IndexOptions>> = {
  docs: IndexOptions.DOCS,
  freqs: IndexOptions.DOCS_AND_FREQS,
  positions: IndexOptions.DOCS_AND_FREQS_AND_POSITIONS,
  offsets: IndexOptions.DOCS_AND_FREQS_AND_POSITIONS_AND_OFFSETS,
};

/** Indexes text; `makeType` makes the type of the field. */
export class TextFieldMapper extends FieldMapper {
  readonly fieldType: TextFieldType;
  private readonly luceneType: IndexableFieldType;
  private readonly analyzer: Analyzer;
  private readonly isEmpty: boolean;
  private readonly needsFieldNames: boolean;
  private readonly subFields: readonly SubField[];

  constructor(
    parts: FieldMapperParts,
    makeType: (facts: FieldFacts, own: TextParts) => TextFieldType = (facts, own) =>
      new TextFieldType(facts, own),
  ) {
    super(parts);
    const { values, path } = parts;
    const indexed = values.boolean("index");
    const stored = values.boolean("store");
    const norms = values.boolean("norms");
    const indexOptions = indexed ? OPTIONS[values.string("index_options")]! : IndexOptions.NONE;
    const analyzers = analyzersOf(parts, indexOptions);
    if (!indexed && values.boolean("fielddata")) {
      throw illegalArgument(
        `Cannot enable fielddata on a [text] field that is not indexed: [${path}]`,
      );
    }
    this.analyzer = analyzers.index;
    this.isEmpty = !indexed && !stored;
    this.needsFieldNames = !norms;
    this.luceneType = luceneFieldType({ indexOptions, omitNorms: indexed && !norms, stored });
    const facts: FieldFacts = {
      name: path,
      isIndexed: indexed,
      hasDocValues: false,
      isStored: stored,
      meta: values.get("meta") as Record<string, string>,
      boost: values.number("boost"),
    };
    this.fieldType = makeType(facts, {
      indexOptions,
      hasNorms: indexed && norms,
      fielddata: values.boolean("fielddata"),
      similarity: values.optionalString("similarity"),
      ...analyzers,
      indexPrefixes: prefixesOf(parts),
      indexPhrases: phrasesOf(parts, indexOptions),
    });
    this.subFields = subFieldsOf(this.fieldType, this.luceneType);
  }

  override subFieldTypes(): readonly TextSubFieldType[] {
    return this.subFields.map(({ fieldType }) => fieldType);
  }

  parseCreateField(context: DocumentContext, value: SourceValue): void {
    const text = typeof value === "string" ? value : sourceText(context, value);
    if (text === null || this.isEmpty) return;
    const { luceneType } = this;
    const field = new LuceneField(this.path, luceneType);
    if (luceneType.indexOptions !== IndexOptions.NONE) {
      field.text = text;
      field.analyzer = this.analyzer;
    }
    if (luceneType.stored) field.storedValue = text;
    context.add(field);
    if (this.needsFieldNames) context.addFieldNames(this.fieldNames);
    for (const sub of this.subFields) {
      const subField = new LuceneField(sub.fieldType.name, sub.luceneType);
      subField.text = text;
      subField.analyzer = sub.analyzer;
      if (sub.luceneType.stored) subField.storedValue = text;
      context.add(subField);
    }
  }
}

/** A hidden field with how it is indexed. */
interface SubField {
  readonly fieldType: TextSubFieldType;
  readonly luceneType: IndexableFieldType;
  readonly analyzer: Analyzer;
}

function subFieldsOf(fieldType: TextFieldType, luceneType: IndexableFieldType): SubField[] {
  const { name, indexAnalyzer, indexPrefixes } = fieldType;
  const out: SubField[] = [];
  if (indexPrefixes !== undefined) {
    const options = fieldType.indexOptions;
    out.push({
      fieldType: new TextSubFieldType(`${name}._index_prefix`, "prefix"),
      luceneType: {
        ...luceneType,
        omitNorms: true,
        indexOptions: options === IndexOptions.DOCS_AND_FREQS ? IndexOptions.DOCS : options,
      },
      analyzer: prefixAnalyzer(indexAnalyzer, indexPrefixes),
    });
  }
  if (fieldType.indexPhrases) {
    out.push({
      fieldType: new TextSubFieldType(`${name}._index_phrase`, "phrase"),
      luceneType,
      analyzer: phraseAnalyzer(indexAnalyzer),
    });
  }
  return out;
}

function analyzersOf(parts: FieldMapperParts, indexOptions: IndexOptions) {
  const { values } = parts;
  const names = analyzerNames(values);
  const { analyzers } = values.context;
  const pick = (name: string) => analyzers.get(name) ?? analyzers.defaultIndex;
  let index = pick(names.index);
  let search = names.search === "default" ? analyzers.defaultSearch : pick(names.search);
  let searchQuote =
    names.searchQuote === "default" ? analyzers.defaultSearchQuote : pick(names.searchQuote);
  const gap = values.number("position_increment_gap");
  if (gap !== -1) {
    const needsPositions = parts.spec.typeName === "text";
    if (needsPositions && indexOptions < IndexOptions.DOCS_AND_FREQS_AND_POSITIONS) {
      throw illegalArgument(
        `Cannot set position_increment_gap on field [${parts.simpleName}] ` +
          "without positions enabled",
      );
    }
    index = withPositionIncrementGap(index, gap);
    search = withPositionIncrementGap(search, gap);
    searchQuote = withPositionIncrementGap(searchQuote, gap);
  }
  return { index, search, searchQuote };
}

function prefixesOf(parts: FieldMapperParts) {
  const config = parts.values.get("index_prefixes");
  if (!isJsonObject(config)) return undefined;
  if (!parts.values.boolean("index")) {
    throw illegalArgument(`Cannot set index_prefixes on unindexed field [${parts.simpleName}]`);
  }
  return { minChars: config["min_chars"] as number, maxChars: config["max_chars"] as number };
}

function phrasesOf(parts: FieldMapperParts, indexOptions: IndexOptions): boolean {
  if (!parts.values.boolean("index_phrases")) return false;
  if (!parts.values.boolean("index")) {
    throw illegalArgument(`Cannot set index_phrases on unindexed field [${parts.simpleName}]`);
  }
  if (indexOptions < IndexOptions.DOCS_AND_FREQS_AND_POSITIONS) {
    throw illegalArgument(
      `Cannot set index_phrases on field [${parts.simpleName}] if positions are not enabled`,
    );
  }
  return true;
}

function parsePrefixes(node: unknown): JsonObject | null {
  if (!isJsonObject(node)) return null;
  const min = node["min_chars"] === undefined ? 2 : nodeInteger(node["min_chars"]);
  const max = node["max_chars"] === undefined ? 5 : nodeInteger(node["max_chars"]);
  if (min > max) {
    throw illegalArgument(`min_chars [${min}] must be less than max_chars [${max}]`);
  }
  if (min < 1) throw illegalArgument(`min_chars [${min}] must be greater than zero`);
  if (max >= 20) throw illegalArgument(`max_chars [${max}] must be less than 20`);
  return { min_chars: min, max_chars: max };
}

const FREQUENCY_FILTER: Parameter = {
  name: "fielddata_frequency_filter",
  updateable: true,
  defaultValue: () => ({ min: 0, max: 2147483647, min_segment_size: 0 }),
  parse: (node) => {
    const filter = isJsonObject(node) ? node : {};
    return {
      min: nodeDouble(filter["min"] ?? 0),
      max: nodeDouble(filter["max"] ?? 2147483647),
      min_segment_size: nodeInteger(filter["min_segment_size"] ?? 0),
    };
  },
};

const INDEX_PREFIXES: Parameter = {
  name: "index_prefixes",
  updateable: false,
  acceptsNull: true,
  defaultValue: () => null,
  parse: (node) => parsePrefixes(node),
  conflictText: (value) =>
    isJsonObject(value)
      ? `{ min_chars=${value["min_chars"]}, max_chars=${value["max_chars"]} }`
      : "null",
};

/** The order in which upstream shows a text field's parameters, after boost, index and store. */
const SHOWN_LAST = [
  "meta",
  "index_options",
  "term_vector",
  "norms",
  "analyzer",
  "search_analyzer",
  "search_quote_analyzer",
  "similarity",
  "eager_global_ordinals",
  "position_increment_gap",
  "fielddata",
  "fielddata_frequency_filter",
  "index_prefixes",
  "index_phrases",
];

/** The `text` type. */
export const TEXT: FieldTypeSpec = {
  typeName: "text",
  parameters: [
    INDEX,
    STORE,
    INDEX_OPTIONS,
    NORMS,
    TERM_VECTOR,
    ...ANALYZERS,
    SIMILARITY,
    integerParameter("position_increment_gap", false, -1),
    booleanParameter("fielddata", true, false),
    FREQUENCY_FILTER,
    booleanParameter("eager_global_ordinals", true, false),
    booleanParameter("index_phrases", false, false),
    INDEX_PREFIXES,
    BOOST,
    META,
  ],
  build: (parts) => new TextFieldMapper(parts),
  show: (mapper, out, shared) => {
    const show = (values: FieldValues, names: readonly string[]) => values.showInto(out, names);
    show(mapper.values, ["boost", "index", "store"]);
    shared.multiFields();
    shared.copyTo();
    show(mapper.values, SHOWN_LAST);
  },
};

/** The node of the field that dynamic mapping makes of a string. */
export function dynamicStringMapping(_context: MappingContext): JsonObject {
  return { type: "text", fields: { keyword: { type: "keyword", ignore_above: 256 } } };
}
