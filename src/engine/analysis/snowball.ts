// The Snowball algorithms of the snowball-stemmers package that agree with the real server's.
// Upstream: org.apache.lucene.analysis.snowball.SnowballFilter, org.tartarus.snowball.ext.*.

import { createRequire } from "node:module";

interface SnowballFactory {
  newStemmer(language: string): { stem(word: string): string };
}

const require = createRequire(import.meta.url);

/** Languages whose stems equal the real server's over test/engine/analysis/data. */
export const snowballLanguages: ReadonlySet<string> = new Set([
  "armenian",
  "basque",
  "catalan",
  "danish",
  "english",
  "finnish",
  "french",
  "hungarian",
  "irish",
  "italian",
  "norwegian",
  "portuguese",
  "romanian",
  "russian",
  "spanish",
  "swedish",
  "turkish",
]);

/** Letters that newer versions of Danish and Finnish take for consonants. */
const CONSONANT = /[bcdfghjklmnpqrstvwxz]/;
const FINNISH_VOWEL = /[aeiouyäö]/;

/** A sign that is no letter of the language is doubled on purpose. */
function keepDoubled(term: string, stem: string, alphabet: RegExp): string {
  const last = stem[stem.length - 1];
  if (last === undefined || alphabet.test(last)) return stem;
  return term.startsWith(stem + last) ? stem + last : stem;
}

/** Newer versions take a final a, ä, e away only after a consonant of the language. */
function keepFinnishVowel(term: string, stem: string): string {
  const last = stem[stem.length - 1] ?? "";
  const next = term[stem.length] ?? "";
  const foreign = !CONSONANT.test(last) && !FINNISH_VOWEL.test(last);
  return foreign && /[aäe]/.test(next) && term.startsWith(stem) ? stem + next : stem;
}

type Stem = (term: string) => string;

/** What the real server's later versions of the algorithms do and the package's do not. */
const LATER_VERSIONS: Readonly<Record<string, (stem: Stem) => Stem>> = {
  danish: (stem) => (term) => keepDoubled(term, stem(term), /[a-zæøå]/),
  finnish: (stem) => (term) => keepFinnishVowel(term, keepDoubled(term, stem(term), /[a-zäö]/)),
  // ë and ï are taken apart before and put together after; a capital H marks them meanwhile.
  french: (stem) => (term) =>
    stem(term.replaceAll("ë", "He").replaceAll("ï", "Hi"))
      .replaceAll("He", "ë")
      .replaceAll("Hi", "ï")
      .replaceAll("H", ""),
  // The comma below is the letter, the cedilla its old spelling.
  romanian: (stem) => (term) =>
    stem(term.replaceAll("ș", "ş").replaceAll("ț", "ţ")).replaceAll("ş", "ș").replaceAll("ţ", "ț"),
  russian: (stem) => (term) => stem(term.replaceAll("ё", "е")),
};

const stemmers = new Map<string, Stem>();

/** The stemming function of a language. */
export function snowballStem(language: string): Stem {
  let stem = stemmers.get(language);
  if (stem === undefined) {
    // The package is large and few indices stem, so it is loaded at the first use.
    const factory = require("snowball-stemmers") as SnowballFactory;
    const stemmer = factory.newStemmer(language);
    const plain: Stem = (term) => stemmer.stem(term);
    stem = LATER_VERSIONS[language]?.(plain) ?? plain;
    stemmers.set(language, stem);
  }
  return stem;
}
