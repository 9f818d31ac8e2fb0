// What queries, sorts and aggregations know while they are made ready for one shard.
// Upstream: org.opensearch.index.query.QueryShardContext.

import { type Clock, VarveError } from "../../base/index.ts";
import type { Analyzer } from "../../lucene/analysis/index.ts";
import {
  BooleanQuery,
  FieldExistsQuery,
  type IndexSearcher,
  MatchAllDocsQuery,
  PrefixQuery,
  type Query,
  TermQuery,
} from "../../lucene/search/index.ts";
import type { LeafSourceValues, MapperService } from "../mapping/index.ts";
import type { Settings } from "../settings.ts";
import type { SearchFieldType } from "./search-field-type.ts";
import { sourceValues } from "./source-values.ts";

/** The fixed facts of one shard's search. */
export interface ShardFacts {
  readonly indexName: string;
  readonly indexUuid: string;
  readonly shardId?: number;
  readonly settings: Settings;
  readonly mapper: MapperService;
  readonly clock: Clock;
  /** The same instant for all shards of a request. */
  readonly nowMillis: number;
}

/** A parsed query, as far as the context knows it. */
interface ContextQueryBuilder {
  toQuery(context: QueryShardContext): Query;
}

/** Context of one shard. */
export class QueryShardContext {
  readonly facts: ShardFacts;
  readonly searcher: IndexSearcher | undefined;
  /** Lucene queries by their `_name`. */
  readonly namedQueries = new Map<string, Query>();
  /** Errors that are thrown as they are, not as a failure to create a query. */
  readonly raw = new WeakSet<object>();
  /** Innermost last. */
  readonly nestedPaths: string[] = [];

  constructor(facts: ShardFacts, searcher?: IndexSearcher) {
    this.facts = facts;
    this.searcher = searcher;
  }

  get indexName(): string {
    return this.facts.indexName;
  }

  get settings(): Settings {
    return this.facts.settings;
  }

  get mapper(): MapperService {
    return this.facts.mapper;
  }

  get nowMillis(): number {
    return this.facts.nowMillis;
  }

  nowInMillis(): number {
    return this.facts.nowMillis;
  }

  get scoresKeywords(): boolean {
    return this.facts.mapper.scoresKeywords;
  }

  get namesAllFields(): boolean {
    return !this.facts.mapper.marksRoots;
  }

  fieldType(name: string): SearchFieldType | undefined {
    return this.facts.mapper.fieldType(name);
  }

  /** Names that match a pattern; a name without `*` is itself, mapped or not. */
  fieldNames(pattern: string): string[] {
    if (!pattern.includes("*")) return [pattern];
    return this.facts.mapper.matchingFields(pattern);
  }

  /** Where the source holds a field: a multi-field is its parent, an alias its target. */
  sourcePath(name: string): string {
    const mapping = this.facts.mapper.documentMapping;
    let path = mapping.fieldType(name)?.name ?? name;
    while (mapping.isMultiField(path)) path = path.slice(0, path.lastIndexOf("."));
    return path;
  }

  /** Reads a field's values of stored sources. */
  sourceValues(name: string): LeafSourceValues {
    return sourceValues(this, name);
  }

  /** Matches root documents only. Upstream: Queries.newNonNestedFilter. */
  rootFilter(): Query {
    if (this.facts.mapper.marksRoots) return new FieldExistsQuery("_primary_term");
    return new BooleanQuery([
      { query: new MatchAllDocsQuery(), occur: "filter" },
      { query: new PrefixQuery("_type", Buffer.from("__")), occur: "must_not" },
    ]);
  }

  /** Matches the documents of one nested object; undefined where `path` is not nested. */
  nestedFilter(path: string): Query | undefined {
    const mapping = this.facts.mapper.documentMapping;
    const object = mapping.objects.get(path);
    if (object?.nested === undefined) return undefined;
    return new TermQuery(mapping.nestedPathField, new TextEncoder().encode(object.nestedTypePath));
  }

  /** The filter of the documents that the innermost open nested query speaks of. */
  scopeFilter(): Query {
    const path = this.nestedPaths[this.nestedPaths.length - 1];
    return (path === undefined ? undefined : this.nestedFilter(path)) ?? this.rootFilter();
  }

  /** Parents and children of a nested sort from the current scope. */
  nestedSortFilters(
    path: string,
    innermost: string,
    filter: ContextQueryBuilder | undefined,
  ): { readonly parents: Query; readonly children: Query } {
    const parents = this.scopeFilter();
    for (const one of [path, innermost]) {
      if (this.nestedFilter(one) === undefined) {
        throw this.exception(`[nested] failed to find nested object under path [${one}]`);
      }
    }
    let children = this.nestedFilter(innermost)!;
    if (filter !== undefined) {
      this.nestedPaths.push(innermost);
      const query = filter.toQuery(this);
      this.nestedPaths.pop();
      children = new BooleanQuery([
        { query: children, occur: "filter" },
        { query, occur: "filter" },
      ]);
    }
    return { parents, children };
  }

  /** An analyzer that a query names. */
  analyzer(name: string, queryName: string): Analyzer {
    const analyzer = this.facts.mapper.analyzers.get(name);
    if (analyzer === undefined) {
      throw this.exception(`[${queryName}] analyzer [${name}] not found`);
    }
    return analyzer;
  }

  /** `query_shard_exception` of this shard's index. */
  exception(message: string, cause?: unknown): VarveError {
    return new VarveError("invalid", message, {
      type: "query_shard_exception",
      metadata: { index: this.indexName, index_uuid: this.facts.indexUuid },
      ...(cause === undefined ? {} : { cause }),
    });
  }

  /** Makes a query; anything but a query_shard_exception is wrapped in one, as upstream does. */
  toQuery(make: (context: QueryShardContext) => Query): Query {
    try {
      return make(this);
    } catch (error) {
      if (!(error instanceof VarveError) || error.type === "query_shard_exception") throw error;
      if (this.raw.has(error)) throw error;
      throw this.exception(`failed to create query: ${error.message}`, error);
    }
  }
}
