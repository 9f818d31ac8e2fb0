// Number patterns such as `#,##0.00`, `0000`, `0.00%`, `#.##E0`, `'$'#,##0`.
// Upstream: java.text.DecimalFormat with the root locale's symbols, rounding half to even.

interface Affixes {
  readonly prefix: string;
  readonly suffix: string;
}

/** A function that prints numbers by a pattern. */
export function decimalFormat(pattern: string): (value: number) => string {
  const [positive, negative] = splitPattern(pattern);
  const { prefix, body, suffix } = cut(positive);
  const negativeAffixes: Affixes =
    negative === undefined ? { prefix: `-${prefix}`, suffix } : cut(negative);
  const factor = /%/.test(prefix + suffix) ? 100 : /‰/.test(prefix + suffix) ? 1000 : 1;
  const [mantissa, exponent] = body.split("E") as [string, string | undefined];
  const [whole, fraction = ""] = mantissa.split(".") as [string, string | undefined];
  const comma = whole.lastIndexOf(",");
  const grouping = comma < 0 ? 0 : whole.length - comma - 1;
  const minWhole = (whole.match(/0/g) ?? []).length;
  const minFraction = (fraction.match(/0/g) ?? []).length;
  const maxFraction = fraction.length;
  return (value) => {
    if (Number.isNaN(value)) return "NaN";
    const isNegative = value < 0 || Object.is(value, -0);
    const size = Math.abs(value) * factor;
    const digits = !Number.isFinite(size)
      ? "∞"
      : exponent === undefined
        ? plain(size, minWhole, minFraction, maxFraction, grouping)
        : scientific(size, minWhole, minFraction, maxFraction, exponent.length);
    const affixes = isNegative ? negativeAffixes : { prefix, suffix };
    return affixes.prefix + digits + affixes.suffix;
  };
}

function splitPattern(pattern: string): [string, string | undefined] {
  let quoted = false;
  for (let i = 0; i < pattern.length; i++) {
    if (pattern[i] === "'") quoted = !quoted;
    else if (pattern[i] === ";" && !quoted) return [pattern.slice(0, i), pattern.slice(i + 1)];
  }
  return [pattern, undefined];
}

function cut(pattern: string): Affixes & { body: string } {
  let prefix = "";
  let body = "";
  let suffix = "";
  let quoted = false;
  for (const char of pattern) {
    if (char === "'") quoted = !quoted;
    else if (!quoted && suffix === "" && (/[0#,.]/.test(char) || (char === "E" && body !== ""))) {
      body += char;
    } else if (body === "") prefix += char;
    else suffix += char;
  }
  return { prefix, body, suffix };
}

function plain(
  size: number,
  minWhole: number,
  minFraction: number,
  maxFraction: number,
  grouping: number,
): string {
  let [whole, fraction] = roundHalfEven(size, maxFraction);
  while (fraction.length > minFraction && fraction.endsWith("0")) fraction = fraction.slice(0, -1);
  whole = whole.replace(/^0+/, "").padStart(minWhole, "0");
  if (whole === "" && fraction === "") whole = "0";
  if (grouping > 0) whole = group(whole, grouping);
  return fraction === "" ? whole : `${whole}.${fraction}`;
}

// Exact decimal expansion of the double, so that halves are real halves.
function roundHalfEven(size: number, digits: number): [string, string] {
  const exact = size.toFixed(Math.min(digits, 100));
  const parts = exact.split(".") as [string, string | undefined];
  if (digits > 60 || size >= 1e21) return [parts[0], parts[1] ?? ""];
  const scaled = size * 10 ** digits;
  const floor = Math.floor(scaled);
  if (scaled - floor === 0.5 && Number.isSafeInteger(floor)) {
    const even = floor % 2 === 0 ? floor : floor + 1;
    const text = String(even).padStart(digits + 1, "0");
    return [text.slice(0, text.length - digits), digits === 0 ? "" : text.slice(-digits)];
  }
  return [parts[0], parts[1] ?? ""];
}

function group(whole: string, size: number): string {
  const parts: string[] = [];
  for (let end = whole.length; end > 0; end -= size) {
    parts.unshift(whole.slice(Math.max(0, end - size), end));
  }
  return parts.join(",");
}

function scientific(
  size: number,
  minWhole: number,
  minFraction: number,
  maxFraction: number,
  minExponent: number,
): string {
  let exponent = size === 0 ? 0 : Math.floor(Math.log10(size));
  exponent -= Math.max(minWhole, 1) - 1;
  const mantissa = plain(size / 10 ** exponent, minWhole, minFraction, maxFraction, 0);
  const text = String(Math.abs(exponent)).padStart(minExponent, "0");
  return `${mantissa}E${exponent < 0 ? "-" : ""}${text}`;
}
