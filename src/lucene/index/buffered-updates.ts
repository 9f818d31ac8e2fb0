// Deletes and soft updates by term that wait for the next flush: per field, term → how many
// documents of the segment in memory it may reach. Older segments are reached as a whole.
// Upstream: BufferedUpdates, FrozenBufferedUpdates (9.1.0).

import { type TermKind, termKey } from "./buffered-dictionary.ts";

/** A field and the exact bytes of a term, or its text. */
export interface Term {
  readonly field: string;
  readonly value: string | Uint8Array;
}

/** What a delete costs while it waits: the entry, and the bytes of its term. */
const ENTRY_BYTES = 100;

/** Terms of one field, split by kind as dictionaries are. */
interface FieldTerms {
  readonly text: Map<string, number>;
  readonly binary: Map<string, number>;
}

/** Terms with the document limit in the segment in memory. */
export class BufferedTerms {
  readonly fields = new Map<string, FieldTerms>();
  bytes = 0;

  /**
   * Reaches documents below `docUpto` of the segment in memory; a later call for a term raises it.
   */
  add(term: Term, docUpto: number): void {
    let terms = this.fields.get(term.field);
    if (terms === undefined) {
      terms = { text: new Map(), binary: new Map() };
      this.fields.set(term.field, terms);
    }
    const { value } = term;
    const text = typeof value === "string";
    const key = text ? value : termKey(value, "binary");
    const map = text ? terms.text : terms.binary;
    if (!map.has(key)) this.bytes += ENTRY_BYTES + key.length;
    map.set(key, docUpto);
  }

  get isEmpty(): boolean {
    return this.fields.size === 0;
  }

  clear(): void {
    this.fields.clear();
    this.bytes = 0;
  }

  /** Each term of `field` as a key of a dictionary of `kind`. */
  forEachKey(field: string, kind: TermKind, visit: (key: string, docUpto: number) => void): void {
    const terms = this.fields.get(field);
    if (terms === undefined) return;
    const same = kind === "text" ? terms.text : terms.binary;
    const other = kind === "text" ? terms.binary : terms.text;
    for (const [key, docUpto] of same) visit(key, docUpto);
    for (const [key, docUpto] of other) {
      const bytes = Buffer.from(key, kind === "text" ? "latin1" : "utf8");
      visit(termKey(bytes, kind), docUpto);
    }
  }

  /** Each field with its terms in byte order: how older segments are searched. */
  sortedTerms(): { field: string; terms: Uint8Array[] }[] {
    const result: { field: string; terms: Uint8Array[] }[] = [];
    for (const [field, terms] of this.fields) {
      const bytes: Buffer[] = [];
      for (const key of terms.text.keys()) bytes.push(Buffer.from(key, "utf8"));
      for (const key of terms.binary.keys()) bytes.push(Buffer.from(key, "latin1"));
      result.push({ field, terms: bytes.sort(Buffer.compare) });
    }
    return result;
  }
}

/** All that waits for a flush. */
export class BufferedUpdates {
  readonly deletes = new BufferedTerms();
  readonly softUpdates = new BufferedTerms();

  get bytes(): number {
    return this.deletes.bytes + this.softUpdates.bytes;
  }

  get isEmpty(): boolean {
    return this.deletes.isEmpty && this.softUpdates.isEmpty;
  }

  clear(): void {
    this.deletes.clear();
    this.softUpdates.clear();
  }
}
