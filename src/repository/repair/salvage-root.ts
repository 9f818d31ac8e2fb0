// What an index-N that is cut off or damaged still says: every whole entry of its `snapshots` and
// `indices`. The text is searched for objects that are closed, so damage in one entry loses that
// entry only. Nothing of it is trusted without the blobs that it names: it only settles what they
// leave open (which of an index's metadata blobs a snapshot uses).

import { decodeJson, isXContentObject, type XContentObject } from "../../xcontent/index.ts";

/** What is left of a damaged index-N. */
export interface SalvagedRoot {
  /** By uuid: its name, and index id → identifier of its metadata. */
  readonly snapshots: ReadonlyMap<string, { name: string; lookup: ReadonlyMap<string, string> }>;
  /** By index id: its name and its shards' generations. */
  readonly indices: ReadonlyMap<string, { name: string; shardGenerations: (string | null)[] }>;
}

const ENTRY_CHARACTERS_MAX = 64 * 1024 * 1024;

/** Reads what can be read. Never throws. */
export function salvageRoot(bytes: Uint8Array): SalvagedRoot {
  const text = Buffer.from(bytes).toString("utf8");
  const snapshots = new Map<string, { name: string; lookup: Map<string, string> }>();
  const indices = new Map<string, { name: string; shardGenerations: (string | null)[] }>();
  const start = /\{"name":"/g;
  for (let found = start.exec(text); found !== null; found = start.exec(text)) {
    const tree = closedObject(text, found.index);
    const { name, uuid, index_metadata_lookup: lookup } = tree ?? {};
    if (typeof name !== "string" || typeof uuid !== "string") continue;
    const entries = isXContentObject(lookup) ? Object.entries(lookup) : [];
    const texts = entries.filter((entry): entry is [string, string] => isText(entry[1]));
    snapshots.set(uuid, { name, lookup: new Map(texts) });
  }
  const index = /"((?:[^"\\]|\\.)*)":(?=\{"id":")/g;
  for (let found = index.exec(text); found !== null; found = index.exec(text)) {
    const tree = closedObject(text, found.index + found[0].length);
    const { id, shard_generations: generations } = tree ?? {};
    if (typeof id !== "string" || !Array.isArray(generations)) continue;
    const shardGenerations = generations.map((item) => (typeof item === "string" ? item : null));
    indices.set(id, { name: found[1]!, shardGenerations });
  }
  return { snapshots, indices };
}

function isText(value: unknown): value is string {
  return typeof value === "string";
}

/** The object that begins at `start`, if it is closed and is JSON. */
function closedObject(text: string, start: number): XContentObject | undefined {
  let depth = 0;
  let quoted = false;
  const end = Math.min(text.length, start + ENTRY_CHARACTERS_MAX);
  for (let at = start; at < end; at++) {
    const code = text.charCodeAt(at);
    if (quoted) {
      if (code === 0x5c) at++;
      else if (code === 0x22) quoted = false;
    } else if (code === 0x22) quoted = true;
    else if (code === 0x7b) depth++;
    else if (code === 0x7d && --depth === 0) return parse(text.slice(start, at + 1));
  }
  return undefined;
}

function parse(text: string): XContentObject | undefined {
  try {
    const value = decodeJson(Buffer.from(text));
    return isXContentObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
