// Loads what the hits of one shard show. Upstream: org.opensearch.search.fetch.FetchPhase and its
// sub-phases, org.opensearch.search.SearchHit.

import type {
  FieldInfo,
  LeafContext,
  StoredFieldVisitor,
  StoredValue,
} from "../../lucene/index/index.ts";
import type { SortValue } from "../../lucene/search/index.ts";
import { copyBytes, type IndexSearcher } from "../../lucene/search/index.ts";
import { PageMisses } from "../../lucene/store/index.ts";
import {
  decodeExactJson,
  decodeXContent,
  RawJson,
  setMember,
  type XContentObject,
  type XContentValue,
} from "../../xcontent/index.ts";
import { filterSource } from "../documents/source-filter.ts";
import { decodeUid, legacyUidToId } from "../mapping/index.ts";
import { type DocValueReader, docValueReader } from "./doc-value-fields.ts";
import type { ExplainRequest } from "./fetch-explain.ts";
import { sourceFieldsOf } from "./fetch-fields.ts";
import { FetchSubPhases } from "./fetch-sub-phases.ts";
import { floatToJson } from "./field-values.ts";
import type { HighlightRequest } from "./highlight/highlight-phase.ts";
import { leafOf } from "./leaf-of.ts";
import {
  NestedIdentities,
  type NestedPlace,
  nestedBody,
  nestedSource,
  unwrapNested,
} from "./nested-identity.ts";
import type { QueryShardContext } from "./query-shard-context.ts";
import type { FetchSource, FieldAndFormat } from "./search-source.ts";
import type { ShardSort } from "./sort-fields.ts";

/** What hits show. */
export interface FetchRequest {
  readonly fetchSource: FetchSource;
  readonly storedFields: readonly string[] | undefined;
  readonly docvalueFields: readonly FieldAndFormat[];
  readonly fields: readonly FieldAndFormat[];
  readonly version: boolean;
  readonly seqNoPrimaryTerm: boolean;
  readonly sort: readonly ShardSort[] | undefined;
  /** Hits may be nested documents, which are shown as parts of theirs. */
  readonly mayBeNested?: boolean;
  readonly innerHits?: readonly ShownInside[];
  readonly highlight?: HighlightRequest;
  readonly explain?: ExplainRequest;
}

/** Hits inside of a hit. */
export interface ShownInside {
  readonly name: string;
  /** The `hits` of a doc of the whole reader. */
  show(doc: number): XContentObject;
}

/** A hit that is to be shown. */
export interface HitToFetch {
  readonly doc: number;
  readonly score: number;
  readonly values: readonly SortValue[];
}

/** Hits whose pages are asked for in one round: so many chunks are in memory at once. */
const MISSED_HITS_MAX = 128;

/**
 * Loads hits; the answer is in the order of `hits`. `shown` keeps what was loaded before pages of
 * other hits were missing (a PageMiss), for the next call.
 */
export function executeFetchPhase(
  context: QueryShardContext,
  searcher: IndexSearcher,
  hits: readonly HitToFetch[],
  request: FetchRequest,
  shown: (XContentObject | undefined)[] = new Array(hits.length),
): XContentObject[] {
  const order = hits.map((_, index) => index).sort((a, b) => hits[a]!.doc - hits[b]!.doc);
  const matched = matchedQueries(context, searcher, hits, order);
  const phases = new FetchSubPhases(context, searcher, request);
  let loader: LeafLoader | undefined;
  const load = (index: number): XContentObject => {
    const hit = hits[index]!;
    if (loader === undefined || !loader.holds(hit.doc)) {
      loader = new LeafLoader(context, searcher, leafOf(searcher.leaves, hit.doc), phases);
    }
    return loader.load(hit, matched?.[index]);
  };
  // Hits whose pages are not there are asked for all at once.
  const misses = new PageMisses();
  let missed = 0;
  for (const index of order) {
    shown[index] ??= misses.try(() => load(index));
    if (shown[index] === undefined && ++missed === MISSED_HITS_MAX) break;
  }
  misses.throwIfAny();
  return shown as XContentObject[];
}

/** Names of the named queries that each hit matches; undefined when none is named. */
function matchedQueries(
  context: QueryShardContext,
  searcher: IndexSearcher,
  hits: readonly HitToFetch[],
  order: readonly number[],
): string[][] | undefined {
  if (context.namedQueries.size === 0) return undefined;
  const matched = hits.map((): string[] => []);
  for (const [name, query] of context.namedQueries) {
    const weight = searcher.weigh(query, "complete-no-scores");
    let leaf: LeafContext | undefined;
    let docs: ReturnType<NonNullable<ReturnType<typeof weight.scorer>>["iterator"]> | undefined;
    for (const index of order) {
      const { doc } = hits[index]!;
      const home = leafOf(searcher.leaves, doc);
      if (home !== leaf) {
        leaf = home;
        docs = weight.scorer(leaf)?.iterator();
      }
      const local = doc - home.docBase;
      if (docs !== undefined && docs.docID() < local) docs.advance(local);
      if (docs?.docID() === local) matched[index]!.push(name);
    }
  }
  return matched;
}

const OPENING_BRACE = 0x7b;

class HitVisitor implements StoredFieldVisitor {
  id: string | undefined;
  routing: string | undefined;
  source: Uint8Array | undefined;
  ignored: string[] = [];
  stored = new Map<string, { value: StoredValue; type: string }[]>();
  private readonly wantsSource: boolean;
  private readonly wanted: (name: string) => boolean;

  constructor(wantsSource: boolean, wanted: (name: string) => boolean) {
    this.wantsSource = wantsSource;
    this.wanted = wanted;
  }

  needsField({ name }: FieldInfo): "yes" | "no" {
    switch (name) {
      case "_id":
      case "_uid":
      case "_routing":
      case "_ignored":
        return "yes";
      case "_source":
        return this.wantsSource ? "yes" : "no";
      default:
        return this.wanted(name) ? "yes" : "no";
    }
  }

  field({ name }: FieldInfo, value: StoredValue, type: string): void {
    switch (name) {
      case "_id":
        this.id = typeof value === "object" ? decodeUid(value) : String(value);
        break;
      case "_uid":
        this.id = legacyUidToId(textValue(value));
        break;
      case "_routing":
        this.routing = textValue(value);
        break;
      case "_ignored":
        this.ignored.push(textValue(value));
        break;
      case "_source":
        this.source = typeof value === "object" ? copyBytes(value) : undefined;
        break;
      default: {
        const owned = typeof value === "object" ? copyBytes(value) : value;
        const values = this.stored.get(name);
        if (values === undefined) this.stored.set(name, [{ value: owned, type }]);
        else values.push({ value: owned, type });
      }
    }
  }
}

function textValue(value: StoredValue): string {
  return typeof value === "object" ? new TextDecoder().decode(value) : String(value);
}

class LeafLoader {
  private readonly context: QueryShardContext;
  private readonly leaf: LeafContext;
  private readonly request: FetchRequest;
  private readonly wantsSource: boolean;
  private readonly wanted: (name: string) => boolean;
  private readonly docValues: readonly DocValueReader[];
  private readonly phases: FetchSubPhases;
  private readonly nested: NestedIdentities | undefined;

  constructor(
    context: QueryShardContext,
    searcher: IndexSearcher,
    leaf: LeafContext,
    phases: FetchSubPhases,
  ) {
    const { request } = phases;
    this.context = context;
    this.leaf = leaf;
    this.phases = phases;
    this.request = request;
    this.wantsSource =
      request.fetchSource.enabled || request.fields.length > 0 || request.highlight !== undefined;
    this.nested =
      request.mayBeNested === true && context.mapper.documentMapping.hasNested
        ? new NestedIdentities(context, searcher, leaf)
        : undefined;
    const names = new Set(
      (request.storedFields ?? []).flatMap((pattern) =>
        context
          .fieldNames(pattern)
          .filter((name) => context.fieldType(name)?.isStored === true)
          .map((name) => context.fieldType(name)!.name),
      ),
    );
    this.wanted = (name) => names.has(name);
    this.docValues = request.docvalueFields.flatMap(({ field, format }) =>
      context
        .fieldNames(field)
        .map((name) => docValueReader(context, leaf, name, format))
        .filter((reader) => reader !== undefined),
    );
  }

  holds(doc: number): boolean {
    const local = doc - this.leaf.docBase;
    return local >= 0 && local < this.leaf.reader.maxDoc;
  }

  load(hit: HitToFetch, matched: string[] | undefined): XContentObject {
    const { request, context, leaf } = this;
    const local = hit.doc - leaf.docBase;
    const visitor = new HitVisitor(this.wantsSource, this.wanted);
    const noFields = request.storedFields?.includes("_none_") === true;
    const place = this.nested?.placeOf(local);
    if (!noFields || place !== undefined) this.loadStored(local, place, visitor);
    const shown: XContentObject = this.phases.shardOf();
    shown["_index"] = context.indexName;
    if (visitor.id !== undefined) shown["_id"] = visitor.id;
    if (place !== undefined) shown["_nested"] = nestedBody(place.steps);
    if (request.version) shown["_version"] = this.number("_version", local);
    if (request.seqNoPrimaryTerm) {
      shown["_seq_no"] = this.number("_seq_no", local);
      shown["_primary_term"] = this.number("_primary_term", local);
    }
    shown["_score"] = Number.isNaN(hit.score) ? null : floatToJson(hit.score);
    if (visitor.ignored.length > 0) shown["_ignored"] = visitor.ignored;
    if (visitor.routing !== undefined) shown["_routing"] = visitor.routing;
    if (visitor.source !== undefined && request.fetchSource.enabled) {
      shown["_source"] = this.shownSource(visitor.source, place);
    }
    const source = this.phases.readsSource ? sourceOf(visitor, place) : undefined;
    const fields = this.fieldsOf(local, visitor, source);
    if (Object.keys(fields).length > 0) shown["fields"] = fields;
    this.phases.highlight(shown, { leaf, doc: local, source, stored: visitor.stored });
    if (request.sort !== undefined) {
      shown["sort"] = hit.values.map((value, i) =>
        request.sort![i]!.format(value),
      ) as XContentObject[string];
    }
    if (matched !== undefined && matched.length > 0) shown["matched_queries"] = matched;
    this.phases.finish(shown, hit.doc);
    return shown;
  }

  /** The root's identity and source; of a nested document only fields that were asked for. */
  private loadStored(doc: number, place: NestedPlace | undefined, visitor: HitVisitor): void {
    const reader = this.leaf.reader.storedFields();
    if (place === undefined) {
      reader.document(doc, visitor);
      return;
    }
    const root = new HitVisitor(this.wantsSource, () => false);
    reader.document(place.root, root);
    if (this.request.storedFields !== undefined) reader.document(doc, visitor);
    visitor.id = root.id;
    visitor.source = root.source;
  }

  /** JSON goes out as it was sent; what is filtered keeps its decimals. */
  private shownSource(source: Uint8Array, place: NestedPlace | undefined): XContentValue {
    const { includes, excludes } = this.request.fetchSource;
    const isJson = source[0] === OPENING_BRACE;
    if (place !== undefined) {
      const tree = (isJson ? decodeExactJson(source) : decodeSource(source)) as XContentObject;
      const wrapped = nestedSource(tree, place.steps);
      const kept =
        includes.length === 0 && excludes.length === 0
          ? wrapped
          : (filterSource(wrapped, { includes, excludes }) as XContentObject);
      return unwrapNested(kept, place.steps);
    }
    if (includes.length === 0 && excludes.length === 0) {
      return isJson ? (new RawJson(source) as unknown as XContentValue) : decodeSource(source);
    }
    const tree = isJson ? decodeExactJson(source) : decodeSource(source);
    return filterSource(tree as XContentObject, { includes, excludes }) as XContentObject;
  }

  private number(field: string, doc: number): number {
    const values = this.leaf.reader.numericDocValues(field);
    return values?.advanceExact(doc) ? values.longValue() : -1;
  }

  private fieldsOf(
    doc: number,
    visitor: HitVisitor,
    source: XContentObject | undefined,
  ): XContentObject {
    const fields: XContentObject = {};
    for (const [name, values] of visitor.stored) {
      const type = this.context.fieldType(name);
      setMember(
        fields,
        name,
        values.map(({ value }) =>
          storedToJson(type?.typeName ?? "", value),
        ) as XContentObject[string],
      );
    }
    for (const reader of this.docValues) {
      const values = reader.read(doc);
      if (values.length > 0) setMember(fields, reader.name, values as XContentObject[string]);
    }
    if (source !== undefined && this.request.fields.length > 0) {
      sourceFieldsOf(this.context, source, this.request.fields, fields);
    }
    return fields;
  }
}

/** The tree of a hit's source, or of its part of it. */
function sourceOf(
  { source }: HitVisitor,
  place: NestedPlace | undefined,
): XContentObject | undefined {
  if (source === undefined) return undefined;
  const tree = decodeSource(source);
  return place === undefined ? tree : nestedSource(tree, place.steps);
}

function storedToJson(typeName: string, value: StoredValue): unknown {
  if (value instanceof Uint8Array) {
    return typeName === "binary"
      ? Buffer.from(value).toString("base64")
      : new TextDecoder().decode(value);
  }
  if (typeName === "boolean") return value === "T" || value === 1;
  return value;
}

/** The tree of a stored source, whatever its content type. */
export function decodeSource(source: Uint8Array): XContentObject {
  return decodeXContent(source, undefined) as XContentObject;
}
