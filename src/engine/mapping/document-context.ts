// The state of parsing one document: the Lucene documents so far, dynamic mappers, ignored fields.
// Upstream: org.opensearch.index.mapper.ParseContext.

import { LuceneField, numericField, TERM_TYPE, termField } from "./lucene-field.ts";
import { mapperParsing } from "./mapper-errors.ts";
import type { Mapping } from "./mapping.ts";
import type { Mapper, ObjectMapper } from "./object-mapper.ts";
import type { SourceLocations, SourceValue } from "./source-parser.ts";

/** Thrown, and caught by the document parser, when the lossless parse of the source is needed. */
export const NEEDS_EXACT_SOURCE: unique symbol = Symbol("needs exact source");

/** One Lucene document in the making. */
export class LuceneDocument {
  readonly fields: LuceneField[] = [];
  readonly parent: LuceneDocument | undefined;
  /** Full path of the nested object plus a dot; empty for the root. */
  readonly prefix: string;
  /** Fields that gather the values of several array elements (binary and range doc values). */
  keyed: Map<string, { field: LuceneField; values: unknown }> | undefined = undefined;

  constructor(parent: LuceneDocument | undefined, prefix: string) {
    this.parent = parent;
    this.prefix = prefix;
  }
}

/** What is to be parsed. */
export interface SourceToParse {
  readonly id: string;
  readonly routing?: string;
  readonly source: Uint8Array;
}

/** The document parser, as dynamic-fields.ts calls back into it. */
export interface ValueParser {
  parseMapped(
    context: DocumentContext,
    mapper: Mapper,
    name: string | null,
    value: SourceValue,
  ): void;
  parseObjectValue(
    context: DocumentContext,
    mapper: ObjectMapper,
    name: string | null,
    value: SourceValue,
  ): void;
  enterArray(context: DocumentContext): void;
}

/** The state of one parse. */
export class DocumentContext {
  readonly mapping: Mapping;
  readonly source: SourceToParse;
  readonly values: ValueParser;
  readonly root: LuceneDocument;
  readonly documents: LuceneDocument[];
  document: LuceneDocument;
  readonly idTerm: Uint8Array;
  withinCopyTo = false;
  ignoredFields: Set<string> | undefined = undefined;
  /** Mappers that this document introduces, in order of appearance; a path may come twice. */
  readonly dynamicMappers: { path: string; mapper: Mapper }[] = [];
  /** The part of a value at which a mapper gave up, for the error's preview. */
  failedValue: SourceValue | undefined = undefined;
  objectDepth = 0;
  arrayDepth = 0;
  /** Set when the source was parsed without loss; then `container` and `key` say where we are. */
  readonly locations: SourceLocations | undefined;
  container: object | undefined = undefined;
  key: string | number = "";
  /** True when the text has no integer like 1.0 or 1e3, so that integers print as written. */
  readonly plainNumbers: boolean;

  constructor(
    mapping: Mapping,
    source: SourceToParse,
    idTerm: Uint8Array,
    plainNumbers: boolean,
    locations: SourceLocations | undefined,
    values: ValueParser,
  ) {
    this.values = values;
    this.mapping = mapping;
    this.source = source;
    this.idTerm = idTerm;
    this.root = new LuceneDocument(undefined, "");
    this.document = this.root;
    this.documents = [this.root];
    this.plainNumbers = plainNumbers;
    this.locations = locations;
  }

  add(field: LuceneField): void {
    this.document.fields.push(field);
  }

  addIgnoredField(name: string): void {
    this.ignoredFields ??= new Set();
    this.ignoredFields.add(name);
  }

  /** Terms of `_field_names`, for fields that have neither doc values nor norms. */
  addFieldNames(names: readonly string[]): void {
    if (!this.mapping.fieldNamesEnabled) return;
    for (const name of names) this.document.fields.push(termField("_field_names", name));
  }

  /** `_doc_count`: how many documents this one stands for. */
  addDocCount(count: number): void {
    this.document.fields.push(numericField("_doc_count", count));
  }

  /** Opens a nested document; the caller restores `document` afterwards. */
  startNested(fullPath: string, nestedTypePath: string): LuceneDocument {
    const limit = this.mapping.limits.nestedDocuments;
    if (this.documents.length > limit) {
      throw mapperParsing(
        `The number of nested documents has exceeded the allowed limit of ` +
          `[${limit}]. This limit can be set by changing the ` +
          `[index.mapping.nested_objects.limit] index level setting.`,
      );
    }
    const nested = new LuceneDocument(this.document, `${fullPath}.`);
    this.documents.push(nested);
    const id = new LuceneField("_id", TERM_TYPE);
    id.term = this.idTerm;
    nested.fields.push(id, termField(this.mapping.nestedPathField, nestedTypePath));
    this.document = nested;
    return nested;
  }

  /** Line and column of the current value; asks for the lossless parse first. */
  tokenLocation(): { line: number; column: number; endLine: number; endColumn: number } {
    if (this.locations === undefined) throw NEEDS_EXACT_SOURCE;
    return this.locations.of(this.container, this.key);
  }
}

/** `a.b.c` gives a, a.b, a.b.c: the terms that _field_names holds for a field. */
export function extractFieldNames(path: string): string[] {
  const names: string[] = [];
  for (let dot = path.indexOf("."); dot >= 0; dot = path.indexOf(".", dot + 1)) {
    names.push(path.slice(0, dot));
  }
  names.push(path);
  return names;
}
