// One shard of a mounted index: open for searches, and for documents by their id.

import type { StandardDirectoryReader } from "../../lucene/index/index.ts";
import type { Query } from "../../lucene/search/index.ts";
import { withPages } from "../../lucene/store/index.ts";
import type { BlobDirectory } from "../../repository/index.ts";
import { encodeUid } from "../mapping/index.ts";
import type { SearchableShard } from "../search/search-target.ts";
import type { GetResult } from "../shard/engine-operations.ts";
import { findById } from "../shard/id-lookup.ts";
import { loadDocument } from "../shard/stored-document.ts";
import { type PrefetchNeeds, prefetchQuery } from "./prefetch-query.ts";

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
  get(id: string): Promise<GetResult | undefined> {
    const uid = encodeUid(id);
    return withPages(() => {
      const found = findById(this.reader, uid);
      return found === undefined ? undefined : loadDocument(id, found, undefined);
    });
  }

  close(): void {
    this.reader.close();
    this.directory.close();
  }
}
