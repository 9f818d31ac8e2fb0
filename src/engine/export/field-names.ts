// The leaf fields of a mapping, as columns of a table.

import type { JsonObject } from "../cluster/metadata.ts";

/** A column. */
export interface ExportField {
  /** Full name: `address.city`. */
  readonly name: string;
  /** Type in the mapping. */
  readonly type: string;
}

/** Leaf fields by name; multi-fields and aliases hold nothing of their own. */
export function exportFields(mappings: JsonObject): ExportField[] {
  const fields: ExportField[] = [];
  walk(mappings, "", fields);
  return fields.sort((a, b) => (a.name < b.name ? -1 : 1));
}

function walk(tree: JsonObject, prefix: string, fields: ExportField[]): void {
  const properties = (tree["properties"] ?? {}) as Record<string, JsonObject>;
  for (const [name, field] of Object.entries(properties)) {
    const full = `${prefix}${name}`;
    const { type } = field as { type?: string };
    if (type === "alias") continue;
    if (field["properties"] !== undefined && (type === undefined || type === "object")) {
      walk(field, `${full}.`, fields);
    } else {
      fields.push({ name: full, type: type ?? "object" });
    }
  }
}
