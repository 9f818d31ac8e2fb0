// Which snapshots to keep. A pure function of the list, the rules and the time, as backup tools
// have it; every decision carries its reason.
//
//   RULE           KEEPS
//   last N         the N newest successes
//   hourly … N     the newest success of each of the N newest hours (days, ISO weeks, months,
//                  years) that have one, in the given time zone
//   within D       every success that started less than D before now
//   holds          snapshots whose name matches, whatever else is said
// Invariants: only successes count. The newest success is never removed. A snapshot that is running
// or cannot be read is never removed. One that failed or is partial goes when a newer success is
// there; before that it is the newest attempt. Snapshots outside of `match` are not looked at.

/** What is known of a snapshot. */
export interface RetainedSnapshot {
  readonly name: string;
  readonly uuid: string;
  /** IN_PROGRESS, SUCCESS, PARTIAL, FAILED, …; undefined where it cannot be read. */
  readonly state: string | undefined;
  readonly startTimeMillis: number | undefined;
  /** Its metadata asks for it to be held. */
  readonly held?: boolean;
}

/** How many of each to keep. */
export interface RetentionRules {
  readonly last?: number;
  readonly hourly?: number;
  readonly daily?: number;
  readonly weekly?: number;
  readonly monthly?: number;
  readonly yearly?: number;
  readonly withinMs?: number;
  /** Names with `*` for any text. */
  readonly holds?: readonly string[];
  /** IANA name; UTC by default. */
  readonly timeZone?: string;
}

/** What becomes of a snapshot, and why. */
export interface RetentionDecision {
  readonly snapshot: RetainedSnapshot;
  readonly keep: boolean;
  readonly reasons: readonly string[];
}

/** Calendar periods from the shortest on, by the name of their rule. */
const PERIODS = ["hourly", "daily", "weekly", "monthly", "yearly"] as const;
type Period = (typeof PERIODS)[number];

/** Does any rule say what to keep? Without one nothing should be forgotten. */
export function hasRules(rules: RetentionRules): boolean {
  return (
    rules.last !== undefined ||
    rules.withinMs !== undefined ||
    PERIODS.some((period) => rules[period] !== undefined)
  );
}

/** Decides over every snapshot; the newest comes first. */
export function decideRetention(
  snapshots: readonly RetainedSnapshot[],
  rules: RetentionRules,
  nowMillis: number,
): RetentionDecision[] {
  const newestFirst = [...snapshots].sort(
    (a, b) =>
      (b.startTimeMillis ?? Number.POSITIVE_INFINITY) -
        (a.startTimeMillis ?? Number.POSITIVE_INFINITY) || (a.name < b.name ? -1 : 1),
  );
  const successes = newestFirst.filter((item) => item.state === "SUCCESS");
  const reasons = new Map<RetainedSnapshot, string[]>(newestFirst.map((item) => [item, []]));
  keepLast(successes, rules, reasons);
  keepWithin(successes, rules, nowMillis, reasons);
  for (const period of PERIODS) keepPeriod(successes, period, rules, reasons);
  const newest = successes[0];
  if (newest !== undefined && reasons.get(newest)!.length === 0) {
    reasons.get(newest)!.push("the last good one");
  }
  const holds = (rules.holds ?? []).map(namePattern);
  for (const item of newestFirst) {
    if (item.held === true) reasons.get(item)!.push("held by its metadata");
    if (holds.some((hold) => hold.test(item.name))) reasons.get(item)!.push("held");
  }
  return newestFirst.map((item) => decide(item, newest, reasons.get(item)!));
}

function decide(
  item: RetainedSnapshot,
  newest: RetainedSnapshot | undefined,
  kept: readonly string[],
): RetentionDecision {
  const { state } = item;
  if (kept.length > 0) return { snapshot: item, keep: true, reasons: kept };
  const because = (keep: boolean, reason: string) => ({ snapshot: item, keep, reasons: [reason] });
  if (state === undefined || item.startTimeMillis === undefined) {
    return because(true, "it cannot be read: look at it with varve verify");
  }
  if (state === "SUCCESS") return because(false, "no rule keeps it");
  if (state !== "PARTIAL" && state !== "FAILED") return because(true, `its state is ${state}`);
  const replaced = newest !== undefined && newest.startTimeMillis! > item.startTimeMillis;
  return replaced
    ? because(false, `${state}, and a newer one succeeded`)
    : because(true, `${state}, and none succeeded since`);
}

function keepLast(
  successes: readonly RetainedSnapshot[],
  rules: RetentionRules,
  reasons: Map<RetainedSnapshot, string[]>,
): void {
  const count = rules.last ?? 0;
  for (const [at, item] of successes.slice(0, count).entries()) {
    reasons.get(item)!.push(`last ${at + 1} of ${count}`);
  }
}

function keepWithin(
  successes: readonly RetainedSnapshot[],
  rules: RetentionRules,
  nowMillis: number,
  reasons: Map<RetainedSnapshot, string[]>,
): void {
  if (rules.withinMs === undefined) return;
  for (const item of successes) {
    if (nowMillis - item.startTimeMillis! < rules.withinMs) {
      reasons.get(item)!.push("young enough");
    }
  }
}

/** The newest success of each of the newest periods that have one. */
function keepPeriod(
  successes: readonly RetainedSnapshot[],
  period: Period,
  rules: RetentionRules,
  reasons: Map<RetainedSnapshot, string[]>,
): void {
  const count = rules[period] ?? 0;
  if (count === 0) return;
  const seen = new Set<string>();
  const keyOf = periodKeys(rules.timeZone ?? "UTC");
  for (const item of successes) {
    const key = keyOf(item.startTimeMillis!, period);
    if (seen.has(key)) continue;
    if (seen.size === count) return;
    seen.add(key);
    reasons.get(item)!.push(`${period} ${seen.size} of ${count} (${key})`);
  }
}

/** Names of the periods that a time is in: 2026-11-21T08, 2026-11-21, 2026-W47, 2026-11, 2026. */
function periodKeys(timeZone: string): (millis: number, period: Period) => string {
  const format = new Intl.DateTimeFormat("en-CA", {
    timeZone,
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    hourCycle: "h23",
    timeZoneName: "longOffset",
  });
  return (millis, period) => {
    const parts = new Map(format.formatToParts(millis).map(({ type, value }) => [type, value]));
    const [year, month, day] = [parts.get("year")!, parts.get("month")!, parts.get("day")!];
    if (period === "yearly") return year;
    if (period === "monthly") return `${year}-${month}`;
    if (period === "weekly") return isoWeek(Number(year), Number(month), Number(day));
    const date = `${year}-${month}-${day}`;
    if (period === "daily") return date;
    // The hour that a clock goes through twice in autumn is two hours.
    return `${date}T${parts.get("hour")}${parts.get("timeZoneName")!.replace("GMT", "")}`;
  };
}

const DAY_MS = 86_400_000;

/** ISO 8601 week: weeks begin on Monday, and week 1 holds the year's first Thursday. */
function isoWeek(year: number, month: number, day: number): string {
  const date = Date.UTC(year, month - 1, day);
  const weekday = (new Date(date).getUTCDay() + 6) % 7;
  const thursday = date + (3 - weekday) * DAY_MS;
  const weekYear = new Date(thursday).getUTCFullYear();
  const week = Math.floor((thursday - Date.UTC(weekYear, 0, 1)) / (7 * DAY_MS)) + 1;
  return `${weekYear}-W${String(week).padStart(2, "0")}`;
}

/** A name with `*` for any text, as a pattern for whole names. */
export function namePattern(text: string): RegExp {
  const parts = text.split("*").map((part) => part.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&"));
  return new RegExp(`^${parts.join(".*")}$`, "s");
}
