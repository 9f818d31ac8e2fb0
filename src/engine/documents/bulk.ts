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

export interface BulkOutcome {
  readonly items: readonly BulkItem[];
  readonly tookMs: number;
  readonly errors: boolean;
}

function actionName(request: WriteRequest): string {
  return request.kind === "index" ? request.opType : request.kind;
}

/** Runs a streamed bulk. Throws only for what makes the whole body unreadable. */
export async function runBulk(
  context: BulkContext,
  chunks: AsyncIterable<Uint8Array>,
  defaults: BulkDefaults,
  refresh: RefreshPolicy,
): Promise<BulkOutcome> {
  const started = context.monotonic();
  const parser = new BulkParser(defaults);
  const items: BulkItem[] = [];
  const touched: TouchedShards = new Set();
  const missing = new Map<string, unknown>();
  let sliceStart = started;
  for await (const lines of bulkLines(chunks)) {
    for (const line of lines) {
      const request = parser.push(line);
      if (request === undefined) continue;
      items.push(await runItem(context.documents, request, touched, missing));
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
  const errors = items.some((item) => "error" in item);
  return { items, errors, tookMs: Math.round(context.monotonic() - started) };
}

async function runItem(
  documents: DocumentService,
  request: WriteRequest,
  touched: TouchedShards,
  known: Map<string, unknown>,
): Promise<BulkItem> {
  const action = actionName(request);
  try {
    if (!known.has(request.index)) {
      const deleteOnly = request.kind === "delete" && request.versionType === undefined;
      await documents.ensureIndex(request.index, request.requireAlias === true, deleteOnly);
      known.set(request.index, true);
    }
    return { action, response: documents.apply(request, touched) };
  } catch (error) {
    return { action, index: concreteName(documents, request), id: request.id, error };
  }
}

/** Error items name the concrete index where there is one. */
function concreteName(documents: DocumentService, request: WriteRequest): string {
  try {
    return documents.writeIndex(request.index).name;
  } catch {
    return request.index;
  }
}
