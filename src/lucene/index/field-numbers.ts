// The numbers of fields over all segments of an index: a name keeps its number, so that a merge can
// copy stored documents without renumbering. Upstream: FieldInfos.FieldNumbers (9.1.0).

import type { FieldInfos } from "./field-info.ts";

/** Name → number, the lowest free number for a new name. */
export class FieldNumbers {
  private readonly numbers = new Map<string, number>();
  private readonly used = new Set<number>();
  private lowestFree = 0;

  /** Learns the numbers of a segment. A name that has another number already keeps that one. */
  addAll(infos: FieldInfos): void {
    for (const info of infos) {
      if (this.numbers.has(info.name)) continue;
      if (this.used.has(info.number)) this.numberOf(info.name);
      else this.put(info.name, info.number);
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
