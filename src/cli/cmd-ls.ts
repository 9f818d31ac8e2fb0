// `varve ls`: the snapshots of a repository, the indices of a snapshot, the files of an index.
//
// The list is one read of the root, and one of each snapshot that is shown with its times: all of
// them where there are few, none above DETAILS_MAX unless `--details all` asks for it.

import { InvalidArgumentError } from "commander";
import { VarveError } from "../base/index.ts";
import { namePattern } from "../control/index.ts";
import type { Repository } from "../repository/index.ts";
import {
  type CommandContext,
  type CommandOptions,
  type CommandSpec,
  EXIT,
  optionalArgument,
  textArgument,
} from "./command.ts";
import { type IndexSummary, listFiles, summarizeIndices } from "./index-summary.ts";
import { type Column, formatDuration, formatSize, formatTime } from "./output.ts";
import { readRow, readRows, rootRows, type SnapshotRow } from "./snapshot-rows.ts";

/** Snapshots whose blobs are read without being asked to. */
const DETAILS_MAX = 1000;
const SORT_KEYS = ["start", "end", "name", "state", "version", "duration"] as const;
type SortKey = (typeof SORT_KEYS)[number];
/** States of a snapshot, of which a complete one has the first three. */
const STATES = ["SUCCESS", "PARTIAL", "FAILED", "IN_PROGRESS", "INCOMPATIBLE"] as const;

interface ListOptions {
  readonly details: "auto" | "all" | "none";
  readonly sort?: SortKey;
  readonly reverse?: boolean;
  readonly limit?: number;
  readonly match?: string;
  readonly state?: string;
}

/** `varve ls` */
export const command: CommandSpec = {
  name: "ls",
  summary: "list snapshots, the indices of a snapshot, or the files of an index",
  define: (it) =>
    void it
      .argument("<repo>", "folder or URL of the repository")
      .argument("[snapshot]", "list its indices")
      .argument("[index]", "list its shards and files")
      .option("--match <pattern>", "only snapshots of this name; * stands for any text")
      .option("--state <state>", "only snapshots of this state: SUCCESS, PARTIAL, FAILED", (text) =>
        choice(STATES)(text.toUpperCase()),
      )
      .option("--sort <key>", `by ${SORT_KEYS.join(", ")}`, choice(SORT_KEYS))
      .option("--reverse", "the other way round")
      .option("--limit <number>", "only the last ones", wholeNumber)
      .option(
        "--details <which>",
        `read each snapshot's own blob: auto (up to ${DETAILS_MAX}), all, none`,
        choice(["auto", "all", "none"] as const),
        "auto",
      ),
  async run(context, args, options) {
    const { repository } = await context.openRepository(textArgument(args, 0), { readonly: true });
    const [snapshot, index] = [optionalArgument(args, 1), optionalArgument(args, 2)];
    if (snapshot === undefined) return listSnapshots(context, repository, listOptions(options));
    if (index === undefined) return listIndices(context, repository, snapshot);
    return listIndexFiles(context, repository, snapshot, index);
  },
};

function listOptions(options: CommandOptions): ListOptions {
  return options as unknown as ListOptions;
}

function choice<T extends string>(values: readonly T[]): (text: string) => T {
  return (text) => {
    const found = values.find((value) => value === text);
    if (found === undefined) throw new InvalidArgumentError(`It is one of ${values.join(", ")}.`);
    return found;
  };
}

/** Parses a number of things, at least 1. */
export function wholeNumber(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new InvalidArgumentError("It is a number from 1 on.");
  return Number(text);
}

async function listSnapshots(
  context: CommandContext,
  repository: Repository,
  options: ListOptions,
): Promise<number> {
  const { output, signal } = context;
  let rows = rootRows(await repository.openedRepositoryData(signal));
  if (options.match !== undefined) {
    const pattern = namePattern(options.match);
    rows = rows.filter((row) => pattern.test(row.name));
  }
  const detailed =
    options.details === "all" || (options.details === "auto" && rows.length <= DETAILS_MAX);
  if (detailed) rows = await readRows(repository, rows, signal);
  else if (options.details === "auto") {
    output.note(`Times of ${rows.length} snapshots were not read: --details all reads them`);
  }
  const { state } = options;
  if (state !== undefined) rows = rows.filter((row) => row.state === state);
  rows = sorted(rows, options.sort ?? (detailed ? "start" : "name"), options.reverse === true);
  if (options.limit !== undefined) rows = rows.slice(-options.limit);
  if (output.json) await output.value({ snapshots: rows });
  else await output.table(SNAPSHOT_COLUMNS, rows.map(snapshotCells));
  return rows.some((row) => row.problem !== undefined) ? EXIT.findings : EXIT.ok;
}

function sorted(rows: readonly SnapshotRow[], key: SortKey, reverse: boolean): SnapshotRow[] {
  const keyOf = (row: SnapshotRow): string | number => {
    if (key === "start") return row.start_time_in_millis ?? 0;
    if (key === "end") return row.end_time_in_millis ?? 0;
    if (key === "duration") return row.duration_in_millis ?? 0;
    if (key === "version") return versionKey(row.version);
    return (key === "state" ? row.state : row.name) ?? "";
  };
  const keyed = rows.map((row) => ({ row, key: keyOf(row) }));
  keyed.sort((a, b) => compare(a.key, b.key) || compare(a.row.name, b.row.name));
  if (reverse) keyed.reverse();
  return keyed.map(({ row }) => row);
}

function versionKey(version: string | undefined): number {
  const [major = 0, minor = 0, revision = 0] = (version ?? "").split(".").map(Number);
  return major * 1e6 + minor * 1e3 + revision;
}

function compare(a: string | number, b: string | number): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

const SNAPSHOT_COLUMNS: readonly Column[] = [
  { title: "SNAPSHOT" },
  { title: "STATE" },
  { title: "VERSION" },
  { title: "STARTED (UTC)" },
  { title: "TOOK", right: true },
  { title: "INDICES", right: true },
  { title: "SHARDS", right: true },
  { title: "REMARKS" },
];

function snapshotCells(row: SnapshotRow): string[] {
  const { shards } = row;
  return [
    row.name,
    row.problem === undefined ? (row.state ?? "") : "UNREADABLE",
    row.version ?? "",
    row.start_time_in_millis === undefined ? "" : formatTime(row.start_time_in_millis),
    row.duration_in_millis === undefined ? "" : formatDuration(row.duration_in_millis),
    String(row.indices.length),
    shards === undefined
      ? ""
      : shards.failed > 0
        ? `${shards.successful}/${shards.total}`
        : String(shards.total),
    row.problem ?? (row.remote_store_index_shallow_copy === true ? "data in a remote store" : ""),
  ];
}

async function listIndices(
  context: CommandContext,
  repository: Repository,
  name: string,
): Promise<number> {
  const { output, signal } = context;
  const snapshot = await readRow(repository, name, signal);
  const indices = await summarizeIndices(repository, snapshot, signal);
  if (output.json) await output.value({ snapshot, indices });
  else await output.table(INDEX_COLUMNS, indices.map(indexCells));
  const bad = snapshot.problem !== undefined || indices.some((item) => item.problem !== undefined);
  return bad ? EXIT.findings : EXIT.ok;
}

/** Columns of a table of indices. */
export const INDEX_COLUMNS: readonly Column[] = [
  { title: "INDEX" },
  { title: "SHARDS", right: true },
  { title: "DOCS", right: true },
  { title: "SIZE", right: true },
  { title: "ADDED", right: true },
  { title: "FOLDER" },
  { title: "REMARKS" },
];

/** A row of that table. */
export function indexCells(index: IndexSummary): string[] {
  return [
    index.name,
    String(index.shards.length),
    index.docs === undefined ? "" : String(index.docs),
    formatSize(index.size_in_bytes),
    formatSize(index.incremental_size_in_bytes),
    index.id,
    index.problem ?? "",
  ];
}

async function listIndexFiles(
  context: CommandContext,
  repository: Repository,
  name: string,
  index: string,
): Promise<number> {
  const { output, signal } = context;
  const snapshot = await repository.findSnapshot(name, signal);
  const found = (await repository.getSnapshotIndices(snapshot, signal)).find(
    (item) => item.name === index,
  );
  if (found === undefined) {
    throw new VarveError("missing", `There is no index [${index}] in snapshot [${name}]`, {
      type: "index_not_found_exception",
    });
  }
  const shards = await listFiles(repository, snapshot, found, signal);
  if (output.json) {
    await output.value({ snapshot: name, index, id: found.id, shards });
  } else {
    const rows = shards.flatMap((shard) =>
      shard.files.map((file) => [
        String(shard.shard),
        file.name,
        formatSize(file.length),
        file.blob,
        file.parts > 1 ? `${file.parts} parts` : "",
      ]),
    );
    await output.table(FILE_COLUMNS, rows);
    for (const shard of shards) {
      if (shard.problem !== undefined) output.note(`shard ${shard.shard}: ${shard.problem}`);
    }
  }
  return shards.some((shard) => shard.problem !== undefined) ? EXIT.findings : EXIT.ok;
}

const FILE_COLUMNS: readonly Column[] = [
  { title: "SHARD", right: true },
  { title: "FILE" },
  { title: "SIZE", right: true },
  { title: "BLOB" },
  { title: "REMARKS" },
];
