// `varve log`: the history of one document across the snapshots of a repository.

import { openSnapshotIndices } from "../engine/index.ts";
import { BlobPages } from "../repository/index.ts";
import { encodeJson, type XContentValue } from "../xcontent/index.ts";
import {
  type CommandArguments,
  type CommandContext,
  type CommandOptions,
  type CommandSpec,
  EXIT,
  textArgument,
} from "./command.ts";
import { byStartTime } from "./history.ts";
import { type Column, formatTime } from "./output.ts";
import { shardSignatures } from "./shard-signatures.ts";
import { problemOf } from "./snapshot-rows.ts";

/** The document in one snapshot. */
interface LogEntry {
  snapshot: string;
  start_time?: string;
  event: "created" | "changed" | "unchanged" | "deleted" | "absent" | "unreadable";
  _version?: unknown;
  _seq_no?: unknown;
  _primary_term?: unknown;
  _routing?: unknown;
  _source?: unknown;
  problem?: string;
}

/** `varve log` */
export const command: CommandSpec = {
  name: "log",
  summary: "the history of one document across snapshots",
  define: (it) =>
    void it
      .argument("<repo>", "folder or URL of the repository")
      .argument("<index>", "name of the index")
      .argument("<id>", "the document's _id")
      .option("--routing <value>", "its routing value; without it every shard is asked")
      .option("--all", "also the snapshots in which nothing changed")
      .option("--source", "print the source at each change"),
  run: log,
};

async function log(
  context: CommandContext,
  args: CommandArguments,
  options: CommandOptions,
): Promise<number> {
  const { output } = context;
  const [index, id] = [textArgument(args, 1), textArgument(args, 2)];
  const routing = options["routing"] as string | undefined;
  const all = await readHistory(context, textArgument(args, 0), index, id, routing);
  const quiet = new Set(["unchanged", "absent"]);
  const entries = all.filter((entry) => options["all"] === true || !quiet.has(entry.event));
  if (output.json) {
    await output.value({ index, id, history: entries });
  } else {
    await output.table(COLUMNS, entries.map(cells));
    if (options["source"] === true) {
      for (const entry of entries) {
        if (entry._source === undefined) continue;
        await output.line(`${entry.snapshot}: ${encodeJson(entry._source as XContentValue)}`);
      }
    }
  }
  return all.some((entry) => entry._version !== undefined) ? EXIT.ok : EXIT.findings;
}

async function readHistory(
  context: CommandContext,
  repo: string,
  index: string,
  id: string,
  routing: string | undefined,
): Promise<LogEntry[]> {
  const { clock, random, signal } = context;
  const { repository } = await context.openRepository(repo, { readonly: true });
  const pages = new BlobPages(repository.context.store, { signal });
  const entries: LogEntry[] = [];
  let last: Record<string, unknown> | undefined;
  let lastShards = "";
  try {
    for (const { snapshot, startTimeMillis } of await byStartTime(repository, signal)) {
      const ids = await repository.getSnapshotIndices(snapshot, signal);
      const found = ids.find((item) => item.name === index);
      if (found === undefined) continue;
      const started =
        startTimeMillis === undefined
          ? {}
          : { start_time: new Date(startTimeMillis).toISOString() };
      const entry: LogEntry = { snapshot: snapshot.name, ...started, event: "unchanged" };
      entries.push(entry);
      try {
        const metadata = await repository.getIndexMetadata(snapshot, found, signal);
        const shards = await shardSignatures(repository, snapshot, found, metadata, signal);
        const signature = shards.join(" ");
        let now = last;
        if (signature !== lastShards) {
          const mountOptions = { clock, random, signal, pages };
          const mounted = await openSnapshotIndices(
            repository,
            snapshot.name,
            [index],
            mountOptions,
          );
          const answer = await mounted.indices[0]!.get({ id, routing });
          now = answer["found"] === true ? answer : undefined;
        }
        lastShards = signature;
        describe(entry, last, now);
        last = now;
      } catch (error) {
        signal.throwIfAborted();
        entry.event = "unreadable";
        entry.problem = problemOf(error as Error);
      }
    }
  } finally {
    pages.close();
  }
  return entries;
}

const SHOWN = ["_version", "_seq_no", "_primary_term", "_routing", "_source"] as const;

function describe(
  entry: LogEntry,
  before: Record<string, unknown> | undefined,
  now: Record<string, unknown> | undefined,
): void {
  if (now === undefined) {
    entry.event = before === undefined ? "absent" : "deleted";
    return;
  }
  const text = (answer: Record<string, unknown>) =>
    encodeJson([answer["_source"] ?? null, answer["_routing"] ?? null] as XContentValue);
  if (before === undefined) entry.event = "created";
  else entry.event = text(before) === text(now) ? "unchanged" : "changed";
  for (const name of SHOWN) if (now[name] !== undefined) entry[name] = now[name];
}

const COLUMNS: readonly Column[] = [
  { title: "SNAPSHOT" },
  { title: "STARTED (UTC)" },
  { title: "EVENT" },
  { title: "VERSION", right: true },
  { title: "SEQ_NO", right: true },
  { title: "REMARKS" },
];

function cells(entry: LogEntry): string[] {
  return [
    entry.snapshot,
    entry.start_time === undefined ? "" : formatTime(Date.parse(entry.start_time)),
    entry.event,
    entry._version === undefined ? "" : String(entry._version),
    entry._seq_no === undefined ? "" : String(entry._seq_no),
    entry.problem ?? "",
  ];
}
