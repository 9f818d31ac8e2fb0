// Runs a plan: threads render pieces ahead, the pieces are handed out in the plan's order.

import type { WorkerPool } from "../../base/index.ts";
import type { MountedIndices } from "../mounted/mounted-index.ts";
import type { ExportSource, ExportTask } from "../workers/export-worker.ts";
import type { ExportChunk, ExportPlan } from "./export-plan.ts";
import { type RenderedChunk, renderChunk } from "./render-chunk.ts";

/** A place in an export: everything before it is written. */
export interface ExportPosition {
  /** Number of the chunk. */
  readonly chunk: number;
  /** The next document of that chunk. */
  readonly doc: number;
}

/** A piece of the output and where the export is behind it. */
export interface ExportPiece extends RenderedChunk {
  readonly after: ExportPosition;
}

/** Renders chunks; `atOnce` of them are worth having under way. */
export interface ChunkRenderer {
  readonly atOnce: number;
  render(chunk: ExportChunk): Promise<RenderedChunk>;
}

const WORKER = "engine/workers/export-worker";
/** Pieces that are rendered or wait, for each thread. */
const PIECES_A_THREAD = 2;

/** Threads render. */
export function threadRenderer(
  source: ExportSource,
  pool: WorkerPool,
  signal?: AbortSignal,
): ChunkRenderer {
  return {
    atOnce: pool.size * PIECES_A_THREAD,
    render(chunk) {
      const task: ExportTask = { source, chunk };
      return pool.run<RenderedChunk>(WORKER, task, signal === undefined ? {} : { signal });
    },
  };
}

/** This thread renders: for a few documents it is faster than starting another one. */
export function localRenderer(source: ExportSource, mounted: MountedIndices): ChunkRenderer {
  const { format, options } = source;
  return { atOnce: 1, render: (chunk) => renderChunk(mounted, chunk, format, options) };
}

/** The pieces from `start` on, in order. At most a few of them are in memory. */
export async function* runExport(
  plan: ExportPlan,
  renderer: ChunkRenderer,
  start: ExportPosition = { chunk: 0, doc: 0 },
): AsyncGenerator<ExportPiece> {
  const render = (chunk: ExportChunk) => {
    const piece = renderer.render(chunk);
    // It is awaited in its turn; an error that comes earlier waits for that.
    piece.catch(() => {});
    return piece;
  };
  const ahead: Promise<RenderedChunk>[] = [];
  let next = start.chunk;
  const fill = () => {
    while (ahead.length < renderer.atOnce && next < plan.chunks.length) {
      const chunk = plan.chunks[next]!;
      const from = next === start.chunk ? Math.max(start.doc, chunk.from) : chunk.from;
      ahead.push(render({ ...chunk, from }));
      next++;
    }
  };
  fill();
  for (let at = start.chunk; at < plan.chunks.length; at++) {
    for (;;) {
      const piece = await ahead.shift()!;
      const chunk = plan.chunks[at]!;
      if (piece.next === undefined) {
        fill();
        yield { ...piece, after: { chunk: at + 1, doc: 0 } };
        break;
      }
      ahead.unshift(render({ ...chunk, from: piece.next }));
      yield { ...piece, after: { chunk: at, doc: piece.next } };
    }
  }
}
