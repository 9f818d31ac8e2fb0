// A repository with one force-merged index of invented texts, of any size: what a search over a
// bucket meets in the large, without the bucket.

import { join } from "node:path";
import { type Random, seededRandom } from "../../src/base/index.ts";
import { startVarve } from "./varve.ts";

/** Snapshot and index of the repository. */
export const WORDS = { snapshot: "words-1", index: "words" } as const;

export interface WordRepository {
  readonly folder: string;
  /** Bytes of the index. */
  readonly bytes: number;
  remove(): Promise<void>;
}

const VOCABULARY = 60_000;
/** Texts are of different lengths, so that their norms differ. */
const WORDS_MIN = 40;
const WORDS_MAX = 200;
const BULK_DOCUMENTS = 2000;

/** The word of a rank; `w9` is frequent, `w50000` is rare. */
export const wordOf = (rank: number): string => `w${rank}`;

/** Ranks by Zipf's law: rank r comes about in proportion to 1 / r. */
function rankOf(random: Random): number {
  return Math.min(VOCABULARY - 1, Math.floor(VOCABULARY ** random.next()));
}

function lineOf(id: number, payloadBytes: number, random: Random): string {
  const length = WORDS_MIN + Math.floor(random.next() * (WORDS_MAX - WORDS_MIN));
  const words = Array.from({ length }, () => wordOf(rankOf(random)));
  const source = {
    title: words.slice(0, 3 + (id % 5)).join(" "),
    body: words.join(" "),
    tag: `tag-${id % 97}`,
    count: Math.floor(random.next() * 1_000_000),
    at: 1_600_000_000_000 + id * 60_000,
    ...(payloadBytes === 0 ? {} : { payload: payloadOf(payloadBytes, random) }),
  };
  return `{"index":{"_id":"doc-${id}"}}\n${JSON.stringify(source)}\n`;
}

/** Text that does not compress below three quarters. */
function payloadOf(bytes: number, random: Random): string {
  return Buffer.from(random.bytes(Math.ceil((bytes * 3) / 4))).toString("base64");
}

/**
 * Indexes `documents` texts (about 0.75 KB of index each, and a payload that is only stored), merges
 * to one segment, snapshots.
 */
export async function wordRepository(documents: number, payloadBytes = 0): Promise<WordRepository> {
  const server = await startVarve();
  const random = seededRandom(7);
  const { index, snapshot } = WORDS;
  await server.ok("PUT", `/${index}`, {
    settings: { number_of_replicas: 0, refresh_interval: "-1" },
    mappings: {
      properties: {
        title: { type: "text" },
        body: { type: "text" },
        tag: { type: "keyword" },
        count: { type: "long" },
        at: { type: "date" },
        payload: { type: "keyword", index: false, doc_values: false },
      },
    },
  });
  for (let start = 0; start < documents; start += BULK_DOCUMENTS) {
    let body = "";
    const end = Math.min(documents, start + BULK_DOCUMENTS);
    for (let id = start; id < end; id++) body += lineOf(id, payloadBytes, random);
    const answer = await server.ok("POST", `/${index}/_bulk`, body);
    if (answer.errors) throw new Error("The bulk had errors");
  }
  await server.ok("POST", `/${index}/_forcemerge?max_num_segments=1`);
  const folder = join(server.folder, "repositories", "words");
  await server.ok("PUT", "/_snapshot/words", { type: "fs", settings: { location: folder } });
  await server.ok("PUT", `/_snapshot/words/${snapshot}?wait_for_completion=true`, {
    indices: index,
  });
  const status = await server.ok("GET", `/_snapshot/words/${snapshot}/_status`);
  const bytes = status.snapshots[0].stats.total.size_in_bytes as number;
  return { folder, bytes, remove: () => server.stop() };
}
