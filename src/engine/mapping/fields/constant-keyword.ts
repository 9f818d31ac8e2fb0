// `constant_keyword`: one value for all documents of the index, kept in the mapping only.
// Upstream: org.opensearch.index.mapper.ConstantKeywordFieldMapper.

import { illegalArgument } from "../../../base/index.ts";
import type { Query } from "../../../lucene/search/index.ts";
import { MatchAllDocsQuery, MatchNoDocsQuery } from "../../../lucene/search/index.ts";
import type { DocumentContext } from "../document-context.ts";
import type { FieldMapperParts, FieldTypeSpec } from "../field-mapper.ts";
import { FieldMapper, sourceText } from "../field-mapper.ts";
import { MappedFieldType } from "../mapped-field-type.ts";
import { parseException } from "../mapper-errors.ts";
import { simpleMatch } from "../node-values.ts";
import { stringParameter } from "../parameters.ts";
import type { RangeArguments } from "../query-arguments.ts";
import type { SourceValue } from "../source-parser.ts";
import { queryText } from "../string-field-type.ts";

/** The type of a constant keyword. */
export class ConstantKeywordFieldType extends MappedFieldType {
  readonly typeName = "constant_keyword";
  readonly value: string;

  constructor(name: string, value: string) {
    super({ name, isIndexed: true, hasDocValues: true, isStored: false });
    this.value = value;
  }

  override termQuery(value: unknown): Query {
    return this.matching(queryText(value), false);
  }

  override termQueryCaseInsensitive(value: unknown): Query {
    return this.matching(queryText(value), true);
  }

  override termsQuery(values: readonly unknown[]): Query {
    return decide(values.some((value) => simpleMatch(queryText(value), this.value)));
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

  override rangeQuery(range: RangeArguments): Query {
    const { from, to, includeLower, includeUpper } = range;
    const isOpen = (value: unknown) => value === null || value === undefined;
    const above =
      isOpen(from) ||
      this.value > queryText(from) ||
      (includeLower && this.value === queryText(from));
    const below =
      isOpen(to) || this.value < queryText(to) || (includeUpper && this.value === queryText(to));
    return decide(above && below);
  }

  private matching(pattern: string, caseInsensitive: boolean): Query {
    const fold = (text: string) => (caseInsensitive ? text.toLowerCase() : text);
    return decide(simpleMatch(fold(pattern), fold(this.value)));
  }
}

function decide(matches: boolean): Query {
  return matches ? new MatchAllDocsQuery() : new MatchNoDocsQuery();
}

class ConstantKeywordFieldMapper extends FieldMapper {
  readonly fieldType: ConstantKeywordFieldType;

  constructor(parts: FieldMapperParts) {
    super(parts);
    const value = parts.values.get("value");
    if (value === null || value === undefined) {
      throw parseException(`Field [${parts.simpleName}] is missing required parameter [value]`);
    }
    this.fieldType = new ConstantKeywordFieldType(parts.path, value as string);
  }

  parseCreateField(context: DocumentContext, value: SourceValue): void {
    const text = sourceText(context, value);
    if (text === null) {
      throw illegalArgument(`constant keyword field [${this.path}] must have a value`);
    }
    const constant = this.fieldType.value;
    if (text !== constant) {
      throw illegalArgument(
        `constant keyword field [${this.path}] must have a value of [${constant}]`,
      );
    }
  }
}

/** The `constant_keyword` type. */
export const CONSTANT_KEYWORD: FieldTypeSpec = {
  typeName: "constant_keyword",
  parameters: [
    {
      ...stringParameter("value", false, null),
      parse: (node, _context, name) => {
        if (typeof node === "string") return node;
        throw parseException(`Field [${name}] is expected to be a string value`);
      },
    },
  ],
  build: (parts) => new ConstantKeywordFieldMapper(parts),
};
