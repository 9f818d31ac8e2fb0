// The mapping of one index: merges updates, parses documents, answers for field types.
// Upstream: org.opensearch.index.mapper.MapperService.

import type { Clock } from "../../base/index.ts";
import { VarveError } from "../../base/index.ts";
import type { IndexAnalyzers } from "../analysis/index-analyzers.ts";
import type { Settings } from "../settings.ts";
import type { SourceToParse } from "./document-context.ts";
import { parseDocument } from "./document-parser.ts";
import { mappingLimits } from "./limits.ts";
import type { MappedFieldType } from "./mapped-field-type.ts";
import { errorMessage, mapperParsing } from "./mapper-errors.ts";
import { Mapping } from "./mapping.ts";
import type { MergeReason } from "./mapping-merge.ts";
import { mergeRoot } from "./mapping-merge.ts";
import type { ParsedMapping } from "./mapping-parser.ts";
import { parseMapping } from "./mapping-parser.ts";
import { showMapping } from "./mapping-show.ts";
import { mergeMetadata } from "./metadata-fields.ts";
import type { JsonObject } from "./node-values.ts";
import { inHashOrder, isJsonObject, simplePattern } from "./node-values.ts";
import type { MappingContext } from "./parameters.ts";
import type { ParsedDocument } from "./parsed-document.ts";

/** Internal version id of OpenSearch 2.0.0: before it, nested documents are marked in `_type`. */
const VERSION_2_0_0 = 2_000_099 ^ 0x08000000;

/** Internal version ids of Elasticsearch: 6.0.0 has `_id` terms, 6.1.0 marks root documents. */
const VERSION_6_0_0 = 6_000_099;
const VERSION_6_1_0 = 6_010_099;

/** What a mapper service is made with. */
export interface MapperServiceOptions {
  readonly indexName: string;
  readonly settings: Settings;
  readonly analyzers: IndexAnalyzers;
  readonly clock: Clock;
  /** Types of an index made before Elasticsearch 6, see MappingContext. */
  readonly types?: readonly string[];
  /** Score the terms of keywords, as servers before OpenSearch 3.1 do. */
  readonly scoresKeywords?: boolean;
}

/** Options of a merge. */
export interface MergeOptions {
  /** Check only; the mapping stays as it was. */
  readonly validateOnly?: boolean;
  /** The mapping comes from a snapshot or from disk: unknown types are kept, limits not checked. */
  readonly restored?: boolean;
  /** The update comes from a document, not from a request. */
  readonly dynamic?: boolean;
  /** `template`: later definitions replace earlier ones. */
  readonly reason?: MergeReason;
}

/** The mapping of one index. */
export class MapperService {
  readonly indexName: string;
  readonly analyzers: IndexAnalyzers;
  readonly clock: Clock;
  /** Do root documents alone have `_primary_term`? Before, nested ones are known by `_type`. */
  readonly marksRoots: boolean;
  readonly scoresKeywords: boolean;
  private currentSettings: Settings;
  private current: Mapping;
  private hasMapping = false;
  private readonly isLegacyNested: boolean;
  private readonly uidTypes: readonly string[];

  constructor(options: MapperServiceOptions) {
    this.indexName = options.indexName;
    this.currentSettings = options.settings;
    this.analyzers = options.analyzers;
    this.clock = options.clock;
    const created = options.settings.getInt("index.version.created", VERSION_2_0_0);
    this.isLegacyNested = created < VERSION_2_0_0;
    this.uidTypes = created < VERSION_6_0_0 ? (options.types ?? []) : [];
    this.scoresKeywords = options.scoresKeywords === true;
    this.marksRoots = created >= VERSION_6_1_0;
    this.current = this.build(this.read({}, false));
  }

  /** Merges a mapping (`{properties, dynamic, …}`, or one wrapped in `_doc`). */
  merge(mapping: JsonObject, options: MergeOptions = {}): void {
    const restored = options.restored === true;
    const isRequest = !restored && options.dynamic !== true;
    const json = unwrap(mapping);
    const parsed = this.readWrapped(isRequest ? (inHashOrder(json) as JsonObject) : json, restored);
    const next = this.hasMapping ? this.mergeWith(parsed, options.reason ?? "update") : parsed;
    const built = this.build(next);
    built.validate(!restored);
    if (options.validateOnly === true) return;
    this.current = built;
    this.hasMapping = true;
  }

  get settings(): Settings {
    return this.currentSettings;
  }

  /** Takes changed index settings: limits of mappings and defaults of fields. */
  updateSettings(settings: Settings): void {
    this.currentSettings = settings;
    const { root, metadata, meta } = this.current;
    this.current = this.build({ root, metadata, meta });
  }

  /** As GET _mapping shows it. */
  mapping(): JsonObject {
    return showMapping(this.current);
  }

  /** The mapping itself, with its lookups. */
  get documentMapping(): Mapping {
    return this.current;
  }

  /** Parses a document. If it has a `dynamicUpdate`, merge that and parse again. */
  parse(source: SourceToParse): ParsedDocument {
    return parseDocument(this.current, source);
  }

  /** A field's type, by its full path or an alias of it. */
  fieldType(path: string): MappedFieldType | undefined {
    return this.current.fieldType(path);
  }

  /** Names of fields and aliases that match a pattern with `*`; metadata fields included. */
  matchingFields(pattern: string): string[] {
    const { current } = this;
    if (!pattern.includes("*")) return current.fieldType(pattern) === undefined ? [] : [pattern];
    const test = simplePattern(pattern);
    const names = [...current.fieldTypes.keys(), ...current.aliases.keys()];
    return names.filter((name) => test.test(name));
  }

  /** All field types, metadata fields included. */
  fieldTypes(): Iterable<MappedFieldType> {
    return this.current.fieldTypes.values();
  }

  /** Does a document need a routing value? */
  get routingRequired(): boolean {
    return this.current.metadata.routingRequired;
  }

  private context(restored: boolean): MappingContext {
    return {
      indexName: this.indexName,
      settings: this.settings,
      analyzers: this.analyzers,
      restored,
      uidTypes: this.uidTypes,
    };
  }

  private read(mapping: JsonObject, restored: boolean): ParsedMapping {
    const base = this.hasMapping ? this.current.metadata : undefined;
    return parseMapping(mapping, this.context(restored), this.isLegacyNested ? "__" : "", base);
  }

  private readWrapped(mapping: JsonObject, restored: boolean): ParsedMapping {
    try {
      return this.read(mapping, restored);
    } catch (error) {
      if (!(error instanceof VarveError) || error.kind === "internal") throw error;
      throw mapperParsing(`Failed to parse mapping [_doc]: ${errorMessage(error)}`, error);
    }
  }

  private mergeWith(after: ParsedMapping, reason: MergeReason): ParsedMapping {
    const before = this.current;
    return {
      root: mergeRoot(before.root, after.root, reason),
      metadata:
        reason === "template" ? after.metadata : mergeMetadata(before.metadata, after.metadata),
      meta: mergeMeta(before.meta, after.meta, reason),
    };
  }

  private build(parsed: ParsedMapping): Mapping {
    return new Mapping(
      parsed.root,
      parsed.metadata,
      parsed.meta,
      this.context(false),
      mappingLimits(this.settings),
      this.isLegacyNested ? "_type" : "_nested_path",
    );
  }
}

function unwrap(mapping: JsonObject): JsonObject {
  const keys = Object.keys(mapping);
  const inner = mapping["_doc"];
  return keys.length === 1 && isJsonObject(inner) ? inner : mapping;
}

function mergeMeta(
  before: JsonObject | undefined,
  after: JsonObject | undefined,
  reason: MergeReason,
): JsonObject | undefined {
  if (after === undefined) return before;
  if (before === undefined || reason === "update") return after;
  return deepMerge(before, after);
}

function deepMerge(before: JsonObject, after: JsonObject): JsonObject {
  const out: JsonObject = { ...before };
  for (const [key, value] of Object.entries(after)) {
    const existing = out[key];
    out[key] = isJsonObject(existing) && isJsonObject(value) ? deepMerge(existing, value) : value;
  }
  return out;
}
