// Runs the recorded searches of one name over every fixture that has them.

import { afterAll, describe, test } from "vitest";
import { encodeJson } from "../../../src/xcontent/index.ts";
import { fixtureExpected, fixtureNames } from "../../support/fixtures.ts";
import { FixtureIndices } from "./fixture-indices.ts";
import type { Recorded } from "./recorded-searches.ts";

/** Calls `check` with our response and the recorded search. */
export function eachRecorded(
  title: string,
  searchName: string,
  check: (response: any, recorded: Recorded) => void,
): void {
  const names = fixtureNames().filter((name) =>
    ((fixtureExpected(name).searches ?? []) as Recorded[]).some((one) => one.name === searchName),
  );
  const cleanups: (() => void)[] = [];
  afterAll(() => {
    for (const cleanup of cleanups) cleanup();
  });
  describe(title, () => {
    test.each(names)("%s", async (name) => {
      const fixture = new FixtureIndices(name);
      cleanups.push(() => fixture.remove());
      const searches = fixtureExpected(name).searches as Recorded[];
      const search = searches.find((one) => one.name === searchName)!;
      const shards = await fixture.shards(search.index);
      const response = await fixture.service.search(shards, { body: search.request, params: {} });
      check(JSON.parse(encodeJson(response)), search);
    });
  });
}
