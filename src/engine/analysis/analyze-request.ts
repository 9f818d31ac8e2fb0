// The body of `_analyze`, and the index that it is about.
// Upstream: AnalyzeAction.Request.fromXContent, TransportAnalyzeAction.getAnalyzer.

import { illegalArgument } from "../../base/index.ts";
import type { Analyzer } from "../../lucene/analysis/index.ts";
import type { XContentObject, XContentValue } from "../../xcontent/index.ts";
import { resolveSingle } from "../cluster/name-resolver.ts";
import { indexClosed } from "../exceptions.ts";
import type { IndicesService } from "../indices/indices-service.ts";
import type { MappedFieldType } from "../mapping/index.ts";
import { RequestSource, xContentParseException } from "../search/source-location.ts";
import {
  type AnalyzeIndex,
  type AnalyzeRequest,
  analyze,
  type NameOrDefinition,
  validateAnalyzeRequest,
} from "./analyze.ts";

const FIELDS = new Set([
  "text",
  "analyzer",
  "tokenizer",
  "filter",
  "char_filter",
  "field",
  "explain",
  "attributes",
  "normalizer",
]);

/** Parses and answers `_analyze`; `index` is the name in the path, if any. */
export function analyzeRequest(
  indices: IndicesService,
  index: string | undefined,
  body: XContentObject,
  text: string | undefined,
): Record<string, unknown> {
  const request = new BodyReader(body, text).read();
  validateAnalyzeRequest(request, index !== undefined);
  return analyze(request, index === undefined ? undefined : indexOf(indices, index));
}

function indexOf(indices: IndicesService, name: string): AnalyzeIndex {
  const metadata = resolveSingle(indices.cluster.metadata, name, indices.context.clock);
  const service = indices.service(metadata.name);
  if (service === undefined) throw indexClosed(metadata.name, metadata.uuid);
  const { mapper } = service;
  return {
    settings: metadata.settings,
    analyzers: mapper.analyzers,
    analyzerOfField: (field) => {
      const type = mapper.fieldType(field);
      return type === undefined ? undefined : (indexAnalyzerOf(type) ?? "refused");
    },
  };
}

/** String fields analyze what they index; others have no analyzer. */
function indexAnalyzerOf(type: MappedFieldType): Analyzer | undefined {
  const { indexAnalyzer, normalizer } = type as {
    indexAnalyzer?: Analyzer;
    normalizer?: Analyzer;
  };
  return indexAnalyzer ?? normalizer;
}

class BodyReader {
  private readonly body: XContentObject;
  private readonly source: RequestSource;

  constructor(body: XContentObject, text: string | undefined) {
    this.body = body;
    this.source = new RequestSource(body, text);
  }

  read(): AnalyzeRequest {
    for (const key of Object.keys(this.body)) {
      if (FIELDS.has(key)) continue;
      const place = this.source.locate(this.body, key, "name");
      throw xContentParseException(`[analyze_request] unknown field [${key}]`, place);
    }
    const analyzer = this.string("analyzer");
    const field = this.string("field");
    const normalizer = this.string("normalizer");
    const tokenizer = this.body["tokenizer"];
    return {
      text: this.strings("text"),
      filter: this.components("filter"),
      charFilter: this.components("char_filter"),
      explain: this.boolean("explain"),
      attributes: this.strings("attributes"),
      ...(analyzer === undefined ? {} : { analyzer }),
      ...(field === undefined ? {} : { field }),
      ...(normalizer === undefined ? {} : { normalizer }),
      ...(tokenizer === undefined ? {} : { tokenizer: this.component("tokenizer", tokenizer) }),
    };
  }

  private refuse(key: string, value: XContentValue | undefined): never {
    const place = this.source.locate(this.body, key, "value");
    const text = `[analyze_request] ${key} doesn't support values of type: ${tokenOf(value)}`;
    throw xContentParseException(text, place);
  }

  private string(key: string): string | undefined {
    const value = this.body[key];
    if (value === undefined || typeof value === "string") return value;
    return this.refuse(key, value);
  }

  private boolean(key: string): boolean {
    const value = this.body[key] ?? false;
    if (typeof value === "boolean") return value;
    if (value === "true" || value === "false") return value === "true";
    if (typeof value !== "string") return this.refuse(key, value);
    const reason = `Failed to parse value [${value}] as only [true] or [false] are allowed.`;
    const place = this.source.locate(this.body, key, "value");
    const text = `[analyze_request] failed to parse field [${key}]`;
    throw xContentParseException(text, place, illegalArgument(reason));
  }

  private strings(key: string): string[] {
    const value = this.body[key];
    if (value === undefined) return [];
    if (typeof value === "string") return [value];
    if (!Array.isArray(value)) return this.refuse(key, value);
    return value.map((item) => {
      if (typeof item === "object" && item !== null) this.refuse(key, item);
      return String(item);
    });
  }

  private components(key: string): NameOrDefinition[] {
    const value = this.body[key];
    if (value === undefined) return [];
    if (typeof value !== "object" || value === null) return this.refuse(key, value);
    return (Array.isArray(value) ? value : [value]).map((item) => this.component(key, item));
  }

  private component(key: string, value: XContentValue): NameOrDefinition {
    if (typeof value === "string") return value;
    if (typeof value === "object" && value !== null && !Array.isArray(value)) {
      return value as { [name: string]: unknown };
    }
    return this.refuse(key, value);
  }
}

function tokenOf(value: XContentValue | undefined): string {
  if (value === null) return "VALUE_NULL";
  if (Array.isArray(value)) return "START_ARRAY";
  switch (typeof value) {
    case "object":
      return "START_OBJECT";
    case "boolean":
      return "VALUE_BOOLEAN";
    case "string":
      return "VALUE_STRING";
    default:
      return "VALUE_NUMBER";
  }
}
