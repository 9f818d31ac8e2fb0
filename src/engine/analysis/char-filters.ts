// The char filters by type name: one entry a char filter.
// Upstream: CommonAnalysisModulePlugin.getCharFilters and getPreConfiguredCharFilters.

import { illegalArgument, VarveError } from "../../base/index.ts";
import {
  type FilteredText,
  MappingRules,
  mapCharacters,
  replacePattern,
  stripHtml,
} from "../../lucene/analysis/index.ts";
import type { CharFilterFactory } from "./analysis-chain.ts";
import { type ComponentContext, refuseFile } from "./component.ts";
import { javaPattern, javaReplacement } from "./java-pattern.ts";

interface CharFilterDefinition {
  readonly make: (context: ComponentContext) => (text: string) => FilteredText;
  readonly needsSettings?: true;
  readonly normalizing?: true;
}

function mapping(context: ComponentContext): (text: string) => FilteredText {
  const { settings } = context;
  refuseFile(context, "mappings_path");
  if (!settings.has("mappings")) {
    throw illegalArgument("mapping requires either `mappings` or `mappings_path` to be configured");
  }
  const rules = new MappingRules();
  settings.getList("mappings").forEach((line, index) => {
    if (line.startsWith("#") && !/^\s*#\s*=>/.test(line)) return;
    const match = /^([\s\S]*)\s*=>\s*([\s\S]*)\s*$/.exec(line);
    if (match === null) {
      throw badRule(index, `Invalid mapping rule : [${line}]`);
    }
    const from = unescapeRule(match[1]!.trim());
    if (!rules.add(from, unescapeRule(match[2]!.trim()))) {
      throw badRule(index, `match "${from}" was already added`);
    }
  });
  return (text) => mapCharacters(rules, text);
}

function badRule(index: number, what: string): VarveError {
  const message = `Line [${index + 1}]: ${what}`;
  return new VarveError("internal", message, { type: "runtime_exception" });
}

/** Escapes of a mapping rule. */
function unescapeRule(text: string): string {
  return text.replace(/\\(?:u([0-9a-fA-F]{4})|([\s\S]))/g, (_, hex?: string, char?: string) => {
    if (hex !== undefined) return String.fromCharCode(Number.parseInt(hex, 16));
    const plain: Record<string, string> = { t: "\t", n: "\n", r: "\r", b: "\b", f: "\f" };
    return plain[char!] ?? char!;
  });
}

function patternReplace({ name, settings }: ComponentContext): (text: string) => FilteredText {
  const pattern = settings.get("pattern", "");
  if (pattern === "") {
    throw illegalArgument(`pattern is missing for [${name}] char filter of type 'pattern_replace'`);
  }
  const expression = javaPattern(pattern, settings.get("flags", ""), "g");
  const replacement = javaReplacement(settings.get("replacement", ""));
  return (text) => replacePattern(expression, replacement, text);
}

function htmlStrip({ settings }: ComponentContext): (text: string) => FilteredText {
  const escaped = new Set(settings.getList("escaped_tags"));
  return (text) => stripHtml(text, escaped);
}

const DEFINITIONS: Readonly<Record<string, CharFilterDefinition>> = {
  html_strip: { make: htmlStrip },
  mapping: { make: mapping, needsSettings: true, normalizing: true },
  pattern_replace: { make: patternReplace, needsSettings: true, normalizing: true },
};

/** A char filter of a type with settings of its own; undefined for an unknown type. */
export function makeCharFilter(
  type: string,
  context: ComponentContext,
): CharFilterFactory | undefined {
  const definition = Object.hasOwn(DEFINITIONS, type) ? DEFINITIONS[type] : undefined;
  if (definition === undefined) return undefined;
  const normalizing = definition.normalizing === true;
  return { name: context.name, filter: definition.make(context), normalizing };
}

/** The char filter that a bare name means; undefined where the name alone means none. */
export function prebuiltCharFilter(
  name: string,
  context: ComponentContext,
): CharFilterFactory | undefined {
  if (charFilterNeedsSettings(name)) return undefined;
  return makeCharFilter(name, context);
}

/** Whether a char filter exists that cannot be named without settings. */
export function charFilterNeedsSettings(name: string): boolean {
  return Object.hasOwn(DEFINITIONS, name) && DEFINITIONS[name]!.needsSettings === true;
}
