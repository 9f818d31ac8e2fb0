// The field types. A new one is one file in fields/ and one line here.

import { BOOLEAN } from "./fields/boolean.ts";
import { DATE, DATE_NANOS } from "./fields/date.ts";
import { KEYWORD } from "./fields/keyword.ts";
import { NUMBERS, SCALED_FLOAT } from "./fields/number.ts";
import { opaqueSpec } from "./fields/opaque.ts";
import { TEXT } from "./fields/text.ts";
import type { FieldTypeSpec } from "./field-mapper.ts";

const SPECS: ReadonlyMap<string, FieldTypeSpec> = new Map(
  [TEXT, KEYWORD, ...NUMBERS, SCALED_FLOAT, BOOLEAN, DATE, DATE_NANOS].map((spec) => [
    spec.typeName,
    spec,
  ]),
);

/** A field type by its name in mappings. */
export function fieldTypeSpec(typeName: string): FieldTypeSpec | undefined {
  return SPECS.get(typeName);
}

export { opaqueSpec };
