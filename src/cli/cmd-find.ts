// `varve find`: which snapshots hold documents that match a query, and how many.

import { namePattern } from "../control/index.ts";
import { openSnapshotIndices } from "../engine/index.ts";
import {
  BlobPages,
  indexMetadataUuid,
  type Repository,
  type RepositorySnapshot,
} from "../repository/index.ts";
import type { XContentValue } from "../xcontent/index.ts";
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

/** Documents found in an index of a snapshot. */
interface FindRow {
  snapshot: string;
  start_time?: string;
  index: string;
  hits: number;
  problem?: string;
}

/** `varve find` */
export const command: CommandSpec = {
  name: "find",
  summary: "which snapshots hold documents that match a query",
  define: (it) =>
    void it
      .argument("<repo>", "folder or URL of the repository")
      .argument("<query>", "in the query string syntax: 'user:kimchy AND year:[2020 TO *]'")
      .option("--index <pattern>", "only indices of this name; * stands for any text")
      .option("--snapshot <pattern>", "only snapshots of this name")
      .option("--all", "also snapshots and indices without a match"),
  run: find,
};

async function find(
  context: CommandContext,
  args: CommandArguments,
  options: CommandOptions,
): Promise<number> {
  const { output, signal } = context;
  const { repository } = await context.openRepository(textArgument(args, 0), { readonly: true });
  const pages = new BlobPages(repository.context.store, { signal });
  const finder = new Finder(context, repository, pages, textArgument(args, 1));
  const rows: FindRow[] = [];
  const [snapshots, indices] = [options["snapshot"], options["index"]].map((pattern) =>
    typeof pattern === "string" ? namePattern(pattern) : undefined,
  );
  try {
    for (const { snapshot, startTimeMillis } of await byStartTime(repository, signal)) {
      if (snapshots?.test(snapshot.name) === false) continue;
      for (const index of await repository.getSnapshotIndices(snapshot, signal)) {
        if (indices?.test(index.name) === false) continue;
        const row: FindRow = { snapshot: snapshot.name, index: index.name, hits: 0 };
        if (startTimeMillis !== undefined) row.start_time = new Date(startTimeMillis).toISOString();
        try {
          row.hits = await finder.count(snapshot, index);
        } catch (error) {
          signal.throwIfAborted();
          row.problem = problemOf(error as Error);
        }
        const shown = row.hits > 0 || row.problem !== undefined || options["all"] === true;
        if (shown) rows.push(row);
      }
    }
  } finally {
    pages.close();
  }
  if (output.json) await output.value({ query: textArgument(args, 1), found: rows });
  else await output.table(COLUMNS, rows.map(cells));
  return rows.some((row) => row.hits > 0) ? EXIT.ok : EXIT.findings;
}

/** Counts; what has the same files and the same metadata is counted once. */
class Finder {
  private readonly context: CommandContext;
  private readonly repository: Repository;
  private readonly pages: BlobPages;
  private readonly query: string;
  private readonly known = new Map<string, number>();

  constructor(context: CommandContext, repository: Repository, pages: BlobPages, query: string) {
    this.context = context;
    this.repository = repository;
    this.pages = pages;
    this.query = query;
  }

  async count(
    snapshot: RepositorySnapshot,
    index: Parameters<Repository["getIndexMetadata"]>[1],
  ): Promise<number> {
    const { repository, pages } = this;
    const { clock, random, signal } = this.context;
    const data = await repository.getRepositoryData(signal);
    const metadata = await repository.getIndexMetadata(snapshot, index, signal);
    const shards = await shardSignatures(repository, snapshot, index, metadata, signal);
    const blob = indexMetadataUuid(data, snapshot.uuid, index.id);
    const key = `${index.id} ${blob} ${shards.join(" ")}`;
    const known = this.known.get(key);
    if (known !== undefined) return known;
    const mountOptions = { clock, random, signal, pages };
    const mounted = await openSnapshotIndices(
      repository,
      snapshot.name,
      [index.name],
      mountOptions,
    );
    const params = { q: this.query, size: "0", track_total_hits: "true" };
    const response = await mounted.search({ params, signal });
    const hits = (response["hits"] as { total: { value: number } }).total.value;
    const [failure] = (response["_shards"] as { failures?: XContentValue[] }).failures ?? [];
    if (failure !== undefined) {
      const { reason } = (failure as { reason: { reason: string } }).reason;
      throw new Error(reason);
    }
    this.known.set(key, hits);
    return hits;
  }
}

const COLUMNS: readonly Column[] = [
  { title: "SNAPSHOT" },
  { title: "STARTED (UTC)" },
  { title: "INDEX" },
  { title: "HITS", right: true },
  { title: "REMARKS" },
];

function cells(row: FindRow): string[] {
  const started = row.start_time === undefined ? "" : formatTime(Date.parse(row.start_time));
  return [row.snapshot, started, row.index, String(row.hits), row.problem ?? ""];
}
