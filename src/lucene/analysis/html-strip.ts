// Takes HTML markup out of a text: tags, comments, scripts, styles; entities become characters.
// Upstream: org.apache.lucene.analysis.charfilter.HTMLStripCharFilter.

import { type FilteredText, FilteredTextBuilder } from "./char-filter.ts";

/** Tags that part words: they leave a line break, all others nothing. */
const BLOCK_TAGS = new Set(
  (
    "address article aside blockquote br caption center dd details dialog dir div dl dt fieldset " +
    "figcaption figure footer form frameset h1 h2 h3 h4 h5 h6 head header hgroup hr html iframe " +
    "isindex legend li main menu nav noframes noscript ol optgroup option p pre section select " +
    "summary table tbody td textarea tfoot th thead title tr ul"
  ).split(" "),
);

const ENTITIES: Readonly<Record<string, string>> = {
  amp: "&",
  lt: "<",
  gt: ">",
  quot: '"',
  apos: "'",
  nbsp: " ",
  copy: "©",
  reg: "®",
  AMP: "&",
  LT: "<",
  GT: ">",
  QUOT: '"',
  COPY: "©",
  REG: "®",
  eacute: "é",
  egrave: "è",
  agrave: "à",
  aacute: "á",
  auml: "ä",
  ouml: "ö",
  uuml: "ü",
  Auml: "Ä",
  Ouml: "Ö",
  Uuml: "Ü",
  szlig: "ß",
  ccedil: "ç",
  ntilde: "ñ",
  oslash: "ø",
  hellip: "…",
  mdash: "—",
  ndash: "–",
  lsquo: "‘",
  rsquo: "’",
  ldquo: "“",
  rdquo: "”",
  euro: "€",
  pound: "£",
  yen: "¥",
  cent: "¢",
  sect: "§",
  deg: "°",
  middot: "·",
  laquo: "«",
  raquo: "»",
  bull: "•",
  trade: "™",
  times: "×",
  divide: "÷",
};

const MARKUP = new RegExp(
  [
    "<!--[\\s\\S]*?(?:-->|$)",
    "<!\\[CDATA\\[(?<cdata>[\\s\\S]*?)\\]\\]>",
    "<![A-Za-z][^>]*>",
    "<\\?[\\s\\S]*?\\?>",
    "<(?<raw>script|style)\\b[^>]*>[\\s\\S]*?<\\/\\k<raw>\\s*>",
    "<\\/?\\s*(?<tag>[A-Za-z_:][\\w:.\\-]*)(?:\\s+(?:\"[^\"]*\"|'[^']*'|[^>\"'])*)?\\s*\\/?>",
    "&(?:#(?<decimal>\\d{1,7});?|#[xX](?<hex>[0-9a-fA-F]{1,6});?|(?<entity>\\w+);?)",
  ].join("|"),
  "gi",
);

/** Strips markup; tags in `escapedTags` stay as they are. */
export function stripHtml(text: string, escapedTags: ReadonlySet<string>): FilteredText {
  const out = new FilteredTextBuilder();
  let from = 0;
  let cumulative = 0;
  for (const match of text.matchAll(MARKUP)) {
    const replacement = replacementOf(match, escapedTags);
    if (replacement === undefined) continue;
    out.append(text.slice(from, match.index));
    out.append(replacement);
    from = match.index + match[0].length;
    const difference = match[0].length - replacement.length;
    if (difference !== 0) {
      cumulative += difference;
      out.addOffCorrectMap(out.length, cumulative);
    }
  }
  out.append(text.slice(from));
  return out.build();
}

/** Undefined: the match is no markup. */
function replacementOf(
  match: RegExpMatchArray,
  escapedTags: ReadonlySet<string>,
): string | undefined {
  const { cdata, raw, tag, decimal, hex, entity } = match.groups!;
  if (entity !== undefined) return ENTITIES[entity];
  const code = decimal !== undefined ? Number(decimal) : hex && Number.parseInt(hex, 16);
  if (typeof code === "number") return code <= 0x10ffff ? String.fromCodePoint(code) : "\ufffd";
  if (cdata !== undefined) return cdata;
  if (raw !== undefined) return "\n";
  if (tag === undefined) return "";
  if (escapedTags.has(tag.toLowerCase())) return undefined;
  return BLOCK_TAGS.has(tag.toLowerCase()) ? "\n" : "";
}
