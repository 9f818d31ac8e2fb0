// `prefix`, `wildcard`, `regexp`: terms by a pattern.
// Upstream:
// org.opensearch.index.query.{PrefixQueryBuilder,WildcardQueryBuilder,RegexpQueryBuilder}.

import { illegalArgument } from "../../../base/index.ts";
import {
  MAX_DETERMINIZED_STATES,
  MatchNoDocsQuery,
  type Query,
} from "../../../lucene/search/index.ts";
import { isXContentObject } from "../../../xcontent/index.ts";
import { type ObjectReader, textOf, toBoolean } from "../object-reader.ts";
import { buildQuery, type QueryParser, singleField } from "../query-builder.ts";
import type { QueryShardContext } from "../query-shard-context.ts";
import { parseRegexpFlags } from "../regexp-flags.ts";
import type { SearchFieldType } from "../search-field-type.ts";

type MakePattern = (
  type: SearchFieldType,
  text: string,
  caseInsensitive: boolean,
  context: QueryShardContext,
) => Query;

function patternParser(
  name: string,
  members: readonly string[],
  read: (reader: ObjectReader) => MakePattern,
): QueryParser {
  return (body, parser) => {
    const outer = parser.reader(body, name);
    const field = singleField(outer);
    const given = outer.take(field)!;
    const reader = isXContentObject(given)
      ? parser.reader(given, name)
      : parser.reader({ value: given }, name);
    let value: string | undefined;
    for (const member of members) value ??= reader.takeString(member);
    reader.takeString("rewrite");
    const caseInsensitive = toBoolean(reader.take("case_insensitive") ?? false);
    const make = read(reader);
    if (value === undefined) throw illegalArgument("value cannot be null");
    const text = value;
    const named = outer.has("_name") || outer.has("boost") ? outer : reader;
    const builder = buildQuery(named, (context) => {
      const type = context.fieldType(field);
      if (type === undefined) return new MatchNoDocsQuery(`unmapped field [${field}]`);
      return make(type, text, caseInsensitive, context);
    });
    reader.take("boost");
    reader.take("_name");
    reader.finish();
    return builder;
  };
}

/** Parses `prefix`. */
export const parsePrefix: QueryParser = patternParser(
  "prefix",
  ["value"],
  () => (type, text, caseInsensitive, context) => type.prefixQuery(text, caseInsensitive, context),
);

/** Parses `wildcard`. */
export const parseWildcard: QueryParser = patternParser(
  "wildcard",
  ["value", "wildcard"],
  () => (type, text, caseInsensitive, context) =>
    type.wildcardQuery(text, caseInsensitive, context),
);

/** Parses `regexp`. */
export const parseRegexp: QueryParser = patternParser("regexp", ["value"], (reader) => {
  const flagsValue = reader.take("flags_value");
  const flags =
    flagsValue === undefined
      ? parseRegexpFlags(textOf(reader.take("flags") ?? "ALL"))
      : Number(flagsValue);
  reader.take("flags");
  const maxDeterminizedStates =
    reader.takeInteger("max_determinized_states") ?? MAX_DETERMINIZED_STATES;
  return (type, text, caseInsensitive, context) => {
    const max = context.settings.getInt("index.max_regex_length", 1000);
    if (text.length > max) {
      throw illegalArgument(
        `The length of regex [${text.length}] used in the Regexp Query request ` +
          `has exceeded the allowed maximum of [${max}]. This maximum can be set by changing the ` +
          "[index.max_regex_length] index level setting.",
      );
    }
    return type.regexpQuery(text, { flags, caseInsensitive, maxDeterminizedStates }, context);
  };
});
