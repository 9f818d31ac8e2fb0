// Varve's answers to the snapshot calls against those that OpenSearch 3.6.0 gave: statuses, types,
// reasons, causes, shapes.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startVarve, type TestServer } from "../support/varve.ts";
import { type Answer, askAll } from "./snapshot-calls.ts";

const recorded: Answer[] = JSON.parse(
  readFileSync(join(import.meta.dirname, "snapshot-answers.json"), "utf8"),
);

/** Where Varve says something else, and why. */
const DIFFERENT: Readonly<Record<string, string>> = {
  "GET /_snapshot/vsn-r/c1": "a clone says how many shards it has, and keeps the metadata",
  "GET /_snapshot/vsn-r/c1/_status": "a clone keeps include_global_state",
};

/** The chain of causes is not compared where Java's own parsers speak. */
function comparable(answer: Answer): Answer {
  const text = JSON.stringify(answer);
  const cause = /,"caused_by":\{"type":"number_format_exception","reason":"[^}]*\}/;
  return JSON.parse(text.replace(cause, ""));
}

describe("the snapshot API answers as OpenSearch 3.6.0", () => {
  let server: TestServer;
  let answers: Answer[];

  beforeAll(async () => {
    server = await startVarve();
    answers = await askAll(server.url, join(server.folder, "repositories"));
  });
  afterAll(() => server.stop());

  for (const [number, expected] of recorded.entries()) {
    if (expected.call in DIFFERENT) continue;
    it(`${number}: ${expected.call.slice(0, 150)}`, () => {
      expect(comparable(answers[number]!)).toEqual(comparable(expected));
    });
  }
});
