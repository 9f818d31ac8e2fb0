// A bulk: items in order, one bad item costs one item, one sync of each translog at the end.
// Upstream: TransportBulkAction (2.19.6).

import { validationFailed } from "../exceptions.ts";
import { type BulkDefaults, BulkParser, bulkLines } from "./bulk-parser.ts";
import type { RefreshPolicy, WriteRequest, WriteResponse } from "./document-requests.ts";
import type { DocumentService, TouchedShards } from "./document-service.ts";
import { checkWrites } from "./validate-write.ts";

/** Longest run without giving other requests a turn. */
const SLICE_MS = 15;

/**
 * A body up to this size is read and checked whole before anything of it is applied, as upstream
 * does; a longer one is worked on while it comes in, so that it is never held.
 */
const AHEAD_BYTES_MAX = 16 * 1024 * 1024;

/** One item's outcome. */
export type BulkItem =
  | { readonly action: string; readonly response: WriteResponse }
  | {
      readonly action: string;
      readonly index: string;
      readonly id: string | undefined;
      readonly error: unknown;
    };

/** What a bulk works with. */
export interface BulkContext {
  readonly documents: DocumentService;
  /** Monotonic milliseconds. */
  readonly monotonic: () => number;
  /** Lets other requests run. */
  readonly yieldTurn: () => Promise<void>;
}

/** What a bulk came to; `T` is what the caller makes of each item at once. */
export interface BulkOutcome<T> {
  readonly items: readonly T[];
  readonly tookMs: number;
  readonly errors: boolean;
}

function actionName(request: WriteRequest): string {
  return request.kind === "index" ? request.opType : request.kind;
}

/**
 * Runs a streamed bulk; `render` turns each outcome into what the answer needs of it, so that no
 * more than that is kept. Throws only for what makes the whole body unreadable.
 */
export async function runBulk<T>(
  context: BulkContext,
  chunks: AsyncIterable<Uint8Array>,
  defaults: BulkDefaults,
  refresh: RefreshPolicy,
  render: (item: BulkItem) => T,
): Promise<BulkOutcome<T>> {
  const started = context.monotonic();
  const parser = new BulkParser(defaults);
  const run = new BulkRun(context, refresh, render);
  let ahead: WriteRequest[] | undefined = [];
  let aheadBytes = 0;
  for await (const lines of bulkLines(chunks)) {
    for (const line of lines) {
      const request = parser.push(line);
      aheadBytes += line.length;
      if (request === undefined) continue;
      if (ahead === undefined) await run.apply(request);
      else ahead.push(request);
    }
    if (ahead !== undefined && aheadBytes > AHEAD_BYTES_MAX) {
      checkWrites(ahead);
      await run.applyAll(ahead);
      ahead = undefined;
    }
  }
  parser.finish();
  if (ahead !== undefined) {
    checkWrites(ahead);
    await run.applyAll(ahead);
  }
  if (run.items.length === 0) throw validationFailed("no requests added");
  await context.documents.settle(run.touched, refresh);
  return {
    items: run.items,
    errors: run.errors,
    tookMs: Math.round(context.monotonic() - started),
  };
}

/** Items applied one after the other. */
class BulkRun<T> {
  readonly items: T[] = [];
  readonly touched: TouchedShards = new Set();
  errors = false;
  private readonly context: BulkContext;
  private readonly refreshed: boolean;
  private readonly render: (item: BulkItem) => T;
  private readonly known = new Set<string>();
  private sliceStart: number;

  constructor(context: BulkContext, refresh: RefreshPolicy, render: (item: BulkItem) => T) {
    this.context = context;
    this.refreshed = refresh === "true";
    this.render = render;
    this.sliceStart = context.monotonic();
  }

  async applyAll(requests: readonly WriteRequest[]): Promise<void> {
    for (const request of requests) await this.apply(request);
  }

  async apply(request: WriteRequest): Promise<void> {
    const { context } = this;
    const item = this.known.has(request.index)
      ? applyItem(context.documents, request, this.touched)
      : await firstItem(context.documents, request, this.touched, this.known);
    this.errors ||= "error" in item;
    this.items.push(this.render(this.refreshed ? asRefreshed(item) : item));
    if (context.monotonic() - this.sliceStart > SLICE_MS) {
      await context.yieldTurn();
      this.sliceStart = context.monotonic();
    }
  }
}

function asRefreshed(item: BulkItem): BulkItem {
  if ("error" in item || item.response.result === "noop") return item;
  return { ...item, response: { ...item.response, forcedRefresh: true } };
}

/** The first item of an index name makes the index where it is not there. */
async function firstItem(
  documents: DocumentService,
  request: WriteRequest,
  touched: TouchedShards,
  known: Set<string>,
): Promise<BulkItem> {
  try {
    const deleteOnly = request.kind === "delete" && request.versionType === undefined;
    await documents.ensureIndex(request.index, request.requireAlias === true, deleteOnly);
  } catch (error) {
    return failedItem(documents, request, error);
  }
  if (request.requireAlias !== true) known.add(request.index);
  return applyItem(documents, request, touched);
}

function applyItem(
  documents: DocumentService,
  request: WriteRequest,
  touched: TouchedShards,
): BulkItem {
  try {
    return { action: actionName(request), response: documents.apply(request, touched) };
  } catch (error) {
    return failedItem(documents, request, error);
  }
}

function failedItem(documents: DocumentService, request: WriteRequest, error: unknown): BulkItem {
  const index = concreteName(documents, request);
  return { action: actionName(request), index, id: request.id, error };
}

/** Error items name the concrete index where there is one. */
function concreteName(documents: DocumentService, request: WriteRequest): string {
  try {
    return documents.writeIndex(request.index).name;
  } catch {
    return request.index;
  }
}
