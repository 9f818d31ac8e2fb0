// A mapping as GET _mapping shows it: defaults left out, names sorted as upstream sorts them.
// Upstream: the toXContent methods of Mapping, ObjectMapper, FieldMapper.

import { setMember } from "../../xcontent/index.ts";
import type { FieldMapper } from "./field-mapper.ts";
import type { Mapping } from "./mapping.ts";
import { showMetadata } from "./metadata-fields.ts";
import type { JsonObject } from "./node-values.ts";
import type { Mapper, ObjectMapper, RootObjectMapper } from "./object-mapper.ts";

/** The whole mapping. */
export function showMapping(mapping: Mapping): JsonObject {
  const { root } = mapping;
  const out: JsonObject = {};
  showObjectOptions(root, out);
  if (mapping.meta !== undefined) out["_meta"] = mapping.meta;
  showMetadata(mapping.metadata, out);
  showRootOptions(root, out);
  showProperties(root, out);
  return out;
}

/** One node of the mapping. */
export function showMapper(mapper: Mapper): JsonObject {
  if (mapper.kind === "alias") return { type: "alias", path: mapper.target };
  if (mapper.kind === "field") return showField(mapper);
  const out: JsonObject = {};
  if (mapper.nested !== undefined) {
    out["type"] = "nested";
    if (mapper.nested.includeInParent) out["include_in_parent"] = true;
    if (mapper.nested.includeInRoot) out["include_in_root"] = true;
  } else if (mapper.children.size === 0) {
    out["type"] = "object";
  }
  showObjectOptions(mapper, out);
  showProperties(mapper, out);
  return out;
}

function showObjectOptions(object: ObjectMapper, out: JsonObject): void {
  if (object.dynamic !== undefined) out["dynamic"] = object.dynamic;
  if (!object.enabled) out["enabled"] = false;
  Object.assign(out, object.unknown);
}

function showRootOptions(root: RootObjectMapper, out: JsonObject): void {
  if (root.dynamicDateFormats.explicit) {
    out["dynamic_date_formats"] = root.dynamicDateFormats.value.map((format) => format.pattern);
  }
  if (root.dynamicTemplates.explicit) {
    out["dynamic_templates"] = root.dynamicTemplates.value.map((template) => ({
      [template.name]: template.show(),
    }));
  }
  if (root.dateDetection.explicit) out["date_detection"] = root.dateDetection.value;
  if (root.numericDetection.explicit) out["numeric_detection"] = root.numericDetection.value;
}

function showProperties(object: ObjectMapper, out: JsonObject): void {
  if (object.children.size === 0) return;
  const properties: JsonObject = {};
  for (const child of sorted([...object.children.values()])) {
    setMember(properties, child.simpleName, showMapper(child));
  }
  out["properties"] = properties;
}

function showField(mapper: FieldMapper): JsonObject {
  const out: JsonObject = { type: mapper.typeName };
  const shared = {
    multiFields: () => {
      if (mapper.multiFields.length === 0) return;
      const fields: JsonObject = {};
      for (const field of sorted([...mapper.multiFields])) {
        setMember(fields, field.simpleName, showMapper(field));
      }
      out["fields"] = fields;
    },
    copyTo: () => {
      if (mapper.copyTo.length > 0) out["copy_to"] = [...mapper.copyTo];
    },
  };
  if (mapper.spec.show !== undefined) {
    mapper.spec.show(mapper, out, shared);
  } else {
    mapper.values.showInto(out);
    shared.multiFields();
    shared.copyTo();
  }
  Object.assign(out, mapper.values.unknown);
  return out;
}

// By full path, in UTF-16 order as Java's compareTo.
function sorted<T extends Mapper>(mappers: T[]): T[] {
  return mappers.sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
}
