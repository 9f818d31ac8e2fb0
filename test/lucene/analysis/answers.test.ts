// Tokens equal the real server's: its recorded answers to `_analyze` over the corpus.
// Recorded by tools/record-analyze-answers.ts from OpenSearch 3.6.0.

import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { type AnalyzeRequest, analyze } from "../../../src/engine/analysis/index.ts";
import { chunksOf, packTokens, type Token } from "./answers.ts";
import { CONFIGURATIONS, type Configuration } from "./configurations.ts";
import { corpus } from "./corpus.ts";

const file = new URL("./data/answers-3.6.0.json.gz", import.meta.url);
const answers = JSON.parse(gunzipSync(readFileSync(file)).toString()) as Record<string, string[]>;

function requestOf({ body }: Configuration, text: readonly string[]): AnalyzeRequest {
  const { char_filter: charFilter = [], filter = [], ...rest } = body;
  return { ...rest, text, filter, charFilter, explain: false, attributes: [] } as AnalyzeRequest;
}

describe("analyze", () => {
  it("has a corpus of 1500 texts and more", () => {
    expect(corpus().length).toBeGreaterThanOrEqual(1500);
  });

  for (const configuration of CONFIGURATIONS) {
    it(`answers as the server did with ${configuration.name}`, () => {
      const expected = answers[configuration.name]!;
      const chunks = chunksOf(configuration);
      expect(expected).toHaveLength(chunks.length);
      chunks.forEach((text, i) => {
        const answer = analyze(requestOf(configuration, text), undefined);
        const packed = packTokens(answer["tokens"] as Token[]);
        expect(packed.split("\u0002")).toEqual(expected[i]!.split("\u0002"));
      });
    });
  }
});
