// Cold searches over a far store: a repository whose every call waits 20 ms, a force-merged index
// of 1 GB (200,000 documents), each search from nothing: root, metadata, segments, hits.
// `npm run bench -- --only remote-search`, or alone: `npx tsx bench/remote-search.ts [documents]`.

import { seededRandom, systemClock } from "../src/base/index.ts";
import { FsBlobStore } from "../src/blobstore/index.ts";
import { openSnapshotIndex } from "../src/engine/index.ts";
import { openRepository } from "../src/repository/index.ts";
import { LatencyStore } from "../test/support/latency-store.ts";
import { WORDS, wordRepository } from "../test/support/word-repository.ts";
import { type Figure, median, table } from "./figures.ts";

const LATENCY_MS = 20;
const DOCUMENTS = 200_000;
/** Stored and not indexed: 4 KB a document makes the gigabyte. */
const PAYLOAD_BYTES = 4096;

interface Cost {
  readonly requests: number;
  readonly waves: number;
  readonly bytes: number;
  readonly millis: number;
}

const SEARCHES: Readonly<Record<string, unknown>> = {
  "one term, ten hits": { query: { match: { body: "w300" } } },
  "a frequent term": { query: { match: { body: "w9" } } },
  "a keyword": { query: { term: { tag: "tag-5" } } },
};

async function coldSearch(folder: string, body: unknown): Promise<Cost> {
  const store = new LatencyStore(new FsBlobStore(folder), LATENCY_MS);
  const options = { clock: systemClock, random: seededRandom(1) };
  const repository = openRepository(store, { name: "far", ...options });
  const started = performance.now();
  const mounted = await openSnapshotIndex(repository, WORDS.snapshot, WORDS.index, options);
  const response = await mounted.search({ params: {}, body: body as never });
  const millis = performance.now() - started;
  mounted.close();
  const { hits } = response["hits"] as { hits: unknown[] };
  if (hits.length !== 10) throw new Error("The search has not found its ten hits");
  const { requests, waves, bytes } = store.counts;
  return { requests, waves, bytes, millis };
}

/** The figures of `runs` cold runs of each search. */
export async function measureRemoteSearch(runs: number, documents = DOCUMENTS): Promise<Figure[]> {
  const repository = await wordRepository(documents, PAYLOAD_BYTES);
  const figures: Figure[] = [];
  try {
    for (const [name, body] of Object.entries(SEARCHES)) {
      const costs: Cost[] = [];
      for (let run = 0; run < runs; run++) costs.push(await coldSearch(repository.folder, body));
      const of = (cost: keyof Cost) => median(costs.map((one) => one[cost]));
      const work = `${name} in ${(repository.bytes / 1e9).toFixed(2)} GB, 20 ms a request, cold`;
      figures.push(
        { work, unit: "ms", varve: of("millis"), goal: "≤ 400" },
        { work, unit: "requests", varve: of("requests"), goal: "≤ 30" },
        { work, unit: "round trips", varve: of("waves"), goal: "≤ 6" },
        { work, unit: "MB", varve: of("bytes") / 1e6, goal: "≤ 4" },
      );
    }
  } finally {
    await repository.remove();
  }
  return figures;
}

if (process.argv[1]?.endsWith("remote-search.ts") === true) {
  const documents = Number(process.argv[2] ?? DOCUMENTS);
  process.stdout.write(`${table(await measureRemoteSearch(3, documents))}\n`);
}
