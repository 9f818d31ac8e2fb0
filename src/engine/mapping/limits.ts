// Bounds of mappings and documents. Upstream: MapperService.INDEX_MAPPING_*_SETTING and Jackson's
// StreamReadConstraints.

import type { Settings } from "../settings.ts";

/** Jackson's maximum nesting depth. */
export const MAX_JSON_DEPTH = 1000;

/** The `index.mapping.*` limits of one index. */
export interface MappingLimits {
  readonly totalFields: number;
  readonly depth: number;
  readonly nestedFields: number;
  readonly nestedDocuments: number;
  readonly fieldNameLength: number;
}

/** Reads the limits with their defaults. */
export function mappingLimits(settings: Settings): MappingLimits {
  return {
    totalFields: settings.getInt("index.mapping.total_fields.limit", 1000),
    depth: settings.getInt("index.mapping.depth.limit", 20),
    nestedFields: settings.getInt("index.mapping.nested_fields.limit", 50),
    nestedDocuments: settings.getInt("index.mapping.nested_objects.limit", 10_000),
    fieldNameLength: settings.getInt("index.mapping.field_name_length.limit", 50_000),
  };
}
