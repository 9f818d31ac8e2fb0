// A writer's segments at one moment, its uncommitted documents and deletes included. It holds the
// segments' readers and files until its last reference goes. Upstream: StandardDirectoryReader
// opened from an IndexWriter (9.1.0).

import { assert } from "../../base/index.ts";
import type { DirectoryReader, LeafContext } from "./leaf-reader.ts";
import type { NrtLeafReader } from "./nrt-leaf-reader.ts";

/** A reference-counted view; `close` gives the opener's reference back. */
export class NrtDirectoryReader implements DirectoryReader {
  readonly leaves: readonly (LeafContext & { readonly reader: NrtLeafReader })[];
  readonly maxDoc: number;
  readonly numDocs: number;
  /** Counts changes of the writer; readers of the same version see the same documents. */
  readonly version: number;
  private readonly release: () => void;
  private references = 1;

  /** Takes a reference of each leaf's reader; `release` runs with the last reference. */
  constructor(leaves: readonly NrtLeafReader[], version: number, release: () => void) {
    let maxDoc = 0;
    let numDocs = 0;
    this.leaves = leaves.map((reader, ord) => {
      reader.reader.incRef();
      const leaf = { reader, ord, docBase: maxDoc };
      maxDoc += reader.maxDoc;
      numDocs += reader.numDocs;
      return leaf;
    });
    this.maxDoc = maxDoc;
    this.numDocs = numDocs;
    this.version = version;
    this.release = release;
  }

  incRef(): void {
    assert(this.references > 0, "a closed reader is not opened again");
    this.references++;
  }

  decRef(): void {
    assert(this.references > 0, "a reader is closed once per reference");
    if (--this.references > 0) return;
    for (const { reader } of this.leaves) reader.reader.decRef();
    this.release();
  }

  close(): void {
    this.decRef();
  }
}
