// Stemmers by the names that `stemmer` and `snowball` take.
// Upstream: StemmerTokenFilterFactory, SnowballFilter.

import { illegalArgument, VarveError } from "../../base/index.ts";
import {
  MappedTermFilter,
  porterStem,
  StemFilter,
  type TokenStream,
  withoutPossessive,
} from "../../lucene/analysis/index.ts";
import { snowballLanguages, snowballStem } from "./snowball.ts";

type Wrap = (input: TokenStream) => TokenStream;

const stemming =
  (stem: (term: string) => string): Wrap =>
  (input) =>
    new StemFilter(input, stem);

/** Names of `stemmer` that are not those of a Snowball algorithm. */
const NAMED: Readonly<Record<string, Wrap>> = {
  porter: stemming(porterStem),
  english: stemming(porterStem),
  possessive_english: (input) => new MappedTermFilter(input, withoutPossessive),
  possessiveenglish: (input) => new MappedTermFilter(input, withoutPossessive),
};

/** Snowball's name for a name of `stemmer`. */
const SNOWBALL_NAMES: Readonly<Record<string, string>> = { porter2: "english" };

/** Names that the real server knows and this engine refuses. */
const REFUSED = new Set(
  (
    "arabic bengali brazilian bulgarian czech light_english kstem minimal_english plural_english " +
    "estonian light_finnish light_french minimal_french galician minimal_galician light_german " +
    "minimal_german greek hindi light_hungarian indonesian light_italian latvian lithuanian " +
    "light_norwegian minimal_norwegian light_nynorsk minimal_nynorsk persian light_portuguese " +
    "minimal_portuguese portuguese_rslp light_russian light_spanish sorani light_swedish german " +
    "german2 dutch dutch_kp lovins serbian nepali tamil yiddish kp"
  ).split(" "),
);

/** A stemmer by name; `type` is the filter's type. */
export function stemmerOf(name: string, type: "stemmer" | "snowball"): Wrap {
  const key = name.toLowerCase();
  if (type === "stemmer" && Object.hasOwn(NAMED, key)) return NAMED[key]!;
  const language = type === "stemmer" ? (SNOWBALL_NAMES[key] ?? key) : key;
  if (snowballLanguages.has(language)) return stemming(snowballStem(language));
  if (type === "snowball" && language === "porter") return stemming(porterStem);
  if (REFUSED.has(key)) {
    throw illegalArgument(`[${name}] is not a supported language of a [${type}] token filter`);
  }
  const className = name[0]!.toUpperCase() + name.slice(1);
  throw illegalArgument(
    `Invalid stemmer class specified: ${className}`,
    new VarveError("invalid", `org.tartarus.snowball.ext.${className}Stemmer`, {
      type: "class_not_found_exception",
    }),
  );
}
