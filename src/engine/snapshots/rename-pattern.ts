// `rename_pattern` and `rename_replacement`: Java's String.replaceAll, with its errors.

import { VarveError } from "../../base/index.ts";

/** Java constructs that JavaScript writes in another way. */
function toJavaScript(pattern: string): string {
  return pattern
    .replace(/\\p\{Alpha\}/g, "[a-zA-Z]")
    .replace(/\\p\{Digit\}/g, "[0-9]")
    .replace(/\\p\{Alnum\}/g, "[a-zA-Z0-9]")
    .replace(/\\p\{Lower\}/g, "[a-z]")
    .replace(/\\p\{Upper\}/g, "[A-Z]")
    .replace(/\\Q([\s\S]*?)(?:\\E|$)/g, (_, text: string) =>
      text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"),
    )
    .replace(/([*+?}])\+/g, "$1");
}

function compile(pattern: string): RegExp {
  try {
    return new RegExp(toJavaScript(pattern), "gu");
  } catch {
    try {
      return new RegExp(toJavaScript(pattern), "g");
    } catch (cause) {
      const why = cause instanceof Error ? cause.message.replace(/^.*: /, "") : "bad pattern";
      const reason = javaReason(pattern, why);
      throw new VarveError("invalid", reason, { type: "pattern_syntax_exception" });
    }
  }
}

/** PatternSyntaxException's message: what, where, the pattern and a caret below it. */
function javaReason(pattern: string, why: string): string {
  const at = (reason: string, index: number) => {
    const caret = index < pattern.length ? `\n${" ".repeat(index)}^` : "";
    return `${reason} near index ${index}\n${pattern}${caret}`;
  };
  if (why.includes("Unterminated group")) return at("Unclosed group", pattern.length);
  if (why.includes("character class")) return at("Unclosed character class", pattern.length - 1);
  if (why.includes("Nothing to repeat")) {
    const index = Math.max(0, pattern.search(/[*+?]/));
    return at(`Dangling meta character '${pattern[index]}'`, index);
  }
  return at(why, pattern.length - 1);
}

function groupMissing(reference: string): VarveError {
  return new VarveError("invalid", `No group ${reference}`, {
    type: "index_out_of_bounds_exception",
    metadata: { status: 500 },
  });
}

/** Expands `$1`, `${name}` and `\x` as Matcher.appendReplacement does. */
function expand(replacement: string, match: RegExpExecArray): string {
  const groups = match.length - 1;
  let out = "";
  for (let i = 0; i < replacement.length; i++) {
    const char = replacement[i]!;
    if (char === "\\") out += replacement[++i] ?? "";
    else if (char !== "$") out += char;
    else if (replacement[i + 1] === "{") {
      const end = replacement.indexOf("}", i);
      const name = replacement.slice(i + 2, end);
      if (end < 0 || match.groups === undefined || !(name in match.groups))
        throw groupMissing(`with name {${name}}`);
      out += match.groups[name] ?? "";
      i = end;
    } else {
      const digit = /\d/.exec(replacement[i + 1] ?? "");
      if (digit === null) {
        throw new VarveError("invalid", "Illegal group reference: group index is missing", {
          type: "illegal_argument_exception",
        });
      }
      let group = Number(replacement[++i]);
      if (group > groups) throw groupMissing(String(group));
      while (
        /\d/.test(replacement[i + 1] ?? "") &&
        group * 10 + Number(replacement[i + 1]) <= groups
      ) {
        group = group * 10 + Number(replacement[++i]);
      }
      out += match[group] ?? "";
    }
  }
  return out;
}

/** The renamed name; unchanged unless both pattern and replacement are given. */
export function renameAll(
  name: string,
  pattern: string | undefined,
  replacement: string | undefined,
): string {
  if (pattern === undefined || replacement === undefined) return name;
  const matcher = compile(pattern);
  let out = "";
  let end = 0;
  for (let match = matcher.exec(name); match !== null; match = matcher.exec(name)) {
    out += name.slice(end, match.index) + expand(replacement, match);
    end = match.index + match[0].length;
    if (match[0] === "") matcher.lastIndex++;
    if (matcher.lastIndex > name.length) break;
  }
  return out + name.slice(end);
}
