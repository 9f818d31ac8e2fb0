// One shard of a mounted index: open for searches, and for documents by their id.

import type { StandardDirectoryReader } from "../../lucene/index/index.ts";
import type { Query } from "../../lucene/search/index.ts";
import { withPages } from "../../lucene/store/index.ts";
import type { BlobDirectory } from "../../repository/index.ts";
import type { SearchableShard } from "../search/search-target.ts";
import { findDocument, type MountedDocument, readDocument } from "./find-document.ts";
import { forEachDocument } from "./for-each-document.ts";
import { placedDamage } from "./placed-damage.ts";
import { type PrefetchNeeds, prefetchQuery } from "./prefetch-query.ts";
import type { RootDocument, RootDocumentsOptions } from "./shard-documents.ts";

/** A shard that is open where it lies. */
export class MountedShard implements SearchableShard {
  readonly shard: number;
  readonly directory: BlobDirectory;
  readonly reader: StandardDirectoryReader;

  /** Takes the reader over. */
  constructor(shard: number, directory: BlobDirectory, reader: StandardDirectoryReader) {
    this.shard = shard;
    this.directory = directory;
    this.reader = reader;
  }

  acquireSearcher(): { readonly reader: StandardDirectoryReader; close(): void } {
    return { reader: this.reader, close() {} };
  }

  prefetch(query: Query, needs: PrefetchNeeds): void {
    const { directory, reader } = this;
    if (!directory.pages.isLocal) prefetchQuery(directory, reader, query, needs);
  }

  /** The document of an id; undefined where the shard has none. */
  async get(id: string, types: readonly string[] = []): Promise<MountedDocument | undefined> {
    try {
      return await withPages(() => {
        const found = findDocument(this.reader, id, types);
        return found === undefined ? undefined : readDocument(this.directory, id, found);
      });
    } catch (error) {
      throw placedDamage(error, this.directory);
    }
  }

  /**
   * Calls `visit` with every live root document, in order; over far pages what comes next is kept
   * under way, and memory stays bounded. `source` is borrowed until `visit` (or its promise) is
   * done.
   */
  async forEachDocument(
    visit: (document: RootDocument) => void | Promise<void>,
    options: RootDocumentsOptions & { readonly signal?: AbortSignal | undefined } = {},
  ): Promise<void> {
    try {
      await forEachDocument(this, options, visit, options.signal);
    } finally {
      this.directory.endInOrder();
    }
  }

  close(): void {
    this.reader.close();
    this.directory.close();
  }
}
