// `varve copy`: the snapshots of one repository that another one lacks, with their names and ids.

import type { CopyDecision, RepositoryData } from "../repository/index.ts";
import {
  type CommandArguments,
  type CommandContext,
  type CommandOptions,
  type CommandSpec,
  EXIT,
  type OpenedRepository,
  textArgument,
} from "./command.ts";
import { type Column, formatDuration, formatSize } from "./output.ts";
import { problemOf } from "./snapshot-rows.ts";

/** What became of a snapshot. */
interface CopyRow {
  name: string;
  uuid: string;
  result: "copied" | "would copy" | "present" | "skipped" | "failed";
  blobs: number;
  bytes: number;
  reason?: string;
}

/** `varve copy` */
export const command: CommandSpec = {
  name: "copy",
  summary: "copy snapshots into another repository, of any kind, checked on the way",
  define: (it) =>
    void it
      .argument("<source>", "folder or URL of the repository to read")
      .argument("<target>", "folder or URL of the repository to write; it may be empty")
      .option("--snapshot <name>", "only this one; may be repeated", collect, [])
      .option("--dry-run", "say what would be copied, and write nothing")
      .addHelpText(
        "after",
        "\nNames and ids stay. A copy that was stopped goes on where it was; beside another writer " +
          "it\nis planned again. What does not match its checksum is not copied.",
      ),
  run: copy,
};

function collect(value: string, list: string[]): string[] {
  return [...list, value];
}

async function copy(
  context: CommandContext,
  args: CommandArguments,
  options: CommandOptions,
): Promise<number> {
  const { output, signal, clock } = context;
  const dryRun = options["dryRun"] === true;
  const source = await context.openRepository(textArgument(args, 0), { readonly: true });
  const target = await context.openRepository(textArgument(args, 1), {
    mayBeEmpty: true,
    readonly: dryRun,
  });
  const names = options["snapshot"] as string[];
  const started = clock.monotonic();
  const wanted = names.length === 0 ? undefined : names;
  const decisions = await target.repository.planCopyFrom(source.repository, wanted, signal);
  const data = await source.repository.getRepositoryData(signal);
  const rows = mustBeMirrored(data)
    ? await mirror(context, source, target, decisions, dryRun)
    : await copyEach(context, source, target, decisions, dryRun);
  const seconds = (clock.monotonic() - started) / 1000;
  const copied = rows.filter((row) => row.result === "copied");
  const bytes = rows.reduce((sum, row) => sum + row.bytes, 0);
  if (output.json) {
    await output.value({ dry_run: dryRun, snapshots: rows, bytes, seconds });
  } else {
    await output.table(COLUMNS, rows.map(cells));
    await output.line(
      `${copied.length} copied, ${formatSize(bytes)} in ${formatDuration(seconds * 1000)}`,
    );
  }
  return rows.some((row) => row.reason !== undefined) ? EXIT.findings : EXIT.ok;
}

/** A catalog of Elasticsearch before 7.6 takes no snapshots from others. */
function mustBeMirrored(data: RepositoryData): boolean {
  return [...data.snapshots.values()].some((snapshot) => snapshot.version === undefined);
}

async function copyEach(
  context: CommandContext,
  source: OpenedRepository,
  target: OpenedRepository,
  decisions: readonly CopyDecision[],
  dryRun: boolean,
): Promise<CopyRow[]> {
  const { output, signal } = context;
  const rows: CopyRow[] = [];
  for (const decision of decisions) {
    const row = rowOf(decision);
    rows.push(row);
    if (decision.action !== "copy" || dryRun) continue;
    const bar = output.progress(decision.name, 0, "bytes");
    try {
      let planned = 0;
      const moved = await target.repository.copyFrom(source.repository, decision, {
        signal,
        onPlanned: (bytes) => bar.setTotal((planned += bytes)),
        onBytes: (bytes) => bar.advance(bytes),
      });
      Object.assign(row, { result: "copied", ...moved });
    } catch (error) {
      signal.throwIfAborted();
      Object.assign(row, { result: "failed", reason: problemOf(error as Error) });
    } finally {
      bar.stop();
    }
  }
  return rows;
}

async function mirror(
  context: CommandContext,
  source: OpenedRepository,
  target: OpenedRepository,
  decisions: readonly CopyDecision[],
  dryRun: boolean,
): Promise<CopyRow[]> {
  const { output, signal } = context;
  const rows = decisions.map((decision) => rowOf(decision));
  if (dryRun || decisions.every((decision) => decision.action === "present")) return rows;
  output.note("This is a repository of Elasticsearch before 7.6: it is copied as a whole.");
  const bar = output.progress("copy", 0, "bytes");
  let planned = 0;
  const moved = await target.repository.mirrorFrom(source.repository, {
    signal,
    onPlanned: (bytes) => bar.setTotal((planned += bytes)),
    onBytes: (bytes) => bar.advance(bytes),
  });
  bar.stop();
  const copied = rows.filter((row) => row.result === "would copy");
  for (const row of copied) row.result = "copied";
  if (copied[0] !== undefined) Object.assign(copied[0], moved);
  return rows;
}

function rowOf({ name, uuid, action, reason }: CopyDecision): CopyRow {
  const result = action === "present" ? "present" : action === "skip" ? "skipped" : "would copy";
  const row: CopyRow = { name, uuid, result, blobs: 0, bytes: 0 };
  if (reason !== undefined) row.reason = reason;
  return row;
}

const COLUMNS: readonly Column[] = [
  { title: "SNAPSHOT" },
  { title: "RESULT" },
  { title: "BLOBS", right: true },
  { title: "BYTES", right: true },
  { title: "REMARKS" },
];

function cells(row: CopyRow): string[] {
  const moved = row.result === "copied";
  return [
    row.name,
    row.result,
    moved ? String(row.blobs) : "",
    moved ? formatSize(row.bytes) : "",
    row.reason ?? "",
  ];
}
