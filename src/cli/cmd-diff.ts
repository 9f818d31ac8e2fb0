// `varve diff`: what changed between two snapshots: indices, their metadata, and their documents.

import { isDeepStrictEqual } from "node:util";
import { namePattern } from "../control/index.ts";
import {
  compareDocuments,
  type DifferenceCounts,
  type DocumentDifference,
  type MountedIndex,
  openSnapshotIndices,
} from "../engine/index.ts";
import {
  BlobPages,
  type IndexId,
  type IndexMetadata,
  indexMapping,
  type Repository,
  type RepositorySnapshot,
} from "../repository/index.ts";
import {
  type CommandArguments,
  type CommandContext,
  type CommandOptions,
  type CommandSpec,
  EXIT,
  textArgument,
} from "./command.ts";
import type { Column } from "./output.ts";
import { shardSignatures } from "./shard-signatures.ts";

/** An index in two snapshots. */
interface IndexDifference {
  index: string;
  change: "added" | "removed" | "changed" | "unchanged";
  /** Parts of its metadata that differ. */
  metadata?: string[];
  /** Numbers of shards whose files differ. */
  shards?: number[];
  documents?: DifferenceCounts;
}

/** `varve diff` */
export const command: CommandSpec = {
  name: "diff",
  summary: "what changed between two snapshots: indices, metadata, and documents with --docs",
  define: (it) =>
    void it
      .argument("<repo>", "folder or URL of the repository")
      .argument("<before>", "a snapshot")
      .argument("<after>", "another one")
      .option("--index <pattern>", "only indices of this name; * stands for any text")
      .option("--docs", "compare the documents: which were added, changed and deleted")
      .option("--ids", "with --docs: name every document that differs"),
  run: diff,
};

async function diff(
  context: CommandContext,
  args: CommandArguments,
  options: CommandOptions,
): Promise<number> {
  const { output, signal } = context;
  const { repository } = await context.openRepository(textArgument(args, 0), { readonly: true });
  const before = await repository.findSnapshot(textArgument(args, 1), signal);
  const after = await repository.findSnapshot(textArgument(args, 2), signal);
  const indices = await compareSnapshots(repository, before, after, options["index"], signal);
  const documents: ({ index: string } & DocumentDifference)[] = [];
  const withIds = options["ids"] === true;
  if (options["docs"] === true || withIds) {
    const pages = new BlobPages(repository.context.store, { signal });
    try {
      for (const row of indices) {
        if (row.change !== "changed" || row.shards?.length === 0) continue;
        const open = (snapshot: RepositorySnapshot) =>
          openOne(context, repository, snapshot.name, row.index, pages);
        row.documents = await compareDocuments(
          await open(before),
          await open(after),
          async (difference) => {
            if (!withIds) return;
            if (output.json) documents.push({ index: row.index, ...difference });
            else await output.line(lineOf(row.index, difference));
          },
          signal,
        );
      }
    } finally {
      pages.close();
    }
  }
  if (output.json) {
    const named = withIds ? { documents } : {};
    await output.value({ before: before.name, after: after.name, indices, ...named });
  } else {
    await output.table(COLUMNS, indices.map(cells));
  }
  return indices.some((row) => row.change !== "unchanged") ? EXIT.findings : EXIT.ok;
}

async function openOne(
  { clock, random, signal }: CommandContext,
  repository: Repository,
  snapshot: string,
  index: string,
  pages: BlobPages,
): Promise<MountedIndex> {
  const options = { clock, random, signal, pages, purpose: "documents" } as const;
  const mounted = await openSnapshotIndices(repository, snapshot, [index], options);
  const [found] = mounted.indices;
  const [failure] = found!.failures;
  if (failure !== undefined) throw failure.error;
  return found!;
}

async function compareSnapshots(
  repository: Repository,
  before: RepositorySnapshot,
  after: RepositorySnapshot,
  pattern: unknown,
  signal: AbortSignal,
): Promise<IndexDifference[]> {
  const old = new Map((await repository.getSnapshotIndices(before)).map((id) => [id.name, id]));
  const now = new Map((await repository.getSnapshotIndices(after)).map((id) => [id.name, id]));
  const matcher = typeof pattern === "string" ? namePattern(pattern) : undefined;
  const names = [...new Set([...old.keys(), ...now.keys()])].sort();
  const rows: IndexDifference[] = [];
  for (const index of names) {
    if (matcher?.test(index) === false) continue;
    const [a, b] = [old.get(index), now.get(index)];
    if (a === undefined) rows.push({ index, change: "added" });
    else if (b === undefined) rows.push({ index, change: "removed" });
    else rows.push(await compareIndex(repository, before, after, b, signal));
  }
  return rows;
}

async function compareIndex(
  repository: Repository,
  before: RepositorySnapshot,
  after: RepositorySnapshot,
  id: IndexId,
  signal: AbortSignal,
): Promise<IndexDifference> {
  const old = await repository.getIndexMetadata(before, id, signal);
  const now = await repository.getIndexMetadata(after, id, signal);
  const metadata = metadataDifferences(old, now);
  const [a, b] = [
    await shardSignatures(repository, before, id, old, signal),
    await shardSignatures(repository, after, id, now, signal),
  ];
  const count = Math.max(a.length, b.length);
  const shards = Array.from({ length: count }, (_, shard) => shard).filter(
    (shard) => a[shard] === undefined || a[shard] !== b[shard],
  );
  const change = metadata.length + shards.length > 0 ? "changed" : "unchanged";
  return { index: id.name, change, metadata, shards };
}

function metadataDifferences(old: IndexMetadata, now: IndexMetadata): string[] {
  const parts: [string, (metadata: IndexMetadata) => unknown][] = [
    ["settings", ({ tree }) => tree["settings"]],
    ["mappings", indexMapping],
    ["aliases", ({ tree }) => tree["aliases"]],
    ["state", ({ tree }) => tree["state"]],
  ];
  return parts.filter(([, of]) => !isDeepStrictEqual(of(old), of(now))).map(([name]) => name);
}

const SIGNS = { added: "+", changed: "~", deleted: "-" } as const;

function lineOf(index: string, { kind, id, routing }: DocumentDifference): string {
  return `${SIGNS[kind]} ${index}/${id}${routing === undefined ? "" : ` (routing ${routing})`}`;
}

const COLUMNS: readonly Column[] = [
  { title: "INDEX" },
  { title: "CHANGE" },
  { title: "METADATA" },
  { title: "SHARDS" },
  { title: "ADDED", right: true },
  { title: "CHANGED", right: true },
  { title: "DELETED", right: true },
];

function cells(row: IndexDifference): string[] {
  const { documents } = row;
  return [
    row.index,
    row.change,
    (row.metadata ?? []).join(", "),
    (row.shards ?? []).join(", "),
    documents === undefined ? "" : String(documents.added),
    documents === undefined ? "" : String(documents.changed),
    documents === undefined ? "" : String(documents.deleted),
  ];
}
