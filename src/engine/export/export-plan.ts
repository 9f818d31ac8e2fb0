// What an export reads, cut into chunks that several threads can render and one writes in order, so
// that the same export gives the same bytes, and one that was stopped knows where it was.

import type { Clock } from "../../base/index.ts";
import type { XContentObject } from "../../xcontent/index.ts";
import type { MountedIndex, MountedIndices } from "../mounted/mounted-index.ts";
import type { MountedShard } from "../mounted/mounted-shard.ts";
import { matchingDocs } from "./matching-docs.ts";

/** Formats of lines; Parquet is made of `ndjson` by whoever writes it. */
export type ExportFormat = "ndjson" | "bulk" | "csv";

/** Documents of one segment, in order. */
export interface ExportChunk {
  readonly index: string;
  readonly shard: number;
  readonly leaf: number;
  /** First document. */
  readonly from: number;
  /** Behind the last one. */
  readonly to: number;
  /** Only these of them: what a query found. */
  readonly docs?: Int32Array;
}

/** What is to be exported. */
export interface ExportPlan {
  readonly chunks: readonly ExportChunk[];
  /** Documents at most (nested ones are counted in, where no query chooses). */
  readonly documents: number;
}

/** Documents of a chunk: a thread renders some megabytes at a time. */
const CHUNK_DOCUMENTS = 8192;

/**
 * Cuts open indices into chunks; with a query only what it finds. Errors: a shard that is damaged.
 */
export async function planExport(
  mounted: MountedIndices,
  query: XContentObject | undefined,
  clock: Clock,
): Promise<ExportPlan> {
  const chunks: ExportChunk[] = [];
  let documents = 0;
  for (const index of mounted.indices) {
    const [failure] = index.failures;
    if (failure !== undefined) throw failure.error;
    for (const shard of index.openShards()) {
      const found = query && (await matchingDocs(index, shard, query, clock));
      const added = [...chunksOf(index, shard, found)];
      documents += documentsOf(shard, found);
      for (const chunk of added) chunks.push(chunk);
    }
  }
  return { chunks, documents };
}

function documentsOf(shard: MountedShard, found: readonly Int32Array[] | undefined): number {
  if (found === undefined) return shard.reader.numDocs;
  return found.reduce((sum, docs) => sum + docs.length, 0);
}

function* chunksOf(
  index: MountedIndex,
  shard: MountedShard,
  found: readonly Int32Array[] | undefined,
): Iterable<ExportChunk> {
  for (const [leaf, { reader }] of shard.reader.leaves.entries()) {
    const place = { index: index.name, shard: shard.shard, leaf };
    const docs = found?.[leaf];
    const count = docs?.length ?? reader.maxDoc;
    for (let at = 0; at < count; at += CHUNK_DOCUMENTS) {
      const end = Math.min(count, at + CHUNK_DOCUMENTS);
      if (docs === undefined) yield { ...place, from: at, to: end };
      else {
        const some = docs.slice(at, end);
        yield { ...place, from: some[0]!, to: some.at(-1)! + 1, docs: some };
      }
    }
  }
}
