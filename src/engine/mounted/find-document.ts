// Finding the live document of an id in a shard that somebody else wrote: by the term of `_id`, or
// of `_uid` (`type#id`) in indices of Elasticsearch 5. Unlike the engine's own lookup it keeps
// nothing between two questions and builds no filters, which would read whole dictionaries.

import {
  type DirectoryReader,
  type FieldInfo,
  type LeafContext,
  NO_MORE_DOCS,
  PostingsFlags,
  SegmentReader,
  type StoredFieldVisitor,
  type StoredValue,
} from "../../lucene/index/index.ts";
import { PageMisses } from "../../lucene/store/index.ts";
import type { BlobDirectory } from "../../repository/index.ts";
import { encodeUid } from "../mapping/index.ts";
import type { GetResult } from "../shard/engine-operations.ts";
import type { FoundDocument } from "../shard/id-lookup.ts";
import { DOC_VALUES, prefetchKinds } from "./prefetch-segment.ts";

/** A document of a shard; of an index of Elasticsearch 5 with its type. */
export interface MountedDocument extends GetResult {
  readonly type?: string;
}

/** Upstream: SequenceNumbers.UNASSIGNED_SEQ_NO. */
const NO_SEQ_NO = -2;

/** Where a document was found. */
export interface FoundMountedDocument extends FoundDocument {
  readonly type?: string;
}

interface IdTerm {
  readonly field: string;
  readonly term: Uint8Array;
  readonly type?: string;
}

/** The live document of `id`; `types` are those of the index's mappings, in order of preference. */
export function findDocument(
  reader: DirectoryReader,
  id: string,
  types: readonly string[],
): FoundMountedDocument | undefined {
  const wanted: IdTerm[] = [
    { field: "_id", term: encodeUid(id) },
    ...types.map((type) => ({ field: "_uid", term: Buffer.from(`${type}#${id}`), type })),
  ];
  const misses = new PageMisses();
  const found: FoundMountedDocument[] = [];
  for (const term of wanted) {
    for (const leaf of reader.leaves) {
      const docId = misses.try(() => lastLiveDoc(leaf, term)) ?? -1;
      if (docId < 0) continue;
      found.push(term.type === undefined ? { leaf, docId } : { leaf, docId, type: term.type });
    }
  }
  misses.throwIfAny();
  return found[0];
}

/** What a found document holds. Its parts are asked for together. */
export function readDocument(
  directory: BlobDirectory,
  id: string,
  found: FoundMountedDocument,
): MountedDocument {
  const { reader } = found.leaf;
  const misses = new PageMisses();
  if (!directory.pages.isLocal && reader instanceof SegmentReader) {
    misses.try(() => prefetchKinds(directory, reader.commitInfo, DOC_VALUES));
  }
  const visitor = new SourceVisitor();
  misses.try(() => reader.storedFields().document(found.docId, visitor));
  const number = (field: string) => misses.try(() => numberOf(found, field));
  const [version, seqNo, primaryTerm] = ["_version", "_seq_no", "_primary_term"].map(number);
  misses.throwIfAny();
  const { source, routing } = visitor;
  return {
    id,
    version: version ?? 1,
    seqNo: seqNo ?? NO_SEQ_NO,
    primaryTerm: primaryTerm ?? 0,
    ...(routing === undefined ? {} : { routing }),
    ...(source === undefined ? {} : { source }),
    ...(found.type === undefined ? {} : { type: found.type }),
  };
}

/** Iterators are made anew: one that missed a page is not gone on with. */
function numberOf({ leaf, docId }: FoundMountedDocument, field: string): number | undefined {
  const values = leaf.reader.numericDocValues(field);
  return values?.advanceExact(docId) === true ? values.longValue() : undefined;
}

class SourceVisitor implements StoredFieldVisitor {
  source: Uint8Array | undefined;
  routing: string | undefined;

  needsField({ name }: FieldInfo): "yes" | "no" {
    return name === "_source" || name === "_routing" ? "yes" : "no";
  }

  field({ name }: FieldInfo, value: StoredValue): void {
    // Bytes are borrowed from the reader.
    if (name === "_source" && typeof value === "object") this.source = value.slice();
    else if (name === "_routing") {
      this.routing = typeof value === "object" ? Buffer.from(value).toString() : String(value);
    }
  }
}

/** The last live document of the term: of a nested block, that is its root. -1 if there is none. */
function lastLiveDoc({ reader }: LeafContext, { field, term }: IdTerm): number {
  const terms = reader.terms(field)?.iterator();
  if (terms?.seekExact(term) !== true) return -1;
  const postings = terms.postings(undefined, PostingsFlags.NONE);
  let found = -1;
  for (let doc = postings.nextDoc(); doc !== NO_MORE_DOCS; doc = postings.nextDoc()) {
    if (reader.liveDocs === undefined || reader.liveDocs.get(doc)) found = doc;
  }
  return found;
}
