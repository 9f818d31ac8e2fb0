// The tokens of Lucene's classic query syntax.
// Upstream: org.apache.lucene.queryparser.classic.QueryParserTokenManager (9.12.3).

import { VarveError } from "../../base/index.ts";

/** Kinds of tokens. */
export type TokenKind =
  | "AND"
  | "OR"
  | "NOT"
  | "PLUS"
  | "MINUS"
  | "BAREOPER"
  | "LPAREN"
  | "RPAREN"
  | "COLON"
  | "STAR"
  | "CARAT"
  | "QUOTED"
  | "TERM"
  | "FUZZY_SLOP"
  | "PREFIXTERM"
  | "WILDTERM"
  | "REGEXPTERM"
  | "RANGE_START"
  | "NUMBER"
  | "EOF";

/** One token; `image` is its text as it stands. A range token holds the whole range. */
export interface QueryToken {
  readonly kind: TokenKind;
  readonly image: string;
  readonly column: number;
  readonly range?: RangeToken;
}

/** `[a TO b}`. */
export interface RangeToken {
  readonly lower: string | undefined;
  readonly upper: string | undefined;
  readonly includeLower: boolean;
  readonly includeUpper: boolean;
}

const SPACE = /[ \t\n\r\u3000]/;
const TERM_START = /[^ \t\n\r\u3000+\-!():^[\]"{}~*?\\/]/;
const OPERATORS: Readonly<Record<string, TokenKind>> = {
  AND: "AND",
  "&&": "AND",
  OR: "OR",
  "||": "OR",
  NOT: "NOT",
};

/** `parse_exception` of a query text. */
export function queryParseException(message: string): VarveError {
  return new VarveError("invalid", message, { type: "parse_exception" });
}

function tokenManagerError(message: string): VarveError {
  return new VarveError("invalid", message, { type: "token_mgr_error" });
}

/** Splits a query text. */
export function lexQuery(text: string): QueryToken[] {
  return new Lexer(text).tokens();
}

class Lexer {
  private readonly text: string;
  private at = 0;

  constructor(text: string) {
    this.text = text;
  }

  tokens(): QueryToken[] {
    const tokens: QueryToken[] = [];
    for (;;) {
      while (SPACE.test(this.text[this.at] ?? "")) this.at++;
      if (this.at >= this.text.length) {
        tokens.push({ kind: "EOF", image: "<EOF>", column: this.at });
        return tokens;
      }
      const token = this.next();
      tokens.push(token);
      if (token.kind === "CARAT") tokens.push(this.number());
    }
  }

  private take(kind: TokenKind, length: number): QueryToken {
    const column = this.at;
    this.at += length;
    return { kind, image: this.text.slice(column, this.at), column };
  }

  private next(): QueryToken {
    const character = this.text[this.at]!;
    switch (character) {
      case "(":
        return this.take("LPAREN", 1);
      case ")":
        return this.take("RPAREN", 1);
      case ":":
        return this.take("COLON", 1);
      case "^":
        return this.take("CARAT", 1);
      case "+":
      case "-":
      case "!":
        return this.sign(character);
      case '"':
        return this.quoted();
      case "/":
        return this.regexp();
      case "[":
      case "{":
        return this.range();
      case "~": {
        const slop = /^~(\d+(\.\d+)?|AUTO(:\d+,\d+)?)?/i.exec(this.text.slice(this.at))!;
        return this.take("FUZZY_SLOP", slop[0].length);
      }
      default:
        return this.term();
    }
  }

  private sign(character: string): QueryToken {
    if (SPACE.test(this.text[this.at + 1] ?? "")) return this.take("BAREOPER", 1);
    return this.take(character === "+" ? "PLUS" : character === "-" ? "MINUS" : "NOT", 1);
  }

  private number(): QueryToken {
    const digits = /^\d+(\.\d+)?/.exec(this.text.slice(this.at));
    if (digits === null) throw this.lexicalError();
    return this.take("NUMBER", digits[0].length);
  }

  private delimited(kind: TokenKind, delimiter: string): QueryToken {
    for (let end = this.at + 1; end < this.text.length; end++) {
      if (this.text[end] === "\\") end++;
      else if (this.text[end] === delimiter) return this.take(kind, end + 1 - this.at);
    }
    throw this.lexicalError(this.text.length);
  }

  private quoted(): QueryToken {
    return this.delimited("QUOTED", '"');
  }

  private regexp(): QueryToken {
    return this.delimited("REGEXPTERM", "/");
  }

  private range(): QueryToken {
    const part = String.raw`(?:"(?:[^"\\]|\\.)*"|[^\s\]}]+)`;
    const pattern = new RegExp(String.raw`^[[{]\s*(${part})\s+TO\s+(${part})\s*([\]}])`);
    const match = pattern.exec(this.text.slice(this.at));
    if (match === null) throw this.lexicalError();
    const bound = (text: string): string | undefined =>
      text === "*" ? undefined : text.startsWith('"') && text.length > 1 ? text.slice(1, -1) : text;
    const range: RangeToken = {
      lower: bound(match[1]!),
      upper: bound(match[2]!),
      includeLower: match[0].startsWith("["),
      includeUpper: match[3] === "]",
    };
    return { ...this.take("RANGE_START", match[0].length), range };
  }

  private term(): QueryToken {
    const start = this.at;
    let end = start;
    let wildcards = 0;
    let lastWildcard = -1;
    for (; end < this.text.length; end++) {
      const character = this.text[end]!;
      if (character === "\\") {
        if (end + 1 >= this.text.length) throw this.lexicalError(this.text.length);
        end++;
      } else if (character === "*" || character === "?") {
        wildcards++;
        lastWildcard = end;
      } else if (
        !TERM_START.test(character) &&
        !(end > start && (character === "-" || character === "+"))
      ) {
        break;
      }
    }
    if (end === start) throw this.lexicalError();
    const image = this.text.slice(start, end);
    const operator = OPERATORS[image];
    if (operator !== undefined) return this.take(operator, image.length);
    if (image === "*") return this.take("STAR", 1);
    if (wildcards === 0) return this.take("TERM", image.length);
    const isPrefix = wildcards === 1 && lastWildcard === end - 1 && image.endsWith("*");
    return this.take(isPrefix ? "PREFIXTERM" : "WILDTERM", image.length);
  }

  private lexicalError(at = this.at): VarveError {
    const found =
      at >= this.text.length
        ? "<EOF>"
        : `'${this.text.charCodeAt(at)}' (${this.text.charCodeAt(at)}),`;
    const prefix = this.text.slice(this.at, at).replace(/[\\"]/g, "\\$&");
    return tokenManagerError(
      `Lexical error at line 1, column ${at + 1}.  Encountered: ${found} ` +
        `after prefix "${prefix}" (in lexical state 2)`,
    );
  }
}

/** Takes backslashes away; `\u0041` is a code unit. */
export function discardEscapes(image: string): string {
  let out = "";
  for (let i = 0; i < image.length; i++) {
    if (image[i] !== "\\") {
      out += image[i];
      continue;
    }
    i++;
    if (i >= image.length) throw queryParseException("Term can not end with escape character.");
    if (image[i] !== "u") {
      out += image[i];
      continue;
    }
    const hex = image.slice(i + 1, i + 5);
    if (!/^[0-9a-fA-F]{4}$/.test(hex)) {
      throw queryParseException(
        hex.length < 4
          ? "Truncated unicode escape sequence."
          : `Non-hex character in Unicode escape sequence: ${hex}`,
      );
    }
    out += String.fromCharCode(Number.parseInt(hex, 16));
    i += 4;
  }
  return out;
}
