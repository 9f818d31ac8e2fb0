// Which parts of a document a hit shows: `_source`, `docvalue_fields`, `fields`.
// Upstream: org.opensearch.search.fetch.subphase.{FetchSourceContext,FieldAndFormat}.

import type { XContentObject } from "../../xcontent/index.ts";
import { isXContentObject, type XContentValue } from "../../xcontent/index.ts";
import { textOf } from "./object-reader.ts";
import type { QueryParseContext } from "./query-builder.ts";
import { parsingException, tokenName, xContentParseException } from "./source-location.ts";

/** Which parts of the source a hit shows. */
export interface FetchSource {
  readonly enabled: boolean;
  readonly includes: readonly string[];
  readonly excludes: readonly string[];
}

/** A field to show, with a format. */
export interface FieldAndFormat {
  readonly field: string;
  readonly format: string | undefined;
}

/** A member of a body and where it stands. */
export interface Member {
  readonly owner: XContentObject;
  readonly key: string;
  readonly parser: QueryParseContext;
}

/** `_source`: a flag, a pattern, a list of patterns, or both kinds of them. */
export function parseFetchSource(
  value: XContentValue,
  { owner, key, parser }: Member,
): FetchSource {
  if (typeof value === "boolean") return { enabled: value, includes: [], excludes: [] };
  if (typeof value === "string") return { enabled: true, includes: [value], excludes: [] };
  if (Array.isArray(value)) {
    return { enabled: true, includes: value.map(textOf), excludes: [] };
  }
  if (!isXContentObject(value)) {
    const place = parser.source.locate(owner, key, "value");
    throw parsingException(
      `Expected one of [VALUE_BOOLEAN, START_OBJECT] but found [${tokenName(value)}]`,
      place,
    );
  }
  const reader = parser.reader(value, "_source");
  const includes = reader.takeStrings("includes") ?? reader.takeStrings("include") ?? [];
  const excludes = reader.takeStrings("excludes") ?? reader.takeStrings("exclude") ?? [];
  const unknown = reader.unknown()[0];
  if (unknown !== undefined) {
    const token = tokenName(value[unknown]!);
    throw reader.error(`Unknown key for a ${token} in [${unknown}].`, unknown);
  }
  return { enabled: true, includes, excludes };
}

/** Fields with formats. `name` stands in messages. */
export function parseFields(
  list: readonly XContentValue[],
  { parser }: Member,
  name: string,
): FieldAndFormat[] {
  return list.map((item, index) => {
    if (!isXContentObject(item)) return { field: textOf(item), format: undefined };
    const reader = parser.reader(item, name);
    const field = reader.takeString("field");
    const format = reader.takeString("format");
    reader.finishStrict();
    if (field === undefined) {
      const place = parser.source.locate(list, index, "value");
      throw xContentParseException("Required [field]", place);
    }
    return { field, format };
  });
}
