// `join`: parents and children in one index. A document's place in the relations is a term of the
// field; `<field>#<parent name>` holds the id of the parent, in the parent itself too.
//   relations {q: [a, c]}   parent q1: rel = q, rel#q = q1; child a1: rel = a, rel#q = q1
// Upstream: org.opensearch.join.mapper.{ParentJoinFieldMapper,ParentIdFieldMapper} (parent-join).

import { illegalArgument, VarveError } from "../../../base/index.ts";
import { DocValuesType, IndexOptions } from "../../../lucene/index/index.ts";
import type { Query } from "../../../lucene/search/index.ts";
import { BooleanQuery, TermQuery } from "../../../lucene/search/index.ts";
import type { DocumentContext } from "../document-context.ts";
import type { FieldMapperParts, FieldTypeSpec } from "../field-mapper.ts";
import { FieldMapper, sourceText } from "../field-mapper.ts";
import { LuceneField, luceneFieldType } from "../lucene-field.ts";
import type { MappedFieldType, ValuesKind } from "../mapped-field-type.ts";
import type { JsonObject, JsonValue } from "../node-values.ts";
import { isJsonObject, javaString } from "../node-values.ts";
import type { Parameter, ParameterValue } from "../parameters.ts";
import { booleanParameter } from "../parameters.ts";
import type { SourceValue } from "../source-parser.ts";
import { JsonNumber } from "../source-parser.ts";
import { StringFieldType } from "../string-field-type.ts";

/** A parent's name, the names of its children, and the field that joins them. */
export class JoinRelation {
  readonly parent: string;
  readonly children: readonly string[];
  readonly idField: ParentIdFieldType;
  private readonly joinField: string;

  constructor(joinField: string, parent: string, children: readonly string[]) {
    this.joinField = joinField;
    this.parent = parent;
    this.children = children;
    this.idField = new ParentIdFieldType(`${joinField}#${parent}`);
  }

  /** Documents that are such parents. */
  parentFilter(): Query {
    return new TermQuery(this.joinField, Buffer.from(this.parent));
  }

  /** Documents that are children of that name. */
  childFilter(child: string): Query {
    return new TermQuery(this.joinField, Buffer.from(child));
  }

  /** Documents that are children of any name. */
  childrenFilter(): Query {
    return new BooleanQuery(
      this.children.map((child) => ({ query: this.childFilter(child), occur: "should" as const })),
    );
  }
}

/** The type of a field that holds parents' ids. */
export class ParentIdFieldType extends StringFieldType {
  readonly typeName = "parent";
  override readonly valuesKind: ValuesKind = "bytes";

  constructor(name: string) {
    super({ name, isIndexed: true, hasDocValues: true, isStored: false });
  }
}

/** The type of a join field. */
export class JoinFieldType extends StringFieldType {
  readonly typeName = "join";
  override readonly valuesKind: ValuesKind = "bytes";
  readonly relations: readonly JoinRelation[];

  constructor(name: string, relations: readonly JoinRelation[]) {
    super({ name, isIndexed: true, hasDocValues: true, isStored: false });
    this.relations = relations;
  }

  /** The relation in which `name` is the parent. */
  withParent(name: string): JoinRelation | undefined {
    return this.relations.find(({ parent }) => parent === name);
  }

  /** The relation in which `name` is a child. */
  withChild(name: string): JoinRelation | undefined {
    return this.relations.find(({ children }) => children.includes(name));
  }
}

const LUCENE_TYPE = luceneFieldType({
  indexOptions: IndexOptions.DOCS,
  omitNorms: true,
  docValuesType: DocValuesType.SORTED,
});

function idField(name: string, value: string): LuceneField {
  const field = new LuceneField(name, LUCENE_TYPE);
  field.term = value;
  field.bytesValue = value;
  return field;
}

class JoinFieldMapper extends FieldMapper {
  readonly fieldType: JoinFieldType;

  constructor(parts: FieldMapperParts) {
    super(parts);
    const { path, values } = parts;
    if (path.includes(".")) {
      throw illegalArgument(
        `join field [${path}] cannot be added inside an object or in a multi-field`,
      );
    }
    const relations = Object.entries(values.get("relations") as JsonObject).map(
      ([parent, children]) => new JoinRelation(path, parent, childrenOf(children)),
    );
    checkParents(path, relations);
    this.fieldType = new JoinFieldType(path, relations);
  }

  override subFieldTypes(): readonly MappedFieldType[] {
    return this.fieldType.relations.map((relation) => relation.idField);
  }

  /** Errors of a join are not those of one value, so that they say nothing of the field's type. */
  override parse(context: DocumentContext, value: SourceValue): void {
    this.parseCreateField(context, value);
  }

  parseCreateField(context: DocumentContext, value: SourceValue): void {
    const { name, parent } = this.placeOf(context, value);
    const asParent = this.fieldType.withParent(name ?? "");
    const asChild = this.fieldType.withChild(name ?? "");
    if (name === undefined || (asParent === undefined && asChild === undefined)) {
      throw illegalArgument(`unknown join name [${name ?? null}] for field [${this.path}]`);
    }
    if (asChild !== undefined) {
      if (parent === undefined) {
        throw illegalArgument(`[parent] is missing for join field [${this.path}]`);
      }
      if (context.source.routing === undefined) {
        throw illegalArgument(`[routing] is missing for join field [${this.path}]`);
      }
      context.add(idField(asChild.idField.name, parent));
    }
    if (asParent !== undefined) context.add(idField(asParent.idField.name, context.source.id));
    context.add(idField(this.path, name));
  }

  private placeOf(
    context: DocumentContext,
    value: SourceValue,
  ): { name: string | undefined; parent: string | undefined } {
    if (typeof value === "string") return { name: value, parent: undefined };
    if (typeof value !== "object" || value === null || value instanceof JsonNumber) {
      const token =
        value === null
          ? "VALUE_NULL"
          : typeof value === "boolean"
            ? "VALUE_BOOLEAN"
            : "VALUE_NUMBER";
      throw new VarveError(
        "invalid",
        `[${this.path}] expected START_OBJECT or VALUE_STRING but was: ${token}`,
        { type: "illegal_state_exception" },
      );
    }
    const place: { name: string | undefined; parent: string | undefined } = {
      name: undefined,
      parent: undefined,
    };
    for (const [key, inner] of Object.entries(value) as [string, SourceValue][]) {
      const isText = typeof inner === "string";
      const isNumber = typeof inner === "number" || inner instanceof JsonNumber;
      if (!isText && !isNumber) continue;
      if (key === "parent") place.parent = sourceText(context, inner)!;
      else if (key === "name" && isText) place.name = inner;
      else throw illegalArgument(`unknown field name [${key}] in join field [${this.path}]`);
    }
    return place;
  }
}

function childrenOf(node: JsonValue): string[] {
  return (Array.isArray(node) ? node : [node]).map(javaString);
}

function checkParents(name: string, relations: readonly JoinRelation[]): void {
  const seen = new Set<string>();
  const conflicts: string[] = [];
  for (const child of relations.flatMap(({ children }) => children)) {
    if (seen.has(child)) conflicts.push(`[${child}] cannot have multiple parents`);
    seen.add(child);
  }
  if (conflicts.length === 0) return;
  throw illegalArgument(`invalid definition for join field [${name}]:\n[${conflicts.join(", ")}]`);
}

/** Relations may grow: a parent may get children, and new parents may come. */
function relationsCanMerge(before: ParameterValue, after: ParameterValue): boolean {
  if (!isJsonObject(before as JsonValue) || !isJsonObject(after as JsonValue)) return false;
  const next = after as JsonObject;
  return Object.entries(before as JsonObject).every(([parent, children]) => {
    const kept = next[parent];
    return kept !== undefined && childrenOf(children).every((c) => childrenOf(kept).includes(c));
  });
}

const RELATIONS: Parameter = {
  name: "relations",
  updateable: true,
  shown: "always",
  defaultValue: () => ({}),
  parse: (node) => {
    if (!isJsonObject(node)) {
      throw illegalArgument(`relations should be a hash but was of type: ${typeof node}`);
    }
    return Object.fromEntries(
      Object.entries(node).map(([parent, children]) => {
        const names = childrenOf(children);
        return [parent, names.length === 1 ? names[0]! : names];
      }),
    );
  },
  canMerge: relationsCanMerge,
};

/** The `join` type. */
export const JOIN: FieldTypeSpec = {
  typeName: "join",
  parameters: [
    booleanParameter("eager_global_ordinals", true, true, { shown: "always" }),
    RELATIONS,
  ],
  build: (parts) => new JoinFieldMapper(parts),
};
