// The documents of a shard as a stream, for every generation of index: live root documents in the
// order in which they lie, each block of stored fields decompressed once, nothing parsed.
//
// What marks a root and names it, by the version that created the index:
//   Elasticsearch 5      stored `_uid`: `type#id`
//   Elasticsearch 6, 7,  stored `_id`, in the bytes of its term (mapping/uid.ts)
//   OpenSearch
// Nested documents store neither, in all of them. `_routing` is stored text; `_parent` of version 5
// is the routing of its document, and stored as such too.
// Numbers are doc values: `_version` in all, `_seq_no` and `_primary_term` since version 6.
// Soft-deleted documents, among them the tombstones of deletes, are not live.
// Upstream: UidFieldMapper (Elasticsearch 5.6.16), IdFieldMapper, RoutingFieldMapper,
// SeqNoFieldMapper (OpenSearch 2.19.6).

import { corrupt } from "../../base/index.ts";
import {
  type DirectoryReader,
  type FieldInfo,
  type LeafReader,
  NO_MORE_DOCS,
  type NumericDocValues,
  type StoredFieldVisitor,
  type StoredValue,
} from "../../lucene/index/index.ts";
import { decodeUid } from "../mapping/index.ts";

/** One document. */
export interface RootDocument {
  readonly id: string;
  /** Only where the index may hold several: Elasticsearch 5. */
  readonly type?: string;
  readonly routing?: string;
  /** The stored bytes, borrowed until the next document; undefined where `_source` is off. */
  readonly source?: Uint8Array;
  readonly version?: number;
  readonly seqNo?: number;
  readonly primaryTerm?: number;
  /** Where it lies: a cursor at `next` begins with the document after it. */
  readonly position: DocumentPosition;
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** A place between two documents of a reader. */
export interface DocumentPosition {
  readonly leaf: number;
  readonly doc: number;
}

/** What to read. */
export interface RootDocumentsOptions {
  /** Leave `_source` where it is; false by default. */
  readonly withoutSource?: boolean;
  /** Read `_version`, `_seq_no` and `_primary_term`; false by default. */
  readonly withVersions?: boolean;
  /** Go on after this document. */
  readonly after?: DocumentPosition;
  /** Only these documents, ascending, of a leaf: what a query found. */
  readonly docsOf?: (leaf: number) => Iterable<number>;
}

/** Walks the live root documents. `source` is borrowed: copy what outlives a step. */
export function* rootDocuments(
  reader: DirectoryReader,
  options: RootDocumentsOptions = {},
): Generator<RootDocument, void, undefined> {
  const cursor = new RootDocumentCursor(reader, options);
  for (let found = cursor.next(); found !== undefined; found = cursor.next()) yield found;
}

/**
 * The same walk, a call a document. A call that throws has moved nothing: where pages of a blob are
 * missing it is made again once they are there.
 */
export class RootDocumentCursor {
  private readonly reader: DirectoryReader;
  private readonly options: RootDocumentsOptions;
  private leaf: number;
  private doc: number;
  private documents: LeafDocuments | undefined;

  constructor(reader: DirectoryReader, options: RootDocumentsOptions = {}) {
    this.reader = reader;
    this.options = options;
    this.leaf = options.after?.leaf ?? 0;
    this.doc = options.after?.doc ?? -1;
  }

  /** The next document, or undefined at the end. */
  next(): RootDocument | undefined {
    for (;;) {
      const context = this.reader.leaves[this.leaf];
      if (context === undefined) return undefined;
      this.documents ??= new LeafDocuments(context.reader, this.leaf, this.options);
      const found = this.documents.after(this.doc);
      if (found !== undefined) {
        this.doc = found.position.doc;
        return found;
      }
      this.leaf++;
      this.doc = -1;
      this.documents = undefined;
    }
  }
}

/** The documents of one segment, in order. */
class LeafDocuments {
  private readonly reader: LeafReader;
  private readonly leaf: number;
  private readonly visitor: RootVisitor;
  private readonly versions: LeafVersions | undefined;
  private readonly chosen: Int32Array | undefined;

  constructor(reader: LeafReader, leaf: number, options: RootDocumentsOptions) {
    this.reader = reader;
    this.leaf = leaf;
    this.visitor = new RootVisitor(options.withoutSource !== true);
    this.versions = options.withVersions === true ? new LeafVersions(reader) : undefined;
    const chosen = options.docsOf?.(leaf);
    this.chosen = chosen === undefined ? undefined : Int32Array.from(chosen);
  }

  /** The first root after `previous`; undefined at the end. */
  after(previous: number): RootDocument | undefined {
    const { reader, visitor, leaf } = this;
    const { maxDoc, liveDocs } = reader;
    const stored = reader.storedFields();
    for (let doc = this.step(previous); doc < maxDoc; doc = this.step(doc)) {
      if (liveDocs !== undefined && !liveDocs.get(doc)) continue;
      visitor.reset();
      stored.document(doc, visitor);
      if (visitor.id === undefined) continue;
      const document = visitor.document(visitor.id, { leaf, doc });
      this.versions?.addTo(document, doc);
      return document;
    }
    return undefined;
  }

  private step(previous: number): number {
    const { chosen } = this;
    if (chosen === undefined) return previous + 1;
    let low = 0;
    let high = chosen.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (chosen[middle]! <= previous) low = middle + 1;
      else high = middle;
    }
    return chosen[low] ?? NO_MORE_DOCS;
  }
}

/** Collects the metadata fields of one document. */
class RootVisitor implements StoredFieldVisitor {
  id: string | undefined;
  private type: string | undefined;
  private routing: string | undefined;
  private source: Uint8Array | undefined;
  private readonly withSource: boolean;

  constructor(withSource: boolean) {
    this.withSource = withSource;
  }

  reset(): void {
    this.id = undefined;
    this.type = undefined;
    this.routing = undefined;
    this.source = undefined;
  }

  needsField({ name }: FieldInfo): "yes" | "no" {
    if (name === "_source") return this.withSource ? "yes" : "no";
    return name === "_id" || name === "_routing" || name === "_uid" ? "yes" : "no";
  }

  field({ name }: FieldInfo, value: StoredValue): void {
    if (name === "_source") {
      if (value instanceof Uint8Array) this.source = value;
    } else if (name === "_routing") {
      this.routing = textOf(value);
    } else if (name === "_uid") {
      this.splitUid(textOf(value));
    } else {
      this.id = value instanceof Uint8Array ? decodeUid(value) : String(value);
    }
  }

  private splitUid(uid: string): void {
    const at = uid.indexOf("#");
    if (at === -1) throw corrupt("A _uid has no type", { uid });
    this.type = uid.slice(0, at);
    this.id = uid.slice(at + 1);
  }

  document(id: string, position: DocumentPosition): Mutable<RootDocument> {
    const document: Mutable<RootDocument> = { id, position };
    if (this.source !== undefined) document.source = this.source;
    if (this.type !== undefined) document.type = this.type;
    if (this.routing !== undefined) document.routing = this.routing;
    return document;
  }
}

function textOf(value: StoredValue): string {
  return value instanceof Uint8Array ? Buffer.from(value).toString("utf8") : String(value);
}

/** The numbers of documents, in order. */
class LeafVersions {
  private readonly reader: LeafReader;
  private version: NumericDocValues | undefined;
  private seqNo: NumericDocValues | undefined;
  private primaryTerm: NumericDocValues | undefined;
  private last = NO_MORE_DOCS;

  constructor(reader: LeafReader) {
    this.reader = reader;
  }

  addTo(document: Mutable<RootDocument>, doc: number): void {
    // Iterators never go back: what failed half-way begins anew.
    if (doc <= this.last) this.open();
    this.last = doc;
    const version = valueAt(this.version, doc);
    const seqNo = valueAt(this.seqNo, doc);
    const primaryTerm = valueAt(this.primaryTerm, doc);
    if (version !== undefined) document.version = version;
    if (seqNo !== undefined) document.seqNo = seqNo;
    if (primaryTerm !== undefined) document.primaryTerm = primaryTerm;
  }

  private open(): void {
    this.version = this.reader.numericDocValues("_version");
    this.seqNo = this.reader.numericDocValues("_seq_no");
    this.primaryTerm = this.reader.numericDocValues("_primary_term");
  }
}

function valueAt(values: NumericDocValues | undefined, doc: number): number | undefined {
  return values?.advanceExact(doc) === true ? values.longValue() : undefined;
}
