// The numbers of fields over all segments of an index: a name keeps its number, so that a merge can
// copy stored documents without renumbering. Upstream: FieldInfos.FieldNumbers (9.1.0).

import { VarveError } from "../../base/index.ts";
import type { FieldInfo, FieldInfos } from "./field-info.ts";
import type { IndexableDocument } from "./indexable-field.ts";

/** Name → number, the lowest free number for a new name. */
export class FieldNumbers {
  private readonly numbers = new Map<string, number>();
  private readonly used = new Set<number>();
  private lowestFree = 0;
  /** Fields of which segments hold what the writer cannot write, and what that is. */
  private readonly unwritable = new Map<string, string>();

  /** Learns the numbers of a segment. A name that has another number already keeps that one. */
  addAll(infos: FieldInfos): void {
    for (const info of infos) {
      const foreign = foreignPart(info);
      if (foreign !== undefined) this.unwritable.set(info.name, foreign);
      if (this.numbers.has(info.name)) continue;
      if (this.used.has(info.number)) this.numberOf(info.name);
      else this.put(info.name, info.number);
    }
  }

  /**
   * Refuses documents with a field that other segments hold in a way that is not written: Lucene
   * wants a field to be the same in every segment, and would refuse the whole index.
   */
  checkWritable(documents: readonly IndexableDocument[]): void {
    if (this.unwritable.size === 0) return;
    for (const document of documents) {
      for (const { name } of document) {
        const what = this.unwritable.get(name);
        if (what === undefined) continue;
        throw new VarveError(
          "invalid",
          `field [${name}] has ${what} in this index, which cannot be written`,
          { type: "illegal_argument_exception" },
        );
      }
    }
  }

  numberOf(name: string): number {
    const known = this.numbers.get(name);
    if (known !== undefined) return known;
    while (this.used.has(this.lowestFree)) this.lowestFree++;
    this.put(name, this.lowestFree);
    return this.lowestFree;
  }

  private put(name: string, number: number): void {
    this.numbers.set(name, number);
    this.used.add(number);
  }

  /** Name → number pairs, for a merge in a worker. */
  entries(): [string, number][] {
    return [...this.numbers];
  }
}

function foreignPart(info: FieldInfo): string | undefined {
  if (info.docValuesSkipIndex !== 0) return "a doc-values skip index";
  return info.storeTermVectors ? "term vectors" : undefined;
}
