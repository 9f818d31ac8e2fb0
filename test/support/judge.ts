// The judges: Lucene's CheckIndex and the real OpenSearch, provisioned from Maven Central where a
// JDK and Maven are present. Elsewhere the tests that need them are skipped with one line that says
// why; VARVE_INTEROP=required turns those skips into failures.

import { type ChildProcess, execFile, execFileSync, spawn } from "node:child_process";
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:net";
import { homedir, tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { callUrl } from "./rest.ts";

const run = promisify(execFile);

/** The servers that judge, by the Lucene line whose CheckIndex they bring. */
export const SERVER_OF_LUCENE = { 9: "2.19.6", 10: "3.6.0" } as const;
export type LuceneLine = keyof typeof SERVER_OF_LUCENE;
export const SERVER_VERSIONS = ["2.19.6", "3.6.0"] as const;
export type ServerVersion = (typeof SERVER_VERSIONS)[number];

const CACHE = resolve(import.meta.dirname, "../../.cache");
const START_TIMEOUT_MS = 180_000;
const SERVER_USER = "varve-judge";

const sleep = (ms: number) => new Promise((done) => setTimeout(done, ms));

/** Java homes by feature version. */
function javaHomes(): Map<number, string> {
  const homes = new Map<number, string>();
  const roots = ["/usr/lib/jvm", "/opt/java", "/Library/Java/JavaVirtualMachines"];
  const found = roots.flatMap((root) =>
    existsSync(root) ? readdirSync(root).map((name) => join(root, name)) : [],
  );
  for (const home of [process.env["JAVA_HOME"], ...found]) {
    if (home === undefined || !existsSync(join(home, "bin/java"))) continue;
    const release = join(home, "release");
    const text = existsSync(release) ? readFileSync(release, "utf8") : "";
    const version = /JAVA_VERSION="(\d+)/.exec(text)?.[1] ?? /-(\d+)(?:\D|$)/.exec(home)?.[1];
    if (version !== undefined && !homes.has(Number(version))) homes.set(Number(version), home);
  }
  return homes;
}

/** The Java home for a server: 17 (or up to 21) for 2.x, 21 or newer for 3.x. */
export function javaHomeFor(version: ServerVersion): string | undefined {
  const homes = [...javaHomes()].sort(([a], [b]) => a - b);
  const fits = (feature: number) =>
    version.startsWith("2.") ? feature >= 17 && feature <= 21 : feature >= 21;
  return homes.find(([feature]) => fits(feature))?.[1];
}

function unavailableReason(): string | undefined {
  for (const version of SERVER_VERSIONS) {
    if (javaHomeFor(version) === undefined) return `no JDK for OpenSearch ${version}`;
  }
  try {
    execFileSync("mvn", ["-v"], { stdio: "ignore" });
  } catch {
    return "Maven is not on the PATH";
  }
  if (process.platform !== "linux") return "the real servers are only started on Linux";
  return undefined;
}

let reason: string | undefined | null = null;

/** Why the judges cannot be asked here, or undefined. Throws where they are required. */
export function judgeUnavailable(): string | undefined {
  if (reason === null) {
    reason = unavailableReason();
    if (reason !== undefined && process.env["VARVE_INTEROP"] === "required") {
      throw new Error(`VARVE_INTEROP=required, but ${reason}`);
    }
    if (reason !== undefined) console.warn(`Skipping tests that ask the real servers: ${reason}`);
  }
  return reason;
}

async function withLock<T>(name: string, task: () => Promise<T>): Promise<T> {
  mkdirSync(CACHE, { recursive: true });
  const lock = join(CACHE, `${name}.lock`);
  for (let waited = 0; ; waited += 200) {
    try {
      mkdirSync(lock);
      break;
    } catch {
      const age = existsSync(lock) ? Date.now() - statSync(lock).mtimeMs : 0;
      if (age > 300_000) rmSync(lock, { recursive: true, force: true });
      if (waited > 300_000) throw new Error(`Gave up waiting for ${lock}`);
      await sleep(200);
    }
  }
  try {
    return await task();
  } finally {
    rmdirSync(lock);
  }
}

const distributions = new Map<ServerVersion, Promise<string>>();

/** The unpacked distribution's folder, fetched once per machine. */
export function distribution(version: ServerVersion): Promise<string> {
  let pending = distributions.get(version);
  if (pending === undefined) {
    pending = withLock(`opensearch-${version}`, () => provision(version));
    distributions.set(version, pending);
  }
  return pending;
}

async function provision(version: ServerVersion): Promise<string> {
  const home = join(CACHE, `opensearch-${version}`);
  const marker = join(home, ".complete");
  if (existsSync(marker)) return home;
  rmSync(home, { recursive: true, force: true });
  const artifact = `org.opensearch.distribution.integ-test-zip:opensearch:${version}:zip`;
  await run("mvn", ["-q", "-B", "dependency:get", `-Dartifact=${artifact}`, "-Dtransitive=false"], {
    timeout: 300_000,
  });
  const local = process.env["MAVEN_REPO_LOCAL"] ?? join(homedir(), ".m2/repository");
  const folder = join(local, "org/opensearch/distribution/integ-test-zip/opensearch", version);
  const java = join(javaHomeFor(version)!, "bin/jar");
  mkdirSync(CACHE, { recursive: true });
  await run(java, ["xf", join(folder, `opensearch-${version}.zip`)], { cwd: CACHE });
  for (const name of readdirSync(join(home, "bin"))) chmodSync(join(home, "bin", name), 0o755);
  // The JVM writes its log there, and the server may run as another user than the one that unpacks.
  mkdirSync(join(home, "logs"), { recursive: true });
  chmodSync(join(home, "logs"), 0o777);
  writeFileSync(marker, "");
  return home;
}

/** Runs Lucene's CheckIndex on a folder; answers its report, or throws with it. */
export async function checkIndex(folder: string, line: LuceneLine = 9): Promise<string> {
  const version = SERVER_OF_LUCENE[line];
  const home = await distribution(version);
  const java = join(javaHomeFor(version)!, "bin/java");
  const args = [
    "-Xmx256m",
    "-XX:TieredStopAtLevel=1",
    "-XX:+UseSerialGC",
    "-cp",
    join(home, "lib/*"),
    "org.apache.lucene.index.CheckIndex",
    folder,
    ...(line === 9 ? ["-slow"] : ["-level", "3"]),
  ];
  try {
    const { stdout } = await run(java, args, { maxBuffer: 64 * 1024 * 1024, timeout: 300_000 });
    if (!stdout.includes("No problems were detected with this index.")) throw new Error(stdout);
    return stdout;
  } catch (error) {
    const output = (error as { stdout?: string }).stdout ?? String(error);
    throw new Error(`CheckIndex of Lucene ${line} refuses ${folder}:\n${output.slice(-6000)}`);
  }
}

/** A TCP port that was free a moment ago. */
export function freePort(): Promise<number> {
  return new Promise((done, fail) => {
    const server = createServer();
    server.on("error", fail);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address() as { port: number };
      server.close(() => done(port));
    });
  });
}

export interface RealServer {
  readonly version: ServerVersion;
  readonly url: string;
  /** Folder in `path.repo`, writable by everyone. */
  readonly repositories: string;
  readonly dataFolder: string;
  /** Sends JSON; answers the status and the parsed body. */
  call(method: string, path: string, body?: unknown): Promise<{ status: number; body: any }>;
  stop(): Promise<void>;
}

export interface RealServerOptions {
  heap?: string;
  /** Extra lines of opensearch.yml. */
  settings?: Record<string, string>;
  /** Share one repositories folder between servers. */
  repositories?: string;
  /** Another unpacked distribution, with plugins. */
  home?: string;
  /** Files beside opensearch.yml. */
  configFiles?: Record<string, Uint8Array>;
}

/** Starts a real OpenSearch on free ports in a temporary folder. */
export async function startOpenSearch(
  version: ServerVersion,
  options: RealServerOptions = {},
): Promise<RealServer> {
  const home = options.home ?? (await distribution(version));
  const root = mkdtempSync(join(tmpdir(), `varve-opensearch-${version}-`));
  chmodSync(root, 0o755);
  const repositories = options.repositories ?? join(root, "repositories");
  const folders = ["data", "logs", "config", "tmp"].map((name) => join(root, name));
  for (const folder of [...folders, repositories]) mkdirSync(folder, { recursive: true });
  chmodSync(repositories, 0o777);
  cpSync(join(home, "config"), join(root, "config"), { recursive: true });
  const [port, transportPort] = [await freePort(), await freePort()];
  writeFileSync(
    join(root, "config/opensearch.yml"),
    configText(root, repositories, port, transportPort, options),
  );
  for (const [name, bytes] of Object.entries(options.configFiles ?? {})) {
    writeFileSync(join(root, "config", name), bytes);
  }
  const child = spawnServer(version, home, root, options.heap ?? "512m");
  const url = `http://127.0.0.1:${port}`;
  const call = (method: string, path: string, body?: unknown) => callUrl(url + path, method, body);
  await waitForServer(child, url, join(root, "server.log"));
  return {
    version,
    url,
    repositories,
    dataFolder: join(root, "data"),
    call,
    stop: async () => {
      await stopProcess(child);
      rmSync(root, { recursive: true, force: true });
    },
  };
}

function configText(
  root: string,
  repositories: string,
  port: number,
  transportPort: number,
  options: RealServerOptions,
): string {
  const settings = {
    "discovery.type": "single-node",
    "http.port": String(port),
    "transport.port": String(transportPort),
    "path.data": join(root, "data"),
    "path.logs": join(root, "logs"),
    "path.repo": `["${repositories}", "${tmpdir()}"]`,
    "cluster.routing.allocation.disk.threshold_enabled": "false",
    ...options.settings,
  };
  return Object.entries(settings)
    .map(([key, value]) => `${key}: ${value}\n`)
    .join("");
}

/** The server refuses to run as root: there it runs as a user of its own. */
function spawnServer(
  version: ServerVersion,
  home: string,
  root: string,
  heap: string,
): ChildProcess {
  const javaHome = javaHomeFor(version)!;
  const environment = {
    PATH: process.env["PATH"] ?? "",
    HOME: root,
    JAVA_HOME: javaHome,
    OPENSEARCH_JAVA_HOME: javaHome,
    OPENSEARCH_PATH_CONF: join(root, "config"),
    OPENSEARCH_TMPDIR: join(root, "tmp"),
    OPENSEARCH_JAVA_OPTS: `-Xms${heap} -Xmx${heap}`,
  };
  const log = openSync(join(root, "server.log"), "w");
  const command = join(home, "bin/opensearch");
  const asRoot = process.getuid?.() === 0;
  const uid = asRoot ? serverUser() : undefined;
  if (uid !== undefined) chownTree(root, uid);
  return spawn("/bin/sh", ["-c", `umask 000; exec "${command}"`], {
    env: environment,
    cwd: root,
    stdio: ["ignore", log, log],
    detached: true,
    ...(uid === undefined ? {} : { uid, gid: uid }),
  });
}

function serverUser(): number {
  try {
    return Number(execFileSync("id", ["-u", SERVER_USER], { stdio: ["ignore", "pipe", "ignore"] }));
  } catch {
    execFileSync("useradd", ["-M", "-U", SERVER_USER]);
    return Number(execFileSync("id", ["-u", SERVER_USER]));
  }
}

function chownTree(folder: string, uid: number): void {
  chownSync(folder, uid, uid);
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) chownTree(path, uid);
    else chownSync(path, uid, uid);
  }
}

async function waitForServer(child: ChildProcess, url: string, log: string): Promise<void> {
  const deadline = Date.now() + START_TIMEOUT_MS;
  while (Date.now() < deadline) {
    if (child.exitCode !== null) break;
    try {
      const response = await fetch(`${url}/_cluster/health?wait_for_status=yellow&timeout=10s`);
      if (response.ok) return;
    } catch {}
    await sleep(250);
  }
  await stopProcess(child);
  throw new Error(`OpenSearch did not start:\n${readFileSync(log, "utf8").slice(-4000)}`);
}

async function stopProcess(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null) return;
  const ended = new Promise((done) => child.once("exit", done));
  process.kill(-child.pid, "SIGTERM");
  const timer = setTimeout(
    () => child.pid !== undefined && process.kill(-child.pid, "SIGKILL"),
    20_000,
  );
  await ended;
  clearTimeout(timer);
}
