// What the demo shows: progress bars on a terminal, a line a step, and a closing table.

import { isDeepStrictEqual } from "node:util";
import { SingleBar } from "cli-progress";

interface Row {
  readonly title: string;
  readonly seconds: number;
  readonly note: string;
}

/** A bar that moves; a line a quarter where the output is no terminal. */
export interface ProgressBar {
  advance(count: number): void;
  end(): void;
}

/** Times steps, keeps comparisons, prints the table. */
export class Report {
  private readonly rows: Row[] = [];
  private readonly checks: {
    readonly title: string;
    readonly held: boolean;
    readonly note: string;
  }[] = [];
  private failure: string | undefined;

  /** Did every comparison hold, and was there at least one? */
  get ok(): boolean {
    return (
      this.failure === undefined &&
      this.checks.length > 0 &&
      this.checks.every((check) => check.held)
    );
  }

  /** Runs a step; its note is the answer, or what `describe` makes of it. */
  async step<T>(
    title: string,
    work: () => Promise<T>,
    describe?: (result: T) => string,
  ): Promise<T> {
    const start = performance.now();
    const result = await work();
    const seconds = (performance.now() - start) / 1000;
    const note = describe === undefined ? String(result) : describe(result);
    this.rows.push({ title, seconds, note });
    process.stdout.write(`${title.padEnd(30)} ${seconds.toFixed(2).padStart(7)} s  ${note}\n`);
    return result;
  }

  bar(title: string, total: number): ProgressBar {
    if (!process.stdout.isTTY) return quarterLines(title, total);
    const bar = new SingleBar({
      format: `  ${title.padEnd(26)} [{bar}] {percentage}% {value}/{total}`,
      clearOnComplete: true,
    });
    bar.start(total, 0);
    return { advance: (count) => bar.increment(count), end: () => bar.stop() };
  }

  /** Keeps a comparison. */
  check(title: string, actual: unknown, expected: unknown): void {
    const held = isDeepStrictEqual(actual, expected);
    const show = (value: unknown) => JSON.stringify(value).slice(0, 200);
    this.checks.push({
      title,
      held,
      note: held ? "" : `expected ${show(expected)}, found ${show(actual)}`,
    });
  }

  fail(message: string): void {
    this.failure = message;
  }

  /** The closing table. */
  print(): void {
    const width = Math.max(...this.rows.map((row) => row.title.length));
    const line = "─".repeat(width + 60);
    const total = this.rows.reduce((sum, row) => sum + row.seconds, 0);
    const out = [`\n${line}`];
    for (const row of this.rows)
      out.push(`${row.title.padEnd(width)} ${row.seconds.toFixed(2).padStart(8)} s  ${row.note}`);
    out.push(`${"Together".padEnd(width)} ${total.toFixed(2).padStart(8)} s`, line);
    for (const check of this.checks)
      out.push(
        `${check.held ? "✓" : "✗"} ${check.title}${check.note === "" ? "" : `: ${check.note}`}`,
      );
    if (this.failure !== undefined) out.push(`✗ ${this.failure}`);
    out.push(this.ok ? "Every comparison held." : "The demo failed.");
    process.stdout.write(`${out.join("\n")}\n`);
  }
}

/** Tells of a long step without moving the cursor. */
function quarterLines(title: string, total: number): ProgressBar {
  let done = 0;
  let told = 0;
  return {
    advance(count) {
      done += count;
      const quarter = Math.floor((done * 4) / total);
      if (quarter <= told || total < 10_000) return;
      told = quarter;
      process.stdout.write(`  ${title}: ${Math.min(quarter, 4) * 25}%\n`);
    },
    end() {},
  };
}
