// Delete and update by query: a search in batches, then writes that hold only while the document is
// as the search saw it. Upstream: AbstractAsyncBulkByScrollAction (modules/reindex, 3.6.0).

import { VarveError } from "../../base/index.ts";
import type { XContentObject } from "../../xcontent/index.ts";
import { Decimal, encodeJson } from "../../xcontent/index.ts";
import type { JsonObject } from "../cluster/metadata.ts";
import type { SearchService, SearchTarget } from "../search/index.ts";
import type { Task } from "../tasks/task-manager.ts";
import type { RefreshPolicy, WriteRequest } from "./document-requests.ts";
import type { DocumentService, TouchedShards } from "./document-service.ts";

const BATCH_DEFAULT = 1000;
const KEEP_ALIVE_MS = 300_000;

/** What to do to every match. */
export interface ByQueryRequest {
  readonly action: "delete" | "update";
  readonly targets: readonly SearchTarget[];
  readonly query: JsonObject | undefined;
  readonly params: Readonly<Record<string, string>>;
  readonly batch?: number;
  readonly maxDocs?: number;
  /** Version conflicts are counted and do not stop the run. */
  readonly proceedOnConflicts: boolean;
  readonly refresh: RefreshPolicy;
}

interface Hit {
  readonly _index: string;
  readonly _id: string;
  readonly _routing?: string;
  readonly _seq_no: number;
  readonly _primary_term: number;
  readonly _source?: JsonObject;
}

interface Progress {
  total: number;
  done: number;
  noops: number;
  batches: number;
  conflicts: number;
  failures: JsonObject[];
}

/** Runs it all; the answer is that of the real API. */
export async function byQuery(
  documents: DocumentService,
  search: SearchService,
  request: ByQueryRequest,
  task: Task,
  describeError: (error: unknown) => JsonObject,
): Promise<JsonObject> {
  const progress: Progress = {
    total: 0,
    done: 0,
    noops: 0,
    batches: 0,
    conflicts: 0,
    failures: [],
  };
  const size = Math.min(
    request.batch ?? BATCH_DEFAULT,
    request.maxDocs ?? Number.POSITIVE_INFINITY,
  );
  const body: JsonObject = {
    size,
    seq_no_primary_term: true,
    sort: ["_doc"],
    _source: request.action === "update",
    ...(request.query === undefined ? {} : { query: request.query }),
  };
  const params = { ...request.params, scroll: "5m" };
  let page = await search.search(request.targets, {
    body: body as XContentObject,
    params,
    signal: task.signal,
  });
  const scrollId = page["_scroll_id"] as string;
  const touched: TouchedShards = new Set();
  try {
    progress.total = Math.min(totalOf(page), request.maxDocs ?? Number.POSITIVE_INFINITY);
    for (let hits = hitsOf(page); hits.length > 0; hits = hitsOf(page)) {
      task.signal.throwIfAborted();
      progress.batches++;
      const stopped = applyAll(documents, request, hits, progress, touched, describeError);
      task.status = statusOf(request, progress);
      if (stopped || progress.done + progress.conflicts >= progress.total) break;
      page = await search.scroll(scrollId, KEEP_ALIVE_MS);
    }
  } finally {
    search.readers.freeScroll(scrollId);
  }
  await documents.settle(touched, request.refresh === "none" ? "none" : "true");
  return { ...statusOf(request, progress), failures: progress.failures };
}

function hitsOf(page: XContentObject): Hit[] {
  return (page["hits"] as unknown as { hits: Hit[] }).hits;
}

function totalOf(page: XContentObject): number {
  const { total } = page["hits"] as unknown as { total: number | { value: number } };
  return typeof total === "number" ? total : total.value;
}

/** Applies one batch; says whether the run must stop. */
function applyAll(
  documents: DocumentService,
  request: ByQueryRequest,
  hits: readonly Hit[],
  progress: Progress,
  touched: TouchedShards,
  describeError: (error: unknown) => JsonObject,
): boolean {
  for (const hit of hits) {
    if (progress.done + progress.conflicts >= progress.total) return true;
    try {
      documents.apply(writeOf(request, hit), touched);
      progress.done++;
    } catch (error) {
      const isConflict =
        error instanceof VarveError && error.type === "version_conflict_engine_exception";
      if (isConflict) progress.conflicts++;
      if (isConflict && request.proceedOnConflicts) continue;
      progress.failures.push({
        index: hit._index,
        id: hit._id,
        cause: describeError(error),
        status: isConflict ? 409 : 400,
      });
      return true;
    }
  }
  return false;
}

function writeOf(request: ByQueryRequest, hit: Hit): WriteRequest {
  const target = {
    index: hit._index,
    id: hit._id,
    ifSeqNo: hit._seq_no,
    ifPrimaryTerm: hit._primary_term,
    ...(hit._routing === undefined ? {} : { routing: hit._routing }),
  };
  if (request.action === "delete") return { kind: "delete", ...target };
  const source = Buffer.from(encodeJson((hit._source ?? {}) as XContentObject));
  return { kind: "index", opType: "index", source, ...target };
}

function statusOf(request: ByQueryRequest, progress: Progress): JsonObject {
  return {
    total: progress.total,
    ...(request.action === "update" ? { updated: progress.done } : {}),
    deleted: request.action === "delete" ? progress.done : 0,
    batches: progress.batches,
    version_conflicts: progress.conflicts,
    noops: progress.noops,
    retries: { bulk: 0, search: 0 },
    throttled_millis: 0,
    requests_per_second: new Decimal(-1),
    throttled_until_millis: 0,
  };
}
