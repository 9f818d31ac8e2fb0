// Questions on the terminal: lines of stdin, and secrets, which a terminal does not echo. Texts of
// questions go to stderr, so that stdout holds answers only. Upstream: org.opensearch.cli.Terminal.

import { VarveError } from "../base/index.ts";
import type { Terminal } from "./terminal.ts";

/** What stdin can do where a person sits at it. */
interface RawInput {
  readonly isTTY?: boolean;
  setRawMode?(raw: boolean): unknown;
}

const ENTER = /\r\n|\r|\n/;
const END = "\u0004";
const INTERRUPT = "\u0003";
const ERASE = /[\b\u007f]/;

/** Reads answers from a terminal's stdin. */
export class Prompt {
  private readonly terminal: Terminal;
  private input: AsyncIterator<Uint8Array> | undefined;
  private pending = "";
  private ended = false;

  constructor(terminal: Terminal) {
    this.terminal = terminal;
  }

  /** The next line of stdin; undefined at its end. */
  async line(): Promise<string | undefined> {
    for (;;) {
      const match = ENTER.exec(this.pending);
      if (match !== null) {
        const line = this.pending.slice(0, match.index);
        this.pending = this.pending.slice(match.index + match[0].length);
        return line;
      }
      if (!(await this.more())) {
        const rest = this.pending;
        this.pending = "";
        return rest === "" ? undefined : rest;
      }
    }
  }

  /** Asks for a secret: the next line, which a terminal does not show; empty at stdin's end. */
  async secret(question: string): Promise<string> {
    const input = this.terminal.stdin as RawInput;
    if (input.isTTY !== true || input.setRawMode === undefined) {
      this.terminal.stderr.write(question);
      return (await this.line()) ?? "";
    }
    // Before the question: who answers at once is not echoed either.
    input.setRawMode(true);
    this.terminal.stderr.write(question);
    try {
      return await this.hiddenLine();
    } finally {
      input.setRawMode(false);
      this.terminal.stderr.write("\n");
    }
  }

  private async hiddenLine(): Promise<string> {
    let line = "";
    for (;;) {
      for (const character of this.pending) {
        this.pending = this.pending.slice(character.length);
        if (character === INTERRUPT) throw new VarveError("aborted", "interrupted");
        if (character === END || ENTER.test(character)) return line;
        line = ERASE.test(character) ? line.slice(0, -1) : line + character;
      }
      if (!(await this.more())) return line;
    }
  }

  /** A question of yes or no; no answer is no. */
  async yesNo(question: string): Promise<boolean> {
    for (;;) {
      this.terminal.stderr.write(`${question} [y/N]`);
      const answer = (await this.line())?.trim().toLowerCase() ?? "";
      if (answer === "" || answer === "n") return false;
      if (answer === "y") return true;
      this.terminal.stderr.write(`Did not understand answer '${answer}'\n`);
    }
  }

  private async more(): Promise<boolean> {
    if (this.ended) return false;
    this.input ??= this.terminal.stdin[Symbol.asyncIterator]();
    const next = await this.input.next();
    if (next.done === true) this.ended = true;
    else this.pending += Buffer.from(next.value).toString("utf8");
    return !this.ended;
  }

  /** Lets go of stdin. */
  async close(): Promise<void> {
    this.ended = true;
    await this.input?.return?.();
  }
}
