// Java regular expressions on JavaScript's. The two agree on most; what differs is translated, and
// what cannot be is refused. The `v` flag gives Java's nested classes and intersections.
// Upstream: java.util.regex.Pattern, org.opensearch.common.regex.Regex.

import { illegalArgument, VarveError } from "../../base/index.ts";

/** Flags of `Regex.flagsFromString` and JavaScript's letter for them. */
const FLAGS: Readonly<Record<string, string>> = {
  CASE_INSENSITIVE: "i",
  MULTILINE: "m",
  DOTALL: "s",
  UNICODE_CASE: "",
  UNICODE_CHAR_CLASS: "",
  UNICODE_CHARACTER_CLASS: "",
  COMMENTS: "x",
  LITERAL: "q",
  CANON_EQ: "",
};

/** POSIX and java classes by the name in `\p{…}`. */
const NAMED: Readonly<Record<string, string>> = {
  Lower: "a-z",
  Upper: "A-Z",
  ASCII: "\\x00-\\x7f",
  Alpha: "a-zA-Z",
  Digit: "0-9",
  Alnum: "a-zA-Z0-9",
  Punct: "!-\\/:-@\\[-`\\{-~",
  Graph: "!-~",
  Print: "\\x20-~",
  Blank: " \\t",
  Cntrl: "\\x00-\\x1f\\x7f",
  XDigit: "0-9a-fA-F",
  Space: " \\t\\n\\x0b\\f\\r",
  javaLowerCase: "\\p{Lowercase}",
  javaUpperCase: "\\p{Uppercase}",
  javaWhitespace: "\\s",
  javaLetter: "\\p{L}",
  javaLetterOrDigit: "\\p{L}\\p{Nd}",
  javaDigit: "\\p{Nd}",
};

const CLASS_SPACE = " \\t\\n\\x0b\\f\\r";
const CLASS_HORIZONTAL = " \\t\\u00a0\\u1680\\u180e\\u2000-\\u200a\\u202f\\u205f\\u3000";
const CLASS_VERTICAL = "\\n\\x0b\\f\\r\\x85\\u2028\\u2029";

/** Compiles a Java pattern; `flags` is `CASE_INSENSITIVE|DOTALL`, `extra` JavaScript's own. */
export function javaPattern(pattern: string, flags: string, extra = ""): RegExp {
  let letters = `v${extra}`;
  for (const flag of flags.split("|").map((part) => part.trim())) {
    if (flag === "") continue;
    const letter = FLAGS[flag.toUpperCase()];
    if (letter === undefined) throw illegalArgument(`Unknown regex flag [${flag}]`);
    letters += letter;
  }
  const literal = letters.includes("q");
  const source = literal
    ? pattern.replace(/[^\w\s]/g, quote)
    : new Translator(pattern).run(letters);
  try {
    return new RegExp(source, [...new Set(letters.replace(/[xq]/g, ""))].join(""));
  } catch (error) {
    throw new VarveError("invalid", `${(error as Error).message} near index 0\n${pattern}`, {
      type: "pattern_syntax_exception",
    });
  }
}

function quote(char: string): string {
  return /[\^$\\.*+?()[\]{}|/-]/.test(char) ? `\\${char}` : char;
}

class Translator {
  private readonly pattern: string;
  private index = 0;
  private readonly out: string[] = [];

  constructor(pattern: string) {
    this.pattern = pattern;
  }

  run(letters: string): string {
    // A leading (?i) and the like become flags of their scope.
    const comments = letters.includes("x");
    while (this.index < this.pattern.length) {
      const char = this.pattern[this.index]!;
      if (char === "\\") this.out.push(this.escape(false));
      else if (char === "[") this.out.push(this.characterClass());
      else if (comments && /\s/.test(char)) this.index++;
      else if (comments && char === "#") this.skipComment();
      else this.plain(char);
    }
    return this.out.join("");
  }

  private skipComment(): void {
    const end = this.pattern.indexOf("\n", this.index);
    this.index = end < 0 ? this.pattern.length : end + 1;
  }

  private plain(char: string): void {
    this.index++;
    if (
      char === "+" &&
      /[*+?}]$/.test(this.out[this.out.length - 1] ?? "") &&
      this.out.length > 1
    ) {
      throw illegalArgument(`Possessive quantifiers are not supported: ${this.pattern}`);
    }
    if (char === "]" || char === "}") {
      // Outside a class a closing bracket is itself; a closing brace may end a quantifier.
      const quantifier = char === "}" && /\{\d+(?:,\d*)?$/.test(this.out.join(""));
      this.out.push(quantifier ? char : `\\${char}`);
      return;
    }
    this.out.push(char);
  }

  /** The escape at `index`; inside a class sets are spelled without brackets. */
  private escape(inClass: boolean): string {
    const { pattern } = this;
    const char = pattern[this.index + 1];
    this.index += 2;
    if (char === undefined) return "\\\\";
    const set = (body: string, negated = false) =>
      negated ? `[^${body}]` : inClass ? body : `[${body}]`;
    switch (char) {
      case "s":
        return set(CLASS_SPACE);
      case "S":
        return set(CLASS_SPACE, true);
      case "h":
        return set(CLASS_HORIZONTAL);
      case "H":
        return set(CLASS_HORIZONTAL, true);
      case "v":
        return set(CLASS_VERTICAL);
      case "V":
        return set(CLASS_VERTICAL, true);
      case "R":
        return "(?:\\r\\n|[\\n\\x0b\\f\\r\\x85\\u2028\\u2029])";
      case "A":
        return "(?<![\\s\\S])";
      case "z":
        return "(?![\\s\\S])";
      case "Z":
        return "(?=\\n?(?![\\s\\S]))";
      case "a":
        return "\\x07";
      case "e":
        return "\\x1b";
      case "p":
      case "P":
        return this.property(char === "P", inClass);
      case "Q":
        return this.quoted();
      case "x":
        return this.codePoint();
      case "0":
        return this.octal();
      default:
    }
    if (/[dDwWbBtnrfkuc1-9]/.test(char)) return `\\${char}`;
    return /[A-Za-z]/.test(char) ? `\\${char}` : quoteIn(char);
  }

  private property(negated: boolean, inClass: boolean): string {
    const match = /^(?:\{(\^?)([^}]*)\}|(.))/.exec(this.pattern.slice(this.index));
    if (match === null) return "\\p";
    this.index += match[0].length;
    const name = match[2] ?? match[3]!;
    const not = negated !== (match[1] === "^");
    const body = NAMED[name] ?? `\\p{${propertyName(name)}}`;
    if (not) return `[^${body}]`;
    return inClass ? body : `[${body}]`;
  }

  private quoted(): string {
    const end = this.pattern.indexOf("\\E", this.index);
    const text = this.pattern.slice(this.index, end < 0 ? undefined : end);
    this.index = end < 0 ? this.pattern.length : end + 2;
    return [...text].map(quoteIn).join("");
  }

  private codePoint(): string {
    const match = /^\{([0-9a-fA-F]+)\}|^([0-9a-fA-F]{2})/.exec(this.pattern.slice(this.index));
    if (match === null) return "\\x";
    this.index += match[0].length;
    return `\\u{${match[1] ?? match[2]}}`;
  }

  private octal(): string {
    const match = /^[0-3]?[0-7]{1,2}/.exec(this.pattern.slice(this.index));
    if (match === null) return "\\0";
    this.index += match[0].length;
    return `\\u{${Number.parseInt(match[0], 8).toString(16)}}`;
  }

  private characterClass(): string {
    const { pattern } = this;
    let out = "[";
    this.index++;
    if (pattern[this.index] === "^") {
      out += "^";
      this.index++;
    }
    if (pattern[this.index] === "]") {
      out += "\\]";
      this.index++;
    }
    while (this.index < pattern.length) {
      const char = pattern[this.index]!;
      if (char === "]") {
        this.index++;
        return `${out}]`;
      }
      if (char === "[") out += this.characterClass();
      else if (char === "\\") out += this.escape(true);
      else if (pattern.startsWith("&&", this.index)) {
        this.index += 2;
        // The operand of an intersection must be one class.
        const rest = pattern[this.index] === "[" ? this.characterClass() : this.operand();
        return this.closeIntersection(
          `[${out.startsWith("[^") ? out.slice(2) : out.slice(1)}]`,
          rest,
          out,
        );
      } else {
        this.index++;
        out += this.classChar(char);
      }
    }
    return out;
  }

  private operand(): string {
    let out = "[";
    while (this.index < this.pattern.length && this.pattern[this.index] !== "]") {
      const char = this.pattern[this.index]!;
      if (char === "\\") out += this.escape(true);
      else {
        this.index++;
        out += this.classChar(char);
      }
    }
    return `${out}]`;
  }

  private closeIntersection(left: string, right: string, open: string): string {
    if (this.pattern[this.index] === "]") this.index++;
    return `[${open.startsWith("[^") ? "^" : ""}${left}&&${right}]`;
  }

  /** A `-` stands for a range only between two characters. */
  private classChar(char: string): string {
    if (char !== "-") return /[()[\]{}/|^&!#$%*+,.:;<=>?@`~]/.test(char) ? `\\${char}` : char;
    const before = this.pattern[this.index - 2];
    const after = this.pattern[this.index];
    return before === "[" || before === "^" || after === "]" ? "\\-" : "-";
  }
}

function quoteIn(char: string): string {
  return /[\^$\\.*+?()[\]{}|/\-&!#%,:;<=>@`~]/.test(char) ? `\\${char}` : char;
}

/** Java's names of scripts, blocks and binary properties. */
function propertyName(name: string): string {
  if (name.startsWith("Is")) {
    const rest = name.slice(2);
    if (/^(?:Alphabetic|Ideographic|Lowercase|Uppercase|White_Space)$/i.test(rest)) {
      return rest[0]!.toUpperCase() + rest.slice(1).toLowerCase();
    }
    return rest.length <= 2
      ? rest
      : `Script=${rest[0]!.toUpperCase()}${rest.slice(1).toLowerCase()}`;
  }
  if (/^(?:script|sc)=/i.test(name)) return `Script=${name.slice(name.indexOf("=") + 1)}`;
  if (/^(?:general_category|gc)=/i.test(name)) return name.slice(name.indexOf("=") + 1);
  return name;
}

/** A Java replacement, `$1`, `${name}` and `\` escapes, as JavaScript writes it. */
export function javaReplacement(text: string): string {
  return text.replace(/\\([\s\S])|\$\{(\w+)\}|\$(\d+)/g, (_, escaped, name, group) => {
    if (escaped !== undefined) return escaped === "$" ? "$$" : escaped;
    return name !== undefined ? `$<${name}>` : group === "0" ? "$&" : `$${group}`;
  });
}
