// The recorded indices of written-by-lucene/. Each holds the same documents, written by another
// version of Lucene, so what must be read from them is the same.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { MemoryDirectory } from "../../../src/lucene/store/index.ts";
import { loadDirectory } from "../postings/real-segments.ts";

const DATA = join(import.meta.dirname, "written-by-lucene");

/** Documents of every recorded index. */
export const MAX_DOC = 9000;

export const FOLDERS = readdirSync(DATA).filter((name) => name.startsWith("lucene-"));

/** What Lucene answered about one field, see README.md. */
export interface OldExpected {
  readonly terms: number;
  readonly docCount: number;
  readonly sumDocFreq: number;
  readonly sumTotalTermFreq: number;
  readonly sha1: string;
  readonly seeks: string;
  readonly advances: string;
}

export const EXPECTED: Record<string, OldExpected> = JSON.parse(
  readFileSync(join(DATA, "expected.json"), "utf8"),
);

export function oldDirectory(folder: string): MemoryDirectory {
  return loadDirectory(join(DATA, folder));
}
