// Every command by its name. A command's module is loaded when it is used, so that `varve ls` does
// not wait for the server.

import type { CommandSpec } from "./command.ts";

/** A command before it is loaded. */
export interface CommandEntry {
  readonly name: string;
  readonly load: () => Promise<{ readonly command: CommandSpec }>;
}

/** All commands, as `varve help` lists them. */
export const COMMANDS: readonly CommandEntry[] = [
  { name: "serve", load: () => import("./cmd-serve.ts") },
  { name: "ls", load: () => import("./cmd-ls.ts") },
  { name: "show", load: () => import("./cmd-show.ts") },
  { name: "search", load: () => import("./cmd-search.ts") },
  { name: "get", load: () => import("./cmd-get.ts") },
  { name: "export", load: () => import("./cmd-export.ts") },
  { name: "log", load: () => import("./cmd-log.ts") },
  { name: "diff", load: () => import("./cmd-diff.ts") },
  { name: "find", load: () => import("./cmd-find.ts") },
  { name: "verify", load: () => import("./cmd-verify.ts") },
  { name: "repair", load: () => import("./cmd-repair.ts") },
  { name: "du", load: () => import("./cmd-du.ts") },
  { name: "restore", load: () => import("./cmd-restore.ts") },
  { name: "copy", load: () => import("./cmd-copy.ts") },
  { name: "migrate", load: () => import("./cmd-migrate.ts") },
  { name: "delete", load: () => import("./cmd-delete.ts") },
  { name: "cleanup", load: () => import("./cmd-cleanup.ts") },
  { name: "clone", load: () => import("./cmd-clone.ts") },
  { name: "forget", load: () => import("./cmd-forget.ts") },
  { name: "keystore", load: () => import("./cmd-keystore.ts") },
  { name: "request", load: () => import("./cmd-request.ts") },
  { name: "iam", load: () => import("./cmd-iam.ts") },
  { name: "doctor", load: () => import("./cmd-doctor.ts") },
  { name: "completion", load: () => import("./cmd-completion.ts") },
];
