// A field of a type that is not supported, in an index that came from a snapshot: its mapping is
// kept as it was, its values stay in `_source` and are not indexed, queries on it are refused by
// name.

import { illegalArgument } from "../../../base/index.ts";
import type { Query } from "../../../lucene/search/index.ts";
import type { DocumentContext } from "../document-context.ts";
import type { FieldMapperParts, FieldTypeSpec } from "../field-mapper.ts";
import { FieldMapper } from "../field-mapper.ts";
import { MappedFieldType } from "../mapped-field-type.ts";
import type { JsonObject } from "../node-values.ts";
import type { SourceValue } from "../source-parser.ts";

/** The type of a field that is only kept. */
export class OpaqueFieldType extends MappedFieldType {
  readonly typeName: string;

  constructor(name: string, typeName: string) {
    super({ name, isIndexed: false, hasDocValues: false, isStored: false });
    this.typeName = typeName;
  }

  override termQuery(): Query {
    throw illegalArgument(
      `Field [${this.name}] of type [${this.typeName}] is kept but cannot be searched: the type is ` +
        "not supported",
    );
  }

  override existsQuery(): Query {
    return this.termQuery();
  }
}

class OpaqueFieldMapper extends FieldMapper {
  readonly fieldType: OpaqueFieldType;
  override readonly parsesArrayValue = true;

  constructor(parts: FieldMapperParts) {
    super(parts);
    this.fieldType = new OpaqueFieldType(parts.path, parts.spec.typeName);
  }

  parseCreateField(_context: DocumentContext, _value: SourceValue): void {
    // Kept in the source only.
  }
}

/** A type that keeps `node` as it is. */
export function opaqueSpec(typeName: string, node: JsonObject = {}): FieldTypeSpec {
  return {
    typeName,
    parameters: [],
    build: (parts) => new OpaqueFieldMapper(parts),
    show: (_mapper, out) => {
      for (const key of Object.keys(out)) delete out[key];
      Object.assign(out, node);
    },
  };
}
