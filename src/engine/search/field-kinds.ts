// What kind of field a type is, where its name decides.

import type { SearchFieldType } from "./search-field-type.ts";

const TEXT_TYPES = new Set(["text", "match_only_text", "search_as_you_type", "annotated_text"]);

/** Is it analyzed text? */
export function isText(type: SearchFieldType): boolean {
  return TEXT_TYPES.has(type.typeName);
}
