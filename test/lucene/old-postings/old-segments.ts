// The recorded indices of written-by-lucene/. Each holds the same documents, written by another
// version of Lucene, so what must be read from them is the same.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { postingsFormatForName } from "../../../src/lucene/codecs/registry.ts";
import { type FieldInfo, FieldInfos, IndexOptions } from "../../../src/lucene/index/field-info.ts";
import type { FieldsProducer } from "../../../src/lucene/index/leaf-reader.ts";
import type { MemoryDirectory } from "../../../src/lucene/store/index.ts";
import { fieldInfo, segment } from "../postings/memory-fields.ts";
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

/** The fields by their numbers, as the recording program made them. */
export function oldFields(): FieldInfo[] {
  const {
    DOCS,
    DOCS_AND_FREQS,
    DOCS_AND_FREQS_AND_POSITIONS: POSITIONS,
    DOCS_AND_FREQS_AND_POSITIONS_AND_OFFSETS: OFFSETS,
  } = IndexOptions;
  const fields = [
    fieldInfo("id", 0, DOCS, true),
    fieldInfo("flags", 1, DOCS, true),
    fieldInfo("freqs", 2, DOCS_AND_FREQS),
    fieldInfo("positions", 3, POSITIONS),
    fieldInfo("offsets", 4, OFFSETS),
    fieldInfo("payloads", 5, POSITIONS),
    fieldInfo("everything", 6, OFFSETS),
  ];
  for (const field of fields.slice(5)) field.storePayloads = true;
  return fields;
}

/** Opens the postings of a recorded index without its .si and .fnm. */
export function openOldPostings(directory: MemoryDirectory): FieldsProducer {
  const doc = directory.listAll().find((name) => name.endsWith(".doc"))!;
  const suffix = doc.slice(3, -4);
  // The id of the segment stands behind magic, codec name and version in every file.
  const header = directory.files.get(directory.listAll().find((name) => name.endsWith(".pos"))!)!;
  const idAt = 9 + header[4]!;
  return postingsFormatForName(suffix.slice(0, -2)).fieldsProducer({
    directory,
    segmentInfo: { ...segment(MAX_DOC), id: header.subarray(idAt, idAt + 16) },
    fieldInfos: new FieldInfos(oldFields()),
    segmentSuffix: suffix,
  });
}
