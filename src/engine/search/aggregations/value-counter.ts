// How many values a doc has, whatever they are.

import { type LeafContext, NO_MORE_DOCS } from "../../../lucene/index/index.ts";
import { leafNumbers } from "../field-values.ts";
import type { ValuesSource } from "./values-source.ts";

/** Counts a doc's values; undefined where no doc of the leaf has one. Docs come ascending. */
export function valueCounter(
  source: ValuesSource,
  leaf: LeafContext,
): ((doc: number) => number) | undefined {
  if (!source.hasValues) return undefined;
  const count = storedCounter(source, leaf);
  if (source.missing === undefined || source.isNumeric) return count;
  return count === undefined ? () => 1 : (doc) => Math.max(1, count(doc));
}

function storedCounter(
  source: ValuesSource,
  leaf: LeafContext,
): ((doc: number) => number) | undefined {
  if (source.isNumeric) {
    const values = source.numbers(leaf);
    return (doc) => values.advance(doc);
  }
  if (source.kind === "bytes" || source.kind === "ip") {
    const values = source.ordinals().leafValues(leaf);
    return values === undefined ? undefined : (doc) => values.advance(doc);
  }
  const field = source.fieldType?.name;
  if (field === undefined) return undefined;
  const numbers = leafNumbers(leaf, field);
  if (numbers !== undefined) {
    return (doc) => (numbers.advanceExact(doc) ? numbers.docValueCount() : 0);
  }
  const binary = leaf.reader.binaryDocValues(field);
  if (binary === undefined) return undefined;
  return (doc) => (doc !== NO_MORE_DOCS && binary.advanceExact(doc) ? 1 : 0);
}
