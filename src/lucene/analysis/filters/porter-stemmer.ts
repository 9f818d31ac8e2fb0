// Porter's first algorithm with the departures of his own later implementation: -bli to -ble,
// -logi to -log, and no stemming of words of one or two letters.
// Upstream: org.apache.lucene.analysis.en.{PorterStemFilter,PorterStemmer}.

const VOWELS = new Set([..."aeiou"].map((letter) => letter.charCodeAt(0)));
const Y = 121;

function isConsonant(word: string, at: number): boolean {
  // A run of y alternates, from its first letter on.
  let flip = false;
  let i = at;
  while (word.charCodeAt(i) === Y && i > 0) {
    i--;
    flip = !flip;
  }
  const consonant = !VOWELS.has(word.charCodeAt(i));
  return flip ? !consonant : consonant;
}

/** Number of vowel-consonant sequences. */
function measure(stem: string): number {
  let count = 0;
  let vowel = false;
  for (let i = 0; i < stem.length; i++) {
    const consonant = isConsonant(stem, i);
    if (consonant && vowel) count++;
    vowel = !consonant;
  }
  return count;
}

function hasVowel(stem: string): boolean {
  for (let i = 0; i < stem.length; i++) if (!isConsonant(stem, i)) return true;
  return false;
}

function endsWithDouble(word: string): boolean {
  const last = word.length - 1;
  return last > 0 && word[last] === word[last - 1] && isConsonant(word, last);
}

/** Ends with consonant, vowel, consonant, the last not w, x or y. */
function endsShort(word: string): boolean {
  const last = word.length - 1;
  return (
    last >= 2 &&
    isConsonant(word, last) &&
    !isConsonant(word, last - 1) &&
    isConsonant(word, last - 2) &&
    !/[wxy]$/.test(word)
  );
}

function withoutPlural(word: string): string {
  if (!word.endsWith("s")) return word;
  if (word.endsWith("sses") || word.endsWith("ies")) return word.slice(0, -2);
  return word.endsWith("ss") ? word : word.slice(0, -1);
}

function withoutParticiple(word: string): string {
  if (word.endsWith("eed")) return measure(word.slice(0, -3)) > 0 ? word.slice(0, -1) : word;
  const stem = word.endsWith("ed")
    ? word.slice(0, -2)
    : word.endsWith("ing")
      ? word.slice(0, -3)
      : undefined;
  if (stem === undefined || !hasVowel(stem)) return word;
  if (/(?:at|bl|iz)$/.test(stem)) return `${stem}e`;
  if (endsWithDouble(stem)) return /[lsz]$/.test(stem) ? stem : stem.slice(0, -1);
  return measure(stem) === 1 && endsShort(stem) ? `${stem}e` : stem;
}

type Suffixes = readonly (readonly [string, string])[];

/** By the letter before the last. */
const DOUBLE_SUFFIXES: Readonly<Record<string, Suffixes>> = {
  a: [
    ["ational", "ate"],
    ["tional", "tion"],
  ],
  c: [
    ["enci", "ence"],
    ["anci", "ance"],
  ],
  e: [["izer", "ize"]],
  l: [
    ["bli", "ble"],
    ["alli", "al"],
    ["entli", "ent"],
    ["eli", "e"],
    ["ousli", "ous"],
  ],
  o: [
    ["ization", "ize"],
    ["ation", "ate"],
    ["ator", "ate"],
  ],
  s: [
    ["alism", "al"],
    ["iveness", "ive"],
    ["fulness", "ful"],
    ["ousness", "ous"],
  ],
  t: [
    ["aliti", "al"],
    ["iviti", "ive"],
    ["biliti", "ble"],
  ],
  g: [["logi", "log"]],
};

const FULL_SUFFIXES: Readonly<Record<string, Suffixes>> = {
  e: [
    ["icate", "ic"],
    ["ative", ""],
    ["alize", "al"],
  ],
  i: [["iciti", "ic"]],
  l: [
    ["ical", "ic"],
    ["ful", ""],
  ],
  s: [["ness", ""]],
};

const LAST_SUFFIXES: Readonly<Record<string, readonly string[]>> = {
  a: ["al"],
  c: ["ance", "ence"],
  e: ["er"],
  i: ["ic"],
  l: ["able", "ible"],
  n: ["ant", "ement", "ment", "ent"],
  o: ["ion", "ou"],
  s: ["ism"],
  t: ["ate", "iti"],
  u: ["ous"],
  v: ["ive"],
  z: ["ize"],
};

function replaceSuffix(word: string, suffixes: Suffixes | undefined): string {
  for (const [suffix, replacement] of suffixes ?? []) {
    if (!word.endsWith(suffix)) continue;
    const stem = word.slice(0, word.length - suffix.length);
    return measure(stem) > 0 ? stem + replacement : word;
  }
  return word;
}

function withoutLastSuffix(word: string): string {
  for (const suffix of LAST_SUFFIXES[word[word.length - 2]!] ?? []) {
    if (!word.endsWith(suffix)) continue;
    const stem = word.slice(0, word.length - suffix.length);
    if (suffix === "ion" && !/[st]$/.test(stem)) continue;
    return measure(stem) > 1 ? stem : word;
  }
  return word;
}

function withoutFinalE(word: string): string {
  let result = word;
  const count = measure(word);
  if (word.endsWith("e")) {
    if (count > 1 || (count === 1 && !endsShort(word.slice(0, -1)))) result = word.slice(0, -1);
  }
  // Measured over the word as it was, with its final e.
  return result.endsWith("l") && endsWithDouble(result) && count > 1 ? result.slice(0, -1) : result;
}

/** The stem of a lower-case English word. */
export function porterStem(term: string): string {
  if (term.length <= 2) return term;
  let word = withoutParticiple(withoutPlural(term));
  if (word.endsWith("y") && hasVowel(word.slice(0, -1))) word = `${word.slice(0, -1)}i`;
  if (word.length > 1) word = replaceSuffix(word, DOUBLE_SUFFIXES[word[word.length - 2]!]);
  word = replaceSuffix(word, FULL_SUFFIXES[word[word.length - 1]!]);
  if (word.length > 1) word = withoutLastSuffix(word);
  return withoutFinalE(word);
}
