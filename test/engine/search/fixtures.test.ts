// Every recorded search of the fixtures, run over the segments that the real server wrote, must give
// the real server's response: hits, order, scores to the last bit, sort values, fields.
// A refusal fails, but for the few names that recorded-searches.ts lists: those are skipped.

import { afterAll, describe, expect, test } from "vitest";
import { encodeJson } from "../../../src/xcontent/index.ts";
import { fixtureExpected, fixtureNames } from "../../support/fixtures.ts";
import { FixtureIndices } from "./fixture-indices.ts";
import { comparable, isComparable, type Recorded } from "./recorded-searches.ts";

const REMOTE = /-remote-/;
const READ = /^(es|os1|mixed|os2\.19|os3\.)/;
const names = fixtureNames().filter(
  (name) => READ.test(name) && !REMOTE.test(name) && !/zstd/.test(name),
);

const cleanups: (() => void)[] = [];
afterAll(() => {
  for (const cleanup of cleanups) cleanup();
});

describe.each(names)("SearchService answers as the server did in %s", (name) => {
  const fixture = new FixtureIndices(name);
  cleanups.push(() => fixture.remove());
  const isOld = !/^os3\.[2-9]\./.test(name);
  const searches = (fixtureExpected(name).searches ?? []) as Recorded[];
  test.for(searches.map((search) => [`${search.index}: ${search.name}`, search] as const))(
    "%s",
    async ([_title, search], context) => {
      const params = Object.fromEntries(new URLSearchParams(search.params ?? ""));
      const routing = params["routing"];
      const shards =
        routing === undefined
          ? await fixture.shards(search.index)
          : await fixture.routed(search.index, routing);
      // Aliases are the node's to resolve.
      if (shards.length === 0 || !isComparable(search, shards[0]!)) return context.skip();
      const request = { body: search.request, params };
      const response = await fixture.service.search(shards, request);
      expect(comparable(JSON.parse(encodeJson(response)), search, isOld)).toEqual(
        comparable(search.response, search, isOld),
      );
    },
  );
});
