// Crash safety of a shard, by seeds: a child process writes and is killed with SIGKILL at a step
// that the seed chooses (appends, syncs, rolls and trims of the translog; creation, writes, syncs
// and deletes of segments; the commit's write, sync and rename; merges in a thread), some of its
// writes torn. Then the shard is opened again: every acknowledged write must be there, every other
// one wholly or not at all, no document twice; and it must be writable. Each seed crashes twice in
// the same folder; Lucene's CheckIndex looks at some of the results. VARVE_CRASH_SEEDS=200 runs
// more of them.

import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "esbuild";
import { afterAll, beforeAll, expect, test } from "vitest";
import { seededRandom } from "../../../src/base/index.ts";
import { checkIndex, judgeUnavailable } from "../../support/judge.ts";
import type { CrashOrder, TriedOperation } from "./crash-child.ts";
import { CRASH_STEPS, type CrashPlan } from "./crashing-io.ts";
import { ShardFixture } from "./shard-fixture.ts";

const SEEDS = Number(process.env["VARVE_CRASH_SEEDS"] ?? 40);
const ROUNDS = 2;
/** Children that run at once: they mostly wait for the disk. */
const LANES = 4;

let bundle: string;
beforeAll(async () => {
  bundle = mkdtempSync(join(tmpdir(), "varve-crash-"));
  const root = join(import.meta.dirname, "../../..");
  await build({
    absWorkingDir: root,
    entryPoints: {
      child: "test/engine/shard/crash-child.ts",
      "worker-thread": "src/base/worker-thread.ts",
      "merge-worker": "src/engine/workers/merge-worker.ts",
    },
    outdir: bundle,
    bundle: true,
    format: "esm",
    platform: "node",
    target: "node20",
    splitting: true,
    chunkNames: "chunk-[hash]",
    logLevel: "warning",
    banner: {
      js: 'import { createRequire as r } from "node:module"; const require = r(import.meta.url);',
    },
  });
  // Node takes .js for ES modules only beside such a package.json.
  writeFileSync(join(bundle, "package.json"), '{"type":"module"}');
});
afterAll(() => rmSync(bundle, { recursive: true }));

/** What a document may be after the crash: its last acknowledged state, or any tried after that. */
type Model = Map<string, TriedOperation["body"][]>;

interface Said {
  readonly client?: string;
  readonly try?: TriedOperation[];
  readonly ack?: number;
  readonly died?: string;
}

async function runChild(order: CrashOrder): Promise<Said[]> {
  const child = spawn(process.execPath, [join(bundle, "child.js"), JSON.stringify(order)]);
  let output = "";
  let errors = "";
  child.stdout.on("data", (chunk: Buffer) => void (output += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => void (errors += chunk.toString()));
  const signal = await new Promise((resolve) => child.on("close", (_code, how) => resolve(how)));
  expect(signal, `seed ${order.seed}: ${errors}`).toBe("SIGKILL");
  const lines = output.split("\n");
  // The last line may be cut by the kill.
  return lines.flatMap((line) => (line.endsWith("}") ? [JSON.parse(line) as Said] : []));
}

function apply(model: Model, said: readonly Said[]): void {
  const open = new Map<string, TriedOperation[]>();
  for (const line of said) {
    if (line.try !== undefined) {
      open.set(line.client!, line.try);
      for (const { id, body } of line.try) model.set(id, [...(model.get(id) ?? [null]), body]);
    } else if (line.ack !== undefined) {
      for (const { id } of open.get(line.client!)!) {
        const states = model.get(id)!;
        model.set(id, [states[states.length - 1]!]);
      }
    }
  }
}

/** Opens the shard again and compares it with the model. */
async function verify(folder: string, model: Model, where: string): Promise<void> {
  const fixture = new ShardFixture({}, folder);
  await fixture.open("open");
  let live = 0;
  for (const [id, states] of model) {
    const found = fixture.source(id);
    const state = found === undefined ? null : found;
    expect(states, `${where}: document ${id}`).toContainEqual(state);
    model.set(id, [state as TriedOperation["body"]]);
    if (state !== null) live++;
  }
  fixture.shard.refresh("test");
  expect(fixture.visibleDocs, `${where}: number of documents`).toBe(live);
  const { max_seq_no: max, local_checkpoint: checkpoint } = fixture.shard.seqNoStats();
  expect(checkpoint, `${where}: no gap in the sequence numbers`).toBe(max);
  const written = fixture.index("after-crash", { n: max, text: "" });
  expect(written.seqNo).toBe(max + 1);
  model.set("after-crash", [{ n: max, text: "" }]);
  await fixture.shard.ensureSynced();
  await fixture.shard.close(false);
}

function planOf(seed: number, round: number): CrashPlan {
  const random = seededRandom(seed * 31 + round);
  const step = CRASH_STEPS[(seed + round * 5) % CRASH_STEPS.length]!;
  const often =
    step === "translog-append" ||
    step === "translog-sync" ||
    step === "checkpoint" ||
    step.startsWith("segment");
  return {
    step,
    occurrence: 1 + Math.floor(random.next() * (often ? 30 : 6)),
    when: (["before", "torn", "after"] as const)[Math.floor(random.next() * 3)]!,
    tornPart: random.next(),
  };
}

async function crashSeed(seed: number, died: Map<string, number>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "varve-crash-shard-"));
  const model: Model = new Map();
  for (let round = 0; round < ROUNDS; round++) {
    const large = seed % 8 === 7;
    const said = await runChild({
      folder,
      seed,
      plan: planOf(seed, round),
      first: round * 1000,
      batches: 12,
      bodyChars: large ? 60_000 : 300,
      killAfterMs: seed % 4 === 3 ? 60 + ((seed * 37 + round * 11) % 200) : 0,
    });
    const step = said.find((line) => line.died !== undefined)?.died ?? "unknown";
    died.set(step, (died.get(step) ?? 0) + 1);
    apply(model, said);
    await verify(folder, model, `seed ${seed}, round ${round}, died in ${step}`);
  }
  if (seed % 13 === 0 && judgeUnavailable() === undefined) await checkIndex(join(folder, "index"));
  rmSync(folder, { recursive: true });
}

test("IndexShard loses no acknowledged write when the process is killed at any step", async () => {
  const died = new Map<string, number>();
  const seeds = Array.from({ length: SEEDS }, (_, i) => i + 1);
  const lane = async () => {
    for (let seed = seeds.shift(); seed !== undefined; seed = seeds.shift()) {
      await crashSeed(seed, died);
    }
  };
  await Promise.all(Array.from({ length: LANES }, lane));
  // The seeds must have reached the places that they are meant for.
  expect(died.size, JSON.stringify([...died])).toBeGreaterThan(8);
}, 600_000);
