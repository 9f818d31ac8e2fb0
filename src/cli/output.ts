// How a command answers: a table for people or JSON for scripts on stdout; notes and progress on
// stderr. `--quiet` silences notes and progress, never an answer or an error.

import { SingleBar } from "cli-progress";
import type { Clock } from "../base/index.ts";
import { encodeJson, type XContentValue } from "../xcontent/index.ts";
import type { Terminal, TerminalStream } from "./terminal.ts";

/** A column of a table. */
export interface Column {
  readonly title: string;
  /** Numbers and sizes stand right. */
  readonly right?: boolean;
}

/** Long work that a person waits for. */
export interface Progress {
  /** Adds to what is done. */
  advance(amount: number): void;
  /** Sets what there is to do in all, once it is known. */
  setTotal(total: number): void;
  /** Takes the bar away. */
  stop(): void;
}

const SILENT: Progress = { advance() {}, setTotal() {}, stop() {} };
const REDRAWS_PER_SECOND = 10;
/** Rows of a table that are text at the same time. */
const ROWS_AT_ONCE = 1000;

/** The answers of one command. */
export class Output {
  /** The answer is JSON. */
  readonly json: boolean;
  readonly quiet: boolean;
  private readonly terminal: Terminal;
  private readonly clock: Clock;
  private readonly bars = new Set<Progress>();

  constructor(terminal: Terminal, clock: Clock, options: { json: boolean; quiet: boolean }) {
    this.terminal = terminal;
    this.clock = clock;
    this.json = options.json;
    this.quiet = options.quiet;
  }

  /** True if a person reads stdout. */
  get isTerminal(): boolean {
    return this.terminal.stdout.isTTY === true;
  }

  /** Writes to stdout; resolves when more may be written. */
  write(chunk: string | Uint8Array): Promise<void> {
    return writeTo(this.terminal.stdout, chunk);
  }

  /** A line on stdout. */
  line(text: string): Promise<void> {
    return this.write(`${text}\n`);
  }

  /** A value as JSON on stdout: indented for a person, one line for a pipe. */
  value(value: unknown): Promise<void> {
    return this.line(encodeJson(value as XContentValue, this.isTerminal ? 2 : 0));
  }

  /** Rows under their titles; every column as wide as its widest cell. */
  async table(columns: readonly Column[], rows: readonly (readonly string[])[]): Promise<void> {
    const widths = widthsOf(columns, rows);
    await this.write(tableLines(columns, widths, [titlesOf(columns)]));
    for (let from = 0; from < rows.length; from += ROWS_AT_ONCE) {
      await this.write(tableLines(columns, widths, rows.slice(from, from + ROWS_AT_ONCE)));
    }
  }

  /** A remark on stderr. */
  note(text: string): void {
    if (!this.quiet) this.terminal.stderr.write(`${text}\n`);
  }

  /** A bar on stderr where that is a terminal. `unit` is shown behind the numbers. */
  progress(label: string, total: number, unit: "bytes" | "blobs" | "docs" | "shards"): Progress {
    if (this.quiet || this.terminal.stderr.isTTY !== true) return SILENT;
    const bar = new SingleBar({
      stream: this.terminal.stderr as NodeJS.WritableStream,
      format: `${label} {bar} {percentage}% {shown} ${unit === "bytes" ? "" : unit}`,
      hideCursor: true,
      clearOnComplete: true,
      fps: REDRAWS_PER_SECOND,
      gracefulExit: false,
    });
    let [done, all] = [0, total];
    const shown = () => `${formatAmount(done, unit)}/${formatAmount(all, unit)}`;
    bar.start(Math.max(all, 1), 0, { shown: shown() });
    let drawn = this.clock.monotonic();
    const progress: Progress = {
      advance: (amount) => {
        done += amount;
        const now = this.clock.monotonic();
        if (now - drawn < 1000 / REDRAWS_PER_SECOND) return;
        drawn = now;
        bar.update(done, { shown: shown() });
      },
      setTotal: (value) => {
        all = value;
        bar.setTotal(Math.max(all, 1));
      },
      stop: () => {
        if (this.bars.delete(progress)) bar.stop();
      },
    };
    this.bars.add(progress);
    return progress;
  }

  /** Takes every bar away that is still there. */
  close(): void {
    for (const bar of [...this.bars]) bar.stop();
  }
}

function writeTo(stream: TerminalStream, chunk: string | Uint8Array): Promise<void> {
  if (chunk.length === 0 || stream.write(chunk)) return Promise.resolve();
  return new Promise((resolve, reject) => {
    const onDrain = () => {
      stream.removeListener("error", onError);
      resolve();
    };
    const onError = (error?: Error) => {
      stream.removeListener("drain", onDrain);
      reject(error ?? new Error("the output was closed"));
    };
    stream.once("drain", onDrain);
    stream.once("error", onError);
  });
}

/** C0 and C1 controls, and those that turn the direction of a line. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
const CONTROLS = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g;

/** Text from a repository as a terminal may show it: names there can hold what steers terminals. */
export function printable(text: string, newline = "\n"): string {
  return text.replace(CONTROLS, "\ufffd").replaceAll("\n", newline);
}

const titlesOf = (columns: readonly Column[]) => columns.map((column) => column.title);

function widthsOf(columns: readonly Column[], rows: readonly (readonly string[])[]): number[] {
  return columns.map((column, at) =>
    rows.reduce((width, row) => Math.max(width, cellOf(row, at).length), column.title.length),
  );
}

const cellOf = (row: readonly string[], at: number) => printable(row[at] ?? "", " ");

function tableLines(
  columns: readonly Column[],
  widths: readonly number[],
  rows: readonly (readonly string[])[],
): string {
  let text = "";
  for (const row of rows) {
    const cells = columns.map(({ right }, at) => {
      const cell = cellOf(row, at);
      return right === true ? cell.padStart(widths[at]!) : cell.padEnd(widths[at]!);
    });
    text += `${cells.join("  ").trimEnd()}\n`;
  }
  return text;
}

/** A table as text. */
export function formatTable(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
): string {
  return tableLines(columns, widthsOf(columns, rows), [titlesOf(columns), ...rows]);
}

function formatAmount(amount: number, unit: string): string {
  return unit === "bytes" ? formatSize(amount) : amount.toLocaleString("en");
}

/** `1.5 GB`: three digits and a unit of 1024. */
export function formatSize(bytes: number): string {
  const units = ["B", "KB", "MB", "GB", "TB", "PB"];
  let value = bytes;
  let unit = 0;
  for (; Math.abs(value) >= 1024 && unit < units.length - 1; unit++) value /= 1024;
  const digits = unit === 0 || Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2;
  return `${value.toFixed(digits)} ${units[unit]}`;
}

/** `2026-01-31 08:15:00` in UTC. */
export function formatTime(millis: number): string {
  return new Date(millis).toISOString().slice(0, 19).replace("T", " ");
}

/** `350ms`, `4.2s`, `3m12s`, `2h05m`. */
export function formatDuration(millis: number): string {
  if (millis < 1000) return `${Math.round(millis)}ms`;
  if (millis < 60_000) return `${(millis / 1000).toFixed(1)}s`;
  const seconds = Math.round(millis / 1000);
  const pad = (value: number) => String(value).padStart(2, "0");
  if (seconds < 3600) return `${Math.floor(seconds / 60)}m${pad(seconds % 60)}s`;
  return `${Math.floor(seconds / 3600)}h${pad(Math.floor((seconds % 3600) / 60))}m`;
}
