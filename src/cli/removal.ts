// What `delete`, `cleanup` and `forget` remove, in words.

import type { DeleteResult } from "../blobstore/index.ts";
import type { CommandContext } from "./command.ts";
import { formatSize } from "./output.ts";

/** `12 blobs, 3.4 MB`. */
export function describeRemoval({ blobs, bytes }: DeleteResult): string {
  return `${blobs} ${blobs === 1 ? "blob" : "blobs"}, ${formatSize(bytes)}`;
}

/** Says that nothing was changed, on stderr. */
export function noteDryRun(context: CommandContext): void {
  context.output.note("Nothing was changed: this was a dry run.");
}
