// Records the answers of a real server: `npx tsx …/record-answers.ts http://127.0.0.1:9200`.
// With `compare` as second argument a server's answers are compared with the recorded ones; a third
// one picks the requests whose names hold it.

import { readFileSync, writeFileSync } from "node:fs";
import { ask, bodyOf, deleteCorpus, indexCorpus } from "./ask.ts";
import { REQUESTS } from "./requests.ts";

const file = new URL("./data/answers.json", import.meta.url);
const [base = "http://127.0.0.1:9200", compare, only = ""] = process.argv.slice(2);

await indexCorpus(base);
const recorded = compare === undefined ? {} : JSON.parse(readFileSync(file, "utf8"));
let same = 0;
for (const [name, request] of Object.entries(REQUESTS)) {
  if (!name.includes(only)) continue;
  const answer = await ask(base, request);
  if (compare === undefined) recorded[name] = answer;
  else if (JSON.stringify(answer) === JSON.stringify(recorded[name])) same++;
  else {
    console.log(
      `--- ${name}\n${bodyOf(request)}\nwant ${JSON.stringify(recorded[name])}\n` +
        `got  ${JSON.stringify(answer)}`,
    );
  }
}
if (compare === undefined) writeFileSync(file, `${JSON.stringify(recorded)}\n`);
else console.log(`${same} of ${Object.keys(REQUESTS).length} equal`);
await deleteCorpus(base);
