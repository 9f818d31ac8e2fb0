// Where the keystore lies and what opens it, for every command that needs secrets:
//
//   file      --keystore FILE, VARVE_KEYSTORE, else opensearch.keystore beside the configuration
//             (the folder of --config, OPENSEARCH_PATH_CONF, or the current one)
//   password  --keystore-password-file FILE, VARVE_KEYSTORE_PASSWORD, else a question

import { existsSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import type { Command } from "commander";
import { illegalArgument } from "../base/index.ts";
import { KEYSTORE_FILENAME, loadKeystore, SecureSettings } from "../engine/index.ts";
import { Prompt } from "./prompt.ts";
import type { Terminal } from "./terminal.ts";

/** The question for the password. */
export const ASK_PASSWORD = "Enter password for the opensearch keystore : ";

/** The flags that name a keystore. */
export interface KeystoreFlags {
  readonly keystore?: string | undefined;
  readonly keystorePasswordFile?: string | undefined;
  /** The settings file. */
  readonly config?: string | undefined;
}

/** Adds those flags to a command. */
export function addKeystoreOptions(command: Command): Command {
  return command
    .option("--keystore <file>", `the keystore (default ${KEYSTORE_FILENAME} beside the settings)`)
    .option("--keystore-password-file <file>", "its first line is the keystore's password");
}

/** The keystore's path, whether it is there or not. */
export function keystorePath(flags: KeystoreFlags, terminal: Terminal): string {
  const { environment, folder } = terminal;
  const named = flags.keystore ?? environment["VARVE_KEYSTORE"];
  if (named !== undefined && named !== "") return resolve(folder, named);
  const configFolder =
    flags.config === undefined ? environment["OPENSEARCH_PATH_CONF"] : dirname(flags.config);
  return join(resolve(folder, configFolder ?? "."), KEYSTORE_FILENAME);
}

/** The password that was given without being asked for. */
export function givenPassword(flags: KeystoreFlags, terminal: Terminal): string | undefined {
  const file = flags.keystorePasswordFile;
  if (file === undefined) return terminal.environment["VARVE_KEYSTORE_PASSWORD"];
  const path = resolve(terminal.folder, file);
  try {
    return readFileSync(path, "utf8").replace(/\r?\n[\s\S]*$/, "");
  } catch (cause) {
    throw illegalArgument(`The password file [${path}] cannot be read`, cause);
  }
}

/**
 * The secrets of the keystore; none where there is no file. A file that was named must be there. A
 * password that was not given is asked for, if a person sits at the terminal.
 */
export async function readSecureSettings(
  flags: KeystoreFlags,
  terminal: Terminal,
): Promise<SecureSettings> {
  const path = keystorePath(flags, terminal);
  const named = flags.keystore ?? terminal.environment["VARVE_KEYSTORE"];
  if (!existsSync(path)) {
    if (named === undefined || named === "") return SecureSettings.open(path, "");
    throw illegalArgument(
      `The keystore [${path}] does not exist; make it by varve keystore create`,
    );
  }
  if (loadKeystore(path)?.hasPassword !== true) return SecureSettings.open(path, "");
  const given = givenPassword(flags, terminal);
  return SecureSettings.open(path, given ?? (await askPassword(path, terminal)));
}

async function askPassword(path: string, terminal: Terminal): Promise<string> {
  if ((terminal.stdin as { isTTY?: boolean }).isTTY !== true) {
    throw illegalArgument(
      `The keystore [${path}] has a password: give it in VARVE_KEYSTORE_PASSWORD or ` +
        "--keystore-password-file",
    );
  }
  const prompt = new Prompt(terminal);
  try {
    return await prompt.secret(ASK_PASSWORD);
  } finally {
    await prompt.close();
  }
}
