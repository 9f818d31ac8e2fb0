// Index settings of an older version for OpenSearch 2 and 3. Pure.
//
//   OLD                                          NEW
//   index.….filter.0, .1 (Elasticsearch 5)       one list
//   uuid, version.*, resize.*, shrink.* …        set anew by the migration, or without meaning
//   index.mapper.dynamic: false                  dynamic: false in the mapping
//   soft_deletes.enabled, translog.retention.*   dropped: every index of OpenSearch has them
//   …allocation.include._tier_preference         dropped: no node of OpenSearch has it
//   similarity of type classic, default          dropped: BM25
//   analysis: old names (nGram, htmlStrip …)     their newer names; the filter `standard` is gone
//   ngram and shingle differences                index.max_ngram_diff, index.max_shingle_diff
//   anything that OpenSearch does not know       dropped

import { Settings, type SettingValue } from "../settings.ts";
import { indexSettingsRegistry } from "../settings-registry.ts";
import type { Notes } from "./translate-mapping.ts";

/** Set by the migration itself, or of no meaning to a new index: dropped without a word. */
const OWN_SETTINGS: readonly string[] = (
  "uuid version. history.uuid resize. shrink. verified_before_close context. remote_store. " +
  "routing.allocation.initial_recovery. recovery.initial_shards frozen replication.type"
)
  .split(" ")
  .map((name) => `index.${name}`);

function isOwn(key: string): boolean {
  return OWN_SETTINGS.some((name) => (name.endsWith(".") ? key.startsWith(name) : key === name));
}

/** Known by name, refused or without effect in an index of today. */
const REMOVED: ReadonlySet<string> = new Set([
  "index.mapper.dynamic",
  "index.soft_deletes.enabled",
  "index.translog.retention.age",
  "index.translog.retention.size",
  "index.mapping.single_type",
  "index.routing.allocation.include._tier_preference",
  "index.routing.allocation.include._tier",
  "index.force_memory_term_dictionary",
  "index.optimize_auto_generated_id",
  "index.check_pending_flush.enabled",
]);

/** Codecs that every target can open. */
const CODECS = new Set(["default", "best_compression"]);

/** Old names of tokenizers, token filters and character filters. */
const COMPONENT_NAMES: ReadonlyMap<string, string> = new Map([
  ["nGram", "ngram"],
  ["edgeNGram", "edge_ngram"],
  ["htmlStrip", "html_strip"],
  ["delimited_payload_filter", "delimited_payload"],
  ["PathHierarchy", "path_hierarchy"],
  ["wordDelimiter", "word_delimiter"],
  ["asciiFolding", "asciifolding"],
]);

/** Components that are gone, and did next to nothing. */
const GONE_FILTERS = new Set(["standard"]);

/** Settings of an old index in the target. */
export interface TranslatedSettings {
  readonly settings: Settings;
  readonly similarities: ReadonlySet<string>;
  /** `index.mapper.dynamic: false`. */
  readonly isNotDynamic: boolean;
}

/** Translates the settings of an index or a template (keys with the `index.` prefix). */
export function translateSettings(given: Settings, notes: Notes): TranslatedSettings {
  const settings = withLists(given);
  const kept = new Map<string, SettingValue>();
  for (const [key, value] of settings.entries()) {
    if (isOwn(key) || value === null) continue;
    const why = whyDropped(key, value);
    if (why === undefined) kept.set(key, value);
    else notes.add(`setting ${key}: ${why}`);
  }
  renameComponents(kept, notes);
  dropSimilarities(kept, notes);
  allowDifferences(kept, notes);
  const translated = new Settings(kept);
  return {
    settings: translated,
    similarities: new Set(translated.groups("index.similarity.").keys()),
    isNotDynamic: given.get("index.mapper.dynamic") === "false",
  };
}

function whyDropped(key: string, value: SettingValue): string | undefined {
  if (REMOVED.has(key)) return "dropped, it has no meaning in the target";
  if (key === "index.codec" && !CODECS.has(String(value))) return `dropped [${String(value)}]`;
  const definition = indexSettingsRegistry.definition(key);
  if (definition === undefined) return "dropped, OpenSearch does not know it";
  if (definition.scope === "private" && key !== "index.provided_name") {
    return "dropped, OpenSearch sets it by itself";
  }
  try {
    indexSettingsRegistry.validate(key, value);
    return undefined;
  } catch (error) {
    return `dropped [${String(value)}]: ${error instanceof Error ? error.message : String(error)}`;
  }
}

/** `a.0`, `a.1` … are the list `a`: as Elasticsearch before 6 wrote lists. */
export function withLists(settings: Settings): Settings {
  const lists = new Map<string, SettingValue[]>();
  for (const [key, value] of settings.entries()) {
    const match = /^(.+)\.(\d{1,4})$/.exec(key);
    if (match === null) continue;
    const list = lists.get(match[1]!) ?? [];
    list[Number(match[2])] = value;
    lists.set(match[1]!, list);
  }
  const map = new Map<string, SettingValue>();
  for (const [key, value] of settings.entries()) {
    const list = lists.get(key.slice(0, key.lastIndexOf(".")));
    const isItem = list !== undefined && /\.\d{1,4}$/.test(key) && isWholeList(list);
    if (isItem) map.set(key.slice(0, key.lastIndexOf(".")), list as string[]);
    else map.set(key, value);
  }
  return new Settings(map);
}

/** From 0 on, without a hole. */
function isWholeList(list: readonly SettingValue[]): boolean {
  return Array.from(list).every((item) => typeof item === "string");
}

function renameComponents(map: Map<string, SettingValue>, notes: Notes): void {
  for (const [key, value] of [...map]) {
    if (!key.startsWith("index.analysis.") || value === null) continue;
    const last = key.slice(key.lastIndexOf(".") + 1);
    if (!["type", "filter", "char_filter", "tokenizer"].includes(last)) continue;
    const names = typeof value === "string" ? value.split(",") : value;
    const renamed = names.map((name) => COMPONENT_NAMES.get(name.trim()) ?? name.trim());
    const left = last === "filter" ? renamed.filter((name) => !isGone(name, map)) : renamed;
    if (left.join() === names.map((name) => name.trim()).join()) continue;
    map.set(key, typeof value === "string" ? left.join(",") : left);
    notes.add(`setting ${key}: [${names.join(",")}] is [${left.join(",")}]`);
  }
  dropGoneComponents(map, notes);
}

/** An index may have a filter of its own under such a name. */
function isGone(name: string, map: ReadonlyMap<string, SettingValue>): boolean {
  if (!GONE_FILTERS.has(name)) return false;
  const own = map.get(`index.analysis.filter.${name}.type`);
  return own === undefined || own === name;
}

/** Filters of the type `standard` and the analyzer `default_index`. */
function dropGoneComponents(map: Map<string, SettingValue>, notes: Notes): void {
  const gone = new Set<string>();
  for (const [key, value] of [...map]) {
    const match = /^index\.analysis\.filter\.(.+)\.type$/.exec(key);
    if (match !== null && value === "standard") gone.add(match[1]!);
    if (!key.startsWith("index.analysis.analyzer.default_index.")) continue;
    map.delete(key);
    map.set(key.replace(".default_index.", ".default."), value);
    notes.add("setting index.analysis.analyzer.default_index: is default");
  }
  for (const name of gone) {
    notes.add(`setting index.analysis.filter.${name}: dropped, the filter standard is gone`);
    for (const [key, value] of [...map]) {
      if (key.startsWith(`index.analysis.filter.${name}.`)) map.delete(key);
      else if (key.startsWith("index.analysis.analyzer.") && key.endsWith(".filter")) {
        const names = typeof value === "string" ? value.split(",") : (value ?? []);
        map.set(
          key,
          names.filter((one) => one.trim() !== name),
        );
      }
    }
  }
}

function dropSimilarities(map: Map<string, SettingValue>, notes: Notes): void {
  for (const [name, group] of new Settings(map).groups("index.similarity.")) {
    const type = group.get("type");
    const isGone = type === "classic" || type === "default" || name === "base";
    if (!isGone) continue;
    for (const key of [...map.keys()]) {
      if (key.startsWith(`index.similarity.${name}.`)) map.delete(key);
    }
    notes.add(`setting index.similarity.${name}: dropped, type [${type ?? ""}] is gone`);
  }
}

/** Since Elasticsearch 7 wide n-grams and shingles have to be allowed. */
function allowDifferences(map: Map<string, SettingValue>, notes: Notes): void {
  let ngram = 1;
  let shingle = 3;
  for (const kind of ["tokenizer", "filter"]) {
    for (const group of new Settings(map).groups(`index.analysis.${kind}.`).values()) {
      const number = (key: string, otherwise: number) => Number(group.get(key) ?? otherwise);
      if (group.get("type") === "ngram") {
        ngram = Math.max(ngram, number("max_gram", 2) - number("min_gram", 1));
      } else if (group.get("type") === "shingle") {
        const width = number("max_shingle_size", 2) - number("min_shingle_size", 2);
        shingle = Math.max(shingle, width + 1);
      }
    }
  }
  raise(map, "index.max_ngram_diff", ngram, 1, notes);
  raise(map, "index.max_shingle_diff", shingle, 3, notes);
}

function raise(
  map: Map<string, SettingValue>,
  key: string,
  needed: number,
  otherwise: number,
  notes: Notes,
): void {
  if (!Number.isInteger(needed) || needed <= Number(map.get(key) ?? otherwise)) return;
  map.set(key, String(needed));
  notes.add(`setting ${key}: ${needed}, as the analyzers need`);
}
