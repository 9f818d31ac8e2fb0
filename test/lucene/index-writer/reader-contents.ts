// Everything that live documents hold, as lines of text: what must not change in a merge. Documents
// are named by their order among the live ones of all leaves, or by their stored `_id`.

import { createHash } from "node:crypto";
import { DocValuesType, IndexOptions } from "../../../src/lucene/index/field-info.ts";
import {
  type DirectoryReader,
  type LeafReader,
  NO_MORE_DOCS,
  PostingsFlags,
} from "../../../src/lucene/index/leaf-reader.ts";

/** Line → how often; terms of several leaves meet here under the new labels. */
export function contentsOf(reader: DirectoryReader, nameBy: "order" | "_id" = "order"): string[] {
  const lines: string[] = [];
  let base = 0;
  for (const { reader: leaf } of reader.leaves) {
    const labels: (string | undefined)[] = [];
    for (let doc = 0; doc < leaf.maxDoc; doc++) {
      const live = leaf.liveDocs?.get(doc) !== false;
      labels.push(!live ? undefined : nameBy === "order" ? String(base++) : idOf(leaf, doc));
    }
    addLeaf(leaf, labels, lines);
  }
  return lines.sort();
}

/** A short name for many lines. */
export function digestOf(lines: readonly string[]): string {
  return `${lines.length} lines, ${createHash("sha256").update(lines.join("\n")).digest("hex")}`;
}

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString("hex");

function idOf(leaf: LeafReader, doc: number): string {
  let id = "";
  leaf.storedFields().document(doc, {
    needsField: (info) => (info.name === "_id" ? "yes" : "no"),
    field: (_info, value) => {
      id = hex(value as Uint8Array);
    },
  });
  return id;
}

function addLeaf(leaf: LeafReader, labels: readonly (string | undefined)[], lines: string[]): void {
  for (const info of leaf.fieldInfos) {
    const { name } = info;
    if (name === "__soft_deletes") continue;
    if (info.indexOptions !== IndexOptions.NONE) addTerms(leaf, name, labels, lines);
    if (info.docValuesType !== DocValuesType.NONE) {
      addDocValues(leaf, name, info.docValuesType, labels, lines);
    }
    const norms = leaf.normValues(name);
    if (norms !== undefined) {
      for (let doc = norms.nextDoc(); doc !== NO_MORE_DOCS; doc = norms.nextDoc()) {
        if (labels[doc] !== undefined)
          lines.push(`norm ${name} ${labels[doc]} ${norms.longValue()}`);
      }
    }
    leaf.pointValues(name)?.intersect({
      compare: () => "crosses",
      visit() {},
      visitValue(doc, packed) {
        if (labels[doc] !== undefined) lines.push(`point ${name} ${labels[doc]} ${hex(packed)}`);
      },
    });
  }
  for (let doc = 0; doc < leaf.maxDoc; doc++) {
    if (labels[doc] === undefined) continue;
    leaf.storedFields().document(doc, {
      needsField: () => "yes",
      field: (info, value, type) => {
        const text = value instanceof Uint8Array ? hex(value) : String(value);
        lines.push(`stored ${info.name} ${labels[doc]} ${type} ${text}`);
      },
    });
  }
}

function addTerms(
  leaf: LeafReader,
  name: string,
  labels: readonly (string | undefined)[],
  lines: string[],
): void {
  const terms = leaf.terms(name);
  if (terms === undefined) return;
  const all = terms.iterator();
  for (let term = all.next(); term !== undefined; term = all.next()) {
    const text = hex(term);
    const postings = all.postings(undefined, PostingsFlags.ALL);
    for (let doc = postings.nextDoc(); doc !== NO_MORE_DOCS; doc = postings.nextDoc()) {
      if (labels[doc] === undefined) continue;
      const places: string[] = [];
      for (let i = 0; terms.hasPositions && i < postings.freq(); i++) {
        const position = postings.nextPosition();
        const offsets = terms.hasOffsets
          ? `@${postings.startOffset()}-${postings.endOffset()}`
          : "";
        places.push(position + offsets);
      }
      const freq = terms.hasFreqs ? postings.freq() : "";
      lines.push(`term ${name} ${text} ${labels[doc]} ${freq} ${places.join()}`);
    }
  }
}

function addDocValues(
  leaf: LeafReader,
  name: string,
  type: DocValuesType,
  labels: readonly (string | undefined)[],
  lines: string[],
): void {
  const each = (values: { nextDoc(): number } | undefined, show: () => string): void => {
    if (values === undefined) return;
    for (let doc = values.nextDoc(); doc !== NO_MORE_DOCS; doc = values.nextDoc()) {
      if (labels[doc] !== undefined) lines.push(`value ${name} ${labels[doc]} ${show()}`);
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
