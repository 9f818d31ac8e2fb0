// `varve clone`: a snapshot under another name, of all or some of its indices; no data is copied.

import { VarveError } from "../base/index.ts";
import { namePattern } from "../control/index.ts";
import type { CloneRequest } from "../repository/index.ts";
import { type CommandSpec, EXIT, textArgument } from "./command.ts";

const ATTEMPTS_MAX = 10;

/** `varve clone` */
export const command: CommandSpec = {
  name: "clone",
  summary: "make a snapshot of (some of) the indices of another one, without copying data",
  define: (it) =>
    void it
      .argument("<repo>", "folder or URL of the repository")
      .argument("<source>", "the snapshot to clone")
      .argument("<target>", "name of the new snapshot")
      .option("--indices <patterns>", "comma list of names; * stands for any text", "*"),
  async run(context, args, options) {
    const { output, signal } = context;
    const { repository } = await context.openRepository(textArgument(args, 0));
    const source = await repository.findSnapshot(textArgument(args, 1), signal);
    const sourceInfo = await repository.getSnapshotInfo(source, signal);
    const patterns = String(options["indices"]).split(",");
    const matchers = patterns.map(namePattern);
    const request: CloneRequest = {
      source: source.name,
      target: textArgument(args, 2),
      patterns,
      select: (names) => names.filter((name) => matchers.some((matcher) => matcher.test(name))),
      versionId: sourceInfo.versionId,
    };
    const info = await planAgain(() => repository.cloneSnapshot(request), signal);
    const { snapshotId, indices, totalShards } = info;
    if (output.json) await output.value({ snapshot: snapshotId, indices, shards: totalShards });
    else await output.line(`${snapshotId.name}: ${counted(indices.length, totalShards)}`);
    return EXIT.ok;
  },
};

/** Beside another writer the clone is planned again on what that one wrote. */
async function planAgain<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      signal.throwIfAborted();
      if (attempt === ATTEMPTS_MAX || !isConflict(error)) throw error;
    }
  }
}

function isConflict(error: unknown): boolean {
  if (!(error instanceof VarveError)) return false;
  return error.kind === "conflict" || isConflict(error.cause);
}

function counted(indices: number, shards: number): string {
  const index = indices === 1 ? "index" : "indices";
  return `${indices} ${index}, ${shards} ${shards === 1 ? "shard" : "shards"}`;
}
