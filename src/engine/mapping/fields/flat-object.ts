// `flat_object`: an object whose leaves are all keywords of two hidden fields.
//   {"labels": {"tier": "gold"}} in `flat`
//     flat                 flat.labels, flat.tier (each name of the path)
//     flat._value          gold                        doc values: flat.gold
//     flat._valueAndPath   flat.labels.tier=gold       doc values: flat.flat.labels.tier=gold
// A query on `flat` asks for values anywhere, one on `flat.labels.tier` for a value at that path.
// Upstream: org.opensearch.index.mapper.FlatObjectFieldMapper (2.19.6, 3.6.0).

import { illegalArgument } from "../../../base/index.ts";
import { DocValuesType, IndexOptions } from "../../../lucene/index/index.ts";
import type { Query } from "../../../lucene/search/index.ts";
import {
  ConstantScoreQuery,
  FieldExistsQuery,
  PrefixQuery,
  TermRangeQuery,
} from "../../../lucene/search/index.ts";
import type { DocumentContext } from "../document-context.ts";
import type { FieldMapperParts, FieldTypeSpec } from "../field-mapper.ts";
import { FieldMapper, sourceText } from "../field-mapper.ts";
import { LuceneField, luceneFieldType } from "../lucene-field.ts";
import { MappedFieldType } from "../mapped-field-type.ts";
import { parseException } from "../mapper-errors.ts";
import type {
  FieldQueryContext,
  FuzzyArguments,
  RangeArguments,
  RegexpArguments,
} from "../query-arguments.ts";
import type { SourceValue } from "../source-parser.ts";
import { JsonNumber } from "../source-parser.ts";
import { queryText, StringFieldType } from "../string-field-type.ts";

/** The terms of one of the hidden fields: keywords. */
class FlatTermsFieldType extends StringFieldType {
  readonly typeName = "keyword";

  constructor(name: string) {
    super({ name, isIndexed: true, hasDocValues: false, isStored: false });
  }

  override termQuery(value: unknown, context: FieldQueryContext): Query {
    const query = super.termQuery(value, context);
    return context.scoresKeywords ? query : new ConstantScoreQuery(query);
  }
}

/** The type of a flat object (`path` undefined), or of a path below it. */
export class FlatObjectFieldType extends MappedFieldType {
  readonly typeName = "flat_object";
  private readonly terms: FlatTermsFieldType;
  /** What the terms of this path begin with. */
  private readonly prefix: string;

  constructor(root: string, path?: string) {
    super({ name: path ?? root, isIndexed: true, hasDocValues: true, isStored: false });
    this.prefix = path === undefined ? "" : `${path}=`;
    this.terms = new FlatTermsFieldType(
      `${root}.${path === undefined ? "_value" : "_valueAndPath"}`,
    );
  }

  override get isAggregatable(): boolean {
    return false;
  }

  private term(value: unknown): string {
    return this.prefix + queryText(value);
  }

  override termQuery(value: unknown, context: FieldQueryContext): Query {
    return this.terms.termQuery(this.term(value), context);
  }

  override termQueryCaseInsensitive(value: unknown, context: FieldQueryContext): Query {
    return this.terms.termQueryCaseInsensitive(this.term(value), context);
  }

  override termsQuery(values: readonly unknown[], context: FieldQueryContext): Query {
    return this.terms.termsQuery(
      values.map((value) => this.term(value)),
      context,
    );
  }

  override prefixQuery(value: string, ignoresCase: boolean, context: FieldQueryContext): Query {
    return this.terms.prefixQuery(this.term(value), ignoresCase, context);
  }

  override wildcardQuery(value: string, ignoresCase: boolean, context: FieldQueryContext): Query {
    return this.terms.wildcardQuery(this.term(value), ignoresCase, context);
  }

  override normalizedWildcardQuery(value: string, context: FieldQueryContext): Query {
    return this.wildcardQuery(value, false, context);
  }

  override regexpQuery(value: string, args: RegexpArguments, context: FieldQueryContext): Query {
    return this.terms.regexpQuery(this.term(value), args, context);
  }

  override fuzzyQuery(value: unknown, args: FuzzyArguments, context: FieldQueryContext): Query {
    return this.terms.fuzzyQuery(this.term(value), args, context);
  }

  override rangeQuery(range: RangeArguments, context: FieldQueryContext): Query {
    const isOpen = (value: unknown) => value === null || value === undefined;
    if (this.prefix === "" || (!isOpen(range.from) && !isOpen(range.to))) {
      const bound = (value: unknown) => (isOpen(value) ? value : this.term(value));
      const { from, to } = range;
      return this.terms.rangeQuery({ ...range, from: bound(from), to: bound(to) }, context);
    }
    if (isOpen(range.from) && isOpen(range.to)) return this.anyValue();
    this.failIfDisjoint(range);
    // An open end is that of the path: its terms lie between `path=` and `path>`.
    const next = `${this.prefix.slice(0, -1)}>`;
    return new TermRangeQuery(
      this.terms.name,
      Buffer.from(isOpen(range.from) ? this.prefix : this.term(range.from)),
      Buffer.from(isOpen(range.to) ? next : this.term(range.to)),
      isOpen(range.from) || range.includeLower,
      !isOpen(range.to) && range.includeUpper,
    );
  }

  override existsQuery(): Query {
    return this.prefix === "" ? new FieldExistsQuery(this.name) : this.anyValue();
  }

  private anyValue(): Query {
    return new PrefixQuery(this.terms.name, Buffer.from(this.prefix));
  }

  override failIfNoDocValues(): void {
    throw illegalArgument(
      `Field [${this.name}] of type [flat_object] does not support sorting and aggregating here`,
    );
  }
}

const LUCENE_TYPE = luceneFieldType({
  indexOptions: IndexOptions.DOCS,
  omitNorms: true,
  docValuesType: DocValuesType.SORTED_SET,
});

class FlatObjectFieldMapper extends FieldMapper {
  readonly fieldType: FlatObjectFieldType;

  constructor(parts: FieldMapperParts) {
    super(parts);
    this.fieldType = new FlatObjectFieldType(parts.path);
  }

  override keyedFieldType(path: string): FlatObjectFieldType {
    return new FlatObjectFieldType(this.path, path);
  }

  parseCreateField(context: DocumentContext, value: SourceValue): void {
    if (value === null) return;
    if (typeof value !== "object" || value instanceof JsonNumber) {
      const token =
        typeof value === "string"
          ? "VALUE_STRING"
          : typeof value === "boolean"
            ? "VALUE_BOOLEAN"
            : "VALUE_NUMBER";
      throw parseException(`[${this.path}] unexpected token [${token}] in flat_object field value`);
    }
    const names = new Set<string>();
    this.addLeaves(context, this.path, value, names);
    for (const name of names) this.add(context, this.path, `${this.path}.${name}`, "");
  }

  private addLeaves(
    context: DocumentContext,
    path: string,
    value: SourceValue,
    names: Set<string>,
  ): void {
    if (Array.isArray(value)) {
      for (const item of value) this.addLeaves(context, path, item, names);
    } else if (typeof value === "object" && value !== null && !(value instanceof JsonNumber)) {
      for (const [key, inner] of Object.entries(value) as [string, SourceValue][]) {
        this.addLeaves(context, `${path}.${key}`, inner, names);
      }
    } else {
      const text = sourceText(context, value);
      if (text === null) return;
      const prefix = `${this.path}.`;
      this.add(context, `${this.path}._value`, text, prefix);
      this.add(context, `${this.path}._valueAndPath`, `${path}=${text}`, prefix);
      for (const name of path.slice(prefix.length).split(".")) names.add(name);
    }
  }

  private add(context: DocumentContext, name: string, term: string, docValuePrefix: string): void {
    const field = new LuceneField(name, LUCENE_TYPE);
    field.term = term;
    field.bytesValue = docValuePrefix + term;
    context.add(field);
  }
}

/** The `flat_object` type. */
export const FLAT_OBJECT: FieldTypeSpec = {
  typeName: "flat_object",
  parameters: [],
  isUnparametrized: true,
  build: (parts) => new FlatObjectFieldMapper(parts),
};
