// Records what a real OpenSearch answers to `_analyze` over the corpus.
//   npx tsx tools/record-analyze-answers.ts http://HOST:PORT [core] > answers.json.gz

import { gzipSync } from "node:zlib";
import { chunksOf, packTokens, type Token } from "../test/lucene/analysis/answers.ts";
import { CONFIGURATIONS } from "../test/lucene/analysis/configurations.ts";

const [url, only] = process.argv.slice(2);
const answers: Record<string, string[]> = {};
for (const configuration of CONFIGURATIONS) {
  if (only === "core" && configuration.core !== true) continue;
  const packed: string[] = [];
  for (const text of chunksOf(configuration)) {
    const response = await fetch(`${url}/_analyze`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ ...configuration.body, text }),
    });
    const answer = (await response.json()) as { tokens?: Token[]; error?: { reason: string } };
    if (answer.tokens === undefined) {
      process.stderr.write(`${configuration.name}: ${JSON.stringify(answer.error)}\n`);
      break;
    }
    packed.push(packTokens(answer.tokens));
  }
  answers[configuration.name] = packed;
}
process.stdout.write(gzipSync(JSON.stringify(answers), { level: 9 }));
