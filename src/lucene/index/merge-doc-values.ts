// Doc values and norms of several segments as one. Each view walks its parts forward once; the
// consumer asks for a fresh view as often as it needs. Upstream: DocValuesConsumer.merge* (9.1.0).

import type { DocValuesConsumer } from "../codecs/codec.ts";
import { DocValuesType, type FieldInfo } from "./field-info.ts";
import {
  type BinaryDocValues,
  type DocValuesIterator,
  type LeafReader,
  NO_MORE_DOCS,
  type NumericDocValues,
  type SortedDocValues,
  type SortedNumericDocValues,
  type SortedSetDocValues,
} from "./leaf-reader.ts";
import { OrdinalMap } from "./merge-ordinals.ts";
import type { MergeInput, MergeState } from "./merge-state.ts";

/** Adds one merged field to the consumer. */
export function mergeDocValuesField(
  state: MergeState,
  consumer: DocValuesConsumer,
  info: FieldInfo,
): void {
  const { name } = info;
  const parts =
    <T>(type: DocValuesType, open: (reader: LeafReader) => T | undefined) =>
    () =>
      state.inputs.map(({ reader }) =>
        reader.fieldInfos.fieldInfo(name)?.docValuesType === type ? open(reader) : undefined,
      );
  switch (info.docValuesType) {
    case DocValuesType.NUMERIC: {
      const open = parts(DocValuesType.NUMERIC, (reader) => reader.numericDocValues(name));
      consumer.addNumeric(info, () => new MergedNumeric(state, open()));
      break;
    }
    case DocValuesType.SORTED_NUMERIC: {
      const open = parts(DocValuesType.SORTED_NUMERIC, (reader) =>
        reader.sortedNumericDocValues(name),
      );
      consumer.addSortedNumeric(info, () => new MergedSortedNumeric(state, open()));
      break;
    }
    case DocValuesType.BINARY: {
      const open = parts(DocValuesType.BINARY, (reader) => reader.binaryDocValues(name));
      consumer.addBinary(info, () => new MergedBinary(state, open()));
      break;
    }
    case DocValuesType.SORTED: {
      const open = parts(DocValuesType.SORTED, (reader) => reader.sortedDocValues(name));
      const used = state.inputs.map((input, i) => usedOrds(input, open()[i], markOrd));
      const ordinals = new OrdinalMap(open(), used);
      consumer.addSorted(info, () => new MergedSorted(state, open(), ordinals));
      break;
    }
    default: {
      const open = parts(DocValuesType.SORTED_SET, (reader) => reader.sortedSetDocValues(name));
      const used = state.inputs.map((input, i) => usedOrds(input, open()[i], markOrds));
      const ordinals = new OrdinalMap(open(), used);
      consumer.addSortedSet(info, () => new MergedSortedSet(state, open(), ordinals));
      break;
    }
  }
}

/** Norms of one field of all readers. */
export function mergedNorms(state: MergeState, field: string): () => NumericDocValues {
  return () =>
    new MergedNumeric(
      state,
      state.inputs.map(({ reader }) => reader.normValues(field)),
    );
}

function markOrd(values: SortedDocValues, used: Uint8Array): void {
  used[values.ordValue()] = 1;
}

function markOrds(values: SortedSetDocValues, used: Uint8Array): void {
  const count = values.docValueCount();
  for (let i = 0; i < count; i++) used[values.nextOrd()] = 1;
}

/** A byte per ord that a kept document has; undefined where all documents stay. */
function usedOrds<T extends SortedDocValues | SortedSetDocValues>(
  input: MergeInput,
  values: T | undefined,
  mark: (values: T, used: Uint8Array) => void,
): Uint8Array | undefined {
  if (values === undefined || input.keep === undefined) return undefined;
  const used = new Uint8Array(values.valueCount);
  for (let doc = values.nextDoc(); doc !== NO_MORE_DOCS; doc = values.nextDoc()) {
    if (input.keep.get(doc)) mark(values, used);
  }
  return used;
}

/** Walks the new documents that have a value; `part` stands at the current one. */
class MergedIterator<T extends DocValuesIterator> {
  protected part: T | undefined;
  /** Reader of `part`. */
  protected source = -1;
  private readonly state: MergeState;
  private readonly parts: readonly (T | undefined)[];
  private doc = -1;

  constructor(state: MergeState, parts: readonly (T | undefined)[]) {
    this.state = state;
    this.parts = parts;
  }

  docID(): number {
    return this.doc;
  }

  nextDoc(): number {
    this.doc = this.state.sorted === undefined ? this.nextInTurn() : this.nextSorted();
    return this.doc;
  }

  private nextInTurn(): number {
    for (;;) {
      while (this.part === undefined) {
        if (++this.source >= this.parts.length) return NO_MORE_DOCS;
        this.part = this.parts[this.source];
      }
      const doc = this.part.nextDoc();
      if (doc === NO_MORE_DOCS) {
        this.part = undefined;
        continue;
      }
      const mapped = this.state.docMaps[this.source]![doc]!;
      if (mapped >= 0) return mapped;
    }
  }

  private nextSorted(): number {
    const { readers, docs } = this.state.sorted!;
    for (let newDoc = this.doc + 1; newDoc < docs.length; newDoc++) {
      this.source = readers[newDoc]!;
      this.part = this.parts[this.source];
      if (this.part?.advanceExact(docs[newDoc]!) === true) return newDoc;
    }
    return NO_MORE_DOCS;
  }

  advance(target: number): number {
    let doc = this.nextDoc();
    while (doc < target) doc = this.nextDoc();
    return doc;
  }

  advanceExact(target: number): boolean {
    while (this.doc < target) this.nextDoc();
    return this.doc === target;
  }

  cost(): number {
    return this.parts.reduce((sum, part) => sum + (part?.cost() ?? 0), 0);
  }
}

class MergedNumeric extends MergedIterator<NumericDocValues> implements NumericDocValues {
  longValue(): number {
    return this.part!.longValue();
  }

  longHigh(): number {
    return this.part!.longHigh();
  }

  longLow(): number {
    return this.part!.longLow();
  }

  bigValue(): bigint {
    return this.part!.bigValue();
  }
}

class MergedSortedNumeric
  extends MergedIterator<SortedNumericDocValues>
  implements SortedNumericDocValues
{
  docValueCount(): number {
    return this.part!.docValueCount();
  }

  nextValue(): void {
    this.part!.nextValue();
  }

  longValue(): number {
    return this.part!.longValue();
  }

  longHigh(): number {
    return this.part!.longHigh();
  }

  longLow(): number {
    return this.part!.longLow();
  }

  bigValue(): bigint {
    return this.part!.bigValue();
  }
}

class MergedBinary extends MergedIterator<BinaryDocValues> implements BinaryDocValues {
  binaryValue(): Uint8Array {
    return this.part!.binaryValue();
  }
}

class MergedSorted extends MergedIterator<SortedDocValues> implements SortedDocValues {
  readonly valueCount: number;
  private readonly ordinals: OrdinalMap;

  constructor(
    state: MergeState,
    parts: readonly (SortedDocValues | undefined)[],
    ordinals: OrdinalMap,
  ) {
    super(state, parts);
    this.ordinals = ordinals;
    this.valueCount = ordinals.valueCount;
  }

  ordValue(): number {
    return this.ordinals.maps[this.source]![this.part!.ordValue()]!;
  }

  lookupOrd(ord: number): Uint8Array {
    return this.ordinals.lookupOrd(ord);
  }

  lookupTerm(term: Uint8Array): number {
    return this.ordinals.lookupTerm(term);
  }

  termsEnum(): ReturnType<OrdinalMap["termsEnum"]> {
    return this.ordinals.termsEnum();
  }
}

class MergedSortedSet extends MergedIterator<SortedSetDocValues> implements SortedSetDocValues {
  readonly valueCount: number;
  private readonly ordinals: OrdinalMap;

  constructor(
    state: MergeState,
    parts: readonly (SortedSetDocValues | undefined)[],
    ordinals: OrdinalMap,
  ) {
    super(state, parts);
    this.ordinals = ordinals;
    this.valueCount = ordinals.valueCount;
  }

  docValueCount(): number {
    return this.part!.docValueCount();
  }

  nextOrd(): number {
    return this.ordinals.maps[this.source]![this.part!.nextOrd()]!;
  }

  lookupOrd(ord: number): Uint8Array {
    return this.ordinals.lookupOrd(ord);
  }

  lookupTerm(term: Uint8Array): number {
    return this.ordinals.lookupTerm(term);
  }

  termsEnum(): ReturnType<OrdinalMap["termsEnum"]> {
    return this.ordinals.termsEnum();
  }
}
