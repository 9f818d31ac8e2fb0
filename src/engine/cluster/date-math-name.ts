// Date math in index names: `<logs-{now/d{yyyy.MM.dd|+09:00}}>`.
// Upstream: IndexNameExpressionResolver.DateMathExpressionResolver (2.19.6).

import { type Clock, VarveError } from "../../base/index.ts";
import { DateFormatter, DateMathParser } from "../time/index.ts";

const DEFAULT_FORMAT = "uuuu.MM.dd";

function parseFailure(expression: string, why: string): VarveError {
  return new VarveError("invalid", `invalid dynamic name expression [${expression}]. ${why}`, {
    type: "parse_exception",
  });
}

/** The name itself, or the name that a `<…>` expression stands for now. */
export function resolveDateMathName(expression: string, clock: Clock): string {
  if (!expression.startsWith("<") || !expression.endsWith(">")) return expression;
  const inner = expression.slice(1, -1);
  let name = "";
  for (let i = 0; i < inner.length; ) {
    const char = inner[i]!;
    if (char === "\\" && i + 1 < inner.length) {
      name += inner[i + 1];
      i += 2;
    } else if (char === "{") {
      const end = closingBrace(inner, i, expression);
      name += formatPlaceholder(inner.slice(i + 1, end), expression, clock);
      i = end + 1;
    } else {
      name += char;
      i++;
    }
  }
  return name;
}

function closingBrace(text: string, start: number, expression: string): number {
  let depth = 0;
  for (let i = start; i < text.length; i++) {
    if (text[i] === "{") depth++;
    else if (text[i] === "}" && --depth === 0) return i;
  }
  throw parseFailure(expression, "date math placeholder is open ended");
}

/** `now/d`, `now/d{format}` or `now/d{format|zone}`. */
function formatPlaceholder(text: string, expression: string, clock: Clock): string {
  const brace = text.indexOf("{");
  if (brace < 0) return formatNow(text, DEFAULT_FORMAT, "UTC", clock);
  if (!text.endsWith("}")) {
    throw parseFailure(expression, `missing closing \`}\` for date math format`);
  }
  const [format, zone] = text.slice(brace + 1, -1).split("|");
  if (format === undefined || format === "") throw parseFailure(expression, "missing date format");
  return formatNow(text.slice(0, brace), format, zone ?? "UTC", clock);
}

function formatNow(math: string, pattern: string, zone: string, clock: Clock): string {
  const formatter = DateFormatter.forPattern(pattern).withZone(zone);
  const parser = new DateMathParser(formatter);
  return formatter.format(parser.parse(math, () => clock.now(), false, zone));
}
