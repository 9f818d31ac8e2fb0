// `varve keystore`: the secrets of a node, in OpenSearch's own keystore file. Actions, questions,
// answers and exit codes are those of opensearch-keystore; `show` is new.
//
//   CODE  MEANING (sysexits.h, as opensearch-keystore answers)
//    0    fine
//    1    has-passwd: there is no password
//    64   usage
//    65   the keystore is missing or damaged, or the password is wrong
//    74   a file cannot be read or written
//    78   the setting is not in the keystore

import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { VarveError } from "../base/index.ts";
import { Keystore, loadKeystore, openKeystore } from "../engine/index.ts";
import {
  type CommandArguments,
  type CommandContext,
  type CommandOptions,
  type CommandSpec,
  EXIT,
} from "./command.ts";
import {
  ASK_PASSWORD,
  addKeystoreOptions,
  givenPassword,
  type KeystoreFlags,
  keystorePath,
} from "./keystore-source.ts";
import { Prompt } from "./prompt.ts";

const SYSEXIT = { noPassword: 1, usage: 64, data: 65, io: 74, config: 78 } as const;
const MISSING = "OpenSearch keystore not found";

interface KeystoreOptions extends KeystoreFlags {
  readonly stdin?: boolean;
  readonly force?: boolean;
  readonly password?: boolean;
}

/** What every action works with. */
interface Call {
  readonly context: CommandContext;
  readonly prompt: Prompt;
  readonly path: string;
  readonly options: KeystoreOptions;
  readonly names: readonly string[];
}

/** A refusal with the exit code of opensearch-keystore. */
class KeystoreRefusal extends Error {
  readonly code: number;

  constructor(code: number, message: string) {
    super(message);
    this.code = code;
  }
}

type Action = (call: Call) => Promise<void>;

const ACTIONS: Readonly<Record<string, Action>> = {
  create,
  list,
  add,
  "add-file": addFiles,
  remove,
  show,
  passwd: changePassword,
  "has-passwd": hasPassword,
  upgrade,
};

/** `varve keystore` */
export const command: CommandSpec = {
  name: "keystore",
  summary: "keep secrets in an OpenSearch keystore: create, list, add, remove, …",
  define: (it) =>
    void addKeystoreOptions(it)
      .argument("<action>", Object.keys(ACTIONS).join(", "))
      .argument("[names...]", "settings; of add-file, pairs of setting and file")
      .option("-x, --stdin", "add: read values from stdin, one a line")
      .option("-f, --force", "add, add-file: overwrite, and create, without asking")
      .option("-p, --password", "create: ask for a password"),
  async run(context, args, options) {
    const call = callOf(context, args, options);
    try {
      await actionOf(args[0])(call);
      return EXIT.ok;
    } catch (error) {
      const [code, message] = refusalOf(error);
      context.terminal.stderr.write(`ERROR: ${message}\n`);
      return code;
    } finally {
      await call.prompt.close();
    }
  },
};

function callOf(context: CommandContext, args: CommandArguments, given: CommandOptions): Call {
  const options = given as KeystoreOptions;
  const names = Array.isArray(args[1]) ? args[1] : [];
  const path = keystorePath(options, context.terminal);
  return { context, prompt: new Prompt(context.terminal), path, options, names };
}

function actionOf(name: unknown): Action {
  const action = typeof name === "string" ? ACTIONS[name] : undefined;
  if (action !== undefined) return action;
  const known = Object.keys(ACTIONS).join(", ");
  throw new KeystoreRefusal(SYSEXIT.usage, `Unknown action [${name}]; known are ${known}`);
}

function refusalOf(error: unknown): [number, string] {
  if (error instanceof KeystoreRefusal) return [error.code, error.message];
  if (!(error instanceof VarveError) || error.kind === "aborted") throw error;
  const isIo = error.type === "i_o_exception" || error.kind === "unavailable";
  return [isIo ? SYSEXIT.io : SYSEXIT.data, error.message];
}

/** Opens the keystore; where it may be made, asks whether it should be. */
async function open(call: Call, mayCreate: boolean): Promise<[Keystore, string] | undefined> {
  const { context, prompt, path, options } = call;
  const sealed = loadKeystore(path);
  if (sealed !== undefined) {
    const password = sealed.hasPassword ? await passwordOf(call) : "";
    return [openKeystore(sealed, password, path), password];
  }
  if (!mayCreate) {
    const advice = "Use 'create' command to create one.";
    throw new KeystoreRefusal(SYSEXIT.data, `${MISSING} at [${path}]. ${advice}`);
  }
  const question = "The opensearch keystore does not exist. Do you want to create it?";
  if (options.force !== true && !(await prompt.yesNo(question))) {
    await context.output.line("Exiting without creating keystore.");
    return undefined;
  }
  const keystore = Keystore.create(context.random);
  keystore.save(path, "", context.random);
  return [keystore, ""];
}

async function passwordOf({ prompt, options, context }: Call): Promise<string> {
  return givenPassword(options, context.terminal) ?? (await prompt.secret(ASK_PASSWORD));
}

async function newPassword({ prompt }: Call): Promise<string> {
  const password = await prompt.secret(
    "Enter new password for the opensearch keystore (empty for no password): ",
  );
  if ((await prompt.secret("Enter same password again: ")) === password) return password;
  throw new KeystoreRefusal(SYSEXIT.data, "Passwords are not equal, exiting.");
}

async function create(call: Call): Promise<void> {
  const { context, prompt, path, options } = call;
  const password = options.password === true ? await newPassword(call) : "";
  const question = "An opensearch keystore already exists. Overwrite?";
  if (existsSync(path) && options.force !== true && !(await prompt.yesNo(question))) {
    return context.output.line("Exiting without creating keystore.");
  }
  Keystore.create(context.random).save(path, password, context.random);
  await context.output.line(`Created opensearch keystore in ${path}`);
}

async function list(call: Call): Promise<void> {
  const [keystore] = (await open(call, false))!;
  const { output } = call.context;
  if (output.json) await output.value({ settings: keystore.names() });
  else for (const name of keystore.names()) await output.line(name);
}

/** May `name` be written? Asks where it is there already. */
async function mayWrite(call: Call, keystore: Keystore, name: string): Promise<boolean> {
  if (!keystore.has(name) || call.options.force === true) return true;
  if (await call.prompt.yesNo(`Setting ${name} already exists. Overwrite?`)) return true;
  await call.context.output.line("Exiting without modifying keystore.");
  return false;
}

async function add(call: Call): Promise<void> {
  const { context, prompt, path, options, names } = call;
  if (names.length === 0) {
    throw new KeystoreRefusal(SYSEXIT.usage, "the setting names can not be empty");
  }
  const opened = await open(call, true);
  if (opened === undefined) return;
  const [keystore, password] = opened;
  for (const name of names) {
    if (!(await mayWrite(call, keystore, name))) return;
    const question = `Enter value for ${name}: `;
    const value = options.stdin === true ? await prompt.line() : await prompt.secret(question);
    keystore.set(name, value ?? "");
  }
  keystore.save(path, password, context.random);
}

async function addFiles(call: Call): Promise<void> {
  const { context, path, names } = call;
  if (names.length === 0) throw new KeystoreRefusal(SYSEXIT.usage, "Missing setting name");
  if (names.length % 2 !== 0) {
    throw new KeystoreRefusal(SYSEXIT.usage, "settings and filenames must come in pairs");
  }
  const opened = await open(call, true);
  if (opened === undefined) return;
  const [keystore, password] = opened;
  for (let i = 0; i < names.length; i += 2) {
    const name = names[i]!;
    if (!(await mayWrite(call, keystore, name))) return;
    keystore.set(name, readFile(resolve(context.terminal.folder, names[i + 1]!)));
  }
  keystore.save(path, password, context.random);
}

function readFile(path: string): Uint8Array {
  if (!existsSync(path)) {
    throw new KeystoreRefusal(SYSEXIT.io, `File [${path}] does not exist`);
  }
  try {
    return readFileSync(path);
  } catch (error) {
    const { message } = error as Error;
    throw new KeystoreRefusal(SYSEXIT.io, `File [${path}] cannot be read: ${message}`);
  }
}

async function remove(call: Call): Promise<void> {
  const { context, path, names } = call;
  if (names.length === 0) {
    throw new KeystoreRefusal(SYSEXIT.usage, "Must supply at least one setting to remove");
  }
  const [keystore, password] = (await open(call, false))!;
  for (const name of names) {
    if (!keystore.remove(name)) throw notThere(name);
  }
  keystore.save(path, password, context.random);
}

async function show(call: Call): Promise<void> {
  const { output } = call.context;
  const [name] = call.names;
  if (name === undefined || call.names.length > 1) {
    throw new KeystoreRefusal(SYSEXIT.usage, "Must supply exactly one setting to show");
  }
  const [keystore] = (await open(call, false))!;
  const value = keystore.bytes(name);
  if (value === undefined) throw notThere(name);
  await output.write(value);
  if (output.isTerminal) await output.line("");
}

function notThere(name: string): KeystoreRefusal {
  return new KeystoreRefusal(SYSEXIT.config, `Setting [${name}] does not exist in the keystore.`);
}

async function changePassword(call: Call): Promise<void> {
  const { context, path } = call;
  const [keystore] = (await open(call, false))!;
  keystore.save(path, await newPassword(call), context.random);
  await context.output.line("OpenSearch keystore password changed successfully.");
}

async function hasPassword({ context, path }: Call): Promise<void> {
  const sealed = loadKeystore(path);
  if (sealed === undefined) throw new KeystoreRefusal(SYSEXIT.noPassword, MISSING);
  if (!sealed.hasPassword) {
    throw new KeystoreRefusal(SYSEXIT.noPassword, "Keystore is not password-protected");
  }
  await context.output.line("Keystore is password-protected");
}

async function upgrade(call: Call): Promise<void> {
  const { context, path } = call;
  const [keystore, password] = (await open(call, false))!;
  if (keystore.upgrade(context.random)) keystore.save(path, password, context.random);
}
