// Damage of a mounted shard says where it is.

import { corrupt, VarveError } from "../../base/index.ts";
import type { BlobDirectory } from "../../repository/index.ts";

/** Damage, with snapshot, index and shard; any other error as it is. */
export function placedDamage(error: unknown, { place }: BlobDirectory): unknown {
  if (!(error instanceof VarveError) || error.kind !== "corrupt") return error;
  const shard = `shard [${place.index}][${place.shard}]`;
  if (error.message.includes(shard)) return error;
  const message = `Damaged ${shard} of snapshot [${place.snapshot}]: ${error.message}`;
  return corrupt(message, undefined, error);
}
