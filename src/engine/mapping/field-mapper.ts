// A mapped field: turns values of a document into Lucene fields. One subclass per field type.
// Upstream: org.opensearch.index.mapper.{FieldMapper,ParametrizedFieldMapper}.

import { VarveError } from "../../base/index.ts";
import type { DocumentContext } from "./document-context.ts";
import { extractFieldNames, NEEDS_EXACT_SOURCE } from "./document-context.ts";
import type { MappedFieldType } from "./mapped-field-type.ts";
import { mapperParsing } from "./mapper-errors.ts";
import type { JsonObject } from "./node-values.ts";
import { javaDouble, javaString } from "./node-values.ts";
import type { FieldValues, Parameter } from "./parameters.ts";
import type { SourceValue } from "./source-parser.ts";
import { JsonNumber } from "./source-parser.ts";

/** What a field type is: its name, its parameters, how its mapper is made. */
export interface FieldTypeSpec {
  readonly typeName: string;
  readonly parameters: readonly Parameter[];
  readonly build: (parts: FieldMapperParts) => FieldMapper;
  /**
   * Written before upstream's parametrized mappers: other texts for unknown and conflicting
   * options.
   */
  readonly isUnparametrized?: boolean;
  /** Writes the parameters, multi-fields and copy_to as GET _mapping shows them. */
  readonly show?: (mapper: FieldMapper, out: JsonObject, shared: ShowShared) => void;
}

/** The parts of GET _mapping that all field types share. */
export interface ShowShared {
  multiFields(): void;
  copyTo(): void;
}

/** What a field mapper is made of. */
export interface FieldMapperParts {
  readonly spec: FieldTypeSpec;
  readonly simpleName: string;
  readonly path: string;
  readonly values: FieldValues;
  readonly multiFields: readonly FieldMapper[];
  readonly copyTo: readonly string[];
}

/** One field of the mapping. */
export abstract class FieldMapper {
  readonly kind = "field";
  readonly spec: FieldTypeSpec;
  readonly simpleName: string;
  readonly path: string;
  readonly values: FieldValues;
  readonly multiFields: readonly FieldMapper[];
  readonly copyTo: readonly string[];
  /** Terms for `_field_names`. */
  readonly fieldNames: readonly string[];
  /** Does the field take a whole array as one value? */
  readonly parsesArrayValue: boolean = false;
  abstract readonly fieldType: MappedFieldType;

  constructor(parts: FieldMapperParts) {
    this.spec = parts.spec;
    this.simpleName = parts.simpleName;
    this.path = parts.path;
    this.values = parts.values;
    this.multiFields = parts.multiFields;
    this.copyTo = parts.copyTo;
    this.fieldNames = extractFieldNames(parts.path);
  }

  get typeName(): string {
    return this.spec.typeName;
  }

  /** Adds the Lucene fields of one value to the context's document. */
  abstract parseCreateField(context: DocumentContext, value: SourceValue): void;

  /** One value, for the field and its multi-fields. */
  parse(context: DocumentContext, value: SourceValue): void {
    try {
      this.parseCreateField(context, value);
    } catch (error) {
      this.parseFailed(context, value, error);
    }
    const { multiFields } = this;
    for (let i = 0; i < multiFields.length; i++) multiFields[i]!.parse(context, value);
  }

  /** Fields that the mapping makes besides the field itself (index prefixes, phrases). */
  subFieldTypes(): readonly MappedFieldType[] {
    return [];
  }

  /** The type of a path below the field, where its keys are not mapped (flat_object). */
  keyedFieldType(_path: string): MappedFieldType | undefined {
    return undefined;
  }

  /** Adds the field's error text, or swallows it when the index ignores malformed values. */
  protected parseFailed(context: DocumentContext, value: SourceValue, error: unknown): void {
    if (!(error instanceof VarveError) || error.kind === "internal") throw error;
    if (context.mapping.ignoreMalformed) return;
    const shown = context.failedValue === undefined ? value : context.failedValue;
    // Numbers are shown as they were written.
    if (context.locations === undefined && typeof shown !== "string") throw NEEDS_EXACT_SOURCE;
    context.failedValue = undefined;
    throw mapperParsing(
      `failed to parse field [${this.path}] of type [${this.fieldType.typeName}] in document with ` +
        `id '${context.source.id}'. ${this.previewText(shown)}`,
      error,
    );
  }

  private previewText(value: SourceValue): string {
    const { typeName } = this.fieldType;
    // Jackson cannot turn back from a float to the big integer that it was.
    const isLost =
      value instanceof JsonNumber &&
      !value.isFloat &&
      (typeName === "half_float" || typeName === "float") &&
      (value.value >= 2 ** 63 || value.value < -(2 ** 63)) &&
      value.text !== "9223372036854775807";
    if (isLost) return "Could not parse field value preview,";
    return `Preview of field's value: '${valuePreview(value)}'`;
  }
}

/** Java's toString of a value, for error messages. */
export function valuePreview(value: SourceValue): string {
  if (value instanceof JsonNumber) return value.isFloat ? javaDouble(value.value) : value.text;
  if (typeof value === "number" && !Number.isInteger(value)) return javaDouble(value);
  return javaString(value);
}

/** The value as text, as Jackson's `getText` gives it; null for null. */
export function sourceText(context: DocumentContext, value: SourceValue): string | null {
  if (typeof value === "string" || value === null) return value;
  if (typeof value === "boolean") return value ? "true" : "false";
  if (typeof value === "number") {
    if (context.locations !== undefined) return String(value);
    if (!context.plainNumbers || !Number.isSafeInteger(value) || Object.is(value, -0)) {
      throw NEEDS_EXACT_SOURCE;
    }
    return String(value);
  }
  if (value instanceof JsonNumber) return value.text;
  const { line, column } = context.tokenLocation();
  const token = Array.isArray(value) ? "START_ARRAY" : "START_OBJECT";
  throw new VarveError("invalid", `Can't get text on a ${token} at ${line}:${column}`, {
    type: "illegal_state_exception",
  });
}
