// Shards of OpenSearch's shape, written by this program's IndexWriter without an engine: documents
// `doc:<i>` with a text, a keyword and a number, soft deletes, and the user data of a commit.

import { mkdirSync } from "node:fs";
import { seededRandom, systemClock } from "../../src/base/index.ts";
import { FsDirectory } from "../../src/engine/store/fs-directory.ts";
import { DocValuesType, IndexOptions } from "../../src/lucene/index/field-info.ts";
import { IndexWriter } from "../../src/lucene/index/index-writer.ts";
import type {
  IndexableDocument,
  IndexableFieldType,
} from "../../src/lucene/index/indexable-field.ts";
import { packedLong, simpleAnalyzer, types } from "../lucene/index-writer/documents.ts";

const seqNo: IndexableFieldType = { ...types.long, docValuesType: DocValuesType.NUMERIC };
const fieldNames: IndexableFieldType = {
  ...types.id,
  indexOptions: IndexOptions.DOCS,
  stored: false,
};

/** Uid.encodeId of an id that is neither a number nor base64: ff and its UTF-8. */
const encodeId = (id: string) => Buffer.concat([Buffer.from([0xff]), Buffer.from(id)]);

/** A shard that is open for writing. */
export interface ShardWriter {
  readonly folder: string;
  /** Files and generation of the last commit. */
  files: string[];
  generation: number;
  add(i: number): void;
  remove(i: number): void;
  commit(): void;
  close(): void;
}

/** Opens an empty shard in a new folder. */
export function openShard(folder: string): ShardWriter {
  mkdirSync(folder, { recursive: true });
  const writer = new IndexWriter(new FsDirectory(folder), {
    clock: systemClock,
    random: seededRandom(folder.length),
  });
  let next = 0;
  return {
    folder,
    files: [],
    generation: 0,
    add(i) {
      writer.addDocuments([documentOf(i, next++)]);
    },
    remove(i) {
      const id = encodeId(`doc:${i}`);
      writer.softUpdateDocuments({ field: "_id", value: id }, [tombstone(id, next++)]);
    },
    commit() {
      const commit = writer.commit(
        new Map([
          ["translog_uuid", "AAAAAAAAQAAAAAAAAAAAAA"],
          ["history_uuid", "BBBBBBBBQBBBBBBBBBBBBB"],
          ["local_checkpoint", String(next - 1)],
          ["max_seq_no", String(next - 1)],
          ["max_unsafe_auto_id_timestamp", "-1"],
          ["min_retained_seq_no", "0"],
        ]),
      )!;
      this.files = [...commit.fileNames];
      this.generation = Number(commit.generation);
    },
    close: () => writer.close(),
  };
}

function documentOf(i: number, sequence: number): IndexableDocument {
  const source = { title: `a lake number${i}`, tag: `tag${i % 7}`, count: i };
  const id = encodeId(`doc:${i}`);
  return [
    { name: "_id", type: types.id, term: id, storedValue: id },
    { name: "_source", type: types.source, storedValue: Buffer.from(JSON.stringify(source)) },
    ...sequenceFields(sequence),
    { name: "title", type: types.text, analyzer: simpleAnalyzer, text: source.title },
    { name: "tag", type: types.keyword, term: source.tag, bytesValue: source.tag },
    { name: "count", type: types.long, numericValue: i, point: packedLong(i) },
    ...["_id", "_source", "_seq_no", "_version", "_primary_term", "title"].map((term) => ({
      name: "_field_names",
      type: fieldNames,
      term,
    })),
  ];
}

function tombstone(id: Uint8Array, sequence: number): IndexableDocument {
  return [
    { name: "_id", type: types.id, term: id, storedValue: id },
    ...sequenceFields(sequence),
    { name: "_tombstone", type: types.numeric, numericValue: 1 },
    { name: "__soft_deletes", type: types.softDeletes, numericValue: 1 },
  ];
}

function sequenceFields(sequence: number) {
  return [
    { name: "_seq_no", type: seqNo, numericValue: sequence, point: packedLong(sequence) },
    { name: "_primary_term", type: types.numeric, numericValue: 1 },
    { name: "_version", type: types.numeric, numericValue: 1 },
  ];
}
