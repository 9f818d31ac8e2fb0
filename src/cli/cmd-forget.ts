// `varve forget`: deletes the snapshots that no rule keeps, and says why each stays or goes.

import type { Command } from "commander";
import { illegalArgument, parseTimeValue } from "../base/index.ts";
import {
  decideRetention,
  hasRules,
  namePattern,
  type RetainedSnapshot,
  type RetentionDecision,
  type RetentionRules,
} from "../control/index.ts";
import type { Repository } from "../repository/index.ts";
import { wholeNumber } from "./cmd-ls.ts";
import {
  type CommandContext,
  type CommandOptions,
  type CommandSpec,
  EXIT,
  textArgument,
} from "./command.ts";
import { type Column, formatTime } from "./output.ts";
import { describeRemoval, noteDryRun } from "./removal.ts";
import { readRows, rootRows, type SnapshotRow } from "./snapshot-rows.ts";

/** A member of a snapshot's user metadata that holds it: `{"hold": true}`. */
const HOLD_MEMBER = "hold";

/** `varve forget` */
export const command: CommandSpec = {
  name: "forget",
  summary: "delete the snapshots that no rule keeps, each with its reason",
  define: (it: Command) =>
    void it
      .argument("<repo>", "folder or URL of the repository")
      .option("--keep-last <number>", "the newest successes", wholeNumber)
      .option("--keep-hourly <number>", "the newest success of so many hours", wholeNumber)
      .option("--keep-daily <number>", "… of so many days", wholeNumber)
      .option("--keep-weekly <number>", "… of so many ISO weeks", wholeNumber)
      .option("--keep-monthly <number>", "… of so many months", wholeNumber)
      .option("--keep-yearly <number>", "… of so many years", wholeNumber)
      .option("--keep-within <time>", "every success younger than this: 36h, 14d")
      .option("--hold <pattern>", "never delete these; may be repeated", collect, [])
      .option("--match <pattern>", "look only at snapshots of this name")
      .option("--time-zone <zone>", "where days begin (default UTC)")
      .option("--dry-run", "say what would go, and change nothing")
      .addHelpText(
        "after",
        "\nOnly successes count; the last good one is never deleted. A snapshot whose metadata says\n" +
          `{"${HOLD_MEMBER}": true} is held. One that failed goes when a newer one succeeded.`,
      ),
  async run(context, args, options) {
    const { output, signal } = context;
    const dryRun = options["dryRun"] === true;
    const rules = rulesOf(options);
    const { repository } = await context.openRepository(textArgument(args, 0), {
      readonly: dryRun,
    });
    const match = options["match"];
    const snapshots = await candidates(repository, match as string | undefined, signal);
    const decisions = decideRetention(snapshots, rules, context.clock.now());
    const doomed = decisions.filter((item) => !item.keep).map((item) => item.snapshot.name);
    const freed =
      doomed.length === 0
        ? { blobs: 0, bytes: 0 }
        : dryRun
          ? await repository.measurePlan(await repository.planDelete(doomed, signal), signal)
          : await repository.deleteSnapshots(doomed, signal);
    if (output.json) {
      const shown = decisions.map(decisionJson);
      await output.value({ dry_run: dryRun, decisions: shown, deleted: freed });
    } else {
      await showDecisions(context, decisions);
      await output.line(
        `${decisions.length - doomed.length} kept, ${doomed.length} deleted: ` +
          `${dryRun ? "would free" : "freed"} ${describeRemoval(freed)}`,
      );
    }
    if (dryRun) noteDryRun(context);
    return EXIT.ok;
  },
};

function collect(value: string, list: string[]): string[] {
  return [...list, value];
}

function rulesOf(options: CommandOptions): RetentionRules {
  const number = (name: string) => options[name] as number | undefined;
  const rules: Record<string, unknown> = { holds: options["hold"] };
  const counts = {
    last: number("keepLast"),
    hourly: number("keepHourly"),
    daily: number("keepDaily"),
    weekly: number("keepWeekly"),
    monthly: number("keepMonthly"),
    yearly: number("keepYearly"),
  };
  for (const [name, value] of Object.entries(counts)) {
    if (value !== undefined) rules[name] = value;
  }
  const within = options["keepWithin"];
  if (typeof within === "string") rules["withinMs"] = parseTimeValue(within, "--keep-within");
  const zone = options["timeZone"];
  if (typeof zone === "string") rules["timeZone"] = checkTimeZone(zone);
  if (!hasRules(rules)) {
    throw illegalArgument("Nothing says what to keep: give --keep-last, --keep-daily or another");
  }
  return rules;
}

function checkTimeZone(zone: string): string {
  try {
    return new Intl.DateTimeFormat("en", { timeZone: zone }).resolvedOptions().timeZone;
  } catch (cause) {
    throw illegalArgument(`[${zone}] is not a time zone`, cause);
  }
}

async function candidates(
  repository: Repository,
  match: string | undefined,
  signal: AbortSignal,
): Promise<RetainedSnapshot[]> {
  let rows = rootRows(await repository.getRepositoryData(signal));
  if (match !== undefined) {
    const pattern = namePattern(match);
    rows = rows.filter((row) => pattern.test(row.name));
  }
  return (await readRows(repository, rows, signal)).map(retained);
}

function retained(row: SnapshotRow): RetainedSnapshot {
  const metadata = row.metadata as Record<string, unknown> | undefined;
  return {
    name: row.name,
    uuid: row.uuid,
    state: row.problem === undefined ? row.state : undefined,
    startTimeMillis: row.start_time_in_millis,
    held: metadata?.[HOLD_MEMBER] === true || metadata?.[HOLD_MEMBER] === "true",
  };
}

function decisionJson({ snapshot, keep, reasons }: RetentionDecision): Record<string, unknown> {
  const { name, uuid, state, startTimeMillis } = snapshot;
  const started =
    startTimeMillis === undefined ? {} : { start_time: new Date(startTimeMillis).toISOString() };
  return { name, uuid, state: state ?? null, ...started, keep, reasons };
}

const COLUMNS: readonly Column[] = [
  { title: "SNAPSHOT" },
  { title: "STARTED (UTC)" },
  { title: "STATE" },
  { title: "DECISION" },
  { title: "WHY" },
];

async function showDecisions(
  context: CommandContext,
  decisions: readonly RetentionDecision[],
): Promise<void> {
  const rows = decisions.map(({ snapshot, keep, reasons }) => [
    snapshot.name,
    snapshot.startTimeMillis === undefined ? "" : formatTime(snapshot.startTimeMillis),
    snapshot.state ?? "UNREADABLE",
    keep ? "keep" : "delete",
    reasons.join("; "),
  ]);
  await context.output.table(COLUMNS, rows);
}
