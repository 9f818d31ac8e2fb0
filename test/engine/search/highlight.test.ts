// Highlights of hits, as the servers of each line gave them.

import { expect } from "vitest";
import { eachRecorded } from "./recorded-parts.ts";

eachRecorded(
  "highlight marks what the server marked in",
  "highlight",
  (response, { response: real }) => {
    const shown = (hits: any[]) => hits.map(({ _id, highlight }) => ({ _id, highlight }));
    expect(shown(response.hits.hits)).toEqual(shown(real.hits.hits));
  },
);
