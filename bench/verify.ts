// `varve verify --data all` beside `restic check --read-data` on the same bytes: a repository of
// real segments (the cities fixture, each copy changed a little in every 4 KB so that restic cannot
// store it once), and a restic repository that holds a backup of it. Both are read from the page
// cache, so that programs are compared and not disks. Run it by `tsx bench/verify.ts [megabytes]`.

import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { crc32, seededRandom, systemClock, systemRandom } from "../src/base/index.ts";
import { FsBlobStore, storeAddress } from "../src/blobstore/index.ts";
import { openRepository, planVerify, runVerify } from "../src/repository/index.ts";
import { type Content, type Files, openTest, take } from "../test/repository/support.ts";
import { unpackFixture } from "../test/support/fixtures.ts";

const RUNS = 3;
const PASSWORD = { RESTIC_PASSWORD: "bench" };

/** The blobs of one shard of the cities. */
function realBlobs(): Uint8Array[] {
  const fixture = unpackFixture("os2.19.6-cities");
  const [index] = readdirSync(join(fixture.repository, "indices"));
  const shard = join(fixture.repository, "indices", index!, "0");
  const names = readdirSync(shard).filter((name) => name.startsWith("__"));
  const blobs = names.map((name) => readFileSync(join(shard, name)));
  fixture.remove();
  return blobs;
}

/** The same files with other bytes here and there, and the checksum that they then have. */
function changedCopy(blobs: readonly Uint8Array[], seed: number): Files {
  const random = seededRandom(seed);
  const files: Files = new Map();
  for (const [at, blob] of blobs.entries()) {
    const bytes = Buffer.from(blob);
    for (let from = 64; from < bytes.length - 64; from += 4096) {
      bytes.writeUInt32LE(Math.floor(random.next() * 2 ** 32), from);
    }
    bytes.writeUInt32BE(crc32(bytes.subarray(0, bytes.length - 8)), bytes.length - 4);
    files.set(at === 0 ? "segments_3" : `_${at}.cfs`, bytes);
  }
  return files;
}

/** Shards of the cities, each a little different, eight of them a snapshot. */
export async function makeRepository(folder: string, megabytes: number): Promise<void> {
  const blobs = realBlobs();
  const size = blobs.reduce((sum, blob) => sum + blob.length, 0);
  const copies = Math.ceil((megabytes * 1e6) / size);
  const repository = openTest(new FsBlobStore(folder), systemRandom);
  for (let copy = 0; copy < copies; copy += 8) {
    const content: Content = {};
    for (let i = copy; i < Math.min(copies, copy + 8); i++) {
      content[`cities-${i}`] = [changedCopy(blobs, i)];
    }
    await take(repository, `snapshot-${copy / 8}`, content);
  }
}

interface Measured {
  readonly seconds: number;
  readonly bytes: number;
  /** Of all threads: what is left of a shared machine's other load. */
  readonly cpuSeconds: number;
}

async function verifySeconds(folder: string): Promise<Measured> {
  const started = performance.now();
  const cpu = process.cpuUsage();
  const options = { name: "bench", clock: systemClock, random: systemRandom };
  const { context } = openRepository(new FsBlobStore(folder), options);
  const plan = await planVerify(context);
  const address = storeAddress("fs", { location: folder });
  const result = await runVerify(context, plan, { address });
  if (!result.ok || result.findings.length > 0)
    throw new Error("The bench's repository is damaged");
  const { user, system } = process.cpuUsage(cpu);
  const cpuSeconds = (user + system) / 1e6;
  return { seconds: (performance.now() - started) / 1000, bytes: result.bytes, cpuSeconds };
}

function resticSeconds(folder: string): number {
  const started = performance.now();
  const args = ["-r", folder, "check", "--read-data", "--no-cache", "--quiet"];
  const { status } = spawnSync("restic", args, { env: { ...process.env, ...PASSWORD } });
  if (status !== 0) throw new Error(`restic check ended with ${status}`);
  return (performance.now() - started) / 1000;
}

async function main(): Promise<void> {
  const megabytes = Number(process.argv[2] ?? 1500);
  const root = mkdtempSync(join(tmpdir(), "varve-bench-verify-"));
  try {
    const [ours, theirs] = [join(root, "repo"), join(root, "restic")];
    await makeRepository(ours, megabytes);
    const env = { ...process.env, ...PASSWORD };
    execFileSync("restic", ["-r", theirs, "init", "--quiet"], { env });
    execFileSync("restic", ["-r", theirs, "backup", "--quiet", "--no-cache", ours], { env });
    let size = 0;
    for (const entry of readdirSync(ours, { recursive: true, withFileTypes: true })) {
      if (entry.isFile()) size += statSync(join(entry.parentPath, entry.name)).size;
    }
    await verifySeconds(ours);
    for (let run = 0; run < RUNS; run++) {
      const { seconds, bytes, cpuSeconds } = await verifySeconds(ours);
      const restic = resticSeconds(theirs);
      const speed = (value: number) => `${Math.round(size / 1e6 / value)} MB/s`;
      process.stdout.write(
        `${Math.round(size / 1e6)} MB: varve ${seconds.toFixed(2)} s, ${speed(seconds)} ` +
          `(${bytes} bytes read, ${speed(cpuSeconds)} a core); restic ${restic.toFixed(2)} s, ${speed(restic)}; ` +
          `ratio ${(restic / seconds).toFixed(1)}\n`,
      );
    }
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

if (process.argv[1]?.endsWith("bench/verify.ts") === true) await main();
