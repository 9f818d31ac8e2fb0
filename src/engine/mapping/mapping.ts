// One version of an index's mapping with its lookups by name. Immutable: a merge makes a new one.
// Upstream: org.opensearch.index.mapper.{Mapping,MappingLookup,FieldTypeLookup}.

import { illegalArgument } from "../../base/index.ts";
import { FieldMapper } from "./field-mapper.ts";
import { allFieldNode } from "./legacy-fields.ts";
import type { MappingLimits } from "./limits.ts";
import type { MappedFieldType } from "./mapped-field-type.ts";
import { mapperParsing } from "./mapper-errors.ts";
import { buildMapper } from "./mapping-parser.ts";
import { metadataFieldTypes } from "./metadata-field-types.ts";
import type { MetadataOptions } from "./metadata-fields.ts";
import type { JsonObject } from "./node-values.ts";
import type { FieldAliasMapper, Mapper, ObjectMapper, RootObjectMapper } from "./object-mapper.ts";
import type { MappingContext } from "./parameters.ts";
import { sourceFilter } from "./source-filter.ts";

/** A mapping, ready to parse documents. */
export class Mapping {
  readonly root: RootObjectMapper;
  readonly metadata: MetadataOptions;
  readonly meta: JsonObject | undefined;
  readonly context: MappingContext;
  readonly limits: MappingLimits;
  /** `index.mapping.ignore_malformed`: any field's parse failure is swallowed. */
  readonly ignoreMalformed: boolean;
  readonly nestedPathField: string;
  readonly fieldNamesEnabled: boolean;
  readonly sourceFilter: ((source: JsonObject) => JsonObject) | undefined;
  readonly objects = new Map<string, ObjectMapper>();
  readonly fields = new Map<string, FieldMapper>();
  readonly aliases = new Map<string, FieldAliasMapper>();
  readonly fieldTypes = new Map<string, MappedFieldType>();
  readonly metadataTypes: ReadonlyMap<string, MappedFieldType>;
  readonly hasNested: boolean;

  constructor(
    root: RootObjectMapper,
    metadata: MetadataOptions,
    meta: JsonObject | undefined,
    context: MappingContext,
    limits: MappingLimits,
    nestedPathField: string,
  ) {
    this.root = root;
    this.metadata = metadata;
    this.meta = meta;
    this.context = context;
    this.limits = limits;
    this.ignoreMalformed = context.settings.getBoolean("index.mapping.ignore_malformed", false);
    this.nestedPathField = nestedPathField;
    this.fieldNamesEnabled = metadata.fieldNamesEnabled.value;
    this.sourceFilter = sourceFilter(metadata.source);
    this.metadataTypes = new Map([
      ...metadataFieldTypes(context, nestedPathField),
      ...allFieldType(root, context),
    ]);
    for (const child of root.children.values()) this.collect(child);
    this.hasNested = [...this.objects.values()].some((object) => object.nested !== undefined);
    for (const [name, type] of this.metadataTypes) this.fieldTypes.set(name, type);
    for (const field of this.fields.values()) {
      this.fieldTypes.set(field.path, field.fieldType);
      for (const sub of field.subFieldTypes()) this.fieldTypes.set(sub.name, sub);
    }
  }

  /** A field's type by its path or an alias of it. */
  fieldType(path: string): MappedFieldType | undefined {
    const direct = this.fieldTypes.get(path);
    if (direct !== undefined) return direct;
    const alias = this.aliases.get(path);
    return alias === undefined ? this.keyedFieldType(path) : this.fieldTypes.get(alias.target);
  }

  /** The type of a path below a field that takes any keys. */
  private keyedFieldType(path: string): MappedFieldType | undefined {
    for (let dot = path.lastIndexOf("."); dot > 0; dot = path.lastIndexOf(".", dot - 1)) {
      const field = this.fields.get(path.slice(0, dot));
      if (field !== undefined) return field.keyedFieldType(path);
    }
    return undefined;
  }

  /** Path of the closest nested object around `path`. */
  nestedScope(path: string): string | undefined {
    for (let dot = path.lastIndexOf("."); dot > 0; dot = path.lastIndexOf(".", dot - 1)) {
      const parent = path.slice(0, dot);
      if (this.objects.get(parent)?.nested !== undefined) return parent;
    }
    return undefined;
  }

  /** Is it a field below another field (not below an object)? */
  isMultiField(path: string): boolean {
    const dot = path.lastIndexOf(".");
    return dot > 0 && this.fields.has(path.slice(0, dot));
  }

  /** Refuses what upstream refuses after a merge; limits only when asked. */
  validate(checkLimits: boolean): void {
    if (checkLimits) this.checkLimits();
    for (const alias of this.aliases.values()) this.validateAlias(alias);
    for (const field of this.fields.values()) this.validateCopyTo(field);
  }

  private collect(mapper: Mapper): void {
    if (mapper.kind === "object") {
      if (this.objects.has(mapper.fullPath)) {
        throw mapperParsing(`Object mapper [${mapper.fullPath}] is defined more than once`);
      }
      this.objects.set(mapper.fullPath, mapper);
      for (const child of mapper.children.values()) this.collect(child);
    } else if (mapper.kind === "alias") {
      this.aliases.set(mapper.path, mapper);
    } else {
      if (this.objects.has(mapper.path)) {
        throw mapperParsing(`Field [${mapper.path}] is defined both as an object and a field`);
      }
      if (this.fields.has(mapper.path)) {
        throw mapperParsing(`Field [${mapper.path}] is defined more than once`);
      }
      this.fields.set(mapper.path, mapper);
      for (const multiField of mapper.multiFields) this.collect(multiField);
    }
  }

  private checkLimits(): void {
    const { limits } = this;
    const subFields = [...this.fields.values()].reduce(
      (sum, f) => sum + f.subFieldTypes().length,
      0,
    );
    const count = this.fields.size + this.aliases.size + this.objects.size + subFields;
    if (count > limits.totalFields) {
      throw illegalArgument(`Limit of total fields [${limits.totalFields}] has been exceeded`);
    }
    for (const path of this.objects.keys()) {
      if (path.split(".").length + 1 > limits.depth) {
        throw illegalArgument(
          `Limit of mapping depth [${limits.depth}] has been exceeded due to ` +
            `object field [${path}]`,
        );
      }
    }
    const named = [...this.objects.values(), ...this.fields.values(), ...this.aliases.values()];
    for (const { simpleName } of named) {
      if (simpleName.length > limits.fieldNameLength) {
        throw illegalArgument(
          `Field name [${simpleName}] is longer than the limit of ` +
            `[${limits.fieldNameLength}] characters`,
        );
      }
    }
    const nested = [...this.objects.values()].filter((object) => object.nested !== undefined);
    if (nested.length > limits.nestedFields) {
      throw illegalArgument(`Limit of nested fields [${limits.nestedFields}] has been exceeded`);
    }
  }

  private validateAlias(alias: FieldAliasMapper): void {
    const { path: name, target } = alias;
    const invalid = `Invalid [path] value [${target}] for field alias [${name}]: `;
    if (target === name) throw mapperParsing(`${invalid}an alias cannot refer to itself.`);
    if (this.fieldType(target) === undefined) {
      throw mapperParsing(`${invalid}an alias must refer to an existing field in the mappings.`);
    }
    if (this.aliases.has(target)) {
      throw mapperParsing(`${invalid}an alias cannot refer to another alias.`);
    }
    const scope = this.nestedScope(name);
    const targetScope = this.nestedScope(target);
    if (scope === targetScope) return;
    const aliasText =
      scope === undefined ? "The alias is not nested" : `The alias's nested scope is [${scope}]`;
    const targetText =
      targetScope === undefined
        ? "the target is not nested."
        : `the target's nested scope is [${targetScope}].`;
    throw illegalArgument(
      `${invalid}an alias must have the same nested scope as its target. ` +
        `${aliasText}, but ${targetText}`,
    );
  }

  private validateCopyTo(field: FieldMapper): void {
    if (field.copyTo.length === 0) return;
    if (this.isMultiField(field.path)) {
      throw illegalArgument(
        `[copy_to] may not be used to copy from a multi-field: [${field.path}]`,
      );
    }
    const source = this.nestedScope(field.path);
    for (const target of field.copyTo) {
      if (this.isMultiField(target)) {
        throw illegalArgument(`[copy_to] may not be used to copy to a multi-field: [${target}]`);
      }
      if (this.objects.has(target)) {
        throw illegalArgument(`Cannot copy to field [${target}] since it is mapped as an object`);
      }
      const targetScope = this.nestedScope(target);
      const isParent =
        targetScope === undefined ||
        (source !== undefined && (source === targetScope || source.startsWith(`${targetScope}.`)));
      if (!isParent) {
        throw illegalArgument(
          "Illegal combination of [copy_to] and [nested] mappings: [copy_to] " +
            "may only copy data to the current nested document or any of its parents, however one " +
            `[copy_to] directive is trying to copy data from nested object [${source ?? null}] to ` +
            `[${targetScope}]`,
        );
      }
    }
  }
}

/** `_all` of an index made before Elasticsearch 6. */
function allFieldType(
  root: RootObjectMapper,
  context: MappingContext,
): [string, MappedFieldType][] {
  if (context.uidTypes.length === 0) return [];
  const node = allFieldNode(root.unknown["_all"]);
  if (node === undefined) return [];
  const mapper = buildMapper("_all", "", node, { ...context, restored: true }, "");
  return mapper instanceof FieldMapper ? [["_all", mapper.fieldType]] : [];
}
