// Where sentences and words begin and end, as Java's default rules have it. They differ from
// Unicode's: a line's end is no sentence's end, and a mark of exclamation or question always is.
// Upstream: java.text.BreakIterator, sun.text.resources.BreakIteratorRules.

/** Boundaries of a text; both ends of the text are boundaries. */
export interface BreakIterator {
  /** The last boundary before an offset, -1 where there is none. */
  preceding(offset: number): number;
  /** The first boundary after an offset; -1 where there is none. */
  following(offset: number): number;
}

/** Answers the end of the part that starts at an offset. */
type NextBoundary = (text: string, from: number) => number;

/** Finds boundaries from the text's start on, as far as they are asked for. */
class RuleBreakIterator implements BreakIterator {
  private readonly text: string;
  private readonly next: NextBoundary;
  private readonly found: number[] = [0];

  constructor(text: string, next: NextBoundary) {
    this.text = text;
    this.next = next;
  }

  private extend(offset: number): void {
    let last = this.found[this.found.length - 1]!;
    while (last <= offset && last < this.text.length) {
      last = Math.max(last + 1, this.next(this.text, last));
      this.found.push(Math.min(last, this.text.length));
    }
  }

  /** The index of the first boundary that is greater than an offset. */
  private indexAfter(offset: number): number {
    this.extend(offset);
    let low = 0;
    let high = this.found.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.found[middle]! > offset) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  preceding(offset: number): number {
    const at = this.indexAfter(offset - 1) - 1;
    return at < 0 ? -1 : this.found[at]!;
  }

  following(offset: number): number {
    return this.found[this.indexAfter(offset)] ?? -1;
  }
}

const PARAGRAPH = "\u2029";
/** From a sentence's last mark to the next sentence. */
const TERMINATED =
  /[!?。！？][!?。！？.．\p{Pe}\p{Pf}"'\p{M}\p{Cf}]*[\t\r\f\n\u2028\p{Zs}\p{M}\p{Cf}]*\u2029?/uy;
const DANDA = /[\u0964\u0965][\t\r\f\n\u2028\p{Zs}]*/uy;
/** A period ends a sentence where the next one seems to begin. */
const PERIOD_BEFORE_LETTER = new RegExp(
  "[.．][.．\\p{Pe}\\p{Pf}\"'\\p{M}\\p{Cf}]*[\\t\\r\\f\\n\\u2028\\p{Zs}]" +
    "[\\t\\r\\f\\n\\u2028\\p{Zs}\\p{M}\\p{Cf}]*(?=[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}])",
  "uy",
);
const OPENS =
  "[^\\p{L}\\t\\r\\f\\n\\u2028\\p{Zs}\\p{Pe}\\p{Pf}\\p{N}!?。！？.．,\\u2029\\p{M}\\p{Cf}]";
const PERIOD_BEFORE_OPENING = new RegExp(
  "[.．][.．\\p{Pe}\\p{Pf}\"'\\p{M}\\p{Cf}]*[\\t\\r\\f\\n\\u2028\\p{Zs}\\p{M}\\p{Cf}]*" +
    `(?=(?:[\\p{Ps}\\p{Pi}"']|${OPENS})+\\p{L})`,
  "uy",
);

function matchEnd(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at;
  return pattern.test(text) ? pattern.lastIndex : -1;
}

const MARKS = /[!?。！？.．\u0964\u0965\u2029]/g;

function sentenceEnd(text: string, from: number): number {
  MARKS.lastIndex = from;
  for (let mark = MARKS.exec(text); mark !== null; mark = MARKS.exec(text)) {
    const at = mark.index;
    if (mark[0] === PARAGRAPH) return at + 1;
    const end = Math.max(
      matchEnd(TERMINATED, text, at),
      matchEnd(DANDA, text, at),
      matchEnd(PERIOD_BEFORE_LETTER, text, at),
      matchEnd(PERIOD_BEFORE_OPENING, text, at),
    );
    if (end > at) return end;
    MARKS.lastIndex = at + 1;
  }
  return text.length;
}

const CJK = "\\u3099-\\u309c\\u30fb\\u30fc";
const KANJI = "\\u3005\\u4e00-\\u9fa5\\uf900-\\ufa2d";
const KATAKANA = "\\u30a1-\\u30fa\\u30fd\\u30fe";
const HIRAGANA = "\\u3041-\\u3094\\u309d\\u309e";
const LETTER = `(?:(?![${KANJI}${KATAKANA}${HIRAGANA}${CJK}])[\\p{L}\\p{Mc}][\\p{Mn}\\p{Me}\\p{Cf}]*)`;
const DIGIT = "(?:\\p{N}[\\p{Mn}\\p{Me}\\p{Cf}]*)";
const WORD = `(?:${LETTER}+(?:[\\p{Pd}\\p{Pc}\\u00ad\\u2027"'.]${LETTER}+)*[\\u0964\\u0965]?)`;
const NUMBER = `(?:${DIGIT}+(?:["',\\u066b.]${DIGIT}+)*)`;
const LAST_NUMBER = `(?:${NUMBER}[%&\\u00a2\\u066a\\u2030\\u2031]?)?`;
/** The longest of these is one part; any other character is one by itself. */
const WORD_RULES = [
  `${WORD}?(?:${NUMBER}${WORD})*${LAST_NUMBER}`,
  `(?!\\u00a2)[\\p{Sc}#.](?:${NUMBER}${WORD})*${LAST_NUMBER}`,
  "[\\p{Zs}\\t\\p{Mn}\\p{Me}]*\\r?[\\n\\f\\u2028\\u2029]?",
  `[${KATAKANA}${CJK}]+`,
  `[${HIRAGANA}${CJK}]+`,
  `[${KANJI}]+`,
  "[^\\p{Mn}\\p{Me}\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}][\\p{Mn}\\p{Me}]+",
].map((rule) => new RegExp(rule, "uy"));

function wordEnd(text: string, from: number): number {
  const first = text.codePointAt(from)!;
  let end = from + (first > 0xffff ? 2 : 1);
  for (const rule of WORD_RULES) end = Math.max(end, matchEnd(rule, text, from));
  return end;
}

/** Sentences. */
export function sentenceBreaks(text: string): BreakIterator {
  return new RuleBreakIterator(text, sentenceEnd);
}

/** Words, and what stands between them. */
export function wordBreaks(text: string): BreakIterator {
  return new RuleBreakIterator(text, wordEnd);
}

/** Parts that end with a separator. Upstream: CustomSeparatorBreakIterator. */
export function separatorBreaks(text: string, separator: string): BreakIterator {
  return new RuleBreakIterator(text, (all, from) => {
    const at = all.indexOf(separator, from);
    return at < 0 ? all.length : at + 1;
  });
}

/**
 * Sentences that are joined up to a length, and cut at words where they are longer. Offsets must
 * ascend, and `following` be asked after `preceding`. Upstream: BoundedBreakIteratorScanner.
 */
export class BoundedBreaks implements BreakIterator {
  private readonly main: BreakIterator;
  private readonly inner: BreakIterator;
  private readonly lengthMax: number;
  private windowStart = -1;
  private windowEnd = -1;
  private innerStart = -1;
  private innerEnd = 0;

  constructor(text: string, lengthMax: number) {
    this.main = sentenceBreaks(text);
    this.inner = wordBreaks(text);
    this.lengthMax = lengthMax;
  }

  preceding(offset: number): number {
    const { main, inner, lengthMax } = this;
    if (offset > this.windowStart && offset < this.windowEnd) {
      this.innerStart = this.innerEnd;
      this.innerEnd = this.windowEnd;
    } else {
      this.windowStart = this.innerStart = main.preceding(offset);
      this.windowEnd = this.innerEnd = main.following(offset - 1);
      while (this.innerEnd - this.innerStart < lengthMax) {
        const end = main.following(this.innerEnd);
        if (end < 0 || end - this.innerStart > lengthMax) break;
        this.windowEnd = this.innerEnd = end;
      }
    }
    if (this.innerEnd - this.innerStart > lengthMax) {
      if (offset - lengthMax > this.innerStart) {
        this.innerStart = Math.max(this.innerStart, inner.preceding(offset - lengthMax));
      }
      const left = Math.max(0, lengthMax - (offset - this.innerStart));
      if (offset + left < this.windowEnd) {
        this.innerEnd = Math.min(this.windowEnd, inner.following(offset + left));
      }
    }
    return this.innerStart;
  }

  following(_offset: number): number {
    return this.innerEnd;
  }
}
