// `varve search`: OpenSearch's response to a search over indices of a snapshot, read in ranges from
// where they lie.

import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { illegalArgument } from "../base/index.ts";
import {
  decodeJson,
  encodeJson,
  type XContentObject,
  type XContentValue,
} from "../xcontent/index.ts";
import {
  type CommandContext,
  type CommandOptions,
  type CommandSpec,
  EXIT,
  textArgument,
} from "./command.ts";
import { indexExpressions, openIndices } from "./mounted-indices.ts";

/** Options that are parameters of OpenSearch's search by another name. */
const PARAMETERS: Readonly<Record<string, string>> = {
  query: "q",
  size: "size",
  from: "from",
  sort: "sort",
  routing: "routing",
  sourceIncludes: "_source_includes",
  sourceExcludes: "_source_excludes",
  trackTotalHits: "track_total_hits",
};

const COLUMNS = [{ title: "INDEX" }, { title: "ID" }, { title: "SCORE" }, { title: "SOURCE" }];

/** `varve search` */
export const command: CommandSpec = {
  name: "search",
  summary: "search indices of a snapshot where they lie; prints OpenSearch's response",
  define: (it) =>
    void it
      .argument("<repo>", "folder or URL of the repository")
      .argument("<snapshot>", "its name")
      .argument("<index>", "name or wildcard; several with commas")
      .option("-q, --query <query>", "in the query string syntax: 'name:paris AND country:FR'")
      .option("-d, --data <body>", "the body of the search in JSON; @file or - reads it from there")
      .option("--size <n>", "hits to show")
      .option("--from <n>", "hits to leave out before")
      .option("--sort <fields>", "field or field:desc; several with commas")
      .option("--routing <value>", "ask only the shards of this routing value")
      .option("--source-includes <fields>", "show only these fields of the source")
      .option("--source-excludes <fields>", "leave these fields of the source out")
      .option("--track-total-hits <value>", "true, false, or how many to count exactly")
      .option("--table", "show the hits as a table")
      .option("--stats", "tell on stderr how many requests, bytes and rounds it took"),
  async run(context, args, options) {
    const request = {
      params: parametersOf(options),
      ...(await bodyOf(context, options["data"])),
      signal: context.signal,
    };
    const indices = indexExpressions(textArgument(args, 2));
    const [repository, snapshot] = [textArgument(args, 0), textArgument(args, 1)];
    const opened = await openIndices(context, repository, snapshot, indices);
    try {
      const response = await opened.mounted.search(request);
      if (options["table"] === true && !context.output.json) await showTable(context, response);
      else await context.output.value(response);
      if (options["stats"] === true) context.terminal.stderr.write(`${opened.describeCost()}\n`);
      const shards = response["_shards"] as { failed: number };
      return shards.failed > 0 ? EXIT.findings : EXIT.ok;
    } finally {
      opened.close();
    }
  },
};

function parametersOf(options: CommandOptions): Record<string, string> {
  const params: Record<string, string> = {};
  for (const [option, parameter] of Object.entries(PARAMETERS)) {
    const value = options[option];
    if (typeof value === "string") params[parameter] = value;
  }
  return params;
}

async function bodyOf(
  { terminal }: CommandContext,
  data: unknown,
): Promise<{ body?: XContentValue; text?: string }> {
  if (typeof data !== "string") return {};
  let text = data;
  if (data === "-") {
    const parts: Uint8Array[] = [];
    for await (const part of terminal.stdin) parts.push(part);
    text = Buffer.concat(parts).toString("utf8");
  } else if (data.startsWith("@")) {
    try {
      text = readFileSync(resolve(terminal.folder, data.slice(1)), "utf8");
    } catch (cause) {
      throw illegalArgument(`The body of the search cannot be read from [${data}]`, cause);
    }
  }
  try {
    return { body: decodeJson(Buffer.from(text), { strictEnd: true }), text };
  } catch (cause) {
    throw illegalArgument("The body of the search is not valid JSON", cause);
  }
}

async function showTable(context: CommandContext, response: XContentObject): Promise<void> {
  const hits = response["hits"] as { hits: XContentObject[]; total?: { value: number } };
  const rows = hits.hits.map((hit) => [
    String(hit["_index"]),
    String(hit["_id"] ?? ""),
    hit["_score"] === null ? "" : String(hit["_score"]),
    shorten(String(hit["_source"] === undefined ? "" : textOf(hit["_source"]))),
  ]);
  await context.output.table(COLUMNS, rows);
  if (hits.total !== undefined) context.output.note(`${hits.total.value} hits`);
}

const SOURCE_CHARACTERS = 120;

function shorten(text: string): string {
  return text.length <= SOURCE_CHARACTERS ? text : `${text.slice(0, SOURCE_CHARACTERS - 1)}…`;
}

function textOf(source: XContentValue): string {
  return encodeJson(source).replaceAll(/\s+/g, " ");
}
