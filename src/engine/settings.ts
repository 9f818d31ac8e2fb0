// Settings: an immutable flat map of dotted keys to strings or lists of strings, as OpenSearch
// keeps them in cluster state and in index metadata. Upstream:
// org.opensearch.common.settings.Settings.

import {
  BYTE_UNITS,
  illegalArgument,
  parseByteSize,
  parseTimeValue,
  TIME_UNITS_MS,
} from "../base/index.ts";

export { BYTE_UNITS, parseByteSize, parseTimeValue, TIME_UNITS_MS };

/** A setting's value; null removes it in an update. */
export type SettingValue = string | readonly string[] | null;

/** An immutable flat settings map. */
export class Settings {
  static readonly EMPTY = new Settings(new Map());
  private readonly map: ReadonlyMap<string, SettingValue>;

  constructor(map: ReadonlyMap<string, SettingValue>) {
    this.map = map;
  }

  /** Flattens nested JSON objects; scalars become strings, arrays lists of strings. */
  static fromNested(json: Record<string, unknown>): Settings {
    const map = new Map<string, SettingValue>();
    flatten("", json, map);
    return new Settings(map);
  }

  get size(): number {
    return this.map.size;
  }

  keys(): IterableIterator<string> {
    return this.map.keys();
  }

  entries(): IterableIterator<[string, SettingValue]> {
    return this.map.entries();
  }

  has(key: string): boolean {
    return this.map.has(key);
  }

  get(key: string): string | undefined;
  get(key: string, fallback: string): string;
  get(key: string, fallback?: string): string | undefined {
    const value = this.map.get(key);
    if (value === undefined || value === null) return fallback;
    return typeof value === "string" ? value : value.join(",");
  }

  getInt(key: string, fallback: number): number {
    const text = this.get(key);
    if (text === undefined) return fallback;
    if (!/^-?\d+$/.test(text)) {
      throw illegalArgument(`Failed to parse value [${text}] for setting [${key}]`);
    }
    return Number(text);
  }

  getFloat(key: string, fallback: number): number {
    const text = this.get(key);
    if (text === undefined) return fallback;
    const value = Number(text);
    if (Number.isNaN(value)) {
      throw illegalArgument(`Failed to parse value [${text}] for setting [${key}]`);
    }
    return value;
  }

  getBoolean(key: string, fallback: boolean): boolean {
    const text = this.get(key);
    if (text === undefined) return fallback;
    if (text === "true") return true;
    if (text === "false") return false;
    throw illegalArgument(`Failed to parse value [${text}] as only [true] or [false] are allowed.`);
  }

  /** Milliseconds; -1 where the setting says -1. */
  getTime(key: string, fallbackMs: number): number {
    const text = this.get(key);
    return text === undefined ? fallbackMs : parseTimeValue(text, key);
  }

  getBytes(key: string, fallbackBytes: number): number {
    const text = this.get(key);
    return text === undefined ? fallbackBytes : parseByteSize(text, key);
  }

  /** A list; a single string is split at commas. */
  getList(key: string, fallback: readonly string[] = []): readonly string[] {
    const value = this.map.get(key);
    if (value === undefined || value === null) return fallback;
    if (typeof value !== "string") return value;
    return value === "" ? [] : value.split(",").map((part) => part.trim());
  }

  /** Keys that start with `prefix`, with the prefix cut off. */
  byPrefix(prefix: string): Settings {
    const map = new Map<string, SettingValue>();
    for (const [key, value] of this.map) {
      if (key.startsWith(prefix)) map.set(key.slice(prefix.length), value);
    }
    return new Settings(map);
  }

  /** Group names under `prefix`: for `a.b.c=1` and prefix `a.`: {b: Settings{c=1}}. */
  groups(prefix: string): Map<string, Settings> {
    const names = new Set<string>();
    for (const key of this.map.keys()) {
      if (!key.startsWith(prefix)) continue;
      const dot = key.indexOf(".", prefix.length);
      if (dot > 0) names.add(key.slice(prefix.length, dot));
    }
    return new Map([...names].map((name) => [name, this.byPrefix(`${prefix}${name}.`)]));
  }

  filter(keep: (key: string) => boolean): Settings {
    return new Settings(new Map([...this.map].filter(([key]) => keep(key))));
  }

  /** `changes` win; a null value removes the key (and `key.*` when the key ends in `.*`). */
  merge(changes: Settings): Settings {
    const map = new Map(this.map);
    for (const [key, value] of changes.map) {
      if (value !== null) map.set(key, value);
      else if (key.endsWith("*")) {
        for (const name of [...map.keys()]) if (name.startsWith(key.slice(0, -1))) map.delete(name);
      } else map.delete(key);
    }
    return new Settings(map);
  }

  /** Flat JSON, keys sorted. */
  toFlat(): Record<string, string | readonly string[] | null> {
    return Object.fromEntries([...this.map].sort(([a], [b]) => (a < b ? -1 : 1)));
  }

  /** Nested JSON, keys sorted; a key that is both a value and a prefix stays flat. */
  toNested(): Record<string, unknown> {
    const root: Record<string, unknown> = {};
    for (const [key, value] of Object.entries(this.toFlat())) {
      insertNested(root, key, value);
    }
    return root;
  }
}

function flatten(prefix: string, value: unknown, map: Map<string, SettingValue>): void {
  if (value === null || value === undefined) {
    if (prefix !== "") map.set(prefix, null);
  } else if (Array.isArray(value)) {
    map.set(
      prefix,
      value.map((item) => String(item)),
    );
  } else if (typeof value === "object") {
    for (const [key, child] of Object.entries(value)) {
      flatten(prefix === "" ? key : `${prefix}.${key}`, child, map);
    }
  } else {
    map.set(prefix, String(value));
  }
}

function insertNested(root: Record<string, unknown>, key: string, value: unknown): void {
  const parts = key.split(".");
  let node = root;
  for (let i = 0; i < parts.length - 1; i++) {
    const next = node[parts[i]!];
    if (next === undefined) {
      const child: Record<string, unknown> = {};
      node[parts[i]!] = child;
      node = child;
    } else if (typeof next === "object" && next !== null && !Array.isArray(next)) {
      node = next as Record<string, unknown>;
    } else {
      node[parts.slice(i).join(".")] = value;
      return;
    }
  }
  node[parts[parts.length - 1]!] = value;
}
