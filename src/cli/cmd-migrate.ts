// `varve migrate`: snapshots of an older major version become ones that the new version restores.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Option } from "commander";
import { VarveError } from "../base/index.ts";
import {
  type MigratedIndex,
  type MigrationPlan,
  Node,
  planMigration,
  runMigration,
  Settings,
  type TargetMajor,
  type WrittenIndices,
} from "../engine/index.ts";
import { type Repository, snapshotByName } from "../repository/index.ts";
import {
  type CommandArguments,
  type CommandContext,
  type CommandOptions,
  type CommandSpec,
  EXIT,
  textArgument,
} from "./command.ts";
import { indexExpressions } from "./mounted-indices.ts";
import { type Column, formatDuration } from "./output.ts";
import { problemOf } from "./snapshot-rows.ts";

/** What became of a snapshot. */
interface MigratedSnapshot {
  snapshot: string;
  to: TargetMajor;
  result: "migrated" | "would migrate" | "failed";
  reason?: string;
  indices: IndexRow[];
  settings: readonly string[];
  templates: readonly string[];
  translations: readonly string[];
  dropped: readonly string[];
  /** Of what was dropped, something was the user's own. */
  lossy: boolean;
  seconds: number;
}

interface IndexRow {
  name: string;
  action: "carry" | "rewrite" | "skip";
  documents?: number;
  reasons: readonly string[];
  translations: readonly string[];
  lossy: boolean;
}

/** `varve migrate` */
export const command: CommandSpec = {
  name: "migrate",
  summary: "snapshots of an older major version become ones that the new version restores",
  define: (it) =>
    void it
      .argument("<source>", "folder or URL of the repository to read")
      .argument("<target>", "folder or URL of the repository to write; it may be empty")
      .addOption(
        new Option("--to <major>", "the OpenSearch that is to restore them")
          .choices(["2", "3"])
          .makeOptionMandatory(),
      )
      .option("--snapshot <name>", "only this one; may be repeated", collect, [])
      .option("--indices <list>", "only these, comma-separated; * and -name work as in OpenSearch")
      .option("--dry-run", "say what would be done, and write nothing")
      .option("--temp <dir>", "where documents are written anew; the system's folder by default")
      .addHelpText(
        "after",
        "\nIndices that the new version restores go over as they are. Others are written anew: " +
          "documents\nare read, mappings and settings translated; what cannot go over is said, and " +
          "the exit code is 1.\nThe new snapshot is read back and compared; one that differs is " +
          "deleted again.",
      ),
  run: migrate,
};

function collect(value: string, list: string[]): string[] {
  return [...list, value];
}

async function migrate(
  context: CommandContext,
  args: CommandArguments,
  options: CommandOptions,
): Promise<number> {
  const { output, clock } = context;
  const dryRun = options["dryRun"] === true;
  const started = clock.monotonic();
  const { repository: source } = await context.openRepository(textArgument(args, 0), {
    readonly: true,
  });
  const { repository: target } = await context.openRepository(textArgument(args, 1), {
    mayBeEmpty: true,
    readonly: dryRun,
  });
  const to = Number(options["to"]) as TargetMajor;
  const list = options["indices"];
  const indices = typeof list === "string" ? indexExpressions(list) : [];
  const names = await namesOf(context, source, options["snapshot"] as string[]);
  const temporary = new TemporaryNode(context, options["temp"]);
  const results: MigratedSnapshot[] = [];
  const written: WrittenIndices = new Map();
  try {
    for (const name of names) {
      const plan = await planMigration(
        source,
        name,
        { to, indices },
        context.random,
        context.signal,
      );
      const work = { context, source, target, plan, temporary, written };
      results.push(dryRun ? await foretell(work) : await migrateOne(work));
    }
  } finally {
    await temporary.close();
  }
  const seconds = (clock.monotonic() - started) / 1000;
  if (output.json) {
    await output.value({ to, dry_run: dryRun, snapshots: results, seconds });
  } else {
    for (const result of results) await show(context, result);
    await output.line(`${results.length} snapshots in ${formatDuration(seconds * 1000)}`);
  }
  return results.every(isWhole) ? EXIT.ok : EXIT.findings;
}

/** All that were taken, the oldest first; or those that are asked for. */
async function namesOf(
  { signal }: CommandContext,
  source: Repository,
  wanted: readonly string[],
): Promise<string[]> {
  if (wanted.length > 0) {
    for (const name of wanted) await source.findSnapshot(name, signal);
    return [...wanted];
  }
  const data = await source.getRepositoryData(signal);
  const infos = await source.getSnapshotInfos([...data.snapshots.values()], signal);
  const failed = infos.find((info) => info instanceof Error);
  if (failed !== undefined) throw failed;
  const taken = infos.flatMap((info) => (info instanceof Error ? [] : [info]));
  return taken
    .sort((a, b) => a.startTimeMillis - b.startTimeMillis)
    .map(({ snapshotId }) => snapshotId.name);
}

interface Work {
  readonly context: CommandContext;
  readonly source: Repository;
  readonly target: Repository;
  readonly plan: MigrationPlan;
  readonly temporary: TemporaryNode;
  readonly written: WrittenIndices;
}

function newResult(plan: MigrationPlan, result: MigratedSnapshot["result"]): MigratedSnapshot {
  const { settings, templates, translations, dropped, isLossy: lossy } = plan.cluster;
  return {
    snapshot: plan.snapshot.name,
    to: plan.to,
    result,
    indices: plan.indices.map(
      ({ name, action, reasons, translations: changed, isLossy: lost }) => ({
        name,
        action,
        reasons,
        translations: changed,
        lossy: lost,
      }),
    ),
    settings,
    templates,
    translations,
    dropped,
    lossy,
    seconds: 0,
  };
}

/** Why a snapshot cannot be migrated, before anything is done. */
async function obstacle({ context, target, plan }: Work): Promise<string | undefined> {
  const { name } = plan.snapshot;
  const { state } = plan.info;
  if (state !== "SUCCESS" && state !== "PARTIAL") return `it is ${state}`;
  const data = await target.getRepositoryData(context.signal);
  return snapshotByName(data, name) && "the target has a snapshot of this name";
}

async function foretell(work: Work): Promise<MigratedSnapshot> {
  const result = newResult(work.plan, "would migrate");
  const reason = await obstacle(work);
  return reason === undefined ? result : { ...result, result: "failed", reason };
}

async function migrateOne(work: Work): Promise<MigratedSnapshot> {
  const { context, source, target, plan, temporary, written } = work;
  const { clock, random, signal, output } = context;
  const result = newResult(plan, "migrated");
  const reason = await obstacle(work);
  if (reason !== undefined) return { ...result, result: "failed", reason };
  const started = clock.monotonic();
  const bar = output.progress(plan.snapshot.name, 0, "docs");
  try {
    const ends = { source, target, written, node: () => temporary.node() };
    const migrated = await runMigration(plan, ends, {
      clock,
      random,
      signal,
      onDocuments: (count) => bar.advance(count),
    });
    result.indices = migrated.map(rowOf);
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof VarveError) || error.kind === "internal") throw error;
    Object.assign(result, { result: "failed", reason: problemOf(error) });
  } finally {
    bar.stop();
  }
  result.seconds = (clock.monotonic() - started) / 1000;
  return result;
}

function rowOf({ name, action, documents, reasons, translations, isLossy }: MigratedIndex) {
  return { name, action, documents, reasons, translations, lossy: isLossy };
}

function isWhole({ reason, indices, lossy }: MigratedSnapshot): boolean {
  return reason === undefined && !lossy && indices.every((index) => !index.lossy);
}

const COLUMNS: readonly Column[] = [
  { title: "INDEX" },
  { title: "ACTION" },
  { title: "DOCUMENTS", right: true },
  { title: "REMARKS" },
];

async function show({ output }: CommandContext, shown: MigratedSnapshot): Promise<void> {
  const { snapshot, to, result, reason } = shown;
  const why = reason === undefined ? "" : `: ${reason}`;
  await output.line(`${snapshot}: ${result}, to OpenSearch ${to}${why}`);
  await output.table(
    COLUMNS,
    shown.indices.map(({ name, action, documents, reasons }) => [
      name,
      action,
      documents === undefined ? "" : String(documents),
      reasons[0] ?? "",
    ]),
  );
  for (const { name, reasons, translations } of shown.indices) {
    for (const line of reasons.slice(1)) await output.line(`  [${name}] lost: ${line}`);
    for (const line of translations) await output.line(`  [${name}] ${line}`);
  }
  for (const line of shown.translations) await output.line(`  ${line}`);
  for (const line of shown.dropped) await output.line(`  dropped: ${line}`);
}

/** The node in which documents are written anew; its folder goes when it closes. */
class TemporaryNode {
  private readonly context: CommandContext;
  private readonly parent: string;
  private folder: string | undefined;
  private started: Promise<Node> | undefined;

  constructor(context: CommandContext, parent: unknown) {
    this.context = context;
    this.parent = typeof parent === "string" ? parent : tmpdir();
  }

  node(): Promise<Node> {
    this.started ??= this.start();
    return this.started;
  }

  private start(): Promise<Node> {
    this.folder = mkdtempSync(join(this.parent, "varve-migrate-"));
    const { clock, random } = this.context;
    return Node.start({
      settings: Settings.EMPTY,
      dataFolder: this.folder,
      repositoryFolders: [],
      clock,
      random,
    });
  }

  async close(): Promise<void> {
    try {
      await (await this.started)?.close();
    } finally {
      if (this.folder !== undefined) rmSync(this.folder, { recursive: true, force: true });
    }
  }
}
