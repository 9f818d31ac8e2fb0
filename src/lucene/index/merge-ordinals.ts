// Ords of several segments in one numbering: a k-way merge of their dictionaries. Values that no
// kept document has are left out when `used` says so. Upstream: OrdinalMap, DocValuesConsumer
// (9.1.0).

import type { OrdDictionary } from "./leaf-reader.ts";
import { MergeQueue } from "./merge-queue.ts";
import { OrdTermsEnum } from "./ord-terms-enum.ts";

/** Global ords of the dictionaries of segments. */
export class OrdinalMap implements OrdDictionary {
  /** Per segment: its ord → global ord, or -1 where unused. */
  readonly maps: readonly (Int32Array | undefined)[];
  valueCount = 0;
  private readonly dictionaries: readonly (OrdDictionary | undefined)[];
  /** Which segment, and its ord, holds each global value. */
  private firstSegments: Int32Array;
  private firstOrds: Int32Array;

  /** `used[i]` has a bit per ord of segment i; undefined: all are used. */
  constructor(
    dictionaries: readonly (OrdDictionary | undefined)[],
    used: readonly (Uint8Array | undefined)[] | undefined,
  ) {
    this.dictionaries = dictionaries;
    const largest = dictionaries.reduce((max, one) => Math.max(max, one?.valueCount ?? 0), 0);
    this.firstSegments = new Int32Array(largest);
    this.firstOrds = new Int32Array(largest);
    this.maps = dictionaries.map((one) =>
      one === undefined ? undefined : new Int32Array(one.valueCount).fill(-1),
    );
    this.build(used);
  }

  private build(used: readonly (Uint8Array | undefined)[] | undefined): void {
    const enums = this.dictionaries.map((one) => one?.termsEnum());
    const next = (segment: number): Uint8Array | undefined => {
      const terms = enums[segment]!;
      const bits = used?.[segment];
      let term = terms.next();
      while (term !== undefined && bits !== undefined && bits[terms.ord()] === 0) {
        term = terms.next();
      }
      return term;
    };
    const segments = enums.flatMap((one, segment) => (one === undefined ? [] : [segment]));
    const queue = new MergeQueue(segments, next);
    while (queue.nextTerm() !== undefined) {
      const global = this.valueCount++;
      if (global >= this.firstOrds.length) this.grow();
      const first = queue.top[0]!;
      this.firstSegments[global] = first;
      this.firstOrds[global] = enums[first]!.ord();
      for (let i = 0; i < queue.topCount; i++) {
        const segment = queue.top[i]!;
        this.maps[segment]![enums[segment]!.ord()] = global;
      }
    }
  }

  private grow(): void {
    const size = Math.max(16, this.firstOrds.length * 2);
    const segments = new Int32Array(size);
    segments.set(this.firstSegments);
    this.firstSegments = segments;
    const ords = new Int32Array(size);
    ords.set(this.firstOrds);
    this.firstOrds = ords;
  }

  lookupOrd(ord: number): Uint8Array {
    return this.dictionaries[this.firstSegments[ord]!]!.lookupOrd(this.firstOrds[ord]!);
  }

  lookupTerm(term: Uint8Array): number {
    let low = 0;
    let high = this.valueCount - 1;
    while (low <= high) {
      const middle = (low + high) >>> 1;
      const order = Buffer.compare(this.lookupOrd(middle), term);
      if (order === 0) return middle;
      if (order < 0) low = middle + 1;
      else high = middle - 1;
    }
    return -(low + 1);
  }

  termsEnum(): OrdTermsEnum {
    return new MergedOrdTermsEnum(this, this.dictionaries, this.firstSegments, this.firstOrds);
  }
}

/** Walks the dictionaries forward instead of looking each ord up: blocks are decoded once. */
class MergedOrdTermsEnum extends OrdTermsEnum {
  private readonly enums: (ReturnType<OrdDictionary["termsEnum"]> | undefined)[];
  private readonly count: number;
  private readonly firstSegments: Int32Array;
  private readonly firstOrds: Int32Array;
  private position = -1;
  private current: Uint8Array | undefined;

  constructor(
    map: OrdinalMap,
    dictionaries: readonly (OrdDictionary | undefined)[],
    firstSegments: Int32Array,
    firstOrds: Int32Array,
  ) {
    super(map);
    this.enums = dictionaries.map((one) => one?.termsEnum());
    this.count = map.valueCount;
    this.firstSegments = firstSegments;
    this.firstOrds = firstOrds;
  }

  override ord(): number {
    return this.position;
  }

  override next(): Uint8Array | undefined {
    if (this.position + 1 >= this.count) return undefined;
    this.position++;
    const terms = this.enums[this.firstSegments[this.position]!]!;
    const ord = this.firstOrds[this.position]!;
    let term = terms.next();
    while (term !== undefined && terms.ord() < ord) term = terms.next();
    this.current = term;
    return term;
  }

  override term(): Uint8Array {
    return this.current!;
  }
}
