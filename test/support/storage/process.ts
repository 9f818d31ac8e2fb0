// Servers that storage tests start for themselves: provisioned once per machine into `.cache/`,
// started on loopback, stopped by their own process group. A test file reads like this:
//
//   const skip = await storageSkip("SeaweedFS", () => provisionOnce("seaweedfs-4.48", fetchWeed));
//   describe.skipIf(skip !== undefined)("the s3 provider", () => { beforeAll(start); … });

import { type ChildProcess, execFile, spawn } from "node:child_process";
import {
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmdirSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { basename, join, resolve } from "node:path";
import { promisify } from "node:util";

const CACHE = resolve(import.meta.dirname, "../../../.cache");
const LOCK_STALE_MS = 60_000;
const LOCK_WAIT_MS = 300_000;
const STOP_MS = 10_000;

/** Sleeps. */
export const sleep = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));

/** Runs a command to its end; answers what it printed, or throws with what it said. */
export async function runCommand(
  command: string,
  args: readonly string[],
  options: { cwd?: string; env?: Record<string, string>; timeoutMs?: number } = {},
): Promise<string> {
  const { stdout } = await promisify(execFile)(command, [...args], {
    maxBuffer: 64 * 1024 * 1024,
    timeout: options.timeoutMs ?? 300_000,
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    env: { ...process.env, ...options.env },
  });
  return stdout;
}

/** Runs the task while no other process holds the lock of this name. */
export async function withLock<T>(name: string, task: () => Promise<T>): Promise<T> {
  mkdirSync(CACHE, { recursive: true });
  const lock = join(CACHE, `${name}.lock`);
  for (let waited = 0; ; waited += 200) {
    try {
      mkdirSync(lock);
      break;
    } catch {
      if (lockAgeMs(lock) > LOCK_STALE_MS) rmSync(lock, { recursive: true, force: true });
      if (waited > LOCK_WAIT_MS) throw new Error(`Gave up waiting for ${lock}`);
      await sleep(200);
    }
  }
  // Whoever holds the lock says so every few seconds: a long download is no crash.
  const beat = setInterval(() => utimesSync(lock, new Date(), new Date()), 5_000);
  try {
    return await task();
  } finally {
    clearInterval(beat);
    rmdirSync(lock);
  }
}

function lockAgeMs(lock: string): number {
  try {
    return Date.now() - statSync(lock).mtimeMs;
  } catch {
    return 0;
  }
}

const provisioned = new Map<string, Promise<string>>();

/**
 * The folder `.cache/<name>`, filled by `fill` once per machine. A fill that fails leaves nothing;
 * the name holds the version, so that a newer one is another folder.
 */
export function provisionOnce(
  name: string,
  fill: (folder: string) => Promise<void>,
): Promise<string> {
  let pending = provisioned.get(name);
  if (pending === undefined) {
    pending = withLock(name, () => provision(name, fill));
    provisioned.set(name, pending);
  }
  return pending;
}

async function provision(name: string, fill: (folder: string) => Promise<void>): Promise<string> {
  const folder = join(CACHE, name);
  const marker = join(folder, ".complete");
  if (existsSync(marker)) return folder;
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  try {
    await fill(folder);
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
  writeFileSync(marker, "");
  return folder;
}

/**
 * Why the tests of a server are skipped here, or undefined once `provide` is through. Throws
 * instead where VARVE_INTEROP=required.
 */
export async function storageSkip(
  server: string,
  provide: () => Promise<unknown>,
): Promise<string | undefined> {
  try {
    await provide();
    return undefined;
  } catch (error) {
    const reason = `${server} cannot be provided here: ${(error as Error).message}`;
    if (process.env["VARVE_INTEROP"] === "required") {
      throw new Error(`VARVE_INTEROP=required, but ${reason}`);
    }
    console.warn(`Skipping tests: ${reason.slice(0, 300)}`);
    return reason;
  }
}

/** A TCP port of the loopback that was free a moment ago, below those of outgoing connections. */
export async function freePort(): Promise<number> {
  for (let attempt = 0; attempt < 100; attempt++) {
    const port = 12_000 + Math.floor(Math.random() * 18_000);
    if (await isFree(port)) return port;
  }
  throw new Error("No free port found on the loopback");
}

/** Is nobody listening on this port of the loopback? */
export function isFree(port: number): Promise<boolean> {
  return new Promise((done) => {
    const server = createServer();
    server.on("error", () => done(false));
    server.listen(port, "127.0.0.1", () => server.close(() => done(true)));
  });
}

/** How a server is started. */
export interface StartOptions {
  env?: Record<string, string>;
  /** Where it runs; a new temporary folder, removed in the end, if none is given. */
  cwd?: string;
  /** Asked again and again; an error counts as no. */
  ready: () => Promise<boolean>;
  timeoutMs?: number;
}

/** A server that runs. */
export interface StartedProcess {
  readonly pid: number;
  /** What it has printed so far. */
  output(): string;
  /** Ends it and all it started; may be called twice. */
  stop(): Promise<void>;
}

const running = new Set<number>();
let watching = false;

/** Starts a server and waits until it is ready. It does not outlive this process. */
export async function startProcess(
  command: string,
  args: readonly string[],
  options: StartOptions,
): Promise<StartedProcess> {
  const own = mkdtempSync(join(tmpdir(), `varve-${basename(command)}-`));
  const log = join(own, "output.log");
  const descriptor = openSync(log, "w");
  const child = spawn(command, [...args], {
    cwd: options.cwd ?? own,
    env: { PATH: process.env["PATH"] ?? "", HOME: own, ...options.env },
    stdio: ["ignore", descriptor, descriptor],
    detached: true,
  });
  closeSync(descriptor);
  let failure: Error | undefined;
  child.on("error", (error) => {
    failure = error;
  });
  watchExit();
  if (child.pid !== undefined) running.add(child.pid);
  const output = () => (existsSync(log) ? readFileSync(log, "utf8") : "");
  const stop = async () => {
    await stopChild(child);
    rmSync(own, { recursive: true, force: true, maxRetries: 3 });
  };
  const deadline = Date.now() + (options.timeoutMs ?? 60_000);
  while (Date.now() < deadline && child.exitCode === null && failure === undefined) {
    if (await options.ready().catch(() => false)) return { pid: child.pid!, output, stop };
    await sleep(100);
  }
  const said = output().slice(-3000);
  await stop();
  throw new Error(`${command} did not start: ${failure?.message ?? said}`);
}

function watchExit(): void {
  if (watching) return;
  watching = true;
  process.on("exit", () => {
    for (const pid of running) signalGroup(pid, "SIGKILL");
  });
}

/** Signals a process and all it started; false if none of them is there any more. */
function signalGroup(pid: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(-pid, signal);
  } catch {
    return false;
  }
}

async function stopChild(child: ChildProcess): Promise<void> {
  const { pid } = child;
  if (pid === undefined || !running.delete(pid)) return;
  if (child.exitCode === null && child.signalCode === null) {
    const ended = new Promise((done) => child.once("exit", done));
    signalGroup(pid, "SIGTERM");
    const timer = setTimeout(() => signalGroup(pid, "SIGKILL"), STOP_MS);
    await ended;
    clearTimeout(timer);
  }
  signalGroup(pid, "SIGKILL");
  // Grandchildren are reaped by somebody else; a zombie that nobody reaps holds no port.
  for (let waited = 0; waited < 1_000 && signalGroup(pid, 0); waited += 20) await sleep(20);
}
