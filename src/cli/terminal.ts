// What a command sees of the process: streams, environment, folder. Tests give their own.

/** A stream that a command writes to. */
export interface TerminalStream {
  write(chunk: string | Uint8Array): boolean;
  once(event: "drain" | "error", listener: (error?: Error) => void): unknown;
  removeListener(event: "drain" | "error", listener: (error?: Error) => void): unknown;
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
}

/** The process around a command. */
export interface Terminal {
  readonly stdin: AsyncIterable<Uint8Array>;
  readonly stdout: TerminalStream;
  readonly stderr: TerminalStream;
  readonly environment: NodeJS.ProcessEnv;
  /** The folder that relative paths are of. */
  readonly folder: string;
  /** Calls back when the user wants to stop (Ctrl-C, SIGTERM); the answer ends the listening. */
  onInterrupt(listener: () => void): () => void;
}

/** The process's own terminal. */
export function processTerminal(): Terminal {
  return {
    stdin: process.stdin,
    stdout: process.stdout,
    stderr: process.stderr,
    environment: process.env,
    folder: process.cwd(),
    onInterrupt(listener) {
      for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, listener);
      return () => {
        for (const signal of ["SIGINT", "SIGTERM"] as const) process.off(signal, listener);
      };
    },
  };
}
