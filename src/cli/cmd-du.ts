// `varve du`: what snapshots, indices and shards take, what would be freed, and what it costs.

import { illegalArgument } from "../base/index.ts";
import {
  measureDeletion,
  measureUsage,
  type Repository,
  type RepositoryUsage,
  type Usage,
} from "../repository/index.ts";
import { type CommandContext, type CommandSpec, EXIT, textArgument } from "./command.ts";
import { type Column, formatSize, type Output } from "./output.ts";

const BYTES_PER_GB = 1e9;

/** A row by the names that scripts see. */
interface Row {
  readonly labels: Readonly<Record<string, string | number>>;
  readonly usage: Usage;
}

/** `varve du` */
export const command: CommandSpec = {
  name: "du",
  summary: "measure what snapshots, indices or shards take, alone and shared",
  define: (it) =>
    void it
      .argument("<repo>", "folder or URL of the repository")
      .option("--by <what>", "a row for each: snapshot, index, shard", "snapshot")
      .option("--if-deleted <snapshots...>", "what deleting these together would free")
      .option("--price <amount>", "of a gigabyte (10^9 bytes) a month, to show what it costs"),
  async run(context, args, options) {
    const by = String(options["by"]);
    if (!["snapshot", "index", "shard"].includes(by)) {
      throw illegalArgument(`[${by}] is none of snapshot, index, shard`);
    }
    const price = priceOf(options["price"]);
    const names = options["ifDeleted"] as string[] | undefined;
    const { repository } = await context.openRepository(textArgument(args, 0), { readonly: true });
    if (names === undefined) await showUsage(context, repository, by, price);
    else await showDeletion(context, repository, [...new Set(names)], price);
    return EXIT.ok;
  },
};

async function showDeletion(
  { output, signal }: CommandContext,
  repository: Repository,
  names: readonly string[],
  price: number | undefined,
): Promise<void> {
  const plan = await repository.planDelete(names, signal);
  const freed = await measureDeletion(repository.context, plan, signal);
  const { snapshots, freedBytes } = freed;
  if (output.json) {
    const answer = {
      snapshots,
      removed_blobs: freed.removedBlobs,
      removed_bytes: freed.removedBytes,
      written_bytes: freed.writtenBytes,
      freed_bytes: freedBytes,
      ...costOf(freedBytes, price),
    };
    return output.value({ if_deleted: answer });
  }
  const money = price === undefined ? "" : `, ${formatMoney(freedBytes, price)} a month`;
  const size = `${formatSize(freedBytes)} (${freedBytes} bytes)`;
  await output.line(`${snapshots.join(", ")}: would free ${size}${money}`);
}

async function showUsage(
  { output, signal }: CommandContext,
  repository: Repository,
  by: string,
  price: number | undefined,
): Promise<void> {
  const data = await repository.getRepositoryData(signal);
  let shards = 0;
  for (const index of data.indices.values()) shards += Math.max(1, index.shardGenerations.length);
  const bar = output.progress("measure", shards, "shards");
  const usage = await measureUsage(repository.context, data, {
    signal,
    onShard: () => bar.advance(1),
  });
  bar.stop();
  if (output.json) await output.value(usageToJson(by, usage, price));
  else await printUsage(output, by, usage, price);
}

function usageToJson(by: string, usage: RepositoryUsage, price: number | undefined) {
  return {
    by,
    blobs: usage.blobs,
    bytes: usage.bytes,
    catalog_bytes: usage.catalogBytes,
    unreferenced_blobs: usage.unreferencedBlobs,
    unreferenced_bytes: usage.unreferencedBytes,
    ...costOf(usage.bytes, price),
    rows: rowsOf(by, usage).map((row) => ({
      ...row.labels,
      blobs: row.usage.blobs,
      bytes: row.usage.bytes,
      own_bytes: row.usage.ownBytes,
      shared_bytes: row.usage.sharedBytes,
      ...costOf(row.usage.ownBytes, price),
    })),
  };
}

async function printUsage(
  output: Output,
  by: string,
  usage: RepositoryUsage,
  price: number | undefined,
): Promise<void> {
  const rows = rowsOf(by, usage);
  const isText = (label: string) => label === "snapshot" || label === "index";
  const columns: Column[] = [
    ...Object.keys(rows[0]?.labels ?? { [by]: "" }).map((label) => {
      return { title: label.toUpperCase(), right: !isText(label) };
    }),
    ...["BLOBS", "SIZE", "OWN", "SHARED"].map((title) => ({ title, right: true })),
    ...(price === undefined ? [] : [{ title: "OWN A MONTH", right: true }]),
  ];
  const cells = rows.map((row) => [
    ...Object.values(row.labels).map(String),
    String(row.usage.blobs),
    formatSize(row.usage.bytes),
    formatSize(row.usage.ownBytes),
    formatSize(row.usage.sharedBytes),
    ...(price === undefined ? [] : [formatMoney(row.usage.ownBytes, price)]),
  ]);
  await output.table(columns, cells);
  const money = price === undefined ? "" : `, ${formatMoney(usage.bytes, price)} a month`;
  const idle = `${formatSize(usage.unreferencedBytes)} that nothing needs`;
  await output.line(
    `${usage.blobs} blobs, ${formatSize(usage.bytes)}${money}; of it ${idle}, ` +
      `${formatSize(usage.catalogBytes)} of the catalog`,
  );
}

function priceOf(text: unknown): number | undefined {
  if (text === undefined) return undefined;
  const price = Number(text);
  if (String(text).trim() !== "" && Number.isFinite(price) && price >= 0) return price;
  throw illegalArgument(`[${String(text)}] is no price`);
}

function costOf(bytes: number, price: number | undefined): { cost_per_month?: number } {
  if (price === undefined) return {};
  return { cost_per_month: Number(((bytes / BYTES_PER_GB) * price).toPrecision(12)) };
}

function formatMoney(bytes: number, price: number): string {
  return ((bytes / BYTES_PER_GB) * price).toFixed(2);
}

function rowsOf(by: string, usage: RepositoryUsage): Row[] {
  if (by === "snapshot") {
    return usage.snapshots.map((row) => ({ labels: { snapshot: row.snapshot }, usage: row }));
  }
  if (by === "index") {
    return usage.indices.map((row) => ({
      labels: { index: row.index, shards: row.shards, snapshots: row.snapshots },
      usage: row,
    }));
  }
  return usage.shards.map((row) => ({
    labels: { index: row.index, shard: row.shard, snapshots: row.snapshots },
    usage: row,
  }));
}
