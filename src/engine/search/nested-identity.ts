// Which nested object of its document a hit is, and its part of the source.
// Upstream: org.opensearch.search.fetch.FetchPhase.{getInternalNestedIdentity,
// prepareNestedHitContext}, org.opensearch.search.SearchHit.NestedIdentity.

import { illegalArgument } from "../../base/index.ts";
import type { LeafContext } from "../../lucene/index/index.ts";
import type { FixedBitSet, IndexSearcher, Query } from "../../lucene/search/index.ts";
import {
  isXContentObject,
  setMember,
  type XContentObject,
  type XContentValue,
} from "../../xcontent/index.ts";
import { leafBits } from "./nested-docs.ts";
import type { QueryShardContext } from "./query-shard-context.ts";

/** Up to here Elasticsearch put the last nested object of a document first. */
const VERSION_6_5_0 = 6_050_099;

/** One step from a document into it: the field, relative to the step before, and which value. */
export interface NestedStep {
  readonly field: string;
  readonly offset: number;
}

/** A nested document: its root's doc, and the way to it. */
export interface NestedPlace {
  readonly root: number;
  readonly steps: readonly NestedStep[];
}

/** Finds the places of nested documents in one leaf. */
export class NestedIdentities {
  private readonly context: QueryShardContext;
  private readonly searcher: IndexSearcher;
  private readonly leaf: LeafContext;
  private readonly roots: FixedBitSet;
  private readonly isReversed: boolean;
  private readonly bits = new Map<string, FixedBitSet>();

  constructor(context: QueryShardContext, searcher: IndexSearcher, leaf: LeafContext) {
    this.context = context;
    this.searcher = searcher;
    this.leaf = leaf;
    const created = context.settings.getInt("index.version.created", VERSION_6_5_0);
    this.isReversed = created < VERSION_6_5_0;
    this.roots = leafBits(searcher, context.rootFilter(), leaf);
  }

  /** The place of a doc of the leaf; undefined for a document of its own. */
  placeOf(doc: number): NestedPlace | undefined {
    if (this.roots.get(doc)) return undefined;
    const { documentMapping } = this.context.mapper;
    for (const [path, object] of documentMapping.objects) {
      if (object.nested === undefined || !this.bitsOf(path).get(doc)) continue;
      return { root: this.roots.nextSetBit(doc), steps: this.steps(path, doc) };
    }
    return undefined;
  }

  private bitsOf(path: string): FixedBitSet {
    let bits = this.bits.get(path);
    if (bits === undefined) {
      const filter = this.context.nestedFilter(path) as Query;
      this.bits.set(path, (bits = leafBits(this.searcher, filter, this.leaf)));
    }
    return bits;
  }

  private steps(path: string, doc: number): NestedStep[] {
    const steps: NestedStep[] = [];
    let inner = doc;
    for (let at: string | undefined = path; at !== undefined; ) {
      const parent = this.nestedParent(at);
      const parents = parent === undefined ? this.roots : this.bitsOf(parent);
      const children = this.bitsOf(at);
      const next = parents.nextSetBit(inner);
      const before = doc === 0 ? 0 : parents.prevSetBit(doc - 1) + 1;
      const offset = this.isReversed
        ? countBits(children, inner + 1, next)
        : countBits(children, before, doc);
      inner = next;
      steps.unshift({ field: parent === undefined ? at : at.slice(parent.length + 1), offset });
      at = parent;
    }
    return steps;
  }

  private nestedParent(path: string): string | undefined {
    const { objects } = this.context.mapper.documentMapping;
    for (let dot = path.lastIndexOf("."); dot > 0; dot = path.lastIndexOf(".", dot - 1)) {
      const parent = path.slice(0, dot);
      if (objects.get(parent)?.nested !== undefined) return parent;
    }
    return undefined;
  }
}

function countBits(bits: FixedBitSet, from: number, to: number): number {
  let count = 0;
  for (let doc = bits.nextSetBit(from); doc < to; doc = bits.nextSetBit(doc + 1)) count++;
  return count;
}

/** `_nested` of a hit. */
export function nestedBody(steps: readonly NestedStep[]): XContentObject {
  const [first, ...rest] = steps;
  const body: XContentObject = { field: first!.field, offset: first!.offset };
  if (rest.length > 0) body["_nested"] = nestedBody(rest);
  return body;
}

/** The object at a place, alone: wrapped in its fields' names, as the whole source has it. */
export function nestedSource(source: XContentObject, steps: readonly NestedStep[]): XContentObject {
  const [first, ...rest] = steps;
  const found = extractValue(source, first!.field.split("."), 0);
  const values = Array.isArray(found) ? found : [found];
  const value = values[first!.offset];
  if (!isXContentObject(value as XContentValue)) {
    throw illegalArgument(
      "Cannot execute inner hits. One or more parent object fields of nested field " +
        `[${first!.field}] are not nested. All parent fields need to be nested fields too`,
    );
  }
  const object = value as XContentObject;
  const inner = rest.length === 0 ? object : nestedSource(object, rest);
  const wrapped: XContentObject = {};
  setMember(wrapped, first!.field, inner);
  return wrapped;
}

/** Takes the object out of what nestedSource (filtered or not) made. */
export function unwrapNested(
  wrapped: XContentObject,
  steps: readonly NestedStep[],
): XContentObject {
  let value: XContentValue | undefined = wrapped;
  for (const { field } of steps) {
    if (value === undefined) break;
    value = extractValue(value, field.split("."), 0);
  }
  return (value ?? {}) as XContentObject;
}

/** The value at a path, whose parts may also stand together in one name. */
function extractValue(
  node: XContentValue,
  path: readonly string[],
  from: number,
): XContentValue | undefined {
  if (from === path.length) return node;
  if (Array.isArray(node)) {
    const found = node
      .map((item) => extractValue(item, path, from))
      .filter((value) => value !== undefined);
    return found.length === 0 ? undefined : found;
  }
  if (!isXContentObject(node)) return undefined;
  for (let to = from + 1; to <= path.length; to++) {
    const name = path.slice(from, to).join(".");
    if (!Object.hasOwn(node, name)) continue;
    const found = extractValue(node[name]!, path, to);
    if (found !== undefined) return found;
  }
  return undefined;
}
