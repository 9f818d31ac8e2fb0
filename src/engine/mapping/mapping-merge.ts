// Merges a mapping update into a mapping. Nothing is changed in place.
// Upstream: the merge methods of ObjectMapper, RootObjectMapper, ParametrizedFieldMapper, Mapping.

import { illegalArgument } from "../../base/index.ts";
import type { FieldMapper } from "./field-mapper.ts";
import { mapperException } from "./mapper-errors.ts";
import type { Mapper, ObjectMapper, RootObjectMapper } from "./object-mapper.ts";

/** `update`: PUT _mapping and dynamic updates. `template`: templates, where the later one wins. */
export type MergeReason = "update" | "template";

/** Merges two roots. */
export function mergeRoot(
  before: RootObjectMapper,
  after: RootObjectMapper,
  reason: MergeReason,
): RootObjectMapper {
  const merged = before.copyShell();
  mergeObjectInto(merged, before, after, reason);
  if (after.numericDetection.explicit) merged.numericDetection = after.numericDetection;
  if (after.dateDetection.explicit) merged.dateDetection = after.dateDetection;
  if (after.dynamicDateFormats.explicit) merged.dynamicDateFormats = after.dynamicDateFormats;
  if (after.dynamicTemplates.explicit) {
    if (reason === "template") {
      const byName = new Map(before.dynamicTemplates.value.map((t) => [t.name, t]));
      for (const template of after.dynamicTemplates.value) byName.set(template.name, template);
      merged.dynamicTemplates = { value: [...byName.values()], explicit: true };
    } else {
      merged.dynamicTemplates = after.dynamicTemplates;
    }
  }
  return merged;
}

/** Merges two mappers of one name. */
export function mergeMapper(before: Mapper, after: Mapper, reason: MergeReason): Mapper {
  if (before.kind === "object") {
    if (after.kind !== "object") {
      throw illegalArgument(
        `can't merge a non object mapping [${after.path}] with an object mapping`,
      );
    }
    const merged = before.copyShell();
    mergeObjectInto(merged, before, after, reason);
    return merged;
  }
  if (after.kind === "object") {
    throw illegalArgument(
      `can't merge a non object mapping [${after.fullPath}] with an object mapping`,
    );
  }
  if (reason === "template") return after;
  if (before.kind === "alias") {
    if (after.kind === "alias") return after;
    throw illegalArgument(
      `Cannot merge a field alias mapping [${before.path}] with a mapping ` +
        `that is not for a field alias.`,
    );
  }
  if (after.kind === "alias") {
    throw illegalArgument(
      `mapper [${before.path}] cannot be changed from type ` +
        `[${before.typeName}] to [FieldAliasMapper]`,
    );
  }
  return mergeField(before, after);
}

function mergeField(before: FieldMapper, after: FieldMapper): FieldMapper {
  if (before.typeName !== after.typeName) {
    throw illegalArgument(
      `mapper [${before.path}] cannot be changed from type ` +
        `[${before.typeName}] to [${after.typeName}]`,
    );
  }
  const conflicts: string[] = [];
  const values = before.values.mergeFrom(
    after.values,
    conflicts,
    before.spec.isUnparametrized === true ? before.path : undefined,
  );
  const multiFields = new Map(before.multiFields.map((field) => [field.simpleName, field]));
  for (const field of after.multiFields) {
    const existing = multiFields.get(field.simpleName);
    multiFields.set(field.simpleName, existing === undefined ? field : mergeField(existing, field));
  }
  values.validate();
  if (conflicts.length > 0 && before.spec.isUnparametrized === true) {
    throw illegalArgument(
      `Mapper for [${before.path}] conflicts with existing mapping:\n[${conflicts.join(", ")}]`,
    );
  }
  if (conflicts.length > 0) {
    throw illegalArgument(
      `Mapper for [${before.path}] conflicts with existing mapper:\n\t${conflicts.join("\n\t")}`,
    );
  }
  return before.spec.build({
    spec: after.spec,
    simpleName: before.simpleName,
    path: before.path,
    values,
    multiFields: [...multiFields.values()],
    copyTo: after.copyTo,
  });
}

function mergeObjectInto(
  merged: ObjectMapper,
  before: ObjectMapper,
  after: ObjectMapper,
  reason: MergeReason,
): void {
  checkNested(before, after, reason);
  if (after.dynamic !== undefined) merged.dynamic = after.dynamic;
  if (reason === "template") {
    if (after.enabledExplicit) {
      merged.enabled = after.enabled;
      merged.enabledExplicit = true;
    }
  } else if (before.enabled !== after.enabled) {
    throw mapperException(
      `the [enabled] parameter can't be updated for the object mapping [${before.fullPath}]`,
    );
  }
  for (const [name, child] of before.children) merged.children.set(name, child);
  for (const [name, child] of after.children) {
    const existing = merged.children.get(name);
    merged.children.set(
      name,
      existing === undefined ? child : mergeMapper(existing, child, reason),
    );
  }
}

function checkNested(before: ObjectMapper, after: ObjectMapper, reason: MergeReason): void {
  const a = before.nested;
  const b = after.nested;
  if (a !== undefined && b === undefined) {
    throw illegalArgument("cannot change object mapping from nested to non-nested");
  }
  if (a === undefined && b !== undefined) {
    throw illegalArgument("cannot change object mapping from non-nested to nested");
  }
  if (a === undefined || b === undefined || reason === "template") return;
  if (a.includeInParent !== b.includeInParent) {
    throw mapperException(
      "the [include_in_parent] parameter can't be updated on a nested object mapping",
    );
  }
  if (a.includeInRoot !== b.includeInRoot) {
    throw mapperException(
      "the [include_in_root] parameter can't be updated on a nested object mapping",
    );
  }
}
