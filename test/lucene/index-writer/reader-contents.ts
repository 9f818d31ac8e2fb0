// Everything that live documents hold, as lines of text: what must not change in a merge. Documents
// are numbered by their order among the live ones of all leaves.

import { createHash } from "node:crypto";
import { DocValuesType, IndexOptions } from "../../../src/lucene/index/field-info.ts";
import {
  type DirectoryReader,
  type LeafReader,
  NO_MORE_DOCS,
  PostingsFlags,
} from "../../../src/lucene/index/leaf-reader.ts";

/** Line → how often; terms of several leaves meet here under the new numbers. */
export function contentsOf(reader: DirectoryReader): string[] {
  const lines: string[] = [];
  let base = 0;
  for (const { reader: leaf } of reader.leaves) {
    const numbers = new Int32Array(leaf.maxDoc);
    for (let doc = 0; doc < leaf.maxDoc; doc++) {
      numbers[doc] = leaf.liveDocs?.get(doc) === false ? -1 : base++;
    }
    addLeaf(leaf, numbers, lines);
  }
  return lines.sort();
}

/** A short name for many lines. */
export function digestOf(lines: readonly string[]): string {
  return `${lines.length} lines, ${createHash("sha256").update(lines.join("\n")).digest("hex")}`;
}

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString("hex");

function addLeaf(leaf: LeafReader, numbers: Int32Array, lines: string[]): void {
  for (const info of leaf.fieldInfos) {
    const { name } = info;
    if (name === "__soft_deletes") continue;
    if (info.indexOptions !== IndexOptions.NONE) addTerms(leaf, name, numbers, lines);
    if (info.docValuesType !== DocValuesType.NONE) {
      addDocValues(leaf, name, info.docValuesType, numbers, lines);
    }
    const norms = leaf.normValues(name);
    if (norms !== undefined) {
      for (let doc = norms.nextDoc(); doc !== NO_MORE_DOCS; doc = norms.nextDoc()) {
        if (numbers[doc]! >= 0) lines.push(`norm ${name} ${numbers[doc]} ${norms.longValue()}`);
      }
    }
    leaf.pointValues(name)?.intersect({
      compare: () => "crosses",
      visit() {},
      visitValue(doc, packed) {
        if (numbers[doc]! >= 0) lines.push(`point ${name} ${numbers[doc]} ${hex(packed)}`);
      },
    });
  }
  for (let doc = 0; doc < leaf.maxDoc; doc++) {
    if (numbers[doc]! < 0) continue;
    leaf.storedFields().document(doc, {
      needsField: () => "yes",
      field: (info, value, type) => {
        const text = value instanceof Uint8Array ? hex(value) : String(value);
        lines.push(`stored ${info.name} ${numbers[doc]} ${type} ${text}`);
      },
    });
  }
}

function addTerms(leaf: LeafReader, name: string, numbers: Int32Array, lines: string[]): void {
  const terms = leaf.terms(name);
  if (terms === undefined) return;
  const all = terms.iterator();
  for (let term = all.next(); term !== undefined; term = all.next()) {
    const text = hex(term);
    const postings = all.postings(undefined, PostingsFlags.ALL);
    for (let doc = postings.nextDoc(); doc !== NO_MORE_DOCS; doc = postings.nextDoc()) {
      if (numbers[doc]! < 0) continue;
      const places: string[] = [];
      for (let i = 0; terms.hasPositions && i < postings.freq(); i++) {
        const position = postings.nextPosition();
        const offsets = terms.hasOffsets
          ? `@${postings.startOffset()}-${postings.endOffset()}`
          : "";
        places.push(position + offsets);
      }
      const freq = terms.hasFreqs ? postings.freq() : "";
      lines.push(`term ${name} ${text} ${numbers[doc]} ${freq} ${places.join()}`);
    }
  }
}

function addDocValues(
  leaf: LeafReader,
  name: string,
  type: DocValuesType,
  numbers: Int32Array,
  lines: string[],
): void {
  const each = (values: { nextDoc(): number } | undefined, show: () => string): void => {
    if (values === undefined) return;
    for (let doc = values.nextDoc(); doc !== NO_MORE_DOCS; doc = values.nextDoc()) {
      if (numbers[doc]! >= 0) lines.push(`value ${name} ${numbers[doc]} ${show()}`);
    }
  };
  const repeat = (count: number, show: () => string) => Array.from({ length: count }, show).join();
  if (type === DocValuesType.NUMERIC) {
    const values = leaf.numericDocValues(name);
    each(values, () => String(values!.bigValue()));
  } else if (type === DocValuesType.BINARY) {
    const values = leaf.binaryDocValues(name);
    each(values, () => hex(values!.binaryValue()));
  } else if (type === DocValuesType.SORTED) {
    const values = leaf.sortedDocValues(name);
    each(values, () => hex(values!.lookupOrd(values!.ordValue())));
  } else if (type === DocValuesType.SORTED_NUMERIC) {
    const values = leaf.sortedNumericDocValues(name);
    each(values, () =>
      repeat(values!.docValueCount(), () => {
        values!.nextValue();
        return String(values!.bigValue());
      }),
    );
  } else {
    const values = leaf.sortedSetDocValues(name);
    each(values, () =>
      repeat(values!.docValueCount(), () => hex(values!.lookupOrd(values!.nextOrd()))),
    );
  }
}
