// A bulk: items in order, one bad item costs one item, one sync of each translog at the end.
// Upstream: TransportBulkAction (2.19.6).

import { VarveError } from "../../base/index.ts";
import { type BulkDefaults, BulkParser, bulkLines } from "./bulk-parser.ts";
import type { RefreshPolicy, WriteRequest, WriteResponse } from "./document-requests.ts";
import type { DocumentService, TouchedShards } from "./document-service.ts";

/** Longest run without giving other requests a turn. */
const SLICE_MS = 15;

/** One item's outcome. */
export type BulkItem =
  | { readonly action: string; readonly response: WriteResponse }
  | {
      readonly action: string;
      readonly index: string;
      readonly id: string | undefined;
      readonly error: unknown;
    };

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
  const items: T[] = [];
  let errors = false;
  const touched: TouchedShards = new Set();
  const known = new Set<string>();
  let sliceStart = started;
  for await (const lines of bulkLines(chunks)) {
    for (const line of lines) {
      const request = parser.push(line);
      if (request === undefined) continue;
      const item = known.has(request.index)
        ? applyItem(context.documents, request, touched)
        : await firstItem(context.documents, request, touched, known);
      errors ||= "error" in item;
      items.push(render(item));
      if (context.monotonic() - sliceStart > SLICE_MS) {
        await context.yieldTurn();
        sliceStart = context.monotonic();
      }
    }
  }
  parser.finish();
  if (items.length === 0) {
    throw new VarveError("invalid", "Validation Failed: 1: no requests added;", {
      type: "action_request_validation_exception",
    });
  }
  await context.documents.settle(touched, refresh);
  return { items, errors, tookMs: Math.round(context.monotonic() - started) };
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
