// The values of a field in stored sources, for queries that an index only narrows down.
// Upstream: org.opensearch.index.mapper.SourceValueFetcher.

import { illegalArgument } from "../../base/index.ts";
import type { StoredFieldVisitor } from "../../lucene/index/index.ts";
import { decodeXContent, type XContentObject, type XContentValue } from "../../xcontent/index.ts";
import type { LeafSourceValues, Mapping } from "../mapping/index.ts";
import type { SearchFieldType } from "./search-field-type.ts";

/** What of a shard's context is needed. */
interface SourceContext {
  readonly indexName: string;
  readonly mapper: { readonly documentMapping: Mapping };
  fieldType(name: string): SearchFieldType | undefined;
  sourcePath(name: string): string;
}

/** Reads a field's values of stored sources. */
export function sourceValues(context: SourceContext, name: string): LeafSourceValues {
  if (!context.mapper.documentMapping.metadata.source.enabled) {
    throw illegalArgument(
      "SourceFieldMatchQuery error: unable to fetch fields from _source field: _source is " +
        `disabled in the mappings for index [${context.indexName}]`,
    );
  }
  const type = context.fieldType(name)!;
  const path = context.sourcePath(name).split(".");
  return ({ reader }) => {
    const stored = reader.storedFields();
    return (doc) => {
      let source: XContentObject | undefined;
      const visitor: StoredFieldVisitor = {
        needsField: (info) => (info.name === "_source" ? "yes" : "no"),
        field: (_info, value) => {
          if (typeof value !== "object") return;
          source = decodeXContent(value, undefined) as XContentObject;
        },
      };
      stored.document(doc, visitor);
      if (source === undefined) return [];
      return valuesAt(source, path, 0)
        .map((value) => type.fetchValue(value))
        .filter((value) => value !== undefined);
    };
  };
}

/** Every scalar at a path; dots may stand in the source's own names. */
export function valuesAt(
  node: XContentValue,
  path: readonly string[],
  from: number,
): XContentValue[] {
  if (Array.isArray(node)) return node.flatMap((item) => valuesAt(item, path, from));
  if (from === path.length) return node === null ? [] : [node];
  if (typeof node !== "object" || node === null || node instanceof Uint8Array) return [];
  const found: XContentValue[] = [];
  for (let to = from + 1; to <= path.length; to++) {
    const name = path.slice(from, to).join(".");
    const object = node as XContentObject;
    if (Object.hasOwn(object, name)) found.push(...valuesAt(object[name]!, path, to));
  }
  return found;
}
