// The tree of mappers: objects, nested objects, aliases; fields are in field-mapper.ts.
// Upstream: org.opensearch.index.mapper.{ObjectMapper,RootObjectMapper,FieldAliasMapper}.

import type { DateFormatter } from "../time/index.ts";
import type { DynamicTemplate } from "./dynamic-template.ts";
import type { FieldMapper } from "./field-mapper.ts";
import type { JsonObject } from "./node-values.ts";

/** What happens to fields that the mapping does not have. */
export type Dynamic = "true" | "false" | "strict" | "strict_allow_templates";

/** A node of the mapping. */
export type Mapper = ObjectMapper | FieldMapper | FieldAliasMapper;

/** Options of a nested object. */
export interface NestedOptions {
  readonly includeInParent: boolean;
  readonly includeInRoot: boolean;
}

/** An object, nested or not. Immutable once it is part of a mapping. */
export class ObjectMapper {
  readonly kind = "object";
  readonly simpleName: string;
  /** Dotted path; the root's is "_doc". */
  readonly fullPath: string;
  readonly nested: NestedOptions | undefined;
  /** The term that marks the nested documents of this object. */
  readonly nestedTypePath: string;
  enabled = true;
  enabledExplicit = false;
  dynamic: Dynamic | undefined = undefined;
  /** Options of a restored mapping that are not known here, kept as they were. */
  unknown: JsonObject = {};
  readonly children = new Map<string, Mapper>();

  constructor(
    simpleName: string,
    fullPath: string,
    nested: NestedOptions | undefined,
    nestedTypePath: string,
  ) {
    this.simpleName = simpleName;
    this.fullPath = fullPath;
    this.nested = nested;
    this.nestedTypePath = nestedTypePath;
  }

  get path(): string {
    return this.fullPath;
  }

  /** A copy without children. */
  copyShell(): ObjectMapper {
    const copy = new ObjectMapper(this.simpleName, this.fullPath, this.nested, this.nestedTypePath);
    copy.enabled = this.enabled;
    copy.enabledExplicit = this.enabledExplicit;
    copy.dynamic = this.dynamic;
    copy.unknown = this.unknown;
    return copy;
  }
}

/** An option of the root with whether the mapping names it. */
export interface Explicit<T> {
  readonly value: T;
  readonly explicit: boolean;
}

/** The root object with the options that only it has. */
export class RootObjectMapper extends ObjectMapper {
  dynamicDateFormats: Explicit<readonly DateFormatter[]>;
  dynamicTemplates: Explicit<readonly DynamicTemplate[]> = { value: [], explicit: false };
  dateDetection: Explicit<boolean> = { value: true, explicit: false };
  numericDetection: Explicit<boolean> = { value: false, explicit: false };

  constructor(defaultDateFormats: readonly DateFormatter[]) {
    super("_doc", "_doc", undefined, "_doc");
    this.dynamicDateFormats = { value: defaultDateFormats, explicit: false };
  }

  override copyShell(): RootObjectMapper {
    const copy = new RootObjectMapper(this.dynamicDateFormats.value);
    copy.dynamicDateFormats = this.dynamicDateFormats;
    copy.dynamicTemplates = this.dynamicTemplates;
    copy.dateDetection = this.dateDetection;
    copy.numericDetection = this.numericDetection;
    copy.enabled = this.enabled;
    copy.enabledExplicit = this.enabledExplicit;
    copy.dynamic = this.dynamic;
    copy.unknown = this.unknown;
    return copy;
  }
}

/** A second name of a field. */
export class FieldAliasMapper {
  readonly kind = "alias";
  readonly simpleName: string;
  readonly path: string;
  readonly target: string;

  constructor(simpleName: string, path: string, target: string) {
    this.simpleName = simpleName;
    this.path = path;
    this.target = target;
  }
}
