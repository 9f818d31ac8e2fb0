// `fields`: values of the source, each as its field's type sees it.
// Upstream: org.opensearch.search.fetch.subphase.FieldFetcher, ValueFetcher.

import { setMember, type XContentObject, type XContentValue } from "../../xcontent/index.ts";
import type { QueryShardContext } from "./query-shard-context.ts";
import type { FieldAndFormat } from "./search-source.ts";
import { valuesAt } from "./source-values.ts";

/** Adds the wanted fields of a source to `into`. */
export function sourceFieldsOf(
  context: QueryShardContext,
  source: XContentObject,
  wanted: readonly FieldAndFormat[],
  into: XContentObject,
): void {
  for (const { field, format } of wanted) {
    for (const name of context.fieldNames(field)) {
      const type = context.fieldType(name);
      if (type === undefined || name.startsWith("_")) continue;
      const path = context.sourcePath(name);
      const values = valuesAt(source, path.split("."), 0)
        // A source of one value may hold several points.
        .flatMap((value) => type.fetchValue(value, format))
        .filter((value) => value !== undefined);
      if (values.length > 0) setMember(into, name, values as XContentValue[]);
    }
  }
}
