// Explanations of hits, as the servers of each line gave them.

import { expect } from "vitest";
import { eachRecorded } from "./recorded-parts.ts";

eachRecorded("explain says what the server said in", "explain", (response, { response: real }) => {
  const shown = (hits: any[]) =>
    hits.map(({ _id, _shard, _score, _explanation }) => ({ _id, _shard, _score, _explanation }));
  expect(shown(response.hits.hits)).toEqual(shown(real.hits.hits));
});
