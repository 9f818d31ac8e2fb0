// Varve answers the stories as the real server did: status, content type, body. The answers were
// recorded from OpenSearch 3.6.0 by tools/record-rest-answers.ts.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readStories, runStory, type StoryAnswer } from "../support/differential.ts";
import { startVarve, type TestServer } from "../support/varve.ts";

const answers = JSON.parse(
  readFileSync(join(import.meta.dirname, "data/rest-answers.json"), "utf8"),
) as Record<string, StoryAnswer[]>;

describe("the REST surface answers as OpenSearch 3.6.0 does", () => {
  let varve: TestServer;

  beforeAll(async () => {
    varve = await startVarve();
  });
  afterAll(async () => {
    await varve.stop();
  });

  for (const story of readStories(join(import.meta.dirname, "stories"))) {
    it(`to the story "${story.name}"`, async () => {
      const recorded = answers[story.name];
      expect(recorded, "record the story first").toBeDefined();
      const got = await runStory(varve.url, story);
      const shown = (list: readonly StoryAnswer[]) =>
        list.map((answer, step) => ({
          call: `${step} ${story.steps[step]!.method} ${story.steps[step]!.path}`,
          ...answer,
        }));
      expect(shown(got)).toEqual(shown(recorded!));
    });
  }
});
