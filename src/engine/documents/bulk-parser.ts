// The bulk body: NDJSON of action and source lines, read as it streams in. One line is held at a
// time. Upstream: org.opensearch.action.bulk.BulkRequestParser (2.19.6).

import { illegalArgument } from "../../base/index.ts";
import { decodeJson, isXContentObject, type XContentValue } from "../../xcontent/index.ts";
import type { JsonObject } from "../cluster/metadata.ts";
import { validationFailed } from "../exceptions.ts";
import { tokenName } from "../search/source-location.ts";
import {
  type DeleteRequest,
  type OpType,
  versionTypeOf,
  type WriteRequest,
} from "./document-requests.ts";
import { parseUpdateBody } from "./update-document.ts";

/** What the URL gives all items. */
export interface BulkDefaults {
  readonly index?: string;
  readonly routing?: string;
  readonly requireAlias?: boolean;
  readonly fetchSource?: unknown;
  readonly pipeline?: string;
}

const NEWLINE = 10;
const ACTIONS = new Set(["index", "create", "update", "delete"]);

/** Cuts a byte stream into lines. The last line must end with a newline, as upstream demands. */
export async function* bulkLines(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array[]> {
  let rest: Uint8Array[] = [];
  for await (const chunk of chunks) {
    const lines: Uint8Array[] = [];
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, start)) {
      const part = chunk.subarray(start, end);
      lines.push(rest.length === 0 ? part : Buffer.concat([...rest, part]));
      rest = [];
      start = end + 1;
    }
    if (start < chunk.length) rest.push(chunk.subarray(start));
    if (lines.length > 0) yield lines;
  }
  if (rest.some((part) => part.length > 0)) {
    throw illegalArgument("The bulk request must be terminated by a newline [\\n]");
  }
}

/** Action lines as clients write them, without escapes: the name, an index or none, the id. */
const PLAIN_ACTION =
  /^\{ ?"(index|create|delete|update)" ?: ?\{ ?(?:"_index" ?: ?"([^"\\]+)", ?)?"_id" ?: ?"([^"\\]+)" ?\} ?\}$/;

interface Action {
  readonly name: string;
  readonly meta: JsonObject;
}

type BulkTarget = Omit<DeleteRequest, "kind" | "id">;

/** Has it an id and perhaps an index, and nothing else? */
function isPlainMeta(meta: JsonObject): boolean {
  for (const key in meta) if (key !== "_id" && key !== "_index") return false;
  return true;
}

/** Reads lines into requests. A malformed action line fails the whole request, as upstream. */
export class BulkParser {
  private readonly defaults: BulkDefaults;
  private readonly hasNoDefaults: boolean;
  private pending: Action | undefined;
  private line = 0;

  constructor(defaults: BulkDefaults) {
    this.defaults = defaults;
    this.hasNoDefaults =
      defaults.routing === undefined &&
      defaults.requireAlias === undefined &&
      defaults.pipeline === undefined;
  }

  /** A request when `line` completes one. */
  push(line: Uint8Array): WriteRequest | undefined {
    this.line++;
    const bytes = line.length > 0 && line[line.length - 1] === 13 ? line.subarray(0, -1) : line;
    if (this.pending === undefined) {
      if (bytes.length === 0) return undefined;
      const action = this.parseAction(bytes);
      if (action.name === "delete") return this.deleteRequest(action.meta);
      this.pending = action;
      return undefined;
    }
    const action = this.pending;
    this.pending = undefined;
    return action.name === "update"
      ? this.updateRequest(action.meta, bytes)
      : this.indexRequest(action, bytes);
  }

  /** After the last line. */
  finish(): void {
    if (this.pending !== undefined && this.pending.name !== "delete") this.pending = undefined;
  }

  private parseAction(bytes: Uint8Array): Action {
    const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("utf8");
    const plain = PLAIN_ACTION.exec(text);
    if (plain !== null) {
      const [, name, index, id] = plain as unknown as [string, string, string | undefined, string];
      return { name, meta: index === undefined ? { _id: id } : { _index: index, _id: id } };
    }
    return this.parseAnyAction(bytes, text);
  }

  private parseAnyAction(bytes: Uint8Array, text: string): Action {
    const fail = (what: string) =>
      illegalArgument(`Malformed action/metadata line [${this.line}], ${what}`);
    const json = decodeAction(bytes, text);
    if (!isXContentObject(json)) {
      throw fail(`expected START_OBJECT but found [${tokenName(json)}]`);
    }
    const name = Object.keys(json)[0];
    if (name === undefined) throw fail("expected FIELD_NAME but found [END_OBJECT]");
    if (!ACTIONS.has(name)) {
      throw fail(`expected one of [create, delete, index, update] but found [${name}]`);
    }
    const meta = json[name]!;
    if (!isXContentObject(meta)) {
      throw fail(`expected START_OBJECT or END_OBJECT but found [${tokenName(meta)}]`);
    }
    for (const [key, value] of Object.entries(meta)) this.checkMember(key, value, fail);
    return { name, meta: meta as JsonObject };
  }

  /** The members that all actions share. */
  private target(meta: JsonObject): BulkTarget {
    if (this.hasNoDefaults && isPlainMeta(meta)) {
      const index = (meta["_index"] as string | undefined) ?? this.defaults.index;
      if (index !== undefined) return { index };
    }
    return this.anyTarget(meta);
  }

  private anyTarget(meta: JsonObject): BulkTarget {
    const index = text(meta["_index"]) ?? this.defaults.index;
    if (index === undefined) throw validationFailed("index is missing");
    const routing = text(meta["routing"] ?? meta["_routing"]) ?? this.defaults.routing;
    const requireAlias =
      (meta["require_alias"] as boolean | undefined) ?? this.defaults.requireAlias;
    const pipeline = text(meta["pipeline"]) ?? this.defaults.pipeline;
    return {
      index,
      ...(routing === undefined ? {} : { routing }),
      ...(meta["if_seq_no"] === undefined ? {} : { ifSeqNo: Number(meta["if_seq_no"]) }),
      ...(meta["if_primary_term"] === undefined
        ? {}
        : { ifPrimaryTerm: Number(meta["if_primary_term"]) }),
      ...(meta["version"] === undefined ? {} : { version: Number(meta["version"]) }),
      ...(meta["version_type"] === undefined
        ? {}
        : { versionType: versionTypeOf(String(meta["version_type"])) }),
      ...(requireAlias === undefined ? {} : { requireAlias }),
      ...(pipeline === undefined ? {} : { pipeline }),
    };
  }

  private checkMember(key: string, value: XContentValue, fail: (what: string) => Error): void {
    if (typeof value === "object" && value !== null && key !== "_source") {
      throw fail(`expected a simple value for field [${key}] but found [${tokenName(value)}]`);
    }
    if (META_KEYS.has(key)) return;
    throw illegalArgument(
      `Action/metadata line [${this.line}] contains an unknown parameter [${key}]`,
    );
  }

  private indexRequest(action: Action, source: Uint8Array): WriteRequest {
    const { meta } = action;
    const opType = (action.name === "create" ? "create" : (meta["op_type"] ?? "index")) as OpType;
    const id = text(meta["_id"]);
    return {
      kind: "index",
      opType,
      source,
      ...this.target(meta),
      ...(id === undefined ? {} : { id }),
    };
  }

  private deleteRequest(meta: JsonObject): WriteRequest {
    return { kind: "delete", id: text(meta["_id"]) ?? "", ...this.target(meta) };
  }

  private updateRequest(meta: JsonObject, source: Uint8Array): WriteRequest {
    if (meta["version"] !== undefined || meta["version_type"] !== undefined) {
      throw illegalArgument(
        "Update requests do not support versioning. " +
          "Please use `if_seq_no` and `if_primary_term` instead",
      );
    }
    return {
      kind: "update",
      id: text(meta["_id"]) ?? "",
      body: parseUpdateBody(source),
      retryOnConflict: Number(meta["retry_on_conflict"] ?? 0),
      fetchSource: meta["_source"] ?? this.defaults.fetchSource,
      ...this.target(meta),
    };
  }
}

const META_KEYS = new Set([
  "_index",
  "_id",
  "routing",
  "_routing",
  "op_type",
  "version",
  "_version",
  "version_type",
  "_version_type",
  "retry_on_conflict",
  "_retry_on_conflict",
  "pipeline",
  "_source",
  "if_seq_no",
  "if_primary_term",
  "require_alias",
]);

function text(value: unknown): string | undefined {
  return value === undefined || value === null ? undefined : String(value);
}

/** The first object of a line; upstream does not look at what closes it. */
function decodeAction(bytes: Uint8Array, text: string): XContentValue {
  for (const attempt of [text, `${text}}`]) {
    try {
      return JSON.parse(attempt) as XContentValue;
    } catch {
      // The exact reader says what is wrong.
    }
  }
  return decodeJson(bytes);
}
