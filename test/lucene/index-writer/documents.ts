// Documents that use everything a segment can hold, made from a number so that tests can check them.

import { type Analyzer, TokenStream } from "../../../src/lucene/analysis/token-stream.ts";
import { DocValuesType, IndexOptions } from "../../../src/lucene/index/field-info.ts";
import type {
  IndexableDocument,
  IndexableField,
  IndexableFieldType,
} from "../../../src/lucene/index/indexable-field.ts";

class WhitespaceStream extends TokenStream {
  private words: RegExpMatchArray[] = [];
  private at = 0;
  private readonly text: string;

  constructor(text: string) {
    super();
    this.text = text;
  }

  reset(): void {
    this.words = [...this.text.matchAll(/\S+/g)];
    this.at = 0;
  }

  incrementToken(): boolean {
    const word = this.words[this.at++];
    if (word === undefined) return false;
    this.term = word[0];
    this.startOffset = word.index!;
    this.endOffset = word.index! + word[0].length;
    this.positionIncrement = 1;
    return true;
  }

  end(): void {
    this.positionIncrement = 0;
    this.startOffset = this.text.length;
    this.endOffset = this.text.length;
  }
}

/** Splits on white space. */
export const simpleAnalyzer: Analyzer = {
  name: "test",
  positionIncrementGap: 100,
  tokenStream: (_field, text) => new WhitespaceStream(text),
  normalize: (_field, text) => text,
};

const NOTHING: IndexableFieldType = {
  indexOptions: IndexOptions.NONE,
  omitNorms: true,
  stored: false,
  docValuesType: DocValuesType.NONE,
  pointDimensionCount: 0,
  pointIndexDimensionCount: 0,
  pointNumBytes: 0,
};
const type = (more: Partial<IndexableFieldType>): IndexableFieldType => ({ ...NOTHING, ...more });

/** Field types as OpenSearch's mappers make them. */
export const types = {
  id: type({ indexOptions: IndexOptions.DOCS, stored: true }),
  source: type({ stored: true }),
  keyword: type({ indexOptions: IndexOptions.DOCS, docValuesType: DocValuesType.SORTED_SET }),
  text: type({ indexOptions: IndexOptions.DOCS_AND_FREQS_AND_POSITIONS, omitNorms: false }),
  offsets: type({
    indexOptions: IndexOptions.DOCS_AND_FREQS_AND_POSITIONS_AND_OFFSETS,
    omitNorms: false,
  }),
  long: type({
    docValuesType: DocValuesType.SORTED_NUMERIC,
    pointDimensionCount: 1,
    pointIndexDimensionCount: 1,
    pointNumBytes: 8,
  }),
  numeric: type({ docValuesType: DocValuesType.NUMERIC }),
  sorted: type({ docValuesType: DocValuesType.SORTED }),
  binary: type({ docValuesType: DocValuesType.BINARY }),
  point: type({
    pointDimensionCount: 2,
    pointIndexDimensionCount: 2,
    pointNumBytes: 4,
    docValuesType: DocValuesType.SORTED_NUMERIC,
  }),
  storedLong: type({ stored: true }),
  rank: type({ docValuesType: DocValuesType.SORTED_NUMERIC }),
  wide: type({ docValuesType: DocValuesType.SORTED_NUMERIC }),
  city: type({ docValuesType: DocValuesType.SORTED_SET }),
  softDeletes: type({ docValuesType: DocValuesType.NUMERIC, softDeletes: true }),
};

/** A long as LongPoint packs it. */
export function packedLong(value: number): Uint8Array {
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64BE(BigInt(value));
  bytes[0]! ^= 0x80;
  return bytes;
}

function packedPoint(latitude: number, longitude: number): Uint8Array {
  const bytes = Buffer.alloc(8);
  bytes.writeInt32BE(latitude, 0);
  bytes.writeInt32BE(longitude, 4);
  bytes[0]! ^= 0x80;
  bytes[4]! ^= 0x80;
  return bytes;
}

const WORDS = ["varve", "layer", "lake", "ice", "clay", "silt", "spring", "winter", "year", "core"];
const word = (i: number) => WORDS[Math.abs(i) % WORDS.length]!;

/** The bytes of `_id` as these tests encode it. */
export function idTerm(id: string): Uint8Array {
  return Buffer.from([0xfe, ...Buffer.from(id, "latin1")]);
}

/** A parent-like document with every kind of field; `id` defaults to the number. */
export function documentOf(i: number, id = String(i)): IndexableDocument {
  const fields: IndexableField[] = [
    { name: "_id", type: types.id, term: idTerm(id), storedValue: idTerm(id) },
    { name: "_source", type: types.source, storedValue: Buffer.from(JSON.stringify({ i, id })) },
    { name: "_version", type: types.numeric, numericValue: i + 1 },
    {
      name: "title",
      type: types.text,
      analyzer: simpleAnalyzer,
      text: `${word(i)} ${word(i * 7)} ${word(i * 3)} number${i}`,
    },
    { name: "tag", type: types.keyword, term: word(i), bytesValue: word(i) },
    {
      name: "count",
      type: types.long,
      numericValue: i * 1000 - 50,
      point: packedLong(i * 1000 - 50),
    },
    {
      name: "where",
      type: types.point,
      point: packedPoint(i * 17, -i * 31),
      numericValue: i * 17,
    },
  ];
  if (i % 2 === 0)
    fields.push({ name: "tag", type: types.keyword, term: "even 😀", bytesValue: "even 😀" });
  if (i % 3 === 0) {
    fields.push({
      name: "body",
      type: types.offsets,
      analyzer: simpleAnalyzer,
      text: "one two one",
    });
    fields.push({ name: "body", type: types.offsets, analyzer: simpleAnalyzer, text: "two three" });
    fields.push({ name: "color", type: types.sorted, bytesValue: word(i * 13) });
  }
  if (i % 4 === 0)
    fields.push({ name: "blob", type: types.binary, bytesValue: Buffer.from([i & 255, 7]) });
  if (i % 5 === 0) {
    fields.push({ name: "count", type: types.long, numericValue: -i, point: packedLong(-i) });
    fields.push({ name: "big", type: types.numeric, numericValue: -(2n ** 62n) + BigInt(i) });
    fields.push({ name: "kept", type: types.storedLong, storedValue: i, storedType: "long" });
  }
  return fields;
}

/** OpenSearch's delete tombstone: an id, and itself soft-deleted. */
export function tombstoneOf(id: string): IndexableDocument {
  return [
    { name: "_id", type: types.id, term: idTerm(id), storedValue: idTerm(id) },
    { name: "_version", type: types.numeric, numericValue: 1 },
    { name: "__soft_deletes", type: types.softDeletes, numericValue: 1 },
  ];
}
