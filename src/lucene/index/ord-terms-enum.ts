// Terms in order of ord over anything that can look an ord up. Upstream: SortedDocValuesTermsEnum.

import { assert } from "../../base/index.ts";
import type { PostingsEnum, SeekStatus, TermsEnum } from "./leaf-reader.ts";

/** What an ord means. */
export interface OrdLookup {
  readonly valueCount: number;
  lookupOrd(ord: number): Uint8Array;
  lookupTerm(term: Uint8Array): number;
}

/** A TermsEnum with ords and without postings. */
export class OrdTermsEnum implements TermsEnum {
  private readonly lookup: OrdLookup;
  private at = -1;

  constructor(lookup: OrdLookup) {
    this.lookup = lookup;
  }

  ord(): number {
    return this.at;
  }

  next(): Uint8Array | undefined {
    if (this.at + 1 >= this.lookup.valueCount) return undefined;
    return this.lookup.lookupOrd(++this.at);
  }

  term(): Uint8Array {
    return this.lookup.lookupOrd(this.at);
  }

  seekExact(term: Uint8Array): boolean {
    const ord = this.lookup.lookupTerm(term);
    if (ord >= 0) this.at = ord;
    return ord >= 0;
  }

  seekCeil(term: Uint8Array): SeekStatus {
    const ord = this.lookup.lookupTerm(term);
    this.at = ord >= 0 ? ord : -ord - 1;
    if (ord >= 0) return "found";
    return this.at < this.lookup.valueCount ? "not-found" : "end";
  }

  termState(): unknown {
    return this.at;
  }

  seekToState(_term: Uint8Array, state: unknown): void {
    this.at = Number(state);
  }

  docFreq(): number {
    assert(false, "doc values have no postings");
  }

  totalTermFreq(): number {
    return -1;
  }

  postings(): PostingsEnum {
    assert(false, "doc values have no postings");
  }

  impacts(): undefined {
    return undefined;
  }
}
