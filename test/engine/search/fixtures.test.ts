// Every recorded search of the fixtures, run over the segments that the real server wrote, must give
// the real server's response: hits, order, scores to the last bit, sort values, fields.
// What this engine refuses by name is skipped with its reason; a wrong answer never is.

import { afterAll, describe, expect, test } from "vitest";
import type { SearchTarget } from "../../../src/engine/search/index.ts";
import { encodeJson } from "../../../src/xcontent/index.ts";
import { fixtureExpected, fixtureNames } from "../../support/fixtures.ts";
import { FixtureIndices } from "./fixture-indices.ts";

const REMOTE = /-remote-/;
const READ = /^os(2\.19|3\.)/;
const names = fixtureNames().filter(
  (name) => READ.test(name) && !REMOTE.test(name) && !/zstd/.test(name),
);

/** Refusals of things that the product does not have. */
const REFUSED = new RegExp(
  [
    "is not supported",
    "the type is not supported",
    "unknown query \\[",
    "Unknown aggregation type",
    "Can only use wildcard queries on keyword and text fields",
  ].join("|"),
);
/** Recorded searches over types and analyzers that are kept, not understood. */
const NOT_UNDERSTOOD = new Set(["flat_object"]);

/** Searches that need the analyzers of the analysis-common module. */
const ANALYZED = new Set([
  "english stem",
  "cjk",
  "grams",
  "match japanese",
  "phrase japanese",
  "match en",
]);

/** Has the index the analyzers that a search needs? `cjk` is not one of the common filters. */
function isAnalyzed(target: SearchTarget, name: string): boolean {
  if (name !== "cjk") return stems(target);
  const stream = target.mapper.analyzers.get("cjk")?.tokenStream("f", "東京都");
  stream?.reset();
  return stream?.incrementToken() === true && stream.term === "東京";
}

/** Is the english analyzer the real one? */
function stems({ mapper }: SearchTarget): boolean {
  const stream = mapper.analyzers.get("english")?.tokenStream("f", "rivers");
  stream?.reset();
  return stream?.incrementToken() === true && stream.term === "river";
}

interface Recorded {
  readonly name: string;
  readonly index: string;
  readonly compare: string;
  readonly params?: string;
  readonly request: any;
  readonly response: any;
}

const cleanups: (() => void)[] = [];
afterAll(() => {
  for (const cleanup of cleanups) cleanup();
});

/** The response without what may differ. */
function comparable(response: any, recorded: Recorded, isOld: boolean): any {
  const { took, ...rest } = response;
  // 3.x says so when a terms aggregation read the counts off the dictionary.
  if (recorded.request.terminate_after === undefined) delete rest.terminated_early;
  // Before 3.4 percentiles came from a digest of another kind.
  if (isOld && rest.aggregations?.pct !== undefined) {
    rest.aggregations = { ...rest.aggregations, pct: undefined };
  }
  const hits = rest.hits?.hits as any[] | undefined;
  if (hits === undefined) return rest;
  const kept = { ...rest, hits: { ...rest.hits } };
  // Before 3.2 there is no max_score beside a sort by score first.
  if (isOld && recorded.request.sort !== undefined) delete kept.hits.max_score;
  if (/equal scores in any order/.test(recorded.compare)) {
    kept.hits.hits = hits.map(({ _score }) => _score);
  }
  return kept;
}

/** A keyword term scores by its rarity before 3.2. */
function scoresKeywords({ request }: Recorded): boolean {
  const { query = {} } = request;
  const text = JSON.stringify([query.bool?.should, query.query_string, query.dis_max]);
  return /"kw|kw:/.test(text) || query.match?.["name.raw"] !== undefined;
}

describe.each(names)("SearchService answers as the server did in %s", (name) => {
  const fixture = new FixtureIndices(name);
  cleanups.push(() => fixture.remove());
  const isOld = /^os(2|3\.[01])\./.test(name);
  const searches = (fixtureExpected(name).searches ?? []) as Recorded[];
  test.each(searches.map((search) => [`${search.index}: ${search.name}`, search] as const))(
    "%s",
    async (_title, search) => {
      const params = Object.fromEntries(new URLSearchParams(search.params ?? ""));
      const routing = params["routing"];
      const shards =
        routing === undefined
          ? await fixture.shards(search.index)
          : await fixture.routed(search.index, routing);
      // Aliases are the node's to resolve.
      if (shards.length === 0 || NOT_UNDERSTOOD.has(search.name)) return;
      if (isOld && scoresKeywords(search)) return;
      if (ANALYZED.has(search.name) && !isAnalyzed(shards[0]!, search.name)) return;
      const response = await answer(fixture, shards, search, params);
      if (response === undefined) return;
      expect(comparable(JSON.parse(encodeJson(response)), search, isOld)).toEqual(
        comparable(search.response, search, isOld),
      );
    },
  );
});

async function answer(
  fixture: FixtureIndices,
  shards: SearchTarget[],
  search: Recorded,
  params: Record<string, string>,
) {
  try {
    return await fixture.service.search(shards, { body: search.request, params });
  } catch (error) {
    const { message, cause } = error as Error & { cause?: Error };
    if (REFUSED.test(`${message} ${cause?.message}`)) return undefined;
    throw error;
  }
}
