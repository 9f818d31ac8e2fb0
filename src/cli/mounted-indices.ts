// Opening indices of a snapshot for a command that reads them where they lie, and telling what
// that cost.

import { type MountedIndices, type MountOptions, openSnapshotIndices } from "../engine/index.ts";
import type { CommandContext, OpenedRepository } from "./command.ts";
import { formatDuration, formatSize } from "./output.ts";

/** Indices that are open, and how to say what they cost. */
export interface OpenedIndices {
  readonly mounted: MountedIndices;
  /** One line: requests, bytes, rounds, time. */
  describeCost(): string;
  close(): void;
}

/** Opens `indices` (names and wildcards) of a snapshot. */
export async function openIndices(
  context: CommandContext,
  repositoryText: string,
  snapshot: string,
  indices: readonly string[],
  options: Partial<MountOptions> = {},
): Promise<OpenedIndices> {
  const { clock, random, signal } = context;
  const started = clock.monotonic();
  const opened = await context.openRepository(repositoryText, { readonly: true });
  const mountOptions = { clock, random, signal, ...options };
  const mounted = await openSnapshotIndices(opened.repository, snapshot, indices, mountOptions);
  return {
    mounted,
    describeCost: () => costOf(opened, mounted, clock.monotonic() - started),
    close: () => mounted.close(),
  };
}

function costOf({ metrics }: OpenedRepository, mounted: MountedIndices, millis: number): string {
  const calls = Object.values(metrics);
  const requests = calls.reduce((sum, call) => sum + call.calls, 0);
  const bytes = calls.reduce((sum, call) => sum + call.bytes, 0);
  const { statistics } = mounted.pages;
  return (
    `${requests} requests, ${formatSize(bytes)}, ${formatDuration(millis)} ` +
    `(of which pages: ${statistics.requests} requests, ${formatSize(statistics.bytes)}, ` +
    `${statistics.rounds} rounds)`
  );
}

/** `a,b-*` and several arguments mean the same. */
export function indexExpressions(text: string): string[] {
  return text.split(",").filter((name) => name !== "");
}
