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
  "italian",
  "norwegian",
  "portuguese",
  "romanian",
  "russian",
  "spanish",
  "swedish",
  "turkish",
]);

const stemmers = new Map<string, (term: string) => string>();

/** The stemming function of a language. */
export function snowballStem(language: string): (term: string) => string {
  let stem = stemmers.get(language);
  if (stem === undefined) {
    // The package is large and few indices stem, so it is loaded at the first use.
    const factory = require("snowball-stemmers") as SnowballFactory;
    const stemmer = factory.newStemmer(language);
    stem = (term) => stemmer.stem(term);
    stemmers.set(language, stem);
  }
  return stem;
}
