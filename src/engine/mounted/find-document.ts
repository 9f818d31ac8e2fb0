// Finding the live document of an id in a shard that somebody else wrote: by the term of `_id`, or
// of `_uid` (`type#id`) in indices of Elasticsearch 5. Unlike the engine's own lookup it keeps
// nothing between two questions and builds no filters, which would read whole dictionaries.

import {
  type DirectoryReader,
  type LeafContext,
  NO_MORE_DOCS,
  PostingsFlags,
} from "../../lucene/index/index.ts";
import { PageMisses } from "../../lucene/store/index.ts";
import { encodeUid } from "../mapping/index.ts";
import type { FoundDocument } from "../shard/id-lookup.ts";

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
