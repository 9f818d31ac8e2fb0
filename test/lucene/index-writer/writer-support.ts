// Writers over temporary folders, and what their readers show, for the tests of this folder.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { seededRandom, systemClock } from "../../../src/base/index.ts";
import { FsDirectory } from "../../../src/engine/store/fs-directory.ts";
import { IndexWriter } from "../../../src/lucene/index/index-writer.ts";
import type { IndexWriterSettings } from "../../../src/lucene/index/index-writer-config.ts";
import type { DirectoryReader, LeafReader } from "../../../src/lucene/index/leaf-reader.ts";
import type { Directory } from "../../../src/lucene/store/index.ts";
import { checkIndex, judgeUnavailable } from "../../support/judge.ts";
import { idTerm } from "./documents.ts";

/** Runs with an empty folder that is removed afterwards. */
export async function withFolder(task: (folder: string) => void | Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "varve-writer-"));
  try {
    await task(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A writer with a seeded source of ids. */
export function openWriter(
  directory: Directory,
  settings: Partial<IndexWriterSettings> = {},
  seed = 1,
): IndexWriter {
  return new IndexWriter(directory, {
    clock: systemClock,
    random: seededRandom(seed),
    ...settings,
  });
}

/** The same over a folder. */
export function openFolderWriter(
  folder: string,
  settings: Partial<IndexWriterSettings> = {},
  seed = 1,
): IndexWriter {
  return openWriter(new FsDirectory(folder), settings, seed);
}

/** Both lines of CheckIndex, where they are available; answers the older line's report. */
export async function judge(folder: string): Promise<string> {
  if (judgeUnavailable() !== undefined) return "";
  const report = await checkIndex(folder, 9);
  await checkIndex(folder, 10);
  return report;
}

/** A term of `_id`. */
export const byId = (id: string) => ({ field: "_id", value: idTerm(id) });

function storedOf(leaf: LeafReader, doc: number): Record<string, unknown> {
  const values: Record<string, unknown> = {};
  leaf.storedFields().document(doc, {
    needsField: () => "yes",
    field: (info, value) => {
      values[info.name] =
        value instanceof Uint8Array ? Buffer.from(value).toString("latin1") : value;
    },
  });
  return values;
}

/** `_id` → `_source` of every live document that has a source, and the order of ids. */
export function liveDocuments(reader: DirectoryReader): {
  sources: Map<string, string>;
  ids: string[];
} {
  const sources = new Map<string, string>();
  const ids: string[] = [];
  for (const { reader: leaf } of reader.leaves) {
    for (let doc = 0; doc < leaf.maxDoc; doc++) {
      if (leaf.liveDocs?.get(doc) === false) continue;
      const stored = storedOf(leaf, doc);
      const id = String(stored["_id"]).slice(1);
      ids.push(id);
      sources.set(id, String(stored["_source"]));
    }
  }
  return { sources, ids };
}

/** What a writer's reader shows now. */
export function documentsOf(writer: IndexWriter): ReturnType<typeof liveDocuments> {
  const reader = writer.getReader();
  try {
    return liveDocuments(reader);
  } finally {
    reader.close();
  }
}
