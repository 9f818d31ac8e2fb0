// Searches: the DSL, the phases, scrolls and points in time.

export { QueryShardContext } from "./query-shard-context.ts";
export type { PitInfo } from "./reader-contexts.ts";
export { exceptionBody } from "./search-failures.ts";
export { SEARCH_PARAMS, type SearchRequest, uriQuery } from "./search-request.ts";
export { SearchService, type SearchServiceOptions, type SearchTarget } from "./search-service.ts";
export { parseQuery, parseQueryBody, parseSearchSource } from "./search-source.ts";
