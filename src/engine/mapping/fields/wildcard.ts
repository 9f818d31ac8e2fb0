// `wildcard`: unstructured text, found by patterns. Each value is indexed by its n-grams; a pattern
// first asks for the trigrams that it must have, then tests the values themselves, which are
// doc values or those of `_source`.
//   "abc" of 2.x   \0a \0ab a ab abc b bc bc\0 c c\0
//   "abc" of 3.x   \0\0a \0ab abc bc\0 c\0\0
// What is written has the terms of both, and what is asked for is in both: trigrams of at least two
// characters.
// Upstream: org.opensearch.index.mapper.WildcardFieldMapper (2.19.6, 3.6.0).

import { illegalArgument, VarveError } from "../../../base/index.ts";
import type { Analyzer } from "../../../lucene/analysis/index.ts";
import { TokenStream } from "../../../lucene/analysis/index.ts";
import type { IndexableFieldType, LeafContext } from "../../../lucene/index/index.ts";
import { DocValuesType, IndexOptions } from "../../../lucene/index/index.ts";
import type { AutomatonQuery, Query } from "../../../lucene/search/index.ts";
import {
  acceptsText,
  BooleanQuery,
  CaseInsensitiveTermQuery,
  type Dfa,
  ordValues,
  RegexpQuery,
  TermQuery,
  VerifiedQuery,
  WildcardQuery,
} from "../../../lucene/search/index.ts";
import { KEYWORD_ANALYZER } from "../../analysis/index-analyzers.ts";
import type { DocumentContext } from "../document-context.ts";
import type { FieldMapperParts, FieldTypeSpec } from "../field-mapper.ts";
import { FieldMapper, sourceText } from "../field-mapper.ts";
import { LuceneField, luceneFieldType } from "../lucene-field.ts";
import type { FieldFacts, ValuesKind } from "../mapped-field-type.ts";
import { mapperParsing } from "../mapper-errors.ts";
import { booleanParameter, integerParameter, META, stringParameter } from "../parameters.ts";
import type { FieldQueryContext, RegexpArguments } from "../query-arguments.ts";
import type { SourceValue } from "../source-parser.ts";
import { normalizeWildcard, queryText, StringFieldType } from "../string-field-type.ts";

const INTEGER_MAX = 2147483647;

/** The type of a wildcard field. */
export class WildcardFieldType extends StringFieldType {
  readonly typeName = "wildcard";
  override readonly valuesKind: ValuesKind = "bytes";
  private readonly normalizer: Analyzer;
  private readonly ignoreAbove: number;

  constructor(facts: FieldFacts, normalizer: Analyzer, ignoreAbove: number) {
    super(facts);
    this.normalizer = normalizer;
    this.ignoreAbove = ignoreAbove;
  }

  override get searchAnalyzer(): Analyzer {
    return KEYWORD_ANALYZER;
  }

  override termQuery(value: unknown, context: FieldQueryContext): Query {
    return this.wildcardQuery(quoteWildcard(queryText(value)), false, context);
  }

  override termQueryCaseInsensitive(value: unknown, context: FieldQueryContext): Query {
    return this.wildcardQuery(quoteWildcard(queryText(value)), true, context);
  }

  override termsQuery(values: readonly unknown[], context: FieldQueryContext): Query {
    return this.anyTerm(values, context);
  }

  override rangeQuery(): Query {
    throw new VarveError("invalid", "Range queries are not supported on [wildcard] fields", {
      type: "unsupported_operation_exception",
    });
  }

  override fuzzyQuery(): Query {
    throw illegalArgument(
      `Can only use fuzzy queries on keyword and text fields - not on [${this.name}] which is of ` +
        "type [wildcard]",
    );
  }

  override prefixQuery(value: string, ignoresCase: boolean, context: FieldQueryContext): Query {
    return this.wildcardQuery(`${value}*`, ignoresCase, context);
  }

  override wildcardQuery(value: string, ignoresCase: boolean, context: FieldQueryContext): Query {
    const pattern = normalizeWildcard(this.name, value, this.normalizer);
    if (/^\*+$/.test(pattern)) return this.existsQuery(context);
    const grams = requiredGrams(pattern);
    const approximation =
      grams.length === 0 ? this.existsQuery(context) : allOf(this.name, grams, ignoresCase);
    return this.verified(
      approximation,
      new WildcardQuery(this.name, pattern, ignoresCase),
      context,
    );
  }

  override regexpQuery(value: string, args: RegexpArguments, context: FieldQueryContext): Query {
    const text = this.normalizer.normalize(this.name, value);
    const { flags, caseInsensitive, maxDeterminizedStates } = args;
    const query = new RegexpQuery(this.name, text, flags, caseInsensitive, maxDeterminizedStates);
    return this.verified(this.existsQuery(context), query, context);
  }

  private anyTerm(values: readonly unknown[], context: FieldQueryContext): Query {
    const clauses = values.map((value) => ({
      query: this.termQuery(value, context),
      occur: "should" as const,
    }));
    // One match of any of them scores as one does.
    return new VerifiedQuery(new BooleanQuery(clauses), () => () => true, this.name);
  }

  private verified(approximation: Query, query: AutomatonQuery, context: FieldQueryContext): Query {
    const dfa = query.automaton();
    const { name } = this;
    if (this.hasDocValues) {
      return new VerifiedQuery(approximation, (leaf) => byDocValues(leaf, name, dfa), `${query}`);
    }
    const values = context.sourceValues?.(name);
    if (values === undefined) throw illegalArgument(`Field [${name}] has no values to search`);
    const verifier = (leaf: LeafContext) => {
      const ofDoc = values(leaf);
      return (doc: number) => ofDoc(doc).some((value) => acceptsText(dfa, queryText(value)));
    };
    return new VerifiedQuery(approximation, verifier, `${query}`);
  }

  override fetchValue(value: unknown, format?: string): unknown {
    const text = queryText(super.fetchValue(value, format));
    if (text.length > this.ignoreAbove) return undefined;
    return this.normalizer.normalize(this.name, text);
  }
}

/** Tests the values of a leaf's documents, each value once. */
function byDocValues({ reader }: LeafContext, field: string, dfa: Dfa): (doc: number) => boolean {
  const values = ordValues(reader, field);
  if (values === undefined) return () => false;
  const known = new Int8Array(values.valueCount);
  const decoder = new TextDecoder();
  return (doc) => {
    if (!values.advanceExact(doc)) return false;
    for (let left = values.docValueCount(); left > 0; left--) {
      const ord = values.nextOrd();
      if (known[ord] === 0) {
        known[ord] = acceptsText(dfa, decoder.decode(values.lookupOrd(ord))) ? 1 : -1;
      }
      if (known[ord] === 1) return true;
    }
    return false;
  };
}

function quoteWildcard(text: string): string {
  return text.replace(/[\\*?]/g, "\\$&");
}

/** Trigrams that every match of the pattern has; those that cut a character in two are left out. */
function requiredGrams(pattern: string): string[] {
  const grams = new Set<string>();
  const literals = pattern.matchAll(/(?:\\[\s\S]|[^\\*?]|\\$)+/g);
  for (const { 0: raw, index } of literals) {
    let text = raw.replace(/\\([\s\S])/g, "$1");
    if (text.length < 2) continue;
    if (index === 0) text = `\0${text}`;
    if (index + raw.length === pattern.length) text = `${text}\0`;
    for (let i = 0; i + 3 <= text.length; i++) {
      const gram = text.slice(i, i + 3);
      if (!/\p{Cs}/u.test(gram)) grams.add(gram);
    }
  }
  return [...grams];
}

function allOf(field: string, grams: readonly string[], ignoresCase: boolean): Query {
  return new BooleanQuery(
    grams.map((gram) => ({
      query: ignoresCase
        ? new CaseInsensitiveTermQuery(field, gram)
        : new TermQuery(field, Buffer.from(gram)),
      occur: "filter" as const,
    })),
  );
}

/** Every n-gram of a value that 2.x or 3.x may ask for. */
class GramStream extends TokenStream {
  private readonly text: string;
  private grams: Iterator<string> = [].values();

  constructor(text: string) {
    super();
    this.text = text;
  }

  override reset(): void {
    this.grams = gramsOf(this.text).values();
  }

  override incrementToken(): boolean {
    const { value, done } = this.grams.next();
    if (done === true) return false;
    this.term = value;
    return true;
  }

  override end(): void {
    this.positionIncrement = 0;
  }
}

function gramsOf(text: string): Set<string> {
  const grams = new Set<string>();
  if (text === "") return grams;
  const anchored = `\0${text}\0`;
  for (let length = 1; length <= 3; length++) {
    for (let i = 0; i + length <= anchored.length; i++) grams.add(anchored.slice(i, i + length));
  }
  grams.delete("\0");
  grams.add(`\0\0${text[0]}`).add(`${text.at(-1)}\0\0`);
  return grams;
}

const GRAMS: Analyzer = {
  name: "wildcard",
  positionIncrementGap: 0,
  tokenStream: (_field, text) => new GramStream(text),
  normalize: (_field, text) => text,
};

class WildcardFieldMapper extends FieldMapper {
  readonly fieldType: WildcardFieldType;
  private readonly luceneType: IndexableFieldType;
  private readonly normalizer: Analyzer;
  private readonly ignoreAbove: number;
  private readonly nullValue: string | null;

  constructor(parts: FieldMapperParts) {
    super(parts);
    const { values, path } = parts;
    const hasDocValues = values.boolean("doc_values");
    this.normalizer = normalizerOf(parts);
    this.ignoreAbove = values.number("ignore_above");
    this.nullValue = values.optionalString("null_value") ?? null;
    this.luceneType = luceneFieldType({
      indexOptions: IndexOptions.DOCS,
      omitNorms: true,
      docValuesType: hasDocValues ? DocValuesType.SORTED_SET : DocValuesType.NONE,
    });
    const meta = values.get("meta") as Record<string, string>;
    this.fieldType = new WildcardFieldType(
      { name: path, isIndexed: true, hasDocValues, isStored: false, meta },
      this.normalizer,
      this.ignoreAbove,
    );
  }

  parseCreateField(context: DocumentContext, value: SourceValue): void {
    const given = value === null ? this.nullValue : sourceText(context, value);
    if (given === null || given.length > this.ignoreAbove) return;
    const text = this.normalizer.normalize(this.path, given);
    const field = new LuceneField(this.path, this.luceneType);
    field.text = text;
    field.analyzer = GRAMS;
    if (this.fieldType.hasDocValues) field.bytesValue = text;
    context.add(field);
    if (!this.fieldType.hasDocValues) context.addFieldNames(this.fieldNames);
  }
}

function normalizerOf({ values, simpleName }: FieldMapperParts): Analyzer {
  const name = values.string("normalizer");
  if (name === "default" || name === null) return KEYWORD_ANALYZER;
  const normalizer = values.context.analyzers.normalizer(name);
  if (normalizer !== undefined) return normalizer;
  if (values.context.restored) return KEYWORD_ANALYZER;
  throw mapperParsing(`normalizer [${name}] not found for field [${simpleName}]`);
}

/** The `wildcard` type. */
export const WILDCARD: FieldTypeSpec = {
  typeName: "wildcard",
  parameters: [
    stringParameter("null_value", false, null, { acceptsNull: true }),
    integerParameter("ignore_above", true, INTEGER_MAX),
    stringParameter("normalizer", false, "default"),
    booleanParameter("doc_values", false, true, { shown: "always" }),
    META,
  ],
  build: (parts) => new WildcardFieldMapper(parts),
};
