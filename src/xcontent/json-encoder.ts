// JSON, written: integers of any size exactly, decimals as Java prints them, binary as base64,
// object members in their order, raw documents as they are.
// The fast path is JSON.stringify, which is right unless the tree holds one of those.
//
// Pretty is what Jackson's DefaultPrettyPrinter makes of it: two spaces a level, a space on both
// sides of the colon, items of arrays on lines of their own, `{ }` and `[ ]`.

import { Decimal, RawJson } from "./exact-json.ts";
import type { XContentValue } from "./tree.ts";

/** The document as text. `indent` spaces a level for a pretty one. */
export function encodeJson(value: XContentValue, indent = 0): string {
  if (indent === 0 && !needsOwnWriter(value)) return JSON.stringify(value);
  return write(value, indent, "");
}

function needsOwnWriter(value: XContentValue): boolean {
  if (typeof value === "bigint") return true;
  if (typeof value !== "object" || value === null) return false;
  if (value instanceof Uint8Array || isExact(value)) return true;
  if (Array.isArray(value)) return value.some(needsOwnWriter);
  for (const name in value) if (needsOwnWriter(value[name]!)) return true;
  return false;
}

function isExact(value: object): value is Decimal | RawJson {
  return value instanceof Decimal || value instanceof RawJson;
}

function write(value: XContentValue, indent: number, margin: string): string {
  if (typeof value === "bigint") return value.toString();
  if (value instanceof Uint8Array) return `"${Buffer.from(value).toString("base64")}"`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  if (isExact(value)) {
    const raw = value as unknown as Decimal | RawJson;
    return raw instanceof RawJson && indent > 0
      ? write(raw.tree(), indent, margin)
      : raw.toString();
  }
  const inner = margin + " ".repeat(indent);
  const parts: string[] = [];
  if (Array.isArray(value)) {
    for (const item of value) parts.push(write(item, indent, inner));
    return enclose("[", parts, "]", indent, margin);
  }
  for (const name of Object.keys(value)) {
    const item = value[name];
    if (item === undefined) continue;
    const colon = indent > 0 ? " : " : ":";
    parts.push(`${JSON.stringify(name)}${colon}${write(item, indent, inner)}`);
  }
  return enclose("{", parts, "}", indent, margin);
}

function enclose(
  start: string,
  parts: string[],
  end: string,
  indent: number,
  margin: string,
): string {
  if (parts.length === 0) return indent > 0 ? `${start} ${end}` : start + end;
  if (indent === 0) return start + parts.join(",") + end;
  const inner = `\n${margin}${" ".repeat(indent)}`;
  return `${start}${inner}${parts.join(`,${inner}`)}\n${margin}${end}`;
}
