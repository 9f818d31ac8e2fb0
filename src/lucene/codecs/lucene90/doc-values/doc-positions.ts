// Walks the documents that have a value, and says at which position of the column it lies. One
// class for "all", "none" and "some documents", so that the iterators on it stay monomorphic.

import { NO_MORE_DOCS } from "../../../index/leaf-reader.ts";
import type { IndexInput } from "../../../store/index.ts";
import {
  type DocSet,
  IndexedDisi,
  type IndexedDisiEntry,
} from "../../../util/indexed-disi/indexed-disi.ts";

/** The document side of every doc values iterator. */
export class DocPositions {
  doc = -1;
  /** Position of the current document's value; meaningful where it has one. */
  index = -1;
  private readonly disi: DocSet | undefined;
  private readonly maxDoc: number;
  private readonly size: number;

  /** `size` is the number of documents in the set. */
  constructor(data: IndexInput, entry: IndexedDisiEntry, maxDoc: number, size: number) {
    const sparse = entry.docsWithFieldOffset >= 0;
    const { openSet } = entry;
    if (openSet !== undefined) this.disi = openSet(data, maxDoc);
    else this.disi = sparse ? new IndexedDisi(data, entry, maxDoc, size) : undefined;
    this.maxDoc = entry.docsWithFieldOffset === -2 ? 0 : maxDoc;
    this.size = sparse ? size : this.maxDoc;
  }

  docID(): number {
    return this.doc;
  }

  cost(): number {
    return this.size;
  }

  nextDoc(): number {
    return this.advance(this.doc + 1);
  }

  advance(target: number): number {
    const { disi } = this;
    if (disi === undefined) {
      this.index = target;
      this.doc = target < this.maxDoc ? target : NO_MORE_DOCS;
    } else {
      this.doc = disi.advance(target);
      this.index = disi.index;
    }
    return this.doc;
  }

  advanceExact(target: number): boolean {
    const { disi } = this;
    this.doc = target;
    if (disi === undefined) {
      this.index = target;
      return target < this.maxDoc;
    }
    const found = disi.advanceExact(target);
    this.index = disi.index;
    return found;
  }
}
