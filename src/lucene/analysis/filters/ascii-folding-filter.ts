// Upstream: org.apache.lucene.analysis.miscellaneous.ASCIIFoldingFilter.

import { ASCII_FOLDING } from "../ascii-folding-data.ts";
import { TokenFilter, type TokenState } from "../token-filter.ts";
import type { TokenStream } from "../token-stream.ts";

let table: Map<number, string> | undefined;

function foldings(): Map<number, string> {
  const map = new Map<number, string>();
  for (const [replacement, units] of ASCII_FOLDING) {
    for (const part of units.split(" ")) {
      const [first, last] = part.split(/[-~]/).map((hex) => Number.parseInt(hex, 16));
      const step = part.includes("~") ? 2 : 1;
      for (let unit = first!; unit <= (last ?? first!); unit += step) map.set(unit, replacement);
    }
  }
  return map;
}

/** Folds every code unit that has an ASCII form. */
export function foldToAscii(term: string): string {
  let i = 0;
  while (i < term.length && term.charCodeAt(i) < 0x80) i++;
  if (i === term.length) return term;
  table ??= foldings();
  let out = term.slice(0, i);
  for (; i < term.length; i++) out += table.get(term.charCodeAt(i)) ?? term[i]!;
  return out;
}

/** Folds terms; with `preserveOriginal` a changed term is followed by its original. */
export class AsciiFoldingFilter extends TokenFilter {
  private readonly preserveOriginal: boolean;
  private original: TokenState | undefined;

  constructor(input: TokenStream, preserveOriginal: boolean) {
    super(input);
    this.preserveOriginal = preserveOriginal;
  }

  override reset(): void {
    super.reset();
    this.original = undefined;
  }

  override incrementToken(): boolean {
    if (this.original !== undefined) {
      this.restoreState(this.original);
      this.positionIncrement = 0;
      this.original = undefined;
      return true;
    }
    if (!this.advance()) return false;
    const folded = foldToAscii(this.term);
    if (this.preserveOriginal && folded !== this.term) this.original = this.captureState();
    this.term = folded;
    return true;
  }
}
