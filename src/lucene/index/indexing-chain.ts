// Documents into the buffers of one segment: Lucene's IndexingChain with its per-field states.
//
// A document fails alone: what it logged before the error stays (as in Lucene), its doc id is used
// up and the caller marks it deleted. Only a failing stored-fields file aborts the segment.
// Position and offset rules: IndexingChain.PerField.invert (9.1.0).

import { assert, illegalArgument } from "../../base/index.ts";
import type { TokenStream } from "../analysis/token-stream.ts";
import type { StoredFieldsWriter } from "../codecs/codec.ts";
import { BufferedDictionary, type RamCounter, type TermKind } from "./buffered-dictionary.ts";
import { BufferedBinary, BufferedNumeric, BufferedSortedNumeric } from "./buffered-doc-values.ts";
import { BufferedOrds } from "./buffered-ords.ts";
import { BufferedPoints } from "./buffered-points.ts";
import { BufferedPostings } from "./buffered-postings.ts";
import type { BufferedStoredFields } from "./buffered-stored-fields.ts";
import {
  DocValuesType,
  type FieldInfo,
  hasNorms,
  IndexOptions,
  newFieldInfo,
} from "./field-info.ts";
import { fieldLengthNorm } from "./field-norm.ts";
import type { FieldNumbers } from "./field-numbers.ts";
import type { IndexableDocument, IndexableField, IndexableFieldType } from "./indexable-field.ts";

/** IndexWriter.MAX_POSITION. */
const POSITION_MAX = 2147483647 - 128;
/** Analyzer.getOffsetGap: between two values of a text field. */
const OFFSET_GAP = 1;

/** Where stored fields go: a file, or memory when the segment will be sorted. */
export type StoredFieldsSink = Pick<
  StoredFieldsWriter & BufferedStoredFields,
  "startDocument" | "writeField" | "finishDocument"
>;

/** All buffers of one field, and the state of its inversion in the current document. */
export class ChainField {
  readonly info: FieldInfo;
  type: IndexableFieldType | undefined;
  /** Shared by terms and doc values: a keyword is looked up and sorted once. */
  private textDictionary: BufferedDictionary | undefined;
  private binaryDictionary: BufferedDictionary | undefined;
  postings: BufferedPostings | undefined;
  norms: BufferedNumeric | undefined;
  numeric: BufferedNumeric | undefined;
  sortedNumeric: BufferedSortedNumeric | undefined;
  binary: BufferedBinary | undefined;
  ords: BufferedOrds | undefined;
  points: BufferedPoints | undefined;
  /** The document that these belong to. */
  doc = -1;
  position = -1;
  lastPosition = 0;
  length = 0;
  overlaps = 0;
  offset = 0;
  lastStartOffset = 0;
  distinctTerms = 0;

  constructor(info: FieldInfo) {
    this.info = info;
  }

  dictionary(kind: TermKind, ram: RamCounter): BufferedDictionary {
    if (kind === "text") {
      this.textDictionary ??= new BufferedDictionary(this.info.name, kind, ram);
      return this.textDictionary;
    }
    this.binaryDictionary ??= new BufferedDictionary(this.info.name, kind, ram);
    return this.binaryDictionary;
  }

  startDocument(doc: number): void {
    this.doc = doc;
    this.position = -1;
    this.lastPosition = 0;
    this.length = 0;
    this.overlaps = 0;
    this.offset = 0;
    this.lastStartOffset = 0;
    this.distinctTerms = 0;
  }
}

/** The buffers of one segment. */
export class IndexingChain {
  readonly fields = new Map<string, ChainField>();
  readonly ram: RamCounter;
  /**
   * True while stored fields are written, and so after a call only if their file failed: then the
   * segment is lost. (A flag costs nothing; a closure or a try per field would.)
   */
  aborted = false;
  private readonly fieldNumbers: FieldNumbers;
  private readonly stored: StoredFieldsSink;
  private readonly touched: ChainField[] = [];

  constructor(fieldNumbers: FieldNumbers, stored: StoredFieldsSink, ram: RamCounter) {
    this.fieldNumbers = fieldNumbers;
    this.stored = stored;
    this.ram = ram;
  }

  /** Takes one document as `doc`. On an error the id is used up all the same. */
  addDocument(doc: number, document: IndexableDocument): void {
    this.touched.length = 0;
    this.aborted = true;
    this.stored.startDocument();
    this.aborted = false;
    try {
      for (let i = 0; i < document.length; i++) this.addField(doc, document[i]!);
    } finally {
      for (let i = 0; i < this.touched.length; i++) finishField(this.touched[i]!, doc);
      if (!this.aborted) {
        this.aborted = true;
        this.stored.finishDocument();
        this.aborted = false;
      }
    }
  }

  /** The field of a name, made when it is new. */
  fieldOf(name: string): ChainField {
    return this.fields.get(name) ?? this.newField(name);
  }

  private newField(name: string): ChainField {
    const chained = new ChainField(newFieldInfo(name, this.fieldNumbers.numberOf(name)));
    this.fields.set(name, chained);
    return chained;
  }

  private addField(doc: number, field: IndexableField): void {
    const chained = this.fields.get(field.name) ?? this.newField(field.name);
    const type = field.type;
    if (chained.type !== type) addSchema(chained, type, this.ram);
    if (chained.doc !== doc) {
      chained.startDocument(doc);
      this.touched.push(chained);
    }
    if (field.term !== undefined) this.invertTerm(chained, doc, field.term, field.termFrequency);
    else if (field.text !== undefined) this.invertText(chained, doc, field);
    if (field.storedValue !== undefined && type.stored) this.store(chained, field);
    if (type.docValuesType !== DocValuesType.NONE) addDocValue(chained, doc, field, this.ram);
    if (field.point !== undefined && chained.points !== undefined) {
      chained.points.add(doc, field.point);
    }
  }

  private store(chained: ChainField, field: IndexableField): void {
    const value = field.storedValue!;
    const type =
      typeof value === "string"
        ? "string"
        : value instanceof Uint8Array
          ? "binary"
          : field.storedType;
    if (type === undefined) {
      throw illegalArgument(`Stored number of field [${field.name}] has no stored type`);
    }
    this.aborted = true;
    this.stored.writeField(chained.info, value, type);
    this.aborted = false;
  }

  private invertTerm(
    chained: ChainField,
    doc: number,
    term: string | Uint8Array,
    frequency: number | undefined,
  ): void {
    const text = typeof term === "string";
    const postings = this.postingsOf(chained, text ? "text" : "binary");
    if (postings === undefined) return;
    const position = ++chained.position;
    const start = chained.offset;
    const end = start + term.length;
    const { dictionary } = postings;
    const id = text ? dictionary.add(term) : dictionary.addBytes(term);
    if (postings.addToken(id, doc, position, start, end)) chained.distinctTerms++;
    if (frequency !== undefined) postings.setFrequency(frequency);
    chained.lastPosition = position;
    chained.lastStartOffset = start;
    chained.offset = end;
    chained.length++;
  }

  private invertText(chained: ChainField, doc: number, field: IndexableField): void {
    const postings = this.postingsOf(chained, "text");
    if (postings === undefined) return;
    assert(field.analyzer !== undefined, "a text field has an analyzer");
    const stream = field.analyzer.tokenStream(field.name, field.text!);
    invertStream(chained, postings, doc, stream);
    chained.position += stream.positionIncrement + field.analyzer.positionIncrementGap;
    chained.offset += stream.endOffset + OFFSET_GAP;
  }

  private postingsOf(chained: ChainField, kind: TermKind): BufferedPostings | undefined {
    if (chained.postings === undefined) {
      const { indexOptions } = chained.info;
      if (indexOptions === IndexOptions.NONE) return undefined;
      const dictionary = chained.dictionary(kind, this.ram);
      chained.postings = new BufferedPostings(dictionary, indexOptions, this.ram);
    }
    if (chained.postings.dictionary.kind !== kind) {
      throw illegalArgument(`Field [${chained.info.name}] mixes text and binary terms`);
    }
    return chained.postings;
  }
}

/** Tokens of one value. Leaves the stream after end(). */
function invertStream(
  chained: ChainField,
  postings: BufferedPostings,
  doc: number,
  stream: TokenStream,
): void {
  stream.reset();
  const offset = chained.offset;
  while (stream.incrementToken()) {
    const increment = stream.positionIncrement;
    const position = chained.position + increment;
    chained.position = position;
    if (position < chained.lastPosition || position > POSITION_MAX) {
      throw badPosition(chained, increment);
    }
    chained.lastPosition = position;
    if (increment === 0) chained.overlaps++;
    const startOffset = offset + stream.startOffset;
    const endOffset = offset + stream.endOffset;
    if (startOffset < chained.lastStartOffset || endOffset < startOffset) {
      throw badOffsets(chained, startOffset, endOffset);
    }
    chained.lastStartOffset = startOffset;
    chained.length++;
    const id = postings.dictionary.add(stream.term);
    if (postings.addToken(id, doc, position, startOffset, endOffset)) {
      chained.distinctTerms++;
    }
  }
  stream.end();
}

function badPosition(chained: ChainField, increment: number): Error {
  const { name } = chained.info;
  if (increment === 0) {
    return illegalArgument(`first position increment must be > 0 (got 0) for field '${name}'`);
  }
  if (increment < 0) {
    return illegalArgument(
      `position increment must be >= 0 (got ${increment}) for field '${name}'`,
    );
  }
  return illegalArgument(
    `position ${chained.position} is too large for field '${name}': max allowed position is ` +
      `${POSITION_MAX}`,
  );
}

function badOffsets(chained: ChainField, startOffset: number, endOffset: number): Error {
  return illegalArgument(
    "startOffset must be non-negative, and endOffset must be >= startOffset, and offsets must not " +
      `go backwards startOffset=${startOffset},endOffset=${endOffset},` +
      `lastStartOffset=${chained.lastStartOffset} for field '${chained.info.name}'`,
  );
}

/** Sorts the document's numbers and writes its norm and the end of its tokens. */
function finishField(chained: ChainField, doc: number): void {
  chained.sortedNumeric?.finishDocument(doc);
  chained.postings?.finishDocument(doc);
  if (chained.norms === undefined) return;
  // BM25Similarity with discountOverlaps; a field without frequencies counts its distinct terms.
  const tokens =
    chained.info.indexOptions === IndexOptions.DOCS
      ? chained.distinctTerms
      : chained.length - chained.overlaps;
  chained.norms.add(doc, fieldLengthNorm(tokens));
}

function addDocValue(
  chained: ChainField,
  doc: number,
  field: IndexableField,
  ram: RamCounter,
): void {
  const { numericValue, bytesValue, name } = field;
  switch (chained.info.docValuesType) {
    case DocValuesType.NUMERIC:
      if (numericValue === undefined) return;
      chained.numeric ??= new BufferedNumeric(name, ram);
      chained.numeric.add(doc, numericValue);
      break;
    case DocValuesType.SORTED_NUMERIC:
      if (numericValue === undefined) return;
      chained.sortedNumeric ??= new BufferedSortedNumeric(name, ram);
      chained.sortedNumeric.add(doc, numericValue);
      break;
    case DocValuesType.BINARY:
      if (bytesValue === undefined) return;
      chained.binary ??= new BufferedBinary(name, ram);
      chained.binary.add(
        doc,
        typeof bytesValue === "string" ? Buffer.from(bytesValue, "utf8") : bytesValue,
      );
      break;
    default:
      if (bytesValue === undefined) return;
      chained.ords ??= new BufferedOrds(
        name,
        chained.dictionary(typeof bytesValue === "string" ? "text" : "binary", ram),
        chained.info.docValuesType === DocValuesType.SORTED,
        ram,
      );
      chained.ords.add(doc, bytesValue);
      break;
  }
}

/** Adds what `type` says to the field's schema; a contradiction is the document's error. */
function addSchema(chained: ChainField, type: IndexableFieldType, ram: RamCounter): void {
  const { info } = chained;
  if (type.indexOptions !== IndexOptions.NONE) {
    if (info.indexOptions === IndexOptions.NONE) {
      info.indexOptions = type.indexOptions;
      info.omitNorms = type.omitNorms;
      if (hasNorms(info)) chained.norms = new BufferedNumeric(info.name, ram);
    } else {
      sameSchema(info.name, "index options", info.indexOptions, type.indexOptions);
      sameSchema(info.name, "omit norms", Number(info.omitNorms), Number(type.omitNorms));
    }
  }
  if (type.docValuesType !== DocValuesType.NONE) {
    if (info.docValuesType === DocValuesType.NONE) info.docValuesType = type.docValuesType;
    else sameSchema(info.name, "doc values type", info.docValuesType, type.docValuesType);
  }
  if (type.pointDimensionCount > 0) {
    if (info.pointDimensionCount === 0) {
      info.pointDimensionCount = type.pointDimensionCount;
      info.pointIndexDimensionCount = type.pointIndexDimensionCount;
      info.pointNumBytes = type.pointNumBytes;
      const packedBytes = type.pointDimensionCount * type.pointNumBytes;
      chained.points = new BufferedPoints(info.name, packedBytes, ram);
    } else {
      sameSchema(
        info.name,
        "points dimensions",
        info.pointDimensionCount,
        type.pointDimensionCount,
      );
      sameSchema(info.name, "point num bytes", info.pointNumBytes, type.pointNumBytes);
    }
  }
  if (type.softDeletes === true) info.softDeletesField = true;
  chained.type = type;
}

function sameSchema(field: string, what: string, known: number, given: number): void {
  if (known === given) return;
  throw illegalArgument(
    `cannot change field "${field}" from ${what}=${known} to inconsistent ${what}=${given}`,
  );
}
