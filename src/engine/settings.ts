// Settings: an immutable flat map of dotted keys to strings or lists of strings, as OpenSearch
// keeps them in cluster state and in index metadata. Upstream:
// org.opensearch.common.settings.Settings.

import { illegalArgument, VarveError } from "../base/index.ts";

/** A setting's value; null removes it in an update. */
export type SettingValue = string | readonly string[] | null;

/** Milliseconds of each unit of time. */
export const TIME_UNITS_MS: Readonly<Record<string, number>> = {
  nanos: 1e-6,
  micros: 1e-3,
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};
/** Bytes of each unit of size. */
export const BYTE_UNITS: Readonly<Record<string, number>> = {
  b: 1,
  k: 1024,
  kb: 1024,
  m: 1024 ** 2,
  mb: 1024 ** 2,
  g: 1024 ** 3,
  gb: 1024 ** 3,
  t: 1024 ** 4,
  tb: 1024 ** 4,
  p: 1024 ** 5,
  pb: 1024 ** 5,
};

/** Parses `30s`, `1m`, `-1`, `0`; answers milliseconds. `name` is for the error. */
export function parseTimeValue(text: string, name: string): number {
  const value = text.trim().toLowerCase();
  if (value === "-1") return -1;
  if (value === "0") return 0;
  const match = /^(-?\d+(?:\.\d+)?)(nanos|micros|ms|s|m|h|d)$/.exec(value);
  if (match === null) {
    const suffixed = /^(.*?)(nanos|micros|ms|s|m|h|d)$/.exec(value);
    if (suffixed !== null) {
      throw illegalArgument(`failed to parse [${text}]`, numberFormat(suffixed[1]!.trim()));
    }
    throw illegalArgument(
      `failed to parse setting [${name}] with value [${text}] as a time value: unit is missing or unrecognized`,
    );
  }
  if (match[1]!.includes(".")) {
    throw illegalArgument(`failed to parse [${text}], fractional time values are not supported`);
  }
  return Number(match[1]) * TIME_UNITS_MS[match[2]!]!;
}

/** Parses `40mb`, `10b`, `-1`; answers bytes. */
export function parseByteSize(text: string, name: string): number {
  const value = text.trim().toLowerCase();
  if (value === "-1" || value === "0") return Number(value);
  const match = /^(-?\d+(?:\.\d+)?)(b|kb?|mb?|gb?|tb?|pb?)$/.exec(value);
  if (match === null) {
    throw illegalArgument(
      `failed to parse setting [${name}] with value [${text}] as a size in bytes: unit is missing or unrecognized`,
    );
  }
  return Math.floor(Number(match[1]) * BYTE_UNITS[match[2]!]!);
}

function numberFormat(text: string): VarveError {
  return new VarveError("invalid", `For input string: "${text}"`, {
    type: "number_format_exception",
  });
}

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
