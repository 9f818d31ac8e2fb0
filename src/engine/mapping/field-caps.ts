// Field capabilities: what can be done with fields, over several indices.
// Upstream: org.opensearch.action.fieldcaps.{TransportFieldCapabilitiesIndexAction,
// FieldCapabilities}.

import type { MapperService } from "./mapper-service.ts";
import type { JsonObject } from "./node-values.ts";
import { javaHashOrder } from "./node-values.ts";

/** The capabilities of one field in one index. */
export interface IndexFieldCaps {
  readonly type: string;
  readonly isSearchable: boolean;
  readonly isAggregatable: boolean;
  readonly meta: Readonly<Record<string, string>>;
}

/** The fields of one index that match any of the patterns, with the objects around them. */
export function fieldCaps(
  service: MapperService,
  patterns: readonly string[],
): Map<string, IndexFieldCaps> {
  const out = new Map<string, IndexFieldCaps>();
  const names = new Set(patterns.flatMap((pattern) => service.matchingFields(pattern)));
  for (const name of names) {
    const type = service.fieldType(name);
    if (type === undefined) continue;
    out.set(name, {
      type: type.familyTypeName,
      isSearchable: type.isSearchable,
      isAggregatable: type.isAggregatable,
      meta: type.meta,
    });
    addParents(service, type.name, out);
  }
  return out;
}

function addParents(service: MapperService, path: string, out: Map<string, IndexFieldCaps>): void {
  for (let dot = path.lastIndexOf("."); dot > 0; dot = path.lastIndexOf(".", dot - 1)) {
    const parent = path.slice(0, dot);
    if (out.has(parent)) return;
    if (service.fieldType(parent) !== undefined) continue;
    const object = service.documentMapping.objects.get(parent);
    out.set(parent, {
      type: object?.nested === undefined ? "object" : "nested",
      isSearchable: false,
      isAggregatable: false,
      meta: {},
    });
  }
}

interface Merged {
  readonly index: string;
  readonly caps: IndexFieldCaps;
}

/** The `fields` of a response, from the capabilities of each index by its name. */
export function mergeFieldCaps(
  byIndex: ReadonlyMap<string, ReadonlyMap<string, IndexFieldCaps>>,
  includeUnmapped = false,
): JsonObject {
  const indices = [...byIndex.keys()].sort();
  const fields = new Map<string, Map<string, Merged[]>>();
  for (const index of indices) {
    for (const [name, caps] of byIndex.get(index)!) {
      const types = fields.get(name) ?? new Map<string, Merged[]>();
      fields.set(name, types);
      types.set(caps.type, [...(types.get(caps.type) ?? []), { index, caps }]);
    }
  }
  const out: JsonObject = {};
  for (const name of javaHashOrder([...fields.keys()])) {
    const types = fields.get(name)!;
    if (includeUnmapped) addUnmapped(types, indices);
    const shown: JsonObject = {};
    for (const type of javaHashOrder([...types.keys()])) {
      shown[type] = showType(type, types.get(type)!, types.size > 1);
    }
    out[name] = shown;
  }
  return out;
}

function addUnmapped(types: Map<string, Merged[]>, indices: readonly string[]): void {
  const mapped = new Set([...types.values()].flat().map(({ index }) => index));
  const missing = indices.filter((index) => !mapped.has(index));
  if (missing.length === 0) return;
  const caps = { type: "unmapped", isSearchable: false, isAggregatable: false, meta: {} };
  types.set(
    "unmapped",
    missing.map((index) => ({ index, caps })),
  );
}

function showType(type: string, merged: readonly Merged[], withIndices: boolean): JsonObject {
  const isSearchable = merged.every(({ caps }) => caps.isSearchable);
  const isAggregatable = merged.every(({ caps }) => caps.isAggregatable);
  const out: JsonObject = { type, searchable: isSearchable, aggregatable: isAggregatable };
  const names = (test: (caps: IndexFieldCaps) => boolean) =>
    merged.filter(({ caps }) => test(caps)).map(({ index }) => index);
  if (withIndices) out["indices"] = names(() => true);
  if (!isSearchable && merged.some(({ caps }) => caps.isSearchable)) {
    out["non_searchable_indices"] = names((caps) => !caps.isSearchable);
  }
  if (!isAggregatable && merged.some(({ caps }) => caps.isAggregatable)) {
    out["non_aggregatable_indices"] = names((caps) => !caps.isAggregatable);
  }
  const keys = [...new Set(merged.flatMap(({ caps }) => Object.keys(caps.meta)))].sort();
  if (keys.length > 0) {
    out["meta"] = Object.fromEntries(
      keys.map((key) => {
        const values = merged.map(({ caps }) => caps.meta[key]).filter((v) => v !== undefined);
        return [key, [...new Set(values)].sort()];
      }),
    );
  }
  return out;
}
