// `varve show`: one snapshot, whole: state, versions, indices with shards, documents and sizes,
// and their settings, mappings and aliases; the cluster's state.

import type { IndexMetadata, Repository } from "../repository/index.ts";
import { indexMapping } from "../repository/index.ts";
import { INDEX_COLUMNS, indexCells } from "./cmd-ls.ts";
import {
  type CommandContext,
  type CommandSpec,
  EXIT,
  optionalArgument,
  textArgument,
} from "./command.ts";
import { type IndexSummary, summarizeIndices } from "./index-summary.ts";
import { formatDuration, formatSize, printable } from "./output.ts";
import { problemOf, readRow, type SnapshotRow } from "./snapshot-rows.ts";

/** An index with what its metadata says. */
interface ShownIndex extends IndexSummary {
  state?: unknown;
  settings?: unknown;
  mappings?: unknown;
  aliases?: unknown;
}

/** `varve show` */
export const command: CommandSpec = {
  name: "show",
  summary: "show one snapshot: state, indices, mappings, settings, aliases, global state",
  define: (it) =>
    void it
      .argument("<repo>", "folder or URL of the repository")
      .argument("<snapshot>", "its name")
      .argument("[index]", "show settings, mappings and aliases of this index")
      .option("--global", "show the cluster's state: settings, templates and what else there is"),
  async run(context, args, options) {
    const { output, signal } = context;
    const { repository } = await context.openRepository(textArgument(args, 0), { readonly: true });
    const snapshot = await readRow(repository, textArgument(args, 1), signal);
    const wanted = optionalArgument(args, 2);
    let indices: ShownIndex[] = await summarizeIndices(repository, snapshot, signal);
    if (wanted !== undefined) indices = indices.filter((index) => index.name === wanted);
    if (output.json || wanted !== undefined) {
      for (const index of indices) await addMetadata(repository, snapshot, index, signal);
    }
    const global = await globalState(repository, snapshot, signal);
    if (output.json) await output.value({ snapshot, indices, global_state: global });
    else if (options["global"] === true) await output.value(global);
    else if (wanted !== undefined) await showIndex(context, wanted, indices[0]);
    else await showSnapshot(context, snapshot, indices, global);
    if (wanted !== undefined && indices.length === 0) return EXIT.findings;
    const bad = [snapshot, ...indices].some((item) => item.problem !== undefined);
    return bad ? EXIT.findings : EXIT.ok;
  },
};

async function addMetadata(
  repository: Repository,
  snapshot: SnapshotRow,
  index: ShownIndex,
  signal: AbortSignal,
): Promise<void> {
  try {
    const ids = await repository.getSnapshotIndices(snapshot, signal);
    const id = ids.find((item) => item.name === index.name)!;
    Object.assign(index, describe(await repository.getIndexMetadata(snapshot, id, signal)));
  } catch (error) {
    signal.throwIfAborted();
    index.problem ??= problemOf(error as Error);
  }
}

function describe(metadata: IndexMetadata): Partial<ShownIndex> {
  const { tree } = metadata;
  return {
    state: tree["state"],
    settings: tree["settings"] ?? {},
    mappings: indexMapping(metadata) ?? {},
    aliases: tree["aliases"] ?? {},
  };
}

async function globalState(
  repository: Repository,
  snapshot: SnapshotRow,
  signal: AbortSignal,
): Promise<Record<string, unknown>> {
  try {
    const found = await repository.getClusterMetadata(snapshot, signal);
    return {
      ...(found.clusterUuid === undefined ? {} : { cluster_uuid: found.clusterUuid }),
      settings: found.persistentSettings,
      templates: found.templates,
      ...found.customs,
    };
  } catch (error) {
    signal.throwIfAborted();
    return { problem: problemOf(error as Error) };
  }
}

async function showIndex(
  context: CommandContext,
  name: string,
  index: ShownIndex | undefined,
): Promise<void> {
  const { output } = context;
  if (index === undefined) {
    output.note(`There is no index [${name}] in the snapshot`);
    return;
  }
  await output.value(index);
}

async function showSnapshot(
  context: CommandContext,
  snapshot: SnapshotRow,
  indices: readonly ShownIndex[],
  global: Record<string, unknown>,
): Promise<void> {
  const { output } = context;
  const bytes = indices.reduce((sum, index) => sum + index.size_in_bytes, 0);
  const added = indices.reduce((sum, index) => sum + index.incremental_size_in_bytes, 0);
  const { shards } = snapshot;
  const lines: [string, string][] = [
    ["snapshot", `${snapshot.name} (${snapshot.uuid})`],
    ["state", snapshot.problem ?? snapshot.state ?? ""],
    ["taken by", snapshot.version ?? ""],
    ["started", snapshot.start_time ?? ""],
    [
      "took",
      snapshot.duration_in_millis === undefined ? "" : formatDuration(snapshot.duration_in_millis),
    ],
    ["shards", shards === undefined ? "" : `${shards.total}, of which ${shards.failed} failed`],
    ["size", `${formatSize(bytes)}, of which this snapshot added ${formatSize(added)}`],
    ["data streams", (snapshot.data_streams ?? []).join(", ")],
    ["metadata", snapshot.metadata === undefined ? "" : JSON.stringify(snapshot.metadata)],
    ["global state", snapshot.include_global_state === true ? contents(global) : "not included"],
  ];
  if (snapshot.remote_store_index_shallow_copy === true) {
    lines.push(["remote store", "the data of this snapshot lies in a remote store"]);
  }
  for (const [title, text] of lines) {
    if (text !== "") await output.line(`${`${title}:`.padEnd(14)}${printable(text, " ")}`);
  }
  await output.line("");
  await output.table(INDEX_COLUMNS, indices.map(indexCells));
}

/** `3 settings, 2 templates`. */
function contents(global: Record<string, unknown>): string {
  const parts: string[] = [];
  for (const [name, value] of Object.entries(global)) {
    if (typeof value !== "object" || value === null) continue;
    const count = Object.keys(value).length;
    if (count > 0) parts.push(`${name} (${count})`);
  }
  return parts.length === 0 ? "nothing in it" : parts.join(", ");
}
