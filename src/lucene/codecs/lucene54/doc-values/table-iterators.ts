// Documents that share few sets of values: each says the number of its set.
// Upstream: Lucene54DocValuesProducer.{getSortedNumeric,getSortedSetTable} (6.6.1).

import { corrupt } from "../../../../base/index.ts";
import type { SortedNumericDocValues, SortedSetDocValues } from "../../../index/leaf-reader.ts";
import type { IndexInput } from "../../../store/index.ts";
import { DocPositions } from "../../lucene90/doc-values/doc-positions.ts";
import type { OtherDictEntry } from "../../lucene90/doc-values/doc-values-entries.ts";
import { LazyDictionary } from "../../lucene90/doc-values/doc-values-iterators.ts";
import { NumericColumn } from "../../lucene90/doc-values/numeric-column.ts";
import { testedEntry } from "./doc-sets.ts";
import type { TableEntry } from "./entries.ts";

function setEntry({ sets, offsets }: TableEntry) {
  return testedEntry((data) => {
    const column = new NumericColumn(data, sets);
    return (doc) => {
      const set = column.get(doc);
      return offsets[set + 1]! > offsets[set]!;
    };
  });
}

/** Where in the table the current document's values are. */
class TableRanges extends DocPositions {
  protected readonly values: readonly bigint[];
  private readonly column: NumericColumn;
  private readonly offsets: Int32Array;
  private rangeOf = -1;
  private next = 0;
  private end = 0;

  constructor(data: IndexInput, entry: TableEntry, maxDoc: number) {
    super(data, setEntry(entry), maxDoc, entry.sets.numValues);
    this.values = entry.values;
    this.column = new NumericColumn(data, entry.sets);
    this.offsets = entry.offsets;
  }

  docValueCount(): number {
    this.readRange();
    const set = this.column.get(this.index);
    return this.offsets[set + 1]! - this.offsets[set]!;
  }

  /** Position in the table of the document's next value. */
  protected takeValue(): number {
    this.readRange();
    if (this.next >= this.end) throw corrupt("Document has no more values", { doc: this.doc });
    return this.next++;
  }

  private readRange(): void {
    if (this.rangeOf === this.doc) return;
    const set = this.column.get(this.index);
    if (!(set >= 0 && set + 1 < this.offsets.length)) {
      throw corrupt("Number of a set is out of bounds", { doc: this.doc, set });
    }
    this.rangeOf = this.doc;
    this.next = this.offsets[set]!;
    this.end = this.offsets[set + 1]!;
  }

  override advance(target: number): number {
    this.rangeOf = -1;
    return super.advance(target);
  }

  override advanceExact(target: number): boolean {
    this.rangeOf = -1;
    return super.advanceExact(target);
  }
}

/** Sorted numeric doc values out of a table. */
export class TableSortedNumericDocValues extends TableRanges implements SortedNumericDocValues {
  private value = 0n;

  nextValue(): void {
    this.value = this.values[this.takeValue()]!;
  }

  longValue(): number {
    return Number(this.value);
  }

  longHigh(): number {
    return Number(this.value >> 32n);
  }

  longLow(): number {
    return Number(BigInt.asIntN(32, this.value));
  }

  bigValue(): bigint {
    return this.value;
  }
}

/** Sorted set doc values out of a table. */
export class TableSortedSetDocValues extends TableRanges implements SortedSetDocValues {
  readonly valueCount: number;
  private readonly dictionary: LazyDictionary;
  readonly lookupOrd = (ord: number) => this.dictionary.lookupOrd(ord);
  readonly lookupTerm = (term: Uint8Array) => this.dictionary.lookupTerm(term);
  readonly termsEnum = () => this.dictionary.termsEnum();

  constructor(
    data: IndexInput,
    entry: TableEntry & { readonly dict: OtherDictEntry },
    maxDoc: number,
  ) {
    super(data, entry, maxDoc);
    this.dictionary = new LazyDictionary(data, entry.dict);
    this.valueCount = entry.dict.size;
  }

  nextOrd(): number {
    return Number(this.values[this.takeValue()]!);
  }
}
