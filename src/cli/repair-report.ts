// What a repair does, as `varve repair` and `varve verify --repair-plan` say it.

import type { RepairPlan, VerifyResult } from "../repository/index.ts";
import type { CommandContext } from "./command.ts";

/** Prints a plan, or answers it as JSON; `done` once it was carried out. */
export async function printRepair(
  { output }: CommandContext,
  result: VerifyResult,
  plan: RepairPlan,
  done = false,
): Promise<void> {
  if (output.json) {
    const actions = plan.actions.map(({ kind, blob, message }) => ({ kind, blob, message }));
    await output.value({
      done,
      findings: result.findings,
      actions,
      lost: plan.lost,
      guesses: plan.guesses,
    });
    return;
  }
  for (const { blob, message } of plan.actions) await output.line(`${blob}\n  ${message}`);
  for (const guess of plan.guesses) await output.line(`guessed: ${guess}`);
  for (const { snapshot, index, shard, file, reason } of plan.lost) {
    const place = [
      `snapshot ${snapshot}`,
      index === null ? "" : `index ${index}`,
      shard === null ? "" : `shard ${shard}`,
      file === null ? "" : `file ${file}`,
    ].filter((part) => part !== "");
    await output.line(`lost: ${place.join(", ")}\n  ${reason.replaceAll("\n", " ")}`);
  }
  const [blobs, lost] = [plan.actions.length, plan.lost.length];
  if (blobs === 0 && lost === 0) await output.line("nothing to repair");
  else await output.line(`${done ? "wrote" : "would write"} ${blobs} blobs; lost: ${lost}`);
}
