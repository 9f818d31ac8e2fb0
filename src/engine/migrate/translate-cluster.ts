// The cluster's part of a snapshot for OpenSearch 2 and 3: persistent settings, legacy templates,
// composable templates, pipelines, scripts and data streams. Pure; what cannot go is listed.

import {
  mappingsByType,
  type SnapshotInfo,
  type ClusterMetadata as StoredClusterMetadata,
  versionOfId,
} from "../../repository/index.ts";
import { isXContentObject, type XContentObject } from "../../xcontent/index.ts";
import { withIndexPrefix } from "../indices/templates.ts";
import { isJsonObject, type JsonObject } from "../mapping/index.ts";
import { Settings } from "../settings.ts";
import { clusterSettingsRegistry } from "../settings-registry.ts";
import type { TargetMajor } from "./migration-target.ts";
import { Notes, translateMapping, translateTypes } from "./translate-mapping.ts";
import { translateSettings } from "./translate-settings.ts";

/** Sections that OpenSearch knows. Registered repositories are never restored. */
const KNOWN_SECTIONS = new Set(
  "ingest search_pipeline stored_scripts index_template component_template data_stream".split(" "),
);
/** Sections of every cluster that say nothing to another. */
const SILENT_SECTIONS = new Set(["repositories", "index-graveyard", "tombstones"]);

/** The translated state, and what was changed or left out. */
export interface TranslatedCluster {
  readonly metadata: StoredClusterMetadata;
  /** Names of the persistent settings and templates that go over. */
  readonly settings: readonly string[];
  readonly templates: readonly string[];
  readonly translations: readonly string[];
  readonly dropped: readonly string[];
  /** Of what was dropped, something was the user's own. */
  readonly isLossy: boolean;
}

/** Translates the state of a snapshot. */
export function translateCluster(
  stored: StoredClusterMetadata,
  info: SnapshotInfo,
  to: TargetMajor,
): TranslatedCluster {
  const writer = versionOfId(info.versionId);
  const dropped: string[] = [];
  const notes = new Notes();
  const isSame = !writer.elasticsearch && writer.major >= 2 && writer.major <= to;
  const persistent = isSame
    ? stored.persistentSettings
    : translatePersistent(stored.persistentSettings, dropped);
  const isJoda = writer.elasticsearch && writer.major < 7;
  const templates = isSame ? stored.templates : legacyTemplates(stored, isJoda, notes, dropped);
  const customs = isSame ? stored.customs : sectionsOf(stored, isJoda, notes, dropped);
  return {
    metadata: { ...stored, persistentSettings: persistent, templates, customs },
    settings: Object.keys(persistent),
    templates: Object.keys(templates),
    translations: notes.list(),
    dropped,
    isLossy: dropped.some((line) => !line.endsWith(OF_ELASTICSEARCH)),
  };
}

const OF_ELASTICSEARCH = "it is for Elasticsearch's own indices";

function translatePersistent(stored: XContentObject, dropped: string[]): XContentObject {
  const kept: XContentObject = {};
  for (const [key, value] of Settings.fromNested(stored as JsonObject).entries()) {
    if (value === null) continue;
    try {
      clusterSettingsRegistry.validate(key, value);
      kept[key] = typeof value === "string" ? value : [...value];
    } catch {
      dropped.push(`setting ${key}: OpenSearch does not take it`);
    }
  }
  return kept;
}

function patternsOf(body: XContentObject): string[] {
  const patterns = body["index_patterns"] ?? body["template"] ?? [];
  return (Array.isArray(patterns) ? patterns : [patterns]).map(String);
}

/** Elasticsearch keeps indices of its own, whose names begin with a dot. */
function isOfElasticsearch(patterns: readonly string[]): boolean {
  return patterns.length > 0 && patterns.every((pattern) => pattern.startsWith("."));
}

function legacyTemplates(
  stored: StoredClusterMetadata,
  isJoda: boolean,
  notes: Notes,
  dropped: string[],
): XContentObject {
  const out: XContentObject = {};
  for (const [name, body] of Object.entries(stored.templates)) {
    if (!isXContentObject(body)) continue;
    const patterns = patternsOf(body);
    if (isOfElasticsearch(patterns)) {
      dropped.push(`template [${name}]: ${OF_ELASTICSEARCH}`);
      continue;
    }
    const own = new Notes();
    const types = mappingsByType({ name, tree: { mappings: body["mappings"] ?? {} } });
    const given = withIndexPrefix(Settings.fromNested((body["settings"] ?? {}) as JsonObject));
    const { settings, similarities } = translateSettings(given, own);
    const mapping = translateTypes(types as ReadonlyMap<string, JsonObject>, {
      similarities,
      isJoda,
      notes: own,
    });
    for (const line of own.list()) notes.add(`template [${name}]: ${line}`);
    if (body["template"] !== undefined) notes.add(`template [${name}]: template is index_patterns`);
    out[name] = {
      order: body["order"] ?? 0,
      ...(body["version"] === undefined ? {} : { version: body["version"] }),
      index_patterns: patterns,
      settings: settings.toFlat() as XContentObject,
      mappings: Object.keys(mapping).length === 0 ? [] : [{ _doc: mapping as XContentObject }],
      aliases: body["aliases"] ?? {},
    };
  }
  return out;
}

function sectionsOf(
  stored: StoredClusterMetadata,
  isJoda: boolean,
  notes: Notes,
  dropped: string[],
): Record<string, XContentObject> {
  const out: Record<string, XContentObject> = {};
  for (const [name, section] of Object.entries(stored.customs)) {
    if (SILENT_SECTIONS.has(name)) continue;
    if (!KNOWN_SECTIONS.has(name)) {
      dropped.push(`section [${name}]: OpenSearch does not know it`);
    } else if (name === "index_template" || name === "component_template") {
      out[name] = composableTemplates(name, section, isJoda, notes, dropped);
    } else out[name] = section;
  }
  return out;
}

function composableTemplates(
  kind: string,
  section: XContentObject,
  isJoda: boolean,
  notes: Notes,
  dropped: string[],
): XContentObject {
  const members = isXContentObject(section[kind]) ? section[kind] : {};
  const out: XContentObject = {};
  for (const [name, body] of Object.entries(members)) {
    if (!isXContentObject(body)) continue;
    if (isOfElasticsearch(patternsOf(body))) {
      dropped.push(`${kind} [${name}]: ${OF_ELASTICSEARCH}`);
      continue;
    }
    const template = body["template"];
    out[name] = isXContentObject(template)
      ? { ...body, template: translateTemplate(`${kind} [${name}]`, template, isJoda, notes) }
      : body;
  }
  return { [kind]: out };
}

function translateTemplate(
  label: string,
  template: XContentObject,
  isJoda: boolean,
  notes: Notes,
): XContentObject {
  const own = new Notes();
  const out: XContentObject = { ...template };
  let similarities: ReadonlySet<string> = new Set();
  if (isXContentObject(template["settings"])) {
    const given = withIndexPrefix(Settings.fromNested(template["settings"] as JsonObject));
    const translated = translateSettings(given, own);
    similarities = translated.similarities;
    out["settings"] = translated.settings.toFlat() as XContentObject;
  }
  const mappings = template["mappings"];
  if (isXContentObject(mappings)) {
    const inner = (mappings["_doc"] ?? mappings) as JsonObject;
    if (isJsonObject(inner)) {
      const context = { similarities, isJoda, notes: own };
      out["mappings"] = { _doc: translateMapping(inner, context) as XContentObject };
    }
  }
  for (const line of own.list()) notes.add(`${label}: ${line}`);
  return out;
}
