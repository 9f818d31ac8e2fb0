// Every query of the DSL: one line each.

import type { QueryParser } from "../query-builder.ts";
import { parseBool } from "./bool.ts";
import { parseMatchAll, parseMatchNone } from "./match-all.ts";
import {
  parseMatch, parseMatchBoolPrefix, parseMatchPhrase, parseMatchPhrasePrefix,
} from "./match.ts";
import { parseTerm } from "./term.ts";

/** Parsers by the query's name. */
export const QUERY_PARSERS: ReadonlyMap<string, QueryParser> = new Map<string, QueryParser>([
  ["bool", parseBool],
  ["match", parseMatch],
  ["match_all", parseMatchAll],
  ["match_bool_prefix", parseMatchBoolPrefix],
  ["match_none", parseMatchNone],
  ["match_phrase", parseMatchPhrase],
  ["match_phrase_prefix", parseMatchPhrasePrefix],
  ["term", parseTerm],
]);
