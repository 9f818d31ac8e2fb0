// The order of buckets: by count, by key, by a sub-aggregation, or by several of these in turn.
// Upstream: org.opensearch.search.aggregations.{BucketOrder,InternalOrder},
// support.AggregationPath.

import { illegalArgument, VarveError } from "../../../base/index.ts";
import {
  isXContentObject,
  type XContentObject,
  type XContentValue,
} from "../../../xcontent/index.ts";
import { parsingException, tokenName } from "../source-location.ts";
import type { AggregationBody } from "./aggregation-body.ts";
import type { Aggregator, InternalAggregation, InternalAggregations } from "./aggregator.ts";

/** A step of a path: `name`, or `name.metric` at the end. */
interface PathElement {
  readonly fullName: string;
  readonly name: string;
  readonly key: string | undefined;
}

/** One criterion. */
export interface OrderElement {
  readonly by: "_count" | "_key" | readonly PathElement[];
  readonly ascending: boolean;
}

/** The criteria, most important first. The last one is by key, so that no two buckets are equal. */
export type BucketOrder = readonly OrderElement[];

const KEY_ASCENDING: OrderElement = { by: "_key", ascending: true };

/** Most docs first. */
export const COUNT_DESCENDING: BucketOrder = [{ by: "_count", ascending: false }, KEY_ASCENDING];
/** Smallest key first. */
export const KEY_ORDER: BucketOrder = [KEY_ASCENDING];

/** Takes `order`: an object or a list of objects. */
export function takeOrder(body: AggregationBody, fallback: BucketOrder): BucketOrder {
  return (
    body.take("order", ["START_OBJECT", "START_ARRAY"], (value) => {
      const items = Array.isArray(value) ? value : [value];
      const elements = items.map((item, index) => {
        if (!isXContentObject(item)) {
          const place = body.parser.source.locate(value as object, index, "value");
          throw parsingException(`Expected [START_OBJECT] but found [${tokenName(item)}]`, place);
        }
        return parseElement(body, item);
      });
      const last = elements[elements.length - 1];
      if (last === undefined) throw illegalArgument(`Required [order]`);
      return last.by === "_key" ? elements : [...elements, KEY_ASCENDING];
    }) ?? fallback
  );
}

function parseElement(body: AggregationBody, object: XContentObject): OrderElement {
  const at = (key: string, part: "value" | "end") => body.parser.source.locate(object, key, part);
  let name: string | undefined;
  let ascending = false;
  for (const [key, value] of Object.entries(object) as [string, XContentValue][]) {
    name = key;
    if (typeof value !== "string") {
      const token = tokenName(value);
      throw parsingException(`Unexpected token [${token}] for [order]`, at(key, "value"));
    }
    const direction = value.toLowerCase();
    if (direction !== "asc" && direction !== "desc") {
      throw parsingException(`Unknown order direction [${value}]`, at(key, "value"));
    }
    ascending = direction === "asc";
  }
  if (name === undefined) {
    throw parsingException("Must specify at least one field for [order]", at("", "end"));
  }
  if (name === "_key" || name === "_term" || name === "_time") return { by: "_key", ascending };
  return { by: name === "_count" ? "_count" : parsePath(name), ascending };
}

function parsePath(path: string): readonly PathElement[] {
  const parts = path
    .split(">")
    .map((part) => part.trim())
    .filter((part) => part !== "");
  const invalid = (element: string): VarveError =>
    new VarveError("invalid", `Invalid path element [${element}] in path [${path}]`, {
      type: "aggregation_execution_exception",
      metadata: { status: 500 },
    });
  return parts.map((element, index) => {
    const bracket = element.lastIndexOf("[");
    if (bracket >= 0) {
      if (bracket === 0 || bracket > element.length - 3 || !element.endsWith("]")) {
        throw invalid(element);
      }
      return {
        fullName: element,
        name: element.slice(0, bracket),
        key: element.slice(bracket + 1, -1),
      };
    }
    const dot = index === parts.length - 1 ? element.lastIndexOf(".") : -1;
    if (dot < 0) return { fullName: element, name: element, key: undefined };
    if (dot === 0 || dot > element.length - 2) throw invalid(element);
    return { fullName: element, name: element.slice(0, dot), key: element.slice(dot + 1) };
  });
}

/** Is the first criterion the count, most first? Then counting errors are bounded. */
export function isCountDescending(order: BucketOrder): boolean {
  return order[0]!.by === "_count" && !order[0]!.ascending;
}

/** Is the first criterion the key? */
export function isKeyOrder(order: BucketOrder): boolean {
  return order[0]!.by === "_key";
}

/** Does the order need results of sub-aggregations? */
export function isAggregationOrder(order: BucketOrder): boolean {
  return order.some(({ by }) => by !== "_count" && by !== "_key");
}

/** Numbers in order, NaN always last. */
function compareDiscardNaN(a: number, b: number, ascending: boolean): number {
  if (Number.isNaN(a)) return Number.isNaN(b) ? 0 : 1;
  if (Number.isNaN(b)) return -1;
  const order = a < b ? -1 : a > b ? 1 : 0;
  return ascending ? order : -order;
}

/** Compares two things; negative: the first one comes first. */
export type Comparator<T> = (a: T, b: T) => number;

/** Compares bucket ordinals of a shard. Refuses paths that name nothing to sort by. */
export function ordComparator(
  order: BucketOrder,
  owner: { readonly children: readonly Aggregator[] },
  docCount: (ord: number) => number,
  compareKeys: Comparator<number>,
): Comparator<number> {
  const comparators = order.map(({ by, ascending }): Comparator<number> => {
    if (by === "_count") {
      return ascending ? (a, b) => docCount(a) - docCount(b) : (a, b) => docCount(b) - docCount(a);
    }
    if (by === "_key") return ascending ? compareKeys : (a, b) => compareKeys(b, a);
    const value = pathValue(by, owner);
    return (a, b) => compareDiscardNaN(value(a), value(b), ascending);
  });
  return inTurn(comparators);
}

/** Checks the paths of an order. */
export function validateOrder(
  order: BucketOrder,
  owner: { readonly children: readonly Aggregator[] },
): void {
  ordComparator(
    order,
    owner,
    () => 0,
    () => 0,
  );
}

function inTurn<T>(comparators: readonly Comparator<T>[]): Comparator<T> {
  if (comparators.length === 1) return comparators[0]!;
  return (a, b) => {
    for (let i = 0; i < comparators.length; i++) {
      const order = comparators[i]!(a, b);
      if (order !== 0) return order;
    }
    return 0;
  };
}

const SINGLE_BUCKET_RULE =
  "Buckets can only be sorted on a sub-aggregator path that is built out " +
  "of zero or more single-bucket aggregations within the path and a final single-bucket or a " +
  "metrics aggregation at the path end.";

/** The number of each bucket that a path leads to. */
function pathValue(
  path: readonly PathElement[],
  owner: { readonly children: readonly Aggregator[] },
): (ord: number) => number {
  try {
    return resolvePath(path, owner);
  } catch (error) {
    if (!(error instanceof VarveError)) throw error;
    const shown = path.map(({ fullName }) => fullName).join(">");
    throw new VarveError("invalid", `Invalid aggregation order path [${shown}]. ${error.message}`, {
      type: "aggregation_execution_exception",
      cause: error,
      metadata: { status: 500 },
    });
  }
}

function resolvePath(
  path: readonly PathElement[],
  owner: { readonly children: readonly Aggregator[] },
): (ord: number) => number {
  let children = owner.children;
  const steps: Aggregator[] = [];
  for (let i = 0; ; i++) {
    const element = path[i]!;
    const found = children.find(({ name }) => name === element.name);
    if (found === undefined) {
      throw illegalArgument(
        `The provided aggregation [${element.fullName}] either does not exist, ` +
          "or is a pipeline aggregation and cannot be used to sort the buckets.",
      );
    }
    if (i === path.length - 1) return finalValue(found, element.key, steps);
    if (element.key !== undefined) {
      throw illegalArgument(
        "Key only allowed on last aggregation path element but got " + `[${element.fullName}]`,
      );
    }
    if (found.sortKind === "metric" || found.sortKind === "metrics") {
      throw illegalArgument(`${SINGLE_BUCKET_RULE} [${found.name}] is not single-bucket.`);
    }
    if (found.sortKind !== "bucket") {
      throw illegalArgument(`${SINGLE_BUCKET_RULE} [${found.name}] is not single-bucket.`);
    }
    steps.push(found);
    children = found.children;
  }
}

function finalValue(
  target: Aggregator,
  key: string | undefined,
  steps: readonly Aggregator[],
): (ord: number) => number {
  checkKey(target, key);
  return (ord) => {
    let at = ord;
    for (let i = 0; i < steps.length; i++) at = steps[i]!.bucketOrd?.(at) ?? at;
    return target.metric!(key, at);
  };
}

function checkKey(target: Aggregator, key: string | undefined): void {
  const { name } = target;
  switch (target.sortKind) {
    case "metric":
      if (key === undefined || key === "value") return;
      throw illegalArgument(
        "Ordering on a single-value metrics aggregation can only be done on " +
          `its value. Either drop the key (a la "${name}") or change it to "value" (a la ` +
          `"${name}.value")`,
      );
    case "metrics":
      if (key === undefined) {
        throw illegalArgument(
          "When ordering on a multi-value metrics aggregation a metric name " +
            "must be specified.",
        );
      }
      if (target.hasMetric?.(key) === true) return;
      throw illegalArgument(
        `Unknown metric name [${key}] on multi-value metrics aggregation [${name}]`,
      );
    case "bucket":
      if (key === undefined || key === "doc_count") return;
      throw illegalArgument(
        "Ordering on a single-bucket aggregation can only be done on its " +
          `doc_count. Either drop the key (a la "${name}") or change it to "doc_count" (a la ` +
          `"${name}.doc_count") or "key".`,
      );
    default:
      throw illegalArgument(SINGLE_BUCKET_RULE);
  }
}

/** A bucket as orders see it. */
export interface OrderedBucket {
  readonly docCount: number;
  readonly aggregations: InternalAggregations;
}

/** Compares built buckets. */
export function bucketComparator<B extends OrderedBucket>(
  order: BucketOrder,
  compareKeys: Comparator<B>,
): Comparator<B> {
  return inTurn(
    order.map(({ by, ascending }): Comparator<B> => {
      if (by === "_count") {
        return ascending ? (a, b) => a.docCount - b.docCount : (a, b) => b.docCount - a.docCount;
      }
      if (by === "_key") return ascending ? compareKeys : (a, b) => compareKeys(b, a);
      return (a, b) =>
        compareDiscardNaN(
          resultValue(by, a.aggregations),
          resultValue(by, b.aggregations),
          ascending,
        );
    }),
  );
}

function resultValue(path: readonly PathElement[], results: InternalAggregations): number {
  let level: InternalAggregations | undefined = results;
  let result: InternalAggregation | undefined;
  for (const { name } of path) {
    result = level?.get(name);
    level = result?.aggregations;
  }
  return result?.sortValue?.(path[path.length - 1]!.key) ?? NaN;
}

/** The first `size` of `items` in order: a heap of the best ones where there are many more. */
export function selectTop<T>(items: readonly T[], size: number, compare: Comparator<T>): T[] {
  if (items.length <= size || items.length <= 64) return [...items].sort(compare).slice(0, size);
  // A heap with the worst kept item at the root.
  const heap = items.slice(0, size);
  for (let i = (size >>> 1) - 1; i >= 0; i--) siftDown(heap, i, compare);
  for (let i = size; i < items.length; i++) {
    if (compare(items[i]!, heap[0]!) >= 0) continue;
    heap[0] = items[i]!;
    siftDown(heap, 0, compare);
  }
  return heap.sort(compare);
}

function siftDown<T>(heap: T[], from: number, compare: Comparator<T>): void {
  const item = heap[from]!;
  let at = from;
  for (;;) {
    let child = 2 * at + 1;
    if (child >= heap.length) break;
    if (child + 1 < heap.length && compare(heap[child + 1]!, heap[child]!) > 0) child++;
    if (compare(heap[child]!, item) <= 0) break;
    heap[at] = heap[child]!;
    at = child;
  }
  heap[at] = item;
}
