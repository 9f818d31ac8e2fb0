// Phrases of a search_as_you_type field as phrases of its runs of words: with runs of three, the
// phrase "a b c d" is that of "a b c" and "b c d". The last run of a phrase prefix is a term of the
// field of prefixes, where it is short enough.
// Upstream: SearchAsYouTypeFieldType.{phraseQuery,phrasePrefixQuery},
// TextFieldMapper.createPhrasePrefixQuery.

import {
  FieldMaskingPhraseQuery,
  type Query,
  SynonymQuery,
  TermQuery,
} from "../../lucene/search/index.ts";
import type { SearchAsYouTypeFieldType, ShingleFieldType } from "../mapping/index.ts";
import type { PhraseWords } from "./field-phrases.ts";
import { MultiPhrasePrefixQuery, type PhrasePrefixOptions } from "./multi-phrase-prefix-query.ts";

const ALTERNATIVES_MAX = 1000;
const SPACE = Buffer.from(" ");

/** A phrase of runs, and the field that holds them. */
export interface ShinglePhrase {
  readonly type: ShingleFieldType;
  readonly words: PhraseWords;
}

/** The runs of a phrase; undefined for one word, or where words are missing between others. */
export function shinglesOf(
  type: SearchAsYouTypeFieldType,
  { arrays, positions }: PhraseWords,
): ShinglePhrase | undefined {
  const field = type.shingleField(arrays.length);
  const runs = runsOf({ arrays, positions }, field.size);
  return runs === undefined ? undefined : { type: field, words: runs };
}

/** A phrase of runs of `size` words; undefined as above. */
export function runsOf({ arrays, positions }: PhraseWords, size: number): PhraseWords | undefined {
  const count = arrays.length;
  if (count <= 1 || positions.some((position, i) => position !== i)) return undefined;
  const runs: Uint8Array[][] = [];
  for (let from = 0; from + size <= count; from++) {
    let run: Uint8Array[] = [...arrays[from]!];
    for (const next of arrays.slice(from + 1, from + size)) {
      run = run.flatMap((left) => next.map((right) => Buffer.concat([left, SPACE, right])));
      run = run.slice(0, ALTERNATIVES_MAX);
    }
    runs.push(run);
  }
  return { arrays: runs, positions: runs.map((_, i) => i) };
}

/** A phrase of runs of which the last is a prefix. */
export function shinglePrefixQuery(
  { type, words }: ShinglePhrase,
  options: PhrasePrefixOptions,
): Query {
  const { prefixField } = type;
  const holds = (length: number) => prefixField.holds(length);
  return wordPrefixQuery(type.name, words, { name: prefixField.name, holds }, options);
}

/** A field of prefixes, and the lengths that it has. */
export interface PrefixField {
  readonly name: string;
  readonly holds: (length: number) => boolean;
}

/** A phrase whose last word is a prefix, by a field of prefixes where that has it. */
export function wordPrefixQuery(
  field: string,
  { arrays, positions }: PhraseWords,
  prefixField: PrefixField,
  options: PhrasePrefixOptions,
): Query {
  const last = arrays[arrays.length - 1]!;
  const length = (term: Uint8Array) => Buffer.from(term).toString("utf8").length;
  if (!last.every((term) => prefixField.holds(length(term)))) {
    return new MultiPhrasePrefixQuery(field, arrays, positions, options);
  }
  if (arrays.length > 1) {
    return new FieldMaskingPhraseQuery(field, arrays, positions, prefixField.name);
  }
  return last.length === 1
    ? new TermQuery(prefixField.name, last[0]!)
    : new SynonymQuery(prefixField.name, last);
}
