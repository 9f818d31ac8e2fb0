// Terms of a field as ordinals of the whole reader. The map from segment ordinals is built once per
// reader and field, and kept as long as the reader lives.
// Upstream: org.opensearch.index.fielddata.ordinals.GlobalOrdinalsBuilder,
// org.opensearch.search.aggregations.support.{ValuesSource.Bytes.WithOrdinals,MissingValues}.

import {
  type DirectoryReader,
  type LeafContext,
  OrdinalMap,
  type SortedSetDocValues,
} from "../../../lucene/index/index.ts";
import { ordValues } from "../../../lucene/search/index.ts";
import { uninvertedTerms } from "./uninverted-terms.ts";

/** Global ordinals of the docs of one leaf. Docs come in ascending order. */
export interface OrdinalValues {
  /** Moves to a doc; answers how many values it has. */
  advance(doc: number): number;
  /** The doc's next ordinal; ascending, but for a missing value of its own. */
  nextOrd(): number;
}

/** The terms of a field over all leaves. */
export interface GlobalOrdinals {
  readonly valueCount: number;
  /** The same object for the same terms of a reader: what is made of them can be kept by it. */
  readonly cacheKey?: object;
  /** Are ordinals in the order of the terms? Not when `missing` was added behind them. */
  readonly isSorted: boolean;
  /** Borrowed until the next look-up. */
  lookupOrd(ord: number): Uint8Array;
  /** Undefined where no doc of the leaf has the field. */
  leafValues(leaf: LeafContext): OrdinalValues | undefined;
}

type Dictionary = Pick<OrdinalMap, "valueCount" | "lookupOrd">;

interface ReaderOrdinals {
  readonly dictionary: Dictionary;
  /** By leaf; undefined: segment ordinals are global. */
  readonly maps: readonly (Int32Array | undefined)[] | undefined;
}

const cache = new WeakMap<DirectoryReader, Map<string, ReaderOrdinals>>();

const EMPTY: Dictionary = { valueCount: 0, lookupOrd: () => new Uint8Array(0) };

function readerOrdinals(reader: DirectoryReader, field: string, isText: boolean): ReaderOrdinals {
  let fields = cache.get(reader);
  if (fields === undefined) cache.set(reader, (fields = new Map()));
  const known = fields.get(field);
  if (known !== undefined) return known;
  const dictionaries = reader.leaves.map((leaf) => leafTerms(leaf, field, isText));
  const present = dictionaries.filter((one) => one !== undefined);
  let made: ReaderOrdinals;
  if (present.length <= 1) {
    made = { dictionary: present[0] ?? EMPTY, maps: undefined };
  } else {
    const map = new OrdinalMap(dictionaries, undefined);
    made = { dictionary: map, maps: map.maps };
  }
  fields.set(field, made);
  return made;
}

function leafTerms(
  leaf: LeafContext,
  field: string,
  isText: boolean,
): SortedSetDocValues | undefined {
  return isText ? uninvertedTerms(leaf.reader, field) : ordValues(leaf.reader, field);
}

/** The terms of a field of a reader; `isText`: from the inverted index. */
export function globalOrdinals(
  reader: DirectoryReader,
  field: string,
  isText: boolean,
): GlobalOrdinals {
  const { dictionary, maps } = readerOrdinals(reader, field, isText);
  return {
    valueCount: dictionary.valueCount,
    cacheKey: dictionary,
    isSorted: true,
    lookupOrd: (ord) => dictionary.lookupOrd(ord),
    leafValues: (leaf) => {
      const values = leafTerms(leaf, field, isText);
      if (values === undefined) return undefined;
      const map = maps?.[leaf.ord];
      return map === undefined ? new SegmentOrdinals(values) : new MappedOrdinals(values, map);
    },
  };
}

class SegmentOrdinals implements OrdinalValues {
  private readonly values: SortedSetDocValues;

  constructor(values: SortedSetDocValues) {
    this.values = values;
  }

  advance(doc: number): number {
    return this.values.advanceExact(doc) ? this.values.docValueCount() : 0;
  }

  nextOrd(): number {
    return this.values.nextOrd();
  }
}

class MappedOrdinals implements OrdinalValues {
  private readonly values: SortedSetDocValues;
  private readonly map: Int32Array;

  constructor(values: SortedSetDocValues, map: Int32Array) {
    this.values = values;
    this.map = map;
  }

  advance(doc: number): number {
    return this.values.advanceExact(doc) ? this.values.docValueCount() : 0;
  }

  nextOrd(): number {
    return this.map[this.values.nextOrd()]!;
  }
}

/** Every doc has the one term. */
export function constantOrdinals(term: Uint8Array): GlobalOrdinals {
  const values: OrdinalValues = { advance: () => 1, nextOrd: () => 0 };
  return { valueCount: 1, isSorted: true, lookupOrd: () => term, leafValues: () => values };
}

/** Docs without a term have `missing`. */
export function withMissingTerm(source: GlobalOrdinals, missing: Uint8Array): GlobalOrdinals {
  let low = 0;
  let high = source.valueCount - 1;
  let found = -1;
  while (low <= high) {
    const middle = (low + high) >>> 1;
    const order = Buffer.compare(source.lookupOrd(middle), missing);
    if (order === 0) found = middle;
    if (order < 0) low = middle + 1;
    else high = middle - 1;
  }
  const missingOrd = found >= 0 ? found : source.valueCount;
  return {
    valueCount: Math.max(source.valueCount, missingOrd + 1),
    isSorted: found >= 0,
    lookupOrd: (ord) => (ord === missingOrd ? missing : source.lookupOrd(ord)),
    leafValues: (leaf) => new MissingOrdinals(source.leafValues(leaf), missingOrd),
  };
}

class MissingOrdinals implements OrdinalValues {
  private readonly values: OrdinalValues | undefined;
  private readonly missingOrd: number;
  private isMissing = false;

  constructor(values: OrdinalValues | undefined, missingOrd: number) {
    this.values = values;
    this.missingOrd = missingOrd;
  }

  advance(doc: number): number {
    const count = this.values?.advance(doc) ?? 0;
    this.isMissing = count === 0;
    return count === 0 ? 1 : count;
  }

  nextOrd(): number {
    return this.isMissing ? this.missingOrd : this.values!.nextOrd();
  }
}
