// The committed indices of written-by-lucene/, and any other index in memory: producers per field.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { codecForName, postingsFormatForName } from "../../../src/lucene/codecs/registry.ts";
import { type FieldInfo, IndexOptions } from "../../../src/lucene/index/field-info.ts";
import {
  type FieldsProducer,
  NO_MORE_DOCS,
  type NormsProducer,
  PostingsFlags,
  type Terms,
} from "../../../src/lucene/index/leaf-reader.ts";
import type { SegmentReadState } from "../../../src/lucene/index/segment-info.ts";
import { readLatestCommit } from "../../../src/lucene/index/segment-infos.ts";
import { MemoryDirectory } from "../../../src/lucene/store/index.ts";
import type { MemoryField, Occurrence, Posting, TermPostings } from "./memory-fields.ts";

export const DATA = join(import.meta.dirname, "written-by-lucene");

export interface Expected {
  readonly terms: number;
  readonly docCount: number;
  readonly sumDocFreq: number;
  readonly sumTotalTermFreq: number;
  readonly sha1: string;
}

export interface RealSegment {
  readonly state: SegmentReadState;
  readonly producer: FieldsProducer;
  readonly norms: NormsProducer;
  readonly fields: readonly FieldInfo[];
}

/** The index of a folder, whose files are compressed one by one. */
export function loadDirectory(folder: string): MemoryDirectory {
  const directory = new MemoryDirectory();
  for (const name of readdirSync(folder)) {
    if (!name.endsWith(".gz")) continue;
    directory.files.set(name.slice(0, -3), gunzipSync(readFileSync(join(folder, name))));
  }
  return directory;
}

/** Opens the postings and norms of the only segment; all its fields have one postings format. */
export function openSegment(directory: MemoryDirectory): RealSegment {
  const { info } = readLatestCommit(directory).segments[0]!;
  const codec = codecForName(info.codec);
  const fieldInfos = codec.fieldInfosFormat.read(directory, info, "");
  const fields = [...fieldInfos].filter((field) => field.indexOptions !== IndexOptions.NONE);
  const format = fields[0]!.attributes.get("PerFieldPostingsFormat.format")!;
  const state = { directory, segmentInfo: info, fieldInfos, segmentSuffix: "" };
  return {
    state,
    fields,
    producer: postingsFormatForName(format).fieldsProducer({
      ...state,
      segmentSuffix: `${format}_0`,
    }),
    norms: codec.normsFormat.normsProducer(state),
  };
}

/** Everything that `next` and `nextDoc` answer, as arrays. */
export function collectField(info: FieldInfo, terms: Terms): MemoryField {
  const collected: TermPostings[] = [];
  const termsEnum = terms.iterator();
  for (let term = termsEnum.next(); term !== undefined; term = termsEnum.next()) {
    const list: Posting[] = [];
    const postings = termsEnum.postings(undefined, PostingsFlags.ALL);
    for (let doc = postings.nextDoc(); doc !== NO_MORE_DOCS; doc = postings.nextDoc()) {
      const occurrences: Occurrence[] = [];
      for (let i = 0; terms.hasPositions && i < postings.freq(); i++) {
        const position = postings.nextPosition();
        occurrences.push({ position, start: postings.startOffset(), end: postings.endOffset() });
      }
      list.push({ doc, freq: postings.freq(), occurrences });
    }
    collected.push({ term: term.slice(), postings: list });
  }
  return { info, terms: collected };
}
