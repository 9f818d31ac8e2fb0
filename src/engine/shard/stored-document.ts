// Reading a found document's stored fields.

import type { FieldInfo, StoredFieldVisitor, StoredValue } from "../../lucene/index/index.ts";
import type { GetResult, StoredField } from "./engine-operations.ts";
import { type FoundDocument, versionOf } from "./id-lookup.ts";

const UTF8_DECODER = new TextDecoder();

/** Loads `_source`, `_routing` and the wanted stored fields of a found document. */
export function loadDocument(
  id: string,
  found: FoundDocument,
  wanted: ((name: string) => boolean) | undefined,
): GetResult {
  const visitor = new DocumentVisitor(wanted);
  found.leaf.reader.storedFields().document(found.docId, visitor);
  const { version, seqNo, term } = versionOf(found);
  return {
    id,
    version,
    seqNo,
    primaryTerm: term,
    ...(visitor.routing === undefined ? {} : { routing: visitor.routing }),
    ...(visitor.source === undefined ? {} : { source: visitor.source }),
    ...(wanted === undefined ? {} : { storedFields: visitor.fields }),
  };
}

class DocumentVisitor implements StoredFieldVisitor {
  source: Uint8Array | undefined;
  routing: string | undefined;
  readonly fields: StoredField[] = [];
  private readonly wanted: ((name: string) => boolean) | undefined;

  constructor(wanted: ((name: string) => boolean) | undefined) {
    this.wanted = wanted;
  }

  needsField(field: FieldInfo): "yes" | "no" {
    if (field.name === "_source" || field.name === "_routing") return "yes";
    return this.wanted?.(field.name) === true ? "yes" : "no";
  }

  field(field: FieldInfo, value: StoredValue, type: StoredField["type"]): void {
    // Bytes are borrowed from the reader.
    const owned = typeof value === "object" ? value.slice() : value;
    if (field.name === "_source" && typeof owned === "object") this.source = owned;
    else if (field.name === "_routing") {
      this.routing = typeof owned === "object" ? UTF8_DECODER.decode(owned) : String(owned);
    }
    if (this.wanted?.(field.name) === true)
      this.fields.push({ name: field.name, value: owned, type });
  }
}
