// A parsed query of the DSL, still without an index: made once per request, turned into a Lucene
// query once per shard. Upstream: org.opensearch.index.query.{QueryBuilder,AbstractQueryBuilder}.

import { illegalArgument, VarveError } from "../../base/index.ts";
import { BoostQuery, type Query } from "../../lucene/search/index.ts";
import { isXContentObject, type XContentObject, type XContentValue } from "../../xcontent/index.ts";
import { didYouMean } from "./did-you-mean.ts";
import type { InnerHitsBuilder } from "./inner-hits-builder.ts";
import { ObjectReader } from "./object-reader.ts";
import type { QueryShardContext } from "./query-shard-context.ts";
import { parsingException, type RequestSource } from "./source-location.ts";

/** What a query parser answers: the query of one shard. */
export type ToQuery = (context: QueryShardContext) => Query;

/** A parsed query. */
export class QueryBuilder {
  /** Its name in the DSL. */
  readonly name: string;
  readonly boost: number;
  readonly queryName: string | undefined;
  private readonly make: ToQuery;

  constructor(name: string, make: ToQuery, boost = 1, queryName: string | undefined = undefined) {
    this.name = name;
    this.make = make;
    this.boost = boost;
    this.queryName = queryName;
  }

  toQuery(context: QueryShardContext): Query {
    let query = this.make(context);
    if (this.boost !== 1) query = new BoostQuery(query, this.boost);
    if (this.queryName !== undefined) context.namedQueries.set(this.queryName, query);
    return query;
  }
}

/** Parses the body of one kind of query: the object after its name. */
export type QueryParser = (body: XContentObject, parser: QueryParseContext) => QueryBuilder;

/** What query parsers work with. */
export class QueryParseContext {
  readonly source: RequestSource;
  private readonly registry: ReadonlyMap<string, QueryParser>;
  /** The inner hits that the queries parsed so far ask for, of the innermost nested query. */
  innerHits: InnerHitsBuilder[] = [];
  private depth = 0;

  constructor(source: RequestSource, registry: ReadonlyMap<string, QueryParser>) {
    this.source = source;
    this.registry = registry;
  }

  reader(object: XContentObject, name: string): ObjectReader {
    return new ObjectReader(object, this.source, name);
  }

  /** Parses `{"match": {…}}`, which is member `key` of `container`. */
  parseInner(container: object, key: string | number): QueryBuilder {
    const clause = (container as Record<string | number, XContentValue>)[key]!;
    const at = (owner: object, name: string | number, part: "name" | "value" | "end") =>
      this.source.locate(owner, name, part);
    if (!isXContentObject(clause)) {
      throw parsingException(
        "[_na] query malformed, must start with start_object",
        at(container, key, "value"),
      );
    }
    const [name, ...others] = Object.keys(clause);
    if (name === undefined) {
      const place = at(clause, "", "end");
      throw illegalArgument(
        `query malformed, empty clause found at [${place.line}:${place.column}]`,
      );
    }
    const body = clause[name]!;
    if (!isXContentObject(body)) {
      throw parsingException(
        `[${name}] query malformed, no start_object after query name`,
        at(clause, name, "value"),
      );
    }
    const parser = this.registry.get(name);
    if (parser === undefined) throw this.unknownQuery(clause, name);
    if (++this.depth > 1000) throw illegalArgument("query nested too deeply");
    const builder = parser(body, this);
    this.depth--;
    if (others[0] !== undefined) {
      throw parsingException(
        `[${name}] malformed query, expected [END_OBJECT] but found [FIELD_NAME]`,
        at(clause, others[0], "name"),
      );
    }
    return builder;
  }

  private unknownQuery(clause: XContentObject, name: string): VarveError {
    const place = this.source.locate(clause, name, "value");
    const cause = new VarveError(
      "invalid",
      `[${place.line}:${place.column}] unknown field [${name}]`,
      { type: "named_object_not_found_exception" },
    );
    const hint = didYouMean(name, this.registry.keys());
    return parsingException(`unknown query [${name}]${hint}`, place, cause);
  }
}

/** Takes `boost` and `_name`, which every query has, and makes the builder. */
export function buildQuery(reader: ObjectReader, make: ToQuery): QueryBuilder {
  const boost = reader.takeNumber("boost") ?? 1;
  const queryName = reader.takeString("_name");
  return new QueryBuilder(reader.name, make, checkBoost(reader, boost), queryName);
}

function checkBoost(reader: ObjectReader, boost: number): number {
  if (boost < 0) {
    throw illegalArgument(
      `negative [boost] are not allowed in [${reader.name}], ` +
        "use a value between 0 and 1 to deboost",
    );
  }
  return Math.fround(boost);
}

/** The one field of queries like `{"term": {"FIELD": …}}`; `known` names are not fields. */
export function singleField(
  reader: ObjectReader,
  known: readonly string[] = ["boost", "_name"],
): string {
  const fields = Object.keys(reader.object).filter((key) => !known.includes(key));
  if (fields.length > 1) {
    throw reader.error(
      `[${reader.name}] query doesn't support multiple fields, found ` +
        `[${fields[0]}] and [${fields[1]}]`,
      fields[1]!,
    );
  }
  if (fields[0] === undefined) throw illegalArgument("field name is null or empty");
  return fields[0];
}
