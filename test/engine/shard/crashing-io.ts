// File I/O that kills the process at a chosen step, as `kill -9` would: before the step, in the
// middle of it (a torn write), or after it and before anybody hears of it.

import { basename } from "node:path";
import { type FileIo, nodeFileIo, type WritableFile } from "../../../src/base/index.ts";

/** Steps by what they do, so that crashes can be spread over all of them. */
export type CrashStep =
  | "translog-append"
  | "translog-sync"
  | "translog-roll"
  | "translog-trim"
  | "checkpoint"
  | "segment-create"
  | "segment-write"
  | "segment-sync"
  | "segment-delete"
  | "commit-write"
  | "commit-sync"
  | "commit-rename"
  | "directory-sync";

export const CRASH_STEPS: readonly CrashStep[] = [
  "translog-append",
  "translog-sync",
  "translog-roll",
  "translog-trim",
  "checkpoint",
  "segment-create",
  "segment-write",
  "segment-sync",
  "segment-delete",
  "commit-write",
  "commit-sync",
  "commit-rename",
  "directory-sync",
];

export interface CrashPlan {
  readonly step: CrashStep;
  /** The process dies at this occurrence of the step, from 1. */
  readonly occurrence: number;
  readonly when: "before" | "torn" | "after";
  /** Which part of a torn write reaches the file, 0…1. */
  readonly tornPart: number;
}

function stepOf(
  path: string,
  action: "create" | "write" | "sync" | "delete",
): CrashStep | undefined {
  const name = basename(path);
  if (name === "translog.ckp") return action === "write" ? "checkpoint" : undefined;
  if (name.endsWith(".tlog")) {
    const steps = {
      create: "translog-roll",
      write: "translog-append",
      sync: "translog-sync",
      delete: "translog-trim",
    } as const;
    return steps[action];
  }
  if (name.includes("segments_")) {
    return action === "write" ? "commit-write" : action === "sync" ? "commit-sync" : undefined;
  }
  return name.startsWith("_") ? `segment-${action}` : undefined;
}

/** Node's files, until the planned step. */
export function crashingIo(plan: CrashPlan, die: (step: string) => void): FileIo {
  let seen = 0;
  const isDue = (step: CrashStep | undefined) => step === plan.step && ++seen === plan.occurrence;
  const at = <T>(step: CrashStep | undefined, action: () => T): T => {
    if (!isDue(step)) return action();
    if (plan.when !== "after") die(plan.step);
    const result = action();
    die(plan.step);
    return result;
  };
  const atAsync = async (step: CrashStep | undefined, action: () => Promise<void>) => {
    if (!isDue(step)) return await action();
    if (plan.when !== "after") die(plan.step);
    await action();
    die(plan.step);
  };
  const tear = (file: WritableFile, bytes: Uint8Array, position: number) => {
    file.write(bytes.subarray(0, Math.floor(bytes.length * plan.tornPart)), position);
    die(plan.step);
  };
  const wrap = (file: WritableFile): WritableFile => {
    const step = stepOf(file.path, "write");
    return {
      path: file.path,
      write(bytes, position) {
        if (plan.when === "torn" && step === plan.step && seen + 1 === plan.occurrence) {
          tear(file, bytes, position);
        }
        at(step, () => file.write(bytes, position));
      },
      async writeAsync(bytes, position) {
        if (plan.when === "torn" && step === plan.step && seen + 1 === plan.occurrence) {
          tear(file, bytes, position);
        }
        await atAsync(step, () => file.writeAsync(bytes, position));
      },
      truncate: (length) => file.truncate(length),
      sync: () => at(stepOf(file.path, "sync"), () => file.sync()),
      syncAsync: () => atAsync(stepOf(file.path, "sync"), () => file.syncAsync()),
      close: () => file.close(),
    };
  };
  return {
    ...nodeFileIo,
    openWrite(path, mode) {
      const step = mode === "exclusive" ? stepOf(path, "create") : undefined;
      return wrap(at(step, () => nodeFileIo.openWrite(path, mode)));
    },
    rename: (source, target) => at("commit-rename", () => nodeFileIo.rename(source, target)),
    remove: (path) => at(stepOf(path, "delete"), () => nodeFileIo.remove(path)),
    removeAsync: (path) => atAsync(stepOf(path, "delete"), () => nodeFileIo.removeAsync(path)),
    syncDirectory: (path) => at("directory-sync", () => nodeFileIo.syncDirectory(path)),
    syncDirectoryAsync: (path) =>
      atAsync("directory-sync", () => nodeFileIo.syncDirectoryAsync(path)),
  };
}
