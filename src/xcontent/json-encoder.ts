// JSON, written: integers of any size exactly, binary as base64, object members in their order.
// The fast path is JSON.stringify, which is right unless the tree holds a bigint or bytes.

import type { XContentValue } from "./tree.ts";

/** The document as text. `indent` spaces a level for a pretty one. */
export function encodeJson(value: XContentValue, indent = 0): string {
  if (!needsOwnWriter(value)) return JSON.stringify(value, undefined, indent);
  return write(value, indent, "");
}

function needsOwnWriter(value: XContentValue): boolean {
  if (typeof value === "bigint") return true;
  if (typeof value !== "object" || value === null) return false;
  if (value instanceof Uint8Array) return true;
  if (Array.isArray(value)) return value.some(needsOwnWriter);
  for (const name in value) if (needsOwnWriter(value[name]!)) return true;
  return false;
}

function write(value: XContentValue, indent: number, margin: string): string {
  if (typeof value === "bigint") return value.toString();
  if (value instanceof Uint8Array) return `"${Buffer.from(value).toString("base64")}"`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const inner = margin + " ".repeat(indent);
  const parts: string[] = [];
  if (Array.isArray(value)) {
    for (const item of value) parts.push(write(item, indent, inner));
    return enclose("[", parts, "]", indent, margin);
  }
  for (const name of Object.keys(value)) {
    const item = value[name];
    if (item === undefined) continue;
    const colon = indent > 0 ? ": " : ":";
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
  if (parts.length === 0) return start + end;
  if (indent === 0) return start + parts.join(",") + end;
  const inner = `\n${margin}${" ".repeat(indent)}`;
  return `${start}${inner}${parts.join(`,${inner}`)}\n${margin}${end}`;
}
