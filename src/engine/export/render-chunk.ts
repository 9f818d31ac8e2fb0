// Renders one chunk of an export.

import { corrupt } from "../../base/index.ts";
import { forEachDocument } from "../mounted/for-each-document.ts";
import type { MountedIndices } from "../mounted/mounted-index.ts";
import type { ExportChunk, ExportFormat } from "./export-plan.ts";
import { type RenderOptions, rendererOf, TextBuffer } from "./render-documents.ts";

/** A piece of the output. */
export interface RenderedChunk {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly documents: number;
  /** Documents that were left out because `_source` is off. */
  readonly withoutSource: number;
  /** The chunk is not through: it goes on with this document. */
  readonly next?: number;
}

/** A piece is handed out once it has so many bytes. */
const PIECE_BYTES = 2 * 1024 * 1024;

class PieceIsFull extends Error {}

/** Renders documents of a chunk until it is through or the piece is full. */
export async function renderChunk(
  mounted: MountedIndices,
  chunk: ExportChunk,
  format: ExportFormat,
  options: RenderOptions = {},
): Promise<RenderedChunk> {
  const index = mounted.indices.find(({ name }) => name === chunk.index);
  const shard = index?.shards[chunk.shard];
  if (shard === undefined) {
    throw corrupt(`Shard [${chunk.index}][${chunk.shard}] could not be opened`);
  }
  const render = rendererOf(format, options);
  const out = new TextBuffer();
  let [documents, withoutSource, next] = [0, 0, chunk.to];
  const docsOf = (leaf: number) => (leaf === chunk.leaf ? docsIn(chunk) : []);
  const walk = {
    docsOf,
    after: { leaf: chunk.leaf, doc: chunk.from - 1 },
    withVersions: options.withVersions === true,
  };
  try {
    await forEachDocument(shard, walk, (document) => {
      const { doc } = document.position;
      if (out.length >= PIECE_BYTES) {
        next = doc;
        throw new PieceIsFull();
      }
      if (render(chunk.index, document, out)) documents++;
      else withoutSource++;
    });
  } catch (error) {
    if (!(error instanceof PieceIsFull)) throw error;
  }
  const piece = { bytes: out.take(), documents, withoutSource };
  return next < chunk.to ? { ...piece, next } : piece;
}

function* docsIn({ docs, from, to }: ExportChunk): Iterable<number> {
  if (docs === undefined) {
    for (let doc = from; doc < to; doc++) yield doc;
  } else {
    for (const doc of docs) if (doc >= from) yield doc;
  }
}
