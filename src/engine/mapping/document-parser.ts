// Parses a document's JSON with a mapping into Lucene documents. The hot path: JSON.parse once,
// then one map lookup and one method call per value. Everything unmapped goes to dynamic-fields.ts.
// Upstream: org.opensearch.index.mapper.DocumentParser.

import { illegalArgument, VarveError } from "../../base/index.ts";
import type { IndexableDocument } from "../../lucene/index/index.ts";
import type { XContentObject, XContentValue } from "../../xcontent/index.ts";
import { decodeUtf8, decodeXContent, detectXContentType, setMember } from "../../xcontent/index.ts";
import type { LuceneDocument, SourceToParse, ValueParser } from "./document-context.ts";
import { DocumentContext, NEEDS_EXACT_SOURCE } from "./document-context.ts";
import { dynamicUpdateOf, parseUnmapped } from "./dynamic-fields.ts";
import type { FieldMapper } from "./field-mapper.ts";
import { MAX_JSON_DEPTH } from "./limits.ts";
import {
  LuceneField,
  NUMERIC_DOC_VALUES_TYPE,
  numericField,
  STORED_TERM_TYPE,
  STORED_TYPE,
  termField,
} from "./lucene-field.ts";
import { mapperParsing, parseException } from "./mapper-errors.ts";
import type { Mapping } from "./mapping.ts";
import type { JsonObject } from "./node-values.ts";
import type { Mapper, ObjectMapper } from "./object-mapper.ts";
import { ParsedDocument, SequenceFields } from "./parsed-document.ts";
import type { SourceValue } from "./source-parser.ts";
import { JsonNumber, parseExactSource, SourceLocations } from "./source-parser.ts";
import { encodeUid } from "./uid.ts";

type SourceObject = { [key: string]: SourceValue };

/** Parses one document. Errors are OpenSearch's, most of them mapper_parsing_exception. */
export function parseDocument(mapping: Mapping, source: SourceToParse): ParsedDocument {
  const { source: bytes } = source;
  if (bytes.length === 0) throw mapperParsing("failed to parse, document is empty");
  if (bytes[0] !== 0x7b) {
    const type = detectXContentType(bytes);
    if (type !== undefined && type !== "json") return parseBinarySource(mapping, source);
  }
  const text = wrapped(() => decodeUtf8(bytes));
  const idTerm = encodeUid(source.id);
  let parsed: SourceValue | undefined;
  try {
    parsed = JSON.parse(text) as SourceValue;
  } catch {
    return parseExactly(mapping, source, idTerm, text);
  }
  const quotes = quotesOf(parsed, 0);
  const isTooDeep = Number.isNaN(quotes);
  if (!isTooDeep && countQuotes(bytes) !== quotes) {
    return parseExactly(mapping, source, idTerm, text);
  }
  try {
    const context = new DocumentContext(
      mapping,
      source,
      idTerm,
      !UNPLAIN_INTEGER.test(text),
      undefined,
      VALUES,
    );
    const document = parseInto(context, parsed);
    // Nothing mapped was too deep; the exact parser refuses what lies in unparsed objects.
    return isTooDeep ? parseExactly(mapping, source, idTerm, text) : document;
  } catch (error) {
    if (error !== NEEDS_EXACT_SOURCE) throw error;
    return parseExactly(mapping, source, idTerm, text);
  }
}

const VALUES: ValueParser = { parseMapped, parseObjectValue, enterArray };

/**
 * A digit before an exponent, or before a point and nothing but zeros: somewhere in the text an
 * integer may be written unplainly (1.0, 1e3). Also matches within strings, which does no harm.
 */
const UNPLAIN_INTEGER = /\d(?:\.0+(?!\d)|(?:\.\d+)?[eE])/;

function parseExactly(
  mapping: Mapping,
  source: SourceToParse,
  idTerm: Uint8Array,
  text: string,
): ParsedDocument {
  const { value, locations } = wrapped(() => parseExactSource(text, source.source));
  return parseInto(new DocumentContext(mapping, source, idTerm, false, locations, VALUES), value);
}

// SMILE, CBOR and YAML sources go through their tree; places in errors are those of no text.
function parseBinarySource(mapping: Mapping, source: SourceToParse): ParsedDocument {
  const value = wrapped(() => fromTree(decodeXContent(source.source)));
  const locations = new SourceLocations("");
  const context = new DocumentContext(
    mapping,
    source,
    encodeUid(source.id),
    false,
    locations,
    VALUES,
  );
  return parseInto(context, value);
}

function fromTree(value: XContentValue): SourceValue {
  if (typeof value === "bigint") return new JsonNumber(String(value));
  if (value instanceof Uint8Array) return Buffer.from(value).toString("base64");
  if (Array.isArray(value)) return value.map(fromTree);
  if (typeof value !== "object" || value === null) return value;
  const out: SourceObject = {};
  for (const [key, child] of Object.entries(value)) {
    setMember(out as XContentObject, key, fromTree(child) as XContentValue);
  }
  return out;
}

function wrapped<T>(run: () => T): T {
  try {
    return run();
  } catch (error) {
    if (error === NEEDS_EXACT_SOURCE || !(error instanceof VarveError)) throw error;
    const isMapperParsing =
      error.type === "mapper_parsing_exception" ||
      error.type === "strict_dynamic_mapping_exception";
    throw isMapperParsing ? error : mapperParsing("failed to parse", error);
  }
}

/**
 * Quotation marks that open or close a string; a source with a duplicate key has more than its
 * parse.
 */
function countQuotes(bytes: Uint8Array): number {
  let count = 0;
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i];
    if (byte === 0x22) count++;
    else if (byte === 0x5c) i++;
  }
  return count;
}

/** NaN for a tree that is nested too deeply. */
function quotesOf(value: SourceValue, depth: number): number {
  if (typeof value === "string") return 2;
  if (typeof value !== "object" || value === null || value instanceof JsonNumber) return 0;
  if (depth > MAX_JSON_DEPTH) return Number.NaN;
  let count = 0;
  if (Array.isArray(value)) {
    for (let i = 0; i < value.length; i++) count += quotesOf(value[i]!, depth + 1);
    return count;
  }
  for (const key in value) {
    const child = value[key]!;
    count += typeof child === "string" ? 4 : 2;
    if (typeof child === "object" && child !== null) count += quotesOf(child, depth + 1);
  }
  return count;
}

function parseInto(context: DocumentContext, value: SourceValue): ParsedDocument {
  const { mapping, source } = context;
  const sequence = new SequenceFields();
  const isObject =
    typeof value === "object" &&
    value !== null &&
    !Array.isArray(value) &&
    !(value instanceof JsonNumber);
  if (!isObject) {
    throw mapperParsing(
      "failed to parse",
      new VarveError(
        "invalid",
        "Compressor detection can only be called on some xcontent bytes or compressed xcontent bytes",
        { type: "not_x_content_exception" },
      ),
    );
  }
  wrapped(() => {
    preParse(context, sequence, value as SourceObject);
    if (mapping.root.enabled) parseObject(context, mapping.root, value as SourceObject);
    postParse(context, sequence);
  });
  return new ParsedDocument({
    id: source.id,
    routing: source.routing,
    documents: orderedDocuments(context),
    source: source.source,
    sequence,
    dynamicUpdate: context.dynamicMappers.length === 0 ? undefined : dynamicUpdateOf(context),
  });
}

function preParse(context: DocumentContext, sequence: SequenceFields, value: SourceObject): void {
  const { mapping, source, root } = context;
  const { fields } = root;
  fields.push(termField("_id", context.idTerm, STORED_TERM_TYPE));
  if (source.routing !== undefined) {
    fields.push(termField("_routing", source.routing, STORED_TERM_TYPE));
    context.addFieldNames(["_routing"]);
  }
  fields.push(sequence.seqNo, sequence.primaryTerm);
  const { enabled } = mapping.metadata.source;
  if (enabled && mapping.sourceFilter === undefined) {
    const field = new LuceneField("_source", STORED_TYPE);
    field.storedValue = source.source;
    fields.push(field);
  } else {
    addFilteredSource(context, value);
  }
  fields.push(sequence.version);
}

// A source that is filtered or left out is kept whole in _recovery_source, until merges drop it.
function addFilteredSource(context: DocumentContext, value: SourceObject): void {
  const { mapping, source } = context;
  const options = mapping.metadata.source;
  const { fields } = context.root;
  if (options.enabled) {
    const filtered = mapping.sourceFilter!(plain(value) as JsonObject);
    const field = new LuceneField("_source", STORED_TYPE);
    field.storedValue = Buffer.from(JSON.stringify(filtered));
    fields.push(field);
  }
  if (!options.recoverySourceEnabled) return;
  const recovery = new LuceneField("_recovery_source", STORED_TYPE);
  recovery.storedValue = source.source;
  fields.push(recovery, numericField("_recovery_source", 1, NUMERIC_DOC_VALUES_TYPE));
}

function plain(value: SourceValue): unknown {
  if (value instanceof JsonNumber) return value.value;
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, child]) => [key, plain(child)]));
}

function postParse(context: DocumentContext, sequence: SequenceFields): void {
  const { documents, root, mapping } = context;
  if (context.ignoredFields !== undefined) {
    for (const name of context.ignoredFields) {
      root.fields.push(termField("_ignored", name, STORED_TERM_TYPE));
    }
  }
  // Nested documents share the root's fields, so that every document has them.
  for (let i = 1; i < documents.length; i++) {
    documents[i]!.fields.push(sequence.seqNo, sequence.version);
  }
  const { dataStream } = mapping.metadata;
  if (!dataStream.enabled) return;
  const stamps = root.fields.filter(
    (field) => field.name === dataStream.timestampField && field.numericValue !== undefined,
  );
  if (stamps.length !== 1) {
    throw illegalArgument(
      "documents must contain a single-valued timestamp field " +
        `'${dataStream.timestampField}' of date type`,
    );
  }
}

/** Children keep their order, parents come after them, the root last. */
function orderedDocuments(context: DocumentContext): readonly IndexableDocument[] {
  const { documents } = context;
  if (documents.length === 1) return [context.root.fields];
  const ordered: IndexableDocument[] = [];
  const parents: LuceneDocument[] = [];
  for (const document of documents) {
    while (parents.length > 0 && parents[parents.length - 1] !== document.parent) {
      ordered.push(parents.pop()!.fields);
    }
    parents.push(document);
  }
  while (parents.length > 0) ordered.push(parents.pop()!.fields);
  return ordered;
}

/** The members of one object. */
function parseObject(context: DocumentContext, mapper: ObjectMapper, object: SourceObject): void {
  if (++context.objectDepth > context.mapping.limits.depth) {
    context.objectDepth = 0;
    throw parseException(
      `The depth of the field has exceeded the allowed limit of ` +
        `[${context.mapping.limits.depth}]. This limit can be set by changing the ` +
        `[index.mapping.depth.limit] index level setting.`,
    );
  }
  const { children } = mapper;
  for (const key in object) {
    const value = object[key]!;
    const child = children.get(key);
    if (context.locations !== undefined) {
      context.container = object;
      context.key = key;
    }
    if (child === undefined) parseUnmapped(context, mapper, key, value);
    else parseMapped(context, child, key, value);
  }
  context.objectDepth--;
}

/** A value, or an array of values, of a mapped field or object. */
function parseMapped(
  context: DocumentContext,
  mapper: Mapper,
  name: string | null,
  value: SourceValue,
): void {
  if (Array.isArray(value) && !(mapper.kind === "field" && mapper.parsesArrayValue)) {
    enterArray(context);
    for (let i = 0; i < value.length; i++) {
      if (context.locations !== undefined) {
        context.container = value;
        context.key = i;
      }
      parseMapped(context, mapper, null, value[i]!);
    }
    context.arrayDepth--;
  } else if (mapper.kind === "field") {
    parseField(context, mapper, value);
  } else if (mapper.kind === "object") {
    parseObjectValue(context, mapper, name, value);
  } else {
    throw illegalArgument(`Cannot write to a field alias [${mapper.path}].`);
  }
}

/** Counts an array into the depth of arrays; the caller counts it out. */
function enterArray(context: DocumentContext): void {
  if (++context.arrayDepth <= context.mapping.limits.depth) return;
  context.arrayDepth = 0;
  throw parseException(
    `The depth of the nested array field has exceeded the allowed limit of ` +
      `[${context.mapping.limits.depth}]. This limit can be set by changing the ` +
      `[index.mapping.depth.limit] index level setting.`,
  );
}

function parseField(context: DocumentContext, mapper: FieldMapper, value: SourceValue): void {
  mapper.parse(context, value);
  if (mapper.copyTo.length === 0 || context.withinCopyTo) return;
  context.withinCopyTo = true;
  const { document } = context;
  for (const target of mapper.copyTo) {
    let targetDocument: LuceneDocument = document;
    while (!target.startsWith(targetDocument.prefix)) targetDocument = targetDocument.parent!;
    context.document = targetDocument;
    copyTo(context, target, value);
  }
  context.document = document;
  context.withinCopyTo = false;
}

function copyTo(context: DocumentContext, target: string, value: SourceValue): void {
  const { mapping } = context;
  const field = mapping.fields.get(target);
  if (field !== undefined) field.parse(context, value);
  else if (mapping.aliases.has(target)) {
    throw illegalArgument(`Cannot copy to a field alias [${target}].`);
  } else if (value !== null) {
    parseUnmapped(context, mapping.root, target, value);
  }
}

/** One value of an object field: an object, or null. */
function parseObjectValue(
  context: DocumentContext,
  mapper: ObjectMapper,
  name: string | null,
  value: SourceValue,
): void {
  if (!mapper.enabled || value === null) return;
  if (typeof value !== "object" || value instanceof JsonNumber) {
    throw mapperParsing(
      `object mapping for [${mapper.fullPath}] tried to parse field [${name}] as ` +
        "object, but found a concrete value",
    );
  }
  const object = value as SourceObject;
  if (mapper.nested === undefined) {
    parseObject(context, mapper, object);
    return;
  }
  const parent = context.document;
  const nested = context.startNested(mapper.fullPath, mapper.nestedTypePath);
  parseObject(context, mapper, object);
  context.document = parent;
  const { includeInParent, includeInRoot } = mapper.nested;
  if (includeInParent) addFields(context, nested, parent);
  if (includeInRoot && (!includeInParent || parent !== context.root)) {
    addFields(context, nested, context.root);
  }
}

// Upstream copies _id too; the second _id of a document changes nothing, so it is left out here.
function addFields(context: DocumentContext, from: LuceneDocument, to: LuceneDocument): void {
  for (const field of from.fields) {
    if (field.name === context.mapping.nestedPathField || field.name === "_id") continue;
    to.fields.push(field);
  }
}
