// The rules of the house as functions over source text: each answers complaints, one string each.
// test/tidy.test.ts runs them over src/ and proves on small samples that each can fail.

import { dirname, join, normalize } from "node:path";
import { LAYERS, PLATFORM_LAYERS, PURE_NODE_MODULES } from "./layers.ts";

const LINE_COLUMNS_MAX = 100;
const FILE_LINES_MAX = 600;
const FUNCTION_LINES_MAX = 70;

/** One source file; `path` is relative to the project, with forward slashes. */
export interface Source {
  readonly path: string;
  readonly text: string;
}

/** A ban: what must not be written, where it may be, and what to use. */
interface Ban {
  readonly pattern: RegExp;
  readonly allowed: RegExp;
  readonly instead: string;
}

const CLOCK_FILES = /^src\/base\/|^src\/cli\//;
const BANS: readonly Ban[] = [
  { pattern: /\bDate\.now\(/, allowed: CLOCK_FILES, instead: "Clock.now()" },
  { pattern: /\bnew Date\(\)/, allowed: CLOCK_FILES, instead: "new Date(clock.now())" },
  { pattern: /\bMath\.random\(/, allowed: CLOCK_FILES, instead: "Random.next()" },
  { pattern: /\brandomUUID\(|\brandomBytes\(/, allowed: CLOCK_FILES, instead: "Random.bytes()" },
  {
    pattern: /\bset(Timeout|Interval)\(/,
    allowed: CLOCK_FILES,
    instead: "Clock.after() or Clock.sleep()",
  },
  { pattern: /\bperformance\.now\(/, allowed: CLOCK_FILES, instead: "Clock.monotonic()" },
  { pattern: /\bconsole\.\w+\(/, allowed: /^src\/cli\//, instead: "an answer or an error" },
  { pattern: /\bFIXME\b|\bXXX\b/, allowed: /^$/, instead: "an issue" },
  { pattern: /\bTODO\b(?!\(#\d+\))/, allowed: /^$/, instead: "TODO(#issue)" },
  { pattern: /@ts-(ignore|nocheck)|biome-ignore-all/, allowed: /^$/, instead: "a type" },
  { pattern: /: any\b|as any\b|<any>/, allowed: /^$/, instead: "unknown and a check" },
];

/** A line that is long because of one text that must stay whole (an error of the real server). */
const LONG_TEXT = /^[^"`']{0,60}(["'`]).{60,}\1[^"`']*$/;

/** Lines over the width, files over the length. */
export function checkSize(source: Source): string[] {
  const lines = source.text.split("\n");
  const found: string[] = [];
  const isTable = /settings-(cluster|index)-scope\.ts$/.test(source.path);
  lines.forEach((line, index) => {
    if ([...line].length > LINE_COLUMNS_MAX && !LONG_TEXT.test(line)) {
      found.push(
        `${source.path}:${index + 1} is ${line.length} columns wide, ${LINE_COLUMNS_MAX} at most`,
      );
    }
  });
  if (lines.length > FILE_LINES_MAX + 1 && !isTable) {
    found.push(
      `${source.path} has ${lines.length} lines, ${FILE_LINES_MAX} at most: split it by concept`,
    );
  }
  return found;
}

const FUNCTION_HEAD =
  /^(\s*)(?:export )?(?:default )?(?:async )?(?:function\b|(?:(?:private|protected|public|static|override|async|get|set|\*)\s+)*[\w#]+(?:<[^>]*>)?\(|(?:const|let) \w+ = (?:async )?(?:\(|\w+ =>))/;
const CONTROL =
  /^\s*(?:if|for|while|switch|catch|else|return|throw|do|try|await|yield|case|new|super|expect)\b/;

/** Functions over the length. Formatted code closes a body at the indentation that opened it. */
export function checkFunctions(source: Source): string[] {
  const lines = source.text.split("\n");
  const found: string[] = [];
  for (let start = 0; start < lines.length; start++) {
    const head = FUNCTION_HEAD.exec(lines[start]!);
    if (head === null || CONTROL.test(lines[start]!)) continue;
    const close = new RegExp(`^${head[1]}\\}`);
    const open = bodyStart(lines, start, head[1]!);
    if (open === undefined) continue;
    let end = open + 1;
    while (end < lines.length && !close.test(lines[end]!)) end++;
    const length = end - start + 1;
    if (length > FUNCTION_LINES_MAX) {
      found.push(
        `${source.path}:${start + 1} is a function of ${length} lines, ${FUNCTION_LINES_MAX} at most`,
      );
    }
  }
  return found;
}

/** The line whose `{` opens the body: the head's own, or the one that closes its parameters. */
function bodyStart(lines: readonly string[], start: number, margin: string): number | undefined {
  const head = lines[start]!;
  if (head.endsWith(" {") || head.endsWith("=> {")) return start;
  if (!head.endsWith("(")) return undefined;
  const closing = new RegExp(`^${margin}\\)`);
  let line = start + 1;
  while (line < lines.length && !closing.test(lines[line]!)) line++;
  return lines[line]?.endsWith("{") === true ? line : undefined;
}

/** Words that are banned where they stand. */
export function checkBans(source: Source): string[] {
  const found: string[] = [];
  source.text.split("\n").forEach((line, index) => {
    if (/^\s*(\/\/|\*|\/\*)/.test(line) && !/TODO|FIXME|XXX|@ts-/.test(line)) return;
    for (const ban of BANS) {
      if (ban.pattern.test(line) && !ban.allowed.test(source.path)) {
        found.push(
          `${source.path}:${index + 1} uses ${ban.pattern.exec(line)![0]}: use ${ban.instead}`,
        );
      }
    }
  });
  return found;
}

const EXPORT =
  /^export (?:declare )?(?:abstract )?(?:async )?(?:function\*?|class|interface|type|const|let|enum) ?\*?\s*(\w+)/;

/** Exports without a doc comment. Overloads are documented once. */
export function checkDocs(source: Source): string[] {
  const lines = source.text.split("\n");
  const found: string[] = [];
  const documented = new Set<string>();
  lines.forEach((line, index) => {
    const name = EXPORT.exec(line)?.[1];
    if (name === undefined) return;
    if (/\*\/\s*$/.test(lines[index - 1] ?? "")) documented.add(name);
    else if (!documented.has(name))
      found.push(`${source.path}:${index + 1} exports ${name} without a doc comment`);
  });
  return found;
}

/** Modules that a source imports or re-exports: relative ones resolved, others as they are. */
export function importsOf(
  source: Source,
): { specifier: string; target: string; typeOnly: boolean }[] {
  const pattern =
    /^\s*(?:import|export)\s+(type\s)?[^;"']*?from\s+["']([^"']+)["']|^import\s+["']([^"']+)["']|\bimport\(["']([^"']+)["']\)/gm;
  return [...source.text.matchAll(pattern)].map((match) => {
    const specifier = (match[2] ?? match[3] ?? match[4])!;
    const target = specifier.startsWith(".")
      ? normalize(join(dirname(source.path), specifier))
      : specifier;
    return { specifier, target, typeOnly: match[1] !== undefined };
  });
}

function layerOf(path: string): string | undefined {
  return /^src\/([^/]+)\//.exec(path)?.[1];
}

/** Imports that cross layers against the table, or past another layer's index.ts. */
export function checkLayers(source: Source): string[] {
  const layer = layerOf(source.path);
  if (layer === undefined) return [];
  const found: string[] = [];
  for (const { specifier, target } of importsOf(source)) {
    if (specifier.startsWith("node:")) {
      if (PLATFORM_LAYERS.includes(layer) || PURE_NODE_MODULES.includes(specifier)) continue;
      found.push(`${source.path} imports ${specifier}: src/${layer} does no I/O of its own`);
      continue;
    }
    const other = layerOf(target);
    if (other === undefined || other === layer) continue;
    if (!(LAYERS[layer] ?? []).includes(other)) {
      found.push(
        `${source.path} imports src/${other}: src/${layer} may import ${(LAYERS[layer] ?? []).join(", ") || "nothing"}`,
      );
    } else if (!isEntry(target)) {
      found.push(`${source.path} imports ${target}: enter a layer through its index.ts`);
    }
  }
  return found;
}

/** A layer's index.ts; lucene is entered by the index.ts of its parts. */
function isEntry(target: string): boolean {
  return /^src\/[^/]+\/index\.ts$/.test(target) || /^src\/lucene\/[^/]+\/index\.ts$/.test(target);
}

/** Groups of files that import each other in a circle (type-only imports aside). */
export function findCycles(sources: readonly Source[]): string[][] {
  const graph = new Map<string, string[]>();
  for (const source of sources) {
    graph.set(
      source.path,
      importsOf(source)
        .filter((entry) => !entry.typeOnly)
        .map((entry) => entry.target),
    );
  }
  const order = new Map<string, number>();
  const low = new Map<string, number>();
  const stack: string[] = [];
  const cycles: string[][] = [];
  const visit = (path: string) => {
    order.set(path, order.size);
    low.set(path, order.get(path)!);
    stack.push(path);
    for (const next of graph.get(path) ?? []) {
      if (!graph.has(next)) continue;
      if (!order.has(next)) {
        visit(next);
        low.set(path, Math.min(low.get(path)!, low.get(next)!));
      } else if (stack.includes(next)) low.set(path, Math.min(low.get(path)!, order.get(next)!));
    }
    if (low.get(path) !== order.get(path)) return;
    const group = stack.splice(stack.indexOf(path));
    if (group.length > 1 || graph.get(path)?.includes(path)) cycles.push(group);
  };
  for (const path of graph.keys()) if (!order.has(path)) visit(path);
  return cycles;
}

/** Files that nothing reaches from the entries. */
export function findDeadFiles(sources: readonly Source[], entries: readonly string[]): string[] {
  const graph = new Map(
    sources.map((source) => [source.path, importsOf(source).map((entry) => entry.target)]),
  );
  const reached = new Set<string>();
  const queue = [...entries];
  for (let path = queue.pop(); path !== undefined; path = queue.pop()) {
    if (reached.has(path)) continue;
    reached.add(path);
    queue.push(...(graph.get(path) ?? []));
  }
  return sources.map((source) => source.path).filter((path) => !reached.has(path));
}
